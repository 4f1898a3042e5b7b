package desk_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"klankbord/internal/casework"
)

// named is the address behind a link with a text.
func (p *page) named(words string) string {
	p.b.t.Helper()
	for _, a := range all(p.doc, func(n *html.Node) bool { return n.Data == "a" }) {
		if href, ok := attr(a, "href"); ok && strings.Contains(text(a), words) {
			return href
		}
	}
	p.b.t.Fatalf("%s has no link %q: %s", p.path, words, text(p.doc))
	return ""
}

// changeOf is the address of the change about somebody that waits for signatures.
func (p *page) changeOf(name string) string {
	p.b.t.Helper()
	for _, row := range all(p.doc, func(n *html.Node) bool { return n.Data == "tr" }) {
		for _, a := range all(row, func(n *html.Node) bool { return n.Data == "a" }) {
			if href, _ := attr(a, "href"); strings.HasPrefix(href, "/desk/people/change/") && strings.Contains(text(row), name) {
				return href
			}
		}
	}
	p.b.t.Fatalf("%s shows no change about %s: %s", p.path, name, text(p.doc))
	return ""
}

// enrolAgain uses the link of a reset up to where colleagues confirm.
func (h *house) enrolAgain(link string) (*browser, *page) {
	b := h.browser()
	factor := b.get(link).send(link, url.Values{"password": {password}})
	b.secret = strings.ReplaceAll(factor.codes()[0], " ", "")
	return b, factor.send("/confirm", url.Values{"code": {b.digits()}})
}

// resets renders every page on the way from a lost password to restored access, and
// what the desk says of the recovery key.
func (s *states) resets() {
	nele, karim, sofie := s.crew.nele, s.karim, s.crew.sofie
	nele.signIn("nele@desk.example")
	karim.signIn("karim@desk.example")
	sofie.signIn("sofie@desk.example")
	back := "/desk/case/" + string(s.Complain("nl", complaint(), nil).Number)
	s.Complain("fr", complaint(), nil)
	member := nele.get("/desk/people").named("Sofie Peeters")
	s.each(func() {
		s.keep("reset", nele.get(s.in(member+"/reset")))
		s.keep("reset-error", nele.post(s.in(member+"/reset"), url.Values{"password": {"no"}}))
		shown := nele.post(s.in(member+"/reset"), url.Values{"password": {password}})
		s.keep("invited-reset", nele.get(s.in("/desk/people/invited")))
		s.keep("reset-open", nele.get(s.in(member+"/reset")))
		s.keep("people-reset", nele.get(s.in("/desk/people")))
		sofie.signIn("sofie@desk.example")
		s.keep("reset-mine", sofie.get(s.in(member+"/reset")))
		s.keep("inbox-reset", sofie.get(s.in("/desk")))
		s.keep("enrol-again", s.browser().get(s.in(shown.invitation())))
		s.keep("reset-own", nele.get(s.in(nele.get("/desk/people").named("Nele Janssens")+"/reset")))
	})
	again, shown := s.enrolAgain(nele.post(member+"/reset", url.Values{"password": {password}}).invitation())
	if shown.path != "/desk/renewed" || len(shown.codes()) != 2 {
		s.t.Fatalf("after enrolling again comes %s with %q", shown.path, shown.codes())
	}
	change := karim.get("/desk/people").changeOf("Sofie Peeters")
	s.each(func() {
		s.keep("renewed", again.get(s.in("/desk/renewed")))
		s.keep("renewed-gone", s.browser().get(s.in("/desk/renewed")))
		s.keep("change-rekey", karim.get(s.in(change)))
	})
	karim.get(change).send(change, url.Values{"compared": {"yes"}, "password": {password}})
	again.signIn("sofie@desk.example")
	restore := karim.get("/desk").link("/desk/restore/")
	s.each(func() {
		s.keep("inbox-waits", again.get(s.in("/desk")))
		s.keep("inbox-lost", karim.get(s.in("/desk")))
		s.keep("restores", karim.get(s.in("/desk/restore")))
		s.keep("restores-none", nele.get(s.in("/desk/restore")))
		s.keep("restore", karim.get(s.in(restore)))
		s.keep("restore-error", karim.post(s.in(restore), url.Values{"which": {"all"}}))
		s.keep("restore-error-none", karim.post(s.in(restore), url.Values{"which": {"chosen"}, "compared": {"yes"}, "password": {password}}))
		s.keep("restore-error-password", karim.post(s.in(restore), url.Values{"which": {"all"}, "compared": {"yes"}, "password": {"no"}}))
	})
	karim.post(restore, url.Values{"which": {"all"}, "compared": {"yes"}, "password": {password}})
	s.each(func() {
		s.keep("restores-done", karim.get(s.in("/desk/restore?done=2&refused=1")))
		s.keep("case-restored", again.get(s.in(back)))
	})
	s.recover("karim@desk.example")
	s.each(func() {
		s.keep("inbox-used", karim.get(s.in("/desk")))
		s.keep("drill-used", karim.get(s.in("/desk/drill")))
	})
}

