package casework_test

import (
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/profile"
	"klankbord/internal/store"
)

// secondMember makes the profile ask for a second member.
func secondMember(i *apptest.Instance) { i.Profile.Settings.IdentityOpening = "second-member" }

func open(i *apptest.Instance, actor access.Actor, n casefile.Number) error {
	return i.Casework.OpenIdentity(i.T.Context(), actor, n, reason)
}

func TestWithoutASecondMemberTheIdentityStaysSealed(t *testing.T) {
	i, s := apptest.Staffed(t)
	secondMember(i)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	sealed := func(when string, actor access.Actor) {
		t.Helper()
		if err := open(i, actor, n); !says(err, "error.approval-needed") {
			t.Errorf("%s: %v", when, err)
		}
		if c := i.Case(actor, n); !c.Identity.Sealed || c.Identity.Name != "" {
			t.Errorf("%s the identity is open", when)
		}
	}
	sealed("before anybody asked", s.Manager)
	id := ask(t, i, s.Manager, n)
	sealed("while the request waits", s.Manager)
	if err := i.Decide(s.HR, n, id, casefile.VerdictRefused); err != nil {
		t.Fatal(err)
	}
	sealed("after a refusal", s.Manager)
	id = ask(t, i, s.Manager, n)
	plant(t, i, s.Manager, n, s.HR.Member, casefile.Decision{Request: casefile.EntryID(id), Verdict: casefile.VerdictApproved})
	sealed("with an approval that nobody signed", s.Manager)
	if err := i.Decide(s.HR, n, id, casefile.VerdictApproved); err != nil {
		t.Fatal(err)
	}
	sealed("to the colleague who approved", s.HR)
	if err := i.Casework.Withdraw(t.Context(), s.Manager, n, id); err != nil {
		t.Fatal(err)
	}
	sealed("after the request was withdrawn", s.Manager)
	if n := openings(t, i); n != 0 {
		t.Errorf("%d openings are logged", n)
	}
}

func openings(t *testing.T, i *apptest.Instance) (n int) {
	t.Helper()
	err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow("SELECT count(*) FROM log_leaf WHERE kind = $1", string(audit.IdentityOpened)).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnApprovalOpensOnceForHalfAnHourToWhoAsked(t *testing.T) {
	i, s := apptest.Staffed(t)
	secondMember(i)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	id := ask(t, i, s.Manager, r.Number)
	if err := i.Decide(s.HR, r.Number, id, casefile.VerdictApproved); err != nil {
		t.Fatal(err)
	}
	if c := i.Case(s.Manager, r.Number); !c.Identity.Sealed {
		t.Error("the approval alone opened the identity")
	}
	if err := open(i, s.Manager, r.Number); err != nil {
		t.Fatal(err)
	}
	if c := i.Case(s.Manager, r.Number); c.Identity.Name != "Ingrid Maes" || asked(t, i, s.Manager, r.Number).State != casework.RequestUsed {
		t.Errorf("after opening the name is %q", c.Identity.Name)
	}
	if c := i.Case(s.HR, r.Number); !c.Identity.Sealed {
		t.Error("it is open to the colleague as well")
	}
	m, err := i.Dialogue.Mailbox(t.Context(), i.Enter(r.Code))
	if err != nil {
		t.Fatal(err)
	}
	told := false
	for _, o := range m.Openings {
		told = told || o.What == "identity" && o.Purpose == reason
	}
	if !told || openings(t, i) != 1 {
		t.Errorf("told %v, %d openings logged", told, openings(t, i))
	}
	i.Clock.Add(31 * time.Minute)
	if c := i.Case(s.Manager, r.Number); !c.Identity.Sealed {
		t.Error("it is still open after half an hour")
	}
	if err := open(i, s.Manager, r.Number); !says(err, "error.approval-needed") {
		t.Errorf("an approval opens twice: %v", err)
	}
}

// Two windows open with one approval: it is used up once.
func TestOneApprovalIsUsedOnceByTwoAtOnce(t *testing.T) {
	i, s := apptest.Staffed(t)
	secondMember(i)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	if err := i.Decide(s.HR, n, ask(t, i, s.Manager, n), casefile.VerdictApproved); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	for range 4 {
		go func() { done <- open(i, s.Manager, n) }()
	}
	for range 4 {
		if err := <-done; err != nil && !says(err, "error.approval-needed") {
			t.Error(err)
		}
	}
	if got := openings(t, i); got != 1 {
		t.Errorf("%d openings, want 1", got)
	}
}

// When only the alternative recipient is left, nobody else exists to approve.
func TestTheAlternativeRecipientAloneOpensWithAReason(t *testing.T) {
	i, s := apptest.Staffed(t)
	secondMember(i)
	n := i.Complain("nl", apptest.With(apptest.StrictAnswers("corruption"), profile.FieldConcerns, "hr", "integrity-manager"), nil).Number
	if _, err := i.Casework.Ask(t.Context(), s.Alternative, n, casework.Question{Matter: casefile.MatterIdentity, Reason: reason}); !says(err, "error.approval-nobody") {
		t.Errorf("asking when nobody is there: %v", err)
	}
	if err := open(i, s.Alternative, n); err != nil {
		t.Fatal(err)
	}
	if c := i.Case(s.Alternative, n); !strings.Contains(c.Identity.Name, "Maes") {
		t.Error("the identity stays sealed")
	}
}
