package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Away is when a member is away, as colleagues see it.
type Away struct {
	From, To time.Time // zero: not away and not going to be
	Deputy   Person    // who stands in; the zero person: nobody
}

// Absent is what a member said about it, and who could stand in.
type Absent struct {
	Away
	May []Person // colleagues of the same teams
}

// absenceMost is how long ahead an absence may end.
const absenceMost = 366 * 24 * time.Hour

// Absence tells a member what they said about when they are away. fault.ErrNotFound
// for somebody who handles no cases: nobody stands in for them.
func (c *Casework) Absence(ctx context.Context, actor access.Actor) (*Absent, error) {
	if !actor.Handler() {
		return nil, fault.ErrNotFound
	}
	dir, err := c.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	a := &Absent{}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		names, err := memberNames(tx)
		if err != nil {
			return err
		}
		known, err := tx.Absences()
		for _, id := range colleagues(dir, actor.Entry) {
			a.May = append(a.May, Person{id, names[id]})
		}
		a.Away = awayOf(known[actor.Member], names, c.Store.Now())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read absence: %w", err)
	}
	return a, nil
}

// awayOf leaves out what is over; who stands in stays.
func awayOf(a store.Absence, names map[staff.ID]string, now time.Time) Away {
	w := Away{From: a.From, To: a.To, Deputy: Person{a.Deputy, names[a.Deputy]}}
	if now.After(a.To) {
		w.From, w.To = time.Time{}, time.Time{}
	}
	return w
}

// colleagues are the other members of the teams that somebody is in.
func colleagues(dir *staff.Directory, me staff.Entry) (list []staff.ID) {
	for _, e := range dir.Active() {
		shared := slices.ContainsFunc(me.Assignments, func(a staff.Assignment) bool {
			return a.Role == staff.RoleHandler && e.In(a.Team)
		})
		if shared && e.ID != me.ID {
			list = append(list, e.ID)
		}
	}
	return list
}

// Leave is when a member says they are away. Without days they say only who stands in
// for them.
type Leave struct {
	From, To deadline.Date
	Deputy   staff.ID
}

// SetAbsence keeps when a member is away and who stands in: reminders go there
// meanwhile. It gives nobody a key. Faults: the last day lies before the first, or
// is past; nobody of the same team.
func (c *Casework) SetAbsence(ctx context.Context, actor access.Actor, l Leave) error {
	if !actor.Handler() {
		return fault.ErrNotFound
	}
	dir, err := c.Custody.Directory(ctx)
	if err != nil {
		return err
	}
	if l.Deputy != "" && !slices.Contains(colleagues(dir, actor.Entry), l.Deputy) {
		return fault.New(fault.Invalid, "error.deputy-choice")
	}
	row := store.Absence{Member: actor.Member, Deputy: l.Deputy}
	if l.From != (deadline.Date{}) || l.To != (deadline.Date{}) {
		now := c.Store.Now()
		row.From, row.To = c.Calendar.EndOf(l.From.AddDays(-1)).Add(time.Microsecond), c.Calendar.EndOf(l.To)
		if l.From == (deadline.Date{}) || l.To.Before(l.From) || row.To.Before(now) || row.To.After(now.Add(absenceMost)) {
			return fault.New(fault.Invalid, "error.absence-when")
		}
	}
	leaf := custody.Leaf(c.Store.Now(), custody.Event{
		Kind: audit.SettingChanged, Actor: custody.ByMember(actor.Member), Object: string(l.Deputy), Detail: map[string]string{"what": "absence"},
	})
	err = c.write(ctx, func(tx *store.Tx) error {
		if err := tx.PutAbsence(row); err != nil {
			return err
		}
		return tx.InsertLeaf(leaf)
	})
	if err != nil {
		return fmt.Errorf("set absence: %w", err)
	}
	return nil
}
