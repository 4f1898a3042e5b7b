package public

import (
	"errors"
	"maps"
	"net/http"

	"klankbord/internal/dialogue"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// contactForm is what was typed when the page is shown again.
type contactForm struct {
	key      string
	typed    profile.Answers // nil: what is on file
	restored bool
}

// contactView is the page on which who somebody is and how we reach them is changed.
type contactView struct {
	Back, Action string
	Sending      mailboxSending
	Restored     bool
	Groups       []contactGroup
}

// contactGroup is the questions of one page of the form.
type contactGroup struct {
	Heading, Intro string
	Parts          []question.Part
}

// showContact asks the questions of the form again, answered as on file.
func (b *mailbox) showContact(w http.ResponseWriter, r *http.Request, tok seal.Token) error {
	return b.renderContact(w, r, tok, http.StatusOK, contactForm{}, nil)
}

func (b *mailbox) renderContact(w http.ResponseWriter, r *http.Request, tok seal.Token, status int, form contactForm, wrong []ui.FormError) error {
	m, err := b.Dialogue.Mailbox(r.Context(), tok)
	if err != nil {
		return err
	}
	if !m.WhoGone().IsZero() { // nothing is written anew about somebody who was forgotten
		ui.Redirect(w, r, b.at(r, "/mailbox/case"))
		return nil
	}
	v := contactView{
		Back: b.at(r, "/mailbox/case"), Action: b.at(r, "/mailbox/contact"), Sending: sending(m, form.key), Restored: form.restored,
	}
	steps, answers := b.Dialogue.ContactSteps(m), b.Dialogue.ContactAnswers(m)
	if form.typed != nil {
		for _, s := range steps {
			for _, f := range s.Fields {
				delete(answers, f.ID)
			}
		}
		maps.Copy(answers, form.typed)
	}
	for _, s := range steps {
		v.Groups = append(v.Groups, contactGroup{
			Heading: s.Title.In(b.Renderer.Lang(r)), Intro: question.InOrNone(s.Intro, b.Renderer.Lang(r)),
			Parts: b.stepParts(r, stepView{step: s, answers: answers, errors: wrong}),
		})
	}
	return b.Renderer.Render(w, r, status, "public/mailbox_contact",
		mailboxPage(b, m, b.words(r, "mailbox.contact.title"), "/mailbox/contact", wrong, v))
}

// changeContact keeps the new answers, by the rules of the form.
func (b *mailbox) changeContact(w http.ResponseWriter, r *http.Request) error {
	values, err := read(r)
	if err != nil {
		return err
	}
	s, typed := sendingOf(values), contactTyped(values)
	tok, ok := b.pass(r)
	err = dialogue.ErrNoSession
	if ok {
		if err = b.slow(r); err == nil {
			err = b.Dialogue.ChangeContact(r.Context(), tok, s, typed)
		}
	}
	form := contactForm{key: s.Key, typed: typed}
	var refused *dialogue.Refusal
	switch {
	case err == nil:
		ui.Redirect(w, r, b.at(r, "/mailbox/case")+"?done="+formContact)
		return nil
	case errors.Is(err, dialogue.ErrNoSession):
		return b.askAgain(w, r, dialogue.Kept{Form: formContact, Number: s.Number, Answers: typed}, nil)
	case errors.As(err, &refused):
		return b.renderContact(w, r, tok, http.StatusUnprocessableEntity, form, b.wrongIn(r, refused))
	}
	e, status, ok := b.told(r, "", err)
	if !ok {
		return err
	}
	return b.renderContact(w, r, tok, status, form, []ui.FormError{e})
}

// contactTyped is the answers among the values of the form.
func contactTyped(values map[string][]string) profile.Answers {
	typed := profile.Answers{}
	for key, v := range values {
		if key != "key" && key != "number" {
			typed[key] = v
		}
	}
	return typed
}

func (b *mailbox) wrongIn(r *http.Request, refused *dialogue.Refusal) []ui.FormError {
	var list []ui.FormError
	for _, e := range refused.Errors {
		list = append(list, ui.FormError{Field: e.Field, Text: e.In(b.Renderer.Lang(r))})
	}
	return list
}

// switchMail stops or starts the mail that tells of news.
func (b *mailbox) switchMail(w http.ResponseWriter, r *http.Request) error {
	return b.flip(w, r, "mail", func(tok seal.Token, s dialogue.Sending, values map[string][]string) error {
		if first(values, "act") == "stop" {
			return b.Dialogue.DeclineMail(r.Context(), tok, s)
		}
		return b.Dialogue.AllowMail(r.Context(), tok, s)
	})
}

// switchLanguage has us answer in another language.
func (b *mailbox) switchLanguage(w http.ResponseWriter, r *http.Request) error {
	return b.flip(w, r, "language", func(tok seal.Token, s dialogue.Sending, values map[string][]string) error {
		return b.Dialogue.SetLanguage(r.Context(), tok, s, lang.Lang(first(values, "lang")))
	})
}

// flip does what one button asks; there is nothing typed that could be lost.
func (b *mailbox) flip(w http.ResponseWriter, r *http.Request, name string, do func(seal.Token, dialogue.Sending, map[string][]string) error) error {
	values, err := read(r)
	if err != nil {
		return err
	}
	tok, ok := b.pass(r)
	err = dialogue.ErrNoSession
	if ok {
		if err = b.slow(r); err == nil {
			err = do(tok, sendingOf(values), values)
		}
	}
	if errors.Is(err, dialogue.ErrNoSession) {
		return b.askAgain(w, r, dialogue.Kept{}, nil)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, b.at(r, "/mailbox/case")+"?done="+name)
	return nil
}
