package public_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/profile"
)

// kept renders until when a closed complaint is kept, and what is left of it when a part
// was erased before the rest.
func (k mailboxKeeper) kept() {
	for _, x := range []struct {
		part  casefile.Scope
		topic string
	}{{casefile.ScopeStory, "theft"}, {casefile.ScopeIdentity, "data-breach"}} {
		r := k.Complain(k.l, apptest.StrictAnswers(x.topic), nil)
		k.DeliverMail()
		k.Move(k.team.Manager, r.Number, casefile.StateTriage)
		k.CloseWith(k.team.Manager, r.Number, casefile.OutcomeNotProven, "Wij zochten het uit.", "Er was te weinig bewijs.")
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
	h.CloseWith(h.team.Manager, r.Number, casefile.OutcomeNotProven, "We looked.", "There was nothing.")
	p := h.inside("en", r.Code)
	for _, words := range []string{"How long we keep this", "Name and contact details", "To show what was done, no name is needed any more", "Ingrid"} {
		if !p.says(words) {
			t.Errorf("before the erasure the mailbox does not say %q", words)
		}
	}
	h.ErasePart(h.team.Manager, h.team.HR, r.Number, casefile.ScopeIdentity)
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

// data renders the page on which somebody asks about their data, and what comes of it.
func (k mailboxKeeper) data() {
	r := k.Complain(k.l, apptest.Answers("response-time"), nil)
	k.DeliverMail()
	p := k.inside(k.l, r.Code)
	at := k.keep("data", p.v.get(k.at("/mailbox/data")), http.StatusOK)
	k.keep("data--wrong", at.submit(k.at("/mailbox/data"), nil), http.StatusUnprocessableEntity)
	k.keep("data--text-missing", at.submit(k.at("/mailbox/data"), url.Values{"way": {"correction"}}), http.StatusUnprocessableEntity)
	k.keep("case--data-asked", at.submit(k.at("/mailbox/data"), url.Values{"way": {"access"}, "text": {"Alles graag."}}), http.StatusOK)
	again := p.v.get(k.at("/mailbox/data"))
	k.keep("data--open", again.submit(k.at("/mailbox/data"), url.Values{"way": {"erasure"}}), http.StatusConflict)
	by := k.team.Service[0]
	err := k.Casework.AnswerData(context.Background(), by, r.Number, casefile.DataAnswer{
		Clock: k.Case(by, r.Number).Data[0].Clock, Result: casefile.DataPart, Why: "Een kopie zonder de namen van anderen.",
	})
	if err != nil {
		k.t.Fatal(err)
	}
	k.keep("case--data-answered", p.v.get(k.at("/mailbox/case")), http.StatusOK)
	p = p.v.get(k.at("/mailbox/data"))
	p.v.get(k.at("/mailbox/case")).submit(k.at("/mailbox/leave"), nil)
	over := p.submit(k.at("/mailbox/data"), url.Values{"way": {"access"}})
	k.keep("data--restored", over.typeCode(k.l, r.Code), http.StatusOK)
}

// review renders the page on which somebody asks that another member looks again.
func (k mailboxKeeper) review() {
	r := k.Complain(k.l, apptest.With(apptest.StrictAnswers("theft"), profile.FieldSurvey, "yes"), nil)
	k.DeliverMail()
	p := k.inside(k.l, r.Code)
	k.keep("review--over", p.v.get(k.at("/mailbox/review")), http.StatusOK)
	k.Move(k.team.Manager, r.Number, casefile.StateTriage)
	k.CloseWith(k.team.Manager, r.Number, casefile.OutcomeNotProven, "Wij zochten het uit.", "Er was te weinig bewijs.")
	k.keep("case--review-open", p.v.get(k.at("/mailbox/case")), http.StatusOK)
	say := p.v.get(k.at("/mailbox/survey"))
	k.keep("survey--wrong", say.submit(k.at("/mailbox/survey"), nil), http.StatusUnprocessableEntity)
	k.keep("case--survey-said", say.submit(k.at("/mailbox/survey"), url.Values{"fair": {"yes"}}), http.StatusOK)
	k.keep("survey--over", p.v.get(k.at("/mailbox/survey")), http.StatusOK)
	at := k.keep("review", p.v.get(k.at("/mailbox/review")), http.StatusOK)
	k.keep("review--wrong", at.submit(k.at("/mailbox/review"), nil), http.StatusUnprocessableEntity)
	k.keep("case--review-asked", at.submit(k.at("/mailbox/review"), url.Values{"text": {"Niemand vroeg het de boekhouder."}}), http.StatusOK)
	k.keep("review--asked", p.v.get(k.at("/mailbox/review")), http.StatusOK)
	over := k.Complain(k.l, apptest.Answers("response-time"), nil)
	k.DeliverMail()
	k.Close(k.team.Service[0], over.Number, "Wij zochten het uit.", "Er was te weinig bewijs.")
	p = k.inside(k.l, over.Code).v.get(k.at("/mailbox/review"))
	p.v.get(k.at("/mailbox/case")).submit(k.at("/mailbox/leave"), nil)
	again := p.submit(k.at("/mailbox/review"), url.Values{"text": {"Ik ben het er niet mee eens."}})
	k.keep("review--restored", again.typeCode(k.l, over.Code), http.StatusOK)
}
