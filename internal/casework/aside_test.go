package casework_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/custody"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

// onBoth runs a test on an instance on each database.
func onBoth(t *testing.T, test func(t *testing.T, i *apptest.Instance, s apptest.Staff)) {
	t.Helper()
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		i, s := apptest.Staffed(t, func(c *config.Config, _ *app.Options) { c.Database = dsn })
		test(t, i, s)
	})
}

// unknown fails the test unless a case answers a member like one that does not exist.
func unknown(t *testing.T, i *apptest.Instance, actor access.Actor, n casefile.Number) {
	t.Helper()
	_, none := i.Casework.Case(t.Context(), actor, "KB-0000-00")
	if _, err := i.Casework.Case(t.Context(), actor, n); !errors.Is(err, fault.ErrNotFound) || err.Error() != none.Error() {
		t.Errorf("the case answers %s %v, one that does not exist %v", actor.Name, err, none)
	}
	for _, view := range casework.Views() {
		list, err := i.Casework.Inbox(t.Context(), actor, casework.Filter{View: view, Page: 1})
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(list.Rows, func(r casework.Row) bool { return r.Number == n }) || list.Next.Number == n {
			t.Errorf("%s finds the case under %s", actor.Name, view)
		}
	}
}

// readers are the names of those who can read a case, as one of them is told.
func readers(t *testing.T, i *apptest.Instance, actor access.Actor, n casefile.Number) []string {
	t.Helper()
	p, err := i.Casework.Readers(t.Context(), actor, n)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, r := range p.Readers {
		list = append(list, r.Name)
	}
	slices.Sort(list)
	return list
}

func TestWhoStepsAsideKnowsNothingOfTheCaseAnyMore(t *testing.T) {
	onBoth(t, func(t *testing.T, i *apptest.Instance, s apptest.Staff) {
		n := i.Complain("nl", apptest.StrictAnswers("theft"), map[string]string{"a.txt": "a"}).Number
		i.DeliverMail()
		c := i.Case(s.HR, n)
		if err := i.Casework.Assign(t.Context(), s.HR, n, s.HR.Member, c.Revision); err != nil {
			t.Fatal(err)
		}
		if _, err := i.Casework.SaveDraft(t.Context(), s.HR, n, casework.Writing{Kind: casework.DraftNote, Was: casework.DraftNote, Text: "unfinished"}); err != nil {
			t.Fatal(err)
		}
		if err := i.Casework.StepAside(t.Context(), s.HR, n, "   "); !says(err, "error.access-reason") {
			t.Errorf("without a reason: %v", err)
		}
		if err := i.Casework.StepAside(t.Context(), s.HR, n, "zijn zus is de leverancier"); err != nil {
			t.Fatal(err)
		}
		unknown(t, i, s.HR, n)
		after := i.Case(s.Manager, n)
		if after.Damaged || after.Charge.ID != s.Manager.Member || after.Subject != c.Subject {
			t.Errorf("damaged %v, in charge %q, subject %q", after.Damaged, after.Charge.Name, after.Subject)
		}
		told := after.Timeline[len(after.Timeline)-1]
		for _, x := range after.Timeline {
			if x.Access != nil && x.Access.Act == casefile.AccessAside {
				told = x
			}
		}
		if told.Person != s.HR.Name || told.Text != "zijn zus is de leverancier" || told.From.Name != s.HR.Name {
			t.Errorf("the timeline tells of %q", told.Person)
		}
		if got := readers(t, i, s.Manager, n); !slices.Equal(got, []string{s.Alternative.Name, s.Manager.Name}) {
			t.Errorf("%v can read it, want the manager and, as one is left, the alternative", got)
		}
		if c := i.Case(s.Alternative, n); c.Story == nil || len(c.Story.Files) != 1 || c.Damaged {
			t.Error("the alternative recipient does not read what was written before")
		}
	})
}

