package public

import (
	"errors"
	"net/http"
	"path"
	"strings"

	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// mailboxEnter is the page that asks for the code.
type mailboxEnter struct {
	Over    bool   // a session ended
	Kept    string // what was typed then, sealed
	Files   string // names of files that could not be kept
	Code    ui.Field
	Receipt string // address of a receipt whose code was not confirmed; empty without one
}

// showEnter asks for the code; who is in already goes to their messages.
func (b *mailbox) showEnter(w http.ResponseWriter, r *http.Request) error {
	if values, ok := ui.Carried(r); ok { // what waits in the page stays there
		return b.renderEnter(w, r, http.StatusOK, waiting(values), nil)
	}
	if tok, ok := b.pass(r); ok {
		_, err := b.Dialogue.Number(r.Context(), tok)
		if err == nil {
			ui.Redirect(w, r, b.at(r, "/mailbox/case"))
			return nil
		}
		if !errors.Is(err, dialogue.ErrNoSession) {
			return err
		}
	}
	return b.renderEnter(w, r, http.StatusOK, mailboxEnter{}, nil)
}

func (b *mailbox) renderEnter(w http.ResponseWriter, r *http.Request, status int, p mailboxEnter, wrong []ui.FormError) error {
	p.Code = ui.Field{
		Kind: ui.KindText, Name: "code", Label: b.words(r, "common.code"), Hint: b.words(r, "mailbox.enter.hint"),
		Error: ui.ErrorFor(wrong, "code"), Verbatim: true, Autocomplete: "off", Bare: true, Values: p.Code.Values,
	}
	sent, err := b.hasReceipt(r)
	if err != nil {
		return err
	}
	if sent {
		p.Receipt = b.at(r, "/receipt")
	}
	title := b.words(r, "mailbox.enter.title")
	return b.Renderer.Render(w, r, status, "public/mailbox_enter", ui.Page[mailboxEnter]{
		Title: title, Path: "/mailbox", Errors: wrong, Data: p,
	})
}

// askAgain asks for the code because there is no session, or no longer. What was
// typed waits sealed in the page.
func (b *mailbox) askAgain(w http.ResponseWriter, r *http.Request, k dialogue.Kept, files []string) error {
	p := mailboxEnter{Over: true, Files: strings.Join(files, ", ")}
	if k.Form != "" {
		tok, ok := b.pass(r)
		if !ok {
			tok = seal.NewToken()
			b.cookies.Set(w, mailboxCookie, tok.Cookie(), 0)
		}
		kept, err := b.Dialogue.Keep(tok, k)
		if err != nil {
			return err
		}
		p.Kept = kept
	}
	return b.renderEnter(w, r, http.StatusForbidden, p, nil)
}

// enter opens the mailbox of a code. A typing mistake costs nothing; a code that
// fits nothing counts for the network it came from.
func (b *mailbox) enter(w http.ResponseWriter, r *http.Request) error {
	values, err := ui.ReadForm(r, ui.Limits{Fields: fields, TextBytes: formBytes}, nil)
	if err != nil {
		return err
	}
	old, was := b.pass(r)
	kept, typed := dialogue.Kept{}, false
	if was {
		kept, typed = b.Dialogue.Restore(old, first(values, "kept"))
	}
	tok, err := b.Dialogue.Enter(r.Context(), first(values, "code"))
	if err == nil && typed {
		err = b.sameCase(r, tok, kept)
	}
	if err != nil {
		return b.refuseCode(w, r, values, err)
	}
	if was {
		if err := b.Dialogue.SignOut(r.Context(), old); err != nil {
			return err
		}
	}
	b.cookies.Set(w, mailboxCookie, tok.Cookie(), 0)
	if typed {
		return b.showAgain(w, r, old, tok, kept)
	}
	ui.Redirect(w, r, b.at(r, "/mailbox/case"))
	return nil
}

// sameCase keeps what was typed about one complaint out of the mailbox of another.
func (b *mailbox) sameCase(r *http.Request, tok seal.Token, kept dialogue.Kept) error {
	n, err := b.Dialogue.Number(r.Context(), tok)
	if err != nil || n == kept.Number {
		return err
	}
	if err := b.Dialogue.SignOut(r.Context(), tok); err != nil {
		return err
	}
	return fault.New(fault.Invalid, "mailbox.other-case").With("number", string(kept.Number))
}

// refuseCode shows the page again with what is wrong with the code.
func (b *mailbox) refuseCode(w http.ResponseWriter, r *http.Request, values map[string][]string, err error) error {
	if errors.Is(err, dialogue.ErrCodeUnknown) {
		if again, ok := b.Networks.guesses.allow(b.Clock.Now(), b.Client(r)); !ok {
			err = fault.New(fault.Limit, "error.too-many-attempts").With("time", b.clockTime(r, again))
		}
	}
	e, status, ok := b.told(r, "code", err)
	if !ok {
		return err
	}
	e.Field = "code"
	p := waiting(values)
	p.Code.Values = values["code"]
	return b.renderEnter(w, r, status, p, []ui.FormError{e})
}

// waiting is the page with what it holds from before a session ended.
func waiting(values map[string][]string) mailboxEnter {
	p := mailboxEnter{Kept: first(values, "kept"), Files: first(values, "dropped")}
	p.Over = p.Kept != ""
	return p
}

// showAgain answers with the page on which something was typed before the session
// ended, as it was. It cannot be a redirect: nothing of it is stored here.
func (b *mailbox) showAgain(w http.ResponseWriter, r *http.Request, old, tok seal.Token, k dialogue.Kept) error {
	switch k.Form {
	case formReply:
		files, err := b.Dialogue.Carry(r.Context(), old, tok, k.Tickets)
		if err != nil {
			return err
		}
		return b.renderCase(w, r, tok, http.StatusOK, replyForm{text: k.Text, files: files, restored: true}, nil)
	case formConversation:
		return b.renderConversation(w, r, tok, http.StatusOK, wishForm{way: k.Way, text: k.Text, restored: true}, nil)
	case formWithdraw:
		return b.renderWithdraw(w, r, tok, http.StatusOK, wishForm{text: k.Text, restored: true}, nil)
	case formData:
		return b.renderData(w, r, tok, http.StatusOK, wishForm{way: k.Way, text: k.Text, restored: true}, nil)
	case formReview:
		return b.renderReview(w, r, tok, http.StatusOK, wishForm{text: k.Text, restored: true}, nil)
	case formCheckIn:
		return b.renderCheckIn(w, r, tok, http.StatusOK, wishForm{way: k.Way, text: k.Text, restored: true}, nil)
	case formRetaliation:
		return b.renderRetaliation(w, r, tok, http.StatusOK, retaliationForm{typed: k.Answers, restored: true}, nil)
	case formContact:
		return b.renderContact(w, r, tok, http.StatusOK, contactForm{typed: k.Answers, restored: true}, nil)
	default:
		if id, ok := strings.CutPrefix(k.Form, formSlip+"/"); ok {
			r.SetPathValue("id", id)
			return b.renderSlip(w, r, tok, http.StatusOK, wishForm{way: k.Way, text: k.Text, name: k.Name, restored: true}, nil)
		}
		ui.Redirect(w, r, b.at(r, "/mailbox/case"))
		return nil
	}
}

// The forms whose content outlives a session.
const (
	formReply        = "reply"
	formConversation = "conversation"
	formWithdraw     = "withdraw"
	formContact      = "contact"
	formRetaliation  = "treated-badly"
	formCheckIn      = "check-in"
	formSlip         = "slip" // followed by a slash and the slip
	formReview       = "review"
	formSurvey       = "survey"
	formTranslation  = "translation"
	formData         = "data"
)

// carriedIn is what was typed on a page of the mailbox whose language was changed
// when the session was over.
func carriedIn(r *http.Request) dialogue.Kept {
	values, ok := ui.Carried(r)
	if !ok {
		return dialogue.Kept{}
	}
	k := dialogue.Kept{
		Number: sendingOf(values).Number, Way: first(values, "way"), Text: question.AsTyped(values, "text"), Name: question.AsTyped(values, "name"),
	}
	if dir, id := path.Split(r.URL.Path); path.Base(dir) == formSlip {
		k.Form = formSlip + "/" + id
		return k
	}
	switch page := path.Base(r.URL.Path); page {
	case formConversation, formWithdraw, formCheckIn, formReview, formData:
		k.Form = page
	case formContact, formRetaliation:
		k.Form, k.Answers = page, contactTyped(values)
	}
	return k
}

// signOut ends the session and reminds of the code.
func (b *mailbox) signOut(w http.ResponseWriter, r *http.Request) error {
	if tok, ok := b.pass(r); ok {
		if err := b.Dialogue.SignOut(r.Context(), tok); err != nil {
			return err
		}
	}
	b.cookies.Clear(w, mailboxCookie)
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	ui.Redirect(w, r, b.at(r, "/mailbox/left"))
	return nil
}

// mailboxLeft is the page after signing out.
type mailboxLeft struct{ Mailbox string }

// showLeft says that the mailbox is closed on this device and what is needed to
// come back.
func (b *mailbox) showLeft(w http.ResponseWriter, r *http.Request) error {
	return b.Renderer.Render(w, r, http.StatusOK, "public/mailbox_left", ui.Page[mailboxLeft]{
		Title: b.words(r, "mailbox.left.title"), Path: "/mailbox/left", Data: mailboxLeft{b.at(r, "/mailbox")},
	})
}
