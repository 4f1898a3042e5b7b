package desk_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/config"
	"klankbord/internal/store"
)

const scriptPolicy = "script-src 'self'; connect-src 'self'"

// taps signs in at the page with a passkey, as its script does.
func (b *browser) taps(p *apptest.Passkey) *page {
	b.t.Helper()
	at := b.get("/desk/signin")
	return at.send("/desk/signin", url.Values{"passkey": {p.Answer(b.question("enter"))}})
}

func TestAMemberSignsInWithAPasskeyAlone(t *testing.T) {
	h, c := staffed(t)
	key := apptest.NewPasskey(t)
	if p := c.sofie.adds(key, "Laptop"); !p.says("Laptop") || p.status != http.StatusOK {
		t.Fatalf("after it was added the profile shows %d %q: %s", p.status, p.title(), text(p.doc))
	}
	c.sofie.get("/desk").send("/desk/signout", nil)
	if p := c.sofie.taps(key); p.path != "/desk" || !p.says("Sofie Peeters") {
		t.Fatalf("the passkey leads to %s %q", p.path, p.title())
	}
	if p := h.browser().taps(key); p.path != "/desk" {
		t.Errorf("in a browser that is new it leads to %s %q", p.path, p.title())
	}
}

func TestAnAnswerOfAPasskeyIsGoodOnceAndInOneBrowser(t *testing.T) {
	h, c := staffed(t)
	key := apptest.NewPasskey(t)
	c.sofie.adds(key, "Laptop")
	thief, own := h.browser(), h.browser()
	answer := key.Answer(own.question("enter"))
	thief.question("enter")
	refused := func(who string, p *page) {
		t.Helper()
		if p.status != http.StatusUnprocessableEntity || p.path != "/desk/signin" {
			t.Errorf("%s comes to %s with %d", who, p.path, p.status)
		}
	}
	refused("another browser", thief.post("/desk/signin", url.Values{"passkey": {answer}}))
	refused("no browser that asked", h.browser().post("/desk/signin", url.Values{"passkey": {answer}}))
	before := maps.Clone(own.cookies)
	if p := own.post("/desk/signin", url.Values{"passkey": {answer}}); p.path != "/desk" {
		t.Fatalf("the browser that asked comes to %s", p.path)
	}
	again := h.browser()
	again.cookies = before
	refused("whoever sends it again", again.post("/desk/signin", url.Values{"passkey": {answer}}))
}

func TestAPasskeyIsShownBeforeAnActInThePlaceOfThePassword(t *testing.T) {
	h, c := staffed(t)
	key := apptest.NewPasskey(t)
	c.nele.adds(key, "Laptop")
	shown := c.nele.get("/desk/people").send("/desk/people", url.Values{
		"name": {"Els Maes"}, "email": {"els@desk.example"}, "lang": {"en"}, "task": {"auditor//"},
	})
	els := h.browser()
	els.enrol(shown.invitation())
	change := c.nele.get(c.nele.get("/desk/people").changeOf("Els Maes"))
	if !strings.Contains(change.header.Get("Content-Security-Policy"), scriptPolicy) {
		t.Error("the page cannot run its script")
	}
	if p := change.send(change.path, url.Values{"compared": {"yes"}, "passkey": {"{}"}}); p.status != http.StatusUnprocessableEntity {
		t.Errorf("no answer at all is taken with %d", p.status)
	}
	signed := change.send(change.path, url.Values{"compared": {"yes"}, "passkey": {key.Answer(c.nele.question("proof"))}})
	if signed.status != http.StatusOK {
		t.Fatalf("the passkey is refused: %d %s", signed.status, text(signed.doc))
	}
	if p := els.get("/desk/log"); p.status != http.StatusOK {
		t.Errorf("whoever was let in gets %d", p.status)
	}
}

func TestAPasskeyThatOpensNothingStandsBesideThePassword(t *testing.T) {
	h, c := staffed(t)
	key := apptest.NewPasskey(t)
	key.Computes = false
	c.sofie.adds(key, "Phone")
	if p := h.browser().taps(key); p.status != http.StatusUnprocessableEntity {
		t.Errorf("alone it leads to %s", p.path)
	}
	b := h.browser()
	second := b.get("/desk/signin").send("/desk/signin", url.Values{"email": {"sofie@desk.example"}, "password": {password}})
	if p := second.send("/desk/signin/second", url.Values{"passkey": {key.Answer(b.question("second"))}}); p.path != "/desk" {
		t.Errorf("beside the password it leads to %s %q", p.path, p.title())
	}
}

