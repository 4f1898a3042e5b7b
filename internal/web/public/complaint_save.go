package public

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// saveStep keeps what was typed, right or wrong, and then goes where the button
// says: on, to one more row or file, or to the page that keeps it for later.
func (f *face) saveStep(w http.ResponseWriter, r *http.Request) error {
	step, ok := f.formStep(r.PathValue("step"))
	if !ok {
		return fault.ErrNotFound
	}
	before, err := f.draft(r)
	if err != nil && !errors.Is(err, intake.ErrNoDraft) {
		return err
	}
	fresh := before == nil
	if fresh {
		if done, err := f.mayBegin(w, r, step); done {
			return err
		}
	} else if shown, ok := f.Profile.StepFor(before.Answers, step.ID); ok {
		step = shown // answers to what is not asked stay as they are
	}
	a, err := f.readStep(r, f.tokenOrNew(w, r), step)
	if err != nil {
		return err
	}
	dropRow(a.values, step)
	d, err := f.Intake.Save(r.Context(), a.tok, f.Renderer.Lang(r), step, typedAnswers(a.values))
	if fault.Unkept(err) {
		return f.refuseFull(w, r, before, step, a, err)
	}
	if err != nil {
		return err
	}
	if fresh && step.ID != f.firstStep() {
		ui.Redirect(w, r, f.at(r, "/complaint/expired"))
		return nil
	}
	return f.afterSave(w, r, d, step.ID, a)
}

// afterSave does what the button asked for.
func (f *face) afterSave(w http.ResponseWriter, r *http.Request, d *intake.Draft, id string, a arrival) error {
	step, ok := f.Profile.StepFor(d.Answers, id)
	from := first(a.values, "from") == "check"
	switch {
	case !ok:
		ui.Redirect(w, r, f.after(r, d, id, from))
		return nil
	case first(a.values, "act") == "stay" && len(a.refused) == 0: // another language was chosen
		ui.Redirect(w, r, f.stepAddress(r, id, from)+"#main")
		return nil
	case first(a.values, "act") == "keep" && len(a.refused) == 0:
		err := f.keepForLater(w, r, a.tok, f.stepAddress(r, id, from))
		if fault.Unkept(err) {
			return f.refuseFull(w, r, d, step, a, err)
		}
		return err
	case first(a.values, "add") != "" || first(a.values, "remove") != "":
		return f.changeRows(w, r, d, step, a)
	}
	v := stepView{step: step, answers: d.Answers, files: d.Files, from: from, errors: a.refused}
	if first(a.values, "act") == "add" {
		return f.addFiles(w, r, v, a)
	}
	return f.goOn(w, r, d, v, a)
}

// goOn checks the question and goes to the next.
func (f *face) goOn(w http.ResponseWriter, r *http.Request, d *intake.Draft, v stepView, a arrival) error {
	v.errors = append(v.errors, formErrors(f.Profile.Check(v.step.ID, d.Answers), f.Renderer.Lang(r))...)
	if len(v.errors) > 0 {
		return f.refuse(w, r, v, a)
	}
	if v.closed = f.closedAt(r, d, v.step.ID); v.closed != nil {
		return f.refuseClosed(w, r, v)
	}
	if _, short := f.Profile.Interrupt(v.step.ID, d.Answers); short {
		ui.Redirect(w, r, f.shortAddress(r, v))
		return nil
	}
	next := f.after(r, d, v.step.ID, v.from)
	if next == f.at(r, "/complaint/check") {
		err := f.Intake.PrepareCode(r.Context(), a.tok, f.Renderer.Lang(r))
		if fault.Unkept(err) {
			return f.refuseFull(w, r, d, v.step, a, err)
		}
		if err != nil {
			return err
		}
	}
	ui.Redirect(w, r, next+"#main")
	return nil
}

func (f *face) shortAddress(r *http.Request, v stepView) string {
	address := f.at(r, "/complaint/"+v.step.ID+"/short")
	if v.from {
		address += "?from=check"
	}
	return address
}

// addFiles shows the files again, with those just added and what was refused.
func (f *face) addFiles(w http.ResponseWriter, r *http.Request, v stepView, a arrival) error {
	if a.added == 0 && len(a.refused) == 0 {
		v.errors = []ui.FormError{{Field: profile.FieldFiles, Text: f.words(r, "form.file-missing")}}
	}
	if len(v.errors) > 0 {
		return f.refuse(w, r, v, a)
	}
	ui.Redirect(w, r, f.stepAddress(r, v.step.ID, v.from)+"#"+ui.ID(profile.FieldFiles))
	return nil
}

