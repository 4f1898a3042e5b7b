package casework

import (
	"context"
	"strings"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
)

// BreachNote says since when a breach of personal data is known.
type BreachNote struct {
	Known    time.Time
	Why      string
	Revision int64
}

// String hides the reason.
func (BreachNote) String() string { return "[sealed]" }

// breachOldest is how long before the complaint a breach may have become known: more
// is a mistake in the year.
const breachOldest = 366 * 24 * time.Hour

// NoteBreach starts the 72 hours in which a breach of personal data is notified, from
// the minute at which the organisation became aware of it. Regulation (EU) 2016/679
// art. 33(1). Once noted it may only be corrected to an earlier time. Faults: no
// reason; a time in the future or long past; noted before; notified already;
// error.changed-meanwhile.
func (c *Casework) NoteBreach(ctx context.Context, actor access.Actor, n casefile.Number, b BreachNote) error {
	b.Why = strings.TrimSpace(b.Why)
	if b.Why == "" {
		return fault.New(fault.Invalid, "error.reason-missing")
	}
	return custody.Retry(func() error {
		o, stored, err := c.openClocks(ctx, actor, n, b.Revision)
		if err != nil {
			return err
		}
		if b.Known.After(c.Store.Now()) || b.Known.Before(o.Case.Received.Add(-breachOldest)) {
			return fault.New(fault.Invalid, "error.breach-when")
		}
		rules := c.Profile.Clocks.Of(deadline.KindBreachNotice)
		if len(rules) == 0 || !o.Case.State.Open() {
			return errNothing
		}
		event := casefile.ClockEvent{Act: casefile.ClockBreach, Clock: rules[0].ID, About: string(rules[0].Kind), At: b.Known.UTC(), Why: b.Why}
		for _, k := range stored {
			switch {
			case k.Kind != deadline.KindBreachNotice:
			case !k.Open():
				return fault.New(fault.Invalid, "error.clock-met")
			case !b.Known.Before(k.Start):
				return fault.New(fault.Invalid, "error.breach-known")
			}
		}
		return c.applyClock(ctx, actor, o, event, change{facts: happened(event.At, deadline.EventBreachKnown)})
	})
}

// RiskNote says why a breach of personal data is a high risk for people.
type RiskNote struct {
	Why      string
	Revision int64
}

// String hides the reason.
func (RiskNote) String() string { return "[sealed]" }

// NoteRisk starts the time in which the people are told for whom a breach is a high
// risk. Regulation (EU) 2016/679 art. 34. Faults: no reason; no breach was noted
// (fault.ErrNotFound); decided before; error.changed-meanwhile.
func (c *Casework) NoteRisk(ctx context.Context, actor access.Actor, n casefile.Number, w RiskNote) error {
	w.Why = strings.TrimSpace(w.Why)
	if w.Why == "" {
		return fault.New(fault.Invalid, "error.reason-missing")
	}
	return custody.Retry(func() error {
		o, stored, err := c.openClocks(ctx, actor, n, w.Revision)
		if err != nil {
			return err
		}
		known := false
		for _, k := range stored {
			if k.Kind == deadline.KindBreachPersons {
				return fault.New(fault.Invalid, "error.risk-known")
			}
			known = known || k.Kind == deadline.KindBreachNotice
		}
		rules := c.Profile.Clocks.Of(deadline.KindBreachPersons)
		if len(rules) == 0 || !known || !o.Case.State.Open() {
			return errNothing
		}
		event := casefile.ClockEvent{Act: casefile.ClockRisk, Clock: rules[0].ID, About: string(rules[0].Kind), At: c.Store.Now(), Why: w.Why}
		return c.applyClock(ctx, actor, o, event, change{facts: happened(event.At, deadline.EventBreachRisk)})
	})
}
