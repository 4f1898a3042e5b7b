package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// secondMember makes the profile ask for a second member.
func (h *house) secondMember(on bool) {
	h.Profile.Settings.IdentityOpening = "reason"
	if on {
		h.Profile.Settings.IdentityOpening = "second-member"
	}
}

// ask asks the colleagues to agree that the identity of a case is opened and returns
// the address of the request.
func (b *browser) ask(base string) string {
	b.t.Helper()
	p := b.get(base+"/identity").send("/identity", url.Values{"reason": {"reach"}, "purpose": {"The bank wants to call"}})
	return p.link(base + "/request/")
}

// speaks chooses the language in which a member reads the desk.
func (b *browser) speaks(lang string) { b.post("/desk?carry=1&lang="+lang, nil) }

func decide(verdict string) url.Values {
	return url.Values{"verdict": {verdict}, "password": {password}}
}

func TestAColleagueAgreesBeforeAnIdentityIsOpened(t *testing.T) {
	h, c := staffed(t)
	h.secondMember(true)
	c.nele.speaks("en")
	base := "/desk/case/" + string(h.Complain("en", integrity(), nil).Number)
	if p := c.thomas.get(base); !p.says("A second member must agree first") || p.says("Ingrid") {
		t.Error("the case does not say that a second member must agree")
	}
	request := c.thomas.ask(base)
	if p := c.thomas.get(base + "/identity"); !strings.HasSuffix(p.path, request) || !p.says("The request waits for a colleague") {
		t.Errorf("who asked is shown %q", p.title())
	}
	if p := c.nele.get("/desk"); p.link(base+"/request/") != request || !p.says("Thomas Dubois asks you to agree") {
		t.Error("the first page does not show what waits")
	}
	if p := c.sofie.get("/desk"); p.says("asks you to agree") {
		t.Error("another team is told")
	}
	p := c.nele.get(request)
	for _, said := range []string{"Thomas Dubois", "The bank wants to call", "Om de persoon te bereiken", "for half an hour", "open the name and contact details"} {
		if !p.says(said) {
			t.Errorf("the page to decide on does not say %q", said)
		}
	}
	for name, fill := range map[string]url.Values{
		"without a choice": {"password": {password}}, "without a password": {"verdict": {"approved"}},
		"with a wrong password": {"verdict": {"approved"}, "password": {"something else entirely"}, "why": {"Kept word"}},
	} {
		if p := p.send(request, fill); p.status != http.StatusUnprocessableEntity || fill.Get("why") != "" && !p.says("Kept word") {
			t.Errorf("%s: answers %d", name, p.status)
		}
	}
	if p := c.thomas.post(request, decide("approved")); p.status != http.StatusForbidden {
		t.Errorf("who asked agrees to it: %d", p.status)
	}
	if p := c.sofie.post(request, decide("approved")); p.status != http.StatusNotFound || p.body != c.sofie.post("/desk/case/KB-0000-00/request/x", decide("approved")).body {
		t.Errorf("another team decides: %d", p.status)
	}
	if p := p.send(request, decide("approved")); !p.says("Your decision was signed") {
		t.Errorf("after the decision comes %q: %s", p.title(), text(p.doc))
	}
	if p := c.nele.post(request, decide("refused")); p.status != http.StatusConflict {
		t.Errorf("deciding twice answers %d", p.status)
	}
	open := c.thomas.get(c.thomas.get(base).link(base + "/request/"))
	if open.says("Ingrid") {
		t.Error("the name is shown before the identity was opened")
	}
	shown := open.send("/identity", nil)
	if !shown.says("Ingrid Maes") || !shown.says("half an hour") {
		t.Errorf("after opening: %s", text(shown.doc))
	}
	if c.nele.get(base).says("Ingrid") {
		t.Error("it opened for the colleague as well")
	}
	h.Clock.Add(halfHour)
	c.thomas.signIn("thomas@desk.example")
	if p := c.thomas.get(base); p.says("Ingrid") || !p.says("A second member must agree first") {
		t.Error("after half an hour it is still open")
	}
}

func TestARequestIsRefusedOrTakenBackInWords(t *testing.T) {
	h, c := staffed(t)
	h.secondMember(true)
	c.nele.speaks("en")
	base := "/desk/case/" + string(h.Complain("en", integrity(), nil).Number)
	request := c.thomas.ask(base)
	c.nele.get(request).send(request, url.Values{"verdict": {"refused"}, "why": {"Write to them first"}, "password": {password}})
	if p := c.thomas.get(request); !p.says("refused on") || !p.says("Write to them first") {
		t.Errorf("who asked reads %s", text(p.doc))
	}
	if p := c.thomas.get(base); !p.says("Refused: open the name and contact details: Write to them first") {
		t.Error("the timeline does not tell of the refusal")
	}
	request = c.thomas.ask(base)
	if p := c.thomas.post(request, url.Values{"act": {"withdraw"}}); !p.says("You took your request back.") {
		t.Errorf("taking it back shows %q", p.title())
	}
	if p := c.nele.get("/desk"); p.says("asks you to agree") {
		t.Error("it still waits for the colleague")
	}
	if p := c.nele.post(request, url.Values{"act": {"withdraw"}}); p.status != http.StatusForbidden {
		t.Errorf("a colleague takes it back: %d", p.status)
	}
	if p := c.thomas.get(base + "/request/00000000000000000000000000"); p.status != http.StatusNotFound {
		t.Errorf("a request that is none answers %d", p.status)
	}
}
