package desk_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/dialogue"
	"klankbord/internal/ident"
	"klankbord/internal/profile"
)

func TestWhatIsNoComplaintIsErasedThroughThePages(t *testing.T) {
	h, c := staffed(t)
	for _, b := range []*browser{c.nele, c.thomas, c.sofie} {
		b.speaks("en")
	}
	general := "/desk/case/" + string(h.Complain("en", complaint(), nil).Number)
	strict := "/desk/case/" + string(h.Complain("en", integrity(), nil).Number)
	handled := "/desk/case/" + string(h.Complain("en", complaint(), nil).Number)
	h.DeliverMail()
	c.sofie.get(general).link(general + "/erase")
	c.sofie.opens(general+"/erase", "Is it advertising or a trial?")
	c.sofie.opens(general+"/spam", "In doubt it is a complaint")
	if p := c.sofie.get(general+"/spam").send("/spam", url.Values{"act": {"erase"}, "password": {"not this one at all"}}); p.status != 422 {
		t.Errorf("a wrong password is answered %d %q", p.status, p.title())
	}
	done := c.sofie.get(general+"/spam").send("/spam", url.Values{"act": {"erase"}, "password": {password}})
	if !done.says("Certificate of erasure") || !done.says("Manifestly no complaint") {
		t.Fatalf("after erasing comes %d %q", done.status, done.title())
	}
	c.sofie.opens("/desk/erased", "was manifestly no complaint")
	if p := c.sofie.get(general); p.status != 404 {
		t.Errorf("the case answers %d", p.status)
	}
	// Once somebody has written it is handled like any other.
	c.sofie.write(handled, "message", "We looked into it.")
	c.sofie.opens(handled+"/spam", "Close the case like any other")
	if p := c.sofie.post(handled+"/spam", url.Values{"act": {"erase"}, "password": {password}}); p.status != 422 {
		t.Errorf("a complaint that is handled is erased: %d %q", p.status, p.title())
	}
	// On a strict route two decide.
	if p := c.thomas.post(strict+"/spam", url.Values{"act": {"erase"}, "password": {password}}); p.says("Certificate of erasure") {
		t.Error("one member alone erases it")
	}
	c.thomas.get(strict+"/spam").send("/spam", url.Values{"act": {"ask"}, "why": {"It sells a printer"}})
	request := c.nele.get(strict).link(strict + "/request/")
	if p := c.nele.get(request); !p.says("Look for yourself first") {
		t.Errorf("the second member reads %q", text(p.doc))
	}
	c.nele.get(request).send(request, url.Values{"verdict": {"approved"}, "password": {password}})
	if done = c.thomas.get(strict+"/spam").send("/spam", url.Values{"act": {"erase"}, "password": {password}}); !done.says("A second member agreed and signed") {
		t.Errorf("after erasing comes %d %q", done.status, done.title())
	}
}

// settleWith records what closing a case asks for, with a decision to which a colleague
// agrees.
func (c crew) settleWith(base, outcome string) {
	form, _ := casefile.FormOf(casefile.SheetDecision)
	impartial, decision := url.Values{"none": {"none"}}, filled(form, casefile.Integrity)
	decision.Set("outcome", outcome)
	c.thomas.write(base, "message", "We looked into it.")
	c.thomas.get(base).send("/state", url.Values{"to": {"triage"}})
	c.thomas.get(base+"/records/conflict").send("/records/conflict", impartial)
	c.thomas.get(base+"/records/triage").send("/records/triage", triage())
	c.thomas.get(base+"/records/decision").send("/records/decision", decision)
	c.thomas.get(base+"/records/decision").send("/decision/agree", url.Values{"reason": {"The report says why"}})
	c.nele.get(base+"/records/conflict").send("/records/conflict", impartial)
	c.nele.post(c.nele.get(base).link(base+"/request/"), decide("approved"))
}

// closesWith closes a case through the pages with an outcome.
func (b *browser) closesWith(base, outcome string) {
	b.t.Helper()
	done := b.get(base+"/close").send("/close", url.Values{
		"outcome": {outcome}, "feedback": {"We looked into it."}, "why": {"There was nothing."},
	}).send("/send", nil)
	if !done.says("The case is closed") {
		b.t.Fatalf("%s is not closed: %d %q", base, done.status, done.title())
	}
}

// erasesPart erases the part of a case that is due, with a colleague's signature.
func (s *states) erasesPart(base, part string) {
	thomas, nele := s.crew.thomas, s.crew.nele
	thomas.get(base+"/erase").send("/erase", url.Values{"act": {"ask"}, "why": {"Its time has come"}})
	request := nele.get(base).link(base + "/request/")
	s.each(func() { s.keep("request-erase-"+part, nele.get(s.in(request))) })
	nele.get(request).send(request, url.Values{"verdict": {"approved"}, "password": {password}})
	thomas.speaks("en")
	if p := thomas.get(base+"/erase").send("/erase", url.Values{"act": {"erase-part"}, "password": {password}}); !p.says("That part is erased") {
		s.t.Fatalf("after erasing the %s comes %d %q", part, p.status, p.title())
	}
	s.each(func() {
		s.keep("case-"+part+"-gone", thomas.get(s.in(base)))
		s.keep("erase-"+part+"-gone", thomas.get(s.in(base+"/erase")))
	})
}

