package profile

import (
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// Routing says where a complaint goes. It names functions, never members; who
// receives a key follows from the directory less those who hold an excluded
// function.
type Routing struct {
	Route  casefile.Route   // strictest of those ticked; empty when nothing is
	Team   casefile.Team    // empty when nothing is ticked: nobody receives it yet
	Routes []casefile.Route // all ticked, each with its own clocks, in order of strictness
	Topics []string         // ids of the topics ticked
	// Excluded are the functions the complaint is about.
	Excluded []staff.Function
	// NeedsAlternative says that the alternative recipient is granted too, because
	// the director or the board is named.
	NeedsAlternative bool
	// Question says that only questions were ticked: no outcome is needed.
	Question bool
	Severity int // default severity of the gravest topic
}

// Route derives route, team and exclusions from the answers. Answers to questions
// that are not shown have no say.
func (p *Profile) Route(a Answers) Routing {
	ticked := p.Ticked(a)
	if len(ticked) == 0 {
		return Routing{}
	}
	r := Routing{Question: true}
	for _, t := range ticked {
		r.Route = r.Route.Stricter(t.Route)
		r.Topics = append(r.Topics, t.ID)
		r.Question = r.Question && t.Question
		r.NeedsAlternative = r.NeedsAlternative || t.Alternative
		r.Severity = max(r.Severity, t.Severity)
		if !slices.Contains(r.Routes, t.Route) {
			r.Routes = append(r.Routes, t.Route)
		}
	}
	slices.SortFunc(r.Routes, byStrictness)
	r.Team = p.teamOf(r.Route, ticked)
	p.applyOptions(&r, a)
	return r
}

// byStrictness orders the less strict route first.
func byStrictness(x, y casefile.Route) int {
	switch {
	case x == y:
		return 0
	case x.Stricter(y) == y:
		return -1
	default:
		return 1
	}
}

// teamOf returns the team of a route, or the one that a ticked topic goes to
// instead. A topic may only lead away from the team of the mildest route, never
// back to it.
func (p *Profile) teamOf(route casefile.Route, ticked []Topic) casefile.Team {
	var team casefile.Team
	for _, t := range p.Teams {
		if onRoute(t.Routes, route) {
			team = t.ID
		}
	}
	if route != casefile.General {
		return team
	}
	for _, t := range ticked {
		if t.Team != "" {
			team = t.Team
		}
	}
	return team
}

// applyOptions lets the chosen options of shown choices exclude, call in the
// alternative recipient, or take a general complaint to another team.
func (p *Profile) applyOptions(r *Routing, a Answers) {
	f := p.facts(a)
	for i := range p.Form.Steps {
		s := &p.Form.Steps[i]
		if !s.When.shown(f) {
			continue
		}
		for j := range s.Fields {
			if field := &s.Fields[j]; len(a[field.ID]) > 0 && field.When.shown(f) {
				r.applyChosen(field, f)
			}
		}
	}
}

func (r *Routing) applyChosen(field *Field, f facts) {
	for i := range field.Options {
		if o := &field.Options[i]; o.acts() && o.When.shown(f) && f.answers.Has(field.ID, o.ID) {
			r.apply(*o)
		}
	}
}

// acts reports whether choosing the option changes where a complaint goes.
func (o *Option) acts() bool { return o.Function != "" || o.Alternative || o.Team != "" }

func (r *Routing) apply(o Option) {
	if o.Function != "" && !slices.Contains(r.Excluded, o.Function) {
		r.Excluded = append(r.Excluded, o.Function)
	}
	r.NeedsAlternative = r.NeedsAlternative || o.Alternative
	if o.Team != "" && r.Route == casefile.General {
		r.Team = o.Team
	}
}

// Decided reports whether the team is certain once a step is answered: no question
// that follows can still take the complaint to another.
func (p *Profile) Decided(a Answers, step string) bool {
	if p.Route(a).Route != casefile.General {
		return true
	}
	place := p.Form.place(step)
	for _, s := range p.StepsFor(a) {
		for _, f := range s.Fields {
			if p.Form.place(s.ID) > place && slices.ContainsFunc(f.Options, func(o Option) bool { return o.Team != "" }) {
				return false
			}
		}
	}
	return true
}

// facts gathers what conditions look at.
func (p *Profile) facts(a Answers) facts {
	f := facts{answers: a, question: true, offered: p.Settings.Languages}
	ticked := p.Ticked(a)
	for _, t := range ticked {
		f.route = f.route.Stricter(t.Route)
		f.routes = append(f.routes, t.Route)
		f.other = f.other || t.Other
		f.question = f.question && t.Question
	}
	f.question = f.question && len(ticked) > 0
	return f
}

// Functions returns the functions that a complaint can be about, with the words
// the form uses for them.
func (p *Profile) Functions() []Option {
	f, _ := p.Form.field(FieldConcerns)
	var out []Option
	for _, o := range f.Options {
		if o.Function != "" {
			out = append(out, o)
		}
	}
	return out
}

// RelationGroup is the group under which figures count what a complainant is to the
// organisation: inside, supporter, outside or other.
func (p *Profile) RelationGroup(relation string) string {
	f, _ := p.Form.field(FieldRelation)
	for _, o := range f.Options {
		if o.ID == relation && o.Counted != "" {
			return o.Counted
		}
	}
	return "other"
}

// OptionLabel is what an option of a field is called; the option itself where the
// profile has it no more.
func (p *Profile) OptionLabel(field, value string) Text {
	f, _ := p.Form.field(field)
	for _, o := range f.Options {
		if o.ID == value {
			return o.Label
		}
	}
	return Text{"nl": value, "fr": value, "en": value, "de": value}
}
