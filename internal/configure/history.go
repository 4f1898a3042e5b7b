package configure

import (
	"context"
	"fmt"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Entry is a version in the list of all.
type Entry struct {
	Number  int64
	Made    time.Time
	By      string // name; empty: the operator
	Why     string
	Differs []string // addresses at which it differs from the one before
}

// History lists the versions, the newest first. Only a configurator may read it;
// fault.ErrNotFound for others.
func (c *Configure) History(ctx context.Context, actor access.Actor) ([]Entry, error) {
	if !actor.Entry.Active || !actor.Configurator() {
		return nil, fault.ErrNotFound
	}
	var rows []store.Configuration
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if rows, err = tx.Configurations(); err != nil {
			return err
		}
		for i := range rows {
			if rows[i], err = tx.Configuration(rows[i].Number); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	names, err := c.names(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Entry, 0, len(rows))
	before := profile.Changes{}
	for _, row := range slices.Backward(rows) { // the oldest first
		changes, err := c.changes(row)
		if err != nil {
			return nil, err
		}
		list = append(list, Entry{Number: row.Number, Made: row.Made, By: names[row.By], Why: row.Why, Differs: before.Differs(changes)})
		before = changes
	}
	slices.Reverse(list)
	return list, nil
}

func (c *Configure) names(ctx context.Context) (map[staff.ID]string, error) {
	dir, err := c.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	people, err := c.Custody.People(ctx, dir)
	if err != nil {
		return nil, err
	}
	names := map[staff.ID]string{}
	for _, p := range people {
		names[p.ID] = p.Name
	}
	return names, nil
}

// Look reads a version and the one before it. Only a configurator may; fault.ErrNotFound
// for others, and where there is none.
func (c *Configure) Look(ctx context.Context, actor access.Actor, number int64) (v, before *Version, err error) {
	if !actor.Entry.Active || !actor.Configurator() || number < 1 {
		return nil, nil, fault.ErrNotFound
	}
	if v, err = c.version(ctx, number); err != nil {
		return nil, nil, err
	}
	before, err = c.version(ctx, number-1)
	return v, before, err
}

// Now reads the newest version for a configurator; fault.ErrNotFound for others.
func (c *Configure) Now(ctx context.Context, actor access.Actor) (*Version, error) {
	if !actor.Entry.Active || !actor.Configurator() {
		return nil, fault.ErrNotFound
	}
	return c.Current(ctx)
}
