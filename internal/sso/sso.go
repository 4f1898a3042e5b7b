// Package sso asks the organisation's identity provider who somebody is, by OpenID
// Connect: authorization code with PKCE, state and nonce, at the one issuer that the
// settings name. It must never take an answer whose signature, issuer, audience,
// nonce or time does not hold, follow a redirect, or put anything of an answer into
// the log; and it opens no key. It fails when the provider cannot be reached, which
// leaves signing in by password and passkey as it is.
package sso

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"klankbord/internal/clock"
	"klankbord/internal/signin"
)

// Settings say which provider it is and what it must have checked.
type Settings struct {
	Issuer   string
	ClientID string
	Secret   string   // of the client
	Name     string   // what the pages call the provider
	Back     string   // address on the desk to which the browser returns
	ACR, AMR []string // one of each that is not empty makes an answer strong
	MaxAge   time.Duration
	CAFile   string // further certificates to trust; may be empty
}

const (
	fresh  = time.Hour       // how long what the provider says about itself is believed
	leeway = 5 * time.Minute // between two clocks
)

// algorithms are the signatures that are taken: none of a shared secret, and never
// none.
func algorithms() []string {
	return []string{oidc.RS256, oidc.ES256, oidc.PS256, oidc.RS384, oidc.ES384, oidc.RS512, oidc.ES512, oidc.EdDSA}
}

// Provider is an identity provider. It is safe for concurrent use.
type Provider struct {
	settings Settings
	clock    clock.Clock
	log      *slog.Logger
	http     *limited

	mu    sync.Mutex
	found *found // guarded by mu
}

// found is what the provider says about itself.
type found struct {
	provider *oidc.Provider
	issues   bool // answers name their issuer, RFC 9207
	at       time.Time
}

var (
	errSettings = errors.New("sso: want an issuer https://…, a client and its secret")
	errAnswer   = errors.New("sso: answer does not hold")
)

// New returns the provider of the settings. Nothing is fetched before it is needed.
func New(s Settings, c clock.Clock, log *slog.Logger) (*Provider, error) {
	if s.ClientID == "" || s.Secret == "" || !safe(s.Issuer) || !safe(s.Back) {
		return nil, errSettings
	}
	client, err := newLimited(s.CAFile)
	if err != nil {
		return nil, err
	}
	return &Provider{settings: s, clock: c, log: log, http: client}, nil
}

// safe reports whether an address is reached over TLS, or is this very machine.
func safe(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// Name is what the pages call the provider.
func (p *Provider) Name() string { return p.settings.Name }

// discover returns what the provider says about itself, fetched once an hour.
func (p *Provider) discover(ctx context.Context) (*found, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	if p.found != nil && now.Sub(p.found.at) < fresh {
		return p.found, nil
	}
	next, err := p.fetch(ctx)
	if err != nil {
		if p.found != nil {
			return p.found, nil // what it said before still holds
		}
		return nil, p.failed(ctx, "discovery", err)
	}
	next.at = now
	p.found = next
	return next, nil
}

func (p *Provider) fetch(ctx context.Context) (*found, error) {
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, p.http.client()), p.settings.Issuer)
	if err != nil {
		return nil, fmt.Errorf("discover provider: %w", err)
	}
	var more struct {
		Issues bool   `json:"authorization_response_iss_parameter_supported"`
		Keys   string `json:"jwks_uri"`
	}
	if err := provider.Claims(&more); err != nil {
		return nil, fmt.Errorf("discover provider: %w", err)
	}
	for _, address := range []string{provider.Endpoint().AuthURL, provider.Endpoint().TokenURL, more.Keys} {
		if !safe(address) {
			return nil, errSettings
		}
	}
	return &found{provider: provider, issues: more.Issues}, nil
}

// failed logs at which step something failed, without anything of the answer.
func (p *Provider) failed(ctx context.Context, step string, err error) error {
	p.log.LogAttrs(ctx, slog.LevelWarn, "identity provider", slog.String("kind", step))
	return fmt.Errorf("identity provider: %s: %w", step, err)
}

func (p *Provider) client(f *found) *oauth2.Config {
	endpoint := f.provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader // RFC 6749 2.3.1; a code is not spent on guessing
	return &oauth2.Config{
		ClientID: p.settings.ClientID, ClientSecret: p.settings.Secret, Endpoint: endpoint, RedirectURL: p.settings.Back,
		Scopes: []string{oidc.ScopeOpenID}, // ASVS 10.2.3: nothing beyond who it is
	}
}

