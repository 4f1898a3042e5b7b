package casework

import (
	"context"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Moving asks to handle a case on another route, and so by its team.
type Moving struct {
	Route    casefile.Route
	Why      string
	Answers  map[staff.ID]string // "yes" or "no": is it about the member whose name stands in it?
	Revision int64
}

// String hides the reason.
func (Moving) String() string { return "[sealed]" }

// MoveView is what a move would bring.
type MoveView struct {
	To      casefile.Place
	Gain    []Person // who reads everything from then on
	Lose    []Person // who reads nothing of it any more
	Asked   []Person // of those who would gain, whose name stands in the case
	Apart   bool     // the identity goes under a gate
	Initial bool     // the state does not exist there: it is assessed anew
}

// routesFor lists the other routes on which a case may be handled. It never goes below
// the strictest one that the complainant ticked, because they were told who reads it.
func routesFor(o *custody.Opened) []casefile.Route {
	if !o.Case.State.Open() || o.Case.State == casefile.StateUnsorted {
		return nil
	}
	first, known := o.FirstRouting()
	if !known {
		return nil
	}
	floor := casefile.General
	for _, r := range first.Routes {
		floor = floor.Stricter(r)
	}
	var list []casefile.Route
	for _, r := range []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity} {
		if r != o.Case.Route && floor.Stricter(r) == r {
			list = append(list, r)
		}
	}
	return list
}

// place is where a case goes on a route: to the team of the route, or to the one
// from which it had left that route.
func (c *Casework) place(o *custody.Opened, r casefile.Route) (casefile.Place, bool) {
	for _, e := range accessEvents(o) {
		if e.Act == casefile.AccessMoved && e.From != nil && e.From.Route == r {
			return *e.From, true
		}
	}
	team, ok := c.Profile.TeamFor(r)
	return casefile.Place{Route: r, Team: team}, ok
}

