package desk_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"klankbord/internal/casefile"
)

// closes closes a case through the pages, from whatever step it is at.
func (b *browser) closes(base string) {
	b.t.Helper()
	b.write(base, "message", "We looked into it.")
	if p := b.get(base); strings.Contains(p.body, `value="triage"`) {
		p.send("/state", url.Values{"to": {"triage"}})
		b.get(base+"/records/triage").send("/records/triage", triage())
	}
	done := b.get(base+"/close").send("/close", url.Values{
		"outcome": {"upheld"}, "feedback": {"We put it right."}, "why": {"The invoice was paid twice."},
	}).send("/send", nil)
	if !done.says("The case is closed") {
		b.t.Fatalf("%s is not closed: %d %q", base, done.status, done.title())
	}
}

// later lets the time of closed cases come, after which everybody signs in anew.
func (h *house) later(c crew) {
	h.t.Helper()
	h.Clock.Add(62 * 31 * 24 * time.Hour)
	h.anew(c)
}

// anew signs everybody in.
func (h *house) anew(c crew) {
	h.t.Helper()
	for b, email := range map[*browser]string{
		c.nele: "nele@desk.example", c.thomas: "thomas@desk.example", c.sofie: "sofie@desk.example", c.anke: "anke@desk.example",
	} {
		b.signIn(email)
	}
}

func (b *browser) opens(base, says string) *page {
	b.t.Helper()
	p := b.get(base)
	if p.status != 200 || !p.says(says) {
		b.t.Errorf("%s: %d %q does not say %q", base, p.status, p.title(), says)
	}
	return p
}

func TestACaseIsErasedThroughThePages(t *testing.T) {
	h, c := staffed(t)
	for _, b := range []*browser{c.nele, c.thomas, c.sofie, c.anke} {
		b.speaks("en")
	}
	strict := "/desk/case/" + string(h.Complain("en", integrity(), nil).Number)
	general := "/desk/case/" + string(h.Complain("en", complaint(), nil).Number)
	h.DeliverMail()
	c.thomas.opens(strict+"/erase", "This case is open")
	c.settle(strict)
	c.thomas.closes(strict)
	c.sofie.closes(general)
	early := c.thomas.opens(strict+"/erase", "This case is kept up to and including")
	if strings.Contains(early.body, `value="erase"`) {
		t.Error("a case whose time has not come can be erased")
	}
	h.later(c)

	// On the general route one member suffices; a hold stops it, and one lifts it.
	c.sofie.opens("/desk?view=erase", "Kept up to and including")
	c.sofie.opens(general, "This case need not be kept any longer")
	held := c.sofie.get(general+"/erase").send("/erase", url.Values{
		"act": {"hold"}, "reason": {"The agency took us to court"}, "on.day": {"1"}, "on.month": {"6"}, "on.year": {"2032"},
	})
	if !held.says("The erasure of this case is stopped.") || !held.says("The agency took us to court") {
		t.Errorf("after the hold comes %q", held.title())
	}
	if p := c.sofie.post(general+"/erase", url.Values{"act": {"erase"}, "password": {password}}); p.status != 422 || !p.says("its erasure is stopped") {
		t.Errorf("a case is erased while a hold stands: %d %q", p.status, p.title())
	}
	if lifted := c.sofie.get(general+"/erase").send("/erase", url.Values{"act": {"lift"}, "why": {"The court has decided"}}); !lifted.says("allowed again") {
		t.Errorf("after lifting comes %q", lifted.title())
	}
	wrong := c.sofie.get(general+"/erase").send("/erase", url.Values{"act": {"erase"}, "password": {"not this one at all"}})
	if wrong.status != 422 || !wrong.says("To make sure that it is you") {
		t.Errorf("a wrong password is answered %d %q", wrong.status, wrong.title())
	}
	done := c.sofie.get(general+"/erase").send("/erase", url.Values{"act": {"erase"}, "password": {password}})
	if !done.says("Certificate of erasure") || !done.says("A member of: Supporters Service") {
		t.Fatalf("after erasing comes %d %q: %s", done.status, done.title(), text(done.doc))
	}
	if gone, none := c.sofie.get(general), c.sofie.get("/desk/case/KB-0000-00"); gone.status != 404 || text(gone.doc) != text(none.doc) {
		t.Errorf("the case answers %d %q", gone.status, gone.title())
	}

	// On the strict route a second member signs first.
	c.thomas.get(strict+"/erase").send("/erase", url.Values{"act": {"ask"}, "why": {"Its time has come"}})
	c.thomas.opens(strict+"/erase", "Your request waits for a colleague")
	if p := c.thomas.post(strict+"/erase", url.Values{"act": {"erase"}, "password": {password}}); p.says("Certificate of erasure") {
		t.Error("one member erases a case of the strict route alone")
	}
	request := c.nele.get(strict).link(strict + "/request/")
	c.nele.get(request).send(request, url.Values{"verdict": {"approved"}, "password": {password}})
	c.thomas.opens(strict+"/erase", "A colleague agreed")
	if done = c.thomas.get(strict+"/erase").send("/erase", url.Values{"act": {"erase"}, "password": {password}}); !done.says("A second member agreed and signed") {
		t.Fatalf("after erasing comes %d %q", done.status, done.title())
	}

	// Who erased or agreed finds the certificate, the auditor every one, nobody else.
	h.Sequence()
	path := strings.Replace(strict, "case", "erased", 1)
	for _, b := range []*browser{c.thomas, c.nele, c.anke} {
		b.opens(path, "Position in the log")
		b.opens("/desk/erased", strings.TrimPrefix(strict, "/desk/case/"))
	}
	if p, none := c.sofie.get(path), c.sofie.get("/desk/erased/KB-0000-00"); p.status != 404 || text(p.doc) != text(none.doc) {
		t.Errorf("somebody who never read it is answered %d %q", p.status, p.title())
	}
	c.anke.opens("/desk/log", "Case erased")
}

