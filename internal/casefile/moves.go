package casefile

import (
	"slices"
	"strings"
)

// Move is a step from one state to another, and what must be true before it.
type Move struct {
	From, To State
	Guards   []Guard
}

// Guard names the reason for which a step is refused.
type Guard string

// The guards.
const (
	// GuardNoSuchMove refuses a step that the route's table does not hold.
	GuardNoSuchMove Guard = "no-such-move"
	// GuardAcknowledgement asks that receipt was confirmed to the complainant.
	// Directive (EU) 2019/1937 art. 9(1)(b).
	GuardAcknowledgement Guard = "acknowledgement"
	// GuardOutcome asks that an outcome was recorded.
	GuardOutcome Guard = "outcome"
	// GuardFeedback asks that the complainant was told what was done and why.
	// Directive (EU) 2019/1937 art. 9(1)(f) and 5(13).
	GuardFeedback Guard = "feedback"
	// GuardSpam asks that it is manifestly no complaint, where a case is erased before it
	// was closed. Directive (EU) 2019/1937 art. 17.
	GuardSpam Guard = "spam"
	// GuardLegalHold refuses erasure while a hold stands. GDPR art. 17(3)(e).
	GuardLegalHold Guard = "legal-hold"
)

// Facts are what is true of a case when a step is asked for.
type Facts struct {
	AcknowledgementSent bool
	FeedbackSent        bool
	Outcome             Outcome
	Question            bool // a question, not a complaint: it needs no outcome
	NobodyToTell        bool // a letter without a sender: there is no complainant to reach
	LegalHold           bool
	Spam                bool // manifestly no complaint
}

func (f Facts) satisfy(g Guard) bool {
	switch g {
	case GuardAcknowledgement:
		return f.AcknowledgementSent || f.NobodyToTell
	case GuardOutcome:
		return f.Outcome.Known() || f.Question
	case GuardFeedback:
		return f.FeedbackSent || f.NobodyToTell
	case GuardLegalHold:
		return !f.LegalHold
	case GuardSpam:
		return f.Spam
	default:
		return false
	}
}

// step is a row of the table: where a state leads, and on which routes.
type step struct {
	to     State
	routes []Route // none means every route
}

// table is the one place that says how a case may move. Closing, archiving and
// erasing get their guards from guardsOf, whatever state they start from.
//
// An investigation has its own rules (Act of 18 May 2024 on private investigation),
// so a general complaint never enters one; it is moved to the stricter route first.
func table(s State) []step {
	every := func(to ...State) (steps []step) {
		for _, t := range to {
			steps = append(steps, step{to: t})
		}
		return steps
	}
	handling := step{StateHandling, []Route{General, Privacy}}
	investigation := step{StateInvestigation, []Route{Privacy, Integrity}}
	switch s {
	case StateUnsorted:
		return every(StateReceived, StateErased)
	case StateReceived:
		return every(StateAcknowledged, StateErased)
	case StateAcknowledged:
		return append(every(StateTriage, StateReferred, StateClosed, StateErased), handling)
	case StateTriage:
		return append(every(StateWaiting, StateMediation, StateDecision, StateReferred, StateClosed, StateErased),
			handling, investigation)
	case StateWaiting:
		return append(every(StateTriage, StateMediation, StateDecision, StateClosed),
			handling, investigation)
	case StateHandling:
		return append(every(StateTriage, StateWaiting, StateMediation, StateDecision,
			StateMeasures, StateReferred, StateClosed), investigation)
	case StateInvestigation:
		return append(every(StateTriage, StateWaiting, StateMediation, StateDecision,
			StateReferred), handling)
	case StateMediation:
		return append(every(StateWaiting, StateDecision, StateMeasures, StateClosed),
			handling, investigation)
	case StateDecision:
		return append(every(StateMeasures, StateReferred, StateClosed), handling, investigation)
	case StateMeasures:
		return every(StateDecision, StateClosed)
	case StateClosed:
		return every(StateReview, StateMonitoring, StateArchived, StateErased)
	case StateReview:
		return append(every(StateTriage, StateMediation, StateDecision, StateClosed),
			handling, investigation)
	case StateMonitoring:
		return every(StateReview, StateClosed, StateArchived, StateErased)
	case StateReferred:
		return every(StateTriage, StateClosed)
	case StateArchived:
		return every(StateErased)
	case StateErased:
		return nil
	default:
		return nil
	}
}

func guardsOf(from, to State) []Guard {
	switch {
	case to == StateAcknowledged:
		return []Guard{GuardAcknowledgement}
	// A case in monitoring has met these once; it may go back to closed.
	case to == StateClosed && from != StateMonitoring:
		return []Guard{GuardOutcome, GuardFeedback}
	case to == StateErased && from.Open():
		return []Guard{GuardLegalHold, GuardSpam}
	case to == StateErased:
		return []Guard{GuardLegalHold}
	default:
		return nil
	}
}

// Moves returns the steps that the table allows from a state on a route, with the
// guards of each; an unknown route or state has none.
func Moves(r Route, s State) []Move {
	if r.rank() < 0 {
		return nil
	}
	var moves []Move
	for _, st := range table(s) {
		if len(st.routes) == 0 || slices.Contains(st.routes, r) {
			moves = append(moves, Move{From: s, To: st.to, Guards: guardsOf(s, st.to)})
		}
	}
	return moves
}

// Check returns the guards that still stand in the way of a move; none means that
// it may be made.
func Check(m Move, f Facts) []Guard {
	var open []Guard
	for _, g := range m.Guards {
		if !f.satisfy(g) {
			open = append(open, g)
		}
	}
	return open
}

// Permit returns nil when a case on this route may go from one state to another,
// and otherwise a *Refusal with every reason.
func Permit(r Route, from, to State, f Facts) error {
	for _, m := range Moves(r, from) {
		if m.To != to {
			continue
		}
		if open := Check(m, f); len(open) > 0 {
			return &Refusal{From: from, To: to, Guards: open}
		}
		return nil
	}
	return &Refusal{From: from, To: to, Guards: []Guard{GuardNoSuchMove}}
}

// Refusal says why a step is not allowed. The words for each guard stand in the
// catalogue under "error.guard." and its name.
type Refusal struct {
	From, To State
	Guards   []Guard // at least one
}

// Error names the step and the guards; it is for logs and never for pages.
func (r *Refusal) Error() string {
	names := make([]string, len(r.Guards))
	for i, g := range r.Guards {
		names[i] = string(g)
	}
	return "move from " + string(r.From) + " to " + string(r.To) + ": " + strings.Join(names, ", ")
}
