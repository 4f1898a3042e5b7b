package public

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/web/ui"
)

// mailboxCookie names the cookie of somebody who is in the mailbox of a complaint.
// It is another than that of an unfinished complaint, so that leaving one keeps the
// other.
const mailboxCookie = "klankbord-mailbox"

// guesses is how often one network may type a code that fits no complaint. Only such
// codes count: whoever holds a code comes in at the first try, whatever others do.
func guesses() Rate { return Rate{Every: 10 * time.Second, Burst: 20} }

// mailbox is the pages of somebody who holds the code of a complaint.
type mailbox struct {
	*face
}

// mailboxRoutes are the pages of the mailbox; none where there is no use case for
// them. Leaving the site forgets the mailbox as well.
func (f *face) mailboxRoutes() []Route {
	if f.Dialogue == nil {
		return nil
	}
	if !slices.Contains(f.MoreCookies, mailboxCookie) {
		f.MoreCookies = append(slices.Clone(f.MoreCookies), mailboxCookie, codeCookie)
	}
	b := &mailbox{face: f}
	return []Route{
		{"GET", "/mailbox", nil, b.showEnter},
		{"POST", "/mailbox", mailboxForm, b.enter},
		{"GET", "/mailbox/case", nil, b.inside(b.showCase)},
		{"POST", "/mailbox/reply", b.mailboxFiles, b.reply},
		{"GET", "/mailbox/conversation", nil, b.inside(b.showConversation)},
		{"POST", "/mailbox/conversation", small, b.askConversation},
		{"GET", "/mailbox/contact", nil, b.inside(b.showContact)},
		{"POST", "/mailbox/contact", small, b.changeContact},
		{"POST", "/mailbox/mail", small, b.switchMail},
		{"POST", "/mailbox/language", small, b.switchLanguage},
		{"POST", "/mailbox/confirm", small, b.sendConfirmation},
		{"POST", "/mailbox/new-code", small, b.stopNewCode},
		{"GET", "/mailbox/code", nil, b.inside(b.showOwnCode)},
		{"POST", "/mailbox/code", small, b.drawOwnCode},
		{"POST", "/mailbox/code/kept", small, b.keepOwnCode},
		{"GET", "/code/{secret}", nil, b.showCode},
		{"POST", "/code/{secret}", small, b.drawCode},
		{"POST", "/code/{secret}/kept", small, b.keepCode},
		{"GET", "/confirm/{secret}", nil, b.showConfirm},
		{"POST", "/confirm/{secret}", small, b.confirm},
		{"GET", "/mailbox/withdraw", nil, b.inside(b.showWithdraw)},
		{"POST", "/mailbox/withdraw", small, b.withdraw},
		{"GET", "/mailbox/" + formData, nil, b.inside(b.showData)},
		{"POST", "/mailbox/" + formData, small, b.askData},
		{"GET", "/mailbox/" + formReview, nil, b.inside(b.showReview)},
		{"POST", "/mailbox/" + formReview, small, b.askReview},
		{"POST", "/mailbox/" + formTranslation, small, b.handIn},
		{"GET", "/mailbox/" + formSurvey, nil, b.inside(b.showSurvey)},
		{"POST", "/mailbox/" + formSurvey, small, b.saySurvey},
		{"GET", "/mailbox/" + formRetaliation, nil, b.inside(b.showRetaliation)},
		{"POST", "/mailbox/" + formRetaliation, small, b.retaliate},
		{"GET", "/mailbox/" + formCheckIn, nil, b.inside(b.showCheckIn)},
		{"POST", "/mailbox/" + formCheckIn, small, b.answerCheckIn},
		{"POST", "/mailbox/check-ins", small, b.declineCheckIns},
		{"GET", "/mailbox/" + formSlip + "/{id}", nil, b.inside(b.showSlip)},
		{"POST", "/mailbox/" + formSlip + "/{id}", small, b.settleSlip},
		{"GET", "/mailbox/copy.txt", nil, b.inside(b.saveCopy)},
		{"GET", "/mailbox/proof.txt", nil, b.inside(b.saveProof)},
		{"GET", "/mailbox/file/{id}", nil, b.inside(b.sendFile)},
		{"POST", "/mailbox/leave", small, b.signOut},
		{"GET", "/mailbox/left", nil, b.showLeft},
	}
}

