package profile

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// The parts of RoutingPlaces.
const (
	RoutingTopics  = "topics"  // which group is a topic, by its id
	RoutingOptions = "options" // which group is an answer, by the ids of its question and itself
)

// ErrRouting is in every error about where complaints would go.
var ErrRouting = errors.New("complaints cannot go so")

// RoutingRefused names the place that makes it so that complaints cannot go as asked.
type RoutingRefused struct {
	Address string
	Cause   error
}

// Error says where and why; it is for logs and never for pages.
func (r *RoutingRefused) Error() string { return fmt.Sprintf("%s: %v", r.Address, r.Cause) }

// Unwrap gives ErrRouting and the cause.
func (r *RoutingRefused) Unwrap() []error { return []error{ErrRouting, r.Cause} }

// RoutingPlaces lists what decides where complaints go and who is left out, in the order
// in which pages show it. No configuration has them: what differs is signed in the
// directory, as a value by the address of its place.
func (p *Profile) RoutingPlaces() []Place {
	l := &lister{}
	for i := range p.Topics {
		t := &p.Topics[i]
		l.turn(RoutingTopics, t.ID, t.Label)
		at := RoutingTopics + "." + t.ID
		l.add(PlaceChoice, at, "route", (*string)(&t.Route), among("", []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity}))
		l.add(PlaceChoice, at, "team", (*string)(&t.Team), p.amongTeams)
		l.add(PlaceFlag, at, "alternative", &t.Alternative)
	}
	for i := range p.Form.Steps {
		for j := range p.Form.Steps[i].Fields {
			p.optionPlaces(l, &p.Form.Steps[i].Fields[j])
		}
	}
	return l.list
}

// optionPlaces are those of the answers that change where a complaint goes: whom it is about.
func (p *Profile) optionPlaces(l *lister, f *Field) {
	for i := range f.Options {
		o := &f.Options[i]
		if !o.acts() {
			continue
		}
		l.turn(RoutingOptions, f.ID+"."+o.ID, o.Label)
		at := RoutingOptions + "." + f.ID + "." + o.ID
		l.add(PlaceChoice, at, "function", (*string)(&o.Function), among("none", p.functions()))
		l.add(PlaceChoice, at, "team", (*string)(&o.Team), p.amongTeams)
		l.add(PlaceFlag, at, "alternative", &o.Alternative)
	}
}

