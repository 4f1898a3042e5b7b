package desk_test

import (
	"net/url"
	"strings"
	"testing"
)

// Only who turned shortcuts on gets a script, in every browser, and nobody where a password
// is asked for.
func TestShortcutsAreOffUntilAMemberTurnsThemOn(t *testing.T) {
	_, c := staffed(t)
	script := func(p *page) bool { return strings.Contains(p.body, "<script") }
	policy := func(p *page) bool { return strings.Contains(p.header.Get("Content-Security-Policy"), "script-src") }
	if p := c.sofie.get("/desk"); script(p) || policy(p) {
		t.Error("a script runs that nobody asked for")
	}
	on := c.sofie.post("/desk/keys", url.Values{"turn": {"on"}})
	if !script(on) || !policy(on) {
		t.Fatal("shortcuts were turned on, and no script runs")
	}
	again := c.sofie.browser()
	again.secret = c.sofie.secret
	again.signIn("sofie@desk.example")
	if p := again.get("/desk"); !script(p) || !policy(p) {
		t.Error("in another browser of the member none runs")
	}
	if p := c.thomas.get("/desk"); script(p) {
		t.Error("a colleague runs one")
	}
	if p := c.sofie.get("/desk/numbers/register"); script(p) {
		t.Error("the page that asks for a password runs one")
	}
	if off := c.sofie.post("/desk/keys", url.Values{"turn": {"off"}}); script(off) || policy(off) {
		t.Error("shortcuts were turned off, and a script runs")
	}
}
