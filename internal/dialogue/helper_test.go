package dialogue_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// helped gives somebody who helped in a case a code of their own.
func helped(t *testing.T, i *apptest.Instance, by access.Actor, n casefile.Number) casework.HelperFile {
	t.Helper()
	f, err := i.Casework.AddHelper(ctx, by, n, casework.Helper{
		First: "Bart", Last: "Wouters", Email: "bart@mail.example", Lang: lang.NL, Agreed: true, About: "Iemand die hielp bij " + string(n),
	}, i.Password(by))
	must(t, err)
	return f
}

// owned lets the holder of a handed code draw their own, and returns it.
func owned(t *testing.T, i *apptest.Instance, code string) string {
	t.Helper()
	tok := i.Enter(code)
	must(t, i.Dialogue.DrawOwn(ctx, tok))
	own, err := i.Dialogue.OwnCode(ctx, tok)
	must(t, err)
	_, err = i.Dialogue.KeepOwn(ctx, tok)
	must(t, err)
	return own
}

func TestWhoHelpedHasACodeThatShowsNothingOfTheCase(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	f := helped(t, i, team.HR, r.Number)
	m := mailbox(t, i, i.Enter(owned(t, i, f.Code)))
	if !m.Helper || m.Number != f.Number || len(m.CheckIns) != 4 || len(m.Promises) != 0 || m.Mail {
		t.Errorf("the mailbox: helper %v, %d check-ins, %d promises, mail %v", m.Helper, len(m.CheckIns), len(m.Promises), m.Mail)
	}
	if strings.Contains(m.Story.Text, "kas") || len(m.Story.Answers) != 0 {
		t.Error("the story of the complaint is in it")
	}
	c := i.Case(team.Manager, f.Number)
	if c.State != casefile.StateMonitoring || !c.Identity.Sealed || strings.Contains(c.Subject, "Wouters") {
		t.Errorf("the file is %s, sealed %v", c.State, c.Identity.Sealed)
	}
	if len(c.Moves) != 1 || c.Moves[0].To != casefile.StateArchived || c.Helpers {
		t.Errorf("it can go to %v", c.Moves)
	}
	must(t, i.Casework.OpenIdentity(ctx, team.Manager, f.Number, "De getuige bellen"))
	if who := i.Case(team.Manager, f.Number).Identity; who.Name != "Bart Wouters" || who.Email != "bart@mail.example" {
		t.Errorf("who helped is %q", who.Name)
	}
	told := i.Case(team.Manager, r.Number)
	if !slices.ContainsFunc(told.Timeline, func(it casework.Item) bool { return it.Helper == f.Number }) {
		t.Error("the case does not tell that somebody got a code")
	}
	if len(mailbox(t, i, i.Enter(r.Code)).Thread) != 0 {
		t.Error("the complainant sees who helped")
	}
	if _, err := i.Casework.Case(ctx, team.Service[0], f.Number); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("somebody else reads the file: %v", err)
	}
}

