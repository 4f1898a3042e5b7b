package setup

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
)

// errRoutingSame tells that nothing would go otherwise.
var errRoutingSame = fault.New(fault.Invalid, "error.routing-same")

// Way is one way that complaints about a thing go, and who reads them.
type Way struct {
	Team        casefile.Team
	Names       []string // who would read such a complaint if it came in now
	Alternative bool     // the alternative recipient among them
	LeftOut     []string // who would be left out of it: who holds the function that it is about
}

// Thing is a topic, or an answer about whom a complaint is, with what decides where such
// complaints go.
type Thing struct {
	Part, Group string
	Of          profile.Text
	On          bool // the form offers it
	Places      []Placed
	Ways        []Way
}

// Placed is a routing place with what stands there.
type Placed struct {
	profile.Place
	Now   string // as it holds
	Built string // as the profile has it
}

// Moved is a thing about which complaints would go otherwise, with what that means.
type Moved struct {
	Part, Group  string
	Of           profile.Text
	Places       []MovedPlace
	Before, Then []Way
	Gains, Loses []string // names of who will read such complaints and does not before, and the other way round
}

// MovedPlace is a place at which something else would stand.
type MovedPlace struct {
	profile.Place
	Before, After string
}

// RoutingComing is a change of where complaints go that is signed and holds from a time on.
type RoutingComing struct {
	From  time.Time
	Moves []Moved
}

// Routes is where complaints go.
type Routes struct {
	Things  []Thing  // as it holds now
	Last    []Placed // what a new change begins with: with what is on its way
	Waiting string   // the change that waits for signatures; empty: none
	Coming  []RoutingComing
	From    time.Time // from when a change would hold if it were signed now
	Delayed bool
}

// Routes shows a configurator where complaints go, and what is about to change;
// fault.ErrNotFound for others.
func (s *Setup) Routes(ctx context.Context, actor access.Actor) (*Routes, error) {
	if !actor.Entry.Active || !actor.Configurator() {
		return nil, fault.ErrNotFound
	}
	t, err := s.table(ctx)
	if err != nil {
		return nil, err
	}
	holds := t.dir.Routing().Places
	now, err := t.base.Routed(holds)
	if err != nil {
		return nil, err
	}
	v := &Routes{Things: t.things(now, holds), Last: t.placed(t.last())}
	before := holds
	for _, u := range routingsOf(t.dir) {
		moves, err := t.moves(before, u.Change.Routing)
		if err != nil {
			return nil, err
		}
		v.Coming = append(v.Coming, RoutingComing{u.From, moves})
		before = u.Change.Routing
	}
	rule := t.dir.Chain().Rule(staff.Change{Type: staff.Routing}, s.Store.Now())
	v.From, v.Delayed = s.Store.Now().Add(rule.Delay), rule.Delay > 0
	all, err := s.Changes(ctx, actor)
	if err != nil {
		return nil, err
	}
	for _, w := range all.Waiting {
		if w.Type == staff.Routing {
			v.Waiting = w.ID
		}
	}
	return v, nil
}

// LookAtRouting tells what it would mean if complaints went as typed, by the addresses of the
// places; what is not typed stays. Nothing is asked yet. *profile.RoutingRefused where that
// cannot be; fault error.routing-same where nothing would change.
func (s *Setup) LookAtRouting(ctx context.Context, actor access.Actor, typed map[string]string) ([]Moved, error) {
	moves, _, err := s.lookAtRouting(ctx, actor, typed)
	return moves, err
}

func (s *Setup) lookAtRouting(ctx context.Context, actor access.Actor, typed map[string]string) ([]Moved, map[string]string, error) {
	if !actor.Entry.Active || !actor.Configurator() {
		return nil, nil, fault.New(fault.Denied, "error.not-allowed")
	}
	t, err := s.table(ctx)
	if err != nil {
		return nil, nil, err
	}
	whole := map[string]string{}
	for _, x := range t.placed(t.last()) {
		whole[x.Address] = x.Now
	}
	maps.Copy(whole, typed)
	places := t.base.RoutingChanges(whole)
	for address := range typed { // one that the profile does not have is told, and not dropped
		if !slices.ContainsFunc(t.list, func(x profile.Place) bool { return x.Address == address }) {
			places[address] = typed[address]
		}
	}
	if maps.Equal(places, t.last()) {
		return nil, nil, errRoutingSame
	}
	if _, err := s.Settings.Routed(ctx, places); err != nil {
		return nil, nil, err
	}
	moves, err := t.moves(t.last(), places)
	return moves, places, err
}

// AskRouting asks that complaints go as typed. Only a configurator may ask; members sign. It
// returns the change that waits for them. Faults as LookAtRouting.
func (s *Setup) AskRouting(ctx context.Context, actor access.Actor, typed map[string]string) (string, error) {
	_, places, err := s.lookAtRouting(ctx, actor, typed)
	if err != nil {
		return "", err
	}
	return s.ask(ctx, actor, staff.Change{Type: staff.Routing, Routing: places})
}

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
