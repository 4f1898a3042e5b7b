package desk_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"klankbord/internal/store"
)

// behind runs one statement on the database behind everybody's back.
func (h *house) behind(sql string, args ...any) {
	h.t.Helper()
	err := h.Store.Write(context.Background(), func(tx *store.Tx) error {
		n, err := tx.Exec(sql, args...)
		if err == nil && n == 0 {
			h.t.Errorf("touched nothing: %s", sql)
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// member is the page of a colleague.
func (b *browser) member(name string) *page {
	b.t.Helper()
	people := b.get("/desk/people")
	for _, href := range people.links("/desk/people/member/") {
		if p := b.get(href); p.title() == name {
			return p
		}
	}
	b.t.Fatalf("no colleague is called %s", name)
	return nil
}

func (p *page) links(prefix string) (list []string) {
	for _, part := range strings.Split(p.body, `href="`+prefix)[1:] {
		list = append(list, prefix+part[:strings.IndexByte(part, '"')])
	}
	return list
}

// signs signs a change as one who compared.
func (b *browser) signs(change string) *page {
	b.t.Helper()
	return b.get(change).send(change, url.Values{"compared": {"yes"}, "password": {password}})
}

// changes renders the pages on which members ask for changes of their list and sign
// them.
func (s *states) changes() {
	nele, thomas, sofie, anke := s.crew.nele, s.crew.thomas, s.crew.sofie, s.crew.anke
	own := sofie.member("Sofie Peeters").path
	s.each(func() {
		s.keep("colleague", nele.get(s.in(own)))
		s.keep("colleague-read", thomas.get(s.in(own)))
		s.keep("colleague-error", nele.post(s.in(own), nil))
		s.keep("colleague-missing", nele.get(s.in("/desk/people/member/nobody")))
	})
	change := nele.post(own, url.Values{"task": {"handler/complaints/"}}).path
	s.each(func() {
		s.keep("colleague-waiting", nele.get(s.in(own)))
		s.keep("change-assign", nele.get(s.in(change)))
		s.keep("change-concerned", sofie.get(s.in(change)))
		s.keep("change-newcomer", anke.get(s.in(change)))
		s.keep("change-error", nele.post(s.in(change), url.Values{"compare": {"yes"}}))
		s.keep("people-waiting", nele.get(s.in("/desk/people")))
		s.keep("inbox-signature", thomas.get(s.in("/desk?view=all")))
	})
	nele.signs(change)
	s.each(func() {
		s.keep("change-signed", nele.get(s.in(change)))
		s.keep("change-half", thomas.get(s.in(change)))
	})
	s.behind("INSERT INTO directory_signature (change_id, signer, value, at) VALUES ($1, 'ghost', $2, 1)", strings.TrimPrefix(change, "/desk/people/change/"), []byte("s"))
	s.each(func() { s.keep("change-broken", nele.get(s.in(change))) })
	nele.post(change+"/withdraw", nil)
	s.each(func() { s.keep("people-withdrawn", nele.get(s.in("/desk/people?done=withdrawn"))) })

	key := nele.get("/desk/people").link("/desk/people/recovery-key/")
	s.each(func() {
		s.keep("keepers", nele.get(s.in(key)))
		s.keep("keepers-read", sofie.get(s.in(key)))
		s.keep("keepers-error", nele.post(s.in(key), nil))
	})
	change = nele.post(key, url.Values{"keeper": {strings.TrimPrefix(own, "/desk/people/member/")}}).path
	s.each(func() { s.keep("change-recover", nele.get(s.in(change))) })
	nele.signs(change)
	thomas.signs(change)
	s.each(func() { s.keep("people-coming", nele.get(s.in("/desk/people?done=signed"))) })
	s.entering()
}

// entering renders what somebody sees who is confirmed and does not read yet.
func (s *states) entering() {
	nele, thomas := s.crew.nele, s.crew.thomas
	shown := nele.get("/desk/people").send("/desk/people", url.Values{
		"name": {"Lotte Maes"}, "email": {"lotte@desk.example"}, "lang": {"nl"}, "task": {"handler/complaints/"},
	})
	lotte := s.browser()
	lotte.enrol(shown.invitation())
	for _, row := range nele.get("/desk/people").links("/desk/people/change/") {
		if nele.get(row).says("Lotte Maes") {
			nele.signs(row)
			thomas.signs(row)
			break
		}
	}
	s.each(func() { s.keep("waiting-from", lotte.get(s.in("/desk"))) })
}

// alarms renders what every page says when the database is not the one that was seen.
func (s *states) alarms() {
	nele := s.crew.nele
	file := nele.get("/desk?view=all").link("/desk/case/")
	s.behind("DELETE FROM directory_event WHERE seq = (SELECT max(seq) FROM directory_event)")
	s.each(func() {
		for name, path := range map[string]string{
			"inbox": "/desk?view=all", "case": file, "close": file + "/close", "people": "/desk/people", "profile": "/desk/profile",
		} {
			s.keep("alarm-"+name, nele.get(s.in(path)))
		}
		s.keep("alarm-refused", nele.post(s.in("/desk/people/change/x"), url.Values{"password": {password}}))
	})
	s.Clock.Add(time.Minute)
	if err := s.Custody.Accept(context.Background(), "De schijf was stuk, de back-up van gisteren is teruggezet"); err != nil {
		s.t.Fatal(err)
	}
	s.Reopen()
	_, _, both, err := s.Handlers()
	if err != nil {
		s.t.Fatal(err)
	}
	s.h = both
	s.each(func() { s.keep("accepted", nele.get(s.in("/desk?view=all"))) })
}

// What is wrong with the database stands above every page of the desk, and on none
// that a complainant sees.
func TestAlarmStandsAboveEveryPageOfTheDesk(t *testing.T) {
	h, c := staffed(t)
	general := "/desk/case/" + string(h.Complain("en", complaint(), nil).Number)
	h.DeliverMail()
	c.sofie.write(general, "message", "We have stopped the calls.")
	public := h.browser()
	before := map[string]string{}
	outside := []string{"/en/", "/en/complaint", "/en/privacy", "/en/mailbox"}
	for _, path := range outside {
		before[path] = public.get(path).body
	}
	pages := []string{"/desk", general, general + "/close", "/desk/people", "/desk/profile", "/desk/people/invited"}
	const words = "Give no access and close no case now"
	for _, path := range pages {
		if p := c.sofie.get(path + "?lang=en"); p.status != http.StatusOK || p.says(words) {
			t.Fatalf("%s answers %d before anything is wrong", path, p.status)
		}
	}
	last := "(SELECT max(seq) FROM directory_event)"
	h.behind("UPDATE directory_event SET seq = seq + 1000 WHERE seq = " + last)
	for _, path := range pages {
		p := c.sofie.get(path + "?lang=en")
		if !p.says(words) || !p.says("Call the administrator of this server now") || !p.says("klankbord restore --accept") {
			t.Errorf("%s does not say what is wrong and what to do: %d %s", path, p.status, text(p.doc))
		}
	}
	for _, path := range outside {
		if public.get(path).body != before[path] {
			t.Errorf("%s shows that something is wrong", path)
		}
	}
	refused := c.sofie.get(general+"/close").send("/close", url.Values{"outcome": {"upheld"}, "feedback": {"We stop the calls."}, "why": {"They were too many."}})
	if refused = refused.send("/send", nil); refused.status != http.StatusForbidden || !refused.says("The list of members is not the one we saw before") {
		t.Errorf("closing answers %d: %s", refused.status, text(refused.doc))
	}
	h.behind("UPDATE directory_event SET seq = seq - 1000 WHERE seq > 1000")
	if p := c.sofie.get("/desk?lang=en"); p.says(words) {
		t.Error("the alarm stays when everything is as it was")
	}
}

// A change of tasks from the page of a colleague to what they can read.
func TestMemberGetsOtherTasksBySignature(t *testing.T) {
	_, c := staffed(t)
	own := c.nele.member("Sofie Peeters")
	asked := own.send(own.path, url.Values{"task": {"handler/supporters-service/", "auditor//"}})
	if asked.title() != "Andere taken voor een lid" {
		t.Fatalf("asking leads to %q: %s", asked.title(), text(asked.doc))
	}
	if c.sofie.get("/desk/log").status != http.StatusForbidden {
		t.Error("what was asked for holds before it was signed")
	}
	if no := c.sofie.post(asked.path, url.Values{"digest": {"x"}, "password": {password}}); no.status == http.StatusOK {
		t.Error("the person concerned signs")
	}
	if done := c.thomas.signs(asked.path); !done.says("You have signed") && !done.says("U hebt getekend") {
		t.Errorf("signing answers %d: %s", done.status, text(done.doc))
	}
	if c.sofie.get("/desk/log").status != http.StatusOK {
		t.Error("what was signed does not hold")
	}
}
