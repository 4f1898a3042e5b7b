// Package signin lets members in: by password and one-time password, into a
// session whose keys neither the cookie nor the database opens alone. It is the
// only maker of access.Actor. It must never tell apart, in words or in time, an
// address that is unknown, a wrong password and a member who has left. It fails
// with ErrRefused, ErrSession or a fault that says to wait.
package signin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// ErrRefused is the one answer to every sign-in that does not hold.
var ErrRefused = fault.New(fault.Invalid, "error.signin-refused")

// ErrSession tells that there is no session, or no longer.
var ErrSession = fault.New(fault.Denied, "error.session-ended")

// Limits bound a session. DESIGN: idle 30 minutes, a setting up to 10 hours; 12
// hours at most.
type Limits struct {
	Idle    time.Duration
	Longest time.Duration
	Pending time.Duration // between password and second factor
}

// DefaultLimits are those of a fresh instance.
func DefaultLimits() Limits {
	return Limits{Idle: 30 * time.Minute, Longest: 12 * time.Hour, Pending: 5 * time.Minute}
}

// SignIn is the use case. It is safe for concurrent use.
type SignIn struct {
	store   *store.Store
	custody *custody.Custody
	pepper  *seal.Key
	limits  Limits

	greetings greetings

	decoy func() (seal.Envelope, error) // an envelope nobody has the password of
}

// New returns the use case of one instance.
func New(s *store.Store, c *custody.Custody, pepper *seal.Key, limits Limits) *SignIn {
	in := &SignIn{store: s, custody: c, pepper: pepper, limits: limits}
	in.decoy = sync.OnceValues(func() (seal.Envelope, error) {
		return seal.SealPassword(pepper, c.Instance(), "", seal.NewCode().Text(), seal.NewMemberSecret())
	})
	return in
}

func (s *SignIn) instance() string { return s.custody.Instance() }

// NormalEmail is the form in which an address is kept and looked up.
func NormalEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// Password checks the first factor. The pending token leads to TOTP.
func (s *SignIn) Password(ctx context.Context, email, password string) (pending seal.Token, err error) {
	member, envelope, err := s.account(ctx, NormalEmail(email))
	if err != nil {
		return pending, err
	}
	secret, err := envelope.OpenPassword(s.pepper, s.instance(), string(member.ID), password)
	if errors.Is(err, seal.ErrBusy) {
		return pending, fault.New(fault.Unavailable, "error.signin-busy")
	}
	if err != nil || !member.Active {
		return pending, s.refuse(ctx, member.ID)
	}
	totp, ok := secret.TOTP()
	if !ok {
		return pending, s.refuse(ctx, member.ID) // no account without a second factor
	}
	pending = seal.NewToken()
	return pending, s.begin(ctx, pending, member.ID, secret.Keys(), totp)
}

// account reads the member and the password envelope, or a decoy that costs the
// same time.
func (s *SignIn) account(ctx context.Context, email string) (m store.Member, e seal.Envelope, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		if m, err = tx.MemberByEmail(email); err != nil {
			return err
		}
		e, err = tx.Envelope(m.ID, seal.EnvelopePassword)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		e, err = s.decoy()
		return store.Member{}, e, err
	}
	if err != nil {
		return m, e, fmt.Errorf("read account: %w", err)
	}
	return m, e, nil
}

func (s *SignIn) refuse(ctx context.Context, id staff.ID) error {
	actor := custody.ByMember(id)
	if id == "" {
		actor = custody.BySystem()
	}
	leaf := custody.Leaf(s.store.Now(), custody.Event{Kind: audit.SignInRefused, Actor: actor})
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.InsertLeaf(leaf) }); err != nil {
		return fmt.Errorf("log refusal: %w", err)
	}
	return ErrRefused
}

func (s *SignIn) keysContext(tok seal.Token) seal.Context {
	return seal.Context{Instance: s.instance(), Kind: "session-keys", Object: tok.ID()}
}

func (s *SignIn) pendingContext(tok seal.Token) seal.Context {
	return seal.Context{Instance: s.instance(), Kind: "session-pending", Object: tok.ID()}
}

// begin writes the session row that waits for the second factor.
func (s *SignIn) begin(ctx context.Context, tok seal.Token, id staff.ID, keys *seal.Keys, totp string) error {
	row := s.row(tok, id, keys)
	row.Pending = tok.KeyWith(s.pepper).Seal(s.pendingContext(tok), []byte(totp))
	row.Expires = row.Created.Add(s.limits.Pending)
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.DeleteEndedSessions(); err != nil {
			return err
		}
		return tx.InsertSession(row)
	})
	if err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	return nil
}

func (s *SignIn) row(tok seal.Token, id staff.ID, keys *seal.Keys) store.Session {
	now := s.store.Now()
	return store.Session{
		ID: tok.ID(), Member: id, Box: tok.SealKeys(s.pepper, s.keysContext(tok), keys),
		Created: now, Seen: now, Idle: s.limits.Idle, Expires: now.Add(s.limits.Longest),
	}
}

