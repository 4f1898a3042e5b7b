package desk_test

import (
	"context"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"

	"klankbord/internal/dialogue"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// watch renders what members see of the questions after closing: what was answered,
// silence, and the list of cases that they have to look at.
func (s *states) watch() {
	nele := s.crew.nele
	bad, silent := s.closedStrict(), s.closedStrict()
	s.keep("inbox-watch-empty", s.crew.sofie.get(s.in("/desk?view=watch")))
	s.past(bad, 32)
	s.answers(bad, "Speak with my boss.\n\nShe moved me to another shift.")
	s.past(silent, 50)
	s.keep("inbox-watch", nele.get(s.in("/desk?view=watch")))
	s.keep("case-check-in-wish", nele.get(s.in("/desk/case/"+string(bad.Number))))
	s.keep("case-silent", nele.get(s.in("/desk/case/"+string(silent.Number))))
	s.answers(silent, "")
	s.keep("case-check-in-answered", nele.get(s.in("/desk/case/"+string(silent.Number))))
}

// helper renders how somebody who helped gets a code of their own, and their file.
func (s *states) helper() {
	nele := s.crew.nele
	base := "/desk/case/" + string(s.Complain(s.lang, integrity(), nil).Number)
	s.keep("helper", nele.get(s.in(base+"/helper")))
	s.keep("helper-error", nele.post(s.in(base+"/helper"), url.Values{"first_name": {"Bart"}, "lang": {s.lang}}))
	sheet := nele.post(s.in(base+"/helper"), url.Values{
		"first_name": {"Bart"}, "last_name": {"Wouters"}, "phone": {"0470 12 34 56"}, "lang": {s.lang}, "agreed": {"yes"}, "password": {password},
	})
	s.keep("helper-handed", nele.get(s.in(sheet.path)))
	s.keep("case-helper", nele.get(s.in(base)))
	s.keep("case-of-helper", nele.get(s.in(strings.TrimSuffix(sheet.path, "/code/handed"))))
	s.keep("translator-error", nele.post(s.in(base+"/translator"), url.Values{"name": {"Ioana Pop"}, "lang": {s.lang}}))
	story := nele.get(base + "/translator").choice("entry")
	given := nele.post(s.in(base+"/translator"), fill(day("until", s.Clock.Now().AddDate(0, 0, 14)), url.Values{
		"entry": {story}, "name": {"Ioana Pop"}, "to": {"Română"}, "lang": {s.lang}, "password": {password},
	}))
	s.keep("handed-translator", nele.get(s.in(given.path)))
	s.keep("case-of-translator", nele.get(s.in(strings.TrimSuffix(given.path, "/code/handed"))))
	s.keep("case-translated", nele.get(s.in(base)))
}

// closedStrict is a closed case on the integrity route.
func (s *states) closedStrict() *intake.Receipt {
	s.t.Helper()
	r := s.Complain(s.lang, integrity(), nil)
	s.DeliverMail()
	base := "/desk/case/" + string(r.Number)
	s.crew.settle(base)
	done := s.crew.nele.get(base+"/close").send("/close", map[string][]string{
		"outcome": {"upheld"}, "feedback": {"The stock is counted by two people now."}, "why": {"Nobody counted it."},
	}).send("/send", nil)
	if done.status != 200 {
		s.t.Fatalf("not closed: %d", done.status)
	}
	return r
}

// past moves the questions of a case into the past, without the time of everybody else.
func (s *states) past(r *intake.Receipt, days int64) {
	back := days * int64(24*time.Hour/time.Microsecond)
	s.write(func(tx *store.Tx) error {
		for _, sql := range []string{
			"UPDATE case_clock SET target = target - $1, due = due - $1 WHERE case_id = $2 AND kind = 'check-in'",
			"UPDATE case_file SET next_due = next_due - $1 WHERE id = $2",
		} {
			if _, err := tx.Exec(sql, back, r.Case); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *states) answers(r *intake.Receipt, wish string) {
	s.t.Helper()
	to := dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}
	answer := dialogue.Answer{Lang: lang.Lang(s.lang), Treated: dialogue.TreatedWell, Wish: wish}
	if _, err := s.Dialogue.AnswerCheckIn(context.Background(), s.Enter(r.Code), seal.NewToken(), to, answer); err != nil {
		s.t.Fatal(err)
	}
}

// choice is the first answer that a page offers under a name.
func (p *page) choice(name string) string {
	p.b.t.Helper()
	for _, n := range all(p.doc, func(n *html.Node) bool { return n.Data == "input" }) {
		if of, _ := attr(n, "name"); of == name {
			value, _ := attr(n, "value")
			return value
		}
	}
	p.b.t.Fatalf("%s offers nothing for %s", p.path, name)
	return ""
}
