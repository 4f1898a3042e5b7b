package desk_test

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"klankbord/internal/apptest"
	"klankbord/internal/profile"
)

// member is the value of the choice with somebody's name among radios or options.
func (p *page) member(name string) string {
	p.b.t.Helper()
	for _, l := range all(p.doc, func(n *html.Node) bool { return n.Data == "label" || n.Data == "option" }) {
		if !strings.HasPrefix(strings.TrimSpace(text(l)), name) {
			continue
		}
		if v, ok := attr(l, "value"); ok {
			return v
		}
		id, _ := attr(l, "for")
		for _, in := range all(p.doc, func(n *html.Node) bool { v, _ := attr(n, "id"); return v == id && n.Data == "input" }) {
			v, _ := attr(in, "value")
			return v
		}
	}
	p.b.t.Fatalf("%s does not offer %s: %s", p.path, name, text(p.doc))
	return ""
}

// access renders who can read a case and every page from which that changes.
func (s *states) access() {
	story := "Thomas Dubois signed the invoice himself, although he knew that it had been paid before, and nobody looked."
	named := "/desk/case/" + string(s.Naming("nl", apptest.With(integrity(), profile.FieldStory, story)).Number)
	nele, thomas := s.crew.nele, s.crew.thomas
	s.keep("case-named-me", thomas.get(s.in(named)))
	s.keep("case-named-colleague", nele.get(s.in(named)))
	s.keep("access", nele.get(s.in(named+"/access")))
	s.keep("access-named", thomas.get(s.in(named+"/access")))
	s.keep("aside", thomas.get(s.in(named+"/access/aside")))
	s.keep("aside-error", thomas.post(s.in(named+"/access/aside"), nil))
	s.keep("aside-error-words", thomas.post(s.in(named+"/access/aside"), url.Values{"reason": {"other"}}))
	exclude := nele.get(s.in(named + "/access/exclude"))
	s.keep("exclude", exclude)
	s.keep("exclude-error", nele.post(s.in(named+"/access/exclude"), nil))
	add := nele.get(s.in(named + "/access/add"))
	s.keep("add", add)
	s.keep("add-error", nele.post(s.in(named+"/access/add"), nil))
	nele.post(named+"/access/add", url.Values{"member": {add.member("Sofie")}, "why": {"She knows the supplier"}})
	s.keep("access-added", nele.get(s.in(named+"/access?done=added")))
	nele.post(named+"/access/exclude", url.Values{"member": {exclude.member("Thomas")}, "why": {"It is about him"}})
	s.keep("access-excluded", nele.get(s.in(named+"/access?done=excluded")))
	s.keep("case-after-exclusion", nele.get(s.in(named)))
	back := nele.get(s.in(named + "/access/return?member=" + exclude.member("Thomas")))
	s.keep("return", back)
	s.keep("return-error", nele.post(s.in(named+"/access/return"), nil))
	nele.post(named+"/access/return", url.Values{"member": {exclude.member("Thomas")}, "why": {"Another person of that name signed"}})
	s.keep("access-asked", nele.get(s.in(named+"/access?done=asked")))
	decide := s.crew.sofie.get(s.in(named + "/access"))
	s.keep("access-decide", decide)
	ask := decide.link(named + "/request/")
	s.crew.sofie.get(ask).send(ask, url.Values{"verdict": {"approved"}, "password": {password}})
	s.keep("request-return", nele.get(s.in(ask)))
	s.keep("access-ready", nele.get(s.in(named+"/access")))
	s.keep("return-nobody", nele.get(s.in(named+"/access/return")))
	s.moves()
}

