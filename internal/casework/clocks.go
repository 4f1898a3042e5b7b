package casework

import (
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/store"
)

func (c *Casework) clockViews(stored []deadline.Clock) []Clock {
	now := c.Store.Now()
	list := make([]Clock, len(stored))
	for i, k := range stored {
		list[i] = Clock{Clock: k, State: k.State(now), Phrase: c.Calendar.Phrase(k, now), ByHand: stoppable(k, now)}
	}
	return list
}

// stoppable reports whether a member can say that what a clock waits for was done: of a
// check-in, once somebody has to look at it.
func stoppable(k deadline.Clock, now time.Time) bool {
	return k.Open() && byHand(k.Kind) && (!k.CheckIn() || now.After(k.Due))
}

// byHand says which clocks stop only because a member says so: what they wait for
// happens outside the desk.
func byHand(k deadline.Kind) bool {
	switch k {
	case deadline.KindPlan, deadline.KindBreachNotice, deadline.KindBreachPersons, deadline.KindPersonNotice,
		deadline.KindDataRequest, deadline.KindMinutes, deadline.KindMeeting, deadline.KindCheckIn:
		return true
	default:
		return false
	}
}

// reckon returns the clocks of a case after further events. What was met stays met;
// a clock whose rule is gone stays as it was.
func (c *Casework) reckon(o *custody.Opened, r access.Routing, stored []deadline.Clock, events deadline.Facts) []deadline.Clock {
	rules := c.Profile.Clocks.Deadlines(r.Routes, r.Topics)
	facts := known(o, rules, stored)
	for event, at := range events {
		if _, ok := facts[event]; !ok || event == deadline.EventUpdate {
			facts[event] = at
		}
	}
	clocks := c.Calendar.Start(rules, o.Case.Received, facts)
	for _, old := range stored {
		i := slices.IndexFunc(clocks, func(k deadline.Clock) bool { return k.ID == old.ID })
		switch {
		case i < 0:
			clocks = append(clocks, old)
		case old.Met != nil:
			clocks[i] = old
		}
	}
	return clocks
}

// known reads from the clocks and entries of a case what has happened in it.
func known(o *custody.Opened, rules []deadline.Rule, stored []deadline.Clock) deadline.Facts {
	facts := deadline.Facts{deadline.EventReceipt: o.Case.Received}
	earliest := func(e deadline.Event, at time.Time) {
		if was, ok := facts[e]; e != "" && (!ok || at.Before(was)) {
			facts[e] = at
		}
	}
	for _, rule := range rules {
		for _, k := range stored {
			if k.ID == rule.ID && k.Met != nil {
				earliest(rule.Met, *k.Met)
			}
		}
	}
	for _, e := range o.Entries {
		switch e.Kind {
		case casefile.EntryMeetingRequest:
			earliest(deadline.EventMeetingAsked, e.Created)
		case casefile.EntryMessageOut:
			earliest(deadline.EventFirstAnswer, e.Created)
		case casefile.EntryOutcome:
			earliest(deadline.EventFeedback, e.Created)
		case casefile.EntryStateEvent:
			if p, err := casefile.DecodePayload[casefile.StateEvent](e.Payload); err == nil {
				for _, event := range eventsOf(p.From, p.To) {
					earliest(event, p.At)
				}
			}
		default: // moves no clock
		}
	}
	return facts
}

// eventsOf says what a step of the case means for its clocks.
func eventsOf(from, to casefile.State) []deadline.Event {
	switch {
	case to == casefile.StateAcknowledged:
		return []deadline.Event{deadline.EventAcknowledgement}
	case to == casefile.StateClosed:
		return []deadline.Event{deadline.EventTriage, deadline.EventDecision, deadline.EventClosing}
	case to == casefile.StateHandling, to == casefile.StateInvestigation, to == casefile.StateMediation, to == casefile.StateReferred:
		return []deadline.Event{deadline.EventTriage}
	case to == casefile.StateDecision:
		return []deadline.Event{deadline.EventTriage}
	case from == casefile.StateDecision:
		return []deadline.Event{deadline.EventDecision}
	default:
		return nil
	}
}

// happened gives each event the same time.
func happened(at time.Time, events ...deadline.Event) deadline.Facts {
	facts := deadline.Facts{}
	for _, e := range events {
		facts[e] = at
	}
	return facts
}

func putClocks(tx *store.Tx, id casefile.ID, clocks []deadline.Clock) error {
	for _, k := range clocks {
		if err := tx.PutClock(id, k); err != nil {
			return err
		}
	}
	return nil
}

// due is the time by which the list sorts a case; once it is closed, when a check-in
// asks for somebody.
func due(s casefile.State, clocks []deadline.Clock) time.Time {
	if !s.Open() {
		return deadline.Watching(clocks)
	}
	if k, ok := deadline.Next(clocks); ok {
		return k.Due
	}
	return time.Time{}
}
