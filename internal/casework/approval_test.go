package casework_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

const reason = "Wij moeten de klager opbellen"

func ask(t *testing.T, i *apptest.Instance, actor access.Actor, n casefile.Number) string {
	t.Helper()
	id, err := i.Casework.Ask(t.Context(), actor, n, casework.Question{Matter: casefile.MatterIdentity, Reason: reason})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func asked(t *testing.T, i *apptest.Instance, actor access.Actor, n casefile.Number) casework.Asked {
	t.Helper()
	list := i.Case(actor, n).Requests
	if len(list) == 0 {
		t.Fatal("the case holds no request")
	}
	return list[len(list)-1]
}

// says reports whether an error is the fault of a key.
func says(err error, key string) bool {
	f, ok := fault.As(err)
	return ok && f.Key == key
}

func TestASecondMemberApprovesAndBothSidesSeeIt(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	id := ask(t, i, s.Manager, n)
	got := asked(t, i, s.HR, n)
	if got.ID != id || got.State != casework.RequestWaiting || !got.MayDecide || got.Mine || got.Reason != reason || got.By.Name != s.Manager.Name {
		t.Fatalf("the colleague sees state %s, may decide %v, mine %v", got.State, got.MayDecide, got.Mine)
	}
	waiting, err := i.Casework.Waiting(t.Context(), s.HR)
	if err != nil || len(waiting) != 1 || waiting[0].ID != id || waiting[0].Number != n || waiting[0].By != s.Manager.Name {
		t.Errorf("%d requests wait for the colleague, %v", len(waiting), err)
	}
	for name, actor := range map[string]access.Actor{"who asked": s.Manager, "another team": s.Service[0], "the alternative, not on the case": s.Alternative, "the auditor": s.Auditor} {
		if waiting, err := i.Casework.Waiting(t.Context(), actor); err != nil || len(waiting) != 0 {
			t.Errorf("%s is shown %d requests, %v", name, len(waiting), err)
		}
	}
	if err := i.Decide(s.HR, n, id, casefile.VerdictApproved); err != nil {
		t.Fatal(err)
	}
	for _, actor := range []access.Actor{s.Manager, s.HR} {
		if got := asked(t, i, actor, n); got.State != casework.RequestApproved || got.Decider.ID != s.HR.Member || got.MayDecide || got.Forged {
			t.Errorf("after the approval: state %s, forged %v", got.State, got.Forged)
		}
	}
	if waiting, _ := i.Casework.Waiting(t.Context(), s.HR); len(waiting) != 0 {
		t.Error("what was decided still waits")
	}
	if err := i.Decide(s.HR, n, id, casefile.VerdictRefused); !says(err, "error.approval-settled") {
		t.Errorf("deciding twice: %v", err)
	}
}

// What reaches colleagues by mail says that an action is asked, and in which case.
func TestTheMailOfARequestHoldsTheNumberAndNothingElse(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.DeliverMail()
	before := len(i.Box.Mails())
	ask(t, i, s.Manager, n)
	i.DeliverMail()
	mails := i.Box.Mails()
	if len(mails) != before+1 || mails[0].To != "thomas.dubois@desk.example" {
		t.Fatalf("%d mails went out, want one to the colleague", len(mails)-before)
	}
	text := mails[0].Subject + mails[0].Text
	if !strings.Contains(text, string(n)) || !strings.Contains(text, "Actie gevraagd in "+string(n)) {
		t.Error("the mail does not say in which case an action is asked")
	}
	for _, word := range []string{reason, "opbellen", "Janssens", "Maes", "identi"} {
		if strings.Contains(text, word) {
			t.Errorf("the mail says %q", word)
		}
	}
}

func TestNobodyDecidesAboutTheirOwnRequest(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	id := ask(t, i, s.Manager, n)
	if err := i.Decide(s.Manager, n, id, casefile.VerdictApproved); !says(err, "error.not-allowed") {
		t.Errorf("the one who asked: %v", err)
	}
	for name, actor := range map[string]access.Actor{"another team": s.Service[0], "the auditor": s.Auditor, "the alternative, not on the case": s.Alternative} {
		if err := i.Decide(actor, n, id, casefile.VerdictApproved); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := i.Casework.Decide(t.Context(), s.HR, n, casework.Ruling{Request: id, Verdict: casefile.VerdictApproved, Password: i.Password(s.HR) + "!"}); !says(err, "error.signin-refused") {
		t.Errorf("with a wrong password: %v", err)
	}
	if got := asked(t, i, s.Manager, n); got.State != casework.RequestWaiting {
		t.Errorf("after all refusals the request is %s", got.State)
	}
}

func TestTheOneLeftOutNeverDecidesAndTheAlternativeDoes(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.With(apptest.StrictAnswers("corruption"), profile.FieldConcerns, "hr"), nil).Number
	id := ask(t, i, s.Manager, n)
	if err := i.Decide(s.HR, n, id, casefile.VerdictApproved); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("whom the complaint is about: %v", err)
	}
	if waiting, err := i.Casework.Waiting(t.Context(), s.HR); err != nil || len(waiting) != 0 {
		t.Errorf("they are told of %d requests, %v", len(waiting), err)
	}
	if err := i.Decide(s.Alternative, n, id, casefile.VerdictApproved); err != nil {
		t.Errorf("the alternative recipient, who is on the case: %v", err)
	}
}