// refuse shows the question again with what is to be put right.
func (f *face) refuse(w http.ResponseWriter, r *http.Request, v stepView, a arrival) error {
	status := http.StatusUnprocessableEntity
	switch {
	case a.limited:
		status = http.StatusTooManyRequests
	case a.full:
		status = http.StatusServiceUnavailable
	}
	return f.renderStep(w, r, status, v)
}

// refuseClosed shows the question again, as it was answered, because nobody would
// receive the complaint.
func (f *face) refuseClosed(w http.ResponseWriter, r *http.Request, v stepView) error {
	v.errors = append(v.errors, ui.FormError{Text: f.words(r, "error.form-closed")})
	return f.renderStep(w, r, http.StatusServiceUnavailable, v)
}

// changeRows removes a file, or shows the page with a row more or less.
func (f *face) changeRows(w http.ResponseWriter, r *http.Request, d *intake.Draft, step profile.Step, a arrival) error {
	back := f.stepAddress(r, step.ID, first(a.values, "from") == "check")
	if group := first(a.values, "add"); group != "" && slices.ContainsFunc(step.Fields, isGroup(group)) {
		row := question.EmptyRow(d.Answers.Rows(group))
		more, sign := "?more="+group, strings.Contains(back, "?")
		if sign {
			more = "&more=" + group
		}
		ui.Redirect(w, r, back+more+"#"+ui.ID(group+"."+strconv.Itoa(row)+".name"))
		return nil
	}
	if id := first(a.values, "remove"); id != "" && !strings.Contains(id, ".") {
		if err := f.Intake.RemoveFile(r.Context(), a.tok, id); err != nil {
			return err
		}
	}
	ui.Redirect(w, r, back+"#main")
	return nil
}

func isGroup(id string) func(profile.Field) bool {
	return func(x profile.Field) bool { return x.ID == id && x.Kind == profile.Persons }
}

// dropRow takes the row out of the answers whose Remove button was pressed.
func dropRow(values map[string][]string, step profile.Step) {
	group, row, ok := strings.Cut(first(values, "remove"), ".")
	if !ok || row == "" || !slices.ContainsFunc(step.Fields, isGroup(group)) {
		return
	}
	for key := range values {
		if strings.HasPrefix(key, group+"."+row+".") {
			delete(values, key)
		}
	}
}

// refuseFull shows a question as it was answered, because the disk has no room to
// keep the answers. before is what was kept until now; nil for nothing.
func (f *face) refuseFull(w http.ResponseWriter, r *http.Request, before *intake.Draft, step profile.Step, a arrival, why error) error {
	f.Renderer.Failed(r, why)
	v := stepView{step: step, from: first(a.values, "from") == "check"}
	if before != nil {
		v.answers, v.files = before.Answers, before.Files
	}
	v.answers = intake.Merged(v.answers, step, typedAnswers(a.values))
	if shown, ok := f.Profile.StepFor(v.answers, step.ID); ok {
		v.step = shown
	}
	v.errors = append([]ui.FormError{{Text: f.words(r, "form.disk-full")}}, a.refused...)
	return f.renderStep(w, r, http.StatusServiceUnavailable, v)
}

// typedAnswers is the answers among the values of a form, without those left empty.
func typedAnswers(values map[string][]string) profile.Answers {
	a := profile.Answers{}
	for key, list := range values {
		for _, v := range list {
			if v != "" {
				a[key] = append(a[key], v)
			}
		}
	}
	return a
}

// mayBegin reports whether the answer was written already: the complaint was sent
// in between, or too many were begun from one network. Then nothing typed is lost:
// the page comes back as it was sent.
func (f *face) mayBegin(w http.ResponseWriter, r *http.Request, step profile.Step) (done bool, err error) {
	if step.ID != f.firstStep() {
		if sent, err := f.hasReceipt(r); sent || err != nil {
			if sent {
				ui.Redirect(w, r, f.at(r, "/receipt"))
			}
			return true, err
		}
	}
	again, ok := f.Networks.begins.allow(f.Clock.Now(), f.Client(r))
	if ok {
		return false, nil
	}
	values, err := read(r)
	if err != nil {
		return true, err
	}
	answers := typedAnswers(values)
	if shown, ok := f.Profile.StepFor(answers, step.ID); ok {
		step = shown
	}
	return true, f.renderStep(w, r, http.StatusTooManyRequests, stepView{
		step: step, answers: answers, errors: []ui.FormError{{Text: f.words(r, "form.later", "time", f.clockTime(r, again))}},
	})
}
