package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// ErrNotKept tells that nothing is kept under a token, or no longer.
var ErrNotKept = errors.New("nothing is kept")

func heldContext(instance, kind, id string) seal.Context {
	return seal.Context{Instance: instance, Kind: "held-" + kind, Object: id}
}

// Keep holds a thing for a browser until it expires, through restarts: sealed under
// a token that only the browser gets, so that neither the database nor the cookie
// alone tells it.
func (s *SignIn) Keep(ctx context.Context, kind string, plain []byte, life time.Duration) (seal.Token, error) {
	tok := seal.NewToken()
	box := tok.KeyWith(s.pepper()).Seal(heldContext(s.instance(), kind, tok.ID()), plain)
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		return tx.PutHeld(store.Held{ID: tok.ID(), Kind: kind, Box: box, Expires: tx.Now().Add(life)})
	})
	if err != nil {
		return tok, fmt.Errorf("keep %s: %w", kind, err)
	}
	return tok, nil
}

// KeepFor is Keep for a browser without a session. Only one in which a member signed
// in before can keep anything, and only so much, so that no stranger fills the
// database. ErrNotKept: it was not kept.
func (s *SignIn) KeepFor(ctx context.Context, from Browser, kind string, plain []byte, life time.Duration) (seal.Token, error) {
	k := s.readKnown(from.Known)
	if len(k.Members) == 0 {
		return seal.Token{}, ErrNotKept
	}
	turn := store.Allowance{ID: s.pepper().Blind("keep", k.Device), Burst: keepBurst, Every: keepEvery}
	if s.turn(ctx, turn) != nil {
		return seal.Token{}, ErrNotKept
	}
	return s.Keep(ctx, kind, plain, life)
}

// Kept returns what Keep holds. ErrNotKept: nothing, or no longer.
func (s *SignIn) Kept(ctx context.Context, tok seal.Token, kind string) ([]byte, error) {
	var row store.Held
	err := s.store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Held(tok.ID(), kind)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return nil, ErrNotKept
	}
	if err != nil {
		return nil, fmt.Errorf("read what is kept: %w", err)
	}
	plain, err := tok.KeyWith(s.pepper()).Open(heldContext(s.instance(), kind, tok.ID()), row.Box)
	if err != nil {
		return nil, ErrNotKept
	}
	return plain, nil
}

// Forget drops what Keep holds; nothing is no error.
func (s *SignIn) Forget(ctx context.Context, tok seal.Token, kind string) error {
	err := s.write(ctx, "forget what is kept", func(tx *store.Tx) error { return tx.TakeHeld(tok.ID(), kind) })
	if errors.Is(err, store.ErrNone) {
		return nil
	}
	return err
}
