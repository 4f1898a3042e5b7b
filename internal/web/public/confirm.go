package public

import (
	"errors"
	"net/http"

	"klankbord/internal/dialogue"
	"klankbord/internal/seal"
	"klankbord/internal/web/ui"
)

// confirmView is the page that a link in a mail leads to.
type confirmView struct {
	State   dialogue.LinkState
	Action  string
	Mailbox string
}

// showConfirm shows the button that confirms an address. Following the link changes
// nothing: programs that check mail follow links too.
func (b *mailbox) showConfirm(w http.ResponseWriter, r *http.Request) error {
	state, err := b.Dialogue.Confirming(r.Context(), r.PathValue("secret"))
	if err != nil {
		return err
	}
	return b.renderConfirm(w, r, http.StatusOK, state)
}

func (b *mailbox) renderConfirm(w http.ResponseWriter, r *http.Request, status int, state dialogue.LinkState) error {
	path := "/confirm/" + r.PathValue("secret")
	title := b.words(r, "mailbox.confirm.title")
	switch state {
	case dialogue.LinkUsed:
		title = b.words(r, "mailbox.confirm.done-title")
	case dialogue.LinkGone:
		title, path = b.words(r, "mailbox.confirm.gone-title"), "/mailbox"
	case dialogue.LinkOpen:
	}
	return b.Renderer.Render(w, r, status, "public/confirm", ui.Page[confirmView]{
		Title: title, Path: path, Data: confirmView{State: state, Action: b.at(r, path), Mailbox: b.at(r, "/mailbox")},
	})
}

// confirm notes that the address is the complainant's.
func (b *mailbox) confirm(w http.ResponseWriter, r *http.Request) error {
	if err := b.slow(r); err != nil {
		return err
	}
	err := b.Dialogue.ConfirmContact(r.Context(), r.PathValue("secret"))
	if errors.Is(err, dialogue.ErrLinkGone) {
		return b.renderConfirm(w, r, http.StatusUnprocessableEntity, dialogue.LinkGone)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, b.at(r, "/confirm/"+r.PathValue("secret")))
	return nil
}

// sendConfirmation sends the link that confirms the address once more.
func (b *mailbox) sendConfirmation(w http.ResponseWriter, r *http.Request) error {
	return b.flip(w, r, "confirm", func(tok seal.Token, _ dialogue.Sending, _ map[string][]string) error {
		return b.Dialogue.SendConfirmation(r.Context(), tok)
	})
}
