package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// actLife is how long an act stays open between its pages.
const actLife = 10 * time.Minute

// ErrAct tells that an act is over: it was carried out, took too long, or belongs to
// another session. The member shows everything anew.
var ErrAct = fault.New(fault.Denied, "error.act-over")

func actKind(p Purpose) string { return "act-" + string(p) }

// actContext binds an act to its purpose, its member and the session it began in.
func (s *SignIn) actContext(actor access.Actor, p Purpose, tok seal.Token) seal.Context {
	return seal.Context{Instance: s.instance(), Kind: actKind(p), Object: actor.Session + "/" + string(actor.Member) + "/" + tok.ID()}
}

// Acting reports whether an act is open for a purpose; ErrAct when not.
func (s *SignIn) Acting(ctx context.Context, actor access.Actor, p Purpose, tok seal.Token) error {
	_, _, err := s.act(ctx, actor, p, tok)
	return err
}

// act opens what an act holds. The caller removes it with endAct in the transaction
// of what it is for.
func (s *SignIn) act(ctx context.Context, actor access.Actor, p Purpose, tok seal.Token) (secret *seal.MemberSecret, a act, err error) {
	var row store.Held
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Held(tok.ID(), actKind(p))
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return nil, a, ErrAct
	}
	if err != nil {
		return nil, a, fmt.Errorf("read act: %w", err)
	}
	if json.Unmarshal(row.Box, &a) != nil {
		return nil, a, ErrAct
	}
	if secret, err = tok.OpenSecret(s.pepper(), s.actContext(actor, p, tok), a.Secret); err != nil {
		return nil, a, ErrAct
	}
	return secret, a, nil
}

// actFactors opens an act and reads the second factors with it.
func (s *SignIn) actFactors(ctx context.Context, actor access.Actor, p Purpose, tok seal.Token) (secret *seal.MemberSecret, f factors, a act, err error) {
	if secret, a, err = s.act(ctx, actor, p, tok); err != nil {
		return nil, f, a, err
	}
	f, err = s.factors(ctx, actor.Member, secret)
	return secret, f, a, err
}

// endAct removes an act. ErrAct: another request carried it out.
func endAct(tx *store.Tx, p Purpose, tok seal.Token) error {
	if err := tx.TakeHeld(tok.ID(), actKind(p)); errors.Is(err, store.ErrNone) {
		return ErrAct
	} else if err != nil {
		return err
	}
	return nil
}

func (s *SignIn) member(ctx context.Context, actor access.Actor) (m store.Member, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		m, err = tx.Member(actor.Member)
		return err
	})
	if err != nil {
		return m, fmt.Errorf("read member: %w", err)
	}
	return m, nil
}
