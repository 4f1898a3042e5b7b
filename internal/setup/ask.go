package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// errOpen tells that a change of the same thing waits for signatures already.
var errOpen = fault.New(fault.Conflict, "error.change-open")

// AskAssignments asks that a member do other things from now on. Only a configurator
// may ask; members sign. It returns the change that waits for them.
func (s *Setup) AskAssignments(ctx context.Context, actor access.Actor, member staff.ID, list []staff.Assignment) (string, error) {
	text := staff.FormatAssignments(list)
	if _, err := staff.ParseAssignments(text); len(list) == 0 || err != nil {
		return "", fault.New(fault.Invalid, "error.assignment-missing")
	}
	return s.ask(ctx, actor, staff.Change{Type: staff.Assign, Member: member, Assignments: list})
}

// AskKeepers asks that other people be noted as those who keep a recovery key; nobody
// means that it is kept outside the desk.
func (s *Setup) AskKeepers(ctx context.Context, actor access.Actor, id string, keepers []staff.ID) (string, error) {
	dir, err := s.Custody.Granting(ctx)
	if err != nil {
		return "", err
	}
	list := dir.RecoveryKeys()
	at := slices.IndexFunc(list, func(r staff.Recovery) bool { return r.ID == id })
	if at < 0 {
		return "", fault.ErrNotFound
	}
	for _, k := range keepers {
		if _, ok := dir.Entry(k); !ok {
			return "", fault.ErrNotFound
		}
	}
	list[at].Keepers = keepers
	return s.ask(ctx, actor, staff.Change{Type: staff.Recover, Recovery: list})
}

func (s *Setup) ask(ctx context.Context, actor access.Actor, ch staff.Change) (string, error) {
	if !actor.Configurator() {
		return "", fault.New(fault.Denied, "error.not-allowed")
	}
	dir, err := s.Custody.Granting(ctx)
	if err != nil {
		return "", err
	}
	if ch.Member != "" {
		e, ok := dir.Entry(ch.Member)
		if !ok {
			return "", fault.ErrNotFound
		}
		if slices.Equal(e.Assignments, ch.Assignments) {
			return "", fault.New(fault.Invalid, "error.assignment-same")
		}
	}
	statement, err := s.Custody.Compose(dir, ch)
	if err != nil {
		return "", err
	}
	now := s.Store.Now()
	row := store.DirectoryChange{ID: ident.New(), Statement: statement, AskedBy: actor.Member, Created: now}
	leaf := custody.Leaf(now, custody.Event{
		Kind: audit.DirectoryAsked, Actor: custody.ByMember(actor.Member), Object: (&pending{change: ch}).subject(),
		Detail: map[string]string{"type": string(ch.Type)},
	})
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		waiting, err := tx.DirectoryChanges()
		if err != nil {
			return err
		}
		for _, w := range waiting {
			if other, err := staff.DecodeChange(w.Statement); err == nil && other.Member == ch.Member && (ch.Member != "" || other.Type == ch.Type) {
				return errOpen
			}
		}
		return errors.Join(tx.PutDirectoryChange(row), tx.InsertLeaf(leaf))
	})
	if err != nil {
		return "", fmt.Errorf("ask for change: %w", err)
	}
	return row.ID, nil
}

// Withdraw takes a change back that waits for signatures: whoever asked for it may,
// and every configurator. An entry is taken back with its invitation.
func (s *Setup) Withdraw(ctx context.Context, actor access.Actor, id string) error {
	if !actor.Entry.Active {
		return fault.New(fault.Denied, "error.not-allowed")
	}
	p, err := s.pending(ctx, id)
	if err != nil {
		return err
	}
	if !actor.Configurator() && p.row.AskedBy != actor.Member {
		return fault.New(fault.Denied, "error.not-allowed")
	}
	leaf := custody.Leaf(s.Store.Now(), custody.Event{
		Kind: audit.DirectoryWithdrawn, Actor: custody.ByMember(actor.Member), Object: p.subject(),
		Detail: map[string]string{"type": string(p.change.Type)},
	})
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetDirectoryChangeState(id, "open", "withdrawn"); err != nil {
			return err
		}
		if p.invitation != nil {
			if err := tx.SetInvitationState(id, p.invitation.State, "cancelled"); err != nil {
				return err
			}
		}
		return tx.InsertLeaf(leaf)
	})
	if errors.Is(err, store.ErrStale) {
		return fault.New(fault.Conflict, "error.changed-meanwhile")
	}
	if err != nil {
		return fmt.Errorf("withdraw change: %w", err)
	}
	return nil
}