func TestScriptsRunOnlyWhereAPasskeyIsUsed(t *testing.T) {
	h, c := staffed(t)
	runs := func(p *page) bool {
		return strings.Contains(p.header.Get("Content-Security-Policy"), "script-src") || strings.Contains(p.body, "<script")
	}
	for _, path := range []string{"/desk", "/desk/people", "/desk/profile", "/desk/kept", "/desk/profile/password"} {
		if runs(c.sofie.get(path)) {
			t.Errorf("%s runs a script for a member without a passkey", path)
		}
	}
	if !runs(h.browser().get("/desk/signin")) || runs(h.browser().get("/desk/signin/recovery")) {
		t.Error("signing in runs no script, or signing in with the code does")
	}
	c.sofie.adds(apptest.NewPasskey(t), "Laptop")
	if !runs(c.sofie.get("/desk/profile/password")) || runs(c.sofie.get("/desk")) {
		t.Error("with a passkey it is not offered where it can be used, or everywhere")
	}
}

func TestALostPasswordIsReplacedWithTheRecoveryCode(t *testing.T) {
	h := newHouse(t)
	nele := h.browser()
	factor := nele.get("/desk/enrol/"+h.Founded.Enrol.Cookie()).send("/desk/enrol/"+h.Founded.Enrol.Cookie(), url.Values{"password": {password}})
	nele.secret = strings.ReplaceAll(factor.codes()[0], " ", "")
	code := factor.send("/confirm", url.Values{"code": {nele.digits()}}).codes()[0]

	lost := h.browser()
	fill := url.Values{"email": {"nele@desk.example"}, "recovery": {strings.ToLower(code)}, "new": {"a sentence that nobody has said"}}
	second := lost.get("/desk/signin/recovery").send("/desk/signin/recovery", fill)
	if !strings.HasPrefix(second.path, "/desk/signin/second") {
		t.Fatalf("the code leads to %s: %s", second.path, text(second.doc))
	}
	lost.secret = nele.secret
	next := second.send("/desk/signin/second", url.Values{"code": {lost.digits()}})
	if next.path != "/desk/recovery" || len(next.codes()) != 1 || next.codes()[0] == code {
		t.Fatalf("after that comes %s with %v", next.path, next.codes())
	}
	if p := nele.get("/desk"); !strings.HasPrefix(p.path, "/desk/signin") {
		t.Errorf("the session from before goes on: %s", p.path)
	}
	old := h.browser().get("/desk/signin/recovery").send("/desk/signin/recovery", fill)
	if old.status != http.StatusUnprocessableEntity {
		t.Errorf("the old code still leads to %s", old.path)
	}
	if p := h.browser().get("/desk/signin").send("/desk/signin", url.Values{"email": {"nele@desk.example"}, "password": {password}}); p.status != http.StatusUnprocessableEntity {
		t.Errorf("the old password still leads to %s", p.path)
	}
}

func TestAMemberSignsInWithTheAccountOfTheOrganisation(t *testing.T) {
	provider := apptest.NewProvider(t, nil)
	h, c := staffed(t, func(c *config.Config, _ *app.Options) { provider.Configure(c) })
	provider.Clock = h.Clock
	away := func(b *browser, from, subject string) string {
		return provider.Authorize(b.get(from).link(provider.URL), subject).RequestURI()
	}
	c.sofie.get("/desk/profile/account").send("/desk/profile/account", c.sofie.anew())
	linked := c.sofie.get(away(c.sofie, "/desk/profile/account/leave", "sofie")).send("/desk/profile/account/link", nil)
	if !linked.says("Example Account") || !strings.HasPrefix(linked.path, "/desk/profile") {
		t.Fatalf("linking leads to %s", linked.path)
	}
	b := h.browser()
	back := away(b, "/desk/signin/provider", "sofie")
	if p := h.browser().get(back); !strings.HasPrefix(p.path, "/desk/signin?provider=answer") {
		t.Errorf("another browser that brings the answer comes to %s", p.path)
	}
	second := b.get(back).send("/desk/signin/provider/back", url.Values{"password": {password}})
	if !strings.HasPrefix(second.path, "/desk/signin/second") {
		t.Fatalf("account and password lead to %s: %s", second.path, text(second.doc))
	}
	b.secret = c.sofie.secret
	if p := second.send("/desk/signin/second", url.Values{"code": {b.digits()}}); p.path != "/desk" {
		t.Errorf("with the second factor it leads to %s", p.path)
	}
	none := h.browser()
	if p := none.get(away(none, "/desk/signin/provider", "sofie")).send("/desk/signin/provider/back", url.Values{"password": {""}}); p.status != http.StatusUnprocessableEntity {
		t.Errorf("without the password the account leads to %s", p.path)
	}
	other := none.get(away(none, "/desk/signin/provider", "somebody")).send("/desk/signin/provider/back", url.Values{"password": {password}})
	if !strings.HasPrefix(other.path, "/desk/signin?provider=unlinked") {
		t.Errorf("an account that is nobody's leads to %s", other.path)
	}
}