// Address is where the browser is sent.
func (p *Provider) Address(ctx context.Context, r signin.Redirection) (string, error) {
	f, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(r.Nonce), oauth2.S256ChallengeOption(r.Verifier)}
	if p.settings.MaxAge > 0 {
		options = append(options, oauth2.SetAuthURLParam("max_age", strconv.Itoa(int(p.settings.MaxAge.Seconds()))))
	}
	if len(p.settings.ACR) > 0 {
		options = append(options, oauth2.SetAuthURLParam("acr_values", join(p.settings.ACR)))
	}
	return p.client(f).AuthCodeURL(r.State, options...), nil
}

// Issued checks who an answer says to come from (RFC 9207 2.4): where the provider
// names itself it must, and it must never be another.
func (p *Provider) Issued(ctx context.Context, issuer string) error {
	f, err := p.discover(ctx)
	if err != nil {
		return err
	}
	if issuer != p.settings.Issuer && (issuer != "" || f.issues) {
		return p.failed(ctx, "issuer", errAnswer)
	}
	return nil
}

// Identify exchanges the code of an answer for who it is.
func (p *Provider) Identify(ctx context.Context, code string, r signin.Redirection) (signin.Subject, error) {
	f, err := p.discover(ctx)
	if err != nil {
		return signin.Subject{}, err
	}
	ctx = oidc.ClientContext(ctx, p.http.client())
	tokens, err := p.client(f).Exchange(ctx, code, oauth2.VerifierOption(r.Verifier))
	if err != nil {
		return signin.Subject{}, p.failed(ctx, "exchange", errAnswer)
	}
	raw, _ := tokens.Extra("id_token").(string)
	token, err := f.provider.VerifierContext(ctx, &oidc.Config{
		ClientID: p.settings.ClientID, SupportedSigningAlgs: algorithms(), Now: p.clock.Now,
	}).Verify(ctx, raw)
	if err != nil {
		return signin.Subject{}, p.failed(ctx, "signature", errAnswer)
	}
	strong, err := p.claims(token, r)
	if err != nil {
		return signin.Subject{}, p.failed(ctx, "claims", err)
	}
	return signin.Subject{Issuer: token.Issuer, Subject: token.Subject, Strong: strong}, nil
}

// claims checks what the library leaves to us (OpenID Connect Core 1.0 3.1.3.7) and
// reports whether the provider says to have checked as much as the settings ask for.
func (p *Provider) claims(token *oidc.IDToken, r signin.Redirection) (strong bool, err error) {
	var c struct {
		Party    string   `json:"azp"`
		AuthTime int64    `json:"auth_time"`
		ACR      string   `json:"acr"`
		AMR      []string `json:"amr"`
	}
	if err := token.Claims(&c); err != nil {
		return false, errAnswer
	}
	now := p.clock.Now()
	switch {
	case token.Subject == "" || len(token.Subject) > 255:
		return false, errAnswer
	case subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(r.Nonce)) != 1:
		return false, errAnswer
	case c.Party != p.settings.ClientID && (c.Party != "" || len(token.Audience) > 1):
		return false, errAnswer // meant for somebody else
	case token.IssuedAt.After(now.Add(leeway)):
		return false, errAnswer
	case p.settings.MaxAge > 0 && c.AuthTime != 0 && now.Sub(time.Unix(c.AuthTime, 0)) > p.settings.MaxAge+leeway:
		return false, errAnswer // signed in there too long ago
	}
	dated := p.settings.MaxAge == 0 || c.AuthTime != 0
	return dated && p.strong(c.ACR, c.AMR), nil
}

// strong reports whether the provider says to have checked what the settings ask
// for. Where they ask for nothing, no answer is.
func (p *Provider) strong(acr string, amr []string) bool {
	s := p.settings
	if len(s.ACR) == 0 && len(s.AMR) == 0 {
		return false
	}
	return (len(s.ACR) == 0 || slices.Contains(s.ACR, acr)) &&
		(len(s.AMR) == 0 || slices.ContainsFunc(amr, func(a string) bool { return slices.Contains(s.AMR, a) }))
}
