package dialogue_test

import (
	"encoding/hex"
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
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// told is what somebody tells who is treated badly, with the page's own default of who
// does not receive it.
func told(t *testing.T, i *apptest.Instance, tok seal.Token) (dialogue.Told, dialogue.Sending) {
	t.Helper()
	page, err := i.Dialogue.Retaliation(ctx, tok)
	must(t, err)
	x := dialogue.Told{
		Lang: "nl", Who: dialogue.WhoSame,
		Answers: profile.Answers{profile.FieldStory: {"Sinds mijn klacht krijg ik geen diensten meer."}, profile.FieldWhen: {"sinds mei"}},
	}
	for _, r := range page.Roles {
		if r.Out {
			x.Leave = append(x.Leave, r.ID)
		}
	}
	return x, dialogue.Sending{Key: dialogue.NewKey(), Number: page.Mailbox.Number}
}

// retaliate sends it and returns the receipt of the new case.
func retaliate(t *testing.T, i *apptest.Instance, tok seal.Token, s dialogue.Sending, x dialogue.Told) *intake.Receipt {
	t.Helper()
	browser := seal.NewToken()
	matches, err := i.Dialogue.Retaliate(ctx, tok, browser, s, x)
	must(t, err)
	if len(matches) > 0 {
		t.Fatalf("asked about %d names", len(matches))
	}
	r, err := i.Intake.Receipt(ctx, browser)
	must(t, err)
	return r
}

func reads(i *apptest.Instance, a access.Actor, n casefile.Number) bool {
	_, err := i.Casework.Case(ctx, a, n)
	return !errors.Is(err, fault.ErrNotFound)
}

func TestWhoSpokeAndIsTreatedBadlyTellsItToOthers(t *testing.T) {
	i, team := apptest.Staffed(t)
	old := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.Case(team.Manager, old.Number)
	tok := i.Enter(old.Code)
	x, s := told(t, i, tok)
	r := retaliate(t, i, tok, s, x)
	if r.Number == old.Number || r.Code == old.Code || r.Route != casefile.Integrity || !r.Alternative || r.OnlyOutside {
		t.Errorf("the new case has route %s, alternative %v, only outside %v", r.Route, r.Alternative, r.OnlyOutside)
	}
	for name, a := range map[string]access.Actor{"the manager": team.Manager, "the member of HR": team.HR, "somebody of the service": team.Service[0]} {
		if reads(i, a, r.Number) {
			t.Errorf("%s reads the new case", name)
		}
	}
	c := i.Case(team.Alternative, r.Number)
	said := ""
	for _, g := range c.Story.Groups {
		for _, a := range g.Answers {
			said += a.Label + ": " + a.Text + "\n"
		}
	}
	for _, words := range []string{"geen diensten meer", "sinds mei", string(old.Number), "Vergelding na een klacht"} {
		if !strings.Contains(said, words) {
			t.Errorf("the new case does not say %q:\n%s", words, said)
		}
	}
	if strings.Contains(said, "Ingrid") || !c.Identity.Sealed {
		t.Error("who tells it is not sealed apart")
	}
	must(t, i.Casework.OpenIdentity(ctx, team.Alternative, r.Number, "De klager bellen"))
	if who := i.Case(team.Alternative, r.Number).Identity; who.Name != "Ingrid Maes" || who.Email != "ingrid.maes@mail.example" {
		t.Error("name and address were not taken over")
	}
	if m := mailbox(t, i, i.Enter(r.Code)); m.Number != r.Number || len(m.Thread) != 0 {
		t.Error("the new code opens another mailbox")
	}
}

func TestTheSameFormMakesOneCase(t *testing.T) {
	i, _ := apptest.Staffed(t)
	old := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	tok := i.Enter(old.Code)
	x, s := told(t, i, tok)
	browser := seal.NewToken()
	for range 2 {
		_, err := i.Dialogue.Retaliate(ctx, tok, browser, s, x)
		must(t, err)
	}
	r, err := i.Intake.Receipt(ctx, browser)
	must(t, err)
	must(t, i.Intake.Confirm(ctx, browser, r.Draft))
	if _, err := i.Dialogue.Retaliate(ctx, tok, browser, s, x); !errors.Is(err, intake.ErrNoReceipt) {
		t.Errorf("sent once more after the code was kept: %v", err)
	}
	var n int64
	must(t, i.Store.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM case_file`).Scan(&n)
	}))
	if n != 2 {
		t.Errorf("%d cases, want the old one and one new", n)
	}
}

func TestWhoWasLeftOutOnceIsLeftOutAgain(t *testing.T) {
	i, team := apptest.Staffed(t)
	byName := i.Join("Petra Verlinden", staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
	a := apptest.With(apptest.StrictAnswers("theft"), profile.FieldStory, "Petra Verlinden nam geld uit de kas, en ik zag dat gebeuren in de lente.")
	draft := i.Draft("nl", apptest.With(a, profile.FieldConcerns, "hr"), nil)
	review, err := i.Intake.Review(ctx, draft)
	must(t, err)
	_, err = i.Intake.Name(ctx, draft, "nl", map[string]string{string(byName.Member): "yes"})
	must(t, err)
	old, err := i.Intake.Submit(ctx, draft, review.Draft.ID)
	must(t, err)
	late := i.Join("Rik Goossens", staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})

	tok := i.Enter(old.Code)
	x, s := told(t, i, tok)
	if !slices.Contains(x.Leave, "about.hr") {
		t.Errorf("left out by default: %v", x.Leave)
	}
	r := retaliate(t, i, tok, s, x)
	for name, c := range map[string]struct {
		a    access.Actor
		want bool
	}{
		"the manager, who handled it": {team.Manager, false}, "the member of HR, whom it was about": {team.HR, false},
		"Petra, who was named": {byName, false}, "Marc, who stood in": {team.Alternative, false}, "Rik, who came later": {late, true},
	} {
		if got := reads(i, c.a, r.Number); got != c.want {
			t.Errorf("%s reads it: %v", name, got)
		}
	}
}

func TestWhoWasSentAwayFromTheCaseHandledIt(t *testing.T) {
	i, team := apptest.Staffed(t)
	old := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	must(t, i.StepAside(team.HR, old.Number)) // without ever having opened it
	tok := i.Enter(old.Code)
	x, s := told(t, i, tok)
	if r := retaliate(t, i, tok, s, x); reads(i, team.HR, r.Number) {
		t.Error("who stepped aside from the earlier case reads the new one")
	}
}

func TestWhereNobodyElseIsLeftThePersonDecides(t *testing.T) {
	i, team := apptest.Staffed(t)
	old := i.Complain("nl", apptest.With(apptest.StrictAnswers("theft"), profile.FieldConcerns, "director"), nil)
	tok := i.Enter(old.Code)
	page, err := i.Dialogue.Retaliation(ctx, tok)
	must(t, err)
	if !page.Nobody {
		t.Fatal("all who could receive it handled the earlier case, and the page does not say so")
	}
	x, s := told(t, i, tok)
	r := retaliate(t, i, tok, s, x)
	if !reads(i, team.Manager, r.Number) || r.OnlyOutside {
		t.Error("by default nobody reads it")
	}
	x.Leave, s.Key = nil, dialogue.NewKey()
	for _, role := range page.Roles {
		x.Leave = append(x.Leave, role.ID)
	}
	if r := retaliate(t, i, tok, s, x); !r.OnlyOutside || reads(i, team.Manager, r.Number) || reads(i, team.Alternative, r.Number) {
		t.Error("somebody reads it although all were left out")
	}
}

func TestANameThatIsTypedIsAskedAbout(t *testing.T) {
	i, team := apptest.Staffed(t)
	old := i.Complain("nl", apptest.Answers("communication"), nil) // Supporters Service handled it
	tok := i.Enter(old.Code)
	x, s := told(t, i, tok)
	x.Answers[profile.FieldStory] = []string{"Thomas Dubois zette mij van de lijst."}
	matches, err := i.Dialogue.Retaliate(ctx, tok, seal.NewToken(), s, x)
	must(t, err)
	if len(matches) != 1 || matches[0].Member != team.HR.Member {
		t.Fatalf("asked about %d names", len(matches))
	}
	x.Named = map[string]string{string(team.HR.Member): "yes"}
	r := retaliate(t, i, tok, s, x)
	if reads(i, team.HR, r.Number) || !reads(i, team.Manager, r.Number) || !reads(i, team.Alternative, r.Number) || reads(i, team.Service[0], r.Number) {
		t.Error("the new case is not with the manager and the one who stands in, alone")
	}
}

func TestWhatIsMissingIsSaidAndNothingIsSent(t *testing.T) {
	i, _ := apptest.Staffed(t)
	old := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	tok := i.Enter(old.Code)
	for name, c := range map[string]struct {
		change func(*dialogue.Told)
		fields string
	}{
		"nothing":       {func(x *dialogue.Told) { x.Answers, x.Who = profile.Answers{}, "" }, "story who"},
		"no choice":     {func(x *dialogue.Told) { x.Who = "" }, "who"},
		"another, none": {func(x *dialogue.Told) { x.Who = dialogue.WhoOther }, "first_name last_name email"},
		"too long":      {func(x *dialogue.Told) { x.Answers[profile.FieldStory] = []string{strings.Repeat("x", 20_001)} }, "story"},
	} {
		x, s := told(t, i, tok)
		c.change(&x)
		browser := seal.NewToken()
		_, err := i.Dialogue.Retaliate(ctx, tok, browser, s, x)
		var refused *dialogue.Refusal
		if !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var fields []string
		for _, e := range refused.Errors {
			fields = append(fields, e.Field)
		}
		if got := strings.Join(fields, " "); got != c.fields {
			t.Errorf("%s: asked for %q, want %q", name, got, c.fields)
		}
		if _, err := i.Intake.Receipt(ctx, browser); !errors.Is(err, intake.ErrNoReceipt) {
			t.Errorf("%s: something was sent: %v", name, err)
		}
	}
	x, s := told(t, i, tok)
	x.Who = dialogue.WhoOther
	x.Answers["first_name"], x.Answers["last_name"], x.Answers["phone"] = []string{"An"}, []string{"Claes"}, []string{"0470 12 34 56"}
	if m := mailbox(t, i, i.Enter(retaliate(t, i, tok, s, x).Code)); m.Identity.First != "An" || m.Identity.Email != "" {
		t.Error("the other name was not taken")
	}
}

func TestTheEarlierCaseDoesNotChange(t *testing.T) {
	i, team := apptest.Staffed(t)
	old := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	i.Write(team.Manager, old.Number, casework.DraftMessage, "Wij bekijken het.")
	i.Close(team.Manager, old.Number, "Terugbetaald.", "Er was een fout.")
	tok := i.Enter(old.Code)
	mailbox(t, i, tok)
	before := wholeCase(t, i, old.Case)
	x, s := told(t, i, tok)
	retaliate(t, i, tok, s, x)
	i.DeliverMail()
	if after := wholeCase(t, i, old.Case); after != before {
		t.Errorf("the earlier case went from\n%s\nto\n%s", before, after)
	}
}

// wholeCase is everything the database holds about a case, the life of sessions apart.
func wholeCase(t *testing.T, i *apptest.Instance, id casefile.ID) string {
	t.Helper()
	var all strings.Builder
	must(t, i.Store.Read(ctx, func(tx *store.Tx) error {
		for _, table := range []string{
			"case_key", "case_grant", "keyring", "entry", "summary", "case_clock", "read_mark", "opening", "code", "code_change",
			"notice_address", "link", "desk_draft", "mail", "log_leaf", "lost_access",
		} {
			var n int64
			if err := tx.QueryRow(`SELECT count(*) FROM `+table+` WHERE case_id = $1`, id).Scan(&n); err != nil {
				return err
			}
			all.WriteString(table + " " + strings.Repeat("|", int(n)) + "\n")
		}
		turn, state, err := tx.CaseState(id)
		all.WriteString(strings.Repeat("t", int(turn)) + " " + hex.EncodeToString(state[:]))
		return err
	}))
	return all.String()
}
