package public

import (
	"errors"
	"net/http"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/dialogue"
	"klankbord/internal/seal"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// wishForm is what stands in a form that asks for something when it is shown again.
type wishForm struct {
	key, way, text string
	name           string // typed by who signs
	restored       bool
}

// wishView is a page on which one thing is asked for.
type wishView struct {
	Back, Action string
	Sending      mailboxSending
	Restored     bool
	Integrity    bool
	Question     bool
	Withdrawn    time.Time
	Way          ui.Field
	Text         ui.Field
}

func (b *mailbox) wishView(r *http.Request, m *dialogue.Mailbox, form wishForm, wrong []ui.FormError) wishView {
	return wishView{
		Back: b.at(r, "/mailbox/case"), Sending: sending(m, form.key), Restored: form.restored,
		Integrity: m.Route == casefile.Integrity, Question: m.Question, Withdrawn: m.Withdrawn,
		Text: ui.Field{
			Kind: ui.KindArea, Name: "text", Error: ui.ErrorFor(wrong, "text"), Values: []string{form.text},
			Rows: 5, Optional: true, Autocomplete: "off",
		},
	}
}

// wayField is the choice that a wish begins with, without its options.
func wayField(label string, form wishForm, wrong []ui.FormError) ui.Field {
	return ui.Field{Kind: ui.KindRadios, Name: "way", Label: label, Error: ui.ErrorFor(wrong, "way"), Values: []string{form.way}}
}

// showConversation asks how the person would like to talk.
func (b *mailbox) showConversation(w http.ResponseWriter, r *http.Request, tok seal.Token) error {
	return b.renderConversation(w, r, tok, http.StatusOK, wishForm{}, nil)
}

func (b *mailbox) renderConversation(w http.ResponseWriter, r *http.Request, tok seal.Token, status int, form wishForm, wrong []ui.FormError) error {
	m, err := b.Dialogue.Mailbox(r.Context(), tok)
	if err != nil {
		return err
	}
	v := b.wishView(r, m, form, wrong)
	v.Action = b.at(r, "/mailbox/conversation")
	v.Way = wayField(b.words(r, "mailbox.talk.how"), form, wrong)
	for _, o := range b.Dialogue.Ways() {
		v.Way.Options = append(v.Way.Options, ui.Option{Value: o.ID, Label: b.words(r, "mailbox.talk."+o.ID)})
	}
	v.Text.Label, v.Text.Hint = b.words(r, "mailbox.talk.when"), b.words(r, "mailbox.talk.when-hint")
	return b.Renderer.Render(w, r, status, "public/mailbox_conversation",
		mailboxPage(b, m, b.words(r, "mailbox.talk.title"), "/mailbox/conversation", wrong, v))
}

// askConversation sends the wish to talk.
func (b *mailbox) askConversation(w http.ResponseWriter, r *http.Request) error {
	return b.wish(w, r, formConversation, func(tok seal.Token, s dialogue.Sending, form wishForm) error {
		return b.Dialogue.AskConversation(r.Context(), tok, s, b.lang(r), form.way, form.text)
	}, b.renderConversation)
}

// showWithdraw tells what withdrawing means and asks to confirm it.
func (b *mailbox) showWithdraw(w http.ResponseWriter, r *http.Request, tok seal.Token) error {
	return b.renderWithdraw(w, r, tok, http.StatusOK, wishForm{}, nil)
}

func (b *mailbox) renderWithdraw(w http.ResponseWriter, r *http.Request, tok seal.Token, status int, form wishForm, wrong []ui.FormError) error {
	m, err := b.Dialogue.Mailbox(r.Context(), tok)
	if err != nil {
		return err
	}
	v := b.wishView(r, m, form, wrong)
	v.Action = b.at(r, "/mailbox/withdraw")
	v.Text.Label = b.words(r, "mailbox.withdraw.why")
	title := b.words(r, "mailbox.withdraw.title")
	if m.Question {
		title = b.words(r, "mailbox.withdraw.title-question")
	}
	return b.Renderer.Render(w, r, status, "public/mailbox_withdraw", mailboxPage(b, m, title, "/mailbox/withdraw", wrong, v))
}

// withdraw sends the wish that the complaint be dropped.
func (b *mailbox) withdraw(w http.ResponseWriter, r *http.Request) error {
	return b.wish(w, r, formWithdraw, func(tok seal.Token, s dialogue.Sending, form wishForm) error {
		return b.Dialogue.Withdraw(r.Context(), tok, s, b.lang(r), form.text)
	}, b.renderWithdraw)
}

type renderWish func(http.ResponseWriter, *http.Request, seal.Token, int, wishForm, []ui.FormError) error

// wish reads one of these forms, does what it asks, and shows it again with all that
// was typed when it cannot.
func (b *mailbox) wish(w http.ResponseWriter, r *http.Request, name string, do func(seal.Token, dialogue.Sending, wishForm) error, again renderWish) error {
	values, err := read(r)
	if err != nil {
		return err
	}
	s := sendingOf(values)
	form := wishForm{key: s.Key, way: first(values, "way"), text: question.AsTyped(values, "text"), name: question.AsTyped(values, "name")}
	tok, ok := b.pass(r)
	err = dialogue.ErrNoSession
	if ok {
		if err = b.slow(r); err == nil {
			err = do(tok, s, form)
		}
	}
	return b.wished(w, r, name, tok, s, form, err, again)
}

// wished answers after what a form asks for was done, or could not be.
func (b *mailbox) wished(w http.ResponseWriter, r *http.Request, name string, tok seal.Token, s dialogue.Sending, form wishForm, err error, again renderWish) error {
	switch {
	case err == nil:
		ui.Redirect(w, r, b.at(r, "/mailbox/case")+"?done="+doneName(name))
		return nil
	case errors.Is(err, dialogue.ErrNoSession):
		return b.askAgain(w, r, dialogue.Kept{Form: name, Number: s.Number, Way: form.way, Text: form.text, Name: form.name}, nil)
	}
	e, status, ok := b.told(r, "text", err)
	if !ok {
		return err
	}
	if errors.Is(err, dialogue.ErrWayMissing) || errors.Is(err, dialogue.ErrTreatedMissing) || errors.Is(err, dialogue.ErrActMissing) {
		e.Field = "way"
	}
	if errors.Is(err, dialogue.ErrNameMissing) || errors.Is(err, dialogue.ErrNameLong) {
		e.Field = "name"
	}
	return again(w, r, tok, status, form, []ui.FormError{e})
}
