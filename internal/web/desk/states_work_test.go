package desk_test

import (
	"net/url"

	"klankbord/internal/casefile"
)

// triage is a first assessment as it is typed.
func triage() url.Values {
	return url.Values{
		"topics": {"theft"}, "severity": {"3"}, "urgency": {"soon"}, "admissible": {"yes"}, "act": {"yes"}, "areas": {"procurement"},
		"risk": {"medium"}, "plan": {"Another person signs off his expenses."},
	}
}

// filled fills in a sheet as far as it must be.
func filled(f casefile.Form, r casefile.Route) url.Values {
	answers := map[string][]string{}
	for range f.Fields { // one answer may ask for another
		for _, p := range f.Check(r, answers) {
			switch x, _ := f.Field(p.Field); x.Kind {
			case casefile.FieldOne, casefile.FieldSome:
				answers[x.ID] = x.Options[:1]
			case casefile.FieldDay:
				answers[x.ID] = []string{"2026-03-02"}
			case casefile.FieldTopic:
				answers[x.ID] = []string{"theft"}
			default:
				answers[x.ID] = []string{"What was <said>"}
			}
		}
	}
	values := url.Values{}
	for id, v := range answers {
		if x, _ := f.Field(id); x.Kind == casefile.FieldDay {
			values[id+".day"], values[id+".month"], values[id+".year"] = []string{"2"}, []string{"3"}, []string{"2026"}
			continue
		}
		values[id] = v
	}
	return values
}

// work renders what members record of a case: every sheet empty, refused and filled
// in, the agreement to a decision, and the page that lists them.
func (s *states) work() {
	thomas, nele := s.crew.thomas, s.crew.nele
	at := "/desk/case/" + string(s.Complain(s.lang, integrity(), nil).Number)
	s.DeliverMail()
	s.keep("records-new", thomas.get(s.in(at+"/records")))
	s.keep("case-declare", thomas.get(s.in(at)))
	s.keep("sheet-fundraising", s.crew.sofie.get(s.in(s.busy+"/records/fundraising")))
	for _, f := range casefile.Sheets() {
		if !f.On(casefile.Integrity) {
			continue
		}
		path := at + "/records/" + string(f.Sheet)
		empty := thomas.get(s.in(path))
		s.keep("sheet-"+string(f.Sheet), empty)
		if len(f.Check(casefile.Integrity, nil)) > 0 {
			s.keep("sheet-"+string(f.Sheet)+"-error", thomas.post(s.in(path), nil))
		}
		empty.send("/"+string(f.Sheet), filled(f, casefile.Integrity))
		if !f.Many {
			s.keep("sheet-"+string(f.Sheet)+"-again", thomas.get(s.in(path)))
		}
	}
	list := thomas.get(s.in(at + "/records"))
	s.keep("records", list)
	s.keep("records-done", thomas.get(s.in(at+"/records?done=triage")))
	s.keep("sheet-record", thomas.get(s.in(list.link(at+"/records/person/"))))
	thomas.get(at+"/records/report").send("/report", url.Values{"facts": {"Two invoices, one delivery."}})
	s.keep("sheet-report-versions", thomas.get(s.in(at+"/records/report")))
	s.keep("sheet-conflict-stale", thomas.post(s.in(at+"/records/triage"), triage()))
	s.keep("case-recorded", thomas.get(s.in(at)))
	decision := thomas.get(at + "/records/decision")
	s.keep("agree-error", thomas.post(s.in(at+"/records/decision/agree"), url.Values{"version": {"older"}}))
	decision.send("/decision/agree", url.Values{"reason": {"The report says why"}})
	s.keep("agree-waits", thomas.get(s.in(at+"/records/decision")))
	request := nele.get(at).link(at + "/request/")
	s.keep("request-agree", nele.get(s.in(request)))
	nele.post(request, decide("approved"))
	s.keep("agree-given", thomas.get(s.in(at+"/records/decision")))
	s.keep("request-agreed", thomas.get(s.in(request)))
}

// settle records what an integrity case needs before it closes as upheld: the first
// assessment, who is impartial, and a decision to which a second member agrees.
func (c crew) settle(base string) {
	form, _ := casefile.FormOf(casefile.SheetDecision)
	impartial := url.Values{"none": {"none"}}
	c.thomas.get(base+"/records/conflict").send("/records/conflict", impartial)
	c.thomas.get(base+"/records/triage").send("/records/triage", triage())
	c.thomas.get(base+"/records/decision").send("/records/decision", filled(form, casefile.Integrity))
	c.thomas.get(base+"/records/decision").send("/decision/agree", url.Values{"reason": {"The report says why"}})
	c.nele.get(base+"/records/conflict").send("/records/conflict", impartial)
	request := c.nele.get(base).link(base + "/request/")
	c.nele.post(request, decide("approved"))
}
