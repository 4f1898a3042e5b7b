package setup_test

import (
	"slices"
	"strings"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

// onBothClosed runs a test on a desk that is still to be opened.
func onBothClosed(t *testing.T, k setup.Keeping, test func(t *testing.T, i *apptest.Instance)) {
	t.Helper()
	k.Closed = true
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		test(t, apptest.Kept(t, k, func(c *config.Config, _ *app.Options) { c.Database = dsn }))
	})
}

func steps(t *testing.T, i *apptest.Instance, who access.Actor) *setup.FirstSteps {
	t.Helper()
	f, err := i.Setup.FirstSteps(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// asked are the two groups of a text that a part asks for.
func asked(a setup.AskedBack, text string) string {
	groups := strings.Split(text, "-")
	return groups[a.First-1] + " " + groups[a.Second-1]
}

// receiving reports whether any team takes complaints in.
func receiving(t *testing.T, i *apptest.Instance) bool {
	t.Helper()
	teams, err := i.Intake.Receiving(t.Context())
	must(t, err)
	for _, open := range teams {
		if open {
			return true
		}
	}
	return false
}

func TestTheFormOpensOnceEverythingIsReadyAndByAMember(t *testing.T) {
	onBothClosed(t, setup.Keeping{}, func(t *testing.T, i *apptest.Instance) {
		if i.Setup.Begun(t.Context()) {
			t.Error("somebody is there before anybody enrolled")
		}
		before := i.Clock.Now()
		s := i.Staff()
		if !i.Clock.Now().Equal(before) {
			t.Error("whoever sets up waits for a delay")
		}
		if !i.Setup.Begun(t.Context()) || receiving(t, i) {
			t.Error("a team takes complaints in before the form was opened")
		}
		proof := i.Password(s.Manager)
		f := steps(t, i, s.Manager)
		if want := []setup.Step{setup.StepOrganisation, setup.StepRecovery, setup.StepTopics}; !slices.Equal(f.Missing(), want) || f.Opened || !f.May {
			t.Errorf("missing are %v, want %v", f.Missing(), want)
		}
		if err := i.Setup.Open(t.Context(), s.Manager, proof); !says(err, "error.setup-missing") {
			t.Errorf("opened with three steps missing: %v", err)
		}
		must(t, i.Setup.Confirm(t.Context(), s.Manager, setup.StepOrganisation, "ignored"))
		must(t, i.Setup.Confirm(t.Context(), s.Manager, setup.StepTopics, ""))
		keeps(t, i, s.Manager)
		if err := i.Setup.Open(t.Context(), s.HR, i.Password(s.HR)); !says(err, "error.not-allowed") {
			t.Errorf("opened by somebody who does not set up: %v", err)
		}
		if err := i.Setup.Open(t.Context(), s.Manager, "not the password of anybody"); err == nil || receiving(t, i) {
			t.Errorf("opened with another password: %v", err)
		}
		must(t, i.Setup.Open(t.Context(), s.Manager, proof))
		if !receiving(t, i) || !steps(t, i, s.HR).Opened {
			t.Error("the form is not open")
		}
		if err := i.Setup.Open(t.Context(), s.Manager, proof); !says(err, "error.setup-opened") {
			t.Errorf("opened twice: %v", err)
		}
		if n := lines(t, i, audit.SetupConfirmed); n != 3 {
			t.Errorf("%d lines of the log tell of three confirmed steps", n)
		}
	})
}

func lines(t *testing.T, i *apptest.Instance, k audit.Kind) (n int) {
	t.Helper()
	must(t, i.Store.Read(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow("SELECT count(*) FROM log_leaf WHERE kind = $1", string(k)).Scan(&n)
	}))
	return n
}

// keeps types the recovery key back, wrong and right; what it was held against is gone then.
func keeps(t *testing.T, i *apptest.Instance, who access.Actor) {
	t.Helper()
	f := steps(t, i, who)
	if len(f.Ask) != 1 || f.Ask[0].Part != "1" {
		t.Fatalf("asked are %+v", f.Ask)
	}
	right := asked(f.Ask[0], i.Founded.Recovery.Text())
	for _, wrong := range []string{"", "0000 0000", right[:8], right + "0"} {
		if part, err := i.Setup.KeepRecovery(t.Context(), who, map[string]string{"1": wrong}); part != "1" || !says(err, "error.setup-groups") {
			t.Errorf("%q is taken for %q: %q, %v", wrong, right, part, err)
		}
	}
	if _, err := i.Setup.KeepRecovery(t.Context(), who, map[string]string{"1": strings.ToLower(right)}); err != nil {
		t.Fatal(err)
	}
	must(t, i.Store.Read(t.Context(), func(tx *store.Tx) error {
		marks, err := tx.SetupMarks()
		for _, m := range marks {
			if len(m.Value) > 0 {
				t.Errorf("of step %s something lies there that a key was held against", m.Step)
			}
		}
		return err
	}))
	if f := steps(t, i, who); !f.Done(setup.StepRecovery, nil) || f.Confirmed[setup.StepRecovery][0].Name != who.Name {
		t.Errorf("the step is not done: %+v", f.Confirmed)
	}
}

func TestEachShareOfTheRecoveryKeyIsAskedFor(t *testing.T) {
	onBothClosed(t, setup.Keeping{Shares: true}, func(t *testing.T, i *apptest.Instance) {
		who := i.Join("Nele Janssens", staff.Assignment{Role: staff.RoleConfigurator})
		f := steps(t, i, who)
		if len(f.Ask) != 3 || !f.Shares {
			t.Fatalf("asked are %+v", f.Ask)
		}
		typed := map[string]string{}
		for n, a := range f.Ask {
			typed[a.Part] = asked(a, i.Founded.Shares[n].Text())
		}
		typed["3"] = typed["2"]
		if part, err := i.Setup.KeepRecovery(t.Context(), who, typed); part != "3" || !says(err, "error.setup-groups") {
			t.Errorf("another share is taken: %q, %v", part, err)
		}
		typed["3"] = asked(f.Ask[2], i.Founded.Shares[2].Text())
		if _, err := i.Setup.KeepRecovery(t.Context(), who, typed); err != nil {
			t.Error(err)
		}
	})
}

func TestATeamNeedsTwoAndTheAlternativeRecipientOne(t *testing.T) {
	i := apptest.Kept(t, setup.Keeping{Closed: true})
	who := i.Join("Nele Janssens", app.First("", "", "").Assignments...)
	short := func() (list []int) {
		for _, s := range steps(t, i, who).Seats {
			list = append(list, s.Short, s.Free)
		}
		return list
	}
	if got := short(); !slices.Equal(got, []int{2, 2, 1, 0, 1, 1}) { // the invitation of the founding is one to the Complaints team
		t.Errorf("missing and not invited are %v", got)
	}
	paths, _, err := i.Setup.InviteAll(t.Context(), who, []setup.Person{
		{Name: "Sofie Peeters", Email: "sofie@desk.example", Language: "nl", Assignments: []staff.Assignment{{Role: staff.RoleHandler, Team: "supporters-service"}}},
		{Name: "Marc Verstraete", Email: "marc@desk.example", Language: "nl", Assignments: []staff.Assignment{{Role: staff.RoleHandler, Team: "alternative"}}},
	})
	if err != nil || len(paths) != 2 || paths[0] == paths[1] {
		t.Fatalf("invited by %v, %v", paths, err)
	}
	if got := short(); !slices.Equal(got, []int{2, 1, 1, 0, 1, 0}) {
		t.Errorf("with two invited missing and not invited are %v", got)
	}
	_, at, err := i.Setup.InviteAll(t.Context(), who, []setup.Person{
		{Name: "Karim", Email: "karim@desk.example", Language: "nl", Assignments: []staff.Assignment{{Role: staff.RoleAuditor}}}, {Name: "Nobody", Email: "no address"},
	})
	if at != 1 || !says(err, "error.email-wrong") || len(steps(t, i, who).Seats[0].People) != 1 {
		t.Errorf("of two of whom one has no address: %d, %v", at, err)
	}
}

func TestATestMailIsTypedBack(t *testing.T) {
	i := apptest.Kept(t, setup.Keeping{Closed: true})
	s := i.Staff()
	if _, err := i.Setup.TestMail(t.Context(), s.HR); !says(err, "error.not-allowed") {
		t.Errorf("sent by somebody who does not set up: %v", err)
	}
	test, err := i.Setup.TestMail(t.Context(), s.Manager)
	must(t, err)
	if f, err := i.Setup.MailFate(t.Context(), s.Manager, test.ID); err != nil || f.State != "waiting" {
		t.Errorf("before it leaves it is %+v, %v", f, err)
	}
	i.DeliverMail()
	mails := i.Box.Mails()
	if last := mails[len(mails)-1]; last.To != "nele.janssens@desk.example" || !strings.Contains(last.Text, test.Code) {
		t.Errorf("the mail to %s does not hold the digits", last.To)
	}
	if f, err := i.Setup.MailFate(t.Context(), s.Manager, test.ID); err != nil || f.State != "sent" {
		t.Errorf("once it left it is %+v, %v", f, err)
	}
	if f, err := i.Setup.MailFate(t.Context(), s.HR, test.ID); err != nil || f.State != "" {
		t.Errorf("a colleague is told %+v, %v", f, err)
	}
	for _, wrong := range []string{"", "123", test.Code + "1"} {
		if err := i.Setup.MailArrived(t.Context(), s.Manager, test.Code, wrong); !says(err, "error.setup-code") {
			t.Errorf("%q is taken: %v", wrong, err)
		}
	}
	if err := i.Setup.MailArrived(t.Context(), s.Manager, "", ""); !says(err, "error.setup-code") {
		t.Errorf("nothing is taken where nothing was sent: %v", err)
	}
	must(t, i.Setup.MailArrived(t.Context(), s.Manager, test.Code, " "+test.Code[:3]+" "+test.Code[3:]))
	if !steps(t, i, s.Manager).Done(setup.StepMail, nil) {
		t.Error("the step is not done")
	}
}

func TestAnAnswerToAPracticeComplaintIsAStepThatStays(t *testing.T) {
	onBothClosed(t, setup.Keeping{}, func(t *testing.T, i *apptest.Instance) {
		s := i.Staff()
		done := func() bool { return steps(t, i, s.Manager).Done(setup.StepPractice, nil) }
		_, err := i.Casework.Practise(t.Context(), s.HR, casework.PracticeStory{Subject: "Oefening", Text: "Iemand wist wat ik geef.", First: "An", Last: "Voorbeeld"})
		must(t, err)
		must(t, i.Casework.EndPractice(t.Context(), s.HR, ""))
		if done() {
			t.Error("one that nobody answered counts")
		}
		n, err := i.Casework.Practise(t.Context(), s.HR, casework.PracticeStory{Subject: "Oefening", Text: "Iemand wist wat ik geef.", First: "An", Last: "Voorbeeld"})
		must(t, err)
		i.Write(s.HR, n, casework.DraftMessage, "Dank u, wij zoeken het uit.")
		if !done() {
			t.Error("an answer does not count while it is there")
		}
		must(t, i.Casework.EndPractice(t.Context(), s.HR, ""))
		if f := steps(t, i, s.Manager); !done() || f.Confirmed[setup.StepPractice][0].Name != s.HR.Name {
			t.Errorf("once it is thrown away the step is %+v", f.Confirmed[setup.StepPractice])
		}
		if receiving(t, i) {
			t.Error("practising opened the form")
		}
	})
}

func TestOnlyWhoSetsUpConfirms(t *testing.T) {
	i := apptest.Kept(t, setup.Keeping{Closed: true})
	s := i.Staff()
	for name, err := range map[string]error{
		"confirmed":  i.Setup.Confirm(t.Context(), s.HR, setup.StepTopics, ""),
		"digits":     i.Setup.MailArrived(t.Context(), s.HR, "123456", "123456"),
		"no actor":   i.Setup.Confirm(t.Context(), access.Actor{}, setup.StepTopics, ""),
		"the opener": i.Setup.Open(t.Context(), s.Auditor, ""),
	} {
		if !says(err, "error.not-allowed") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := i.Setup.KeepRecovery(t.Context(), s.Auditor, nil); !says(err, "error.not-allowed") {
		t.Errorf("the recovery key: %v", err)
	}
	for _, step := range []setup.Step{setup.StepOpen, setup.StepPeople, setup.StepRecovery, setup.StepMail, setup.StepPractice, "anything"} {
		if err := i.Setup.Confirm(t.Context(), s.Manager, step, ""); err == nil {
			t.Errorf("%s is confirmed with a button", step)
		}
	}
	if err := i.Setup.Confirm(t.Context(), s.Manager, setup.StepPages, "xx"); err == nil {
		t.Error("pages in no language are confirmed")
	}
	if len(steps(t, i, s.Auditor).Confirmed) != 0 {
		t.Error("something was confirmed")
	}
}

func TestADeskThatWasFoundedOpenHasNothingToConfirm(t *testing.T) {
	i, s := apptest.Staffed(t)
	f := steps(t, i, s.Manager)
	if !f.Opened || f.By || len(f.Ask) > 0 || !receiving(t, i) {
		t.Errorf("it is %+v", f)
	}
}
