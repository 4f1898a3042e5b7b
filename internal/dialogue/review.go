package dialogue

import (
	"context"
	"slices"
	"strings"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// errNoReview tells that no review can be asked for, or no longer.
var errNoReview = fault.New(fault.Conflict, "mailbox.review.over")

// Review is whether somebody else can be asked to look at a closed case again.
type Review struct {
	Until time.Time // end of the last day on which it can be asked for; zero: it cannot
	Asked time.Time // when it was; zero: it was not. Then it cannot be again.
}

// Open reports whether it can be asked for.
func (r Review) Open() bool { return !r.Until.IsZero() }

// review reads whether a review can be asked for: once, within the time of the profile
// after closing, as long as the story is there to be looked at.
func (d *Dialogue) review(o *custody.Opened) (r Review) {
	for _, e := range o.Entries {
		if e.Kind == casefile.EntryReview {
			r.Asked = e.Created
		}
	}
	closed := o.Case.State == casefile.StateClosed || o.Case.State == casefile.StateMonitoring
	switch days := d.Profile.Settings.Review(); {
	case !r.Asked.IsZero(), !closed, days.None(), o.Case.Channel == casefile.ChannelWatch, o.Outcome().Outcome == "":
		return r
	case !o.Gone(casefile.ScopeStory).IsZero():
		return r
	default:
		if until := d.Calendar.After(o.Case.Closed, days); !d.Store.Now().After(until) {
			r.Until = until
		}
		return r
	}
}

// AskReview asks that somebody else than who decided looks at a closed case again. The case
// is open again, with a deadline of its own, and goes to that member where there is one
// only; otherwise it waits for somebody to take charge, whom casework keeps from being one
// who decided. Asking twice is the same as once. Faults: nothing written, too long;
// mailbox.review.over; ErrNoSession.
func (d *Dialogue) AskReview(ctx context.Context, tok seal.Token, s Sending, l lang.Lang, why string) error {
	why = strings.TrimSpace(why)
	if why == "" {
		return fault.New(fault.Invalid, "error.text-missing")
	}
	if err := d.fits(why); err != nil {
		return err
	}
	return d.send(ctx, tok, s, func(v *visit) (*change, error) {
		o := v.opened
		switch r := d.review(o); {
		case !r.Asked.IsZero():
			return nil, nil
		case !r.Open():
			return nil, errNoReview
		}
		payload, err := casefile.EncodePayload(casefile.ReviewRequest{Lang: l, Why: why})
		if err != nil {
			return nil, err
		}
		c := &change{
			items: []custody.Item{item(s.Key, casefile.EntryReview, seal.Dialogue, payload)}, logged: audit.ReviewAsked,
			lines: []custody.Event{{Kind: audit.StateChanged, Detail: map[string]string{"from": string(o.Case.State), "to": string(casefile.StateReview)}}},
		}
		return c, d.reopen(ctx, o, c)
	})
}

// reopen makes a closed case one that is looked at again: the check-ins that wait are over
// until it is closed anew, its dates of erasing are gone, and whoever decided is not in charge.
func (d *Dialogue) reopen(ctx context.Context, o *custody.Opened, c *change) error {
	clocks, err := d.clocks(ctx, o.Case.ID)
	if err != nil {
		return err
	}
	now := d.Store.Now()
	for i := range clocks {
		if clocks[i].CheckIn() && clocks[i].Open() {
			clocks[i].Met = &now
		}
	}
	for _, k := range d.Calendar.Start(d.rulesOf(o), o.Case.Received, deadline.Facts{deadline.EventReviewAsked: now}) {
		if k.Kind == deadline.KindReview {
			clocks = append(clocks, k)
		}
	}
	c.clocks = clocks
	row := c.changed(o)
	row.State, row.InCharge = casefile.StateReview, d.otherThanWhoDecided(o)
	row.Closed, row.EraseAfter, row.PartAfter, row.NextDue = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	if next, ok := deadline.Next(clocks); ok {
		row.NextDue = next.Due
	}
	if row.InCharge != o.Case.InCharge {
		c.lines = append(c.lines, custody.Event{Kind: audit.Assigned, Object: string(row.InCharge)})
	}
	return nil
}

// otherThanWhoDecided is the one member who may read the case and did not decide it; empty
// where there is none, or more than one.
func (d *Dialogue) otherThanWhoDecided(o *custody.Opened) staff.ID {
	decided := o.Decided()
	others := slices.DeleteFunc(o.MayRead(), func(id staff.ID) bool { return slices.Contains(decided, id) })
	if len(others) != 1 {
		return ""
	}
	return others[0]
}