// Whatever is going on at the moment of the exclusion leaves nothing behind.
func TestWhoIsLeftOutWhileWorkingLeavesNothingBehind(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), map[string]string{"a.txt": "a"}).Number
	id := i.Case(s.HR, n).Story.Files[0].ID
	if err := i.Exclude(s.Manager, n, s.HR.Member); err != nil {
		t.Fatal(err)
	}
	for name, act := range map[string]func() error{
		"reading a file": func() error {
			_, err := i.Casework.Open(t.Context(), s.HR, n, id, casework.Take{Original: true})
			return err
		},
		"a draft": func() error {
			_, err := i.Casework.SaveDraft(t.Context(), s.HR, n, casework.Writing{Kind: casework.DraftNote, Was: casework.DraftNote, Text: "x"})
			return err
		},
		"the identity":     func() error { return i.Casework.OpenIdentity(t.Context(), s.HR, n, "De klager opbellen") },
		"who can read it":  func() error { _, err := i.Casework.Readers(t.Context(), s.HR, n); return err },
		"stepping aside":   func() error { return i.StepAside(s.HR, n) },
		"leaving out":      func() error { return i.Exclude(s.HR, n, s.Manager.Member) },
		"adding":           func() error { return i.AddReader(s.HR, n, s.Service[0].Member) },
		"moving":           func() error { _, err := i.Casework.PreviewMove(t.Context(), s.HR, n, casefile.Privacy); return err },
		"asking to return": func() error { _, err := i.Casework.AskReturn(t.Context(), s.HR, n, s.HR.Member, reason); return err },
	} {
		if err := act(); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	unknown(t, i, s.HR, n)
	if err := i.Casework.Assign(t.Context(), s.Manager, n, s.HR.Member, i.Case(s.Manager, n).Revision); err == nil {
		t.Error("whoever is left out can be put in charge")
	}
	if err := i.AddReader(s.Manager, n, s.HR.Member); !says(err, "error.member-missing") {
		t.Errorf("whoever is left out can be added by name: %v", err)
	}
}

func TestMailThatWaitsForWhoIsLeftOutNeverLeaves(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	before := len(i.Box.Mails())
	err := i.Dialogue.Reply(t.Context(), i.Enter(r.Code), dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}, lang.NL, "Nog iets.", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Exclude(s.Manager, r.Number, s.HR.Member); err != nil {
		t.Fatal(err)
	}
	err = i.Dialogue.Reply(t.Context(), i.Enter(r.Code), dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}, lang.NL, "En nog iets.", nil)
	if err != nil {
		t.Fatal(err)
	}
	i.DeliverMail()
	if len(i.Box.Mails()) == before {
		t.Fatal("nobody was told")
	}
	for _, m := range i.Box.Mails() {
		if strings.HasPrefix(m.To, "thomas") {
			t.Error("whoever was left out got a mail")
		}
	}
	if after := i.Case(s.Manager, r.Number); after.Damaged || !slices.ContainsFunc(after.Timeline, func(x casework.Item) bool { return x.Text == "En nog iets." }) {
		t.Error("what the complainant wrote afterwards does not open")
	}
}

// A log line about the case is not for whoever was left out, also as an auditor.
func TestTheAuditorWhoWasLeftOutSeesNoLineOfTheCase(t *testing.T) {
	i := apptest.New(t)
	handler := func(f staff.Function) staff.Assignment {
		return staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam, Function: f}
	}
	nele := i.Join("Nele Janssens", handler(staff.IntegrityManager))
	both := i.Join("Anke Schmitz", handler(staff.HumanResources), staff.Assignment{Role: staff.RoleAuditor})
	i.Join("Marc Verstraete", staff.Assignment{Role: staff.RoleHandler, Team: casefile.Alternative})
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.Case(both, n)
	i.Sequence()
	lines := func() (about int) {
		p, err := i.Casework.Log(t.Context(), both, casework.LogFilter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range p.Lines {
			if l.Number == n || l.Kind == audit.Submission || l.Kind == audit.GrantMade || l.Kind == audit.GrantDeleted || l.Kind == audit.AccessChanged {
				about++
			}
		}
		return about
	}
	if lines() == 0 {
		t.Fatal("there are no lines to hide")
	}
	if err := i.Exclude(nele, n, both.Member); err != nil {
		t.Fatal(err)
	}
	i.Sequence()
	if got := lines(); got != 0 {
		t.Errorf("%d lines tell of the case", got)
	}
}

func TestWhoIsLeftCanAlwaysReadUntilNobodyMay(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	for _, actor := range []access.Actor{s.HR, s.Manager} {
		if err := i.StepAside(actor, r.Number); err != nil {
			t.Fatal(err)
		}
	}
	if got := readers(t, i, s.Alternative, r.Number); !slices.Equal(got, []string{s.Alternative.Name}) {
		t.Errorf("%v can read it", got)
	}
	if err := i.StepAside(s.Alternative, r.Number); err != nil {
		t.Fatal(err)
	}
	for _, actor := range append(slices.Clone(s.Service), s.HR, s.Manager, s.Alternative) {
		unknown(t, i, actor, r.Number)
	}
	m, err := i.Dialogue.Mailbox(t.Context(), i.Enter(r.Code))
	if err != nil || m.Damaged || !m.OnlyOutside {
		t.Errorf("the complainant is not told that nobody here may read it: %v", err)
	}
	err = i.Dialogue.Reply(t.Context(), i.Enter(r.Code), dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}, lang.NL, "Is daar iemand?", nil)
	if err != nil {
		t.Errorf("the complainant cannot write any more: %v", err)
	}
}

