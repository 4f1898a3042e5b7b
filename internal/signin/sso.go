package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Subject is who somebody is at the organisation's identity provider.
type Subject struct {
	Issuer  string `json:"issuer"`
	Subject string `json:"subject"`
	// Strong reports that the provider says to have checked as much as the setting
	// asks for; where nothing is asked for it is false, and a second factor of our
	// own is asked for (ASVS 6.8.4).
	Strong bool `json:"strong,omitempty"`
}

// Redirection is one question to the provider: what must come back with the answer
// (OpenID Connect Core 1.0 3.1.2.1, RFC 7636).
type Redirection struct {
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
}

// Provider is the organisation's identity provider. It says who somebody is and
// opens no key.
type Provider interface {
	// Name is what the pages call it.
	Name() string
	// Address is where the browser is sent.
	Address(ctx context.Context, r Redirection) (string, error)
	// Identify exchanges the code of an answer for who it is. It fails when anything
	// about the answer does not hold.
	Identify(ctx context.Context, code string, r Redirection) (Subject, error)
	// Issued checks who an answer says to come from, which may be empty (RFC 9207).
	Issued(ctx context.Context, issuer string) error
}

// ErrProvider tells that the provider's answer does not hold, or is of another
// browser, or too old.
var ErrProvider = fault.New(fault.Invalid, "error.provider-answer")

// ErrUnlinked tells that an account at the provider is no member's.
var ErrUnlinked = fault.New(fault.Invalid, "error.provider-unlinked")

// errProviderAway tells that the provider cannot be asked at this moment.
var errProviderAway = fault.New(fault.Unavailable, "error.provider-away")

// ProviderName is what the pages call the provider; empty: there is none.
func (s *SignIn) ProviderName() string {
	if s.provider == nil {
		return ""
	}
	return s.provider.Name()
}

const (
	providerLife = 10 * time.Minute // to come back from the provider
	redirectKind = "provider-question"
)

// journey is what the browser keeps while it is at the provider, sealed under the
// pepper: nothing of it can be made or read elsewhere.
type journey struct {
	Redirection
	Session string   `json:"session"` // that wants to link its account; empty: it wants to sign in
	Subject *Subject `json:"subject"` // once the provider has answered
	Expires int64    `json:"expires"` // microseconds UTC
}

func (s *SignIn) journeyContext() seal.Context {
	return seal.Context{Instance: s.instance(), Kind: redirectKind}
}

func (s *SignIn) sealJourney(j journey) (string, error) {
	plain, err := json.Marshal(j)
	if err != nil {
		return "", fmt.Errorf("ask provider: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(s.pepper().Seal(s.journeyContext(), plain)), nil
}

func (s *SignIn) journey(cookie string) (j journey, err error) {
	box, err := base64.RawURLEncoding.Strict().DecodeString(cookie)
	if err != nil || s.provider == nil {
		return j, ErrProvider
	}
	plain, err := s.pepper().Open(s.journeyContext(), box)
	if err != nil || json.Unmarshal(plain, &j) != nil || s.store.Now().UnixMicro() >= j.Expires {
		return journey{}, ErrProvider
	}
	return j, nil
}

// AskProvider returns the address of the provider to which the browser goes to sign
// in, and the cookie that must come back with it.
func (s *SignIn) AskProvider(ctx context.Context) (address, cookie string, err error) {
	return s.askProvider(ctx, "")
}

// AskAccount does the same for a member who links an account, within an act for it.
func (s *SignIn) AskAccount(ctx context.Context, actor access.Actor, tok seal.Token) (address, cookie string, err error) {
	if err := s.Acting(ctx, actor, ForAccount, tok); err != nil {
		return "", "", err
	}
	return s.askProvider(ctx, actor.Session)
}

func (s *SignIn) askProvider(ctx context.Context, session string) (address, cookie string, err error) {
	if s.provider == nil {
		return "", "", fault.ErrNotFound
	}
	j := journey{
		Redirection: Redirection{State: rand.Text(), Nonce: rand.Text(), Verifier: rand.Text() + rand.Text()},
		Session:     session, Expires: s.store.Now().Add(providerLife).UnixMicro(),
	}
	if address, err = s.provider.Address(ctx, j.Redirection); err != nil {
		return "", "", errors.Join(errProviderAway, err)
	}
	cookie, err = s.sealJourney(j)
	return address, cookie, err
}

// Answer is what the browser brings back from the provider.
type Answer struct {
	Code, State, Issuer string
}

// Answered checks what the browser brought back, asks the provider who it is, and
// returns the cookie that says so from then on. A cookie that says so already stays
// as it is. ErrProvider: the answer does not hold, or is another browser's.
func (s *SignIn) Answered(ctx context.Context, cookie string, a Answer) (next string, err error) {
	j, err := s.journey(cookie)
	if err != nil || !j.answers(a.State) {
		return "", ErrProvider
	}
	if j.Subject != nil {
		return cookie, nil
	}
	if err := s.provider.Issued(ctx, a.Issuer); err != nil {
		return "", errors.Join(ErrProvider, err)
	}
	err = s.write(ctx, "note answer", func(tx *store.Tx) error {
		return tx.Spend(s.pepper().Blind(redirectKind, j.State), time.UnixMicro(j.Expires))
	})
	if errors.Is(err, store.ErrStale) {
		return "", ErrProvider // this answer was used before
	}
	if err != nil {
		return "", err
	}
	who, err := s.provider.Identify(ctx, a.Code, j.Redirection)
	if err != nil {
		return "", errors.Join(ErrProvider, err)
	}
	j.Subject = &who
	return s.sealJourney(j)
}

// Expected reports, before anything is done, whether an answer is the one that a
// browser waits for, and whether it is on its way to link an account or to sign in.
// ErrProvider: it waits for none, or for another.
func (s *SignIn) Expected(cookie, state string) (linking bool, err error) {
	j, err := s.journey(cookie)
	if err != nil || !j.answers(state) {
		return false, ErrProvider
	}
	return j.Session != "", nil
}

// answers reports whether a state is the one that was sent out.
func (j journey) answers(state string) bool {
	return subtle.ConstantTimeCompare([]byte(j.State), []byte(state)) == 1
}

func (s *SignIn) accountLookup(who Subject) string {
	return s.pepper().Blind("provider-account", who.Issuer, who.Subject)
}

// memberByAccount finds whose account it is, also where it was linked under a pepper
// that has been renewed since.
func (s *SignIn) memberByAccount(tx *store.Tx, who Subject) (m store.Member, err error) {
	err = store.ErrNone
	for _, lookup := range s.pepper().Blinds("provider-account", who.Issuer, who.Subject) {
		if m, err = tx.MemberByAccount(lookup); !errors.Is(err, store.ErrNone) {
			return m, err
		}
	}
	return m, err
}
