package profile

import (
	"iter"
	"slices"

	"klankbord/internal/casefile"
)

// StepsFor returns the pages that a person with these answers sees, in order,
// each with only the fields and options that apply and in the wording that
// applies.
func (p *Profile) StepsFor(a Answers) []Step {
	f := p.facts(a)
	out := make([]Step, 0, len(p.Form.Steps))
	for s := range p.shown(f) {
		out = append(out, s.worded(f))
	}
	return out
}

// shown goes over the pages that a person sees, not worded yet: wording a page costs
// more than knowing that it is there. They are the form's own and must not be changed.
func (p *Profile) shown(f facts) iter.Seq[*Step] {
	return func(yield func(*Step) bool) {
		for i := range p.Form.Steps {
			if s := &p.Form.Steps[i]; s.shows(f) && !yield(s) {
				return
			}
		}
	}
}

// shows reports whether a page applies and has anything on it.
func (s *Step) shows(f facts) bool {
	if !s.When.shown(f) {
		return false
	}
	if len(s.Body) > 0 {
		return true
	}
	for i := range s.Fields {
		if s.Fields[i].When.shown(f) {
			return true
		}
	}
	return false
}

// StepFor returns one page by its id, if a person with these answers sees it.
func (p *Profile) StepFor(a Answers, id string) (Step, bool) {
	f := p.facts(a)
	for s := range p.shown(f) {
		if s.ID == id {
			return s.worded(f), true
		}
	}
	return Step{}, false
}

// Next returns the page after id; not ok means that the check page follows. A page
// that is no longer shown continues with the first shown page behind its place.
func (p *Profile) Next(a Answers, id string) (Step, bool) {
	place, f := p.Form.place(id), p.facts(a)
	for s := range p.shown(f) {
		if p.Form.place(s.ID) > place {
			return s.worded(f), true
		}
	}
	return Step{}, false
}

// Prev returns the page before id; not ok means that id is the first. An id that
// no page has stands for the check page, behind the last.
func (p *Profile) Prev(a Answers, id string) (Step, bool) {
	place := p.Form.place(id)
	if place < 0 {
		place = len(p.Form.Steps)
	}
	f := p.facts(a)
	var prev *Step
	for s := range p.shown(f) {
		if p.Form.place(s.ID) < place {
			prev = s
		}
	}
	if prev == nil {
		return Step{}, false
	}
	return prev.worded(f), true
}

// place returns the index of a step, or -1.
func (f Form) place(id string) int {
	for i, s := range f.Steps {
		if s.ID == id {
			return i
		}
	}
	return -1
}

// Progress returns the part that a page belongs to, its number and how many parts
// a person with these answers has.
func (p *Profile) Progress(a Answers, id string) (part Part, number, of int) {
	shown := map[string]bool{}
	current := ""
	for s := range p.shown(p.facts(a)) {
		shown[s.Part] = true
		if s.ID == id {
			current = s.Part
		}
	}
	for _, x := range p.Form.Parts {
		if !shown[x.ID] {
			continue
		}
		of++
		if x.ID == current {
			part, number = x, of
		}
	}
	return part, number, of
}

// Mandatory counts what a complainant on a route must fill in when no condition
// but the route applies. A group of which one is enough counts once.
func (p *Profile) Mandatory(route casefile.Route) int {
	f := facts{answers: Answers{}, route: route, routes: []casefile.Route{route}}
	n := 0
	for _, s := range p.Form.Steps {
		if !s.When.shown(f) {
			continue
		}
		if len(s.OneOf.Fields) > 0 {
			n++
		}
		for _, field := range s.Fields {
			if field.When.shown(f) && field.Required.holds(f) {
				n++
			}
		}
	}
	return n
}

// Requires reports whether a field must be filled in, given the answers so far. It
// is false for the fields of a group of which one is enough.
func (p *Profile) Requires(field Field, a Answers) bool {
	return field.Required.holds(p.facts(a))
}

// worded returns the step as a person sees it.
func (s Step) worded(f facts) Step {
	for _, v := range s.Variants {
		if v.When.holds(f) {
			s.Title, s.Intro = or(v.Title, s.Title), or(v.Intro, s.Intro)
			break
		}
	}
	fields := make([]Field, 0, len(s.Fields))
	for i := range s.Fields {
		if s.Fields[i].When.shown(f) {
			fields = append(fields, s.Fields[i].worded(f))
		}
	}
	s.Fields = fields
	return s
}

func (f Field) worded(x facts) Field {
	for _, v := range f.Variants {
		if v.When.holds(x) {
			f.Label, f.Hint = or(v.Label, f.Label), or(v.Hint, f.Hint)
			if !v.Missing.Empty() {
				f.Errors = withText(f.Errors, "missing", v.Missing)
			}
			break
		}
	}
	f.Options = slices.Clip(f.Options) // whoever appends gets a copy
	out := func(o Option) bool { return !o.When.shown(x) || f.ID == FieldLanguage && !x.speaks(o.ID) }
	if slices.ContainsFunc(f.Options, out) {
		f.Options = slices.DeleteFunc(slices.Clone(f.Options), out)
	}
	return f
}

func or(t, otherwise Text) Text {
	if t.Empty() {
		return otherwise
	}
	return t
}

func withText(m map[string]Text, key string, t Text) map[string]Text {
	c := map[string]Text{key: t}
	for k, v := range m {
		if k != key {
			c[k] = v
		}
	}
	return c
}

// field returns a field by its id.
func (f Form) field(id string) (Field, bool) {
	for _, s := range f.Steps {
		for _, x := range s.Fields {
			if x.ID == id {
				return x, true
			}
		}
	}
	return Field{}, false
}

// Field returns a field of the form by its id, shown or not.
func (p *Profile) Field(id string) (Field, bool) { return p.Form.field(id) }
