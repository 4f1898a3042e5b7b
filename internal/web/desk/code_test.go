package desk_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"klankbord/internal/intake"
	"klankbord/internal/profile"
)

var linkInMail = regexp.MustCompile(`/(confirm|code)/([A-Za-z0-9_-]{43})`)

// link is the secret of the newest link in a mail that leads to a page.
func (h *house) link(page string) string {
	h.t.Helper()
	h.DeliverMail()
	for _, m := range h.Box.Mails() {
		if found := linkInMail.FindStringSubmatch(m.Text); found != nil && found[1] == page {
			return found[2]
		}
	}
	h.t.Fatalf("no mail holds a link to %s", page)
	return ""
}

// confirmed is a case whose complainant confirmed their address.
func (h *house) confirmed() (string, *intake.Receipt) {
	h.t.Helper()
	r := h.Complain("en", integrity(), nil)
	h.must(h.Dialogue.ConfirmContact(h.t.Context(), h.link("confirm")))
	return "/desk/case/" + string(r.Number), r
}

// keeps plays the person with the link: they draw the code and keep it.
func (h *house) keeps() string {
	h.t.Helper()
	secret := h.link("code")
	browser, err := h.Dialogue.DrawCode(h.t.Context(), secret)
	h.must(err)
	p, err := h.Dialogue.CodePage(h.t.Context(), secret, &browser)
	h.must(err)
	h.must(h.Dialogue.KeepCode(h.t.Context(), secret, &browser))
	return p.Code
}

func (h *house) delay() time.Duration {
	return time.Duration(h.Profile.Settings.CodeDelayDays)*24*time.Hour + time.Minute
}

func TestANewCodeFromTheDeskByLink(t *testing.T) {
	h, c := staffed(t)
	c.nele.speaks("en")
	base, r := h.confirmed()
	p := c.thomas.get(base)
	if !p.says("The complainant has a code.") || !p.says("E-mail address: confirmed on") {
		t.Error("the case does not tell of the code and the address")
	}
	p = c.thomas.get(p.link(base + "/code"))
	for name, fill := range map[string]url.Values{
		"no reason":      {"password": {password}},
		"no password":    {"why": {"They called from the number on file"}},
		"wrong password": {"why": {"They called from the number on file"}, "password": {"nonsense and more"}},
	} {
		if q := p.send("/code", fill); q.status != http.StatusUnprocessableEntity || fill.Get("why") != "" && !q.says(fill.Get("why")) {
			t.Errorf("%s: answers %d", name, q.status)
		}
	}
	p = p.send("/code", url.Values{"why": {"They called from the number on file"}, "password": {password}})
	if !p.says("on its way to the complainant") || !p.says("New code asked for") {
		t.Errorf("after sending the link: %d %q", p.status, p.title())
	}
	fresh := h.keeps()
	if p = c.thomas.post(base+"/code", url.Values{"act": {"complete"}, "password": {password}}); p.status != http.StatusConflict || !p.says("The new code can hold from") {
		t.Errorf("too early: %d", p.status)
	}
	h.Clock.Add(h.delay())
	c.nele.signIn("nele@desk.example")
	done := c.nele.get(base+"/code").send("/code", url.Values{"act": {"complete"}, "password": {password}})
	if done.status != http.StatusOK {
		t.Errorf("completing shows %d %q", done.status, done.title())
	}
	if _, err := h.Dialogue.Enter(t.Context(), fresh); err != nil {
		t.Errorf("the new code: %v", err)
	}
	if _, err := h.Dialogue.Enter(t.Context(), r.Code); err == nil {
		t.Error("the old code still enters")
	}
	if strings.Contains(done.body, fresh) {
		t.Error("the desk shows the code")
	}
	for _, m := range h.Box.Mails() {
		if strings.Contains(m.Subject+m.Text, fresh) || strings.Contains(m.Text, "number on file") {
			t.Errorf("the mail %q holds the code or the reason", m.Subject)
		}
	}
}

