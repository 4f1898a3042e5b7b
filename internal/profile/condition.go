package profile

import (
	"slices"

	"klankbord/internal/casefile"
)

// Condition is a small expression over the answers. Exactly one of its members is
// set; the zero Condition says nothing, which a When reads as always and a
// Required as never.
type Condition struct {
	Always       bool           `json:"always,omitempty"`
	RouteIs      casefile.Route `json:"route_is,omitempty"`       // the strictest route ticked is this
	RouteAtLeast casefile.Route `json:"route_at_least,omitempty"` // … is this or stricter
	RouteTicked  casefile.Route `json:"route_ticked,omitempty"`   // a topic of this route is ticked
	Ticked       string         `json:"ticked,omitempty"`         // this topic is ticked
	OtherTicked  bool           `json:"other_ticked,omitempty"`   // a topic "something else" is ticked
	Question     bool           `json:"question,omitempty"`       // only questions are ticked, no complaint
	Field        *FieldTest     `json:"field,omitempty"`
	All          []Condition    `json:"all,omitempty"`
	Any          []Condition    `json:"any,omitempty"`
	Not          *Condition     `json:"not,omitempty"`
}

// FieldTest looks at one field: whether Is is among its values, or, without Is,
// whether it is filled in at all.
type FieldTest struct {
	ID string `json:"id"`
	Is string `json:"is,omitempty"`
}

// IsZero reports whether the condition says nothing.
func (c Condition) IsZero() bool { return c.count() == 0 }

// count says how many members are set.
func (c Condition) count() int {
	n := 0
	for _, set := range []bool{
		c.Always, c.RouteIs != "", c.RouteAtLeast != "", c.RouteTicked != "", c.Ticked != "",
		c.OtherTicked, c.Question, c.Field != nil, len(c.All) > 0, len(c.Any) > 0, c.Not != nil,
	} {
		if set {
			n++
		}
	}
	return n
}

// facts is what conditions look at. Routes follow from topics alone, never from
// another condition, so there is no circle.
type facts struct {
	answers  Answers
	route    casefile.Route   // strictest ticked; empty when nothing is
	routes   []casefile.Route // all ticked
	other    bool
	question bool
	offered  []string // languages; none: all
}

// speaks reports whether an answer can be asked for in a language: it is offered, or was
// chosen while it was.
func (f facts) speaks(lang string) bool {
	return len(f.offered) == 0 || slices.Contains(f.offered, lang) || f.answers.Has(FieldLanguage, lang)
}

// shown reads the condition as a When.
func (c Condition) shown(f facts) bool { return c.IsZero() || c.holds(f) }

// holds evaluates the condition; the zero condition does not hold.
func (c Condition) holds(f facts) bool {
	switch {
	case c.Always:
		return true
	case c.RouteIs != "":
		return f.route == c.RouteIs
	case c.RouteAtLeast != "":
		return f.route != "" && f.route.Stricter(c.RouteAtLeast) == f.route
	case c.RouteTicked != "":
		return onRoute(f.routes, c.RouteTicked)
	case c.Ticked != "":
		return f.answers.Has(FieldTopics, c.Ticked)
	case c.OtherTicked:
		return f.other
	case c.Question:
		return f.question
	case c.Field != nil:
		return c.Field.holds(f.answers)
	case c.Not != nil:
		return !c.Not.holds(f)
	case len(c.Any) > 0:
		return c.anyHolds(f)
	default:
		return c.allHold(f)
	}
}

func (c Condition) anyHolds(f facts) bool {
	for _, x := range c.Any {
		if x.holds(f) {
			return true
		}
	}
	return false
}

func (c Condition) allHold(f facts) bool {
	for _, x := range c.All {
		if !x.holds(f) {
			return false
		}
	}
	return len(c.All) > 0
}

func (t FieldTest) holds(a Answers) bool {
	if t.Is == "" {
		return a.Given(t.ID)
	}
	return a.Has(t.ID, t.Is)
}

// each calls visit for the condition and every condition inside it.
func (c Condition) each(visit func(Condition)) {
	if c.IsZero() {
		return
	}
	visit(c)
	for _, x := range c.All {
		x.each(visit)
	}
	for _, x := range c.Any {
		x.each(visit)
	}
	if c.Not != nil {
		c.Not.each(visit)
	}
}
