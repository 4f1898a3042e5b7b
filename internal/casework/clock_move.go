package casework

import (
	"context"
	"strings"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
)

// acts lists what members can do about a clock now.
func (c *Casework) acts(o *custody.Opened, k deadline.Clock) (list []casefile.ClockAct) {
	now := c.Store.Now()
	switch o := k.Movable(now); {
	case !k.Open():
		return nil
	case o == "" && k.Paused.IsZero():
		list = append(list, casefile.ClockExtended, casefile.ClockPaused)
	case o == "":
		list = append(list, casefile.ClockResumed)
	case now.After(k.Due) && !asksItself(k):
		list = append(list, casefile.ClockRenewed)
	case !c.most(k).IsZero() && k.Promised.IsZero():
		list = append(list, casefile.ClockExtended)
	}
	if awaitsFeedback(k) && len(messagesOut(o)) > 0 {
		list = append(list, casefile.ClockFeedback)
	}
	return list
}

// asksItself reports whether a clock is about another date, or a question that was
// planned: then no new date is told for it.
func asksItself(k deadline.Clock) bool {
	return k.Kind == deadline.KindProgress || k.Kind == deadline.KindCheckIn
}

// most is the last moment to which the law lets a hard date be moved, once.
func (c *Casework) most(k deadline.Clock) time.Time {
	for _, rule := range c.Profile.Clocks.Of(k.Kind) {
		if rule.ID == deadline.RuleOf(k.ID) {
			return c.Calendar.Most(k, rule)
		}
	}
	return time.Time{}
}

func awaitsFeedback(k deadline.Clock) bool {
	return k.Open() && (k.Kind == deadline.KindFeedback || k.Kind == deadline.KindFullAnswer)
}

// messagesOut are the messages to the complainant that stand, newest first.
func messagesOut(o *custody.Opened) (list []custody.Entry) {
	entries := remaining(o, "").Entries
	for i := len(entries) - 1; i >= 0; i-- {
		if e := entries[i]; e.Kind == casefile.EntryMessageOut && !e.Damaged && !e.Locked {
			list = append(list, e)
		}
	}
	return list
}

// limit is the date that does not move and by which what a clock waits for must have
// led to an answer; zero where there is none.
func limit(clocks []deadline.Clock, k deadline.Clock) (first time.Time) {
	switch k.Kind {
	case deadline.KindTriage, deadline.KindPlan, deadline.KindFirstAnswer:
	default:
		return first
	}
	for _, other := range clocks {
		answer := other.Kind == deadline.KindFeedback || other.Kind == deadline.KindFullAnswer
		if other.Hard && other.Open() && answer && (first.IsZero() || other.Due.Before(first)) {
			first = other.Due
		}
	}
	return first
}

// ClockChange is what a member does about a clock. The complainant reads the reason
// where they were told the date.
type ClockChange struct {
	Act      casefile.ClockAct // extended, paused, resumed, renewed or feedback
	Clock    string
	To       deadline.Date // of more time and of a new date
	Message  string        // of feedback: the id of the message
	Why      string
	Revision int64
}

// String hides the reason.
func (ClockChange) String() string { return "[sealed]" }

// ChangeClock gives a clock more time, lets it stand still or run again, tells a new
// date for one that was missed, or says with which message the complainant had the
// feedback. Faults: no reason; an obstacle of package deadline; no such message;
// error.changed-meanwhile. fault.ErrNotFound: no such clock.
func (c *Casework) ChangeClock(ctx context.Context, actor access.Actor, n casefile.Number, w ClockChange) error {
	w.Why = strings.TrimSpace(w.Why)
	if w.Why == "" && w.Act != casefile.ClockFeedback {
		return fault.New(fault.Invalid, "error.reason-missing")
	}
	return custody.Retry(func() error {
		o, stored, err := c.openClocks(ctx, actor, n, w.Revision)
		if err != nil {
			return err
		}
		for _, k := range stored {
			if k.ID == w.Clock {
				return c.changeClock(ctx, actor, o, w, k, limit(stored, k))
			}
		}
		return errNothing
	})
}