// TOTP checks the second factor and returns the token of the session, a new one.
// ErrSession: the pending sign-in is over and begins again.
func (s *SignIn) TOTP(ctx context.Context, pending seal.Token, code string) (seal.Token, error) {
	row, err := s.session(ctx, pending)
	if err != nil || len(row.Pending) == 0 {
		return seal.Token{}, ErrSession
	}
	plain, err := pending.KeyWith(s.pepper).Open(s.pendingContext(pending), row.Pending)
	if err != nil {
		return seal.Token{}, ErrSession
	}
	step, ok := totpStep(string(plain), code, s.store.Now())
	if !ok {
		return seal.Token{}, s.refuse(ctx, row.Member)
	}
	keys, err := pending.OpenKeys(s.pepper, s.keysContext(pending), row.Box)
	if err != nil {
		return seal.Token{}, ErrSession
	}
	tok := seal.NewToken()
	err = s.admit(ctx, tok, row.Member, keys, func(tx *store.Tx) error {
		if err := tx.UseTOTPStep(row.Member, step); err != nil {
			return err
		}
		return tx.DeleteSession(pending.ID())
	})
	if errors.Is(err, store.ErrStale) {
		return seal.Token{}, s.refuse(ctx, row.Member) // this one-time password was used before
	}
	return tok, err
}

// admit writes a full session and its line in the log, with whatever the caller
// adds to the transaction.
func (s *SignIn) admit(ctx context.Context, tok seal.Token, id staff.ID, keys *seal.Keys, more func(*store.Tx) error) error {
	row := s.row(tok, id, keys)
	leaf := custody.Leaf(row.Created, custody.Event{Kind: audit.SignIn, Actor: custody.ByMember(id)})
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if err := more(tx); err != nil {
			return err
		}
		if err := tx.InsertSession(row); err != nil {
			return err
		}
		return tx.InsertLeaf(leaf)
	})
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	return nil
}

func (s *SignIn) session(ctx context.Context, tok seal.Token) (row store.Session, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Session(tok.ID())
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return row, ErrSession
	}
	if err != nil {
		return row, fmt.Errorf("read session: %w", err)
	}
	return row, nil
}

// Session returns the member whose browser holds the token. ErrSession: signed
// out, idled out, expired, or the member left.
func (s *SignIn) Session(ctx context.Context, tok seal.Token) (access.Actor, error) {
	row, err := s.session(ctx, tok)
	if err != nil {
		return access.Actor{}, err
	}
	if len(row.Pending) > 0 {
		return access.Actor{}, ErrSession
	}
	keys, err := tok.OpenKeys(s.pepper, s.keysContext(tok), row.Box)
	if err != nil {
		return access.Actor{}, ErrSession
	}
	var member store.Member
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		member, err = tx.Member(row.Member)
		return err
	})
	if err != nil || !member.Active {
		return access.Actor{}, ErrSession
	}
	dir, err := s.custody.Directory(ctx)
	if err != nil {
		return access.Actor{}, err
	}
	entry, _ := dir.Entry(member.ID) // a member who is not vouched for yet has no role
	s.custody.Recognise(ctx, member, entry)
	if err := s.greet(ctx, member, tok.ID(), keys); err != nil {
		return access.Actor{}, err
	}
	if err := s.touch(ctx, row); err != nil {
		return access.Actor{}, err
	}
	return access.Actor{
		Member: member.ID, Name: member.Name, Language: member.Language, Session: tok.ID(), Entry: entry, Keys: keys,
	}, nil
}

// touch writes when the session was last used, once a minute at most.
func (s *SignIn) touch(ctx context.Context, row store.Session) error {
	if s.store.Now().Sub(row.Seen) < time.Minute {
		return nil
	}
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.TouchSession(row.ID) }); err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// SignOut ends the session of a token; one that has ended is no error.
func (s *SignIn) SignOut(ctx context.Context, tok seal.Token) error {
	row, err := s.session(ctx, tok)
	if err != nil {
		return nil //nolint:nilerr // nothing to end
	}
	leaf := custody.Leaf(s.store.Now(), custody.Event{Kind: audit.SignOut, Actor: custody.ByMember(row.Member)})
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.DeleteSession(tok.ID()); err != nil {
			return err
		}
		return tx.InsertLeaf(leaf)
	})
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

// Unlock opens the member's whole secret anew, the signing key with it, for one
// act that needs it. ErrRefused: the password is not right.
func (s *SignIn) Unlock(ctx context.Context, actor access.Actor, password string) (*seal.MemberSecret, error) {
	var e seal.Envelope
	err := s.store.Read(ctx, func(tx *store.Tx) (err error) {
		e, err = tx.Envelope(actor.Member, seal.EnvelopePassword)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read envelope: %w", err)
	}
	secret, err := e.OpenPassword(s.pepper, s.instance(), string(actor.Member), password)
	if errors.Is(err, seal.ErrBusy) {
		return nil, fault.New(fault.Unavailable, "error.signin-busy")
	}
	if err != nil {
		return nil, s.refuse(ctx, actor.Member)
	}
	return secret, nil
}

// StepUp checks the password once more before an act that asks for it.
func (s *SignIn) StepUp(ctx context.Context, actor access.Actor, password string) error {
	_, err := s.Unlock(ctx, actor, password)
	return err
}

// SetLanguage changes the language in which the member reads the desk.
func (s *SignIn) SetLanguage(ctx context.Context, actor access.Actor, language string) error {
	err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.SetMemberLanguage(actor.Member, language) })
	if err != nil {
		return fmt.Errorf("set language: %w", err)
	}
	return nil
}
