package casework

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/figures"
	"klankbord/internal/store"
)

// Unknown stands for a number of a year that nobody entered.
const Unknown = -1

// Year is what a member enters of a year; Unknown where it is not known.
type Year struct {
	Year       int
	People     int // staff and volunteers
	Supporters int
	Trainings  int // that were held
}

// The bounds of what is entered.
const (
	yearMost  = 100_000_000
	yearsBack = 10
)

// Year tells what was entered of a year. fault.ErrNotFound: the actor counts no cases, or
// it is no year that can be entered.
func (c *Casework) Year(ctx context.Context, actor access.Actor, year int) (Year, error) {
	y := Year{year, Unknown, Unknown, Unknown}
	if _, err := certifies(actor); err != nil {
		return y, err
	}
	if this := c.thisMonth().Year(); year > this || year < this-yearsBack {
		return y, fault.ErrNotFound
	}
	err := c.Store.Read(ctx, func(tx *store.Tx) error {
		e, err := tx.YearEntry(year)
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		y = Year(e)
		return err
	})
	if err != nil {
		return y, fmt.Errorf("read year: %w", err)
	}
	return y, nil
}

// EnterYear keeps what a member entered of a year. Faults: error.year-number where a
// number is none or too large. fault.ErrNotFound: they handle no cases, or as Year fails.
func (c *Casework) EnterYear(ctx context.Context, actor access.Actor, y Year) error {
	if !actor.Handler() {
		return fault.ErrNotFound
	}
	if _, err := c.Year(ctx, actor, y.Year); err != nil {
		return err
	}
	if min(y.People, y.Supporters, y.Trainings) < Unknown || max(y.People, y.Supporters, y.Trainings) > yearMost {
		return fault.New(fault.Invalid, "error.year-number")
	}
	leaf := custody.Leaf(c.Store.Now(), custody.Event{
		Kind: audit.SettingChanged, Actor: custody.ByMember(actor.Member), Object: strconv.Itoa(y.Year), Detail: map[string]string{"what": "year"},
	})
	err := c.write(ctx, func(tx *store.Tx) error {
		if err := tx.PutYearEntry(store.YearEntry(y)); err != nil {
			return err
		}
		return tx.InsertLeaf(leaf)
	})
	if err != nil {
		return fmt.Errorf("enter year: %w", err)
	}
	return nil
}

func (c *Casework) thisMonth() figures.Month {
	return figures.MonthIn(c.Store.Now(), c.Calendar.Location)
}

// besides reads what is known of a period beside the cases.
func (c *Casework) besides(tx *store.Tx, p figures.Period) (b figures.Beside, err error) {
	e, err := tx.YearEntry(p.From.Year())
	if errors.Is(err, store.ErrNone) {
		e, err = store.YearEntry{People: Unknown, Supporters: Unknown, Trainings: Unknown}, nil
	}
	if err != nil {
		return b, err
	}
	counted, err := tx.CountedMonths(p.From.String(), p.To.String())
	if err != nil {
		return b, err
	}
	b = figures.Beside{People: e.People, Supporters: e.Supporters, Trainings: e.Trainings, Seen: counted["seen"], Started: counted["started"]}
	if p == figures.YearOf(p.From.Year()) && p.To < c.thisMonth() { // so that no answer is seen to come in
		b.Clear = figures.Votes{Yes: counted["clear-yes"], No: counted["clear-no"]}
		b.Fair = figures.Votes{Yes: counted["fair-yes"], No: counted["fair-no"]}
	}
	return b, nil
}