func TestARequestAboutSomebodyIsNotDecidedByThem(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	if _, err := i.Casework.Ask(t.Context(), s.Manager, n, casework.Question{Matter: casefile.MatterExclusion, For: s.HR.Member, Reason: reason}); !errors.Is(err, casework.ErrNobody) {
		t.Errorf("with nobody else to decide: %v", err)
	}
	id, err := i.Casework.Ask(t.Context(), s.Manager, n, casework.Question{Matter: casefile.MatterExclusion, For: s.Service[0].Member, Reason: reason})
	if err != nil {
		t.Fatal(err)
	}
	if got := asked(t, i, s.HR, n); got.For.ID != s.Service[0].Member || got.ID != id {
		t.Errorf("the colleague does not see whom it is for")
	}
}

func TestARequestIsWithdrawnOnlyByWhoAskedAndLapses(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	id := ask(t, i, s.Manager, n)
	if _, err := i.Casework.Ask(t.Context(), s.Manager, n, casework.Question{Matter: casefile.MatterIdentity, Reason: reason}); !says(err, "error.approval-pending") {
		t.Errorf("asking twice: %v", err)
	}
	if err := i.Casework.Withdraw(t.Context(), s.HR, n, id); !says(err, "error.not-allowed") {
		t.Errorf("a colleague withdraws it: %v", err)
	}
	for range 2 {
		if err := i.Casework.Withdraw(t.Context(), s.Manager, n, id); err != nil {
			t.Fatal(err)
		}
	}
	if err := i.Decide(s.HR, n, id, casefile.VerdictApproved); !says(err, "error.approval-settled") {
		t.Errorf("deciding about what was withdrawn: %v", err)
	}
	second := ask(t, i, s.Manager, n)
	i.Clock.Add(casework.RequestLife)
	if got := asked(t, i, s.HR, n); got.ID != second || got.State != casework.RequestLapsed || got.MayDecide {
		t.Errorf("after its time the request is %s", got.State)
	}
	if err := i.Decide(s.HR, n, second, casefile.VerdictApproved); !says(err, "error.approval-settled") {
		t.Errorf("deciding too late: %v", err)
	}
	if waiting, _ := i.Casework.Waiting(t.Context(), s.HR); len(waiting) != 0 {
		t.Error("what lapsed still waits")
	}
	third := ask(t, i, s.Manager, n)
	if err := i.Decide(s.HR, n, third, casefile.VerdictApproved); err != nil {
		t.Fatal(err)
	}
	i.Clock.Add(casework.ApprovalLife)
	if got := asked(t, i, s.Manager, n); got.State != casework.RequestLapsed {
		t.Errorf("an approval that nobody used is %s after its time", got.State)
	}
}

// plant adds an entry to a case as code that went wrong, or somebody with the
// stamps, might.
func plant(t *testing.T, i *apptest.Instance, actor access.Actor, n casefile.Number, author staff.ID, d casefile.Decision) {
	t.Helper()
	o, err := i.Custody.OpenMember(t.Context(), actor, n)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := casefile.EncodePayload(d)
	if err != nil {
		t.Fatal(err)
	}
	added, err := i.Custody.Add(o, custody.Item{
		Kind: casefile.EntryDecision, Compartment: seal.Investigation, Parent: string(d.Request),
		AuthorKind: custody.AuthorMember, AuthorID: string(author), Payload: plain,
	})
	if err != nil {
		t.Fatal(err)
	}
	leaf := custody.Leaf(i.Now(), custody.Event{Kind: audit.EntryAdded, Actor: custody.ByMember(author), Case: o.Case.ID})
	err = i.Store.Write(t.Context(), func(tx *store.Tx) error { return errors.Join(added.Insert(tx), tx.InsertLeaf(leaf)) })
	if err != nil {
		t.Fatal(err)
	}
}

