package public_test

import (
	"net/http"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
)

// kept renders until when a closed complaint is kept, and what is left of it when a part
// was erased before the rest.
func (k mailboxKeeper) kept() {
	for _, x := range []struct {
		part  casefile.Part
		topic string
	}{{casefile.PartStory, "theft"}, {casefile.PartIdentity, "data-breach"}} {
		r := k.Complain(k.l, apptest.StrictAnswers(x.topic), nil)
		k.DeliverMail()
		k.Move(k.team.Manager, r.Number, casefile.StateTriage)
		if err := k.TryClose(k.team.Manager, r.Number, casefile.OutcomeNotProven, "Wij zochten het uit.", "Er was te weinig bewijs."); err != nil {
			k.t.Fatal(err)
		}
		k.keep("case--kept-"+string(x.part), k.inside(k.l, r.Code), http.StatusOK)
		k.ErasePart(k.team.Manager, k.team.HR, r.Number, x.part)
		k.keep("case--gone-"+string(x.part), k.inside(k.l, r.Code), http.StatusOK)
	}
}

// What was erased is shown nowhere in the mailbox, and who the person is cannot be
// written anew.
func TestTheMailboxTellsWhatWasErasedBeforeTheRest(t *testing.T) {
	h := newHouse(t)
	r := h.Complain("en", apptest.StrictAnswers("data-breach"), nil)
	h.DeliverMail()
	h.Move(h.team.Manager, r.Number, casefile.StateTriage)
	if err := h.TryClose(h.team.Manager, r.Number, casefile.OutcomeNotProven, "We looked.", "There was nothing."); err != nil {
		t.Fatal(err)
	}
	p := h.inside("en", r.Code)
	for _, words := range []string{"How long we keep this", "Name and contact details", "To show what was done, no name is needed any more", "Ingrid"} {
		if !p.says(words) {
			t.Errorf("before the erasure the mailbox does not say %q", words)
		}
	}
	h.ErasePart(h.team.Manager, h.team.HR, r.Number, casefile.PartIdentity)
	p = h.inside("en", r.Code)
	for words, said := range map[string]bool{"We erased your name and contact details": true, "We looked.": true, "Ingrid": false, "ingrid.maes@mail.example": false} {
		if p.says(words) != said {
			t.Errorf("after the erasure the mailbox says %q: %v", words, !said)
		}
	}
	if p = p.v.get("/en/mailbox/contact"); p.path != "/en/mailbox/case" {
		t.Errorf("contact details can be written anew: %s", p.path)
	}
}
