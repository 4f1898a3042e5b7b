package question

import (
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// Preview is a page of the form as a complainant would see it, with every question that it
// may ask.
type Preview struct {
	Heading, Intro string
	Body           []string
	Parts          []Part
	Whys           []string
	Sometimes      bool // some of the questions are asked after certain answers only
}

// PreviewOf shows a page of the form with nothing answered. The ids of its controls begin
// with prefix, so that a page may hold it more than once.
func (a Asker) PreviewOf(step profile.Step, prefix string) Preview {
	l, fields := a.Lang, step.Fields
	step.Fields = nil
	p := Preview{Heading: step.Title.In(l), Intro: InOrNone(step.Intro, l)}
	for _, t := range step.Body {
		p.Body = append(p.Body, t.In(l))
	}
	for _, x := range fields {
		if x.Hidden() {
			continue
		}
		step.Fields = append(step.Fields, x)
		p.Sometimes = p.Sometimes || !x.When.IsZero()
		if !x.Why.Empty() {
			p.Whys = append(p.Whys, x.Why.In(l))
		}
	}
	p.Parts = prefixed(prefix, a.Parts(View{Step: step}))
	if len(p.Parts) == 1 && p.Parts[0].Field != nil && p.Parts[0].Field.Label == p.Heading {
		p.Heading = "" // the question says it
	}
	return p
}

func prefixed(prefix string, parts []Part) []Part {
	for _, p := range parts {
		switch {
		case p.Field != nil:
			prefixField(prefix, p.Field)
		case p.Tick != nil:
			p.Tick.Name = prefix + p.Tick.Name
			p.Tick.ID = ui.ID(p.Tick.Name)
			p.Tick.DescribedBy = ui.Field{Name: p.Tick.Name, Hint: p.Tick.Hint}.DescribedBy()
		case p.Group != nil:
			p.Group.Name = prefix + p.Group.Name
			for _, item := range p.Group.Items {
				for i := range item.Fields {
					prefixField(prefix, &item.Fields[i])
				}
			}
		case p.Topics != nil:
			p.Topics.prefix(prefix)
		}
	}
	return parts
}

func prefixField(prefix string, f *ui.Field) {
	f.Name, f.Upload, f.Hands = prefix+f.Name, "", ""
}

func (t *TopicList) prefix(prefix string) {
	at := ui.ID(prefix)
	t.ID = at + t.ID
	t.DescribedBy = ""
	if t.Hint != "" {
		t.DescribedBy = t.ID + "-hint"
	}
	for _, g := range t.Groups {
		for i := range g.Topics {
			g.Topics[i].ID = at + g.Topics[i].ID
		}
	}
}