func TestLettingBackInNeedsTwoOthers(t *testing.T) {
	onBoth(t, func(t *testing.T, i *apptest.Instance, s apptest.Staff) {
		n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
		i.Write(s.HR, n, casework.DraftNote, "from before")
		if err := i.Exclude(s.Manager, n, s.HR.Member); err != nil {
			t.Fatal(err)
		}
		if err := i.Casework.LetBackIn(t.Context(), s.Manager, n, s.HR.Member); !errors.Is(err, casework.ErrNeedsApproval) {
			t.Errorf("alone: %v", err)
		}
		if _, err := i.Casework.AskReturn(t.Context(), s.Manager, n, s.Service[0].Member, reason); !says(err, "error.member-missing") {
			t.Errorf("for somebody who is not left out: %v", err)
		}
		id, err := i.Casework.AskReturn(t.Context(), s.Manager, n, s.HR.Member, reason)
		if err != nil {
			t.Fatal(err)
		}
		if err := i.Decide(s.Manager, n, id, casefile.VerdictApproved); err == nil {
			t.Error("the one who asks approves it")
		}
		if err := i.Casework.LetBackIn(t.Context(), s.Manager, n, s.HR.Member); !errors.Is(err, casework.ErrNeedsApproval) {
			t.Errorf("before the approval: %v", err)
		}
		unknown(t, i, s.HR, n)
		if err := i.Decide(s.Alternative, n, id, casefile.VerdictApproved); err != nil {
			t.Fatal(err)
		}
		unknown(t, i, s.HR, n)
		p, err := i.Casework.Readers(t.Context(), s.Manager, n)
		if err != nil || len(p.Out) != 1 || p.Out[0].Ready != id {
			t.Fatalf("it is not offered to be carried out: %v", err)
		}
		if err := i.Casework.LetBackIn(t.Context(), s.Manager, n, s.HR.Member); err != nil {
			t.Fatal(err)
		}
		c := i.Case(s.HR, n)
		if c.Damaged || c.Story == nil || !slices.ContainsFunc(c.Timeline, func(x casework.Item) bool { return x.Text == "from before" }) {
			t.Error("who was let back in does not read everything")
		}
		if err := i.Casework.LetBackIn(t.Context(), s.Manager, n, s.HR.Member); err == nil {
			t.Error("one approval lets in twice")
		}
		if err := i.StepAside(s.HR, n); err != nil {
			t.Fatal(err)
		}
		unknown(t, i, s.HR, n)
	})
}

// Whom the complainant named at first is let back in the same way only.
func TestWhoWasLeftOutAtFirstIsLetInByTwoOnly(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.With(apptest.StrictAnswers("abuse-of-power"), profile.FieldConcerns, "hr"), nil).Number
	if err := i.AddReader(s.Manager, n, s.HR.Member); !says(err, "error.member-missing") {
		t.Errorf("by one alone: %v", err)
	}
	p, err := i.Casework.Readers(t.Context(), s.Manager, n)
	if err != nil || len(p.Out) != 1 || p.Out[0].ID != s.HR.Member || !p.Out[0].MayAsk {
		t.Fatalf("left out: %d, %v", len(p.Out), err)
	}
	if err := i.LetBackIn(s.Manager, s.Alternative, n, s.HR.Member); err != nil {
		t.Fatal(err)
	}
	if c := i.Case(s.HR, n); c.Story == nil || c.Damaged {
		t.Error("who was let in does not read it")
	}
}

