package profile

import (
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
)

// meaning says what a numbered rule is about, what starts it and what meets it.
type meaning struct {
	kind  deadline.Kind
	start deadline.Event
	met   deadline.Event
}

// meanings gives the numbers that the deadlines of a profile have.
func meanings(id string) (meaning, bool) {
	m, ok := map[string]meaning{
		"D2":  {deadline.KindAcknowledgement, deadline.EventReceipt, deadline.EventAcknowledgement},
		"D3":  {deadline.KindFeedback, deadline.EventAcknowledgement, deadline.EventFeedback},
		"D5":  {deadline.KindTriage, deadline.EventReceipt, deadline.EventTriage},
		"D6":  {deadline.KindPlan, deadline.EventTriage, deadline.EventPlan},
		"D7":  {deadline.KindFirstAnswer, deadline.EventReceipt, deadline.EventFirstAnswer},
		"D8":  {deadline.KindFullAnswer, deadline.EventReceipt, deadline.EventFeedback},
		"D11": {deadline.KindBreachNotice, deadline.EventBreachKnown, deadline.EventBreachNotified},
		"D15": {deadline.KindMinutes, deadline.EventMeetingHeld, deadline.EventMinutes},
		"D14": {deadline.KindDataRequest, deadline.EventDataRequest, deadline.EventDataAnswer},
		"D16": {deadline.KindMeeting, deadline.EventMeetingAsked, deadline.EventMeetingHeld},
	}[id]
	return m, ok
}

// targetSuffix marks the rule that gives another rule its target.
const targetSuffix = "-target"

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
		m, ok := meanings(r.ID)
		if !ok {
			continue
		}
		list = append(list, deadline.Rule{
			ID: r.ID, Kind: m.kind, Start: m.start, Target: targets[r.ID], Due: r.length(), Hard: r.Hard, Met: m.met,
		})
	}
	return list
}

func (r ClockRule) length() deadline.Length {
	return deadline.Length{N: r.Length, Unit: deadline.Unit(r.Unit)}
}

// Of returns the deadlines of a kind that any case may have.
func (c Clocks) Of(kind deadline.Kind) (list []deadline.Rule) {
	for _, r := range c.Rules {
		if m, ok := meanings(r.ID); ok && m.kind == kind {
			list = append(list, deadline.Rule{ID: r.ID, Kind: kind, Start: m.start, Due: r.length(), Hard: r.Hard, Met: m.met})
		}
	}
	return list
}

// Rule returns a deadline's rule by id.
func (c Clocks) Rule(id string) (ClockRule, bool) {
	for _, r := range c.Rules {
		if r.ID == id {
			return r, true
		}
	}
	return ClockRule{}, false
}