// recover gives a member every case by the recovery key.
func (h *house) recover(email string) {
	h.t.Helper()
	ctx := context.Background()
	key, err := h.Setup.RecoveryKey(ctx, h.Founded.Recovery)
	if err != nil {
		h.t.Fatal(err)
	}
	plan, err := h.Casework.PlanRecovery(ctx, casework.Recovery{Code: h.Founded.Recovery, Key: key, To: email})
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.Casework.Recover(ctx, plan); err != nil {
		h.t.Fatal(err)
	}
}

// A lost password on the desk, as the three people meet it: the configurator, the
// member, the colleague.
func TestLostPasswordOnTheDesk(t *testing.T) {
	h, c := staffed(t)
	karim := c.nele.invite("Karim Benali", "karim@desk.example", "handler/supporters-service/")
	one, two := string(h.Complain("nl", complaint(), nil).Number), string(h.Complain("fr", complaint(), nil).Number)
	member := c.nele.get("/desk/people").named("Sofie Peeters")
	if p := karim.get(member + "/reset"); p.status != 404 {
		t.Errorf("a member who configures nothing is offered a reset: %d", p.status)
	}
	shown := c.nele.get(member).b.get(member+"/reset").send("/reset", url.Values{"password": {password}})
	if p := c.sofie.get("/desk"); !strings.HasPrefix(p.path, "/desk/signin") {
		t.Errorf("a session goes on after a reset was started: %s", p.path)
	}
	again, renewed := h.enrolAgain(shown.invitation())
	mark := renewed.codes()[1]
	change := karim.get("/desk/people").changeOf("Sofie Peeters")
	if p := karim.get(change); len(p.codes()) != 1 || p.codes()[0] != mark {
		t.Errorf("the colleague compares %q, the member reads out %q", p.codes(), mark)
	}
	karim.get(change).send(change, url.Values{"compared": {"yes"}, "password": {password}})
	if p := again.signIn("sofie@desk.example"); !p.says("You have a new key") {
		t.Errorf("the member is not told what to wait for: %q", text(p.doc))
	}
	if p := again.get("/desk/case/" + one); p.status != 404 {
		t.Errorf("the new key opens a case: %d", p.status)
	}
	if p := again.get("/desk/profile"); len(p.codes()) == 0 || p.codes()[0] != mark {
		t.Errorf("the profile shows %q to read out", p.codes())
	}
	asked := karim.get("/desk")
	if !asked.says("Sofie Peeters has a new key and waits for 2 cases") {
		t.Fatalf("the colleague is not asked: %s", text(asked.doc))
	}
	list := karim.get(asked.link("/desk/restore/"))
	if len(list.codes()) != 1 || list.codes()[0] != mark {
		t.Errorf("the colleague compares %q", list.codes())
	}
	path := list.path
	done := list.send(path, url.Values{"which": {"chosen"}, "case": {one}, "compared": {"yes"}, "password": {password}})
	if !done.says("1 case was given back") || again.get("/desk/case/"+one).status != 200 || again.get("/desk/case/"+two).status != 404 {
		t.Errorf("one case was chosen: %s", text(done.doc))
	}
	karim.get(path).send(path, url.Values{"which": {"all"}, "compared": {"yes"}, "password": {password}})
	if p := again.get("/desk/case/" + two); p.status != 200 || again.get("/desk").says("You have a new key") {
		t.Errorf("all were given back: %d", p.status)
	}
}
