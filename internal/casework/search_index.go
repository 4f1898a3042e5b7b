package casework

import (
	"context"
	"errors"
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
	mark    store.SearchMark
	subject string
	number  string
	text    string
	damaged bool
}

// library is what one session has read for searching.
type library struct {
	mu    sync.Mutex
	cases map[casefile.ID]*searched // guarded by mu
	upTo  int64                     // lines of the log, when it was last brought up to date; zero: never; guarded by mu
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

// ForgetSearches forgets what a session read for searching and counting, as when it
// ends; with an empty one, what no session used for a while.
func (c *Casework) ForgetSearches(session string) {
	c.gatherings.forget(session)
	c.ledgers.forget(session, c.Store.Now())
	c.searches.mu.Lock()
	defer c.searches.mu.Unlock()
	delete(c.searches.by, session)
	c.searches.tidy(c.Store.Now())
}

// forgetCase forgets what any session read of a case that is no longer what it was.
func (c *Casework) forgetCase(id casefile.ID) {
	c.searches.erase(id)
	c.ledgers.erase(id)
}

// readSome opens the summaries of some cases, half of them on each of two cores. The
// line of the log is written before any of it is used.
func (c *Casework) readSome(ctx context.Context, actor access.Actor, b *library, marks []store.SearchMark, last map[casefile.ID]int64) error {
	var halves [2]shelf
	var both sync.WaitGroup
	for i, half := range [][]store.SearchMark{marks[:len(marks)/2], marks[len(marks)/2:]} {
		both.Go(func() { halves[i] = c.shelve(ctx, actor, half, last) })
	}
	both.Wait()
	if err := errors.Join(halves[0].err, halves[1].err); err != nil {
		return fmt.Errorf("read cases to search: %w", err)
	}
	if err := c.noteInbox(ctx, actor, viewSearch, append(halves[0].rings, halves[1].rings...)); err != nil {
		return err
	}
	for _, half := range halves {
		for _, s := range half.list {
			b.cases[s.mark.Case] = s
		}
	}
	return nil
}

// shelf is what was read of some cases, and the keyring rows to keep.
type shelf struct {
	list  []*searched
	rings []store.Ring
	err   error
}

func (c *Casework) shelve(ctx context.Context, actor access.Actor, marks []store.SearchMark, last map[casefile.ID]int64) shelf {
	ids := make([]casefile.ID, len(marks))
	for i, m := range marks {
		ids[i] = m.Case
	}
	var rows []store.InboxRow
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.SearchRows(actor.Member, ids)
		return err
	})
	if err != nil {
		return shelf{err: err}
	}
	h := shelf{}
	at := byCase(marks)
	for _, r := range rows {
		if len(r.Ring) > 0 || len(r.Grant.Box) > 0 { // neither: lost since
			c.shelveRow(ctx, actor, r, at[r.ID], last[r.ID], &h)
		}
	}
	return h
}

func byCase(marks []store.SearchMark) map[casefile.ID]store.SearchMark {
	at := make(map[casefile.ID]store.SearchMark, len(marks))
	for _, m := range marks {
		at[m.Case] = m
	}
	return at
}

// shelveRow opens one summary. Heard is the newest entry of the complainant.
func (c *Casework) shelveRow(ctx context.Context, actor access.Actor, r store.InboxRow, mark store.SearchMark, heard int64, h *shelf) {
	plain, ring, err := c.Custody.OpenSummary(actor, r)
	if ring != nil {
		h.rings = append(h.rings, *ring)
	}
	h.list = append(h.list, c.searched(ctx, actor, plain, err, mark, r.Summary.Revision, heard))
}

// searched is what is searched of a case, out of its opened summary of a revision.
func (c *Casework) searched(ctx context.Context, actor access.Actor, plain []byte, err error, mark store.SearchMark, revision, heard int64) *searched {
	subject := ""
	s := &searched{mark: mark}
	if err == nil {
		subject, s.text, err = casefile.SummaryWords(plain)
	}
	if err != nil {
		return &searched{mark: mark, damaged: true}
	}
	s.subject, s.number = casefile.FindForm(subject), casefile.FindForm(string(mark.Number))
	if heard > revision {
		s.text += c.unheardOf(ctx, actor, mark.Number, revision)
	}
	return s
}

// unheardOf is what the complainant wrote since the summary, in a case that nobody
// opened since.
func (c *Casework) unheardOf(ctx context.Context, actor access.Actor, n casefile.Number, since int64) string {
	o, err := c.Custody.OpenMember(ctx, actor, n)
	if err != nil {
		return ""
	}
	return casefile.FindForm(unheard(o, since))
}
