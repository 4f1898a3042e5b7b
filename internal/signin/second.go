package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"klankbord/internal/fault"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// waiting is what a sign-in holds between the first factor and the second, sealed
// under the pending token.
type waiting struct {
	Factors factors    `json:"factors"`
	Way     Way        `json:"way"`
	Recover *recovered `json:"recover,omitempty"` // the first factor was a recovery code
	Visitor visitor    `json:"visitor"`
}

// SecondView is what can be asked for as the second factor.
type SecondView struct {
	App     bool // a one-time password
	Passkey bool
}

// Entered is a sign-in that is complete.
type Entered struct {
	Session  seal.Token
	Recovery string // the new personal recovery code, to be shown once; empty: there is none
}

// begin writes the session row that waits for the second factor.
func (s *SignIn) begin(ctx context.Context, m store.Member, keys *seal.Keys, w waiting) (seal.Token, error) {
	tok := seal.NewToken()
	row, err := s.row(ctx, tok, m, w.Way, s.limits.Pending)
	if err != nil {
		return tok, err
	}
	plain, err := json.Marshal(w)
	if err != nil {
		return tok, fmt.Errorf("begin session: %w", err)
	}
	row.Box = tok.SealKeys(s.pepper(), s.bound("pending-keys", row), keys)
	row.Pending = tok.KeyWith(s.pepper()).Seal(s.bound("pending", row), plain)
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		return errors.Join(tx.DeleteEndedSessions(), tx.InsertSession(row))
	})
	if err != nil {
		return tok, fmt.Errorf("begin session: %w", err)
	}
	return tok, nil
}

// pending reads a sign-in that waits for its second factor.
func (s *SignIn) pending(ctx context.Context, tok seal.Token) (row store.Session, m store.Member, w waiting, err error) {
	row, m, err = s.session(ctx, tok)
	if err != nil || len(row.Pending) == 0 {
		return row, m, w, ErrSession
	}
	plain, err := tok.KeyWith(s.pepper()).Open(s.bound("pending", row), row.Pending)
	if err != nil || json.Unmarshal(plain, &w) != nil {
		return row, m, w, ErrSession
	}
	return row, m, w, nil
}

// Second tells what a pending sign-in can be completed with. ErrSession: it is over.
func (s *SignIn) Second(ctx context.Context, pending seal.Token) (SecondView, error) {
	_, _, w, err := s.pending(ctx, pending)
	return SecondView{App: w.Factors.TOTP != "", Passkey: len(w.Factors.Passkeys) > 0 && s.passkeys != nil}, err
}

// TOTP completes a sign-in by one-time password. ErrSession: the pending sign-in is
// over and begins again. Fault: too many wrong ones.
func (s *SignIn) TOTP(ctx context.Context, pending seal.Token, code string) (Entered, error) {
	row, m, w, err := s.pending(ctx, pending)
	if err != nil {
		return Entered{}, err
	}
	if err := s.secondTurn(ctx, row, w); err != nil {
		return Entered{}, err
	}
	step, ok := totpStep(w.Factors.TOTP, code, s.store.Now())
	if !ok {
		return Entered{}, s.refuse(ctx, m.ID)
	}
	return s.complete(ctx, pending, row, m, w, func(tx *store.Tx) error { return tx.UseTOTPStep(m.ID, step) })
}

// secondTurn counts a try of the second factor. Who has used them all up knows the
// first factor: the sign-in ends, and the member is told by mail.
func (s *SignIn) secondTurn(ctx context.Context, row store.Session, w waiting) error {
	limit := s.turn(ctx, w.Visitor.second()...)
	if f, ok := fault.As(limit); !ok || f.Kind != fault.Limit {
		return limit
	}
	var mails post
	warning := store.Allowance{ID: s.pepper().Blind("warning", string(row.Member)), Burst: 1, Every: warnEvery}
	if s.turn(ctx, warning) == nil {
		var err error
		if mails, err = s.notices(ctx, letter.SecondFactorRefused, row.Member); err != nil {
			return err
		}
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		return errors.Join(tx.DeleteSession(row.ID), mails.queue(tx))
	})
	s.wakeUp()
	return errors.Join(limit, err)
}

// complete turns a pending sign-in into a session, under a new token.
func (s *SignIn) complete(ctx context.Context, pending seal.Token, row store.Session, m store.Member, w waiting, use func(*store.Tx) error) (e Entered, err error) {
	keys, err := pending.OpenKeys(s.pepper(), s.bound("pending-keys", row), row.Box)
	if err != nil {
		return e, ErrSession
	}
	after, err := s.afterRecovery(ctx, m, w.Recover)
	if err != nil {
		return e, err
	}
	e = Entered{Session: seal.NewToken(), Recovery: after.code}
	err = s.admit(ctx, e.Session, m, keys, w.Way, func(tx *store.Tx) error {
		if err := use(tx); err != nil {
			return err
		}
		return errors.Join(giveBack(tx, w.Visitor.own()...), tx.DeleteSession(row.ID), after.write(tx))
	})
	if errors.Is(err, store.ErrStale) {
		return Entered{}, s.refuse(ctx, m.ID) // this one-time password or answer was used before
	}
	if err != nil {
		return Entered{}, err
	}
	s.wakeUp()
	return e, nil
}

func (s *SignIn) wakeUp() {
	if s.wake != nil {
		s.wake()
	}
}
