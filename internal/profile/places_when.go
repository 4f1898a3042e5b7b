package profile

import (
	"strings"

	"klankbord/internal/casefile"
)

// What can be chosen as the condition of a question, besides "route.ID", "topic.ID" and
// "FIELD.OPTION" of an earlier page.
const (
	whenAlways = "always"
	whenBuilt  = "built-in" // a condition that says more than can be chosen
)

// whenOf is when a question is asked, as it is chosen.
type whenOf struct{ f *Field }

func (w whenOf) typed() string {
	c := w.f.asked()
	switch {
	case c.IsZero():
		return whenAlways
	case c.RouteTicked != "":
		return "route." + string(c.RouteTicked)
	case c.Ticked != "":
		return "topic." + c.Ticked
	case c.Field != nil && c.Field.Is != "":
		return c.Field.ID + "." + c.Field.Is
	default:
		return whenBuilt
	}
}

func (w whenOf) put(typed string) {
	kind, id, _ := strings.Cut(typed, ".")
	switch {
	case typed == whenBuilt:
	case typed == whenAlways:
		w.f.When = Condition{}
	case kind == "route":
		w.f.When = Condition{RouteTicked: casefile.Route(id)}
	case kind == "topic":
		w.f.When = Condition{Ticked: id}
	default:
		w.f.When = Condition{Field: &FieldTest{ID: kind, Is: id}}
	}
}

// asked is the condition of a question apart from whether it was left out.
func (f *Field) asked() Condition {
	switch {
	case f.When.Not != nil && f.When.Not.Always:
		return Condition{}
	case f.Hidden():
		return f.When.All[0]
	default:
		return f.When
	}
}

// whenPlace offers the conditions that a question of a page can have; none where the desk
// cannot do without it, and on the first page, from which everything follows.
func (p *Profile) whenPlace(l *lister, at string, f *Field, step int) {
	if step == 0 || !f.mayHide(&p.Form.Steps[step]) {
		return
	}
	l.add(PlaceChoice, at, "when", whenOf{f}, func(x *Place) {
		offer := func(value string, label Text) {
			x.Options, x.Labels = append(x.Options, value), append(x.Labels, label)
		}
		if (whenOf{f}).typed() == whenBuilt {
			offer(whenBuilt, nil)
		}
		offer(whenAlways, nil)
		for _, r := range allRoutes() {
			offer("route."+string(r), nil)
		}
		for _, t := range p.Topics {
			offer("topic."+t.ID, t.Label)
		}
		for i := range p.Form.Steps[:step] {
			a := l.answers(p, i)
			x.Options, x.Labels = append(x.Options, a.values...), append(x.Labels, a.labels...)
		}
	})
}

// answers are those that a step asks to choose from, each with its question.
type answers struct {
	values []string
	labels []Text
}

// answers puts those of a step together once: every question of the steps behind it offers
// them.
func (l *lister) answers(p *Profile, step int) answers {
	if a, ok := l.chosen[step]; ok {
		return a
	}
	var a answers
	for _, e := range p.Form.Steps[step].Fields {
		if e.ID == FieldTopics || e.Kind != Choice && e.Kind != Choices {
			continue
		}
		for _, o := range e.Options {
			a.values, a.labels = append(a.values, e.ID+"."+o.ID), append(a.labels, joined(e.Label, o.Label))
		}
	}
	if l.chosen == nil {
		l.chosen = map[int]answers{}
	}
	l.chosen[step] = a
	return a
}

// joined is a question with one of its answers.
func joined(question, answer Text) Text {
	t := Text{}
	for _, l := range Languages() {
		t[l] = question.In(l) + " " + answer.In(l)
	}
	return t
}
