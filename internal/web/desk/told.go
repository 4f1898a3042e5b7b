package desk

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// The bounds of the page on which a complaint is registered.
const (
	toldFields = 600
	toldBytes  = 1 << 20
)

// toldPage is the one page on which a member registers what somebody told: how and when, and
// the questions of the form.
type toldPage struct {
	Note  string // what was just done; empty: nothing
	Begun bool   // there is something to throw away
	How   []ui.Field
	Rare  *toldRare
	Talk  []ui.Field // of a conversation: consent, and the recording
	Parts []toldPart
}

// toldPart is the questions of one part of the form.
type toldPart struct {
	Heading string
	Parts   []question.Part
	Rare    *toldRare
}

// toldToken is the secret under which this browser keeps what is being registered.
func (d *desk) toldToken(r *http.Request) (seal.Token, bool) {
	tok, err := d.token(r, cookieTold)
	return tok, err == nil
}

// toldDraft is what the member began to register, else intake.ErrNoDraft. fault.ErrNotFound
// for whoever handles no cases.
func (d *desk) toldDraft(r *http.Request) (*intake.Draft, seal.Token, error) {
	tok, ok := d.toldToken(r)
	if !ok {
		if a := actor(r); !a.Handler() || !a.Entry.Active {
			return nil, tok, fault.ErrNotFound
		}
		return nil, tok, intake.ErrNoDraft
	}
	draft, err := d.Intake.ToldDraft(r.Context(), actor(r), tok)
	return draft, tok, err
}

// asker asks the questions of the form of a member.
func (d *desk) asker(r *http.Request) question.Asker {
	p := d.Casework.Profile
	return question.Asker{
		Profile: p, Lang: d.Renderer.Lang(r), Files: d.Intake.Limits.Files, FileBytes: d.Intake.Limits.FileBytes,
		Upload: toldUpload, Brief: true,
		Text:  func(key string, pairs ...any) string { return d.text(r, key, pairs...) },
		Steps: p.StepsTold, Demands: p.DemandsTold,
	}
}

// toldShow shows the page with what was typed before.
func (d *desk) toldShow(w http.ResponseWriter, r *http.Request) error {
	draft, _, err := d.toldDraft(r)
	if errors.Is(err, intake.ErrNoDraft) {
		return d.renderTold(w, r, http.StatusOK, nil, nil)
	}
	if err != nil {
		return err
	}
	return d.renderTold(w, r, http.StatusOK, draft, nil)
}

func (d *desk) renderTold(w http.ResponseWriter, r *http.Request, status int, draft *intake.Draft, errs []ui.FormError) error {
	answers, typed := d.Casework.Profile.Presets(d.Renderer.Lang(r)), profile.Answers{intake.ToldWritten: {d.Renderer.Lang(r)}}
	data := toldPage{Begun: draft != nil}
	var files, recording []intake.File
	if draft != nil {
		answers, files, recording = draft.Answers, draft.Evidence(), draft.Recording()
		if len(draft.Told.Typed) > 0 {
			typed = draft.Told.Typed
		}
	}
	if note := r.URL.Query().Get("done"); (note == "saved" || note == "more") && draft != nil && len(errs) == 0 {
		data.Note = d.text(r, "told.note-"+note)
	}
	data.How, data.Talk = d.toldHow(r, typed, recording, errs)
	tick := question.Tick{
		ID: ui.ID(intake.ToldUnknown), Name: intake.ToldUnknown, Label: d.text(r, "told.unknown"), Hint: d.text(r, "told.unknown-hint"),
		Error: ui.ErrorFor(errs, intake.ToldUnknown), Ticked: typed.Has(intake.ToldUnknown, "yes"), Optional: true,
	}
	tick.DescribedBy = ui.Field{Name: intake.ToldUnknown, Hint: tick.Hint, Error: tick.Error}.DescribedBy()
	data.Rare = &toldRare{}
	for _, f := range data.How {
		if f.Optional {
			data.Rare.add(question.Part{Field: &f}, f.Label, f.Value() != "" || f.Error != "")
		}
	}
	data.Rare.add(question.Part{Tick: &tick}, tick.Label, tick.Ticked || tick.Error != "")
	data.How = slices.DeleteFunc(data.How, func(f ui.Field) bool { return f.Optional })
	data.Parts = d.toldParts(r, draft, question.View{Answers: answers, Files: files, Errors: errs, More: r.URL.Query().Get("more")})
	p := page(d, r, d.text(r, "told.title"), data)
	p.Errors, p.Sends = errs, true
	return d.Renderer.Render(w, r, status, "desk/told", p)
}