// signed copies the decision that stands in a case.
func signed(t *testing.T, i *apptest.Instance, actor access.Actor, n casefile.Number) casefile.Decision {
	t.Helper()
	o, err := i.Custody.OpenMember(t.Context(), actor, n)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range slices.Backward(o.Entries) {
		if e.Kind == casefile.EntryDecision {
			d, err := casefile.DecodePayload[casefile.Decision](e.Payload)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
	}
	t.Fatal("no decision")
	return casefile.Decision{}
}

// An approval that the colleague did not sign counts for nothing, whoever wrote it.
func TestOnlyTheColleaguesOwnSignatureApproves(t *testing.T) {
	i, s := apptest.Staffed(t)
	other := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	elsewhere := ask(t, i, s.Manager, other)
	if err := i.Decide(s.HR, other, elsewhere, casefile.VerdictApproved); err != nil {
		t.Fatal(err)
	}
	stolen := signed(t, i, s.Manager, other)
	refusedCase := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	refused := ask(t, i, s.Manager, refusedCase)
	if err := i.Decide(s.HR, refusedCase, refused, casefile.VerdictRefused); err != nil {
		t.Fatal(err)
	}
	if got := asked(t, i, s.Manager, refusedCase); got.State != casework.RequestRefused {
		t.Fatalf("refused, and the request is %s", got.State)
	}
	for name, forge := range map[string]func(id string) (staff.ID, casefile.Decision){
		"without a signature": func(id string) (staff.ID, casefile.Decision) {
			return s.HR.Member, casefile.Decision{Request: casefile.EntryID(id), Verdict: casefile.VerdictApproved}
		},
		"with the signature of another case": func(id string) (staff.ID, casefile.Decision) {
			d := stolen
			d.Request = casefile.EntryID(id)
			return s.HR.Member, d
		},
		"by the one who asks, in the colleague's name": func(id string) (staff.ID, casefile.Decision) {
			return s.Manager.Member, casefile.Decision{Request: casefile.EntryID(id), Verdict: casefile.VerdictApproved}
		},
		"with other words than were signed": func(id string) (staff.ID, casefile.Decision) {
			d := stolen
			d.Words = "and more"
			d.Request = casefile.EntryID(id)
			return s.HR.Member, d
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
			id := ask(t, i, s.Manager, n)
			author, d := forge(id)
			plant(t, i, s.Manager, n, author, d)
			got := asked(t, i, s.Manager, n)
			if got.State != casework.RequestWaiting {
				t.Errorf("the request is %s", got.State)
			}
			if author == s.HR.Member && !got.Forged {
				t.Error("nobody is told that the decision does not hold")
			}
			if err := i.Decide(s.HR, n, id, casefile.VerdictRefused); err != nil {
				t.Errorf("the colleague can no longer decide: %v", err)
			}
		})
	}
}

func TestRequestsAndDecisionsAreLoggedWithoutWords(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	id := ask(t, i, s.Manager, n)
	if err := i.Decide(s.HR, n, id, casefile.VerdictApproved); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		leaves, err := tx.WaitingLeaves(1000)
		for _, l := range leaves {
			kinds[l.Kind]++
			if strings.Contains(string(l.Record), "opbellen") {
				t.Error("a line of the log holds the reason")
			}
		}
		return err
	})
	if err != nil || kinds[string(audit.ApprovalAsked)] != 1 || kinds[string(audit.ApprovalEnded)] != 1 {
		t.Errorf("log holds %v, %v", kinds, err)
	}
	for _, v := range []any{asked(t, i, s.HR, n), casework.Question{Reason: reason}, casework.Ruling{Password: "x"}} {
		if got := fmt.Sprint(v); got != "[sealed]" {
			t.Errorf("%T prints as %q", v, got)
		}
	}
}

// Many decide at once: one decision stands.
func TestTwoDecisionsAtOnceLeaveOne(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.With(apptest.StrictAnswers("corruption"), profile.FieldConcerns, "director"), nil).Number
	id := ask(t, i, s.Manager, n)
	i.Password(s.HR)
	i.Password(s.Alternative)
	done := make(chan error, 2)
	go func() { done <- i.Decide(s.HR, n, id, casefile.VerdictApproved) }()
	go func() { done <- i.Decide(s.Alternative, n, id, casefile.VerdictRefused) }()
	first, second := <-done, <-done
	if (first == nil) == (second == nil) {
		t.Errorf("two decisions: %v and %v", first, second)
	}
	i.Clock.Add(time.Minute)
	if got := asked(t, i, s.Manager, n); got.State != casework.RequestApproved && got.State != casework.RequestRefused {
		t.Errorf("the request is %s", got.State)
	}
}
