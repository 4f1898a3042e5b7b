package casework

import (
	"context"
	"errors"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
)

// StepAside takes the member's own keys of a case away, with a reason that only
// those read who stay. Nothing of the case is theirs afterwards: it answers like one
// that does not exist. Fault: no reason.
func (c *Casework) StepAside(ctx context.Context, actor access.Actor, n casefile.Number, why string) error {
	return c.exclude(ctx, actor, n, casefile.AccessEvent{Act: casefile.AccessAside, Member: string(actor.Member), Why: why})
}

// Exclude takes the keys of a case away from a colleague whom it turned out to be
// about, or makes sure that they never get any. Faults: no reason; no such
// colleague, or they are left out already.
func (c *Casework) Exclude(ctx context.Context, actor access.Actor, n casefile.Number, who staff.ID, why string) error {
	if who == actor.Member {
		return c.StepAside(ctx, actor, n, why)
	}
	return c.exclude(ctx, actor, n, casefile.AccessEvent{Act: casefile.AccessExcluded, Member: string(who), Why: why})
}

func (c *Casework) exclude(ctx context.Context, actor access.Actor, n casefile.Number, e casefile.AccessEvent) (err error) {
	who := staff.ID(e.Member)
	if e.Why, err = whyOf(e.Why); err != nil {
		return err
	}
	return custody.Retry(func() error {
		o, dir, err := c.openWith(ctx, actor, n)
		if err != nil {
			return err
		}
		entry, known := dir.Entry(who)
		if r, _ := o.Routing(); !known || r.Exclusion.Covers(entry) {
			return fault.New(fault.Invalid, "error.member-missing")
		}
		if err := c.excludeFromHelpers(ctx, actor, o, e); err != nil {
			return err
		}
		e.Held = holds(o, who)
		want := after(o, dir, e)
		return c.turn(ctx, actor, o, turning{
			dir: dir, event: e, turn: custody.Turn{To: access.Recipients(dir, want), Out: []staff.ID{who}},
		}, change{})
	})
}

// excludeFromHelpers takes the files of those who helped in a case away from the same
// member first, because each names the case.
func (c *Casework) excludeFromHelpers(ctx context.Context, actor access.Actor, o *custody.Opened, e casefile.AccessEvent) error {
	for _, entry := range o.Entries {
		if entry.Kind != casefile.EntryHelper || entry.Damaged || entry.Locked {
			continue
		}
		h, err := casefile.DecodePayload[casefile.Helper](entry.Payload)
		if err != nil {
			continue
		}
		err = c.exclude(ctx, actor, h.Number, casefile.AccessEvent{Act: e.Act, Member: e.Member, Why: e.Why})
		if f, ok := fault.As(err); ok && (errors.Is(err, fault.ErrNotFound) || f.Key == "error.member-missing") {
			continue // erased, not theirs to open, or kept from that member already
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// holds reports whether a member has any key of a case.
func holds(o *custody.Opened, who staff.ID) bool { return granted(o.Grants, who) }

// after is for whom keys are asked once something was decided about who may read.
func after(o *custody.Opened, dir *staff.Directory, e casefile.AccessEvent) access.Want {
	r, _ := o.Routing()
	want := o.Want(dir)
	want.Without = r.After(e).Exclusion
	return want
}

// NotAbout records that a name in a case is not that of a member, so that nobody is
// asked about it again. It changes no key. Faults: no such colleague.
func (c *Casework) NotAbout(ctx context.Context, actor access.Actor, n casefile.Number, who staff.ID) error {
	return custody.Retry(func() error {
		o, dir, err := c.openWith(ctx, actor, n)
		if err != nil {
			return err
		}
		if _, known := dir.Entry(who); !known {
			return fault.New(fault.Invalid, "error.member-missing")
		}
		e := casefile.AccessEvent{Act: casefile.AccessNotAbout, Member: string(who)}
		told, err := item(actor.Member, "", casefile.EntryAccess, e)
		if err != nil {
			return err
		}
		return c.apply(ctx, actor, o, change{items: []custody.Item{told}, event: accessEvent(e)})
	})
}
