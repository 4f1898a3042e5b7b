package desk_test

import (
	"context"
	"testing"
	"time"

	"klankbord/internal/setup"
)

// each does something in every language.
func (s *states) each(keep func()) {
	for _, s.lang = range []string{"nl", "fr", "en", "de"} {
		keep()
	}
}

// drills renders the page of the drill and the lines above the list of cases: before
// the first, while one runs, when it is complete, and a year later.
func (s *states) drills() {
	each := s.each
	nele, sofie := s.crew.nele, s.crew.sofie
	each(func() { s.keep("drill-first", nele.get(s.in("/desk/drill"))) })
	nele.post("/desk/drill/start", nil)
	each(func() {
		s.keep("drill-asked", sofie.get(s.in("/desk/drill")))
		s.keep("inbox-drill", sofie.get(s.in("/desk")))
		s.keep("drill-runs", nele.post(s.in("/desk/drill/start"), nil))
	})
	sofie.post("/desk/drill/open", nil)
	s.karim = nele.invite("Karim Benali", "karim@desk.example", "handler/supporters-service/")
	each(func() {
		if p := s.karim.get("/desk/drill"); p.status != 200 {
			s.t.Fatalf("a member who joined late is not shown the drill: %d", p.status)
		}
		s.keep("drill-opened", sofie.get(s.in("/desk/drill")))
		s.keep("drill-not-asked", s.karim.get(s.in("/desk/drill")))
		s.keep("drill-none", s.karim.post(s.in("/desk/drill/open"), nil))
	})
	for _, b := range []*browser{nele, s.crew.thomas, s.crew.anke} {
		b.post("/desk/drill/open", nil)
	}
	if _, _, err := s.Setup.OpenDrillByRecovery(context.Background(), s.Founded.Recovery); err != nil {
		s.t.Fatal(err)
	}
	each(func() { s.keep("drill-held", nele.get(s.in("/desk/drill"))) })
	s.Clock.Add(setup.DrillEvery + 24*time.Hour)
	nele.signIn("nele@desk.example")
	each(func() {
		s.keep("drill-overdue", nele.get(s.in("/desk/drill")))
		s.keep("inbox-drill-overdue", nele.get(s.in("/desk")))
	})
}

// The whole drill as members meet it: a line above the cases, one click, the same
// word for everyone, and nothing in any list of cases.
func TestDrillOnTheDesk(t *testing.T) {
	h, c := staffed(t)
	before := c.sofie.get("/desk?view=all")
	if before.says("Open the practice case") {
		t.Fatal("a drill is asked for before there is one")
	}
	if p := c.sofie.get("/desk/drill"); p.status != 200 || p.says("Start a new drill") {
		t.Errorf("a member who configures nothing may start a drill: %d", p.status)
	}
	c.nele.get("/desk/drill").send("/desk/drill/start", nil)
	asked := c.sofie.get("/desk?view=all")
	if !asked.says("Open the practice case") || !asked.says("0 cases") {
		t.Errorf("the list of cases shows %q", asked.title())
	}
	opened := c.sofie.get("/desk/drill").send("/desk/drill/open", nil)
	other := c.anke.get("/desk/drill").send("/desk/drill/open", nil)
	if len(opened.codes()) != 1 || len(other.codes()) != 1 || opened.codes()[0] != other.codes()[0] {
		t.Errorf("two members read %q and %q", opened.codes(), other.codes())
	}
	if c.sofie.get("/desk").says("Open the practice case") {
		t.Error("a member who opened it is asked again")
	}
	h.DeliverMail()
	if n := len(h.Box.Mails()); n != 3 { // the invitations
		t.Errorf("%d mails, want the three invitations only", n)
	}
}