// functions are those that the profile knows of.
func (p *Profile) functions() (list []staff.Function) {
	put := func(f staff.Function) {
		if f != "" && !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	for _, t := range p.Teams {
		for _, f := range t.Functions {
			put(f)
		}
	}
	for _, s := range p.Form.Steps {
		for _, f := range s.Fields {
			for _, o := range f.Options {
				put(o.Function)
			}
		}
	}
	slices.Sort(list)
	return list
}

// among lets a place have one of a list; with none, it may have nothing too.
func among[T ~string](none string, list []T) func(*Place) {
	return func(x *Place) {
		if none != "" {
			x.Options, x.Blank = append(x.Options, ""), true
		}
		for _, v := range list {
			x.Options = append(x.Options, string(v))
		}
	}
}

// amongTeams offers the teams to which complaints go. The alternative recipient is called in
// beside them, and is no team of its own.
func (p *Profile) amongTeams(x *Place) {
	var list []casefile.Team
	for _, t := range p.Teams {
		if t.ID != casefile.Alternative {
			list = append(list, t.ID)
		}
	}
	among("none", list)(x)
}

// Routed returns the profile with where complaints go as a directory says: a value by the
// address of its place. The profile itself stays as it is. It fails with *RoutingRefused
// where there is no such place, a value cannot stand there, or the whole would not be a
// valid profile.
func (p *Profile) Routed(places map[string]string) (*Profile, error) {
	next, err := p.routed(places)
	if err == nil || errors.As(err, new(*RoutingRefused)) {
		return next, err
	}
	addresses := slices.Sorted(maps.Keys(places))
	for _, address := range addresses { // the one that makes it so
		if _, alone := p.routed(map[string]string{address: places[address]}); alone != nil {
			return nil, &RoutingRefused{address, err}
		}
	}
	for _, address := range addresses {
		rest := maps.Clone(places)
		delete(rest, address)
		if _, without := p.routed(rest); without == nil {
			return nil, &RoutingRefused{address, err}
		}
	}
	return nil, fmt.Errorf("%w: %w", ErrRouting, err)
}

func (p *Profile) routed(places map[string]string) (*Profile, error) {
	next := p.apart()
	list := next.RoutingPlaces()
	for _, address := range slices.Sorted(maps.Keys(places)) {
		at := slices.IndexFunc(list, func(x Place) bool { return x.Address == address })
		if at < 0 {
			return nil, &RoutingRefused{address, errors.New("the profile has no such place")}
		}
		if err := list[at].takes(places[address]); err != nil {
			return nil, &RoutingRefused{address, err}
		}
		list[at].put(map[string]string{"": places[address]})
	}
	if err := next.wayless(); err != nil {
		return nil, err
	}
	if err := next.Validate(); err != nil {
		return nil, err
	}
	return next, nil
}

// takes judges a value as it stands in a directory.
func (x Place) takes(value string) error {
	ok := slices.Contains(x.Options, value)
	if x.Kind == PlaceFlag {
		_, err := strconv.ParseBool(value)
		ok = err == nil && (value == "true" || value == "false")
	}
	if !ok {
		return fmt.Errorf("%w: %q", errShape, value)
	}
	return nil
}

// wayless tells of a topic whose team would have no say: those of the stricter routes go to
// the team of their route, whatever is said of them.
func (p *Profile) wayless() error {
	for _, t := range p.Topics {
		if t.Team != "" && t.Route != casefile.General {
			return &RoutingRefused{RoutingTopics + "." + t.ID + ".team", errors.New("a topic of a stricter route goes to the team of that route")}
		}
	}
	return nil
}

// apart is a profile that has its own topics and form.
func (p *Profile) apart() *Profile {
	next := *p
	next.Topics = slices.Clone(p.Topics)
	next.Form.Steps = slices.Clone(p.Form.Steps)
	for i := range next.Form.Steps {
		s := &next.Form.Steps[i]
		s.Fields = slices.Clone(s.Fields)
		for j := range s.Fields {
			s.Fields[j].Options = slices.Clone(s.Fields[j].Options)
		}
	}
	return &next
}

// RoutingChanges are what of the values at the routing places is otherwise than in the
// profile, which is one without any; what is not given stays as it is there.
func (p *Profile) RoutingChanges(typed map[string]string) map[string]string {
	changes := map[string]string{}
	for _, x := range p.RoutingPlaces() {
		if value, given := typed[x.Address]; given && value != x.Typed("") {
			changes[x.Address] = value
		}
	}
	return changes
}

// Thing names what a routing place is of: the part and the group in one.
func (x Place) Thing() string { return x.Part + "." + x.Group }

// Goes returns where complaints go that are about a thing of the routing places, each way
// once: one for a topic, and for an answer one for each team that a complaint with it can
// reach.
func (p *Profile) Goes(thing string) (list []Routing) {
	part, group, _ := strings.Cut(thing, ".")
	if part == RoutingTopics {
		t, ok := p.Topic(group)
		if !ok {
			return nil
		}
		return []Routing{{Route: t.Route, Team: p.teamOf(t.Route, []Topic{t}), NeedsAlternative: t.Alternative}}
	}
	field, option, _ := strings.Cut(group, ".")
	f, _ := p.Form.field(field)
	for i := range f.Options {
		if f.Options[i].ID != option {
			continue
		}
		for _, route := range []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity} {
			r := Routing{Route: route, Team: p.teamOf(route, nil)}
			r.apply(f.Options[i])
			if !slices.ContainsFunc(list, func(o Routing) bool { return o.Team == r.Team }) {
				list = append(list, r)
			}
		}
	}
	return list
}
