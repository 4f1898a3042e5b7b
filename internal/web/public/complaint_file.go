package public

import (
	"net/http"
	"time"

	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/web/pieces"
	"klankbord/internal/web/ui"
)

// arrival is what came in with a question: the answers as typed, and what became of
// the files.
type arrival struct {
	tok     seal.Token
	values  map[string][]string
	added   int
	refused []ui.FormError
	limited bool // a file was refused because too many came from one network
	full    bool // a file was refused because the disk has no room
}

// readStep reads the form of a question. Files go straight into sealing, one by
// one; one that is refused leaves the others alone.
func (f *face) readStep(r *http.Request, tok seal.Token, step profile.Step) (arrival, error) {
	a := arrival{tok: tok}
	take := func(ui.Upload) error { return nil }
	if f.asksFiles(step.ID) {
		take = func(u ui.Upload) error { return f.takeFile(r, u, &a) }
	}
	limits := ui.Limits{Fields: fields, TextBytes: textBytes, FileBytes: f.Intake.Limits.FileBytes + 1}
	values, err := ui.ReadForm(r, limits, take)
	a.values, a.added = values, a.added+len(values[pieces.Handed])
	delete(values, pieces.Handed)
	return a, err
}

func (f *face) takeFile(r *http.Request, u ui.Upload, a *arrival) error {
	if u.Field != profile.FieldFiles {
		return nil
	}
	if again, ok := f.Networks.uploads.allow(f.Clock.Now(), f.Client(r)); !ok {
		a.limited = true
		a.refused = append(a.refused, ui.FormError{Field: profile.FieldFiles, Text: f.words(r, "form.file-later", "name", u.Name, "time", f.clockTime(r, again))})
		return nil
	}
	_, err := f.Intake.AddFile(r.Context(), a.tok, f.Renderer.Lang(r), u.Name, u.Body)
	if why, ok := fault.As(err); ok && (why.Kind == fault.Invalid || why.Kind == fault.Limit) {
		a.refused = append(a.refused, ui.FormError{Field: profile.FieldFiles, Text: f.Words.Text(f.Renderer.Lang(r), why.Key, why.Args)})
		return nil
	}
	if fault.Unkept(err) {
		f.Renderer.Failed(r, err)
		a.refused = append(a.refused, ui.FormError{Field: profile.FieldFiles, Text: f.words(r, "form.file-no-room", "name", u.Name)})
		a.full = true
		return nil
	}
	if err == nil {
		a.added++
	}
	return err
}

// clockTime rounds a time to come up, so that "try again after" holds.
func (f *face) clockTime(r *http.Request, t time.Time) string {
	return lang.TimeOfDay(lang.Lang(f.Renderer.Lang(r)), t.Add(time.Minute-time.Nanosecond))
}
