package casework

import (
	"context"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// The faults of a hold.
var (
	errHeld     = fault.New(fault.Conflict, "error.held-already")
	errNoHold   = fault.New(fault.Conflict, "error.hold-none")
	errHoldDate = fault.New(fault.Invalid, "error.hold-date")
)

// Hold stops the erasure of a case until members lift it.
type Hold struct {
	By     Person
	Since  time.Time
	Reason string
	Review time.Time // when it is to be looked at again; it stands also after that
	Late   bool      // that day is past
}

// String hides the reason.
func (Hold) String() string { return "[sealed]" }

// standing reads the hold that stands out of the entries of a case, with who set it;
// false when none does. A hold of which only the row tells stands as well.
func standing(o *custody.Opened) (h casefile.HoldEvent, by custody.Entry, stands bool) {
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryHold || e.Damaged || e.Locked {
			continue
		}
		if p, err := casefile.DecodePayload[casefile.HoldEvent](e.Payload); err == nil {
			if p.Act == casefile.HoldSet || p.Act == casefile.HoldLifted {
				h, by, stands = p, e, p.Act == casefile.HoldSet
			}
		}
	}
	return h, by, stands || !o.Case.Held.IsZero()
}

// holdReviewMost bounds how far off the day may lie on which a hold is looked at again.
const holdReviewMost = 2 // years

// SetHold stops the erasure of a case, for a reason, and says when this is to be looked
// at again. One member suffices. Faults: no reason; the day is past or more than two
// years off; a hold stands already.
func (c *Casework) SetHold(ctx context.Context, actor access.Actor, n casefile.Number, why string, review time.Time) error {
	why, err := reasonOf(why)
	if err != nil {
		return err
	}
	now := c.Store.Now()
	if !review.After(now) || review.After(now.AddDate(holdReviewMost, 0, 1)) {
		return errHoldDate
	}
	return custody.Retry(func() error {
		o, err := c.open(ctx, actor, n)
		if err != nil {
			return err
		}
		if _, _, stands := standing(o); stands {
			return errHeld
		}
		entry, err := item(actor.Member, "", casefile.EntryHold, casefile.HoldEvent{Act: casefile.HoldSet, Why: why, Review: review.UTC()})
		if err != nil {
			return err
		}
		return c.apply(ctx, actor, o, change{
			items: []custody.Item{entry}, event: custody.Event{Kind: audit.HoldSet},
			edit: func(ch *store.CaseChange) { ch.Held = review },
		})
	})
}

// LiftHold lets the erasure of a case go on. On the routes that the profile names a
// second member must have agreed, whose reason stands. Faults: no reason;
// ErrNeedsApproval; no hold stands.
func (c *Casework) LiftHold(ctx context.Context, actor access.Actor, n casefile.Number, why string) error {
	return custody.Retry(func() error {
		o, dir, err := c.openWith(ctx, actor, n)
		if err != nil {
			return err
		}
		if _, _, stands := standing(o); !stands {
			return errNoHold
		}
		var items []custody.Item
		event := custody.Event{Kind: audit.HoldLifted}
		if c.twoToLift(actor, o, dir) {
			r, ok := c.approval(o, dir, actor.Member, casefile.MatterHold, nil)
			if !ok {
				return ErrNeedsApproval
			}
			entry, err := used(actor.Member, r)
			if err != nil {
				return err
			}
			items, why, event.Detail = append(items, entry), r.Reason, map[string]string{"request": r.id}
		}
		reason, err := reasonOf(why)
		if err != nil {
			return err
		}
		entry, err := item(actor.Member, "", casefile.EntryHold, casefile.HoldEvent{Act: casefile.HoldLifted, Why: reason})
		if err != nil {
			return err
		}
		return c.apply(ctx, actor, o, change{
			items: append(items, entry), event: event, edit: func(ch *store.CaseChange) { ch.Held = time.Time{} },
		})
	})
}

// twoToLift reports whether a second member must agree before what stops the erasure of
// this case is lifted.
func (c *Casework) twoToLift(actor access.Actor, o *custody.Opened, dir *staff.Directory) bool {
	return c.retention().Two(o.Case.Route) && c.second(actor, o, dir)
}

// second reports whether there is a second member to be asked. The alternative recipient
// who is left alone on a case has none, nor has who practises.
func (c *Casework) second(actor access.Actor, o *custody.Opened, dir *staff.Directory) bool {
	alone := len(c.deciders(o, dir, request{by: actor.Member})) == 0
	return !alone || !actor.Entry.In(casefile.Alternative) && !practice(o)
}
