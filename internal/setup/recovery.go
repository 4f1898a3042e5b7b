package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Keeping says how a new instance begins, and how its recovery key is kept.
type Keeping struct {
	Closed bool  // the form waits for whoever sets up to open it; false: a team opens with its first member
	Shares bool  // as three shares, of which two are needed, instead of one code
	First  []int // what the first member keeps: numbers of shares, or 1 for the code; the rest is kept outside
}

// Draw makes the recovery key of a new instance, and its shares if they are wanted.
func (k Keeping) Draw() (seal.Code, []seal.CodeShare) {
	code := seal.NewCode()
	if !k.Shares {
		return code, nil
	}
	return code, code.Split()
}

// recovery is what the directory records about the recovery key.
func (f Founding) recovery(first staff.ID) staff.Recovery {
	if len(f.Shares) == 0 {
		r := staff.NewRecovery(RecoveryID, f.Instance, f.Recovery)
		if len(f.Keeps) > 0 {
			r.Keepers = []staff.ID{first}
		}
		return r
	}
	r := staff.NewSharedRecovery(RecoveryID, f.Instance, f.Recovery, f.Shares)
	for i := range r.Shares {
		if slices.Contains(f.Keeps, i+1) {
			r.Shares[i].Keeper = first
		}
	}
	return r
}

// RecoveryUse is a use of the recovery key to give cases to a member.
type RecoveryUse struct {
	At   time.Time
	Name string
}

// usesShown bounds how many uses are listed.
const usesShown = 20

// RecoveryUses lists the uses of the recovery key since a time, newest first. Every
// member may know of each; which cases it opened they may not.
func (s *Setup) RecoveryUses(ctx context.Context, actor access.Actor, since time.Time) ([]RecoveryUse, error) {
	if !actor.Entry.Active {
		return nil, fault.New(fault.Denied, "error.not-allowed")
	}
	var list []RecoveryUse
	err := s.Store.Read(ctx, func(tx *store.Tx) error {
		list = nil
		rows, err := tx.RecoveryUses(since, usesShown)
		for _, u := range rows {
			m, err := tx.Member(u.Member)
			if err != nil && !errors.Is(err, store.ErrNone) {
				return err
			}
			list = append(list, RecoveryUse{u.At, m.Name})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read uses of the recovery key: %w", err)
	}
	return list, nil
}
