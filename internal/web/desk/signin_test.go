package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestAMemberEnrolsAndIsVouchedForThroughThePages(t *testing.T) {
	_, c := staffed(t)
	if p := c.sofie.get("/desk"); p.status != http.StatusOK || !p.says("All that I may see") {
		t.Errorf("a vouched member sees %q, %d", p.title(), p.status)
	}
	if p := c.anke.get("/desk"); !p.says("You handle no cases") {
		t.Errorf("an auditor sees %q", p.title())
	}
	if p := c.anke.get("/desk/log"); p.status != http.StatusOK {
		t.Errorf("an auditor gets the log with %d", p.status)
	}
	if p := c.sofie.get("/desk/log"); p.status != http.StatusForbidden {
		t.Errorf("a member who is no auditor gets the log with %d", p.status)
	}
	if p := c.sofie.post("/desk/people", url.Values{"name": {"X"}, "email": {"x@desk.example"}, "task": {"auditor//"}, "lang": {"en"}}); p.status != http.StatusForbidden {
		t.Errorf("a member who is no configurator invites with %d", p.status)
	}
}

func TestWhoIsNotVouchedForReadsNothing(t *testing.T) {
	h := newHouse(t)
	nele := h.browser()
	nele.enrol("/desk/enrol/" + h.Founded.Enrol.Cookie())
	link := nele.get("/desk/people").send("/desk/people", url.Values{
		"name": {"Thomas"}, "email": {"thomas@desk.example"}, "lang": {"en"}, "task": {"handler/complaints/hr"},
	}).invitation()
	thomas := h.browser()
	p := thomas.enrol(link)
	if p.title() != "Wait for a colleague" {
		t.Errorf("before the vouch stands %q", p.title())
	}
	mark := p.codes()[0]
	vouch := nele.get(nele.get("/desk/people").link("/desk/people/change/"))
	if vouch.codes()[0] != mark {
		t.Errorf("the fingerprints differ: %s and %s", vouch.codes()[0], mark)
	}
	if no := vouch.send(vouch.path, url.Values{"password": {password}}); no.status != http.StatusUnprocessableEntity || !no.says("Vergelijk eerst") {
		t.Errorf("vouching without comparing answers %d", no.status)
	}
	if no := vouch.send(vouch.path, url.Values{"compared": {"yes"}, "password": {"another sentence altogether"}}); no.status != http.StatusUnprocessableEntity {
		t.Errorf("vouching with a wrong password answers %d", no.status)
	}
}

func TestEveryRefusedSignInLooksTheSame(t *testing.T) {
	h := newHouse(t)
	nele := h.browser()
	nele.enrol("/desk/enrol/" + h.Founded.Enrol.Cookie())
	show := func(email, pass string) string {
		p := h.browser().get("/desk/signin?lang=en").send("/desk/signin", url.Values{"email": {email}, "password": {pass}})
		if p.status != http.StatusUnprocessableEntity || !p.says("E-mail or password is not right") {
			t.Errorf("%s: %d %q", email, p.status, p.title())
		}
		return strings.ReplaceAll(p.body, email, "")
	}
	if show("nele@desk.example", "wrong wrong wrong wrong") != show("nobody@desk.example", password) {
		t.Error("an unknown address and a wrong password look different")
	}
	again := h.browser()
	again.secret = nele.secret
	if p := again.signIn("nele@desk.example"); p.status != http.StatusOK || strings.TrimSuffix(p.path, "/") != "/desk" {
		t.Errorf("signing in leads to %s with %d", p.path, p.status)
	}
	if p := again.get("/desk").send("/desk/signout", nil); !strings.HasPrefix(p.path, "/desk/signin") {
		t.Errorf("signing out leads to %s", p.path)
	}
	if p := again.get("/desk"); !strings.HasPrefix(p.path, "/desk/signin") {
		t.Errorf("after signing out /desk shows %s", p.path)
	}
}

func TestSignInNeverLeadsOffTheDesk(t *testing.T) {
	h := newHouse(t)
	for _, next := range []string{"https://elsewhere.example/", "//elsewhere.example", "/nl/", "/desk/signin", "\\\\x", "/desk\r\nX: y"} {
		p := h.browser().get("/desk/signin?next=" + url.QueryEscape(next))
		_, values := p.form("/desk/signin")
		if values.Get("next") != "/desk" {
			t.Errorf("%q stays as %q", next, values.Get("next"))
		}
	}
}

func TestTextSurvivesTheEndOfASession(t *testing.T) {
	h, c := staffed(t)
	number := string(h.Complain("en", complaint(), nil).Number)
	form := c.sofie.get("/desk/case/" + number)
	h.Clock.Add(31 * time.Minute)
	signin := form.send("/compose", url.Values{"audience": {"message"}, "text": {"Half an hour of careful words"}, "act": {"check"}})
	if !strings.HasPrefix(signin.path, "/desk/signin") || strings.Contains(signin.body, "careful") {
		t.Fatalf("an ended session leads to %s", signin.path)
	}
	second := signin.send("/desk/signin", url.Values{"email": {"sofie@desk.example"}, "password": {password}})
	kept := second.send("/desk/signin/second", url.Values{"code": {c.sofie.digits()}})
	if !strings.Contains(kept.body, "Half an hour of careful words") {
		t.Fatalf("after signing in %q does not hold the text", kept.title())
	}
	check := kept.send("/compose", nil)
	if check.title() != "Check the message before you send it" || !check.says("Half an hour of careful words") {
		t.Errorf("the text goes on to %q", check.title())
	}
}

func TestKeptTextIsNotShownToAnotherMember(t *testing.T) {
	h, c := staffed(t)
	number := string(h.Complain("en", integrity(), nil).Number)
	form := c.thomas.get("/desk/case/" + number)
	h.Clock.Add(31 * time.Minute)
	signin := form.send("/compose", url.Values{"audience": {"note"}, "text": {"for thomas alone"}})
	c.thomas.secret = c.sofie.secret // Sofie sits down at the same browser
	second := signin.send("/desk/signin", url.Values{"email": {"sofie@desk.example"}, "password": {password}})
	kept := second.send("/desk/signin/second", url.Values{"code": {c.thomas.digits()}})
	if kept.status != http.StatusNotFound || strings.Contains(kept.body, "for thomas alone") {
		t.Errorf("another member gets %d %q", kept.status, kept.title())
	}
}
