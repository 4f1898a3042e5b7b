package sso_test

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/clock"
	"klankbord/internal/config"
	"klankbord/internal/signin"
	"klankbord/internal/sso"
	"klankbord/internal/staff"
)

var ctx = context.Background()

// house is an instance that knows a provider, and a member whose account there is
// "anke-77".
type house struct {
	*apptest.Instance
	t        *testing.T
	provider *apptest.Provider
	me       apptest.Enrolled
	manager  apptest.Staff
}

func newHouse(t *testing.T, options ...apptest.Option) *house {
	t.Helper()
	h := &house{t: t, provider: apptest.NewProvider(t, clock.NewFixed(apptest.Start))}
	options = append(options, func(c *config.Config, o *app.Options) {
		h.provider.Configure(c)
		h.provider.Clock = o.Clock
	})
	h.Instance, h.manager = apptest.Staffed(t, options...)
	h.me = h.Enrol(h.manager.Manager, "Anke Wouters", staff.Assignment{Role: staff.RoleAuditor})
	return h
}

// away is a browser on its way to the provider.
func (h *house) away() (address, cookie string) {
	h.t.Helper()
	address, cookie, err := h.SignIn.AskProvider(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	return address, cookie
}

func answer(back *url.URL) signin.Answer {
	q := back.Query()
	return signin.Answer{Code: q.Get("code"), State: q.Get("state"), Issuer: q.Get("iss")}
}

// back comes back from the provider as subject.
func (h *house) back(subject string) (cookie string, err error) {
	address, cookie := h.away()
	return h.SignIn.Answered(ctx, cookie, answer(h.provider.Authorize(address, subject)))
}

// link makes an account the member's.
func (h *house) link(e apptest.Enrolled, subject string) error {
	h.t.Helper()
	act, err := h.SignIn.OpenAct(ctx, e.Actor, signin.ForAccount, signin.Anew{Password: apptest.Password, Code: h.Digits(e)})
	if err != nil {
		h.t.Fatal(err)
	}
	address, cookie, err := h.SignIn.AskAccount(ctx, e.Actor, act)
	if err != nil {
		h.t.Fatal(err)
	}
	if cookie, err = h.SignIn.Answered(ctx, cookie, answer(h.provider.Authorize(address, subject))); err != nil {
		h.t.Fatal(err)
	}
	return h.SignIn.LinkAccount(ctx, e.Actor, act, cookie)
}

func (h *house) wrong(what string, err error) {
	h.t.Helper()
	if !errors.Is(err, signin.ErrProvider) {
		h.t.Errorf("%s: %v, want ErrProvider", what, err)
	}
}

func TestAnAnswerThatDoesNotHoldIsRefused(t *testing.T) {
	h := newHouse(t)
	claim := func(name string, value any) func(_, claims map[string]any) {
		return func(_, claims map[string]any) { claims[name] = value }
	}
	alg := func(name string) func(header, _ map[string]any) {
		return func(header, _ map[string]any) { header["alg"] = name }
	}
	past, future := apptest.Start.Add(-time.Hour).Unix(), apptest.Start.Add(time.Hour).Unix()
	for _, signed := range []string{"RS256", "ES256"} {
		h.provider.Alg, h.provider.Bend, h.provider.Forged = signed, nil, false
		if _, err := h.back("anke-77"); err != nil {
			t.Fatalf("an answer signed by %s: %v", signed, err)
		}
		for name, bend := range map[string]func(header, claims map[string]any){
			"another nonce": claim("nonce", "another"), "no nonce": claim("nonce", ""), "another audience": claim("aud", "another"),
			"no audience": claim("aud", []string{}), "two audiences": claim("aud", []string{"klankbord-desk", "another"}),
			"meant for another party": claim("azp", "another"), "another issuer": claim("iss", "https://evil.example"),
			"no issuer": claim("iss", ""), "nobody": claim("sub", ""), "expired": claim("exp", past), "of the future": claim("iat", future),
			"not valid yet": claim("nbf", future), "signed in there long ago": claim("auth_time", apptest.Start.Add(-13*time.Hour).Unix()),
			"algorithm none": alg("none"), "algorithm None": alg("None"), "a shared secret": alg("HS256"), "another algorithm": alg("RS512"),
			"a key that is not there": func(header, _ map[string]any) { header["kid"] = "another" },
			"a key of its own": func(header, _ map[string]any) {
				delete(header, "kid")
				header["jwk"] = map[string]any{"kty": "oct", "k": "AAAA"}
				header["alg"] = "HS256"
			},
		} {
			h.provider.Bend = bend
			_, err := h.back("anke-77")
			h.wrong(signed+", "+name, err)
		}
		h.provider.Bend, h.provider.Forged = nil, true
		_, err := h.back("anke-77")
		h.wrong(signed+", signed with a key that nobody published", err)
	}
	if logged := h.Log.String(); strings.Contains(logged, "anke-77") || !strings.Contains(logged, `"kind":"signature"`) {
		t.Errorf("the log tells who signs in, or not what failed: %s", logged)
	}
}

func TestAnAnswerBelongsToOneBrowserOnce(t *testing.T) {
	h := newHouse(t)
	address, mine := h.away()
	back := answer(h.provider.Authorize(address, "anke-77"))
	_, theirs := h.away()
	_, err := h.SignIn.Answered(ctx, theirs, back)
	h.wrong("brought by another browser", err)
	_, err = h.SignIn.Answered(ctx, "", back)
	h.wrong("brought by a browser that asked nothing", err)
	if _, err := h.SignIn.Expected(theirs, back.State); !errors.Is(err, signin.ErrProvider) {
		t.Errorf("the page is shown to another browser: %v", err)
	}
	_, err = h.SignIn.Answered(ctx, mine, signin.Answer{Code: back.Code, State: "another", Issuer: back.Issuer})
	h.wrong("with another state", err)
	_, err = h.SignIn.Answered(ctx, mine, signin.Answer{Code: back.Code, State: back.State, Issuer: "https://evil.example"})
	h.wrong("of another provider (mix-up, RFC 9207)", err)
	_, err = h.SignIn.Answered(ctx, mine, signin.Answer{Code: back.Code, State: back.State})
	h.wrong("of a provider that does not say who it is", err)
	if _, err := h.SignIn.Answered(ctx, mine, back); err != nil {
		t.Fatal(err)
	}
	_, err = h.SignIn.Answered(ctx, mine, back)
	h.wrong("a second time", err)
	h.Reopen()
	_, err = h.SignIn.Answered(ctx, mine, back)
	h.wrong("a second time, after a restart", err)

	address, mine = h.away()
	other, _ := h.away()
	stolen := answer(h.provider.Authorize(other, "somebody")) // PKCE: a code that was asked for by another browser
	own := answer(h.provider.Authorize(address, "anke-77"))
	_, err = h.SignIn.Answered(ctx, mine, signin.Answer{Code: stolen.Code, State: own.State, Issuer: own.Issuer})
	h.wrong("with the code of another browser", err)

	address, mine = h.away()
	back = answer(h.provider.Authorize(address, "anke-77"))
	h.Clock.Add(10 * time.Minute)
	_, err = h.SignIn.Answered(ctx, mine, back)
	h.wrong("after ten minutes", err)
}

func TestTheProviderSaysWhoItIsAndOpensNoKey(t *testing.T) {
	h := newHouse(t)
	cookie, err := h.back("anke-77")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.SignIn.EnterByProvider(ctx, cookie, apptest.Password); !errors.Is(err, signin.ErrUnlinked) {
		t.Errorf("an account that nobody has linked: %v", err)
	}
	if err := h.link(h.me, "anke-77"); err != nil {
		t.Fatal(err)
	}
	if cookie, err = h.back("anke-77"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.SignIn.EnterByProvider(ctx, cookie, "not the password at all"); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("without the password: %v", err)
	}
	e, pending, err := h.SignIn.EnterByProvider(ctx, cookie, apptest.Password) //nolint:wastedassign // asked again below
	if err != nil || pending == nil {
		t.Fatalf("a provider that checked no more than a password replaces the second factor: %v", err)
	}
	if e, err = h.SignIn.TOTP(ctx, *pending, h.Digits(h.me)); err != nil {
		t.Fatal(err)
	}
	a, err := h.SignIn.Session(ctx, e.Session)
	if err != nil || a.Member != h.me.Member || a.Keys.Public().Fingerprint() != h.me.Keys.Public().Fingerprint() {
		t.Errorf("it leads to another member: %v", err)
	}
	if cookie, err = h.back("anke-78"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.SignIn.EnterByProvider(ctx, cookie, apptest.Password); !errors.Is(err, signin.ErrUnlinked) {
		t.Errorf("another account: %v", err)
	}
	colleague := h.Enrol(h.manager.Manager, "Victor Maes", staff.Assignment{Role: staff.RoleAuditor})
	if err := h.link(colleague, "anke-77"); err == nil {
		t.Error("a colleague takes an account that is linked")
	}
	if err := h.SignIn.UnlinkAccount(ctx, a, signin.Anew{Password: apptest.Password, Code: h.Digits(h.me)}); err != nil {
		t.Fatal(err)
	}
	if cookie, err = h.back("anke-77"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.SignIn.EnterByProvider(ctx, cookie, apptest.Password); !errors.Is(err, signin.ErrUnlinked) {
		t.Errorf("after it was unlinked: %v", err)
	}
}

// ASVS 6.8.4: what the settings ask for must have been checked there, else a second
// factor is asked for here.
func TestAProviderThatCheckedEnoughReplacesTheSecondFactor(t *testing.T) {
	h := newHouse(t, func(c *config.Config, _ *app.Options) { c.SSOAMR, c.SSOACR = []string{"mfa", "hwk"}, []string{"gold"} })
	if err := h.link(h.me, "anke-77"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		acr    string
		amr    []string
		dated  bool
		enough bool
	}{
		"both":                      {"gold", []string{"pwd", "mfa"}, true, true},
		"a lower class":             {"silver", []string{"mfa"}, true, false},
		"no class":                  {"", []string{"mfa"}, true, false},
		"a password only":           {"gold", []string{"pwd"}, true, false},
		"nothing":                   {"", nil, true, false},
		"both, but not saying when": {"gold", []string{"mfa"}, false, false},
	} {
		h.provider.ACR, h.provider.AMR, h.provider.Bend = c.acr, c.amr, nil
		if !c.dated {
			h.provider.Bend = func(_, claims map[string]any) { delete(claims, "auth_time") }
		}
		cookie, err := h.back("anke-77")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		e, pending, err := h.SignIn.EnterByProvider(ctx, cookie, apptest.Password)
		if err != nil || (pending == nil) != c.enough {
			t.Errorf("%s: enough = %v, %v", name, pending == nil, err)
		}
		if c.enough {
			if _, err := h.SignIn.Session(ctx, e.Session); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestAPasskeyOpensTheKeyAfterTheProvider(t *testing.T) {
	h := newHouse(t)
	if err := h.link(h.me, "anke-77"); err != nil {
		t.Fatal(err)
	}
	colleague := h.Enrol(h.manager.Manager, "Victor Maes", staff.Assignment{Role: staff.RoleAuditor})
	mine, theirs := h.passkey(h.me), h.passkey(colleague)
	enter := func(p *apptest.Passkey) error {
		cookie, err := h.back("anke-77")
		if err != nil {
			t.Fatal(err)
		}
		q, err := h.SignIn.AskEnter()
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.SignIn.EnterByProviderPasskey(ctx, cookie, q.Cookie, p.Answer(q.Options))
		return err
	}
	if err := enter(mine); err != nil {
		t.Error(err)
	}
	if err := enter(theirs); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("a passkey of a colleague: %v", err)
	}
}

func (h *house) passkey(e apptest.Enrolled) *apptest.Passkey {
	h.t.Helper()
	p := apptest.NewPasskey(h.t)
	act, err := h.SignIn.OpenAct(ctx, e.Actor, signin.ForPasskey, signin.Anew{Password: apptest.Password, Code: h.Digits(e)})
	if err != nil {
		h.t.Fatal(err)
	}
	q, err := h.SignIn.AskAdd(ctx, e.Actor, act)
	if err != nil {
		h.t.Fatal(err)
	}
	n := signin.NewPasskey{Name: "laptop", Cookie: q.Cookie, Created: p.Create(q.Options)}
	if alone, err := h.SignIn.AddPasskey(ctx, e.Actor, act, n); err != nil || !alone {
		h.t.Fatalf("passkey: %v, %v", alone, err)
	}
	return p
}

func TestADeskWhoseProviderIsAwayLetsMembersInOtherwise(t *testing.T) {
	h := newHouse(t)
	h.provider.Stop()
	if _, _, err := h.SignIn.AskProvider(ctx); err == nil {
		t.Error("a provider that is away answers")
	}
	pending, err := h.SignIn.Password(ctx, signin.Browser{}, h.me.Email, apptest.Password)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.SignIn.TOTP(ctx, pending, h.Digits(h.me)); err != nil {
		t.Error(err)
	}
}

func TestSettingsThatCannotBeAreRefused(t *testing.T) {
	good := sso.Settings{Issuer: "https://id.example", ClientID: "desk", Secret: "s", Name: "Account", Back: "https://desk.example/back"}
	if _, err := sso.New(good, clock.System{}, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	for name, bend := range map[string]func(*sso.Settings){
		"plain http": func(s *sso.Settings) { s.Issuer = "http://id.example" }, "no issuer": func(s *sso.Settings) { s.Issuer = "" },
		"no client": func(s *sso.Settings) { s.ClientID = "" }, "no secret": func(s *sso.Settings) { s.Secret = "" },
		"back over plain http": func(s *sso.Settings) { s.Back = "http://desk.example/back" }, "a file of certificates that is none": func(s *sso.Settings) { s.CAFile = "sso_test.go" },
	} {
		s := good
		bend(&s)
		if _, err := sso.New(s, clock.System{}, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
