package public

import (
	"errors"
	"net/http"
	"time"

	"klankbord/internal/dialogue"
	"klankbord/internal/seal"
	"klankbord/internal/web/ui"
)

// codeCookie names the cookie of the browser that drew a new code, until the person
// says that they kept it.
const codeCookie = "klankbord-code"

// codeView is the page on which a new code is drawn.
type codeView struct {
	State   string // open, shown, kept, works, elsewhere, gone
	First   bool   // there was no code before
	Action  string
	Code    ui.Code
	Ready   time.Time
	Kept    ui.Field
	Mailbox string
}

// showCode shows the button that draws the new code, or the code to the browser that
// drew it. Following the link changes nothing: programs that check mail follow links
// too.
func (b *mailbox) showCode(w http.ResponseWriter, r *http.Request) error {
	return b.renderCode(w, r, http.StatusOK, nil)
}

func (b *mailbox) renderCode(w http.ResponseWriter, r *http.Request, status int, wrong []ui.FormError) error {
	p, err := b.Dialogue.CodePage(r.Context(), r.PathValue("secret"), b.drew(r))
	if err != nil {
		return err
	}
	path := "/code/" + r.PathValue("secret")
	v := codeView{State: codeState(p), First: p.First, Ready: p.Ready, Action: b.at(r, path), Mailbox: b.at(r, "/mailbox")}
	v.Code = ui.Code{Text: p.Code, Label: b.words(r, "public.receipt.code-label")}
	v.Kept = b.keptField(r, wrong)
	return b.Renderer.Render(w, r, status, "public/mailbox_link", ui.Page[codeView]{
		Title: b.words(r, "mailbox.code."+codeTitle(v)+"title"), Path: path, Errors: wrong, Data: v,
	})
}

func codeState(p dialogue.CodePage) string {
	switch {
	case p.Works:
		return "works"
	case p.State == dialogue.LinkOpen:
		return "open"
	case p.State == dialogue.LinkGone:
		return "gone"
	case p.Kept:
		return "kept"
	case p.Code != "":
		return "shown"
	default:
		return "elsewhere"
	}
}

func (b *mailbox) keptField(r *http.Request, wrong []ui.FormError) ui.Field {
	return ui.Field{
		Kind: ui.KindChecks, Name: "kept", Label: b.words(r, "public.receipt.kept"), Error: ui.ErrorFor(wrong, "kept"),
		Options: []ui.Option{{Value: "yes", Label: b.words(r, "public.receipt.kept-yes")}},
	}
}

// codeTitle is the part of the key that a title has: a first code is no new one.
func codeTitle(v codeView) string {
	switch {
	case v.First && v.State == "open":
		return "first-"
	case v.First && v.State == "shown":
		return "first-shown-"
	default:
		return v.State + "-"
	}
}

// drew is the secret of a browser that drew a new code; nil without one.
func (b *mailbox) drew(r *http.Request) *seal.Token {
	value, ok := b.cookies.Value(r, codeCookie)
	if !ok {
		return nil
	}
	tok, err := seal.ParseToken(value)
	if err != nil {
		return nil
	}
	return &tok
}

// drawCode draws the new code. A link that is good for nothing says so.
func (b *mailbox) drawCode(w http.ResponseWriter, r *http.Request) error {
	if err := b.slow(r); err != nil {
		return err
	}
	browser, err := b.Dialogue.DrawCode(r.Context(), r.PathValue("secret"))
	if errors.Is(err, dialogue.ErrLinkGone) {
		return b.renderCode(w, r, http.StatusUnprocessableEntity, nil)
	}
	if err != nil {
		return err
	}
	b.cookies.Set(w, codeCookie, browser.Cookie(), 0)
	ui.Redirect(w, r, b.at(r, "/code/"+r.PathValue("secret")))
	return nil
}

// keepCode notes that the person kept the new code; without the tick it is shown once
// more.
func (b *mailbox) keepCode(w http.ResponseWriter, r *http.Request) error {
	values, err := read(r)
	if err != nil {
		return err
	}
	if first(values, "kept") != "yes" {
		return b.renderCode(w, r, http.StatusUnprocessableEntity, b.notKept(r))
	}
	err = b.Dialogue.KeepCode(r.Context(), r.PathValue("secret"), b.drew(r))
	if errors.Is(err, dialogue.ErrLinkGone) {
		return b.renderCode(w, r, http.StatusUnprocessableEntity, nil)
	}
	if err != nil {
		return err
	}
	b.cookies.Clear(w, codeCookie)
	ui.Redirect(w, r, b.at(r, "/code/"+r.PathValue("secret")))
	return nil
}

func (b *mailbox) notKept(r *http.Request) []ui.FormError {
	return []ui.FormError{{Field: "kept", Text: b.words(r, "public.receipt.not-kept")}}
}
