// Package signin lets members in: by password and a second factor, by passkey, by
// personal recovery code or with the help of the organisation's identity provider,
// into a session whose keys neither the cookie nor the database opens alone. It is
// the only maker of access.Actor, and the only place that changes how a member
// signs in. It must never tell apart, in words or in time, an address that is
// unknown, a wrong password and a member who has left; nor let a stranger keep the
// rightful member out. It fails with ErrRefused, ErrSession or a fault that says
// what to do or when to come back.
package signin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

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

// errBusy tells that too many passwords are being checked.
var errBusy = fault.New(fault.Unavailable, "error.signin-busy")

// Limits bound a session. DESIGN: idle 30 minutes, a setting up to 10 hours; 12
// hours at most.
type Limits struct {
	Idle     time.Duration // of members who chose nothing else
	MostIdle time.Duration // that a member may choose
	Longest  time.Duration
	Pending  time.Duration // between password and second factor
}

// DefaultLimits are those of a fresh instance.
func DefaultLimits() Limits {
	return Limits{Idle: 30 * time.Minute, MostIdle: 10 * time.Hour, Longest: 12 * time.Hour, Pending: 5 * time.Minute}
}

// Sealer seals for a reader that is not us; package post opens.
type Sealer interface {
	Seal(c seal.Context, plain []byte) seal.Box
}

// Parts is what the use case is made of.
type Parts struct {
	Store    *store.Store
	Custody  *custody.Custody
	Pepper   func() *seal.Key // as it is now: it may be renewed meanwhile
	Limits   Limits
	Rest     func() (idle, most time.Duration) // what the organisation wants instead of Idle and MostIdle, within them; 0, or nil: nothing
	Mails    Sealer
	Wake     func()    // tells the background work that there is a job; may be nil
	Address  string    // of the desk, "https://…": passkeys are made for its host
	Names    []string  // of the organisation and its desk: not to be used as passwords
	Provider Provider  // nil: no single sign-on
	Cost     seal.Cost // of checking a password
}

// SignIn is the use case. It is safe for concurrent use.
type SignIn struct {
	store    *store.Store
	custody  *custody.Custody
	pepper   func() *seal.Key
	limits   Limits
	rest     func() (idle, most time.Duration)
	mails    Sealer
	wake     func()
	passkeys *webauthn.WebAuthn // nil: the desk's address is none that passkeys work on
	names    []string
	provider Provider
	cost     seal.Cost
	lanes    lanes

	greetings greetings

	decoy func() (seal.Envelope, error) // an envelope nobody has the password of
}

// New returns the use case of one instance.
func New(p Parts) *SignIn {
	in := &SignIn{
		store: p.Store, custody: p.Custody, pepper: p.Pepper, limits: p.Limits, rest: p.Rest, mails: p.Mails, wake: p.Wake,
		passkeys: relyingParty(p.Address), names: p.Names, provider: p.Provider, cost: p.Cost,
	}
	in.decoy = sync.OnceValues(func() (seal.Envelope, error) {
		return p.Cost.SealPassword(p.Pepper(), p.Custody.Instance(), "", seal.NewCode().Text(), seal.NewMemberSecret())
	})
	return in
}

func (s *SignIn) instance() string { return s.custody.Instance() }

// NormalEmail is the form in which an address is kept and looked up.
func NormalEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// Password checks the first factor. The pending token leads to Second.
func (s *SignIn) Password(ctx context.Context, from Browser, email, password string) (pending seal.Token, err error) {
	email = NormalEmail(email)
	member, envelope, err := s.account(ctx, email)
	if err != nil {
		return pending, err
	}
	v := s.visitor(from, email, member.ID)
	leave, err := s.admitted(ctx, v, v.password())
	if err != nil {
		return pending, err
	}
	defer leave()
	secret, err := s.cost.OpenPassword(envelope, s.pepper(), s.instance(), string(member.ID), password)
	if errors.Is(err, seal.ErrBusy) {
		return pending, errBusy
	}
	if err != nil || !s.belongs(ctx, member) {
		return pending, s.refuse(ctx, member.ID)
	}
	f, err := s.factors(ctx, member.ID, secret)
	if err != nil {
		return pending, s.refuse(ctx, member.ID) // no account without a second factor
	}
	return s.begin(ctx, member, secret.Keys(), waiting{Factors: f, Way: ByPassword, Visitor: v})
}

// belongs reports whether a member is one still: neither switched off nor revoked
// in the directory.
func (s *SignIn) belongs(ctx context.Context, m store.Member) bool {
	if m.ID == "" || !m.Active {
		return false
	}
	dir, err := s.custody.Directory(ctx)
	return err == nil && !dir.Left(m.ID)
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

// refuse logs a refusal and returns ErrRefused. Beyond a number of refusals for one
// member none is logged for a while, so that nobody fills the log from outside.
func (s *SignIn) refuse(ctx context.Context, id staff.ID) error {
	if s.turn(ctx, s.refusals(id)) != nil {
		return ErrRefused
	}
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

// SetLanguage changes the language in which the member reads the desk.
func (s *SignIn) SetLanguage(ctx context.Context, actor access.Actor, language string) error {
	err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.SetMemberLanguage(actor.Member, language) })
	if err != nil {
		return fmt.Errorf("set language: %w", err)
	}
	return nil
}
