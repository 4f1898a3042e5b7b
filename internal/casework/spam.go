package casework

import (
	"context"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/retention"
)

// spamRule is the rule by which an open case may be erased as manifestly no complaint;
// false where the organisation has none, or somebody has begun to handle it.
func (c *Casework) spamRule(o *custody.Opened) (retention.Rule, bool) {
	rule, ok := c.retention().Spam(o.Case.Route)
	_, _, stopped := standing(o)
	may := casefile.Permit(o.Case.Route, o.Case.State, casefile.StateErased, casefile.Facts{Spam: true, LegalHold: stopped}) == nil
	return rule, ok && may && o.Case.State.Open() && !has(o, casefile.EntryMessageOut) && !has(o, casefile.EntryMessageIn) && !has(o, casefile.EntryOldMail)
}

// errNotSpam tells that a case is handled and closed like any other.
var errNotSpam = &casefile.Refusal{To: casefile.StateErased, Guards: []casefile.Guard{casefile.GuardSpam}}

// EraseSpam erases what came in and is manifestly no complaint, at once: advertising,
// a trial, nothing but abuse. Nothing of it is kept but the row in the register, which counts it
// apart, and the line of the log. It is there as long as nobody has written to the person,
// nor they again. Faults: somebody has begun to handle it (*casefile.Refusal);
// ErrNeedsApproval; the case is damaged; custody.ErrStopped.
func (c *Casework) EraseSpam(ctx context.Context, actor access.Actor, n casefile.Number, password string) error {
	if _, err := c.Custody.Granting(ctx); err != nil {
		return err
	}
	if _, err := c.spam(ctx, actor, n); err != nil {
		return err
	}
	if err := c.SignIn.StepUp(ctx, actor, password); err != nil {
		return err
	}
	return custody.Retry(func() error {
		e, err := c.spam(ctx, actor, n)
		if err != nil {
			return err
		}
		return c.erase(ctx, actor, e)
	})
}

// spam opens a case that may be erased as no complaint.
func (c *Casework) spam(ctx context.Context, actor access.Actor, n casefile.Number) (e erasing, err error) {
	if e.o, e.dir, err = c.openWith(ctx, actor, n); err != nil {
		return e, err
	}
	rule, ok := c.spamRule(e.o)
	switch {
	case !ok:
		return e, errNotSpam
	case e.o.Damaged:
		return e, errEraseBroken
	}
	e.left = c.leftOf(e, actor)
	e.left.Rule, e.left.Due = string(retention.ReasonSpam), c.Store.Now()
	if !rule.Two || !c.second(actor, e.o, e.dir) {
		return e, nil
	}
	r, ok := c.approval(e.o, e.dir, actor.Member, casefile.MatterSpam, nil)
	if !ok {
		return e, ErrNeedsApproval
	}
	e.request, e.left.Second = r, r.decider
	return e, nil
}

// spamWay says how a member can erase a case as no complaint, with their own request
// for it; false where it cannot be.
func (c *Casework) spamWay(actor access.Actor, o *custody.Opened, a around, asked []Asked) (Way, string, bool) {
	rule, ok := c.spamRule(o)
	if !ok || !rule.Two || !c.second(actor, o, a.dir) {
		return WayReason, "", ok
	}
	way, request := c.wayTo(actor, o, a.dir, asked, casefile.MatterSpam)
	return way, request, true
}
