package public

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/seal"
	"klankbord/internal/web/ui"
)

// keepPage shows the code with which a complaint that was not sent is found again.
type keepPage struct {
	Code    ui.Code
	Until   time.Time
	Address string // where to enter the code
	Resume  string
	On      string // back to where one was
	Page    string // the same without its language
}

// keepComplaint keeps the draft for later from a page that asks nothing.
func (f *face) keepComplaint(w http.ResponseWriter, r *http.Request) error {
	if _, err := read(r); err != nil {
		return err
	}
	tok, ok := f.token(r)
	if !ok {
		return f.elsewhere(w, r)
	}
	err := f.keepForLater(w, r, tok, f.at(r, "/complaint/check"))
	if fault.Unkept(err) {
		f.Renderer.Failed(r, err)
		return f.refuseSending(w, r, tok, http.StatusServiceUnavailable, f.words(r, "form.disk-full"))
	}
	return err
}

// keepForLater draws a resume code and shows it. The answer to the POST is the page
// itself, because nobody but this answer ever knows the code; sending the form once
// more draws another and the one before no longer works.
func (f *face) keepForLater(w http.ResponseWriter, r *http.Request, tok seal.Token, on string) error {
	code, until, err := f.Intake.KeepForLater(r.Context(), tok)
	if errors.Is(err, intake.ErrNoDraft) {
		return f.elsewhere(w, r)
	}
	if err != nil {
		return err
	}
	return f.renderKeep(w, r, tok, code, until, on)
}

// showKeep shows the same code in another language: only the page knows it, and
// sends it along. A code that is not, or no longer, of this draft is not shown.
func (f *face) showKeep(w http.ResponseWriter, r *http.Request) error {
	values, _ := ui.Carried(r)
	tok, ok := f.token(r)
	code, err := seal.ParseCode(first(values, "code"))
	if !ok || err != nil {
		return f.elsewhere(w, r)
	}
	until, err := f.Intake.KeptUntil(r.Context(), tok, code)
	if errors.Is(err, intake.ErrNoDraft) {
		return f.elsewhere(w, r)
	}
	if err != nil {
		return err
	}
	on := first(values, "on")
	if !ui.LocalPath(on) || !strings.HasPrefix(on, "/complaint/") {
		on = "/complaint/check"
	}
	return f.renderKeep(w, r, tok, code, until, f.at(r, on))
}

func (f *face) renderKeep(w http.ResponseWriter, r *http.Request, tok seal.Token, code seal.Code, until time.Time, on string) error {
	d, err := f.Intake.Draft(r.Context(), tok)
	if err != nil {
		return err
	}
	resume := f.at(r, "/resume")
	return f.Renderer.Render(w, r, http.StatusOK, "public/keep", ui.Page[keepPage]{
		Title: f.words(r, "form.keep.title"), Path: "/complaint/keep", Exit: f.exits(d.Answers),
		Data: keepPage{
			Code: ui.Code{Text: code.Text(), Label: f.words(r, "form.keep.code-label")}, Until: until,
			Address: f.Address + resume, Resume: resume, On: on, Page: strings.TrimPrefix(on, f.at(r, "")),
		},
	})
}
