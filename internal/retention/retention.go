// Package retention says how long a closed case is kept, and why. Its rules are data
// that the organisation confirms or changes; the ones proposed here are a start and
// not the law. It has no I/O and no clock. It must never answer with a time before
// the closing, and never shortens what a legal hold keeps: that is asked elsewhere.
package retention

import (
	"slices"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
)

// Reason says why a case is kept for as long as it is; its words stand in the
// catalogue under "common.retention." and its name.
type Reason string

// The reasons.
const (
	// ReasonFollowUp: a later question about a general complaint can be answered.
	ReasonFollowUp Reason = "follow-up"
	// ReasonAccountability: what was done with personal data must be shown.
	// GDPR art. 5(2) and 33(5).
	ReasonAccountability Reason = "accountability"
	// ReasonClaims: claims and discipline may follow what was found.
	ReasonClaims Reason = "claims"
	// ReasonNothingFound: nothing calls for keeping it; WP29 opinion 1/2006 and
	// CNIL 2019 ask for two months.
	ReasonNothingFound Reason = "nothing-found"
	// ReasonWatch: somebody who helped is asked how they are treated; no rule of a route.
	ReasonWatch Reason = "watch"
)

// Rule says how long cases of a route are kept after closing.
type Rule struct {
	Route    casefile.Route
	Outcomes []casefile.Outcome // none means every outcome that no other rule names
	Keep     deadline.Length
	Review   deadline.Length // time to ask for a review, added to Keep
	Reason   Reason
}

// Rules is what the organisation has decided; of two rules that fit the first counts.
type Rules []Rule

// Proposed returns the rules that an organisation starts from.
func Proposed() Rules {
	months := func(n int) deadline.Length { return deadline.Length{N: n, Unit: deadline.Months} }
	return Rules{
		{Route: casefile.General, Keep: months(24), Reason: ReasonFollowUp},
		{Route: casefile.Privacy, Keep: months(60), Reason: ReasonAccountability},
		{
			Route: casefile.Integrity,
			Outcomes: []casefile.Outcome{
				casefile.OutcomeUpheld, casefile.OutcomePartlyUpheld, casefile.OutcomeKnowinglyFalse,
			},
			Keep:   months(60),
			Reason: ReasonClaims,
		},
		{
			Route:  casefile.Integrity,
			Keep:   months(2),
			Review: deadline.Length{N: 30, Unit: deadline.Days},
			Reason: ReasonNothingFound,
		},
	}
}

// Until returns the end of the last day on which a case that was closed with an
// outcome is kept, and why. It reports false when no rule fits: then nothing may be
// erased. For a case with measures, closed is when the last one was done.
func (rs Rules) Until(c deadline.Calendar, r casefile.Route, o casefile.Outcome, closed time.Time) (time.Time, Reason, bool) {
	rule, ok := rs.find(r, o)
	if !ok {
		return time.Time{}, "", false
	}
	until := c.After(closed, rule.Keep)
	if !rule.Review.None() {
		until = c.After(until, rule.Review)
	}
	return until, rule.Reason, true
}

// find prefers a rule that names the outcome to one that stands for all others.
func (rs Rules) find(r casefile.Route, o casefile.Outcome) (Rule, bool) {
	for _, rule := range rs {
		if rule.Route == r && slices.Contains(rule.Outcomes, o) {
			return rule, true
		}
	}
	for _, rule := range rs {
		if rule.Route == r && len(rule.Outcomes) == 0 {
			return rule, true
		}
	}
	return Rule{}, false
}
