package public

import (
	"errors"
	"net/http"

	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/web/ui"
)

// ownCodeView is the page on which somebody whose code a member knows draws their own.
type ownCodeView struct {
	Action string
	Shown  bool
	Code   ui.Code
	Kept   ui.Field
}

// showOwnCode shows the button that draws the person's own code, or the code.
func (b *mailbox) showOwnCode(w http.ResponseWriter, r *http.Request, tok seal.Token) error {
	return b.renderOwnCode(w, r, tok, http.StatusOK, nil)
}

func (b *mailbox) renderOwnCode(w http.ResponseWriter, r *http.Request, tok seal.Token, status int, wrong []ui.FormError) error {
	handed, err := b.Dialogue.Handed(r.Context(), tok)
	if err != nil {
		return err
	}
	if !handed {
		ui.Redirect(w, r, b.at(r, "/mailbox/case"))
		return nil
	}
	code, err := b.Dialogue.OwnCode(r.Context(), tok)
	if err != nil {
		return err
	}
	v := ownCodeView{Action: b.at(r, "/mailbox/code"), Shown: code != "", Kept: b.keptField(r, wrong)}
	v.Code = ui.Code{Text: code, Label: b.words(r, "public.receipt.code-label")}
	return b.Renderer.Render(w, r, status, "public/mailbox_code", ui.Page[ownCodeView]{
		Title: b.words(r, "mailbox.own.title"), Path: "/mailbox/code", Errors: wrong, Data: v,
	})
}

// drawOwnCode draws the person's own code for this session.
func (b *mailbox) drawOwnCode(w http.ResponseWriter, r *http.Request) error {
	return b.own(w, r, func(tok seal.Token) error {
		if err := b.Dialogue.DrawOwn(r.Context(), tok); err != nil {
			return err
		}
		ui.Redirect(w, r, b.at(r, "/mailbox/code"))
		return nil
	})
}

// keepOwnCode lets it take the place of the one that a member knows; without the tick
// it is shown once more.
func (b *mailbox) keepOwnCode(w http.ResponseWriter, r *http.Request) error {
	values, err := read(r)
	if err != nil {
		return err
	}
	return b.own(w, r, func(tok seal.Token) error {
		if first(values, "kept") != "yes" {
			return b.renderOwnCode(w, r, tok, http.StatusUnprocessableEntity, b.notKept(r))
		}
		fresh, err := b.Dialogue.KeepOwn(r.Context(), tok)
		if err != nil {
			return err
		}
		b.cookies.Set(w, mailboxCookie, fresh.Cookie(), 0)
		ui.Redirect(w, r, b.at(r, "/mailbox/case")+"?done=own-code")
		return nil
	})
}

// own does what a form of that page asks; a code that is the person's own needs none
// of it.
func (b *mailbox) own(w http.ResponseWriter, r *http.Request, do func(seal.Token) error) error {
	tok, ok := b.pass(r)
	if !ok {
		return b.askAgain(w, r, dialogue.Kept{}, nil)
	}
	err := do(tok)
	switch {
	case errors.Is(err, dialogue.ErrNoSession):
		return b.askAgain(w, r, dialogue.Kept{}, nil)
	case errors.Is(err, fault.ErrNotFound):
		ui.Redirect(w, r, b.at(r, "/mailbox/case"))
		return nil
	}
	return err
}

// stopNewCode calls off the new code that a member asked for.
func (b *mailbox) stopNewCode(w http.ResponseWriter, r *http.Request) error {
	return b.flip(w, r, "new-code", func(tok seal.Token, s dialogue.Sending, _ map[string][]string) error {
		return b.Dialogue.StopCode(r.Context(), tok, s)
	})
}

// newCodeView tells whoever is in the mailbox that a new code was asked for.
type newCodeView struct {
	Sending mailboxSending
	Action  string
	Text    string
}

func (b *mailbox) newCodeView(r *http.Request, m *dialogue.Mailbox) *newCodeView {
	if m.NewCode == nil {
		return nil
	}
	return &newCodeView{
		Sending: sending(m, ""), Action: b.at(r, "/mailbox/new-code"),
		Text: b.words(r, "mailbox.new-code.text", "asked", b.day(r, m.NewCode.Asked), "ready", b.day(r, m.NewCode.Ready)),
	}
}

// codeTurns tells what happened to the code, oldest first.
func (b *mailbox) codeTurns(r *http.Request, m *dialogue.Mailbox) []string {
	var list []string
	for _, t := range m.Codes {
		act := string(t.Act)
		if t.Act == "stopped" && t.Mine {
			act = "stopped-mine"
		}
		list = append(list, b.words(r, "mailbox.turn."+act, "date", b.day(r, t.At)))
	}
	return list
}
