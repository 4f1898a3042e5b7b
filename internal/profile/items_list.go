package profile

import (
	"slices"
	"strconv"
	"strings"

	"klankbord/internal/casefile"
)

// The lists that everybody can add to; besides, "form.ID" is the answers to a question.
const (
	ListTopics    = "topics"
	ListExternal  = "external"
	ListEmergency = "emergency"
	ListTemplates = "templates"
	listForm      = "form."
)

// mildest is how serious an own topic is until somebody says otherwise.
const mildest = 1

// List is one list to which an organisation can add.
type List struct {
	Name        string // the first part of the address of its items
	Part, Group string // where it is shown
	Of          Text   // the question, of answers
}

// Lists are the lists to which an organisation can add items.
func (p *Profile) Lists() []List {
	list := []List{
		{Name: ListTopics, Part: "topics"}, {Name: ListTemplates, Part: "templates"},
		{Name: ListEmergency, Part: "notices", Group: "emergency"}, {Name: ListExternal, Part: "notices", Group: "external"},
	}
	for _, s := range p.Form.Steps {
		for i := range s.Fields {
			if f := &s.Fields[i]; f.takesOptions() {
				list = append(list, List{Name: listForm + f.ID, Part: "form", Group: s.ID, Of: f.Label})
			}
		}
	}
	return list
}

// takesOptions reports whether a question can have more answers: no code reads which was
// chosen, and none of them changes where a complaint goes.
func (f *Field) takesOptions() bool {
	if _, read := known()[f.ID]; read || f.Kind != Choice && f.Kind != Choices {
		return false
	}
	return !slices.ContainsFunc(f.Options, func(o Option) bool { return o.acts() })
}

// newItem is an item that is being made, with its places.
type newItem struct {
	value  any // pointer to the item
	places []Place
	join   func(p *Profile, id string, n int)
}

// itemOf begins an item of a list; ok is false where nothing can be added to it.
func (p *Profile) itemOf(list string) (x newItem, ok bool) {
	l := &lister{}
	switch list {
	case ListTopics:
		t := &Topic{}
		l.add(PlaceChoice, list, "route", &t.Route, routeOptions)
		l.add(PlaceText, list, "label", &t.Label)
		l.add(PlaceText, list, "explanation", &t.Explanation)
		x = newItem{value: t, join: func(p *Profile, id string, n int) {
			t.ID, t.Code, t.On, t.Severity = id, "O"+strconv.Itoa(n), true, mildest
			p.Topics = append(p.Topics, *t)
		}}
	case ListExternal:
		b := &ExternalBody{}
		l.add(PlaceChoice, list, "routes", &b.Routes, routeOptions, func(x *Place) { x.Options = append([]string{everyRoute}, x.Options...) })
		l.add(PlaceText, list, "name", &b.Name)
		l.add(PlaceText, list, "for", &b.For)
		l.add(PlaceText, list, "website", &b.Website)
		x = newItem{value: b, join: func(p *Profile, id string, _ int) { b.ID = id; p.External = append(p.External, *b) }}
	case ListEmergency:
		e := &EmergencyLine{}
		l.add(PlaceLine, list, "number", &e.Number)
		l.add(PlaceText, list, "name", &e.Name)
		l.add(PlaceText, list, "for", &e.For)
		x = newItem{value: e, join: func(p *Profile, id string, _ int) { e.ID = id; p.Emergency = append(p.Emergency, *e) }}
	case ListTemplates:
		t := &Template{}
		l.add(PlaceText, list, "label", &t.Label)
		l.add(PlaceText, list, "text", &t.Text, freely)
		x = newItem{value: t, join: func(p *Profile, id string, _ int) { t.ID = id; p.Templates = append(p.Templates, *t) }}
	default:
		if x, ok = p.optionOf(list, l); !ok {
			return x, false
		}
	}
	x.places = l.list
	return x, true
}

// optionOf begins an answer to a question.
func (p *Profile) optionOf(list string, l *lister) (x newItem, ok bool) {
	id, isForm := strings.CutPrefix(list, listForm)
	field := p.fieldAt(id)
	if !isForm || field == nil || !field.takesOptions() {
		return x, false
	}
	o := &Option{}
	l.add(PlaceText, list, "label", &o.Label)
	l.add(PlaceText, list, "hint", &o.Hint, blank)
	return newItem{value: o, join: func(p *Profile, own string, _ int) {
		o.ID = own
		if f := p.fieldAt(id); f != nil {
			f.Options = append(f.Options, *o)
		}
	}}, true
}

// everyRoute is what stands for all routes where one is chosen.
const everyRoute = "every"

func allRoutes() []casefile.Route {
	return []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity}
}

func routeOptions(x *Place) {
	for _, r := range allRoutes() {
		x.Options = append(x.Options, string(r))
	}
}

func (p *Profile) fieldAt(id string) *Field {
	for i := range p.Form.Steps {
		for j := range p.Form.Steps[i].Fields {
			if f := &p.Form.Steps[i].Fields[j]; f.ID == id {
				return f
			}
		}
	}
	return nil
}

// typedRoutes is how routes are typed where one is chosen or all are.
func typedRoutes(list []casefile.Route) string {
	switch len(list) {
	case 0:
		return ""
	case 1:
		return string(list[0])
	default:
		return everyRoute
	}
}

func routesOf(typed string) []casefile.Route {
	if typed == everyRoute {
		return allRoutes()
	}
	return []casefile.Route{casefile.Route(typed)}
}
