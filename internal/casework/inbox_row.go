package casework

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// found is a page of rows with the summaries that opened.
type found struct {
	rows  []openedRow
	rings []store.Ring
	total int
	cut   bool
	more  bool
}

type openedRow struct {
	store.InboxRow
	summary casefile.Summary
	damaged bool
}

func (c *Casework) find(ctx context.Context, actor access.Actor, in *Inbox) (found, error) {
	f := c.viewFilter(actor, in.View)
	f.Route = in.Filter.Route
	if in.Filter.State != "" {
		f.States = []casefile.State{in.Filter.State}
	}
	skip := (in.Filter.Page - 1) * PageSize
	f.Limit, f.Offset = PageSize+1, skip // one more, to know whether there is one
	if in.Filter.looks() {
		f.Limit, f.Offset = scanMost, 0
	}
	var out found
	var rows []store.InboxRow
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if rows, err = tx.Inbox(f); err != nil || in.Filter.looks() {
			return err
		}
		out.total, out.more = skip+len(rows), len(rows) > PageSize
		if out.more && out.total <= CountMost || len(rows) == 0 && skip > 0 {
			out.total, err = c.total(tx, actor, in.Filter, f)
		}
		return err
	})
	if err != nil {
		return out, fmt.Errorf("read inbox: %w", err)
	}
	if out.more {
		rows = rows[:PageSize]
	}
	out.rows, out.rings = c.openRows(actor, rows)
	if in.Filter.looks() {
		out.narrow(in.Filter, skip)
		out.cut = len(rows) == scanMost
	}
	return out, nil
}

// total counts the cases within a filter, whatever page of them is shown.
func (c *Casework) total(tx *store.Tx, actor access.Actor, asked Filter, f store.InboxFilter) (int, error) {
	k, err := c.counting(tx, actor)
	if err != nil {
		return 0, err
	}
	return k.count(f, fmt.Sprint(asked.View, "/", asked.Route, "/", asked.State), CountMost)
}

// narrow keeps one page of the rows with a topic, as it was ticked or as members see
// it, a tag and a severity. A row that does not open stays: nobody knows what it is about.
func (f *found) narrow(by Filter, skip int) {
	f.rows = slices.DeleteFunc(f.rows, func(r openedRow) bool {
		s := r.summary
		other := by.Topic != "" && !slices.Contains(s.Topics, by.Topic) && !slices.Contains(s.Assessed, by.Topic)
		tagged := by.Tag == "" || slices.ContainsFunc(s.Tags, func(t string) bool { return casefile.Fold(t) == casefile.Fold(by.Tag) })
		return !r.damaged && (other || !tagged || s.Severity < by.Severity)
	})
	f.total = min(len(f.rows), CountMost)
	f.rows = f.rows[min(skip, len(f.rows)):]
	f.more = len(f.rows) > PageSize
	f.rows = f.rows[:min(PageSize, len(f.rows))]
}

func (c *Casework) openRow(actor access.Actor, r store.InboxRow) (openedRow, *store.Ring) {
	plain, ring, err := c.Custody.OpenSummary(actor, r)
	if err != nil {
		return openedRow{InboxRow: r, damaged: true}, nil
	}
	s, err := casefile.DecodeSummary(plain)
	return openedRow{InboxRow: r, summary: s, damaged: err != nil}, ring
}

// fewRows are opened at once rather than shared among cores.
const fewRows = 64

// openRows opens rows in their order, many of them on every core, and returns the
// keyring rows to keep.
func (c *Casework) openRows(actor access.Actor, rows []store.InboxRow) ([]openedRow, []store.Ring) {
	opened, made := make([]openedRow, len(rows)), make([]*store.Ring, len(rows))
	workers := 1
	if len(rows) > fewRows {
		workers = runtime.GOMAXPROCS(0)
	}
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < len(rows); i += workers {
				opened[i], made[i] = c.openRow(actor, rows[i])
			}
		})
	}
	all.Wait()
	var rings []store.Ring
	for _, r := range made {
		if r != nil {
			rings = append(rings, *r)
		}
	}
	return opened, rings
}

func (c *Casework) noteInbox(ctx context.Context, actor access.Actor, v View, rings []store.Ring) error {
	now := c.Store.Now()
	key := actor.Session + "/inbox/" + string(v)
	known := c.logged.fresh(key, now, time.Hour, 0)
	if known && len(rings) == 0 {
		return nil
	}
	leaf := custody.Leaf(now, custody.Event{
		Kind: audit.InboxRead, Actor: custody.ByMember(actor.Member), Detail: map[string]string{"view": string(v)},
	})
	err := c.write(ctx, func(tx *store.Tx) error {
		for _, r := range rings {
			// ErrStale: the key was taken away since; then there is nothing to keep.
			if err := tx.InsertRing(actor.Member, r); err != nil && !errors.Is(err, store.ErrStale) {
				return err
			}
		}
		if known {
			return nil
		}
		return tx.InsertLeaf(leaf)
	})
	if err != nil {
		return fmt.Errorf("log reading of inbox: %w", err)
	}
	if !known {
		c.logged.keep(key, now, 0)
	}
	return nil
}

func (c *Casework) row(r openedRow, names map[staff.ID]string) Row {
	now := c.Store.Now()
	row := Row{
		Number: r.Number, Subject: r.summary.Subject, Route: r.Route, State: r.State, Language: r.Language,
		Charge: names[r.InCharge], Received: r.Received, Due: r.NextDue, Damaged: r.damaged, Kept: r.EraseAfter, Part: r.PartAfter, Held: r.Held,
		Severity: r.summary.Severity, Tags: r.summary.Tags, Distress: r.summary.Distress,
		Unread: r.Head.Count > r.ReadUpTo,
	}
	for _, id := range r.summary.Topics {
		if t, ok := c.Profile.Topic(id); ok {
			row.Topics = append(row.Topics, t)
		}
	}
	if !r.State.Open() && !now.After(row.Due) {
		row.Due = time.Time{} // nothing is owed yet
	}
	if !row.Due.IsZero() {
		row.Late, row.Soon = now.After(row.Due), now.Add(dueSoon).After(row.Due)
		row.Phrase = c.Calendar.Phrase(deadline.Clock{Due: row.Due}, now)
	}
	return row
}

// nearest is what an empty view shows instead: the next deadline of all.
func (c *Casework) nearest(ctx context.Context, actor access.Actor, names map[staff.ID]string) Row {
	var rows []store.InboxRow
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.Inbox(store.InboxFilter{Member: actor.Member, Open: true, Limit: 1})
		return err
	})
	if err != nil || len(rows) == 0 || rows[0].NextDue.IsZero() {
		return Row{}
	}
	return c.row(openedRow{InboxRow: rows[0]}, names)
}
