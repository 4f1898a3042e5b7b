package desk_test

import (
	"net/url"
	"strings"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/dialogue"
	"klankbord/internal/lang"
)

// slips renders what a member puts before the complainant, and what came back.
func (s *states) slips() {
	thomas := s.crew.thomas
	r := s.Complain(s.lang, integrity(), nil)
	at := "/desk/case/" + string(r.Number)
	s.DeliverMail()
	interview, _ := casefile.FormOf(casefile.SheetInterview)
	disclosure, _ := casefile.FormOf(casefile.SheetDisclosure)
	thomas.get(at+"/records/interview").send("/interview", filled(interview, casefile.Integrity))
	thomas.get(at+"/records/disclosure").send("/disclosure", filled(disclosure, casefile.Integrity))
	list := thomas.get(at + "/records")
	sheet := list.link(at + "/records/interview/")
	form := thomas.get(thomas.get(sheet).link(at + "/slip/new/minutes"))
	s.keep("slip_new-minutes", thomas.get(s.in(form.path)))
	put := placed(form.send("/slip/new/minutes", nil))
	s.keep("slip-put", thomas.get(s.in(put+"?done=put")))
	s.keep("sheet-interview-put", thomas.get(s.in(sheet)))
	s.keep("slip_new-minutes-stale", thomas.post(s.in(form.path), url.Values{"id": {"00000000000000000000000000"}, "lang": {"nl"}}))
	consent := at + "/slip/new/consent"
	s.keep("slip_new-consent", thomas.get(s.in(consent)))
	s.keep("slip_new-consent-error", thomas.post(s.in(consent), url.Values{"id": {"00000000000000000000000000"}, "whom": {" "}, "lang": {"fr"}}))
	asked := placed(thomas.get(consent).send("/slip/new/consent", url.Values{"whom": {"Piet Peeters"}, "scope": {"To ask for the invoices"}, "why": {"He knows"}}))
	told := thomas.get(thomas.get(list.link(at + "/records/disclosure/")).link(at + "/slip/new/disclosure"))
	s.keep("slip_new-disclosure", thomas.get(s.in(told.path)))
	s.keep("slip_new-disclosure-error", thomas.post(s.in(told.path), mistold(told)))
	s.keep("slip-told", thomas.get(s.in(placed(told.send("/slip/new/disclosure", url.Values{"why": {"The law says so"}})))))
	tok := s.Enter(r.Code)
	answer := func(path string, act casefile.SlipAct, words string) {
		m := dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}
		id := path[len(at+"/slip/"):]
		err := s.Dialogue.Settle(s.t.Context(), tok, m, dialogue.Settling{Slip: id, Act: act, Lang: lang.NL, Name: "An Maes", Words: words})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	answer(put, casefile.SlipCorrect, "In June <not> May")
	s.keep("slip-corrected", thomas.get(s.in(put)))
	s.keep("case-corrected", thomas.get(s.in(at)))
	answer(put, casefile.SlipSign, "")
	s.keep("slip-signed", thomas.get(s.in(put)))
	answer(asked, casefile.SlipAgree, "")
	s.keep("slip-agreed", thomas.get(s.in(asked)))
	answer(asked, casefile.SlipWithdraw, "")
	s.keep("slip-withdrawn", thomas.get(s.in(asked)))
	s.keep("records-slips", thomas.get(s.in(at+"/records")))
	back := thomas.get(consent).send("/slip/new/consent", url.Values{"whom": {"X"}, "scope": {"y"}, "why": {"z"}})
	at = placed(back)
	back.send(at, nil)
	s.keep("slip-taken-back", thomas.get(s.in(at)))
}

// removals renders the page that removes something for good, on a route where one decides
// and on one where two must agree.
func (s *states) removals() {
	nele, thomas, sofie := s.crew.nele, s.crew.thomas, s.crew.sofie
	general := "/desk/case/" + string(s.Complain(s.lang, complaint(), map[string]string{"invoice.pdf": "%PDF-1.4 invoice"}).Number)
	strict := "/desk/case/" + string(s.Complain(s.lang, integrity(), map[string]string{"list.txt": "names"}).Number)
	s.DeliverMail()
	passage := func(words string) url.Values {
		return url.Values{"what": {"passage"}, "passage": {words}, "reason": {"private"}, "act": {"look"}}
	}
	thomas.write(strict, "note", "She said that <Ann Example> is ill.")
	sofie.write(general, "note", "He told that Bob Example is ill.")
	s.keep("remove", sofie.get(s.in(general+"/remove")))
	s.keep("remove-error", sofie.post(s.in(general+"/remove"), url.Values{"act": {"look"}}))
	s.keep("remove-nowhere", sofie.post(s.in(general+"/remove"), passage("Nobody at all")))
	found := s.keep2("remove-found", sofie.post(s.in(general+"/remove"), passage("Bob Example")))
	_, sure := found.form("/remove")
	sure.Set("act", "remove")
	s.keep("remove-password", sofie.post(s.in(general+"/remove"), sure))
	sure.Set("password", apptest.Password)
	if p := sofie.post(general+"/remove", sure); !p.says("[…] is ill") || p.says("Bob Example") {
		s.t.Errorf("after the removal the case says: %q %d", p.title(), p.status)
	}
	s.keep("case-removed", sofie.get(s.in(general+"?done=removed")))
	found = s.keep2("remove-second", thomas.post(s.in(strict+"/remove"), passage("<Ann Example>")))
	_, sure = found.form("/remove")
	sure.Set("act", "ask")
	s.keep("remove-why", thomas.post(s.in(strict+"/remove"), sure))
	sure.Set("why", "She has nothing to do with it")
	thomas.post(strict+"/remove", sure)
	s.keep("remove-waits", thomas.get(s.in(strict+"/remove")))
	request := nele.get(strict).link(strict + "/request/")
	s.keep("request-remove", nele.get(s.in(request)))
	nele.post(request, decide("approved"))
	s.keep("request-removable", thomas.get(s.in(request)))
	s.keep("remove-agreed", thomas.get(s.in(strict+"/remove")))
	s.keep("remove-agreed-password", thomas.post(s.in(strict+"/remove"), url.Values{"act": {"remove"}, "agreed": {"yes"}, "password": {"no"}}))
	thomas.get(strict+"/remove").send("/remove", url.Values{"act": {"remove"}, "password": {apptest.Password}})
	s.keep("case-removed-two", thomas.get(s.in(strict)))
	s.keep("request-removed", thomas.get(s.in(request)))
}

func (s *states) keep2(name string, p *page) *page {
	s.keep(name, p)
	return p
}

// placed is the address of what was just put before somebody.
func placed(p *page) string {
	at, _, _ := strings.Cut(p.path, "?")
	return at
}

// mistold is the form about a disclosure, without the reason.
func mistold(p *page) url.Values {
	_, values := p.form("/slip/new/disclosure")
	values.Set("why", " ")
	return values
}
