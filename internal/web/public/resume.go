package public

import (
	"errors"
	"net/http"

	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/seal"
	"klankbord/internal/web/ui"
)

// resumePage asks for the code of a complaint that was kept for later.
type resumePage struct {
	Field ui.Field
	Other bool // this browser has another complaint that was not sent
}

// showResume answers with that page.
func (f *face) showResume(w http.ResponseWriter, r *http.Request) error {
	return f.renderResume(w, r, http.StatusOK, "", "")
}

func (f *face) renderResume(w http.ResponseWriter, r *http.Request, status int, typed, wrong string) error {
	d, err := f.draft(r)
	if err != nil && !errors.Is(err, intake.ErrNoDraft) {
		return err
	}
	page := ui.Page[resumePage]{Title: f.words(r, "form.resume.title"), Path: "/resume"}
	if wrong != "" {
		page.Errors = []ui.FormError{{Field: "code", Text: wrong}}
	}
	page.Data = resumePage{
		Other: err == nil && len(d.Visited) > 0,
		Field: ui.Field{
			Kind: ui.KindText, Name: "code", Label: f.words(r, "form.resume.label"), Hint: f.words(r, "form.resume.hint"),
			Error: wrong, Values: []string{typed}, Verbatim: true, Autocomplete: "off",
		},
	}
	return f.Renderer.Render(w, r, status, "public/resume", page)
}

// resumeComplaint brings the complaint of a code to this browser and goes on where
// it was left.
func (f *face) resumeComplaint(w http.ResponseWriter, r *http.Request) error {
	values, err := read(r)
	if err != nil {
		return err
	}
	typed := first(values, "code")
	if typed == "" {
		return f.renderResume(w, r, http.StatusUnprocessableEntity, typed, f.words(r, "form.resume.missing"))
	}
	code, err := seal.ParseCode(typed)
	if err != nil {
		return f.renderResume(w, r, http.StatusUnprocessableEntity, typed, f.words(r, "form.resume.typo"))
	}
	tok := f.tokenOrNew(w, r)
	err = f.Intake.Resume(r.Context(), tok, code)
	if errors.Is(err, intake.ErrNoDraft) {
		return f.renderResume(w, r, http.StatusUnprocessableEntity, typed, f.words(r, "form.resume.unknown"))
	}
	if fault.Unkept(err) {
		f.Renderer.Failed(r, err)
		return f.renderResume(w, r, http.StatusServiceUnavailable, typed, f.words(r, "form.disk-full"))
	}
	if err != nil {
		return err
	}
	d, err := f.Intake.Draft(r.Context(), tok)
	if err != nil {
		return err
	}
	ui.Redirect(w, r, f.onward(r, d, false))
	return nil
}
