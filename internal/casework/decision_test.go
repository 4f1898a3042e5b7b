package casework_test

import (
	"errors"
	"slices"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
)

func TestAnIntegrityCaseIsDecidedByTwo(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.DeliverMail()
	i.Move(s.Manager, n, casefile.StateTriage)
	i.Move(s.Manager, n, casefile.StateInvestigation)
	i.Keep(s.Manager, n, casefile.SheetPerson, map[string][]string{"name": {"Jan Kanarie"}, "role": {"concerned"}})
	if c := i.Case(s.Manager, n); !slices.ContainsFunc(c.Moves, func(m casework.Move) bool {
		return m.To == casefile.StateDecision && slices.Contains(m.Missing, casefile.GuardReply) && slices.Contains(m.Missing, casefile.GuardReport)
	}) {
		t.Errorf("a decision may be taken unheard and unreported: %+v", c.Moves)
	}
	i.Move(s.Manager, n, casefile.StateDecision)
	i.Keep(s.Manager, n, casefile.SheetAllegation, map[string][]string{"what": {"The till was short"}, "finding": {"upheld"}, "why": {"the roll"}})
	i.Keep(s.Manager, n, casefile.SheetDecision, map[string][]string{"outcome": {"upheld"}, "why": {"the roll"}})
	var no *casefile.Refusal
	refused := func(outcome casefile.Outcome, why string) {
		t.Helper()
		if err := i.TryClose(s.Manager, n, outcome, "We act.", "It was shown."); !errors.As(err, &no) || !slices.Contains(no.Guards, casefile.GuardAgreed) {
			t.Errorf("%s: %v", why, err)
		}
	}
	refused(casefile.OutcomeUpheld, "closed by one")
	i.Agree(s.Manager, n, casefile.OutcomeUpheld)
	if c := i.Case(s.Manager, n); c.Decided.By.ID != s.HR.Member || c.Decided.Outcome != casefile.OutcomeUpheld {
		t.Errorf("agreed by %q to %q", c.Decided.By.Name, c.Decided.Outcome)
	}
	refused(casefile.OutcomeUnfounded, "closed with another outcome")
	k := i.Case(s.Manager, n).Work.Single(casefile.SheetDecision)
	i.Amend(s.Manager, n, k, map[string][]string{"why": {"the roll and a witness"}})
	refused(casefile.OutcomeUpheld, "closed with a later version that nobody agreed to")
	i.Agree(s.Manager, n, casefile.OutcomeUpheld)
	i.Complete(s.Manager, n, casefile.StateClosed) // the colleague who agreed says whether they are impartial
	must(t, i.TryClose(s.Manager, n, casefile.OutcomeUpheld, "We act.", "It was shown."))
}

func TestNobodyAsksForAgreementToWhatWasNotShown(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	answers := map[string][]string{"outcome": {"upheld"}, "why": {"the roll"}}
	i.Keep(s.Manager, n, casefile.SheetDecision, answers)
	k := i.Case(s.Manager, n).Work.Single(casefile.SheetDecision)
	ask := func(f casework.Filling) error {
		return i.Casework.AskAgreement(t.Context(), s.Manager, n, f, "please read it today")
	}
	if err := ask(casework.Filling{Version: "older", Answers: answers}); !says(err, "error.changed-meanwhile") {
		t.Errorf("an older version: %v", err)
	}
	changed := map[string][]string{"outcome": {"unfounded"}, "why": {"the roll"}}
	if err := ask(casework.Filling{Version: string(k.Version), Answers: changed}); !says(err, "work.agree-save") {
		t.Errorf("changed and not saved: %v", err)
	}
	must(t, ask(casework.Filling{Version: string(k.Version), Answers: answers}))
	requests := i.Case(s.Manager, n).Requests
	if err := i.Decide(s.Manager, n, requests[0].ID, casefile.VerdictApproved); err == nil {
		t.Error("a member agreed to their own decision")
	}
	must(t, i.Decide(s.HR, n, requests[0].ID, casefile.VerdictRefused))
	if c := i.Case(s.Manager, n); c.Decided.By.ID != "" || c.Decided.Request != requests[0].ID {
		t.Error("a refusal counts as agreement")
	}
}

func TestKnowinglyFalseNeedsTwoOnEveryRoute(t *testing.T) {
	i, s := apptest.Staffed(t)
	me, n := s.Service[0], i.Complain("nl", apptest.Answers("communication"), nil).Number
	i.DeliverMail()
	var no *casefile.Refusal
	if err := i.TryClose(me, n, casefile.OutcomeKnowinglyFalse, "We stop.", "It was made up."); !errors.As(err, &no) ||
		!slices.Equal(no.Guards, []casefile.Guard{casefile.GuardAgreedFalse}) {
		t.Fatalf("one member calls a complaint false: %v", err)
	}
	i.Agree(me, n, casefile.OutcomeKnowinglyFalse)
	must(t, i.TryClose(me, n, casefile.OutcomeKnowinglyFalse, "We stop.", "It was made up."))
}

func TestACaseWaitsForWhatItPlans(t *testing.T) {
	i, s := apptest.Staffed(t)
	me, n := s.Service[0], i.Complain("nl", apptest.Answers("communication"), nil).Number
	i.DeliverMail()
	i.Keep(me, n, casefile.SheetMeasure, map[string][]string{"what": {"Call less often"}, "kind": {"agency"}})
	var no *casefile.Refusal
	if err := i.TryClose(me, n, casefile.OutcomeUpheld, "We stop.", "Too often."); !errors.As(err, &no) || !slices.Equal(no.Guards, []casefile.Guard{casefile.GuardMeasures}) {
		t.Fatalf("a measure that nobody has in hand: %v", err)
	}
	k := i.Case(me, n).Work.Single(casefile.SheetMeasure)
	i.Amend(me, n, k, map[string][]string{"owner": {"Karim"}, "due": {"2026-04-01"}})
	must(t, i.TryClose(me, n, casefile.OutcomeUpheld, "We stop.", "Too often."))
}

func TestAReferredCaseClosesOnceItArrived(t *testing.T) {
	i, s := apptest.Staffed(t)
	me, n := s.Service[0], i.Complain("nl", apptest.Answers("communication"), nil).Number
	i.DeliverMail()
	c := i.Case(me, n)
	err := i.Casework.ChangeState(t.Context(), me, n, casework.Transition{To: casefile.StateReferred, Revision: c.Revision})
	var no *casefile.Refusal
	if !errors.As(err, &no) || !slices.Equal(no.Guards, []casefile.Guard{casefile.GuardReferral}) {
		t.Fatalf("referred to nobody: %v", err)
	}
	i.Keep(me, n, casefile.SheetReferral, map[string][]string{"body": {"The agency"}, "why": {"theirs"}, "agreed": {"yes"}, "sent": {"2026-03-02"}})
	i.Move(me, n, casefile.StateReferred)
	if err := i.TryClose(me, n, casefile.OutcomeReferred, "They have it.", "It is theirs."); !errors.As(err, &no) || !slices.Contains(no.Guards, casefile.GuardConfirmed) {
		t.Fatalf("closed before it arrived: %v", err)
	}
	i.Amend(me, n, i.Case(me, n).Work.Single(casefile.SheetReferral), map[string][]string{"confirmed": {"2026-03-03"}, "proof": {"their letter"}})
	must(t, i.TryClose(me, n, casefile.OutcomeReferred, "They have it.", "It is theirs."))
}
