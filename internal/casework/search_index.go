package casework

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// How long what was read for searching is kept after the last search of a session, and
// for how many sessions. It lies in memory only.
const (
	searchIdle  = 15 * time.Minute
	searchesMax = 8
	searchChunk = 500
)

// searched is what is known of a case for searching, in the form of casefile.FindForm.
type searched struct {
	mark     store.SearchMark
	subject  string
	text     string
	received int64 // microseconds
	damaged  bool
}

// library is what one session has read for searching.
type library struct {
	mu    sync.Mutex
	cases map[casefile.ID]*searched // guarded by mu
	owner staff.ID
	used  time.Time // guarded by the libraries
}

// libraries keeps them by session.
type libraries struct {
	mu sync.Mutex
	by map[string]*library // guarded by mu
}

// of is the library of a session. Those that were not used for a while go, and the
// oldest where there are too many.
func (l *libraries) of(actor access.Actor, now time.Time) *library {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tidy(now)
	session := actor.Session
	b, ok := l.by[session]
	if !ok || b.owner != actor.Member {
		for len(l.by) >= searchesMax {
			l.dropOldest()
		}
		b = &library{cases: map[casefile.ID]*searched{}, owner: actor.Member}
		if l.by == nil {
			l.by = map[string]*library{}
		}
		l.by[session] = b
	}
	b.used = now
	return b
}

// erase forgets what any session read of a case.
func (l *libraries) erase(id casefile.ID) {
	l.mu.Lock()
	list := slices.Collect(maps.Values(l.by))
	l.mu.Unlock()
	for _, b := range list {
		b.mu.Lock()
		delete(b.cases, id)
		b.mu.Unlock()
	}
}

func (l *libraries) tidy(now time.Time) {
	for session, b := range l.by {
		if now.Sub(b.used) >= searchIdle {
			delete(l.by, session)
		}
	}
}

func (l *libraries) dropOldest() {
	oldest := ""
	for session, b := range l.by {
		if oldest == "" || b.used.Before(l.by[oldest].used) {
			oldest = session
		}
	}
	delete(l.by, oldest)
}

// ForgetSearches forgets what a session read for searching, as when it ends; with an
// empty one, what no session used for a while.
func (c *Casework) ForgetSearches(session string) {
	c.searches.mu.Lock()
	defer c.searches.mu.Unlock()
	delete(c.searches.by, session)
	c.searches.tidy(c.Store.Now())
}

// read brings a library up to date: what the member lost goes, what is new or changed
// is opened. The caller holds its lock.
func (c *Casework) read(ctx context.Context, actor access.Actor, b *library) error {
	var marks []store.SearchMark
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		marks, err = tx.SearchMarks(actor.Member)
		return err
	})
	if err != nil {
		return fmt.Errorf("look over cases: %w", err)
	}
	there := make(map[casefile.ID]*searched, len(marks))
	var stale []store.SearchMark
	for _, m := range marks {
		if s := b.cases[m.Case]; s != nil && s.mark == m {
			there[m.Case] = s
		} else {
			stale = append(stale, m)
		}
	}
	b.cases = there
	for len(stale) > 0 {
		n := min(searchChunk, len(stale))
		if err := c.readSome(ctx, actor, b, stale[:n]); err != nil {
			return err
		}
		stale = stale[n:]
	}
	return nil
}

// readSome opens the summaries of some cases. The line of the log is written before
// any of it is used.
func (c *Casework) readSome(ctx context.Context, actor access.Actor, b *library, marks []store.SearchMark) error {
	ids, at := make([]casefile.ID, len(marks)), make(map[casefile.ID]store.SearchMark, len(marks))
	for i, m := range marks {
		ids[i], at[m.Case] = m.Case, m
	}
	var rows []store.InboxRow
	var last map[casefile.ID]int64
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if rows, err = tx.Inbox(store.InboxFilter{Member: actor.Member, Cases: ids, Limit: len(ids)}); err != nil {
			return err
		}
		last, err = tx.LastWords(ids)
		return err
	})
	if err != nil {
		return fmt.Errorf("read cases to search: %w", err)
	}
	list, rings := make([]*searched, len(rows)), make([]*store.Ring, len(rows))
	var both sync.WaitGroup
	for from := range 2 {
		both.Go(func() {
			for i := from; i < len(rows); i += 2 {
				list[i], rings[i] = c.shelve(actor, rows[i], at[rows[i].ID])
			}
		})
	}
	both.Wait()
	var kept []store.Ring
	for _, r := range rings {
		if r != nil {
			kept = append(kept, *r)
		}
	}
	if err := c.noteInbox(ctx, actor, viewSearch, kept); err != nil {
		return err
	}
	for i, s := range list {
		if since := rows[i].Summary.Revision; last[rows[i].ID] > since && !s.damaged {
			s.text += c.unheardOf(ctx, actor, rows[i], since)
		}
		b.cases[rows[i].ID] = s
	}
	return nil
}

func (c *Casework) shelve(actor access.Actor, r store.InboxRow, mark store.SearchMark) (*searched, *store.Ring) {
	o, ring := c.openRow(actor, r)
	s := &searched{mark: mark, received: r.Received.UnixMicro(), damaged: o.damaged}
	if !o.damaged {
		s.subject = casefile.FindForm(o.summary.Subject)
		s.text = casefile.FindForm(string(r.Number) + " " + o.summary.Folded)
	}
	return s, ring
}

// unheardOf is what the complainant wrote since the summary, in a case that nobody
// opened since.
func (c *Casework) unheardOf(ctx context.Context, actor access.Actor, r store.InboxRow, since int64) string {
	o, err := c.Custody.OpenMember(ctx, actor, r.Number)
	if err != nil {
		return ""
	}
	return casefile.FindForm(unheard(o, since))
}
