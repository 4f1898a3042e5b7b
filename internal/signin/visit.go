package signin

import (
	"context"
	"fmt"

	"klankbord/internal/access"
	"klankbord/internal/store"
)

// Visit is when the member signed in last, and the time before that.
func (s *SignIn) Visit(ctx context.Context, actor access.Actor) (v store.Visit, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		v, err = tx.VisitOf(actor.Member)
		return err
	})
	if err != nil {
		return v, fmt.Errorf("read last sign-in: %w", err)
	}
	return v, nil
}
