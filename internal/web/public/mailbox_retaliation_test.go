package public_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/profile"
)

// badly goes through the states of the page on which somebody tells that they are
// treated badly because they spoke.
func (k mailboxKeeper) badly() {
	at := k.at("/mailbox/treated-badly")
	r := k.strictCase(k.l)
	p := k.inside(k.l, r.Code)
	page := k.keep("retaliation", p.v.get(at), http.StatusOK)
	k.keep("retaliation--missing", page.submit(at, nil), http.StatusUnprocessableEntity)
	story := url.Values{"story": {"Thomas Dubois …"}, "leave": {"about.board"}, "who": {"other"}}
	p = k.keep("retaliation--name-typed", page.submit(at, url.Values{"story": {"Thomas Dubois …"}, "leave": {"about.board"}, "who": {"same"}}), http.StatusUnprocessableEntity)
	k.keep("retaliation--who", p.submit(at, story), http.StatusUnprocessableEntity)
	alone := k.Complain(k.l, with(apptest.StrictAnswers("theft"), profile.FieldConcerns, "director"), nil)
	k.keep("retaliation--nobody-else", k.inside(k.l, alone.Code).v.get(at), http.StatusOK)
}

func TestWhatWasTypedAboutBadTreatmentSurvivesTheSession(t *testing.T) {
	h := newHouse(t)
	r := h.strictCase("en")
	p := h.inside("en", r.Code)
	page := p.v.get("/en/mailbox/treated-badly")
	out := p.v.get("/en/mailbox/case").submit("/en/mailbox/leave", nil)
	if out.status != http.StatusOK {
		t.Fatal("not signed out")
	}
	over := page.submit("/en/mailbox/treated-badly", url.Values{"story": {"They cut my hours."}, "leave": {"about.board"}, "who": {"same"}})
	if over.status != http.StatusForbidden || strings.Contains(over.body, "They cut my hours.") {
		t.Fatalf("status %d, or what was typed is there to read", over.status)
	}
	back := over.typeCode("en", r.Code)
	if back.status != http.StatusOK || !strings.Contains(back.body, "They cut my hours.") {
		t.Fatalf("status %d, or what was typed is gone", back.status)
	}
	sent := back.submit("/en/mailbox/treated-badly", nil)
	if sent.path != "/en/receipt" || sent.status != http.StatusOK {
		t.Errorf("sent to %s with status %d", sent.path, sent.status)
	}
	if number := text(sent.find("main")[0]); strings.Contains(number, string(r.Number)) || !strings.Contains(number, "KB-") {
		t.Error("the receipt is not that of a new complaint")
	}
}

func TestTheMailboxAlwaysOffersToTellOfBadTreatment(t *testing.T) {
	h := newHouse(t)
	r := h.strictCase("en")
	h.DeliverMail()
	h.Close(h.team.Manager, r.Number, "We paid it back.", "It was booked twice.")
	p := h.inside("en", r.Code)
	if len(p.find("a", "href", "/en/mailbox/treated-badly")) != 1 {
		t.Error("a closed complaint has no way to tell of bad treatment")
	}
}
