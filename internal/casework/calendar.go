package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// calendarPurpose is what the token in the address of a calendar is for.
const calendarPurpose = "calendar"

// calendarMost is how many clocks a calendar shows at most, the earliest first.
const calendarMost = 500

// CalendarSince tells since when a member has an address for their calendar; the zero
// time: they have none. fault.ErrNotFound for somebody who handles no cases.
func (c *Casework) CalendarSince(ctx context.Context, actor access.Actor) (since time.Time, err error) {
	if !actor.Handler() || !actor.Entry.Active {
		return since, fault.ErrNotFound
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		a, err := tx.CalendarAddressOf(actor.Member)
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		since = a.Created
		return err
	})
	if err != nil {
		return since, fmt.Errorf("read calendar address: %w", err)
	}
	return since, nil
}

// MakeCalendar draws the secret part of an address at which a calendar reads the dates
// that the member keeps. The address before it finds nothing any more. Danger: whoever
// has the address reads numbers of cases and dates; only a hash of it is kept.
func (c *Casework) MakeCalendar(ctx context.Context, actor access.Actor) (seal.Token, error) {
	tok := seal.NewToken()
	return tok, c.setCalendar(ctx, actor, func(tx *store.Tx) error {
		return tx.PutCalendarAddress(store.CalendarAddress{Member: actor.Member, Lookup: tok.LookupID(calendarPurpose)})
	})
}

// EndCalendar ends the address of the member's calendar, if there is one.
func (c *Casework) EndCalendar(ctx context.Context, actor access.Actor) error {
	return c.setCalendar(ctx, actor, func(tx *store.Tx) error { return tx.DeleteCalendarAddress(actor.Member) })
}

func (c *Casework) setCalendar(ctx context.Context, actor access.Actor, fn func(*store.Tx) error) error {
	if !actor.Handler() || !actor.Entry.Active {
		return fault.ErrNotFound
	}
	leaf := custody.Leaf(c.Store.Now(), custody.Event{
		Kind: audit.SettingChanged, Actor: custody.ByMember(actor.Member), Detail: map[string]string{"what": "calendar"},
	})
	err := c.write(ctx, func(tx *store.Tx) error { return errors.Join(fn(tx), tx.InsertLeaf(leaf)) })
	if err != nil {
		return fmt.Errorf("set calendar address: %w", err)
	}
	return nil
}

// CalendarDay is a day in a calendar: the number of a case of which a clock ends then.
type CalendarDay struct {
	Number casefile.Number
	Day    deadline.Date
}

// CalendarDays lists the days on which clocks of the cases end that the member keeps
// whose address holds the token, each case once a day. It tells neither which clock it
// is nor whose. fault.ErrNotFound when the address ended, or the member has left.
func (c *Casework) CalendarDays(ctx context.Context, tok seal.Token) ([]CalendarDay, error) {
	var owner store.CalendarAddress
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		owner, err = tx.CalendarAddressBy(tok.LookupID(calendarPurpose))
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return nil, fault.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find calendar: %w", err)
	}
	dir, err := c.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	e, ok := dir.Entry(owner.Member)
	if !ok || !e.Active || !e.Has(staff.RoleHandler) {
		return nil, fault.ErrNotFound
	}
	var rows []store.Task
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		away, err := tx.Absences()
		if err != nil {
			return err
		}
		rows, err = tx.Tasks(store.TaskFilter{
			Member: e.ID, Key: e.Reading.Fingerprint(), Charge: chargeOf(e.ID, away, c.Store.Now()), Limit: calendarMost,
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read calendar: %w", err)
	}
	return c.daysOf(rows), c.noteCalendar(ctx, e.ID)
}

func (c *Casework) daysOf(rows []store.Task) (list []CalendarDay) {
	seen := map[CalendarDay]bool{}
	for _, r := range rows {
		due := r.Due
		if !r.Again.IsZero() {
			due = r.Again
		}
		day := CalendarDay{r.Number, c.Calendar.Today(due)}
		if !seen[day] {
			seen[day] = true
			list = append(list, day)
		}
	}
	return list
}

// calendarLogged is how often the reading of a calendar is logged: programs come by
// every few minutes.
const calendarLogged = 24 * time.Hour

func (c *Casework) noteCalendar(ctx context.Context, who staff.ID) error {
	now, key := c.Store.Now(), "calendar/"+string(who)
	if c.logged.fresh(key, now, calendarLogged, 0) {
		return nil
	}
	leaf := custody.Leaf(now, custody.Event{
		Kind: audit.InboxRead, Actor: custody.ByMember(who), Detail: map[string]string{"view": calendarPurpose},
	})
	if err := c.write(ctx, func(tx *store.Tx) error { return tx.InsertLeaf(leaf) }); err != nil {
		return fmt.Errorf("log reading of calendar: %w", err)
	}
	c.logged.keep(key, now, 0)
	return nil
}
