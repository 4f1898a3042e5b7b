package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Leaving says who leaves the desk and who takes over.
type Leaving struct {
	Member   staff.ID
	Takers   map[casefile.Number]staff.ID // who is in charge of which case from then on
	Password string                       // of the one who signs; opens the signing key for this one act
}

// String hides the password.
func (Leaving) String() string { return "[sealed]" }

// errLast tells that somebody else must have the task first.
var errLast = fault.New(fault.Invalid, "error.leave-successor")

// MayLeave tells whether a member can leave now: nobody can whose task nobody else
// has. Faults: not allowed; no such member; error.leave-successor.
func (s *Setup) MayLeave(ctx context.Context, actor access.Actor, member staff.ID) error {
	if !actor.Entry.Active || !actor.Configurator() && !actor.Handler() {
		return fault.New(fault.Denied, "error.not-allowed")
	}
	dir, err := s.Custody.Directory(ctx)
	if err != nil {
		return err
	}
	entry, ok := dir.Entry(member)
	if !ok {
		return fault.ErrNotFound
	}
	for _, a := range entry.Assignments {
		if a.Role != staff.RoleAuditor && !succeeded(dir, member, a) {
			return errLast
		}
	}
	return nil
}

// succeeded reports whether somebody else has the task of an assignment.
func succeeded(dir *staff.Directory, member staff.ID, a staff.Assignment) bool {
	return slices.ContainsFunc(dir.Active(), func(e staff.Entry) bool {
		if e.ID == member {
			return false
		}
		if a.Role == staff.RoleHandler {
			return e.In(a.Team)
		}
		return e.Has(a.Role)
	})
}

// Keeps reports whether a member keeps a recovery key or a share of one, so that
// somebody else is noted before they leave.
func (s *Setup) Keeps(ctx context.Context, member staff.ID) (bool, error) {
	dir, err := s.Custody.Directory(ctx)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(dir.RecoveryKeys(), func(r staff.Recovery) bool { return slices.Contains(r.Holders(), member) }), nil
}

// Leave takes a colleague off the desk: their cases are handed over, the directory
// says so, signed, sessions end and every way to open their key is gone, in this
// order. From then on whatever is left of their keys in any case is removed, and
// whoever writes next there draws fresh ones. Nobody signs what is about them: a
// member who leaves hands over what they have, and a colleague takes them off.
// Faults: those of MayLeave; the password is not right; casework.ErrUnread;
// custody.ErrStopped.
func (s *Setup) Leave(ctx context.Context, actor access.Actor, l Leaving) error {
	if err := s.MayLeave(ctx, actor, l.Member); err != nil {
		return err
	}
	if _, err := s.Custody.Granting(ctx); err != nil {
		return err
	}
	secret, err := s.SignIn.Unlock(ctx, actor, l.Password)
	if err != nil {
		return err
	}
	if err := s.Casework.HandOver(ctx, actor, l.Member, l.Takers); err != nil || l.Member == actor.Member {
		return err
	}
	err = custody.Retry(func() error {
		if err := s.MayLeave(ctx, actor, l.Member); err != nil {
			return err
		}
		return s.revoke(ctx, actor, l.Member, secret.Signer())
	})
	if err != nil {
		return err
	}
	if _, err := s.Custody.Directory(ctx); err != nil { // seen, and kept outside the database
		return err
	}
	return s.Custody.Release(ctx, l.Member, custody.ByMember(actor.Member))
}

func (s *Setup) revoke(ctx context.Context, actor access.Actor, member staff.ID, signer *seal.Signer) error {
	dir, err := s.Custody.Granting(ctx)
	if err != nil {
		return err
	}
	statement, err := s.Custody.Compose(dir, staff.Change{Type: staff.Revoke, Member: member})
	if err != nil {
		return err
	}
	mine := staff.Sign(s.Custody.Instance(), string(actor.Member), signer, statement)
	event, err := s.Custody.Place(dir, statement, []staff.Signature{mine})
	if err != nil {
		return err
	}
	leaf := custody.Leaf(s.Store.Now(), custody.Event{
		Kind: audit.DirectoryEvent, Actor: custody.ByMember(actor.Member), Object: string(member),
		Detail: map[string]string{"type": string(staff.Revoke)},
	})
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.InsertDirectoryEvent(event); err != nil {
			if sqldb.IsUnique(err) { // another change came first
				return errors.Join(store.ErrStale, err)
			}
			return err
		}
		return errors.Join(tx.DismissMember(member), tx.InsertLeaf(leaf))
	})
	if err != nil {
		return fmt.Errorf("take member off the desk: %w", err)
	}
	_, err = s.Custody.Directory(ctx) // seen, and kept outside the database
	return err
}
