package public

import (
	"errors"
	"net/http"

	"klankbord/internal/dialogue"
	"klankbord/internal/seal"
	"klankbord/internal/web/ui"
)

// surveyView is the page on which somebody says how it went.
type surveyView struct {
	Back, Action string
	Sending      mailboxSending
	Open         bool
	Questions    []ui.Field
}

func (b *mailbox) showSurvey(w http.ResponseWriter, r *http.Request, tok seal.Token) error {
	return b.renderSurvey(w, r, tok, http.StatusOK, dialogue.Said{}, nil)
}

func (b *mailbox) renderSurvey(w http.ResponseWriter, r *http.Request, tok seal.Token, status int, said dialogue.Said, wrong []ui.FormError) error {
	m, err := b.Dialogue.Mailbox(r.Context(), tok)
	if err != nil {
		return err
	}
	v := surveyView{Back: b.at(r, "/mailbox/case"), Action: b.at(r, "/mailbox/"+formSurvey), Sending: sending(m, ""), Open: m.Survey.Open}
	for _, q := range []struct{ name, chosen string }{{"clear", said.Clear}, {"fair", said.Fair}} {
		v.Questions = append(v.Questions, ui.Field{
			Kind: ui.KindRadios, Name: q.name, Label: b.words(r, "mailbox.survey."+q.name), Optional: true, Values: []string{q.chosen},
			Error:   ui.ErrorFor(wrong, q.name),
			Options: []ui.Option{{Value: "yes", Label: b.words(r, "common.yes")}, {Value: "no", Label: b.words(r, "common.no")}},
		})
	}
	return b.Renderer.Render(w, r, status, "public/mailbox_survey",
		mailboxPage(b, m, b.words(r, "mailbox.survey.title"), "/mailbox/"+formSurvey, wrong, v))
}

// saySurvey counts the answers.
func (b *mailbox) saySurvey(w http.ResponseWriter, r *http.Request) error {
	values, err := read(r)
	if err != nil {
		return err
	}
	said := dialogue.Said{Clear: first(values, "clear"), Fair: first(values, "fair")}
	tok, ok := b.pass(r)
	err = dialogue.ErrNoSession
	if ok {
		if err = b.slow(r); err == nil {
			err = b.Dialogue.SayHowItWent(r.Context(), tok, sendingOf(values).Number, said)
		}
	}
	switch {
	case err == nil:
		ui.Redirect(w, r, b.at(r, "/mailbox/case")+"?done="+formSurvey)
		return nil
	case errors.Is(err, dialogue.ErrNoSession):
		return b.askAgain(w, r, dialogue.Kept{}, nil)
	}
	e, status, ok := b.told(r, "clear", err)
	if !ok {
		return err
	}
	return b.renderSurvey(w, r, tok, status, said, []ui.FormError{e})
}
