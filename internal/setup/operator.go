package setup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/store"
)

// ErrNoStandIn tells that members can and must sign a change themselves, or have yet
// to.
var ErrNoStandIn = errors.New("members must sign this change first, or can sign it by themselves")

// OperatorChanges lists the changes that wait for signatures, for the operator's
// command.
func (s *Setup) OperatorChanges(ctx context.Context) ([]*Change, error) {
	var rows []store.DirectoryChange
	err := s.Store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.DirectoryChanges()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}
	var list []*Change
	for _, row := range rows {
		if p, err := s.pending(ctx, row.ID); err == nil {
			list = append(list, s.view(p, access.Actor{}))
		}
	}
	return list, nil
}

// StandIn signs a change in the installation's own name, where fewer members are left
// than must sign, and gives it its place. Only an operator's command calls it; it
// tells from when the change holds. It fails with ErrNoStandIn.
func (s *Setup) StandIn(ctx context.Context, id, reason string) (from time.Time, err error) {
	err = custody.Retry(func() error {
		if _, err := s.Custody.Granting(ctx); err != nil {
			return err
		}
		p, err := s.pending(ctx, id)
		switch {
		case errors.Is(err, fault.ErrNotFound):
			return fmt.Errorf("change %s: %w", id, err)
		case err != nil:
			return err
		case p.broken != nil:
			return errors.Join(errBroken, p.broken)
		case !p.rule.Instance || p.more > 0:
			return ErrNoStandIn
		}
		p.signatures = append(p.signatures, s.Custody.SignAsInstance(p.row.Statement))
		operator := audit.Actor{Kind: audit.Operator}
		leaf := custody.Leaf(s.Store.Now(), custody.Event{
			Kind: audit.ChangeSigned, Actor: operator, Object: p.subject(), Detail: map[string]string{"type": string(p.change.Type), "reason": reason},
		})
		from = s.Store.Now().Add(p.rule.Delay)
		return s.place(ctx, p, operator, func(tx *store.Tx) error { return errors.Join(unmoved(tx, p), tx.InsertLeaf(leaf)) })
	})
	return from, err
}
