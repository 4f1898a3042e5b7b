package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/store"
)

func (c *Casework) clockViews(o *custody.Opened, stored []deadline.Clock) []Clock {
	now := c.Store.Now()
	var list []Clock
	for _, k := range stored {
		if k.Kept() {
			continue // of what comes round again only what runs and what was missed
		}
		rule, _ := c.Profile.Clocks.Rule(k.ID)
		view := Clock{
			Clock: k, State: k.State(now), Phrase: c.Calendar.Phrase(k, now), ByHand: stoppable(k, now),
			Acts: c.acts(o, k), Law: k.Hard && rule.Law, Told: rule.ToComplainant, Source: rule.Source, Limit: limit(stored, k),
		}
		if most := c.most(k); !most.IsZero() && k.Open() && k.Promised.IsZero() {
			view.Most = most
		}
		list = append(list, view)
	}
	return list
}

// openClocks opens a case that is still at the revision a form was made from, with its
// clocks.
func (c *Casework) openClocks(ctx context.Context, actor access.Actor, n casefile.Number, revision int64) (*custody.Opened, []deadline.Clock, error) {
	o, err := c.openAt(ctx, actor, n, revision)
	if err != nil {
		return nil, nil, err
	}
	clocks, err := c.clocksOf(ctx, o.Case.ID)
	return o, clocks, err
}

// openRunning opens a case with its clocks, whatever was done in it meanwhile.
func (c *Casework) openRunning(ctx context.Context, actor access.Actor, n casefile.Number) (*custody.Opened, []deadline.Clock, error) {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return nil, nil, err
	}
	clocks, err := c.clocksOf(ctx, o.Case.ID)
	return o, clocks, err
}

func (c *Casework) clocksOf(ctx context.Context, id casefile.ID) (clocks []deadline.Clock, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		clocks, err = tx.Clocks(id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read clocks: %w", err)
	}
	return clocks, nil
}

// stoppable reports whether a member can say that what a clock waits for was done: of a
// check-in, once somebody has to look at it.
func stoppable(k deadline.Clock, now time.Time) bool {
	asked := k.Kind == deadline.KindDataRequest && deadline.RuleOf(k.ID) != k.ID // answered on a page of its own
	return k.Open() && byHand(k.Kind) && !asked && (!k.CheckIn() || now.After(k.Due))
}

// byHand says which clocks stop only because a member says so: what they wait for
// happens outside the desk.
func byHand(k deadline.Kind) bool {
	switch k {
	case deadline.KindPlan, deadline.KindBreachNotice, deadline.KindBreachPersons, deadline.KindPersonNotice,
		deadline.KindDataRequest, deadline.KindMinutes, deadline.KindMeeting, deadline.KindCheckIn,
		deadline.KindUpdate, deadline.KindReferral, deadline.KindSerious:
		return true
	default:
		return false
	}
}

// reckon returns the clocks of a case after further events. What was met stays met;
// a clock whose rule is gone stays as it was.
func (c *Casework) reckon(o *custody.Opened, r access.Routing, stored []deadline.Clock, events deadline.Facts) []deadline.Clock {
	rules := c.Profile.Clocks.Deadlines(r.Routes, r.Topics)
	if t, ok := toldBy(o); ok && t.Unknown { // what was given up, because nobody can be told, does not begin anew
		rules = slices.DeleteFunc(slices.Clone(rules), func(r deadline.Rule) bool {
			return toSomebody(r.Kind) && !slices.ContainsFunc(stored, func(k deadline.Clock) bool { return k.ID == r.ID })
		})
	}
	facts := known(o, rules, stored)
	for event, at := range events {
		was, ok := facts[event]
		if !ok || event == deadline.EventUpdate || event == deadline.EventBreachKnown && at.Before(was) {
			facts[event] = at
		}
	}
	if _, ok := facts[deadline.EventBreachKnown]; ok { // whatever the topics were
		rules = withRules(rules, c.Profile.Clocks.Of(deadline.KindBreachNotice))
		rules = withRules(rules, c.Profile.Clocks.Of(deadline.KindBreachPersons))
	}
	clocks := c.Calendar.Start(rules, o.Case.Received, facts)
	for _, old := range stored {
		i := slices.IndexFunc(clocks, func(k deadline.Clock) bool { return k.ID == old.ID })
		if i < 0 {
			clocks = append(clocks, old)
		} else {
			clocks[i] = old.Next(clocks[i])
		}
	}
	return clocks
}

// rounds keeps in step what comes round again: while an investigation goes on the
// parties are told how it stands every so often, counted from the last message; while
// a case lies with another body its answer is awaited.
func (c *Casework) rounds(o *custody.Opened, ch change, clocks []deadline.Clock) []deadline.Clock {
	now, state := c.Store.Now(), o.Case.State
	if ch.to != "" {
		state = ch.to
	}
	at, told := ch.facts[deadline.EventUpdate]
	if told {
		now = at
	}
	routing := ch.routing(o)
	here := c.Profile.Clocks.Deadlines(routing.Routes, routing.Topics)
	step := func(rule deadline.Rule, goesOn, told bool) {
		// A case that went to a route without the rule ends the round that ran.
		applies := slices.ContainsFunc(here, func(r deadline.Rule) bool { return r.ID == rule.ID })
		clocks = c.Calendar.Round(clocks, rule, deadline.Course{On: goesOn && applies, Told: told}, now)
	}
	for _, rule := range c.Profile.Clocks.Of(deadline.KindUpdate) {
		step(rule, state == casefile.StateInvestigation, told)
	}
	for _, rule := range c.Profile.Clocks.Of(deadline.KindReferral) {
		step(rule, state == casefile.StateReferred, false)
	}
	return clocks
}

func withRules(rules, more []deadline.Rule) []deadline.Rule {
	for _, r := range more {
		if !slices.ContainsFunc(rules, func(k deadline.Rule) bool { return k.ID == r.ID }) {
			rules = append(rules, r)
		}
	}
	return rules
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
		case casefile.EntryReview:
			earliest(deadline.EventReviewAsked, e.Created)
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
		case casefile.EntryRecord:
			if p, err := casefile.DecodePayload[casefile.Record](e.Payload); err == nil {
				for event, at := range recordFacts(p, e.Created) {
					earliest(event, at)
				}
			}
		case casefile.EntryClock, casefile.EntryPromise:
			switch p, err := casefile.DecodePayload[casefile.ClockEvent](e.Payload); {
			case err != nil:
			case p.Act == casefile.ClockBreach:
				earliest(deadline.EventBreachKnown, p.At)
			case p.Act == casefile.ClockRisk:
				earliest(deadline.EventBreachRisk, p.At)
			case p.Act == casefile.ClockFeedback:
				earliest(deadline.EventFeedback, p.At)
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
