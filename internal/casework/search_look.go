package casework

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/store"
)

// read brings a library up to date: what the member lost goes, what is new or changed
// is opened. The log tells which cases changed since, so that only these are looked at.
// The caller holds its lock.
func (c *Casework) read(ctx context.Context, actor access.Actor, b *library) error {
	n, err := c.lookOver(ctx, actor, b.upTo)
	if err != nil {
		return fmt.Errorf("look over cases: %w", err)
	}
	stale := b.sift(n)
	if n.drawers != nil && c.Store.Most(len(stale), n.all) {
		if stale, err = c.readAll(ctx, actor, b, stale, n); err != nil {
			b.upTo = 0
			return err
		}
	}
	slices.SortFunc(stale, func(x, y store.SearchMark) int { return cmp.Compare(x.Received, y.Received) }) // as they lie on the disk
	for chunk := range slices.Chunk(stale, 2*searchChunk) {
		if err := c.readSome(ctx, actor, b, chunk, n.last); err != nil {
			b.upTo = 0
			return err
		}
	}
	b.upTo = n.size
	return nil
}

// news is what may have changed since a library was brought up to date.
type news struct {
	size    int64 // of the log, before anything else was read
	whole   bool  // marks are those of all cases of the member
	changed []casefile.ID
	marks   []store.SearchMark
	last    map[casefile.ID]int64 // where the complainant wrote last
	drawers drawers               // nil unless all cases were looked at as they lie on the disk
	all     int                   // how many cases there are, with drawers
}

// lookOver asks the log what changed since it had so many lines; without any, or when
// it is much, it looks at everything.
func (c *Casework) lookOver(ctx context.Context, actor access.Actor, since int64) (n news, err error) {
	keys, most := 0, false
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		n = news{whole: since == 0}
		if n.size, err = tx.LogSize(); err != nil {
			return err
		}
		if !n.whole {
			var few bool
			if n.changed, few, err = tx.ChangedSince(since, searchChunk); err != nil {
				return err
			}
			n.whole = !few
		}
		if n.whole {
			n.changed = nil
			if keys, most, err = tx.KeysOf(actor.Member); err != nil || most {
				return err
			}
			n.marks, err = tx.SearchMarks(actor.Member)
		} else {
			n.marks, err = tx.SearchMarksOf(actor.Member, n.changed)
		}
		if err == nil && len(n.marks) > 0 {
			n.last, err = tx.LastWords(n.changed)
		}
		return err
	})
	if err == nil && most {
		err = c.lookAtAll(ctx, actor, keys, &n)
	}
	return n, err
}

// sift drops what the member has no key of any more, and returns what is new or changed.
func (b *library) sift(n news) (stale []store.SearchMark) {
	there := make(map[casefile.ID]*searched, len(n.marks))
	for _, m := range n.marks {
		if s := b.cases[m.Case]; s != nil && s.mark == m {
			there[m.Case] = s
		} else {
			stale = append(stale, m)
		}
	}
	if n.whole {
		b.cases = there
		return stale
	}
	for _, id := range n.changed {
		if there[id] == nil {
			delete(b.cases, id)
		}
	}
	return stale
}