// partly renders what goes before the rest, and what is no complaint, in every state.
func (s *states) partly() {
	thomas, nele, sofie := s.crew.thomas, s.crew.nele, s.crew.sofie
	number := func(a profile.Answers) string { return "/desk/case/" + string(s.Complain("nl", a, nil).Number) }
	story, who := number(integrity()), number(apptest.StrictAnswers("data-breach"))
	spam, asked := number(complaint()), number(integrity())
	s.DeliverMail()
	s.anew(s.crew)
	thomas.speaks("en")
	s.crew.settleWith(story, "not-proven")
	thomas.closesWith(story, "not-proven")
	s.crew.settleWith(who, "unfounded")
	thomas.closesWith(who, "unfounded")
	s.each(func() {
		s.keep("erase-parts-kept", thomas.get(s.in(who+"/erase")))
		s.keep("spam", sofie.get(s.in(spam+"/spam")))
		s.keep("spam-error", sofie.post(s.in(spam+"/spam"), url.Values{"act": {"erase"}, "password": {"no"}}))
		s.keep("spam-ask", thomas.get(s.in(asked+"/spam")))
		s.keep("spam-ask-error", thomas.post(s.in(asked+"/spam"), url.Values{"act": {"ask"}}))
		s.keep("spam-late", thomas.get(s.in(story+"/spam")))
	})
	thomas.post(asked+"/spam", url.Values{"act": {"ask"}, "why": {"It sells a printer"}})
	s.each(func() {
		s.keep("spam-waiting", thomas.get(s.in(asked+"/spam")))
		s.keep("request-spam", nele.get(s.in(nele.get(asked).link(asked+"/request/"))))
	})
	sofie.post(spam+"/spam", url.Values{"act": {"erase"}, "password": {password}})
	s.reviewed()
	s.askedAboutData()
	s.Clock.Add(4 * 31 * 24 * time.Hour)
	s.anew(s.crew)
	s.each(func() {
		s.keep("erase-story-due", thomas.get(s.in(story+"/erase")))
		s.keep("inbox-erase-part", thomas.get(s.in("/desk?view=erase")))
		s.keep("certificate-spam", sofie.get(s.in(strings.Replace(spam, "case", "erased", 1))))
		s.keep("erased-spam", sofie.get(s.in("/desk/erased")))
	})
	s.erasesPart(story, "story")
	s.Clock.Add(23 * 31 * 24 * time.Hour)
	s.anew(s.crew)
	s.each(func() { s.keep("erase-identity-due", thomas.get(s.in(who+"/erase"))) })
	s.erasesPart(who, "identity")
}

// reviewed renders a case of which the complainant asked that somebody else looks again.
func (s *states) reviewed() {
	thomas, nele := s.crew.thomas, s.crew.nele
	r := s.Complain("nl", integrity(), nil)
	base := "/desk/case/" + string(r.Number)
	s.DeliverMail()
	thomas.speaks("en")
	nele.speaks("en")
	s.crew.settleWith(base, "not-proven")
	thomas.closesWith(base, "not-proven")
	err := s.Dialogue.AskReview(context.Background(), s.Enter(r.Code), dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}, "nl", "Niemand vroeg het de boekhouder.")
	if err != nil {
		s.t.Fatal(err)
	}
	p := thomas.get(base)
	_, at := p.form("/assign")
	me := url.Values{"revision": at["revision"], "member": {thomas.id(p)}}
	s.each(func() {
		s.keep("case-review", nele.get(s.in(base)))
		s.keep("case-review-other", thomas.post(s.in(base+"/assign"), me))
	})
}

// askedAboutData renders requests about personal data, and the register of them.
func (s *states) askedAboutData() {
	sofie := s.crew.sofie
	r := s.Complain("nl", complaint(), nil)
	base := "/desk/case/" + string(r.Number)
	s.DeliverMail()
	s.each(func() {
		s.keep("data-none", sofie.get(s.in(base+"/data")))
		s.keep("data-register-none", sofie.get(s.in("/desk/data")))
		s.keep("data-alone-error", sofie.post(s.in("/desk/data/new"), url.Values{"id": {ident.New()}, "on.day": {"1"}, "on.month": {"3"}, "on.year": {"2026"}}))
		s.keep("data-error", sofie.post(s.in(base+"/data"), nil))
	})
	err := s.Dialogue.AskData(context.Background(), s.Enter(r.Code), dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}, "nl", casefile.RightErasure, "Alles graag.")
	if err != nil {
		s.t.Fatal(err)
	}
	sofie.speaks("en")
	noted := sofie.get(base+"/data").send("/data", url.Values{"right": {"access"}, "who": {"Joris Peeters"}, "text": {"He was named."}})
	if !noted.says("The request is noted") || !noted.says("Joris Peeters asks about their data") {
		s.t.Errorf("after noting it comes %d %q", noted.status, noted.title())
	}
	s.each(func() {
		s.keep("data", sofie.get(s.in(base+"/data")))
		s.keep("data-answer", sofie.get(s.in(base+"/data/D14.1")))
		s.keep("data-answer-other", sofie.get(s.in(base+"/data/D14-other.1")))
		s.keep("data-answer-error", sofie.post(s.in(base+"/data/D14.1"), nil))
		s.keep("data-register", sofie.get(s.in("/desk/data")))
		s.keep("case-data", sofie.get(s.in(base)))
	})
	sofie.speaks("en")
	answered := sofie.get(base+"/data/D14.1").send("/data/D14.1", url.Values{"result": {"refused"}, "why": {"It has to be kept for two years."}})
	if !answered.says("The answer is saved") {
		s.t.Errorf("after answering comes %d %q", answered.status, answered.title())
	}
	s.each(func() { s.keep("data-answered", sofie.get(s.in(base+"/data"))) })
}

// id is the member of the browser, as the choice of who is in charge names them.
func (b *browser) id(p *page) string {
	b.t.Helper()
	for _, n := range all(p.doc, func(n *html.Node) bool { return n.Data == "option" && strings.Contains(text(n), "Thomas") }) {
		value, _ := attr(n, "value")
		return value
	}
	b.t.Fatal("nobody can be put in charge")
	return ""
}
