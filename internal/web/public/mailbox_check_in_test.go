package public_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
)

// checkIns goes through the questions after closing.
func (k mailboxKeeper) checkIns() {
	r := k.strictCase(k.l)
	k.DeliverMail()
	k.Close(k.team.Manager, r.Number, "Wij betaalden het bedrag terug.", "De factuur was dubbel geboekt.")
	at := k.at("/mailbox/check-in")
	p := k.keep("case--check-ins-planned", k.inside(k.l, r.Code), http.StatusOK)
	k.keep("check_in--not-asked", p.v.get(at), http.StatusOK)
	k.Clock.Add(32 * 24 * time.Hour)
	k.DeliverMail()
	p = k.keep("case--check-in-asked", k.inside(k.l, r.Code), http.StatusOK)
	page := k.keep("check_in", p.v.get(at), http.StatusOK)
	k.keep("check_in--missing", page.submit(at, nil), http.StatusUnprocessableEntity)
	k.keep("case--check-in-answered", page.submit(at, url.Values{"way": {"well"}, "text": {"…"}}), http.StatusOK)
	k.Clock.Add(80 * 24 * time.Hour)
	p = k.keep("case--check-in-late", k.inside(k.l, r.Code), http.StatusOK)
	k.keep("case--check-ins-declined", p.submit(k.at("/mailbox/check-ins"), nil), http.StatusOK)
	alone := k.Complain(k.l, with(apptest.StrictAnswers("theft"), profile.FieldConcerns, "director"), nil)
	k.DeliverMail()
	k.Close(k.team.Manager, alone.Number, "Wij betaalden het bedrag terug.", "De factuur was dubbel geboekt.")
	k.Clock.Add(32 * 24 * time.Hour)
	page = k.inside(k.l, alone.Code).v.get(at)
	k.keep("retaliation--follows", page.submit(at, url.Values{"way": {"worse"}, "text": {"…"}}), http.StatusUnprocessableEntity)
}

// helper goes through the mailbox of somebody who helped.
func (k mailboxKeeper) helper() {
	r := k.strictCase(k.l)
	l, _ := lang.Parse(k.l)
	f, err := k.Casework.AddHelper(k.t.Context(), k.team.Manager, r.Number, casework.Helper{
		First: "Bart", Last: "Wouters", Phone: "0470 12 34 56", Lang: l, Agreed: true, About: "…",
	}, k.Password(k.team.Manager))
	if err != nil {
		k.t.Fatal(err)
	}
	p := k.keep("code--helper", k.front.visitor().get(k.at("/mailbox")).typeCode(k.l, f.Code), http.StatusOK)
	drawn := p.submit(k.at("/mailbox/code"), nil)
	p = k.keep("case--helper", drawn.submit(k.at("/mailbox/code/kept"), url.Values{"kept": {"yes"}}), http.StatusOK)
	k.keep("retaliation--helper", p.v.get(k.at("/mailbox/treated-badly")), http.StatusOK)
}

// translator renders the page of somebody who translates one text.
func (k mailboxKeeper) translator() {
	r := k.strictCase(k.l)
	l, _ := lang.Parse(k.l)
	texts, err := k.Casework.Translatables(k.t.Context(), k.team.Manager, r.Number)
	if err != nil {
		k.t.Fatal(err)
	}
	until := k.Casework.Calendar.Today(k.Clock.Now().AddDate(0, 0, 14))
	f, err := k.Casework.AddTranslator(k.t.Context(), k.team.Manager, r.Number, casework.Translator{
		Entry: texts[0].ID, Name: "Ioana Pop", To: "Română", Lang: l, Until: until, About: "…",
	}, k.Password(k.team.Manager))
	if err != nil {
		k.t.Fatal(err)
	}
	p := k.front.visitor().get(k.at("/mailbox")).typeCode(k.l, f.Code)
	wrong := k.keep("translate--wrong", p.submit(k.at("/mailbox/translation"), nil), http.StatusUnprocessableEntity)
	k.keep("translate--handed", wrong.submit(k.at("/mailbox/translation"), url.Values{"text": {"Au dispărut bani din casă."}}), http.StatusOK)
	k.Clock.Add(15 * 24 * time.Hour)
	k.keep("translate--over", k.front.visitor().get(k.at("/mailbox")).typeCode(k.l, f.Code), http.StatusOK)
}

func TestWhatWasTypedAboutACheckInSurvivesTheSession(t *testing.T) {
	h := newHouse(t)
	r := h.strictCase("en")
	h.DeliverMail()
	h.Close(h.team.Manager, r.Number, "We paid it back.", "It was booked twice.")
	h.Clock.Add(32 * 24 * time.Hour)
	p := h.inside("en", r.Code)
	page := p.v.get("/en/mailbox/check-in")
	p.v.get("/en/mailbox/case").submit("/en/mailbox/leave", nil)
	over := page.submit("/en/mailbox/check-in", url.Values{"way": {"badly"}, "text": {"Talk to my boss."}})
	if over.status != http.StatusForbidden || over.says("Talk to my boss.") {
		t.Fatalf("status %d", over.status)
	}
	back := over.typeCode("en", r.Code)
	if !back.says("Talk to my boss.") {
		t.Fatal("what was typed is gone")
	}
	sent := back.submit("/en/mailbox/check-in", nil)
	if sent.path != "/en/receipt" || sent.status != http.StatusOK {
		t.Fatalf("%s: status %d", sent.path, sent.status)
	}
	if again := sent.v.get("/en/mailbox/case"); !again.says("You answered on") {
		t.Error("the mailbox does not show that it was answered")
	}
	c, err := h.Casework.Case(t.Context(), h.team.Manager, r.Number)
	if err != nil || c.State != casefile.StateClosed || c.Next.Key != "none" {
		t.Errorf("the case is next to %v, %v", c.Next, err)
	}
}