func TestWhatWasTypedSurvivesARestart(t *testing.T) {
	h, c := staffed(t)
	base := "/desk/case/" + string(h.Complain("en", complaint(), nil).Number)
	c.sofie.get("/desk").send("/desk/signout", nil)
	signin := c.sofie.upload(base+"/compose", url.Values{"audience": {"message"}, "text": {"Careful words"}}, map[string]string{"letter.pdf": "%PDF"})
	if !strings.HasPrefix(signin.path, "/desk/signin") {
		t.Fatalf("an ended session leads to %s", signin.path)
	}
	h.Reopen()
	_, _, both, err := h.Handlers()
	if err != nil {
		t.Fatal(err)
	}
	h.h = both
	second := c.sofie.get(signin.path).send("/desk/signin", url.Values{"email": {"sofie@desk.example"}, "password": {password}})
	kept := second.send("/desk/signin/second", url.Values{"code": {c.sofie.digits()}})
	if !kept.says("Careful words") || !kept.says("letter.pdf") {
		t.Errorf("after a restart comes %q: %s", kept.title(), text(kept.doc))
	}
}

func TestAStrangerMakesTheDeskKeepNothing(t *testing.T) {
	h, _ := staffed(t)
	held := func() (n int) {
		t.Helper()
		h.must(h.Store.Read(t.Context(), func(tx *store.Tx) error { return tx.QueryRow(`SELECT count(*) FROM held`).Scan(&n) }))
		return n
	}
	before := held()
	h.browser().post("/desk/case/KB-0000-00/compose", url.Values{"text": {strings.Repeat("x", 1000)}})
	forged := h.browser()
	forged.cookies["__Host-kb-known"] = strings.Repeat("A", 200)
	forged.post("/desk/case/KB-0000-00/compose", url.Values{"text": {strings.Repeat("x", 1000)}})
	if after := held(); after != before {
		t.Errorf("%d more are kept", after-before)
	}
}

func TestSessionsAreEndedFromTheProfile(t *testing.T) {
	h, c := staffed(t)
	other := h.browser()
	other.secret = c.sofie.secret
	other.signIn("sofie@desk.example")
	profile := c.sofie.get("/desk/profile")
	if profile.send("/desk/profile/sessions", nil); !strings.HasPrefix(other.get("/desk").path, "/desk/signin") {
		t.Error("a session that was ended goes on")
	}
	other.signIn("sofie@desk.example")
	if p := c.sofie.post("/desk/profile/sessions", url.Values{"act": {"others"}}); p.status != http.StatusOK {
		t.Errorf("ending all others answers %d", p.status)
	}
	if !strings.HasPrefix(other.get("/desk").path, "/desk/signin") || c.sofie.get("/desk").path != "/desk" {
		t.Error("all others were ended: one goes on, or this one does not")
	}
}

// Whoever signs in again leaves no session behind in that browser.
func TestSigningInAgainEndsTheSessionOfBefore(t *testing.T) {
	h, c := staffed(t)
	before := c.sofie.cookies["__Host-kb-desk"]
	c.sofie.signIn("sofie@desk.example")
	if now := c.sofie.cookies["__Host-kb-desk"]; before == "" || now == before {
		t.Fatalf("the cookie was %q and is %q", before, now)
	}
	thief := h.browser()
	thief.cookies["__Host-kb-desk"] = before
	if p := thief.get("/desk"); !strings.HasPrefix(p.path, "/desk/signin") {
		t.Errorf("the cookie of before shows %s", p.path)
	}
}