// Lifting a hold on the strict route needs a second member.
func TestAHoldOnAStrictCaseIsLiftedByTwo(t *testing.T) {
	h, c := staffed(t)
	for _, b := range []*browser{c.nele, c.thomas} {
		b.speaks("en")
	}
	base := "/desk/case/" + string(h.Complain("en", integrity(), nil).Number)
	late := c.thomas.get(base+"/erase").send("/erase", url.Values{
		"act": {"hold"}, "reason": {"The police is looking into it"}, "on.day": {"1"}, "on.month": {"1"}, "on.year": {"2020"},
	})
	if late.status != 422 || !late.says("Choose a day after today") || !strings.Contains(late.body, "The police is looking into it") {
		t.Errorf("a day that is past: %d %q", late.status, late.title())
	}
	c.thomas.get(base+"/erase").send("/erase", url.Values{
		"act": {"hold"}, "reason": {"The police is looking into it"}, "on.day": {"1"}, "on.month": {"6"}, "on.year": {"2026"},
	})
	c.nele.opens(base+"/erase", "The police is looking into it")
	if p := c.thomas.post(base+"/erase", url.Values{"act": {"lift"}, "why": {"They are done with it"}}); p.status != 409 {
		t.Errorf("one member lifts it alone: %d %q", p.status, p.title())
	}
	c.thomas.get(base+"/erase").send("/erase", url.Values{"act": {"ask-lift"}, "why": {"They are done with it"}})
	request := c.nele.get(base).link(base + "/request/")
	c.nele.get(request).send(request, url.Values{"verdict": {"approved"}, "password": {password}})
	if p := c.thomas.get(base+"/erase").send("/erase", url.Values{"act": {"lift"}}); !p.says("allowed again") || !p.says("They are done with it") {
		t.Errorf("after lifting comes %d %q", p.status, p.title())
	}
}

