package profile

import (
	"slices"

	"klankbord/internal/casefile"
)

// formCheck is the state of walking through the form in order.
type formCheck struct {
	*findings
	p       *Profile
	earlier map[string]Field // fields of the steps already passed
}

// known lists the fields that code reads by name, with the kind it relies on.
func known() map[string]Kind {
	return map[string]Kind{
		FieldTopics: Choices, FieldConcerns: Choices, FieldDanger: Choice, FieldForWhom: Choice,
		FieldStory: Long, FieldSummary: Line, FieldFiles: Files, FieldFirstName: Name, FieldLastName: Name,
		FieldEmail: Email, FieldPhone: Phone, FieldAddress: Address, FieldNoMail: Checkbox, FieldLanguage: Choice,
		FieldNameSharing: Choice, FieldSurvey: Checkbox, FieldPrivacyRead: Checkbox,
		FieldConversation: Choice, FieldFear: Choice, FieldWhen: Line, FieldEarlier: Line,
		FieldRelation: Choice, FieldHappened: Date,
	}
}

func (v *findings) form(p *Profile) {
	v.unique("part", wordID, ids(p.Form.Parts, func(x Part) string { return x.ID }))
	v.unique("step", wordID, ids(p.Form.Steps, func(s Step) string { return s.ID }))
	var all []string
	c := &formCheck{findings: v, p: p, earlier: map[string]Field{}}
	for _, s := range p.Form.Steps {
		c.step(s)
		for _, f := range s.Fields {
			all = append(all, f.ID)
			c.earlier[f.ID] = f
		}
	}
	v.unique("field", fieldID, all)
	for id, kind := range known() {
		v.need(c.earlier[id].Kind == kind, "field %q of kind %q is missing", id, kind)
	}
	for _, id := range []string{FieldFirstName, FieldLastName, FieldEmail, FieldPhone, FieldAddress} {
		v.need(c.earlier[id].Compartment == Identity, "field %q says who the complainant is", id)
	}
	v.need(p.Form.place(stepOf(p, FieldTopics)) == 0, "the topics must come first: everything follows from them")
}

func stepOf(p *Profile, field string) string {
	for _, s := range p.Form.Steps {
		if slices.ContainsFunc(s.Fields, func(f Field) bool { return f.ID == field }) {
			return s.ID
		}
	}
	return ""
}

func (c *formCheck) step(s Step) {
	where := "step " + s.ID
	c.need(!s.Title.Empty(), "%s needs a title", where)
	c.need(s.ID != "check", "%s: the check page has that address", where)
	c.need(len(s.Fields) > 0 || len(s.Body) > 0, "%s is empty", where)
	c.condition(where, s.When)
	c.variants(where, s.Variants)
	for _, f := range s.Fields {
		c.field(f)
		c.need(f.NotBefore == "" || s.hasDate(f.NotBefore), "field %q: not_before needs a date on its page", f.ID)
	}
	for _, id := range s.OneOf.Fields {
		i := slices.IndexFunc(s.Fields, func(f Field) bool { return f.ID == id })
		c.need(i >= 0, "%s: one_of names %q, which it does not have", where, id)
	}
	c.need(len(s.OneOf.Fields) == 0 || !s.OneOf.Missing.Empty(), "%s: one_of needs its wording", where)
}

func (s Step) hasDate(id string) bool {
	return slices.ContainsFunc(s.Fields, func(f Field) bool { return f.ID == id && f.Kind == Date })
}

func (c *formCheck) variants(where string, list []Variant) {
	for _, x := range list {
		c.need(!x.When.IsZero(), "%s: a variant needs a condition", where)
		c.condition(where, x.When)
	}
}

func (c *formCheck) field(f Field) {
	where := "field " + f.ID
	c.need(!f.Label.Empty(), "%s needs a label", where)
	c.need(f.Compartment == Identity || f.Compartment == Dialogue, "%s: no compartment %q", where, f.Compartment)
	c.condition(where, f.When)
	c.condition(where, f.Required)
	c.variants(where, f.Variants)
	c.need(f.Required.IsZero() || !f.Errors[missing].Empty(), "%s is mandatory and must say what to do", where)
	c.need(f.Preset == "" || f.Preset == "{lang}" || f.offers(f.Preset), "%s: preset %q is no option", where, f.Preset)
	c.kind(where, f)
	for _, o := range f.Options {
		c.need(!o.Label.Empty(), "%s: option %q needs a label", where, o.ID)
		c.condition(where, o.When)
		c.team(c.p, where, o.Team)
		c.need(o.Counted == "" || f.ID == FieldRelation && slices.Contains([]string{"inside", "supporter", "outside"}, o.Counted),
			"%s: option %q cannot count as %q", where, o.ID, o.Counted)
	}
	c.unique("option of "+where, valueID, ids(f.Options, func(o Option) string { return o.ID }))
	c.unique("field of "+where, fieldID, ids(f.Fields, func(x Field) string { return x.ID }))
	for _, sub := range f.Fields {
		c.field(sub)
		c.need(sub.When.IsZero() && sub.Required.IsZero(), "%s: a field of a group has no condition", where)
	}
	i := f.Interrupt
	c.need(i == nil || !(i.Title.Empty() || i.Text.Empty() || i.Back.Empty() || i.Go.Empty()), "%s: the interruption misses a text", where)
}

// kind checks that a field has what its kind needs, and nothing that it cannot use.
func (c *formCheck) kind(where string, f Field) {
	options, rows := 0, 0
	switch f.Kind {
	case Choice, Choices:
		options = 2
	case Amount:
		options = 1
	case Persons:
		rows = 1
	case Line, Long, Date, Email, Phone, Address, Name, Checkbox, Files:
	default:
		c.add("%s: no kind is called %q", where, f.Kind)
	}
	c.need(len(f.Options) >= options && (options > 0 || len(f.Options) == 0), "%s: a %s with %d options", where, f.Kind, len(f.Options))
	c.need(len(f.Fields) >= rows && (rows > 0 || len(f.Fields) == 0), "%s: a %s with %d fields", where, f.Kind, len(f.Fields))
}

// condition checks that a condition says one thing, and only about routes, topics,
// and fields of earlier steps with the options they have.
func (c *formCheck) condition(where string, x Condition) {
	x.each(func(x Condition) {
		c.need(x.count() == 1, "%s: a condition says %d things instead of one", where, x.count())
		for _, r := range []casefile.Route{x.RouteIs, x.RouteAtLeast, x.RouteTicked} {
			c.need(r == "" || knownRoute(r), "%s: no route is called %q", where, r)
		}
		if x.Ticked != "" {
			_, ok := c.p.Topic(x.Ticked)
			c.need(ok, "%s: no topic is called %q", where, x.Ticked)
		}
		if x.Field != nil {
			f, ok := c.earlier[x.Field.ID]
			c.need(ok, "%s: no earlier step asks %q", where, x.Field.ID)
			is := x.Field.Is
			c.need(is == "" || f.offers(is) || (f.Kind == Checkbox && is == "yes"), "%s: %q has no option %q", where, x.Field.ID, is)
		}
	})
}
