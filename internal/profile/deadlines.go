package profile

import (
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
)

// meaning says what a numbered rule is about and what meets it; what starts it is the
// rule's own word.
type meaning struct {
	kind deadline.Kind
	met  deadline.Event
}

// meanings gives the numbers that the deadlines of a profile have.
func meanings(id string) (meaning, bool) {
	m, ok := map[string]meaning{
		"D2":  {deadline.KindAcknowledgement, deadline.EventAcknowledgement},
		"D3":  {deadline.KindFeedback, deadline.EventFeedback},
		"D4":  {deadline.KindReferral, deadline.EventReferralAnswer},
		"D5":  {deadline.KindTriage, deadline.EventTriage},
		"D6":  {deadline.KindPlan, deadline.EventPlan},
		"D7":  {deadline.KindFirstAnswer, deadline.EventFirstAnswer},
		"D8":  {deadline.KindFullAnswer, deadline.EventFeedback},
		"D9":  {deadline.KindProgress, ""},
		"D10": {deadline.KindUpdate, deadline.EventUpdate},
		"D11": {deadline.KindBreachNotice, deadline.EventBreachNotified},
		"D12": {deadline.KindBreachPersons, deadline.EventPersonsTold},
		"D13": {deadline.KindPersonNotice, deadline.EventPersonTold},
		"D14": {deadline.KindDataRequest, deadline.EventDataAnswer},
		// Several run at once, each for one request, so that nothing starts this rule by itself.
		"D14-other": {deadline.KindDataRequest, deadline.EventDataAnswer},
		"D15":       {deadline.KindMinutes, deadline.EventMinutes},
		"D16":       {deadline.KindMeeting, deadline.EventMeetingHeld},
		"D17":       {deadline.KindReview, deadline.EventReviewed},
		"D21":       {deadline.KindSerious, deadline.EventSeriousTold},
	}[id]
	return m, ok
}

// targetSuffix marks the rule that gives another rule its target.
const targetSuffix = "-target"

// AtReceipt is Deadlines for a case whose receipt is confirmed as it comes in, whatever
// becomes of a mail about it: what is counted from the acknowledgement is counted from
// the receipt, which is never later than the law has it, and the date that the
// complainant is told then is the one in the mailbox.
func (c Clocks) AtReceipt(routes []casefile.Route, topics []string) []deadline.Rule {
	rules := c.Deadlines(routes, topics)
	for n, r := range rules {
		if r.Start == deadline.EventAcknowledgement {
			rules[n].Start = deadline.EventReceipt
		}
	}
	return rules
}

// Deadlines returns the deadlines of a case with these routes and topics in the
// form that package deadline computes with: those of every ticked route, each with
// its target where the profile has one.
func (c Clocks) Deadlines(routes []casefile.Route, topics []string) []deadline.Rule {
	rules := c.For(routes, topics)
	targets := map[string]deadline.Length{}
	for _, r := range rules {
		if id, ok := strings.CutSuffix(r.ID, targetSuffix); ok {
			targets[id] = r.length()
		}
	}
	var list []deadline.Rule
	for _, r := range rules {
		if rule, ok := r.deadline(); ok {
			rule.Target = targets[r.ID]
			list = append(list, rule)
		}
	}
	return list
}

// deadline is the rule as package deadline computes with it; false for one that runs no
// clock of its own.
func (r ClockRule) deadline() (deadline.Rule, bool) {
	m, ok := meanings(r.ID)
	return deadline.Rule{
		ID: r.ID, Kind: m.kind, Start: starts()[r.Start], Due: r.length(), Hard: r.Hard, Met: m.met,
		More: deadline.Length{N: r.More, Unit: deadline.Unit(r.Unit)},
	}, ok
}

func (r ClockRule) length() deadline.Length {
	return deadline.Length{N: r.Length, Unit: deadline.Unit(r.Unit)}
}

// Of returns the deadlines of a kind that any case may have.
func (c Clocks) Of(kind deadline.Kind) (list []deadline.Rule) {
	for _, r := range c.Rules {
		if rule, ok := r.deadline(); ok && rule.Kind == kind {
			list = append(list, rule)
		}
	}
	return list
}

// Rule returns the rule of a clock by the clock's id.
func (c Clocks) Rule(id string) (ClockRule, bool) {
	for _, r := range c.Rules {
		if r.ID == deadline.RuleOf(id) {
			return r, true
		}
	}
	return ClockRule{}, false
}
