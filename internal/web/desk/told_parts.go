package desk

import (
	"net/http"
	"slices"
	"strings"

	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// toldRare is what is seldom filled in and may be left out: it lies folded until something
// stands in it, or is wrong.
type toldRare struct {
	Names string // of the questions
	Parts []question.Part
	Open  bool
}

func (x *toldRare) add(p question.Part, name string, open bool) {
	x.Names = strings.TrimPrefix(x.Names+" · "+name, " · ")
	x.Parts, x.Open = append(x.Parts, p), x.Open || open
}

// toldParts are the questions of the form, under its parts. Where the heading of a page says
// what its only question asks, that is its label here. What may be left out of every
// complaint lies folded; what an answer brought up never does.
func (d *desk) toldParts(r *http.Request, draft *intake.Draft, v question.View) []toldPart {
	ask, p := d.asker(r), d.Casework.Profile
	always := map[string]bool{}
	for _, s := range p.StepsTold(p.Presets(ask.Lang)) {
		for _, f := range s.Fields {
			always[f.ID] = true
		}
	}
	var list []toldPart
	last := ""
	for _, s := range p.StepsTold(v.Answers) {
		if s.Part != last || len(list) == 0 {
			part, _, _ := p.Progress(v.Answers, s.ID)
			list, last = append(list, toldPart{Heading: part.Label.In(ask.Lang)}), s.Part
		}
		to := &list[len(list)-1]
		for _, f := range toldAsked(s) {
			v.Step = s
			v.Step.OneOf.Fields = append(slices.Clone(s.OneOf.Fields), profile.FieldFirstName, profile.FieldLastName) // one of the two is enough
			v.Step.Fields = []profile.Field{f}
			parts := ask.Parts(v)
			if always[f.ID] && seldom(p, f, v) {
				open := v.Answers.Given(f.ID) || ui.ErrorFor(v.Errors, f.ID) != "" || v.More == f.ID
				for n, x := range parts {
					to.fold(x, f.Label.In(ask.Lang), open, n == 0)
				}
				continue
			}
			if to.Parts = append(to.Parts, parts...); f.ID == profile.FieldFiles {
				to.Parts = append(to.Parts, d.toldSounds(r, draft, v.Errors)...)
			}
		}
	}
	return list
}

// toldAsked are the fields of a page, with their labels as this page asks them.
func toldAsked(s profile.Step) []profile.Field {
	list := slices.Clone(s.Fields)
	for i, f := range list {
		if (len(list) == 1 || f.Kind == profile.Choices || f.Kind == profile.Files) && !s.Title.Empty() {
			list[i].Label = s.Title
		}
	}
	return list
}

// seldom reports whether a field may be left out and mostly is.
func seldom(p *profile.Profile, f profile.Field, v question.View) bool {
	return !p.DemandsTold(f, v.Answers) && !slices.Contains(v.Step.OneOf.Fields, f.ID) && f.ID != profile.FieldFiles && f.ID != profile.FieldSummary
}

func (t *toldPart) fold(x question.Part, name string, open, first bool) {
	if t.Rare == nil {
		t.Rare = &toldRare{}
	}
	if !first { // the currency of an amount
		t.Rare.Parts = append(t.Rare.Parts, x)
		return
	}
	t.Rare.add(x, name, open)
}
