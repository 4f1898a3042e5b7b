// Package retention says how long a closed case is kept, part by part, and why. Its rules
// are settings of the organisation, see package profile. It has no I/O and no clock. It
// must never answer with a time before the closing, and never shortens what a legal hold
// keeps: that is asked elsewhere.
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
	// ReasonNameless: to show what was done, no name is needed any more.
	// GDPR art. 5(1)(c) and (e).
	ReasonNameless Reason = "nameless"
	// ReasonWatch: somebody who spoke or helped is asked how they are treated.
	ReasonWatch Reason = "watch"
	// ReasonTranslated: somebody translated a text, and may be asked about it.
	ReasonTranslated Reason = "translated"
	// ReasonBarred: members set a day on which a claim is time-barred. Act of 28 November
	// 2022 art. 21; GDPR art. 17(3)(e).
	ReasonBarred Reason = "barred"
	// ReasonSpam: it was manifestly no complaint, and nothing of it is kept.
	// Directive (EU) 2019/1937 art. 17.
	ReasonSpam Reason = "spam"
	// ReasonAttached: it belongs to another case, and stands there now.
	ReasonAttached Reason = "attached"
)

// NoComplaint reports whether what was erased for the reason had never been a complaint
// of its own.
func (r Reason) NoComplaint() bool { return r == ReasonSpam || r == ReasonAttached }

// Reasons returns those that a rule of the organisation may give; ReasonWatch follows
// from the check-ins, ReasonBarred from what members set for a case.
func Reasons() []Reason {
	return []Reason{ReasonFollowUp, ReasonAccountability, ReasonClaims, ReasonNothingFound, ReasonNameless, ReasonSpam}
}

// Rule says how long cases of a route are kept after closing.
type Rule struct {
	Route    casefile.Route
	Outcomes []casefile.Outcome // none means every outcome that no other rule names
	Keep     deadline.Length    // what was told, written and found
	Reason   Reason
	Identity deadline.Length // who the complainant is; none: for as long as the rest
	Who      Reason          // why, where that differs
	Review   deadline.Length // time to ask for a review, added to both
	Two      bool            // a second member must agree, and sign
	Spam     bool            // of what is manifestly no complaint: it may go before it is closed
}

// Rules is what the organisation has decided; of two rules that fit the first counts.
type Rules []Rule

// For returns the rule for cases of a route that were closed with an outcome; one that
// names the outcome before one that stands for all others. It reports false when no rule
// fits: then nothing may be erased.
func (rs Rules) For(r casefile.Route, o casefile.Outcome) (Rule, bool) {
	for _, rule := range rs {
		if !rule.Spam && rule.Route == r && slices.Contains(rule.Outcomes, o) {
			return rule, true
		}
	}
	for _, rule := range rs {
		if !rule.Spam && rule.Route == r && len(rule.Outcomes) == 0 {
			return rule, true
		}
	}
	return Rule{}, false
}

// Spam returns the rule for what came in on a route and is manifestly no complaint;
// false where the organisation has none: then it is closed like any other.
func (rs Rules) Spam(r casefile.Route) (Rule, bool) {
	i := slices.IndexFunc(rs, func(rule Rule) bool { return rule.Spam && rule.Route == r })
	if i < 0 {
		return Rule{}, false
	}
	return rs[i], true
}

// Two reports whether any rule of a route asks for a second member. Then two lift what
// stops an erasure as well.
func (rs Rules) Two(r casefile.Route) bool {
	return slices.ContainsFunc(rs, func(rule Rule) bool { return rule.Route == r && rule.Two })
}

// Dates says until when the two parts of a closed case are kept, each to the end of a
// day, and why.
type Dates struct {
	Story    time.Time // what was told, written and found
	Identity time.Time // who the complainant is and how to reach them
	Reason   Reason    // of the story
	Who      Reason    // of the identity
}

// Dates reckons until when a case that was closed at a time is kept. asks is when the
// last check-in that is still to be asked wants its answer; the zero time: none is. Who
// the complainant is stays for as long, because whoever is asked how they are treated has
// to be reached and to be believed. For a case with measures, closed is when the last one
// was done.
func (r Rule) Dates(c deadline.Calendar, closed, asks time.Time) Dates {
	after := func(n deadline.Length) time.Time {
		until := c.After(closed, n)
		if !r.Review.None() {
			until = c.After(until, r.Review)
		}
		return until
	}
	d := Dates{Story: after(r.Keep), Identity: after(r.Keep), Reason: r.Reason, Who: r.Reason}
	if !r.Identity.None() {
		d.Identity, d.Who = after(r.Identity), r.Who
	}
	if asks.After(d.Identity) {
		d.Identity, d.Who = asks, ReasonWatch
	}
	return d
}

// Until keeps both parts at least until a claim is time-barred; the zero time changes
// nothing.
func (d Dates) Until(barred time.Time) Dates {
	if barred.After(d.Story) {
		d.Story, d.Reason = barred, ReasonBarred
	}
	if barred.After(d.Identity) {
		d.Identity, d.Who = barred, ReasonBarred
	}
	return d
}

// Whole is until when anything of the case is kept, and why.
func (d Dates) Whole() (time.Time, Reason) {
	if d.Identity.After(d.Story) {
		return d.Identity, d.Who
	}
	return d.Story, d.Reason
}

// First is the part that may go before the rest, and until when it is kept; false where
// both go together.
func (d Dates) First() (casefile.Scope, time.Time, bool) {
	switch {
	case d.Story.Before(d.Identity):
		return casefile.ScopeStory, d.Story, true
	case d.Identity.Before(d.Story):
		return casefile.ScopeIdentity, d.Identity, true
	default:
		return "", time.Time{}, false
	}
}

// Of is until when a part is kept, and why.
func (d Dates) Of(p casefile.Scope) (time.Time, Reason) {
	switch p {
	case casefile.ScopeStory:
		return d.Story, d.Reason
	case casefile.ScopeIdentity:
		return d.Identity, d.Who
	default:
		return d.Whole()
	}
}

// NotBefore moves the later of two parts, and the earlier one, to no sooner than what was
// written down when the case was closed: a rule that was shortened since, or a date that
// somebody moved, erases nothing sooner than the person was told.
func (d Dates) NotBefore(whole, first time.Time) Dates {
	later, earlier := &d.Story, &d.Identity
	if d.Identity.After(d.Story) {
		later, earlier = earlier, later
	}
	if whole.After(*later) {
		if earlier.Equal(*later) {
			*earlier = whole
		}
		*later = whole
	}
	for _, at := range []*time.Time{earlier, later} {
		if first.After(*at) {
			*at = first
		}
	}
	return d
}