func TestACodeInPersonFromTheDesk(t *testing.T) {
	h, c := staffed(t)
	c.nele.speaks("en")
	r := h.Complain("nl", withPhoneOnly(), nil)
	base := "/desk/case/" + string(r.Number)
	p := c.thomas.get(base + "/code")
	if !p.says("has confirmed no e-mail address") {
		t.Error("the page does not say that a link cannot be sent")
	}
	p = c.thomas.get(p.link(base + "/code/person"))
	if q := p.send("/person", nil); q.status != http.StatusUnprocessableEntity {
		t.Errorf("asking without a reason answers %d", q.status)
	}
	p.send("/person", url.Values{"why": {"They came to the desk"}})
	request := c.nele.get("/desk").link(base + "/request/")
	if q := c.nele.get(request); !q.says("give the complainant a new code") || !q.says("The old code then stops working") {
		t.Errorf("the colleague reads %s", text(q.doc))
	}
	c.nele.post(request, decide("approved"))
	next := c.thomas.get(request).link(base + "/code/person")
	sheet := c.thomas.get(next).send("/person", url.Values{"password": {password}})
	if len(sheet.codes()) != 1 || !sheet.says("De code van uw klacht") || !strings.Contains(sheet.body, "/nl/mailbox") {
		t.Fatalf("after that comes %q: %s", sheet.title(), text(sheet.doc))
	}
	if c.nele.get(base + "/code/handed").says(sheet.codes()[0]) {
		t.Error("a colleague is shown the code")
	}
	if len(c.thomas.get(base+"/code/handed").codes()) != 1 {
		t.Error("the sheet is gone after a reload")
	}
	code := sheet.codes()[0]
	sheet.send("/given", nil)
	if len(c.thomas.get(base+"/code/handed").codes()) != 0 {
		t.Error("the code is still shown")
	}
	if _, err := h.Dialogue.Enter(t.Context(), code); err != nil {
		t.Errorf("the code that was handed over: %v", err)
	}
	for _, action := range []string{"/code", "/code/person", "/code/given"} {
		fill := url.Values{"why": {"a reason long enough"}, "password": {password}}
		theirs, none := c.sofie.post(base+action, fill), c.sofie.post("/desk/case/KB-0000-00"+action, fill)
		if theirs.status != http.StatusNotFound || theirs.body != none.body {
			t.Errorf("%s of another team: %d", action, theirs.status)
		}
	}
}

func withPhoneOnly() profile.Answers {
	a := integrity()
	delete(a, profile.FieldEmail)
	a[profile.FieldPhone] = []string{"0470 12 34 56"}
	return a
}

// codes renders the pages of a new code.
func (s *states) codes() {
	base, _ := s.confirmed()
	thomas := s.crew.thomas
	s.keep("code", thomas.get(s.in(base+"/code")))
	s.keep("code-error", thomas.post(s.in(base+"/code"), url.Values{"why": {"Short"}}))
	thomas.post(base+"/code", url.Values{"why": {"They called from the number on file"}, "password": {password}})
	s.keep("code-asked", thomas.get(s.in(base+"/code")))
	s.keep("code-conflict", thomas.post(s.in(base+"/code"), url.Values{"act": {"complete"}, "password": {password}}))
	s.keeps()
	s.keep("code-kept", thomas.get(s.in(base+"/code")))
	s.keep("case-code", thomas.get(s.in(base)))
	person := "/desk/case/" + string(s.Complain(s.lang, withPhoneOnly(), nil).Number)
	s.keep("code-no-channel", thomas.get(s.in(person+"/code")))
	s.keep("person", thomas.get(s.in(person+"/code/person")))
	s.keep("person-error", thomas.post(s.in(person+"/code/person"), nil))
	thomas.post(person+"/code/person", url.Values{"why": {"They came to the desk"}})
	s.keep("person-waiting", thomas.get(s.in(person+"/code/person")))
	request := s.crew.nele.get(person).link(person + "/request/")
	s.crew.nele.post(request, decide("approved"))
	s.keep("request-code", thomas.get(s.in(request)))
	s.keep("person-agreed", thomas.get(s.in(person+"/code/person")))
	s.keep("handed-gone", thomas.get(s.in(person+"/code/handed")))
	thomas.post(person+"/code/person", url.Values{"password": {password}})
	s.keep("handed", thomas.get(s.in(person+"/code/handed")))
	thomas.post(person+"/code/given", nil)
}