func TestAColleagueIsAddedByName(t *testing.T) {
	onBoth(t, func(t *testing.T, i *apptest.Instance, s apptest.Staff) {
		n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
		before := i.Case(s.Manager, n)
		for who, id := range map[string]staff.ID{"an auditor": s.Auditor.Member, "nobody": "x", "a reader": s.HR.Member} {
			if err := i.AddReader(s.Manager, n, id); !says(err, "error.member-missing") {
				t.Errorf("%s: %v", who, err)
			}
		}
		if err := i.AddReader(s.Manager, n, s.Service[0].Member); err != nil {
			t.Fatal(err)
		}
		c := i.Case(s.Service[0], n)
		if c.Damaged || c.Story == nil || !c.Identity.Sealed {
			t.Errorf("damaged %v, identity sealed %v", c.Damaged, c.Identity.Sealed)
		}
		p, err := i.Casework.Readers(t.Context(), s.HR, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Readers {
			if want := map[staff.ID]casework.ReaderBy{s.Service[0].Member: casework.ByName}[r.ID]; want != "" && r.By != want {
				t.Errorf("%s reads by %s", r.Name, r.By)
			}
		}
		if len(p.Readers) != 3 || before.Damaged {
			t.Errorf("%d readers", len(p.Readers))
		}
		i.DeliverMail()
		if !slices.ContainsFunc(i.Box.Mails(), func(m letter.Mail) bool {
			return strings.HasPrefix(m.To, "sofie") && strings.Contains(m.Text, string(n))
		}) {
			t.Error("whoever was added is not told")
		}
	})
}

func TestANameInTheStoryIsPointedOutUntilSomebodySaysItIsAnother(t *testing.T) {
	i, s := apptest.Staffed(t)
	a := apptest.StrictAnswers("theft")
	r := i.Complain("nl", a, nil)
	if got := i.Case(s.HR, r.Number).Named; len(got) != 0 {
		t.Fatalf("%v is named in a story that names nobody", got)
	}
	err := i.Dialogue.Reply(t.Context(), i.Enter(r.Code), dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}, lang.NL, "Het was DUBOIS, thomas dübois.", nil)
	if err != nil {
		t.Fatal(err)
	}
	mine, theirs := i.Case(s.HR, r.Number).Named, i.Case(s.Manager, r.Number).Named
	if len(mine) != 1 || !mine[0].Me || len(theirs) != 1 || theirs[0].Me || theirs[0].ID != s.HR.Member || !theirs[0].Reader {
		t.Fatalf("the member is shown %d names, the colleague %d", len(mine), len(theirs))
	}
	if err := i.Casework.NotAbout(t.Context(), s.HR, r.Number, s.HR.Member); err != nil {
		t.Fatal(err)
	}
	if len(i.Case(s.HR, r.Number).Named)+len(i.Case(s.Manager, r.Number).Named) != 0 {
		t.Error("the name is pointed out although it is another's")
	}
	if c := i.Case(s.Manager, r.Number); !slices.ContainsFunc(c.Timeline, func(x casework.Item) bool {
		return x.Access != nil && x.Access.Act == casefile.AccessNotAbout && x.From.Name == s.HR.Name
	}) {
		t.Error("the timeline does not tell who said so")
	}
}

// Excluding and writing at the same time: both arrive, whole.
func TestAnExclusionBesideOthersWhoWrite(t *testing.T) {
	onBoth(t, func(t *testing.T, i *apptest.Instance, s apptest.Staff) {
		r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
		tok := i.Enter(r.Code)
		done := make(chan error)
		for range 4 {
			go func() {
				done <- i.Dialogue.Reply(t.Context(), tok, dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}, lang.NL, "Nog iets.", nil)
			}()
		}
		go func() { done <- i.Exclude(s.Manager, r.Number, s.HR.Member) }()
		for range 5 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		c := i.Case(s.Manager, r.Number)
		count := 0
		for _, x := range c.Timeline {
			if x.Text == "Nog iets." {
				count++
			}
		}
		if c.Damaged || count != 4 {
			t.Errorf("damaged %v, %d of 4 messages", c.Damaged, count)
		}
		unknown(t, i, s.HR, r.Number)
		err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
			held, err := tx.Granted(r.Case, s.HR.Member)
			if held {
				t.Error("a key is left")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAnExclusionDoesNotWaitForAnAlarm(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.Custody.Raise(t.Context(), custody.AlarmLog)
	if err := i.AddReader(s.Manager, n, s.Service[0].Member); !errors.Is(err, custody.ErrStopped) {
		t.Errorf("a reader is added while there is an alarm: %v", err)
	}
	if err := i.Exclude(s.Manager, n, s.HR.Member); err != nil {
		t.Fatal(err)
	}
	unknown(t, i, s.HR, n)
	if got := readers(t, i, s.Manager, n); !slices.Equal(got, []string{s.Manager.Name}) {
		t.Errorf("%v can read it", got)
	}
	unknown(t, i, s.Alternative, n)

	i.Custody.Settle(t.Context(), custody.AlarmLog)
	i.Write(s.Manager, n, casework.DraftNote, "from after")
	if c := i.Case(s.Alternative, n); c.Damaged || c.Story == nil {
		t.Error("whoever writes next does not call in the alternative recipient")
	}
	unknown(t, i, s.HR, n)
}
