package desk_test

import "net/url"

// requests renders the pages on which a second member decides.
func (s *states) requests() {
	s.secondMember(true)
	defer s.secondMember(false)
	base := "/desk/case/" + string(s.Complain(s.lang, integrity(), nil).Number)
	thomas, nele := s.crew.thomas, s.crew.nele
	s.keep("identity-second", thomas.get(s.in(base+"/identity")))
	s.keep("case-sealed-second", thomas.get(s.in(base)))
	request := thomas.ask(base)
	s.keep("case-sealed-waiting", thomas.get(s.in(base)))
	s.keep("case-asked", nele.get(s.in(base)))
	s.keep("inbox-asked", nele.get(s.in("/desk?view=all")))
	s.keep("request-waiting", thomas.get(s.in(request)))
	s.keep("request-decide", nele.get(s.in(request)))
	s.keep("request-error", nele.post(s.in(request), url.Values{"why": {"First write to them"}}))
	nele.post(request, url.Values{"verdict": {"approved"}, "why": {"Go ahead"}, "password": {password}})
	s.keep("case-sealed-approved", thomas.get(s.in(base)))
	s.keep("request-approved", thomas.get(s.in(request)))
	thomas.post(base+"/identity", nil)
	s.keep("request-used", thomas.get(s.in(request)))
	nele.ask(base)
	second := nele.get(base).link(base + "/request/")
	thomas.post(second, url.Values{"verdict": {"refused"}, "password": {password}})
	s.keep("request-refused", nele.get(s.in(second)))
	third := nele.ask(base)
	nele.post(third, url.Values{"act": {"withdraw"}})
	s.keep("request-withdrawn", nele.get(s.in(third)))
	s.keep("request-conflict", thomas.post(s.in(third), decide("approved")))
}
