package signin

import (
	"context"
	"errors"
	"fmt"

	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// recovered is what a personal recovery code has made ready: the envelope of the
// new password and that of the next code, in force once the second factor is shown.
// Nothing in it opens without one of the two.
type recovered struct {
	Password envelope `json:"password"`
	Recovery envelope `json:"recovery"`
	Code     string   `json:"code"` // the next one, shown once
}

// errCodeTyped tells that a text is no code as it stands.
var errCodeTyped = fault.New(fault.Invalid, "error.recovery-typed")

// Recover begins a sign-in with the personal recovery code in the place of the
// password, and a new password. The pending token leads to the second factor, as
// after a password. Faults: what is wrong with the new password; the code is
// mistyped. ErrRefused: no such code for that address.
func (s *SignIn) Recover(ctx context.Context, from Browser, email, code, password string) (pending seal.Token, err error) {
	email = NormalEmail(email)
	c, err := seal.ParseCode(code)
	if err != nil {
		return pending, errCodeTyped
	}
	if err := s.checkPassword(password, email); err != nil {
		return pending, err
	}
	m, e, err := s.recoveryEnvelope(ctx, email)
	if err != nil {
		return pending, err
	}
	v := s.visitor(from, email, m.ID)
	if err := s.turn(ctx, v.password()...); err != nil {
		return pending, err
	}
	secret, err := e.OpenRecovery(s.pepper(), s.instance(), string(m.ID), c)
	if err != nil || !s.belongs(ctx, m) {
		return pending, s.refuse(ctx, m.ID)
	}
	if err := s.checkPassword(password, email, m.Name); err != nil {
		return pending, err // only now, or it would tell a stranger the name
	}
	f, err := s.factors(ctx, m.ID, secret)
	if err != nil {
		return pending, s.refuse(ctx, m.ID)
	}
	next, err := s.renewed(m.ID, secret, password)
	if err != nil {
		return pending, err
	}
	return s.begin(ctx, m, secret.Keys(), waiting{Factors: f, Way: ByRecovery, Recover: next, Visitor: v})
}

func (s *SignIn) recoveryEnvelope(ctx context.Context, email string) (m store.Member, e seal.Envelope, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		if m, err = tx.MemberByEmail(email); err != nil {
			return err
		}
		e, err = tx.Envelope(m.ID, seal.EnvelopeRecovery)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return store.Member{}, e, nil // an empty envelope opens to nobody
	}
	if err != nil {
		return m, e, fmt.Errorf("read account: %w", err)
	}
	return m, e, nil
}

func (s *SignIn) renewed(id staff.ID, secret *seal.MemberSecret, password string) (*recovered, error) {
	byPassword, err := s.sealPassword(id, password, secret)
	if err != nil {
		return nil, err
	}
	code := seal.NewCode()
	byCode, err := seal.SealRecovery(s.pepper(), s.instance(), string(id), code, secret)
	if err != nil {
		return nil, fmt.Errorf("seal recovery envelope: %w", err)
	}
	return &recovered{pack(byPassword), pack(byCode), code.Text()}, nil
}

// following is what is written when a sign-in that began with a recovery code is
// complete; nothing for any other.
type following struct {
	code  string
	write func(*store.Tx) error
}

// afterRecovery puts the new envelopes in force and ends all other sessions. Every
// member is told by mail that a code was used (ASVS 6.3.7).
func (s *SignIn) afterRecovery(ctx context.Context, m store.Member, r *recovered) (following, error) {
	if r == nil {
		return following{write: func(*store.Tx) error { return nil }}, nil
	}
	mails, err := s.toEveryone(ctx, m.ID, letter.CodeUsed, letter.CodeUsedByColleague)
	if err != nil {
		return following{}, err
	}
	leaf := custody.Leaf(s.store.Now(), custody.Event{Kind: audit.CodeUsed, Actor: custody.ByMember(m.ID)})
	return following{r.Code, func(tx *store.Tx) error {
		return errors.Join(tx.PutEnvelope(m.ID, r.Password.open()), tx.PutEnvelope(m.ID, r.Recovery.open()),
			tx.DeleteSessionsOf(m.ID), mails.queue(tx), tx.InsertLeaf(leaf))
	}}, nil
}

// sealPassword seals a member's secret under a password.
func (s *SignIn) sealPassword(id staff.ID, password string, secret *seal.MemberSecret) (seal.Envelope, error) {
	e, err := s.cost.SealPassword(s.pepper(), s.instance(), string(id), password, secret)
	if errors.Is(err, seal.ErrBusy) {
		return e, errBusy
	}
	if err != nil {
		return e, fmt.Errorf("seal password envelope: %w", err)
	}
	return e, nil
}
