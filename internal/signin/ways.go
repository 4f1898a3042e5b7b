package signin

import (
	"context"
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Ways is how a member can sign in, as the profile page shows it.
type Ways struct {
	Password time.Time // when it was chosen
	Recovery time.Time // when the code was drawn
	App      bool
	Account  bool // at the identity provider
	Passkeys []PasskeyView
}

// Alone reports whether a passkey opens the keys without a password.
func (w Ways) Alone() bool {
	for _, p := range w.Passkeys {
		if p.Alone && !p.Suspect {
			return true
		}
	}
	return false
}

// Ways lists how the member can sign in.
func (s *SignIn) Ways(ctx context.Context, actor access.Actor) (w Ways, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		envelopes, err := tx.Envelopes(actor.Member)
		if err != nil {
			return err
		}
		for _, e := range envelopes {
			switch e.Kind {
			case seal.EnvelopePassword:
				w.Password = e.Changed
			case seal.EnvelopeRecovery:
				w.Recovery = e.Changed
			default: // passkeys are listed apart
			}
		}
		f, err := tx.Factors(actor.Member)
		if err != nil {
			return err
		}
		w.App = f.App
		w.Account, err = tx.HasAccount(actor.Member)
		return err
	})
	if err != nil {
		return w, fmt.Errorf("list ways to sign in: %w", err)
	}
	w.Passkeys, err = s.passkeyRows(ctx, actor)
	return w, err
}
