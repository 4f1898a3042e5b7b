package desk_test

import (
	"errors"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/store"
)

// day fills a date field.
func day(name string, t time.Time) url.Values {
	return url.Values{name + ".day": {strconv.Itoa(t.Day())}, name + ".month": {strconv.Itoa(int(t.Month()))}, name + ".year": {strconv.Itoa(t.Year())}}
}

func fill(values ...url.Values) url.Values {
	all := url.Values{}
	for _, v := range values {
		maps.Copy(all, v)
	}
	return all
}

// missed lets a deadline of a case lie in the past.
func (h *house) missed(base, clock string) {
	h.t.Helper()
	err := h.Store.Write(h.t.Context(), func(tx *store.Tx) error {
		c, err := tx.CaseByNumber(casefile.Number(strings.TrimPrefix(base, "/desk/case/")))
		if err != nil {
			return err
		}
		clocks, err := tx.Clocks(c.ID)
		for _, k := range clocks {
			if k.ID == clock {
				k.Due = tx.Now().Add(-26 * time.Hour)
				err = errors.Join(err, tx.PutClock(c.ID, k))
			}
		}
		return errors.Join(err, tx.InsertLeaf(custody.Leaf(tx.Now(), custody.Event{Kind: audit.ClockChanged, Case: c.ID})))
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// clocks renders what can be done about deadlines, and who is away.
func (s *states) clocks() {
	nele, now := s.crew.nele, s.Clock.Now()
	at := "/desk/case/" + string(s.Complain("nl", integrity(), nil).Number)
	s.DeliverMail()
	nele.write(at, "message", "Wij betalen het bedrag terug, omdat de factuur dubbel was.")
	s.keep("clock", nele.get(s.in(at+"/clock/D5")))
	s.keep("clock-law", nele.get(s.in(at+"/clock/D3")))
	s.keep("clock-promise", s.crew.sofie.get(s.in(s.busy+"/clock/D8")))
	s.keep("clock-error", nele.post(s.in(at+"/clock/D5"), url.Values{"why": {"De bank"}}))
	s.keep("clock-error-date", nele.post(s.in(at+"/clock/D5"), url.Values{"act": {"extended"}, "to.day": {"31"}, "to.month": {"2"}}))
	more := fill(day("to", now.AddDate(0, 1, 0)), url.Values{"act": {"extended"}, "why": {"De bank antwoordt later"}})
	nele.get(at+"/clock/D5").send("/clock/D5", more)
	s.keep("case-clock-extended", nele.get(s.in(at+"?done=deadline")))
	s.keep("clock-extended", nele.get(s.in(at+"/clock/D5")))
	nele.get(at+"/clock/D5").send("/clock/D5", url.Values{"act": {"paused"}, "why": {"De politie vraagt te wachten"}})
	s.keep("clock-paused", nele.get(s.in(at+"/clock/D5")))
	s.keep("case-clock-paused", nele.get(s.in(at)))
	nele.get(at+"/clock/D5").send("/clock/D5", url.Values{"act": {"resumed"}, "why": {"De politie is klaar"}})
	s.missed(at, "D5")
	s.keep("clock-missed", nele.get(s.in(at+"/clock/D5")))
	nele.get(at+"/clock/D5").send("/clock/D5", fill(day("to", now.AddDate(0, 0, 9)), url.Values{"act": {"renewed"}, "why": {"Iemand was ziek"}}))
	s.keep("case-clock-missed", nele.get(s.in(at)))
	s.keep("breach", nele.get(s.in(at+"/breach")))
	s.keep("breach-error", nele.post(s.in(at+"/breach"), url.Values{"time": {"25:00"}, "why": {"IT belde"}, "on.day": {"1"}, "on.month": {"3"}, "on.year": {"2026"}}))
	nele.get(at+"/breach").send("/breach", fill(day("on", now), url.Values{"time": {"0:30"}, "why": {"IT belde"}}))
	s.keep("case-breach", nele.get(s.in(at+"?done=breach")))
	s.keep("breach-noted", nele.get(s.in(at+"/breach")))
	s.keep("clock-breach", nele.get(s.in(at+"/clock/D11")))
	s.keep("breach-risk-error", nele.post(s.in(at+"/breach/risk"), url.Values{"why": {"IT belde"}}))
	nele.get(at+"/breach").send("/breach/risk", url.Values{"danger": {"Er staan rekeningnummers in"}})
	s.keep("case-risk", nele.get(s.in(at+"?done=risk")))
	s.keep("breach-risk-noted", nele.get(s.in(at+"/breach")))
	s.keep("clock-risk", nele.get(s.in(at+"/clock/D12")))
	s.tasks()
	s.absences(at)
}

// tasks renders the dates that have to be kept, and the address of a calendar.
func (s *states) tasks() {
	nele := s.crew.nele
	s.keep("tasks-all", nele.get(s.in("/desk/tasks?view=all")))
	s.keep("tasks-none", s.crew.thomas.get(s.in("/desk/tasks?page=9")))
	s.keep("calendar-none", s.crew.thomas.get(s.in("/desk/tasks/calendar")))
	nele.get("/desk/tasks/calendar").send("/desk/tasks/calendar", url.Values{"act": {"new"}})
	s.keep("calendar-made", nele.get(s.in("/desk/tasks/calendar")))
	nele.get("/desk/tasks/calendar").send("/desk/tasks/calendar", url.Values{"act": {"end"}})
}

func (s *states) absences(at string) {
	nele, now := s.crew.nele, s.Clock.Now()
	s.keep("absence", nele.get(s.in("/desk/profile/absence")))
	s.keep("absence-error", nele.post(s.in("/desk/profile/absence"), fill(day("from", now), url.Values{"to.day": {"32"}})))
	thomas := nele.get("/desk/profile/absence").member("Thomas")
	away := fill(day("from", now), day("to", now.AddDate(0, 0, 6)), url.Values{"deputy": {thomas}})
	nele.get("/desk/profile/absence").send("/desk/profile/absence", away)
	s.keep("profile-absence", nele.get(s.in("/desk/profile?done=absence")))
	nele.get(at).send("/assign", url.Values{"member": {nele.get(at).member("Nele")}})
	s.keep("case-away", s.crew.thomas.get(s.in(at)))
	s.keep("inbox-away", s.crew.thomas.get(s.in("/desk?view=all")))
	nele.get("/desk/profile/absence").send("/desk/profile/absence", url.Values{
		"deputy": {""}, "from.day": {""}, "from.month": {""}, "from.year": {""}, "to.day": {""}, "to.month": {""}, "to.year": {""},
	})
}

// A member who is asked to keep a case moving finds everything on its pages: more
// time with a reason, why a date of the law stays, and the 72 hours of a breach.
func TestDeadlinesAreChangedThroughThePages(t *testing.T) {
	h, c := staffed(t)
	at := "/desk/case/" + string(h.Complain("nl", integrity(), nil).Number)
	h.DeliverMail()
	p := c.nele.get(at)
	law := c.nele.get(p.link(at + "/clock/D3"))
	if !law.says("De wet bepaalt deze datum") || strings.Contains(law.body, `name="act"`) {
		t.Error("a date of the law can be changed, or does not say why it cannot")
	}
	soft := c.nele.get(p.link(at + "/clock/D5"))
	if refused := soft.send("/clock/D5", url.Values{"act": {"extended"}}); refused.status != 422 {
		t.Errorf("without a date: %d", refused.status)
	}
	to := h.Clock.Now().AddDate(0, 0, 20)
	done := soft.send("/clock/D5", fill(day("to", to), url.Values{"act": {"extended"}, "why": {"De bank antwoordt later"}}))
	if !done.says("De termijn is veranderd") || !done.says("De bank antwoordt later") || !done.says("eerst beloofd tegen") {
		t.Errorf("after more time: %s", text(done.doc))
	}
	twice := c.nele.post(at+"/clock/D5", fill(day("to", to.AddDate(0, 0, 3)), url.Values{"act": {"extended"}, "why": {"x"}, "revision": {"0"}}))
	if twice.status != 409 {
		t.Errorf("from an old page: %d", twice.status)
	}
	breach := c.nele.get(p.link(at+"/breach")).send("/breach", fill(day("on", h.Clock.Now()), url.Values{"time": {"7u05"}, "why": {"IT belde"}}))
	if !breach.says("De 72 uur lopen") {
		t.Errorf("after the breach: %d %s", breach.status, text(breach.doc))
	}
	for _, path := range []string{"/clock/D5", "/breach"} {
		if theirs, none := c.sofie.get(at+path), c.sofie.get("/desk/case/KB-0000-00"+path); theirs.status != 404 || theirs.body != none.body {
			t.Errorf("%s tells somebody else that there is a case", path)
		}
	}
	if none := c.nele.get(at + "/clock/D99"); none.status != 404 {
		t.Errorf("a deadline that is none: %d", none.status)
	}
}
