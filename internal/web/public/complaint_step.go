package public

import (
	"net/http"
	"slices"
	"strconv"

	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// firstStep is the id of the question that the form begins with.
func (f *face) firstStep() string { return f.Profile.StepsFor(nil)[0].ID }

// formStep is a page of the form as the profile has it, shown or not.
func (f *face) formStep(id string) (profile.Step, bool) {
	i := slices.IndexFunc(f.Profile.Form.Steps, func(s profile.Step) bool { return s.ID == id })
	if i < 0 {
		return profile.Step{}, false
	}
	return f.Profile.Form.Steps[i], true
}

// asksFiles reports whether a page of the form takes files.
func (f *face) asksFiles(id string) bool {
	step, _ := f.formStep(id)
	return slices.ContainsFunc(step.Fields, func(x profile.Field) bool { return x.Kind == profile.Files })
}

// stepAddress is the address of a question; one that was opened to change an
// answer leads back to the check page.
func (f *face) stepAddress(r *http.Request, id string, fromCheck bool) string {
	if fromCheck {
		return f.at(r, "/complaint/"+id+"?from=check")
	}
	return f.at(r, "/complaint/"+id)
}

// after is where to go once a question was answered. Someone who came to change an
// answer is asked only what the change has made new.
func (f *face) after(r *http.Request, d *intake.Draft, id string, fromCheck bool) string {
	if fromCheck {
		return f.onward(r, d, true)
	}
	if next, ok := f.Profile.Next(d.Answers, id); ok {
		return f.stepAddress(r, next.ID, false)
	}
	return f.at(r, "/complaint/check")
}

// onward is the first question that was not answered yet or asks more than before,
// else the check page.
func (f *face) onward(r *http.Request, d *intake.Draft, fromCheck bool) string {
	for _, s := range f.Profile.StepsFor(d.Answers) {
		if !slices.Contains(d.Visited, s.ID) || len(f.Profile.Check(s.ID, d.Answers)) > 0 {
			return f.stepAddress(r, s.ID, fromCheck)
		}
	}
	return f.at(r, "/complaint/check")
}

// stepView is what a question is shown with.
type stepView struct {
	step    profile.Step
	answers profile.Answers
	files   []intake.File
	errors  []ui.FormError
	from    bool   // came from the check page
	more    string // group that gets an empty row
	closed  *question.Closed
	path    string // where it was opened, behind the language; empty: at its own address
	notice  string // said above it
	looks   bool   // somebody came by an address of a topic: nothing is kept until they send it
}

// stepPage is one question of the form.
type stepPage struct {
	Back, Action string
	Caption      string
	Heading      string // empty when the only field is the heading
	Intro        string
	Body         []string
	Parts        []question.Part
	Whys         []string
	FromCheck    bool
	Multipart    bool
	Guarded      bool // Enter must not press the first Remove or Add button
	Emergency    *emergency
	Privacy      bool // leads to how data are used
	First        bool // leads to who reads a complaint
	Closed       *question.Closed
	Notice       string
	FormID       string
}

// renderStep answers with a question.
func (f *face) renderStep(w http.ResponseWriter, r *http.Request, status int, v stepView) error {
	data, l := f.stepPage(r, v), f.Renderer.Lang(r)
	path := "/complaint/" + v.step.ID
	if v.from {
		path += "?from=check"
	}
	if v.path != "" {
		path = v.path
	}
	title := v.step.Title.In(l)
	if title == "" {
		title = v.step.Fields[0].Label.In(l)
	}
	form := ui.LangForm{ID: "step", Path: "/complaint/" + v.step.ID, Act: "next"}
	if v.looks {
		form, data.FormID = ui.LangForm{}, "page" // Carry takes along what is ticked, and keeps nothing
	}
	return f.Renderer.Render(w, r, status, "public/step", ui.Page[stepPage]{
		Sends: f.asksFiles(v.step.ID),
		Title: title, TitleParts: []string{f.caption(r, v)}, Path: path, Exit: f.exits(v.answers), Errors: v.errors, Data: data,
		Form: form,
	})
}

func (f *face) stepPage(r *http.Request, v stepView) stepPage {
	l := f.Renderer.Lang(r)
	p := stepPage{
		Back: f.backFrom(r, v), Action: f.at(r, "/complaint/"+v.step.ID), Caption: f.caption(r, v),
		Heading: v.step.Title.In(l), Intro: question.InOrNone(v.step.Intro, l), Body: textsIn(v.step.Body, l), FromCheck: v.from, Closed: v.closed, Notice: v.notice,
		First: v.step.ID == f.firstStep(), FormID: "step",
	}
	p.Parts = f.stepParts(r, v)
	if only, ok := asHeading(p, v, l); ok {
		p.Heading, p.Intro, p.Caption, p.Parts[0].Field = "", "", "", only
	}
	for _, x := range v.step.Fields {
		if !x.Why.Empty() {
			p.Whys = append(p.Whys, x.Why.In(l))
		}
		p.Multipart = p.Multipart || x.Kind == profile.Files
		p.Guarded = p.Guarded || x.Kind == profile.Files || x.Kind == profile.Persons
		p.Privacy = p.Privacy || x.ID == profile.FieldPrivacyRead
		if x.ID == profile.FieldTopics || x.ID == profile.FieldDanger {
			p.Emergency = f.emergency(l)
		}
	}
	if p.Emergency != nil {
		p.Emergency.Asked = p.Heading == ""
	}
	return p
}

// asHeading makes the label of a page's only question its h1, where the two say the
// same, so that nobody hears it twice.
func asHeading(p stepPage, v stepView, l string) (*ui.Field, bool) {
	if len(p.Parts) != 1 || p.Parts[0].Field == nil || len(v.step.Body) > 0 {
		return nil, false
	}
	x := *p.Parts[0].Field
	if x.Label != v.step.Title.In(l) {
		return nil, false
	}
	x.Heading, x.Caption = true, p.Caption
	if p.Intro != "" && x.Hint != "" {
		x.Hint = p.Intro + " " + x.Hint
	} else {
		x.Hint += p.Intro
	}
	return &x, true
}

func (f *face) backFrom(r *http.Request, v stepView) string {
	if v.from {
		return f.at(r, "/complaint/check")
	}
	if prev, ok := f.Profile.Prev(v.answers, v.step.ID); ok {
		return f.stepAddress(r, prev.ID, false)
	}
	return f.at(r, "/")
}

func (f *face) caption(r *http.Request, v stepView) string {
	part, n, of := f.Profile.Progress(v.answers, v.step.ID)
	if n == 0 {
		return ""
	}
	return f.words(r, "form.part-of", "n", strconv.Itoa(n), "of", strconv.Itoa(of), "part", part.Label.In(f.Renderer.Lang(r)))
}

// formErrors words the problems of a page in a language.
func formErrors(list []profile.FieldError, l string) []ui.FormError {
	var out []ui.FormError
	for _, e := range list {
		out = append(out, ui.FormError{Field: e.Field, Text: e.In(l)})
	}
	return out
}
