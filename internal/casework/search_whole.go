package casework

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// wholeBatch is how many rows go to whoever opens them at once.
const wholeBatch = 200

// rings are the keyring rows of a member.
type rings struct {
	by  map[casefile.ID]store.Ring
	err error
}

// readRings reads them beside something else; the channel gets them once.
func (c *Casework) readRings(ctx context.Context, actor access.Actor) <-chan rings {
	done := make(chan rings, 1)
	go func() {
		var r rings
		r.err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
			r.by, err = tx.Keyring(actor.Member)
			return err
		})
		done <- r
	}()
	return done
}

// readAll opens the summaries of many cases: one reads all rows as they lie on the disk,
// while the others open them. The line of the log is written before any of it is used.
// It returns the cases that have no keyring row yet, or that were not there.
func (c *Casework) readAll(ctx context.Context, actor access.Actor, b *library, stale []store.SearchMark, last map[casefile.ID]int64, keys map[casefile.ID]store.Ring) (rest []store.SearchMark, err error) {
	at, batches := byCase(stale), make(chan []locked, 4)
	shelves := make([]shelf, runtime.GOMAXPROCS(0))
	var open sync.WaitGroup
	for i := range shelves {
		open.Go(func() {
			scan := c.Custody.ScanSummaries(actor)
			for batch := range batches {
				for _, r := range batch {
					plain, err := scan.Open(r.ring, r.Summary)
					shelves[i].list = append(shelves[i].list, c.searched(ctx, actor, plain, err, r.mark, r.Revision, last[r.Case]))
				}
			}
		})
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error { return readBatches(tx, keys, at, batches) })
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

// locked is a summary with the member's keyring row of its case.
type locked struct {
	store.Summary
	ring seal.Box
	mark store.SearchMark
}

// readBatches hands out the rows of some cases for which the member has a keyring row.
func readBatches(tx *store.Tx, keys map[casefile.ID]store.Ring, at map[casefile.ID]store.SearchMark, batches chan<- []locked) error {
	var batch []locked
	err := tx.EachSummary(func(s store.Summary) error {
		key := keys[s.Case]
		mark, wanted := at[s.Case]
		if !wanted || len(key.Box) == 0 || key.Epoch != s.Epoch {
			return nil
		}
		if batch = append(batch, locked{s, key.Box, mark}); len(batch) == wholeBatch {
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
