package casework

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// wholeBatch is how many rows go to whoever opens them at once.
const wholeBatch = 200

// drawer is what a member has of a case for opening its summary.
type drawer struct {
	ring store.Ring
	mark store.SearchMark // of the case
	open bool             // whether its summary is to be read
}

// drawers hold the keyring rows of a member, by case.
type drawers map[casefile.ID]*drawer

// takeRings reads the newest keyring row of each of about so many cases.
func takeRings(tx *store.Tx, member staff.ID, about int) (drawers, error) {
	all, room := make(drawers, about), make([]drawer, about)
	err := tx.EachRing(member, func(r store.Ring) error {
		if d := all[r.Case]; d == nil {
			if len(room) == 0 {
				room = make([]drawer, wholeBatch)
			}
			room[0].ring, all[r.Case], room = r, &room[0], room[1:]
		} else if r.Epoch > d.ring.Epoch {
			d.ring = r
		}
		return nil
	})
	return all, err
}

// lookAtAll is lookOver of a member who has the keys of most cases, when all are looked
// at. Whoever has a keyring row has the key, so that the grants themselves are not read;
// a key that was lost or given meanwhile stands in the log behind n.size.
func (c *Casework) lookAtAll(ctx context.Context, actor access.Actor, keys int, n *news) error {
	var held drawers
	var there []store.EpochMark
	var errs [2]error
	var both sync.WaitGroup
	both.Go(func() {
		errs[0] = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
			held, err = takeRings(tx, actor.Member, keys)
			return err
		})
	})
	both.Go(func() {
		errs[1] = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
			if there, err = tx.EpochMarks(); err == nil {
				n.last, err = tx.LastWords(nil)
			}
			return err
		})
	})
	both.Wait()
	if err := errors.Join(errs[0], errs[1]); err != nil {
		return err
	}
	n.drawers, n.all, n.marks = held, len(there), make([]store.SearchMark, 0, len(held))
	var without []casefile.ID
	for _, m := range there {
		if d := held[m.Case]; d != nil && d.ring.Epoch == m.Epoch {
			d.mark = m.SearchMark
			n.marks = append(n.marks, m.SearchMark)
		} else {
			without = append(without, m.Case)
		}
	}
	return c.lookWithout(ctx, actor, without, n)
}

// lookWithout adds those cases without a keyring row that the member has a key of.
func (c *Casework) lookWithout(ctx context.Context, actor access.Actor, without []casefile.ID, n *news) error {
	return c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if c.Store.Most(len(without), n.all) {
			n.marks, err = tx.SearchMarks(actor.Member)
			return err
		}
		for some := range slices.Chunk(without, searchChunk) {
			marks, err := tx.SearchMarksOf(actor.Member, some)
			if err != nil {
				return err
			}
			n.marks = append(n.marks, marks...)
		}
		return nil
	})
}

// readAll opens the summaries of many cases: one reads all rows as they lie on the disk,
// while the others open them. The line of the log is written before any of it is used.
// It returns the cases that have no keyring row yet, or that were not there.
func (c *Casework) readAll(ctx context.Context, actor access.Actor, b *library, stale []store.SearchMark, n news) (rest []store.SearchMark, err error) {
	for _, m := range stale {
		if d := n.drawers[m.Case]; d != nil && d.mark == m {
			d.open = true
		}
	}
	batches, shelves := make(chan []locked, 4), make([]shelf, runtime.GOMAXPROCS(0))
	var open sync.WaitGroup
	for i := range shelves {
		open.Go(func() {
			scan := c.Custody.ScanSummaries(actor)
			for batch := range batches {
				for _, r := range batch {
					plain, err := scan.Open(r.ring.Box, r.Summary)
					shelves[i].list = append(shelves[i].list, c.searched(ctx, actor, plain, err, r.mark, r.Revision, n.last[r.Case]))
				}
			}
		})
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error { return readBatches(tx, n.drawers, batches) })
	close(batches)
	open.Wait()
	if err != nil {
		return nil, fmt.Errorf("read cases to search: %w", err)
	}
	if err := c.noteInbox(ctx, actor, viewSearch, nil); err != nil {
		return nil, err
	}
	read := 0
	for _, h := range shelves {
		read += len(h.list)
		for _, s := range h.list {
			b.cases[s.mark.Case] = s
		}
	}
	if read == len(stale) {
		return nil, nil
	}
	for _, m := range stale {
		if b.cases[m.Case] == nil || b.cases[m.Case].mark != m {
			rest = append(rest, m)
		}
	}
	return rest, nil
}

// locked is a summary with what opens it.
type locked struct {
	store.Summary
	*drawer
}

// readBatches hands out the rows of the cases whose drawers are to be opened.
func readBatches(tx *store.Tx, held drawers, batches chan<- []locked) error {
	var batch []locked
	err := tx.EachSummary(func(s store.Summary) error {
		d := held[s.Case]
		if d == nil || !d.open || d.ring.Epoch != s.Epoch {
			return nil
		}
		if batch = append(batch, locked{s, d}); len(batch) == wholeBatch {
			batches <- batch
			batch = make([]locked, 0, wholeBatch)
		}
		return nil
	})
	if len(batch) > 0 {
		batches <- batch
	}
	return err
}
