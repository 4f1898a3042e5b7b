package casefile

import "slices"

// State is where a case stands on the desk. The complainant sees a Stage instead.
type State string

// The states, S1 to S15, after ISO 10002:2018 clause 7 and ISO 37002:2021 clause 8,
// and before them the state of what came in but is not yet a complaint.
const (
	StateUnsorted      State = "unsorted"      // came in by mail; nobody has looked at it
	StateReceived      State = "received"      // S1
	StateAcknowledged  State = "acknowledged"  // S2
	StateTriage        State = "triage"        // S3
	StateWaiting       State = "waiting"       // S4: for the complainant's answer
	StateHandling      State = "handling"      // S5
	StateInvestigation State = "investigation" // S6
	StateMediation     State = "mediation"     // S7
	StateDecision      State = "decision"      // S8
	StateMeasures      State = "measures"      // S9
	StateClosed        State = "closed"        // S10
	StateReview        State = "review"        // S11
	StateMonitoring    State = "monitoring"    // S12
	StateReferred      State = "referred"      // S13
	StateArchived      State = "archived"      // S14
	StateErased        State = "erased"        // S15
)

// States returns every state, in the order in which a case tends to pass them.
func States() []State {
	return []State{
		StateUnsorted, StateReceived, StateAcknowledged, StateTriage, StateWaiting,
		StateHandling, StateInvestigation, StateMediation, StateDecision, StateMeasures,
		StateClosed, StateReview, StateMonitoring, StateReferred, StateArchived, StateErased,
	}
}

// Known reports whether s is one of the states.
func (s State) Known() bool {
	return slices.Contains(States(), s)
}

// Open reports whether the desk still owes the complainant something: the case has
// been neither closed nor put away.
func (s State) Open() bool {
	switch s {
	case StateClosed, StateMonitoring, StateArchived, StateErased:
		return false
	default:
		return s.Known()
	}
}

// On reports whether a case on a route can be in the state. A case that goes to
// another route where it cannot is assessed anew.
func (s State) On(r Route) bool {
	switch s {
	case StateHandling:
		return r == General || r == Privacy
	case StateInvestigation:
		return r == Privacy || r == Integrity
	default:
		return s.Known()
	}
}

// Stage is the plain status that the complainant sees. There are six, so that a
// person under stress need not learn how a desk works.
type Stage string

// The stages.
const (
	StageReceived   Stage = "received"
	StageAssessed   Stage = "being-assessed"
	StageYourTurn   Stage = "your-turn"
	StageInProgress Stage = "in-progress"
	StageDecision   Stage = "decision" // a decision is being prepared or carried out
	StageClosed     Stage = "closed"
)

// Stages returns the stages in the order in which a person meets them.
func Stages() []Stage {
	return []Stage{
		StageReceived, StageAssessed, StageYourTurn, StageInProgress, StageDecision, StageClosed,
	}
}

// StageOf returns what the complainant sees of a state. An unknown state shows as
// received, which promises nothing.
func StageOf(s State) Stage {
	switch s {
	case StateTriage, StateReview:
		return StageAssessed
	case StateWaiting:
		return StageYourTurn
	case StateHandling, StateInvestigation, StateMediation, StateReferred:
		return StageInProgress
	case StateDecision, StateMeasures:
		return StageDecision
	case StateClosed, StateMonitoring, StateArchived, StateErased:
		return StageClosed
	default:
		return StageReceived
	}
}
