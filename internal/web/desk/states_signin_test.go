package desk_test

import (
	"net/url"
	"strings"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/store"
)

// question fetches the question for a passkey, as the script of the pages does.
func (b *browser) question(purpose string) []byte {
	b.t.Helper()
	p := b.post("/desk/passkey", url.Values{"for": {purpose}})
	if p.status != 200 {
		b.t.Fatalf("the question for %s: %d %q", purpose, p.status, p.title())
	}
	return []byte(p.body)
}

// anew shows everything that is asked for before a change.
func (b *browser) anew() url.Values { return url.Values{"password": {password}, "code": {b.digits()}} }

// adds gives the member a passkey, from the profile page.
func (b *browser) adds(p *apptest.Passkey, name string) *page {
	b.t.Helper()
	form := b.get("/desk/profile/passkey").send("/desk/profile/passkey", b.anew())
	created := p.Create(b.question("add"))
	return form.send("/desk/profile/passkey/new", url.Values{"name": {name}, "created": {created}})
}

// keys are the members whose pages show other ways to sign in than most have.
type keys struct {
	nele *apptest.Passkey // opens everything
	omar *browser         // has two passkeys that open nothing, and no app
}

// prepareKeys gives Nele a passkey, an account at the provider and a second session,
// and has Omar join, who has passkeys for a second factor, one of them suspect.
func (s *states) prepareKeys() {
	nele := s.crew.nele
	s.keys.nele = apptest.NewPasskey(s.t)
	nele.adds(s.keys.nele, "Laptop <b>& one</b>")
	nele.get("/desk/profile/account").send("/desk/profile/account", nele.anew())
	nele.get(s.fromProvider(nele.get("/desk/profile/account/leave"), "nele")).send("/desk/profile/account/link", nil)
	other := s.browser()
	other.secret = nele.secret
	other.signIn("nele@desk.example")
	s.keys.omar = nele.invite("Omar Haddad", "omar@desk.example", "auditor//")
	for _, name := range []string{"Phone", "A key of an unreasonable length that hangs on a ring with all the other keys of the house"} {
		p := apptest.NewPasskey(s.t)
		p.Computes = false
		s.keys.omar.adds(p, name)
	}
	s.keys.omar.get("/desk/profile/app/remove").send("/desk/profile/app/remove", s.keys.omar.anew())
	s.must(s.Store.Write(s.t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE passkey SET suspect = 1 WHERE credential =
(SELECT min(credential) FROM passkey WHERE member_id = (SELECT id FROM member WHERE email = 'omar@desk.example'))`)
		return err
	}))
}

// fromProvider is where the provider sends a browser back to.
func (s *states) fromProvider(leave *page, subject string) string {
	s.t.Helper()
	return s.provider.Authorize(leave.link(s.provider.URL), subject).RequestURI()
}

// keysOutside are the pages of signing in beside the password.
func (s *states) keysOutside() {
	none := s.browser()
	s.keep("recover", none.get(s.in("/desk/signin/recovery")))
	s.keep("recover-typed", none.post(s.in("/desk/signin/recovery"), url.Values{"email": {"sofie@desk.example"}, "recovery": {"no code"}, "new": {password}}))
	s.keep("recover-weak", none.post(s.in("/desk/signin/recovery"), url.Values{"email": {"sofie@desk.example"}, "new": {"short"}}))
	s.keep("signin-passkey-refused", none.post(s.in("/desk/signin"), url.Values{"passkey": {"{}"}}))
	half := s.browser()
	half.get("/desk/signin").send("/desk/signin", url.Values{"email": {"omar@desk.example"}, "password": {password}})
	s.keep("second-passkey", half.get(s.in("/desk/signin/second")))
	s.keep("second-passkey-refused", half.post(s.in("/desk/signin/second"), url.Values{"passkey": {"{}"}}))
	half.get("/desk/signin").send("/desk/signin", url.Values{"email": {"nele@desk.example"}, "password": {password}})
	s.keep("second-both", half.get(s.in("/desk/signin/second")))

	leave := none.get(s.in("/desk/signin/provider"))
	s.keep("provider-leave", leave)
	back := none.get(s.in(s.fromProvider(leave, "nele")))
	s.keep("provider-back", back)
	s.keep("provider-back-error", back.send("/desk/signin/provider/back", url.Values{"password": {"not this one at all"}}))
	back = none.get(s.in(s.fromProvider(none.get("/desk/signin/provider"), "somebody else")))
	s.keep("provider-unlinked", back.send("/desk/signin/provider/back", url.Values{"password": {password}}))
	s.keep("provider-failed", none.get(s.in("/desk/signin/provider/back?error=access_denied")))
}

// keysInside are the pages on which a member changes how they sign in.
func (s *states) keysInside() {
	nele, omar, sofie := s.crew.nele, s.keys.omar, s.crew.sofie
	s.keep("profile-keys", nele.get(s.in("/desk/profile?done=passkey-alone")))
	s.keep("profile-no-app", omar.get(s.in("/desk/profile?done=app-removed")))
	s.keep("profile-error", omar.post(s.in("/desk/profile"), url.Values{"idle": {"6000"}}))
	for _, what := range []string{"password", "recovery", "app", "app/remove", "passkey", "account", "account/remove"} {
		s.keep("anew-"+strings.ReplaceAll(what, "/", "-"), nele.get(s.in("/desk/profile/"+what)))
	}
	s.keep("anew-passkey-remove", omar.get(s.in(omar.get("/desk/profile").link("/desk/profile/passkey/"))))
	s.keep("anew-no-passkey", sofie.get(s.in("/desk/profile/password")))
	s.keep("anew-error", sofie.post(s.in("/desk/profile/recovery"), url.Values{"password": {"not this one at all"}, "code": {"000000"}}))
	s.keep("anew-weak", sofie.post(s.in("/desk/profile/password"), url.Values{"password": {password}, "code": {sofie.digits()}, "new": {"sofie@desk.example"}}))
	s.keep("act-gone", omar.get(s.in("/desk/profile/passkey/new")))

	sofie.get("/desk/profile/passkey").send("/desk/profile/passkey", sofie.anew())
	s.keep("passkey", sofie.get(s.in("/desk/profile/passkey/new")))
	s.keep("passkey-error", sofie.post(s.in("/desk/profile/passkey/new"), url.Values{"created": {"{}"}}))
	s.keep("passkey-refused", sofie.post(s.in("/desk/profile/passkey/new"), url.Values{"name": {"Laptop"}, "created": {"{}"}}))
	s.keep("openpgp-ask", sofie.get(s.in("/desk/profile/openpgp")))
	sofie.get("/desk/profile/openpgp").send("/desk/profile/openpgp", sofie.anew())
	key := apptest.NewOpenPGP(s.t, s.Clock.Now(), 20*24*time.Hour)
	s.keep("openpgp-private", sofie.post(s.in("/desk/profile/openpgp/new"), url.Values{"key": {key.Private()}}))
	sofie.get("/desk/profile/openpgp/new").send("/desk/profile/openpgp/new", url.Values{"key": {key.Public()}})
	s.keep("profile-openpgp", sofie.get(s.in("/desk/profile?done=openpgp")))
	sofie.get("/desk/profile/app").send("/desk/profile/app", sofie.anew())
	s.keep("app", sofie.get(s.in("/desk/profile/app/new")))
	s.keep("app-error", sofie.post(s.in("/desk/profile/app/new"), url.Values{"code": {"1"}}))
	nele.get("/desk/profile/account").send("/desk/profile/account", nele.anew())
	leave := nele.get(s.in("/desk/profile/account/leave"))
	s.keep("account-leave", leave)
	s.keep("account-back", nele.get(s.in(s.fromProvider(leave, "nele"))))

	again := s.browser()
	again.secret = sofie.secret
	again.signIn("sofie@desk.example")
	again.get("/desk").send("/desk/signout", nil)
	again.upload(s.busy+"/compose", url.Values{"audience": {"message"}, "text": {"With a file."}, "lang": {"nl"}}, map[string]string{"letter “1” <b>.pdf": "%PDF"})
	again.signIn("sofie@desk.example")
	s.keep("kept-files", again.get(s.in("/desk/kept")))
}