// toldSave keeps what was typed, right or wrong, and then does what the button says. Files go
// straight into sealing; one that is refused leaves the rest alone.
func (d *desk) toldSave(w http.ResponseWriter, r *http.Request) error {
	draft, tok, err := d.toldDraft(r)
	if errors.Is(err, intake.ErrNoDraft) { // none, or a colleague's
		tok = seal.NewToken()
		d.Cookies.Set(w, cookieTold, tok.Cookie(), 0)
		draft, err = d.Intake.BeginTold(r.Context(), actor(r), tok)
	}
	if err != nil {
		return err
	}
	asked := d.Casework.Profile.StepsTold(draft.Answers)
	values, refused, err := d.readTold(r, tok) //nolint:contextcheck // it reads the request's own
	if err != nil {
		return err
	}
	for _, id := range values[recordingHanded] {
		if err := d.Intake.SetRecording(r.Context(), actor(r), tok, id); err != nil {
			return err
		}
	}
	dropToldRow(values, asked)
	draft, dropped, err := d.Intake.SaveTold(r.Context(), actor(r), tok, asked, answersOf(values))
	if err != nil {
		return err
	}
	for _, f := range dropped {
		if draft.Told.Typed.One(intake.ToldSound+f.ID) == string(casefile.HeardWithheld) {
			refused = append(refused, ui.FormError{Field: profile.FieldFiles, Text: d.text(r, "error.sound-withheld", "name", f.Name)})
			continue
		}
		refused = append(refused, ui.FormError{Field: intake.ToldRecording, Text: d.text(r, "told.recording-refused")})
	}
	if len(refused) > 0 {
		return d.renderTold(w, r, http.StatusUnprocessableEntity, draft, refused)
	}
	return d.toldGo(w, r, tok, draft, asked, values)
}

// readTold reads the form and seals its files.
func (d *desk) readTold(r *http.Request, tok seal.Token) (form, []ui.FormError, error) {
	var refused []ui.FormError
	limits := ui.Limits{Fields: toldFields, TextBytes: toldBytes, FileBytes: d.Intake.Limits.FileBytes + 1}
	values, err := ui.ReadForm(r, limits, func(u ui.Upload) error {
		var err error
		switch u.Field {
		case profile.FieldFiles:
			_, err = d.Intake.AddToldFile(r.Context(), actor(r), tok, u.Name, u.Body)
		case intake.ToldRecording:
			_, err = d.Intake.AddRecording(r.Context(), actor(r), tok, u.Name, u.Body)
		default:
			return nil
		}
		if errs, _ := d.problems(r, err, u.Field); errs != nil {
			refused = append(refused, errs...)
			return nil
		}
		return err
	})
	return values, refused, err
}

// toldGo does what the button asked for.
func (d *desk) toldGo(w http.ResponseWriter, r *http.Request, tok seal.Token, draft *intake.Draft, asked []profile.Step, f form) error {
	to := "/desk/register?done=saved#main"
	switch remove, add := f.one("remove"), f.one("add"); {
	case f.one("act") == "discard":
		if err := d.Intake.DiscardTold(r.Context(), actor(r), tok); err != nil {
			return err
		}
		d.Cookies.Clear(w, cookieTold)
		to = "/desk"
	case remove != "" && !strings.Contains(remove, "."):
		if err := d.Intake.DropToldFile(r.Context(), actor(r), tok, remove); err != nil {
			return err
		}
	case remove != "":
	case add != "":
		to = "/desk/register?more=" + strings.Map(wordOnly, add) + "#" + ui.ID(add+".0.name")
	case f.one("act") == "check":
		if asksMore(asked, d.Casework.Profile.StepsTold(draft.Answers)) {
			to = "/desk/register?done=more#main"
			break
		}
		v, err := d.Intake.ReviewTold(r.Context(), actor(r), tok)
		if err != nil {
			return err
		}
		if errs := d.toldErrors(r, v); len(errs) > 0 {
			return d.renderTold(w, r, http.StatusUnprocessableEntity, draft, errs)
		}
		to = "/desk/register/check#main"
	}
	ui.Redirect(w, r, to)
	return nil
}

// toldErrors words what is wrong or missing.
func (d *desk) toldErrors(r *http.Request, v *intake.ToldReview) (list []ui.FormError) {
	for _, e := range v.Wrong {
		list = append(list, ui.FormError{Field: e.Field, Text: d.text(r, e.Key)})
	}
	for _, e := range v.Missing {
		list = append(list, ui.FormError{Field: e.Field, Text: e.In(d.Renderer.Lang(r))})
	}
	if v.Closed {
		list = append(list, ui.FormError{Text: d.text(r, "error.form-closed")})
	}
	return list
}
