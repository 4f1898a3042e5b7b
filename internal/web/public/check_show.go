package public

import (
	"errors"
	"net/http"

	"klankbord/internal/casefile"
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// checkPage shows everything once more before it is sent.
type checkPage struct {
	Back, Draft string
	Seen        string // what it says about who reads it
	Parts       []question.CheckedPart
	Missing     []ui.Link // what still has to be filled in, each with where
	Ready       bool
	Closed      *question.Closed
	Who         whoReads
	Names       []nameQuestion
	Asking      bool // the names are asked about now
	Reminder    bool // keep your own name out of the story
	StoryChange string
	Emergency   *emergency
}

// whoReads tells who will receive the complaint and who will not.
type whoReads struct {
	Team, Readers string
	LeftOut       []string // functions and names, in the words of the form
	Alternative   string   // what the alternative recipient does; empty when not called in
	OnlyOutside   bool
	Bodies        []body
}

// nameQuestion asks whether the complaint is about a member whose name was typed.
type nameQuestion struct {
	Field  ui.Field
	Name   string
	Answer string
}

// showCheck answers with the check page.
func (f *face) showCheck(w http.ResponseWriter, r *http.Request) error {
	tok, ok := f.token(r)
	if !ok {
		return f.elsewhere(w, r)
	}
	review, err := f.Intake.Review(r.Context(), tok)
	if errors.Is(err, intake.ErrNoDraft) {
		return f.elsewhere(w, r)
	}
	if err != nil {
		return err
	}
	return f.renderCheck(w, r, http.StatusOK, review, nil)
}

func (f *face) renderCheck(w http.ResponseWriter, r *http.Request, status int, review *intake.Review, wrong []ui.FormError) error {
	d := review.Draft
	l := f.Renderer.Lang(r)
	data := checkPage{
		Back: f.at(r, "/"), Draft: d.ID, Seen: review.Seen, Parts: f.checkedParts(r, d), Missing: f.missing(r, review),
		Who: f.whoReads(review, l), Names: f.nameQuestions(r, review, wrong), Ready: review.Ready() && review.Routing.Team != "",
		Reminder: review.Routing.Route != casefile.General && review.Routing.Route != "", StoryChange: f.stepAddress(r, f.storyStep(), true),
	}
	if prev, ok := f.Profile.Prev(d.Answers, ""); ok {
		data.Back = f.stepAddress(r, prev.ID, false)
	}
	for _, m := range review.Matches {
		data.Asking = data.Asking || m.Answer == "" || r.URL.Query().Get("names") == "change"
	}
	if review.Closed {
		if data.Closed = f.closedTo(r, review.Routing.Team); data.Closed != nil {
			data.Closed.Kept = true
		}
	}
	if d.Answers.Has(profile.FieldDanger, "yes") || review.Closed {
		data.Emergency = f.emergency(l)
	}
	path := "/complaint/check"
	if data.Asking {
		path += "?names=change"
	}
	return f.Renderer.Render(w, r, status, "public/check", ui.Page[checkPage]{
		Title: f.words(r, "form.check.title"), Path: path, Exit: f.exits(d.Answers), Errors: wrong, Data: data,
	})
}

// storyStep is the page on which the story is told.
func (f *face) storyStep() string {
	for _, s := range f.Profile.Form.Steps {
		for _, x := range s.Fields {
			if x.ID == profile.FieldStory {
				return s.ID
			}
		}
	}
	return f.firstStep()
}

func (f *face) missing(r *http.Request, review *intake.Review) []ui.Link {
	var out []ui.Link
	for _, e := range review.Missing {
		out = append(out, ui.Link{Href: f.stepAddress(r, e.Step, true) + "#" + ui.ID(e.Field), Text: e.In(f.Renderer.Lang(r))})
	}
	return out
}

func (f *face) whoReads(review *intake.Review, l string) whoReads {
	var x whoReads
	if team, ok := f.Profile.Team(review.Routing.Team); ok {
		x.Team, x.Readers = team.Name.In(l), team.Readers.In(l)
	}
	for _, function := range review.Routing.Excluded {
		for _, o := range f.Profile.Functions() {
			if o.Function == function {
				x.LeftOut = append(x.LeftOut, o.Label.In(l))
			}
		}
	}
	for _, m := range review.Matches {
		if m.Answer == "yes" {
			x.LeftOut = append(x.LeftOut, m.Name)
		}
	}
	if review.Alternative {
		if team, ok := f.Profile.Team(casefile.Alternative); ok {
			x.Alternative = team.Readers.In(l)
		}
	}
	if review.OnlyOutside && review.Routing.Team != "" {
		x.OnlyOutside, x.Bodies = true, bodiesIn(f.Profile.ExternalOn(review.Routing.Route), l)
	}
	return x
}

func (f *face) nameQuestions(r *http.Request, review *intake.Review, wrong []ui.FormError) []nameQuestion {
	var out []nameQuestion
	for _, m := range review.Matches {
		name := "named." + string(m.Member)
		out = append(out, nameQuestion{Name: m.Name, Answer: m.Answer, Field: ui.Field{
			Kind: ui.KindRadios, Name: name, Label: f.words(r, "form.names.question", "name", m.Name), Error: ui.ErrorFor(wrong, name),
			Values:  []string{m.Answer},
			Options: []ui.Option{{Value: "yes", Label: f.words(r, "form.names.yes")}, {Value: "no", Label: f.words(r, "form.names.no")}},
		}})
	}
	return out
}
