package public

import (
	"errors"
	"net/http"

	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// showStart leads to the first question.
func (f *face) showStart(w http.ResponseWriter, r *http.Request) error {
	if n := f.noBegin(r); n != nil {
		return f.renderClosed(w, r, n)
	}
	ui.Redirect(w, r, f.stepAddress(r, f.firstStep(), false))
	return nil
}

// showStep answers with a question and what was answered before.
func (f *face) showStep(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("step")
	if _, ok := f.formStep(id); !ok {
		return fault.ErrNotFound
	}
	d, err := f.draft(r)
	if errors.Is(err, intake.ErrNoDraft) {
		if id == f.firstStep() && f.notOffered(w, r) {
			return nil
		}
		if n := f.noBegin(r); n != nil {
			return f.renderClosed(w, r, n)
		}
		return f.showWithoutDraft(w, r, id)
	}
	if err != nil {
		return err
	}
	from := r.URL.Query().Get("from") == "check"
	step, ok := f.Profile.StepFor(d.Answers, id)
	if !ok { // an answer changed in between; the question no longer applies
		ui.Redirect(w, r, f.after(r, d, id, from))
		return nil
	}
	return f.renderStep(w, r, http.StatusOK, stepView{
		step: step, answers: d.Answers, files: d.Files, from: from, more: r.URL.Query().Get("more"),
	})
}

// showWithoutDraft begins at the first question; further on it tells why there is
// nothing to go on with.
func (f *face) showWithoutDraft(w http.ResponseWriter, r *http.Request, id string) error {
	if id == f.firstStep() {
		f.Intake.Seen()
		answers := f.Profile.Presets(f.Renderer.Lang(r))
		step, _ := f.Profile.StepFor(answers, id)
		return f.renderStep(w, r, http.StatusOK, stepView{step: step, answers: answers})
	}
	return f.elsewhere(w, r)
}

// elsewhere leads someone without a draft to their receipt, or tells that nothing
// is here any more.
func (f *face) elsewhere(w http.ResponseWriter, r *http.Request) error {
	sent, err := f.hasReceipt(r)
	if err != nil {
		return err
	}
	if sent {
		ui.Redirect(w, r, f.at(r, "/receipt"))
		return nil
	}
	ui.Redirect(w, r, f.at(r, "/complaint/expired"))
	return nil
}

// expiredPage tells that a complaint is no longer kept, and what to do.
type expiredPage struct {
	Start string
	Kept  bool // what was sent just now is kept
}

// showExpired answers with that page.
func (f *face) showExpired(w http.ResponseWriter, r *http.Request) error {
	_, err := f.draft(r)
	if err != nil && !errors.Is(err, intake.ErrNoDraft) {
		return err
	}
	return f.Renderer.Render(w, r, http.StatusOK, "public/expired", ui.Page[expiredPage]{
		Title: f.words(r, "form.expired.title"), Path: "/complaint/expired",
		Data: expiredPage{Start: f.stepAddress(r, f.firstStep(), false), Kept: err == nil},
	})
}

// shortPage asks whether a short text is all.
type shortPage struct {
	Text, Said         string
	Back, Go           string
	BackLabel, GoLabel string
}

// showShort answers with the question between two pages. It is never an error.
func (f *face) showShort(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("step")
	d, err := f.draft(r)
	if errors.Is(err, intake.ErrNoDraft) {
		return f.elsewhere(w, r)
	}
	if err != nil {
		return err
	}
	from := r.URL.Query().Get("from") == "check"
	i, ok := f.Profile.Interrupt(id, d.Answers)
	if !ok {
		ui.Redirect(w, r, f.after(r, d, id, from))
		return nil
	}
	return f.Renderer.Render(w, r, http.StatusOK, "public/short", f.shortPage(r, d.Answers, i, f.stepAddress(r, id, from), f.after(r, d, id, from)))
}

func (f *face) shortPage(r *http.Request, a profile.Answers, i profile.Interruption, back, on string) ui.Page[shortPage] {
	l := f.Renderer.Lang(r)
	return ui.Page[shortPage]{
		Title: i.Title.In(l), Path: r.URL.Path[len("/"+l):], Exit: f.exits(a),
		Data: shortPage{
			Text: i.Text.In(l), Said: a.One(i.Field), Back: back, Go: on, BackLabel: i.Back.In(l), GoLabel: i.Go.In(l),
		},
	}
}
