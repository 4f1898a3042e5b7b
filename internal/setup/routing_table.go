package setup

import (
	"context"
	"errors"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/custody"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
)

// routingTable is what is needed to say where complaints go and who reads them.
type routingTable struct {
	dir    *staff.Directory
	people []custody.Person
	base   *profile.Profile // without anything that the directory says
	number int64            // of the version that it is of
	list   []profile.Place
}

func (s *Setup) table(ctx context.Context) (*routingTable, error) {
	dir, err := s.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return s.tableOf(ctx, dir)
}

func (s *Setup) tableOf(ctx context.Context, dir *staff.Directory) (*routingTable, error) {
	v, err := s.Settings.Base(ctx)
	if err != nil {
		return nil, err
	}
	people, err := s.Custody.People(ctx, dir)
	if err != nil {
		return nil, err
	}
	return &routingTable{dir: dir, people: people, base: v.Profile, number: v.Number, list: v.Profile.RoutingPlaces()}, nil
}

// routingsOf are the changes of where complaints go that are on their way.
func routingsOf(dir *staff.Directory) []staff.Upcoming {
	return slices.DeleteFunc(dir.Upcoming(), func(u staff.Upcoming) bool { return u.Change.Type != staff.Routing })
}

// last is what the newest change of the directory says, on its way or not.
func (t *routingTable) last() map[string]string {
	if coming := routingsOf(t.dir); len(coming) > 0 {
		return coming[len(coming)-1].Change.Routing
	}
	return t.dir.Routing().Places
}

func (t *routingTable) placed(places map[string]string) (list []Placed) {
	for _, x := range t.list {
		list = append(list, Placed{x, valueAt(x, places), x.Typed("")})
	}
	return list
}

func valueAt(x profile.Place, places map[string]string) string {
	if v, ok := places[x.Address]; ok {
		return v
	}
	return x.Typed("")
}

func (t *routingTable) things(p *profile.Profile, places map[string]string) (list []Thing) {
	for _, x := range t.placed(places) {
		if n := len(list); n == 0 || list[n-1].Part != x.Part || list[n-1].Group != x.Group {
			topic, isTopic := p.Topic(x.Group)
			list = append(list, Thing{Part: x.Part, Group: x.Group, Of: x.Of, On: !isTopic || topic.On, Ways: t.ways(p, x.Thing())})
		}
		at := &list[len(list)-1]
		at.Places = append(at.Places, x)
	}
	return list
}

// ways are who reads complaints about a thing, by the one function that decides who receives
// keys.
func (t *routingTable) ways(p *profile.Profile, thing string) (list []Way) {
	for _, r := range p.Goes(thing) {
		x := access.Exclusion{Functions: r.Excluded}
		sel := access.Recipients(t.dir, access.Want{Team: r.Team, Alternative: r.NeedsAlternative, Without: x})
		w := Way{Team: r.Team, Alternative: sel.Alternative, Names: t.names(sel.Members)}
		for _, e := range t.dir.Active() {
			if x.Covers(e) && e.Has(staff.RoleHandler) {
				w.LeftOut = append(w.LeftOut, t.names([]staff.ID{e.ID})...)
			}
		}
		list = append(list, w)
	}
	return list
}

func (t *routingTable) names(ids []staff.ID) (list []string) {
	for _, p := range t.people {
		if slices.Contains(ids, p.ID) {
			list = append(list, p.Name)
		}
	}
	slices.Sort(list)
	return list
}

// moves compares two ways in which complaints may go. They are the same to whoever asks and to
// whoever signs.
func (t *routingTable) moves(before, after map[string]string) (list []Moved, err error) {
	was, err := t.base.Routed(before)
	if err != nil {
		return nil, err
	}
	is, err := t.base.Routed(after)
	if err != nil {
		return nil, err
	}
	for _, x := range t.list {
		b, a := valueAt(x, before), valueAt(x, after)
		if a == b {
			continue
		}
		if n := len(list); n == 0 || list[n-1].Part != x.Part || list[n-1].Group != x.Group {
			m := Moved{Part: x.Part, Group: x.Group, Of: x.Of, Before: t.ways(was, x.Thing()), Then: t.ways(is, x.Thing())}
			m.Gains, m.Loses = without(m.Then, m.Before), without(m.Before, m.Then)
			list = append(list, m)
		}
		at := &list[len(list)-1]
		at.Places = append(at.Places, MovedPlace{x, b, a})
	}
	return list, nil
}

// without are the names in one list of ways that are in none of another.
func without(ways, others []Way) (list []string) {
	for _, w := range ways {
		for _, name := range w.Names {
			if !slices.Contains(list, name) && !slices.ContainsFunc(others, func(o Way) bool { return slices.Contains(o.Names, name) }) {
				list = append(list, name)
			}
		}
	}
	slices.Sort(list)
	return list
}

// means says what a change means that waits, and whether it can hold at all.
func (p *pending) means(ctx context.Context, s *Setup) error {
	if p.change.Type != staff.Routing {
		return nil
	}
	t, err := s.tableOf(ctx, p.dir)
	if err != nil {
		return err
	}
	p.version = t.number
	_, err = s.Settings.Routed(ctx, p.change.Routing)
	if err == nil {
		p.moves, err = t.moves(t.last(), p.change.Routing)
	}
	if errors.Is(err, profile.ErrRouting) {
		p.broken = errors.Join(p.broken, err)
		return nil
	}
	return err
}
