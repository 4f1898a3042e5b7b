package profile

import (
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
)

// Clocks are the organisation's deadlines.
type Clocks struct {
	Rules []ClockRule
}

// ClockRule is one deadline as plain data; the deadline package computes with it.
type ClockRule struct {
	ID     string `json:"id,omitzero"`
	Source string `json:"source,omitzero"` // where the length comes from
	Label  Text   `json:"label,omitzero"`  // what the complainant, or the desk, is told
	Start  string `json:"start,omitzero"`  // a word of starts
	Length int    `json:"length,omitzero"`
	Unit   string `json:"unit,omitzero"` // "hours", "days", "working-days", "months"
	// Hard says that law or a public promise sets it; otherwise it is a target.
	Hard bool `json:"hard,omitzero"`
	// Law says that it is law that sets it, and not a promise.
	Law bool `json:"law,omitzero"`
	// More is how many units more the law lets the date be moved, once, with a reason.
	More   int              `json:"more,omitzero"`
	Routes []casefile.Route `json:"routes,omitzero"`
	// Topics narrows the rule to cases with one of these; empty means any.
	Topics []string `json:"topics,omitzero"`
	// ToComplainant says that receipt and mailbox show the date.
	ToComplainant bool `json:"to_complainant,omitzero"`
}

// For returns the rules that run on a case with these routes and topics: those of
// every ticked route, not of the strictest only.
func (c Clocks) For(routes []casefile.Route, topics []string) []ClockRule {
	var out []ClockRule
	for _, r := range c.Rules {
		if r.appliesTo(routes, topics) {
			out = append(out, r)
		}
	}
	return out
}

// starts are the words with which a rule says what starts it.
func starts() map[string]deadline.Event {
	return map[string]deadline.Event{
		"received": deadline.EventReceipt, "acknowledged": deadline.EventAcknowledgement, "assessed": deadline.EventTriage,
		"requested": deadline.EventMeetingAsked, "held": deadline.EventMeetingHeld,
		"awareness": deadline.EventBreachKnown, "high-risk": deadline.EventBreachRisk, "missed": deadline.EventMissed,
		"investigation": deadline.EventInvestigation, "referral": deadline.EventReferral,
		"person-known": deadline.EventPersonKnown, "review": deadline.EventReviewAsked, "data-asked": deadline.EventDataAsked, "serious": deadline.EventSerious,
	}
}

func (r ClockRule) appliesTo(routes []casefile.Route, topics []string) bool {
	onAny := slices.ContainsFunc(routes, func(x casefile.Route) bool { return slices.Contains(r.Routes, x) })
	if len(r.Topics) == 0 {
		return onAny
	}
	return onAny && slices.ContainsFunc(topics, func(t string) bool { return slices.Contains(r.Topics, t) })
}