// erasures renders keeping, erasing and what is left in every state.
func (s *states) erasures() {
	path := func(a casefile.Number) string { return "/desk/case/" + string(a) }
	general, kept := path(s.Complain("nl", complaint(), nil).Number), path(s.Complain("nl", complaint(), nil).Number)
	strict, held := path(s.Complain("nl", integrity(), nil).Number), path(s.Complain("nl", integrity(), nil).Number)
	s.DeliverMail()
	s.anew(s.crew)
	sofie, thomas, nele := s.crew.sofie, s.crew.thomas, s.crew.nele
	sofie.speaks("en")
	thomas.speaks("en")
	sofie.closes(kept)
	s.each(func() {
		s.keep("erase-open", thomas.get(s.in(strict+"/erase")))
		s.keep("erase-kept", sofie.get(s.in(kept+"/erase")))
		s.keep("erase-term-error", sofie.post(s.in(kept+"/erase"), url.Values{"act": {"term"}, "barred-why": {"A claim can still come."}}))
	})
	sofie.speaks("en")
	thomas.speaks("en")
	sofie.closes(general)
	s.crew.settle(strict)
	s.crew.settle(held)
	thomas.closes(strict)
	thomas.closes(held)
	s.later(s.crew)
	hold := url.Values{"act": {"hold"}, "reason": {"The agency took us to court"}, "on.day": {"1"}, "on.month": {"6"}, "on.year": {"2032"}}
	thomas.post(held+"/erase", hold)
	s.each(func() {
		s.keep("inbox-erase", thomas.get(s.in("/desk?view=erase")))
		s.keep("erase-due", sofie.get(s.in(general+"/erase")))
		s.keep("erase-error", sofie.post(s.in(general+"/erase"), url.Values{"act": {"erase"}, "password": {"no"}}))
		s.keep("erase-error-hold", sofie.post(s.in(general+"/erase"), url.Values{"act": {"hold"}, "reason": {"Why"}, "on.day": {"1"}}))
		s.keep("erase-ask", thomas.get(s.in(strict+"/erase")))
		s.keep("erase-ask-error", thomas.post(s.in(strict+"/erase"), url.Values{"act": {"ask"}}))
		s.keep("erase-held", thomas.get(s.in(held+"/erase")))
		s.keep("case-held", thomas.get(s.in(held)))
		s.keep("erased-none", sofie.get(s.in("/desk/erased")))
	})
	thomas.post(strict+"/erase", url.Values{"act": {"ask"}, "why": {"Its time has come"}})
	thomas.post(held+"/erase", url.Values{"act": {"ask-lift"}, "why": {"The court has decided"}})
	s.each(func() {
		s.keep("erase-waiting", thomas.get(s.in(strict+"/erase")))
		s.keep("erase-lift-waiting", thomas.get(s.in(held+"/erase")))
		s.keep("request-erase", nele.get(s.in(nele.get(strict).link(strict+"/request/"))))
	})
	for _, base := range []string{strict, held} {
		request := nele.get(base).link(base + "/request/")
		nele.get(request).send(request, url.Values{"verdict": {"approved"}, "password": {password}})
	}
	s.each(func() {
		s.keep("erase-agreed", thomas.get(s.in(strict+"/erase")))
		s.keep("erase-lift-agreed", thomas.get(s.in(held+"/erase")))
	})
	thomas.post(strict+"/erase", url.Values{"act": {"erase"}, "password": {password}})
	certificate := strings.Replace(strict, "case", "erased", 1)
	s.each(func() { s.keep("certificate-fresh", thomas.get(s.in(certificate+"?done=erased"))) })
	s.Sequence()
	s.DeliverMail()
	s.each(func() {
		s.keep("certificate", thomas.get(s.in(certificate)))
		s.keep("erased", s.crew.anke.get(s.in("/desk/erased")))
	})
}
