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

// guardsOf is what a step asks for: what the state that is left must have, and what
// the state that comes must have.
func guardsOf(r Route, from, to State) (guards []Guard) {
	switch {
	case to == StateErased && from.Open():
		return []Guard{GuardLegalHold, GuardSpam}
	case to == StateErased:
		return []Guard{GuardLegalHold}
	}
	if assessed(r, from, to) {
		guards = append(guards, GuardTriage)
		if r.SealsIdentityApart() {
			guards = append(guards, GuardConflict)
		}
	}
	guards = append(guards, leaving(r, from, to)...)
	switch {
	case to == StateAcknowledged:
		guards = append(guards, GuardAcknowledgement)
	case to == StateInvestigation:
		guards = append(guards, GuardRegime)
	case to == StateReferred:
		guards = append(guards, GuardReferral)
	// A case in monitoring has met these once; it may go back to closed.
	case to == StateClosed && from != StateMonitoring:
		guards = append(guards, closing(r)...)
	}
	return guards
}

// leaving is what a state asks for before a case goes on from it.
func leaving(r Route, from, to State) []Guard {
	switch {
	case from == StateInvestigation && to == StateDecision && r == Integrity:
		return []Guard{GuardReply, GuardReport}
	case from == StateInvestigation && to == StateDecision:
		return []Guard{GuardReply}
	case from == StateDecision && to == StateMeasures && r == Integrity:
		return []Guard{GuardAllegation, GuardFindings, GuardAgreed}
	case from == StateDecision && to == StateMeasures:
		return []Guard{GuardFindings}
	case from == StateDecision && to == StateClosed && r == Integrity:
		return []Guard{GuardAllegation}
	case from == StateReferred && to == StateClosed:
		return []Guard{GuardConfirmed}
	default:
		return nil
	}
}

// closing is what a case needs before it closes, whatever state it leaves.
func closing(r Route) []Guard {
	guards := []Guard{GuardOutcome, GuardFeedback, GuardFindings, GuardMeasures, GuardReminded}
	switch r {
	case Integrity:
		return append(guards, GuardBreach, GuardAgreed)
	case Privacy:
		return append(guards, GuardBreach, GuardAgreedFalse)
	default:
		return append(guards, GuardAgreedFalse)
	}
}

// assessed reports whether a step needs the first assessment behind it: on the
// strict routes whatever leads to work on the case or out of it, on the general one
// only leaving the assessment itself.
func assessed(r Route, from, to State) bool {
	switch to {
	case StateHandling, StateInvestigation, StateMediation, StateDecision, StateMeasures, StateReferred:
		return r.SealsIdentityApart() || from == StateTriage
	case StateClosed:
		return r.SealsIdentityApart() && from != StateMonitoring || from == StateTriage
	default:
		return false
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
			moves = append(moves, Move{From: s, To: st.to, Guards: guardsOf(r, s, st.to)})
		}
	}
	return moves
}

// Returns reports whether a case may go back from a state to the one that it came
// from. What that one asks for was there when it came to it, so nothing is asked anew.
func Returns(r Route, from, before State) bool {
	return slices.ContainsFunc(Moves(r, from), func(m Move) bool { return m.To == before })
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
