package setup

import (
	"context"
	"maps"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
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
}

// RoutingLook is what a change would mean.
type RoutingLook struct {
	Moves   []Moved
	From    time.Time // from when it would hold if it were signed now
	Delayed bool      // that is later than now
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
func (s *Setup) LookAtRouting(ctx context.Context, actor access.Actor, typed map[string]string) (*RoutingLook, error) {
	look, _, err := s.lookAtRouting(ctx, actor, typed)
	return look, err
}

// KeepRouting is what LookAtRouting and AskRouting take for complaints to go on as they do
// now: it takes back what is on its way.
func (r *Routes) KeepRouting() map[string]string {
	typed := map[string]string{}
	for _, x := range r.Things {
		for _, p := range x.Places {
			typed[p.Address] = p.Now
		}
	}
	return typed
}

func (s *Setup) lookAtRouting(ctx context.Context, actor access.Actor, typed map[string]string) (*RoutingLook, map[string]string, error) {
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
	rule := t.dir.Chain().Rule(staff.Change{Type: staff.Routing, Routing: places}, s.Store.Now())
	return &RoutingLook{moves, s.Store.Now().Add(rule.Delay), rule.Delay > 0}, places, err
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