func (c *Casework) changeClock(ctx context.Context, actor access.Actor, o *custody.Opened, w ClockChange, k deadline.Clock, limit time.Time) error {
	event := casefile.ClockEvent{Act: w.Act, Clock: k.ID, About: string(k.Kind), From: k.Due, Why: w.Why}
	if w.Act == casefile.ClockFeedback {
		return c.feedback(ctx, actor, o, w, k, event)
	}
	next, obstacle, err := c.moveClock(w, k, limit)
	if err != nil {
		return err
	}
	if obstacle != "" {
		return fault.New(fault.Invalid, "error.clock-"+string(obstacle))
	}
	if event.To = next.Due; w.Act == casefile.ClockRenewed {
		event.To = next.Again
	}
	return c.applyClock(ctx, actor, o, event, change{fix: func(clocks []deadline.Clock) {
		for i := range clocks {
			if clocks[i].ID == k.ID {
				clocks[i] = next
			}
		}
	}})
}

func (c *Casework) moveClock(w ClockChange, k deadline.Clock, limit time.Time) (deadline.Clock, deadline.Obstacle, error) {
	now := c.Store.Now()
	var next deadline.Clock
	var obstacle deadline.Obstacle
	switch w.Act {
	case casefile.ClockExtended:
		if k.Hard {
			next, obstacle = c.Calendar.Stretch(k, w.To, c.most(k), now)
		} else {
			next, obstacle = c.Calendar.Extend(k, w.To, limit, now)
		}
	case casefile.ClockPaused:
		next, obstacle = k.Pause(now)
	case casefile.ClockResumed:
		rule, _ := c.Profile.Clocks.Rule(k.ID)
		next, obstacle = c.Calendar.Resume(k, deadline.Unit(rule.Unit), limit, now)
	case casefile.ClockRenewed:
		next, obstacle = c.Calendar.Renew(k, w.To, now)
	default:
		return k, "", fault.New(fault.Invalid, "error.choose-one")
	}
	return next, obstacle, nil
}

// feedback stops the clocks that wait for what was done and why: it stood in a message
// that was sent before the case closes. Directive (EU) 2019/1937 art. 9(1)(f).
func (c *Casework) feedback(ctx context.Context, actor access.Actor, o *custody.Opened, w ClockChange, k deadline.Clock, event casefile.ClockEvent) error {
	if !awaitsFeedback(k) {
		return fault.New(fault.Invalid, "error.clock-met")
	}
	for _, m := range messagesOut(o) {
		if m.ID == w.Message {
			event.At, event.From = m.Created, time.Time{}
			return c.applyClock(ctx, actor, o, event, change{facts: happened(m.Created, deadline.EventFeedback)})
		}
	}
	return fault.New(fault.Invalid, "error.choose-one")
}

// applyClock writes what was done about a clock, on the side where it is read: what
// the complainant was promised, they see moved, and why.
func (c *Casework) applyClock(ctx context.Context, actor access.Actor, o *custody.Opened, event casefile.ClockEvent, ch change) error {
	kind := casefile.EntryClock
	rule, _ := c.Profile.Clocks.Rule(event.Clock)
	if rule.ToComplainant && event.Act != casefile.ClockFeedback {
		kind, ch.news = casefile.EntryPromise, true
		event.Lang = lang.Lang(o.Case.Language)
	}
	told, err := item(actor.Member, "", kind, event)
	if err != nil {
		return err
	}
	ch.items, ch.words = []custody.Item{told}, event.Why
	ch.event = custody.Event{Kind: audit.ClockChanged, Detail: map[string]string{"clock": event.Clock, "act": string(event.Act)}}
	return c.apply(ctx, actor, o, ch)
}