// mailboxForm bounds the form that asks for the code: it may carry what was typed
// before the session ended, sealed.
func mailboxForm(next http.Handler) http.Handler { return ui.LimitBody(2*formBytes, next) }

// mailboxFiles bounds a message with all the files that it may have.
func (b *mailbox) mailboxFiles(next http.Handler) http.Handler {
	return ui.LimitBody(formBytes+int64(b.Dialogue.Limits.Files+1)*b.Dialogue.Limits.FileBytes, next)
}

// pass is the secret of a browser that is, or was, in a mailbox.
func (b *mailbox) pass(r *http.Request) (seal.Token, bool) {
	value, ok := b.cookies.Value(r, mailboxCookie)
	if !ok {
		return seal.Token{}, false
	}
	tok, err := seal.ParseToken(value)
	return tok, err == nil
}

// inside is the guard of the pages that only the holder of a code sees; everyone
// else is asked for it.
func (b *mailbox) inside(h func(http.ResponseWriter, *http.Request, seal.Token) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		tok, ok := b.pass(r)
		if !ok {
			return b.askAgain(w, r, carriedIn(r), nil)
		}
		err := h(w, r, tok)
		if errors.Is(err, dialogue.ErrNoSession) {
			return b.askAgain(w, r, carriedIn(r), nil)
		}
		return err
	}
}

// sendingOf reads which form was sent, of which case.
func sendingOf(values map[string][]string) dialogue.Sending {
	return dialogue.Sending{Key: first(values, "key"), Number: casefile.Number(first(values, "number"))}
}

// mailboxSending is the hidden part of a form: what makes it be sent once, and of
// which case it is.
type mailboxSending struct{ Key, Number string }

func sending(m *dialogue.Mailbox, key string) mailboxSending {
	if key == "" {
		key = dialogue.NewKey()
	}
	return mailboxSending{key, string(m.Number)}
}

// told turns a fault that the person can mend into the words beside a field and the
// status of the page; ok is false for every other error.
func (b *mailbox) told(r *http.Request, field string, err error) (e ui.FormError, status int, ok bool) {
	why, ok := fault.As(err)
	if !ok || errors.Is(err, dialogue.ErrNoSession) {
		return e, 0, false
	}
	e = ui.FormError{Field: field, Text: b.Words.Text(b.Renderer.Lang(r), why.Key, why.Args)}
	switch why.Kind {
	case fault.Invalid:
		return e, http.StatusUnprocessableEntity, true
	case fault.Conflict:
		e.Field = ""
		return e, http.StatusConflict, true
	case fault.Limit:
		e.Field = ""
		return e, http.StatusTooManyRequests, true
	case fault.Unavailable:
		b.Renderer.Failed(r, err)
		if e.Field = ""; fault.Unkept(err) {
			e.Text = b.words(r, "form.disk-full")
		}
		return e, http.StatusServiceUnavailable, true
	default:
		return e, 0, false
	}
}

// slow refuses a network that sends too often; nothing that was typed is lost.
func (b *mailbox) slow(r *http.Request) error {
	again, ok := b.Networks.submits.allow(b.Clock.Now(), b.Client(r))
	if ok {
		return nil
	}
	return fault.New(fault.Limit, "error.too-many-attempts").With("time", b.clockTime(r, again))
}

// mailboxPage is a page of the mailbox; those of a route that asks for it show the button
// that leaves.
func mailboxPage[T any](b *mailbox, m *dialogue.Mailbox, title, path string, wrong []ui.FormError, data T) ui.Page[T] {
	p := ui.Page[T]{Title: title, Path: path, Errors: wrong, Data: data}
	for _, route := range b.Profile.Settings.ExitRoutes {
		p.Exit = p.Exit || route == m.Route
	}
	return p
}

func (b *mailbox) lang(r *http.Request) lang.Lang { return lang.Lang(b.Renderer.Lang(r)) }
