package casework

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Readers is who can read a case, as a member on it sees it.
type Readers struct {
	Number   casefile.Number
	Place    casefile.Place
	Revision int64
	Damaged  bool // then nothing can be changed here

	Readers  []Reader
	Out      []Outsider       // who was left out since, newest first
	Left     []staff.Function // left out when the complaint came in
	Recovery []Keeping        // recovery keys that can open it
	Named    []Named          // whose name stands in it
	May      []Person         // who can be added
	Never    []Person         // who can be left out before they ever get a key
	Reserve  []Person         // alternative recipients who are called in where too few are left
	Routes   []casefile.Route // where it may go
	Requests []Asked          // to let somebody back in
	Code     bool             // the complainant has a code
	Fresh    time.Time        // since when the present keys are in use
	Stale    bool             // whoever writes next draws fresh ones
}

// Reader is a member who can read a case.
type Reader struct {
	Person
	Since  time.Time
	By     ReaderBy
	Me     bool
	Charge bool
}

// ReaderBy says by what a member can read a case.
type ReaderBy string

// The ways.
const (
	ByRoute       ReaderBy = "route"       // in the team to which the case went
	ByName        ReaderBy = "name"        // a colleague added them
	ByAlternative ReaderBy = "alternative" // the alternative recipient
	ByReturn      ReaderBy = "return"      // left out and let back in
)

// Outsider is a member who was left out after the case came in.
type Outsider struct {
	Person
	Act    casefile.AccessAct // empty: left out when the complaint came in
	By     Person
	At     time.Time
	Why    string
	MayAsk bool   // the member who reads may ask to let them back in
	Ready  string // a request for it that was approved and can be carried out now; empty: none
}

// Keeping is a recovery key with the members who keep it or a share of it.
type Keeping struct {
	ID      string
	Members []Person
	Outside bool // others keep it, or a part of it, too
}

// String hides names and reasons.
func (*Readers) String() string { return "[sealed]" }

