package casework

import (
	"context"
	"errors"
	"fmt"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// PurposeLeast and PurposeMost bound the reason for opening an identity, and every
// reason that a colleague decides on, in characters.
const (
	PurposeLeast = 10
	PurposeMost  = 500
)

// secondMember is the setting by which another member must approve an opening.
const secondMember = "second-member"

// ErrNeedsApproval tells that a second member must approve first.
var ErrNeedsApproval = fault.New(fault.Conflict, "error.approval-needed")

// errIdentityGone tells that it was erased who the complainant is.
var errIdentityGone = fault.New(fault.Conflict, "error.identity-gone")

// needsSecond reports whether the profile wants a second member for an opening by
// this one. The alternative recipient who is left alone on a case needs none,
// because there is none.
func (c *Casework) needsSecond(actor access.Actor, o *custody.Opened, dir *staff.Directory) bool {
	if c.Profile.Settings.IdentityOpening != secondMember || practice(o) {
		return false
	}
	alone := len(c.deciders(o, dir, request{by: actor.Member})) == 0
	return !alone || !actor.Entry.In(casefile.Alternative)
}

// way says how the member can open a sealed identity.
func (c *Casework) way(actor access.Actor, o *custody.Opened, dir *staff.Directory, v *Case) {
	switch {
	case !v.Identity.Sealed:
		return
	case !c.needsSecond(actor, o, dir):
		v.Identity.Way = WayReason
		return
	}
	v.Identity.Way, v.Identity.Request = c.wayTo(actor, o, dir, v.Requests, casefile.MatterIdentity)
}

// OpenIdentity opens who the complainant is for half an hour, to this member only.
// The purpose is sealed so that colleagues and the complainant read it. Where the
// profile asks for a second member, an approved request of this member is used up,
// and its reason is the purpose. Faults: the purpose is too short or too long;
// ErrNeedsApproval.
func (c *Casework) OpenIdentity(ctx context.Context, actor access.Actor, n casefile.Number, purpose string) error {
	return custody.Retry(func() error {
		o, dir, err := c.openWith(ctx, actor, n)
		if err != nil {
			return err
		}
		if !o.Gone(casefile.ScopeIdentity).IsZero() {
			return errIdentityGone
		}
		second := c.needsSecond(actor, o, dir)
		if !second {
			if purpose, err = reasonOf(purpose); err != nil {
				return err
			}
		}
		switch {
		case !o.Gated:
			return nil
		case !second:
			return c.openFor(ctx, actor, o, purpose)
		}
		r, ok := c.approval(o, dir, actor.Member, casefile.MatterIdentity, nil)
		if !ok {
			return ErrNeedsApproval
		}
		return c.openApproved(ctx, actor, o, r)
	})
}

// openFor opens an identity for a recorded reason.
func (c *Casework) openFor(ctx context.Context, actor access.Actor, o *custody.Opened, purpose string) error {
	opening, err := c.opening(actor, o, purpose)
	if err != nil {
		return err
	}
	leaf := custody.OpeningLeaf(opening, audit.IdentityOpened, "", nil)
	err = c.writeIn(ctx, actor, o.Case.ID, func(tx *store.Tx) error {
		return errors.Join(tx.InsertOpening(opening), tx.InsertLeaf(leaf))
	})
	if err := gone(err); err != nil {
		return fmt.Errorf("log opening of identity: %w", err)
	}
	return nil
}

// openApproved opens an identity with an approval, which is used up in the same
// transaction.
func (c *Casework) openApproved(ctx context.Context, actor access.Actor, o *custody.Opened, r request) error {
	entry, err := used(actor.Member, r)
	if err != nil {
		return err
	}
	opening, err := c.opening(actor, o, r.Reason)
	if err != nil {
		return err
	}
	return c.apply(ctx, actor, o, change{
		items: []custody.Item{entry}, more: func(tx *store.Tx) error { return tx.InsertOpening(opening) },
		event: custody.OpeningEvent(opening, audit.IdentityOpened, "", map[string]string{"request": r.id}),
	})
}

func (c *Casework) opening(actor access.Actor, o *custody.Opened, purpose string) (store.Opening, error) {
	opening, err := c.Custody.LiftGate(o, actor.Member, ident.New(), []byte(purpose), c.Store.Now().Add(identityOpen))
	if err != nil {
		return opening, fmt.Errorf("lift gate: %w", err)
	}
	return opening, nil
}
