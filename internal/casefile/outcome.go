package casefile

import "slices"

// Outcome is what the handling of a case came to. The empty outcome is none yet.
type Outcome string

// The outcomes, O1 to O11.
const (
	OutcomeUpheld         Outcome = "upheld"          // O1
	OutcomePartlyUpheld   Outcome = "partly-upheld"   // O2
	OutcomeNotProven      Outcome = "not-proven"      // O3
	OutcomeUnfounded      Outcome = "unfounded"       // O4
	OutcomeKnowinglyFalse Outcome = "knowingly-false" // O5
	OutcomeNotAdmissible  Outcome = "not-admissible"  // O6
	OutcomeReferred       Outcome = "referred"        // O7
	OutcomeWithdrawn      Outcome = "withdrawn"       // O8
	OutcomeResolved       Outcome = "resolved"        // O9: in agreement
	OutcomeStopped        Outcome = "stopped"         // O10: no contact or information
	OutcomeDuplicate      Outcome = "duplicate"       // O11
)

// Outcomes returns every outcome, O1 first.
func Outcomes() []Outcome {
	return []Outcome{
		OutcomeUpheld, OutcomePartlyUpheld, OutcomeNotProven, OutcomeUnfounded,
		OutcomeKnowinglyFalse, OutcomeNotAdmissible, OutcomeReferred, OutcomeWithdrawn,
		OutcomeResolved, OutcomeStopped, OutcomeDuplicate,
	}
}

// Known reports whether o is one of the outcomes; the empty outcome is not.
func (o Outcome) Known() bool {
	return slices.Contains(Outcomes(), o)
}

// Substantiated reports whether the complaint was found right, wholly or in part.
func (o Outcome) Substantiated() bool { return o == OutcomeUpheld || o == OutcomePartlyUpheld }