// PreviewMove shows what a move would bring, to be confirmed. Faults: the case may
// not go there.
func (c *Casework) PreviewMove(ctx context.Context, actor access.Actor, n casefile.Number, r casefile.Route) (*MoveView, error) {
	o, dir, err := c.openWith(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	a, err := c.around(ctx, actor, o)
	if err != nil {
		return nil, err
	}
	m, _, err := c.previewMove(o, dir, a, Moving{Route: r})
	return m, err
}

func (c *Casework) previewMove(o *custody.Opened, dir *staff.Directory, a around, w Moving) (*MoveView, access.Want, error) {
	to, ok := c.place(o, w.Route)
	if !ok || !slices.Contains(routesFor(o), w.Route) {
		return nil, access.Want{}, fault.New(fault.Invalid, "error.choose-one")
	}
	routing := routing(o)
	for _, id := range answered(w.Answers, "yes") {
		routing = routing.After(casefile.AccessEvent{Act: casefile.AccessExcluded, Member: string(id)})
	}
	want := access.Want{Team: to.Team, Alternative: routing.Alternative, Without: routing.Exclusion}
	m := &MoveView{To: to, Apart: to.Route.SealsIdentityApart() && !o.Case.Route.SealsIdentityApart(), Initial: !o.Case.State.On(to.Route)}
	held, words := o.MayRead(), told(o)
	gain := access.Recipients(dir, want).Members
	for _, id := range gain {
		if slices.Contains(held, id) {
			continue
		}
		p := Person{id, a.names[id]}
		m.Gain = append(m.Gain, p)
		if w.Answers[id] == "" && casefile.Mentions(words, p.Name) && !cleared(o, id) {
			m.Asked = append(m.Asked, p)
		}
	}
	for _, id := range held {
		if !slices.Contains(gain, id) {
			m.Lose = append(m.Lose, Person{id, a.names[id]})
		}
	}
	return m, want, nil
}

func answered(answers map[staff.ID]string, as string) []staff.ID {
	var list []staff.ID
	for id, answer := range answers {
		if answer == as {
			list = append(list, id)
		}
	}
	slices.Sort(list)
	return list
}

// Move hands a case to the team of another route: that team gets everything that was
// written before, and whoever is not in it loses everything from then on. Clocks and
// state follow the route. Faults: no reason; the case may not go there; a name in it
// was not asked about; nobody could read it there; error.changed-meanwhile.
func (c *Casework) Move(ctx context.Context, actor access.Actor, n casefile.Number, w Moving) error {
	var err error
	if w.Why, err = whyOf(w.Why); err != nil {
		return err
	}
	return custody.Retry(func() error {
		o, err := c.openAt(ctx, actor, n, w.Revision)
		if err != nil {
			return err
		}
		a, err := c.around(ctx, actor, o)
		if err != nil {
			return err
		}
		m, want, err := c.previewMove(o, a.dir, a, w)
		if err != nil {
			return err
		}
		to := access.Recipients(a.dir, want)
		switch {
		case len(m.Asked) > 0:
			return fault.New(fault.Invalid, "error.name-unanswered")
		case to.OnlyRecovery:
			return fault.New(fault.Invalid, "error.nobody-there")
		}
		return c.moveTo(ctx, actor, o, a, m, w, to)
	})
}

func (c *Casework) moveTo(ctx context.Context, actor access.Actor, o *custody.Opened, a around, m *MoveView, w Moving, to access.Selection) error {
	now := c.Store.Now()
	ch := change{facts: deadline.Facts{}, edit: func(next *store.CaseChange) { next.Route, next.Team = m.To.Route, m.To.Team }}
	if at, ok := acknowledgedAt(o, a); ok {
		ch.facts[deadline.EventAcknowledgement] = at
	}
	for _, id := range answered(w.Answers, "yes") {
		out, err := item(actor.Member, "", casefile.EntryAccess, casefile.AccessEvent{Act: casefile.AccessExcluded, Member: string(id), Why: w.Why})
		if err != nil {
			return err
		}
		ch.items = append(ch.items, out)
	}
	if m.Initial {
		step, err := moved(actor.Member, o.Case.State, casefile.StateTriage, now, "")
		if err != nil {
			return err
		}
		ch.items, ch.to = append(ch.items, step), casefile.StateTriage
	}
	event := casefile.AccessEvent{
		Act: casefile.AccessMoved, Why: w.Why, To: &m.To, From: &casefile.Place{Route: o.Case.Route, Team: o.Case.Team},
	}
	var named []staff.ID
	for _, p := range m.Gain {
		named = append(named, p.ID)
	}
	return c.turn(ctx, actor, o, turning{
		dir: a.dir, event: event, turn: custody.Turn{To: to, Place: m.To, Named: named, Out: answered(w.Answers, "yes")},
	}, ch)
}

// acknowledgedAt is when receipt was confirmed, which a route without that clock
// does not record.
func acknowledgedAt(o *custody.Opened, a around) (time.Time, bool) {
	switch r := receipt(o, a); {
	case o.Case.State == casefile.StateReceived:
		return time.Time{}, false
	case r.State == ReceiptSent:
		return r.At, true
	}
	for _, e := range remaining(o, "").Entries {
		if p, err := casefile.DecodePayload[casefile.StateEvent](e.Payload); e.Kind == casefile.EntryStateEvent && err == nil {
			return p.At, true
		}
	}
	return time.Time{}, false
}

// accessEvents is what members decided about who may read, oldest first.
func accessEvents(o *custody.Opened) []casefile.AccessEvent {
	var list []casefile.AccessEvent
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryAccess || e.Damaged || e.Locked {
			continue
		}
		if p, err := casefile.DecodePayload[casefile.AccessEvent](e.Payload); err == nil {
			list = append(list, p)
		}
	}
	return list
}

// told is what the complainant wrote, in words, without who they are.
func told(o *custody.Opened) []string {
	var texts []string
	for _, e := range o.Entries {
		if e.Damaged || e.Locked || e.AuthorKind != custody.AuthorComplainant {
			continue
		}
		texts = append(texts, textsOf(e)...)
	}
	return casefile.Words(texts...)
}
