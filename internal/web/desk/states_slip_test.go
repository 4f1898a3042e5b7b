package desk_test

import (
	"net/url"
	"strings"

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