func TestWhoHelpedIsAskedAndHeardByOthers(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	rik := i.Join("Rik Goossens", staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
	must(t, i.AddReader(team.Manager, r.Number, rik.Member)) // so that the one who stands in is not called
	must(t, i.StepAside(team.HR, r.Number))                  // has no key to the file, and handled the case
	f := helped(t, i, team.Manager, r.Number)
	code := owned(t, i, f.Code)
	tok := i.Enter(code)
	must(t, i.Dialogue.AllowMail(ctx, tok, dialogue.Sending{Key: dialogue.NewKey(), Number: f.Number}))
	i.DeliverMail()
	must(t, i.Dialogue.ConfirmContact(ctx, mailed(t, i, "bart@mail.example")))
	before := mailsTo(i, "bart")
	asked(t, i, tok)
	if mailsTo(i, "bart") != before+1 {
		t.Fatal("no mail asks who helped")
	}
	tok = i.Enter(code)
	for _, m := range mailbox(t, i, tok).CheckIns {
		if m.Now {
			browser := seal.NewToken()
			s := dialogue.Sending{Key: dialogue.NewKey(), Number: f.Number}
			came, err := i.Dialogue.AnswerCheckIn(ctx, tok, browser, s, badly("Ik kreeg een slechte beoordeling."))
			must(t, err)
			if !came.Made {
				t.Fatalf("nothing was made: %+v", came)
			}
			again, err := i.Intake.Receipt(ctx, browser)
			must(t, err)
			for name, a := range map[string]access.Actor{"the manager": team.Manager, "the member of HR": team.HR, "Rik": rik} {
				if reads(i, a, again.Number) {
					t.Errorf("%s reads it", name)
				}
			}
			if !reads(i, team.Alternative, again.Number) {
				t.Error("nobody reads it")
			}
			return
		}
	}
	t.Fatal("nothing was asked")
}

func TestAFileOfSomebodyWhoHelpedNeedsThemAndTheirWish(t *testing.T) {
	i, team := apptest.Staffed(t)
	strict := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	general := i.Complain("nl", apptest.Answers("communication"), nil)
	whole := casework.Helper{First: "Bart", Last: "Wouters", Phone: "0470 12 34 56", Lang: lang.NL, Agreed: true, About: "Iemand die hielp"}
	for field, x := range map[string]casework.Helper{
		"first_name": {Last: "Wouters", Phone: "0470 12 34 56", Lang: lang.NL, Agreed: true},
		"email":      {First: "Bart", Last: "Wouters", Lang: lang.NL, Agreed: true},
		"agreed":     {First: "Bart", Last: "Wouters", Phone: "0470 12 34 56", Lang: lang.NL},
	} {
		_, err := i.Casework.AddHelper(ctx, team.Manager, strict.Number, x, i.Password(team.Manager))
		var no *casework.HelperRefusal
		if !errors.As(err, &no) || no.Errors[0].Field != field {
			t.Errorf("without %s: %v", field, err)
		}
	}
	if _, err := i.Casework.AddHelper(ctx, team.Manager, strict.Number, whole, "not this one"); err == nil {
		t.Error("made without the password")
	}
	if _, err := i.Casework.AddHelper(ctx, team.Service[0], strict.Number, whole, i.Password(team.Service[0])); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("made by somebody who cannot read the case: %v", err)
	}
	if _, err := i.Casework.AddHelper(ctx, team.Service[0], general.Number, whole, i.Password(team.Service[0])); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("made where nobody is asked: %v", err)
	}
	f, err := i.Casework.AddHelper(ctx, team.Manager, strict.Number, whole, i.Password(team.Manager))
	must(t, err)
	if _, err := i.Casework.AddHelper(ctx, team.Manager, f.Number, whole, i.Password(team.Manager)); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("made in a file of the same kind: %v", err)
	}
	c := i.Case(team.Manager, f.Number)
	err = i.Casework.ChangeState(ctx, team.Manager, f.Number, casework.Transition{To: casefile.StateReview, Revision: c.Revision})
	var refused *casefile.Refusal
	if !errors.As(err, &refused) {
		t.Errorf("it went into review: %v", err)
	}
}

// A file of somebody who helped names the case, so whoever is left out of the case later
// loses it as well.
func TestWhoIsLeftOutOfACaseLosesTheFilesOfThoseWhoHelped(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	f := helped(t, i, team.Manager, r.Number)
	other := helped(t, i, team.Manager, r.Number)
	if !reads(i, team.HR, f.Number) || !reads(i, team.HR, other.Number) {
		t.Fatal("the member does not read them before: the test could not fail")
	}
	must(t, i.StepAside(team.HR, r.Number))
	for _, n := range []casefile.Number{r.Number, f.Number, other.Number} {
		if reads(i, team.HR, n) || !reads(i, team.Manager, n) {
			t.Errorf("who stepped aside reads %s, or who stayed does not", n)
		}
	}
	if list, err := i.Casework.Inbox(ctx, team.HR, casework.Filter{View: casework.ViewAll, Page: 1}); err != nil || list.Total != 0 {
		t.Errorf("the list shows %d, %v", list.Total, err)
	}
}