func (s *states) moves() {
	story := "Nele Janssens promised me an answer within the week, and I have heard nothing since, although I called twice."
	named := "/desk/case/" + string(s.Complain("en", apptest.With(complaint(), profile.FieldStory, story), nil).Number)
	sofie := s.crew.sofie
	s.keep("move", sofie.get(s.in(named+"/access/move")))
	s.keep("move-preview", sofie.get(s.in(named+"/access/move?route=integrity")))
	s.keep("move-error", sofie.post(s.in(named+"/access/move?route=integrity"), nil))
	s.keep("move-nowhere", s.crew.nele.get(s.in(s.closedForMoves()+"/access/move")))
	colleague := s.crew.nele.get("/desk/people").named("Thomas Dubois")
	s.keep("colleague-leave", s.crew.nele.get(s.in(colleague)))
	s.keep("leave", s.crew.nele.get(s.in(colleague+"/leave")))
	s.keep("leave-me", s.crew.thomas.get(s.in(colleague+"/leave")))
	s.keep("leave-error", s.crew.nele.post(s.in(colleague+"/leave"), nil))
	s.keep("leave-password", s.crew.nele.post(s.in(colleague+"/leave"), url.Values{"sure": {"yes"}, "password": {"no"}}))
	s.keep("leave-successor", sofie.get(s.in(s.crew.nele.get("/desk/people").named("Nele Janssens")+"/leave")))
	s.keep("people-handed", s.crew.thomas.get(s.in("/desk/people?done=handed")))
	s.keep("people-left", s.crew.nele.get(s.in("/desk/people?done=left")))
	s.keep("inbox-aside", s.crew.thomas.get(s.in("/desk?done=aside")))
	s.keep("inbox-moved", sofie.get(s.in("/desk?done=moved")))
}

// closedForMoves is a case that may not go to another team.
func (s *states) closedForMoves() string {
	return "/desk/case/" + string(s.Complain("nl", apptest.StrictAnswers("theft"), nil).Number)
}

func TestAMemberStepsAsideThroughThePages(t *testing.T) {
	h, c := staffed(t)
	story := "Thomas Dubois signed the invoice himself, although he knew that it had been paid before, and nobody looked."
	n := string(h.Naming("nl", apptest.With(integrity(), profile.FieldStory, story)).Number)
	base := "/desk/case/" + n
	p := c.thomas.get(base)
	if !p.says("a name like yours") {
		t.Fatal("the page does not point out the name")
	}
	ask := c.thomas.get(p.link(base + "/access/aside"))
	if !ask.says("Nobody can unread what you have read") {
		t.Error("the page does not say that what was opened stays known")
	}
	done := ask.send("/access/aside", url.Values{"reason": {"me"}})
	if !done.says("You stepped aside") || strings.Contains(done.body, n) {
		t.Errorf("after it comes %q", done.title())
	}
	gone, none := c.thomas.get(base), c.thomas.get("/desk/case/KB-0000-00")
	if gone.status != 404 || gone.status != none.status || text(gone.doc) != text(none.doc) {
		t.Errorf("the case answers %d %q, one that does not exist %d %q", gone.status, gone.title(), none.status, none.title())
	}
	for _, path := range []string{"/access", "/access/aside", "/access/exclude", "/access/add", "/access/move", "/access/return", "/identity", "/close", "/check/note"} {
		if gone, none := c.thomas.get(base+path), c.thomas.get("/desk/case/KB-0000-00"+path); gone.status != 404 || text(gone.doc) != text(none.doc) {
			t.Errorf("%s answers %d", path, gone.status)
		}
	}
	if again := c.thomas.post(base+"/access/aside", url.Values{"reason": {"me"}}); again.status != 404 {
		t.Errorf("pressed twice, the button answers %d", again.status)
	}
	seen := c.nele.get(base)
	if !seen.says("Thomas Dubois deed een stap opzij. Reden: It is about me") {
		t.Error("the colleague does not read who stepped aside, and why")
	}
	if list := c.thomas.get("/desk?view=all"); strings.Contains(list.body, n) {
		t.Error("the list still holds the case")
	}
}

func TestWhoLeavesIsSignedOutAtOnce(t *testing.T) {
	h, c := staffed(t)
	c.nele.invite("Piet Claes", "piet@desk.example", "handler/complaints/")
	n := string(h.Complain("nl", integrity(), nil).Number)
	c.thomas.get("/desk/case/" + n)
	leave := c.nele.get("/desk/people").named("Thomas Dubois") + "/leave"
	page := c.nele.get(leave)
	if !page.says(n) {
		t.Error("the case is not listed for hand-over")
	}
	done := page.send("/leave", url.Values{"sure": {"yes"}, "password": {password}})
	if !done.says("De persoon is van de desk") || done.says("thomas@desk.example") {
		t.Errorf("after it comes %q", text(done.doc))
	}
	if p := c.thomas.get("/desk/case/" + n); !strings.HasPrefix(p.path, "/desk/signin") {
		t.Errorf("whoever left sees %s", p.path)
	}
	if seen := c.nele.get("/desk/case/" + n); !seen.says("Thomas Dubois verliet de desk") {
		t.Error("the case does not tell that they left")
	}
}