// LogValue hides names and reasons.
func (*Readers) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Readers tells who can read a case. Reading it is logged like reading the case.
func (c *Casework) Readers(ctx context.Context, actor access.Actor, n casefile.Number) (*Readers, error) {
	o, a, err := c.reading(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	p := &Readers{
		Number: o.Case.Number, Place: casefile.Place{Route: o.Case.Route, Team: o.Case.Team}, Revision: o.Case.Revision,
		Damaged: o.Damaged, Named: c.named(actor, o, a.dir, a.names), Routes: routesFor(o), Stale: o.Stale(),
		Readers: readersOf(actor, o, a), Recovery: keepings(o, a),
	}
	if first, ok := o.FirstRouting(); ok {
		p.Left = first.Exclusion.Functions
	}
	for _, g := range o.Grants {
		p.Code = p.Code || g.Kind == seal.RecipientCode
		if g.Epoch == o.Case.Epoch && p.Fresh.IsZero() {
			p.Fresh = g.Created
		}
	}
	for _, r := range c.asked(actor, o, a.dir, a.names) {
		if r.Matter == casefile.MatterExclusion {
			p.Requests = append(p.Requests, r)
		}
	}
	p.Out = outsiders(o, a)
	p.Out = append(p.Out, leftAtFirst(o, a, p.Out)...)
	for i := range p.Out {
		p.Out[i].settle(actor, p.Requests)
	}
	p.May, p.Never = others(o, a)
	for _, x := range p.Never {
		if e, _ := a.dir.Entry(x.ID); e.In(casefile.Alternative) {
			p.Reserve = append(p.Reserve, x)
		}
	}
	return p, nil
}

func readersOf(actor access.Actor, o *custody.Opened, a around) []Reader {
	var list []Reader
	for _, p := range people(o, a) {
		r := Reader{Person: p, Me: p.ID == actor.Member, Charge: p.ID == o.Case.InCharge, By: by(o, a, p.ID)}
		for _, g := range o.Grants {
			if g.Kind == seal.RecipientMember && g.Recipient == string(p.ID) && (r.Since.IsZero() || g.Created.Before(r.Since)) {
				r.Since = g.Created
			}
		}
		list = append(list, r)
	}
	return list
}

func by(o *custody.Opened, a around, id staff.ID) ReaderBy {
	for _, e := range slices.Backward(accessEvents(o)) {
		if e.Member != string(id) {
			continue
		}
		switch e.Act {
		case casefile.AccessAdded:
			return ByName
		case casefile.AccessReturned:
			return ByReturn
		default: // says nothing about how they came
		}
	}
	if e, _ := a.dir.Entry(id); !e.In(o.Case.Team) {
		return ByAlternative
	}
	return ByRoute
}

func outsiders(o *custody.Opened, a around) []Outsider {
	exclusion := routing(o).Exclusion
	var list []Outsider
	for _, e := range slices.Backward(o.Entries) {
		p, err := casefile.DecodePayload[casefile.AccessEvent](e.Payload)
		if e.Kind != casefile.EntryAccess || err != nil || p.Act != casefile.AccessAside && p.Act != casefile.AccessExcluded && p.Act != casefile.AccessLeft {
			continue
		}
		id := staff.ID(p.Member)
		known := slices.ContainsFunc(list, func(x Outsider) bool { return x.ID == id })
		if known || p.Act != casefile.AccessLeft && !slices.Contains(exclusion.Members, id) {
			continue
		}
		x := Outsider{
			Person: Person{id, a.names[id]}, Act: p.Act, By: Person{staff.ID(e.AuthorID), a.names[staff.ID(e.AuthorID)]},
			At: e.Created, Why: p.Why, MayAsk: a.active[id] && p.Act != casefile.AccessLeft,
		}
		list = append(list, x)
	}
	return list
}

// leftAtFirst are the members who were left out when the complaint came in, and are
// still.
func leftAtFirst(o *custody.Opened, a around, known []Outsider) []Outsider {
	first, _ := o.FirstRouting()
	now := routing(o).Exclusion
	var list []Outsider
	for _, e := range a.dir.Active() {
		listed := slices.ContainsFunc(known, func(x Outsider) bool { return x.ID == e.ID })
		if first.Exclusion.Covers(e) && now.Covers(e) && !listed && e.Has(staff.RoleHandler) {
			list = append(list, Outsider{Person: Person{e.ID, a.names[e.ID]}, At: o.Case.Received, MayAsk: true})
		}
	}
	return list
}

// settle says of each what can be done to let them back in.
func (x *Outsider) settle(actor access.Actor, requests []Asked) {
	for _, r := range requests {
		if r.For.ID != x.ID {
			continue
		}
		x.MayAsk = x.MayAsk && r.State != RequestWaiting && r.State != RequestApproved
		if r.State == RequestApproved && r.By.ID == actor.Member {
			x.Ready = r.ID
		}
	}
}

func keepings(o *custody.Opened, a around) []Keeping {
	var list []Keeping
	for _, r := range a.dir.RecoveryKeys() {
		if !slices.ContainsFunc(o.Grants, func(g store.Grant) bool {
			return g.Kind == seal.RecipientRecovery && g.Recipient == r.ID && g.Epoch == o.Case.Epoch
		}) {
			continue
		}
		k := Keeping{ID: r.ID, Outside: len(r.Holders()) < max(1, len(r.Shares))}
		for _, id := range r.Holders() {
			k.Members = append(k.Members, Person{id, a.names[id]})
		}
		list = append(list, k)
	}
	return list
}

// others are the members who handle cases and can be added to this one, and those
// who have no key of it and can be left out for good.
func others(o *custody.Opened, a around) (may, never []Person) {
	exclusion, held := routing(o).Exclusion, o.MayRead()
	for _, e := range a.dir.Active() {
		if slices.Contains(held, e.ID) || exclusion.Covers(e) || !e.Has(staff.RoleHandler) {
			continue
		}
		may = append(may, Person{e.ID, a.names[e.ID]})
		if e.In(o.Case.Team) || e.In(casefile.Alternative) {
			never = append(never, Person{e.ID, a.names[e.ID]})
		}
	}
	return may, never
}
