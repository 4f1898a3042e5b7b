package public

import (
	"errors"
	"net/http"

	"klankbord/internal/dialogue"
	"klankbord/internal/seal"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// translateView is the page of somebody who translates one text.
type translateView struct {
	Action, LeaveTo string
	Sending         mailboxSending
	Until           string
	To              string
	Text            string // empty: the time is over, or it was handed in
	Handed          string // that it was, and when
	Typed           ui.Field
}

// translating answers with the page of a translator where the code of a browser is one's;
// false: it is not.
func (b *mailbox) translating(w http.ResponseWriter, r *http.Request, tok seal.Token, status int, typed string, wrong []ui.FormError) (bool, error) {
	t, err := b.Dialogue.Translating(r.Context(), tok)
	if errors.Is(err, dialogue.ErrNoTranslator) {
		return false, nil
	}
	if err != nil {
		return true, err
	}
	if values, ok := ui.Carried(r); ok {
		typed = question.AsTyped(values, "text")
	}
	v := translateView{
		Action: b.at(r, "/mailbox/"+formTranslation), LeaveTo: b.at(r, "/mailbox/leave"), Sending: mailboxSending{dialogue.NewKey(), string(t.Number)},
		Until: b.day(r, t.Until), To: t.To, Text: t.Text,
		Typed: ui.Field{Kind: ui.KindArea, Name: "text", Label: b.words(r, "mailbox.translate.yours"), Rows: 12, Values: []string{typed}, Error: ui.ErrorFor(wrong, "text"), Autocomplete: "off"},
	}
	if t.Handed != "" {
		v.Handed = b.words(r, "mailbox.translate.handed", "date", b.day(r, t.At))
	}
	return true, b.Renderer.Render(w, r, status, "public/mailbox_translate", ui.Page[translateView]{
		Title: b.words(r, "mailbox.translate.title"), Path: "/mailbox/case", Errors: wrong, Data: v,
	})
}

// handIn takes a translation.
func (b *mailbox) handIn(w http.ResponseWriter, r *http.Request) error {
	values, err := read(r)
	if err != nil {
		return err
	}
	text := question.AsTyped(values, "text")
	tok, ok := b.pass(r)
	err = dialogue.ErrNoSession
	if ok {
		if err = b.slow(r); err == nil {
			err = b.Dialogue.HandIn(r.Context(), tok, sendingOf(values), b.lang(r), text)
		}
	}
	switch {
	case err == nil:
		ui.Redirect(w, r, b.at(r, "/mailbox/case"))
		return nil
	case errors.Is(err, dialogue.ErrNoSession):
		return b.askAgain(w, r, dialogue.Kept{}, nil)
	}
	e, status, ok := b.told(r, "text", err)
	if !ok {
		return err
	}
	done, err := b.translating(w, r, tok, status, text, []ui.FormError{e})
	if !done { // the code of somebody else
		ui.Redirect(w, r, b.at(r, "/mailbox/case"))
	}
	return err
}
