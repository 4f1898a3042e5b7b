package public

import (
	"errors"
	"net/http"
	"strings"

	"klankbord/internal/dialogue"
	"klankbord/internal/intake"
	"klankbord/internal/seal"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// checkInsView is when we ask how somebody is treated, and whether we do now.
type checkInsView struct {
	Now      string // what is asked now; empty: nothing
	Answer   string // where it is answered
	Dates    []string
	Declined bool
	Sending  mailboxSending
	Action   string // where it is declined; empty where nothing more would be asked
}

func (b *mailbox) checkInsView(r *http.Request, m *dialogue.Mailbox) checkInsView {
	v := checkInsView{Answer: b.at(r, "/mailbox/"+formCheckIn), Declined: m.Declined}
	for _, x := range m.CheckIns {
		switch {
		case !x.Answered.IsZero():
			v.Dates = append(v.Dates, b.words(r, "watch.date-answered", "date", b.day(r, x.Answered)))
		case x.Over:
			v.Dates = append(v.Dates, b.words(r, "watch.date-over", "date", b.day(r, x.Asked)))
		case x.Now:
			v.Dates = append(v.Dates, b.words(r, "watch.date-asked", "date", b.day(r, x.Asked)))
			if v.Now == "" {
				v.Now = b.askedText(r, x)
			}
		default:
			v.Dates = append(v.Dates, b.words(r, "watch.date-planned", "date", b.day(r, x.Asked)))
		}
		if x.Answered.IsZero() && !x.Over {
			v.Sending, v.Action = sending(m, ""), b.at(r, "/mailbox/check-ins")
		}
	}
	return v
}

func (b *mailbox) askedText(r *http.Request, x dialogue.CheckIn) string {
	if b.Clock.Now().After(x.Until) {
		return b.words(r, "watch.asked-late")
	}
	return b.words(r, "watch.asked-text", "date", b.day(r, x.Until))
}

// checkInView is the page with the two questions.
type checkInView struct {
	wishView
	Asked bool // a question waits for an answer
	Badly string
}

// showCheckIn asks how somebody is treated.
func (b *mailbox) showCheckIn(w http.ResponseWriter, r *http.Request, tok seal.Token) error {
	return b.renderCheckIn(w, r, tok, http.StatusOK, wishForm{}, nil)
}

func (b *mailbox) renderCheckIn(w http.ResponseWriter, r *http.Request, tok seal.Token, status int, form wishForm, wrong []ui.FormError) error {
	m, err := b.Dialogue.Mailbox(r.Context(), tok)
	if err != nil {
		return err
	}
	v := checkInView{wishView: b.wishView(r, m, form, wrong), Badly: b.at(r, "/mailbox/"+formRetaliation)}
	for _, x := range m.CheckIns {
		v.Asked = v.Asked || x.Now
	}
	v.Action = b.at(r, "/mailbox/"+formCheckIn)
	v.Way = wayField(b.words(r, "watch.treated"), form, wrong)
	for _, t := range dialogue.Treatments() {
		v.Way.Options = append(v.Way.Options, ui.Option{Value: string(t), Label: b.words(r, "watch.treated-"+string(t))})
	}
	v.Text.Label = b.words(r, "watch.wish")
	return b.Renderer.Render(w, r, status, "public/mailbox_check_in",
		mailboxPage(b, m, b.words(r, "watch.answer-title"), "/mailbox/"+formCheckIn, wrong, v))
}

// answerCheckIn sends the answer. One that becomes a complaint of its own leads to its
// receipt, or to the page on which the person completes it.
func (b *mailbox) answerCheckIn(w http.ResponseWriter, r *http.Request) error {
	values, err := read(r)
	if err != nil {
		return err
	}
	s := sendingOf(values)
	form := wishForm{key: s.Key, way: first(values, "way"), text: question.AsTyped(values, "text")}
	tok, ok := b.pass(r)
	came, err := dialogue.Followed{}, error(dialogue.ErrNoSession)
	if ok {
		if err = b.slow(r); err == nil {
			came, err = b.Dialogue.AnswerCheckIn(r.Context(), tok, b.tokenOrNew(w, r), s, b.answer(r, form))
		}
	}
	switch {
	case err == nil && came.More != nil:
		return b.completeAnswer(w, r, tok, s, came)
	case err == nil && came.Made, errors.Is(err, intake.ErrNoReceipt): // sent before, and its code kept
		ui.Redirect(w, r, b.at(r, "/receipt"))
		return nil
	}
	return b.wished(w, r, formCheckIn, tok, s, form, err, b.renderCheckIn)
}

// answer reads the form. What a new complaint would say begins with what was ticked.
func (b *mailbox) answer(r *http.Request, form wishForm) dialogue.Answer {
	a := dialogue.Answer{Lang: b.lang(r), Treated: dialogue.Treatment(form.way), Wish: form.text}
	if a.Treated == dialogue.TreatedWorse || a.Treated == dialogue.TreatedBadly {
		a.Story = strings.TrimSpace(b.words(r, "watch.story-"+form.way) + "\n\n" + form.text)
	}
	return a
}

// completeAnswer shows the page of a new complaint with what the answer says.
func (b *mailbox) completeAnswer(w http.ResponseWriter, r *http.Request, tok seal.Token, s dialogue.Sending, came dialogue.Followed) error {
	form := retaliationForm{key: s.Key, follows: true, names: came.Names, typed: came.More.Answers.Clone()}
	form.typed["leave"], form.typed["who"], form.typed[formCheckIn] = came.More.Leave, []string{string(came.More.Who)}, []string{"yes"}
	return b.renderRetaliation(w, r, tok, http.StatusUnprocessableEntity, form, b.namesAsked(r, form))
}

// declineCheckIns ends the questions.
func (b *mailbox) declineCheckIns(w http.ResponseWriter, r *http.Request) error {
	return b.flip(w, r, "check-ins", func(tok seal.Token, s dialogue.Sending, _ map[string][]string) error {
		return b.Dialogue.DeclineCheckIns(r.Context(), tok, s)
	})
}
