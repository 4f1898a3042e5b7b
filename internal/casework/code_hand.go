package casework

import (
	"context"
	"errors"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// handsAlone reports whether the member may give a code in person without asking: a
// first one, which takes nothing from anybody, or as the alternative recipient who is
// left alone on the case.
func (c *Casework) handsAlone(actor access.Actor, o *custody.Opened, dir *staff.Directory) bool {
	return !o.HasCode() || len(c.deciders(o, dir, request{by: actor.Member})) == 0 && actor.Entry.In(casefile.Alternative)
}

func (c *Casework) codeWay(actor access.Actor, o *custody.Opened, dir *staff.Directory, asked []Asked) (Way, string) {
	if c.handsAlone(actor, o, dir) {
		return WayReason, ""
	}
	return c.wayTo(actor, o, dir, asked, casefile.MatterCode)
}

// wayTo says how far the member's own request about a matter is.
func (c *Casework) wayTo(actor access.Actor, o *custody.Opened, dir *staff.Directory, asked []Asked, m casefile.Matter) (Way, string) {
	return c.wayAbout(actor, o, dir, asked, m, func(string) bool { return true })
}

// wayAbout is wayTo for some objects of a matter.
func (c *Casework) wayAbout(actor access.Actor, o *custody.Opened, dir *staff.Directory, asked []Asked, m casefile.Matter, about func(object string) bool) (Way, string) {
	if r, ok := c.approval(o, dir, actor.Member, m, func(q casefile.Request) bool { return about(q.Object) }); ok {
		return WayApproved, r.id
	}
	for _, r := range asked {
		if r.Mine && r.Matter == m && about(r.Object) && r.State == RequestWaiting {
			return WayWaiting, r.ID
		}
	}
	return WayAsk, ""
}

// HandCode draws a code that the member gives to the person, whom they met, and
// returns it: it is shown this once. Where the complainant has a code, another member
// must have agreed, whose reason stands; the old code is dead from then on. The
// mailbox replaces the new one at the first entry, because the member knows it. The
// password is asked for once more. Faults: no reason; ErrNeedsApproval.
func (c *Casework) HandCode(ctx context.Context, actor access.Actor, n casefile.Number, why, password string) (code string, err error) {
	if _, _, _, err := c.handing(ctx, actor, n, why); err != nil {
		return "", err
	}
	if err := c.SignIn.StepUp(ctx, actor, password); err != nil {
		return "", err
	}
	err = custody.Retry(func() error {
		o, why, spent, err := c.handing(ctx, actor, n, why)
		if err != nil {
			return err
		}
		drawn := seal.NewCode()
		code = drawn.Text()
		row := c.Custody.HandedCode(o.Case.ID, drawn.Recipient(c.Custody.Instance()), c.Store.Now())
		return c.replaceCode(ctx, actor, o, row, casefile.CodeEvent{Act: casefile.CodeHanded, Why: why}, change{
			items: spent, event: custody.Event{Kind: audit.CodeHanded, Object: row.Lookup},
			more: func(tx *store.Tx) error {
				on, err := tx.CodeChange(o.Case.ID)
				if errors.Is(err, store.ErrNone) {
					return nil
				}
				if err != nil {
					return err
				}
				return tx.EndCodeChange(on)
			},
		})
	})
	if err != nil {
		return "", err
	}
	return code, nil
}

// handing opens a case in which the member may give a code now, with the reason, and
// what uses up the approval, if one was needed.
func (c *Casework) handing(ctx context.Context, actor access.Actor, n casefile.Number, why string) (*custody.Opened, string, []custody.Item, error) {
	o, dir, err := c.openWith(ctx, actor, n)
	if err != nil {
		return nil, "", nil, err
	}
	if c.handsAlone(actor, o, dir) {
		why, err = reasonOf(why)
		return o, why, nil, err
	}
	r, ok := c.approval(o, dir, actor.Member, casefile.MatterCode, nil)
	if !ok {
		return nil, "", nil, ErrNeedsApproval
	}
	spent, err := used(actor.Member, r)
	return o, r.Reason, []custody.Item{spent}, err
}
