package casework

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// How long what was gathered for figures is kept after a session last counted, for how
// many reports, and of how many cases a report may be. It lies in memory only, and
// holds what is counted: no words.
const (
	ledgerIdle  = 15 * time.Minute
	ledgersMost = 4
	ledgerCases = 25_000
	ledgerNews  = 500 // changed cases beyond which everything is read again
)

// fact is what one case brings to the figures.
type fact struct {
	file             store.Case
	clocks           []deadline.Clock
	written, replied bool // by a member; then by the complainant
	opened, reviewed bool // the record of who the complainant is; at somebody's wish
	sealed           bool // only what stands in the clear
	summary          casefile.Summary
	damaged          bool
}

// ledger is what one session has gathered of the cases of one span.
type ledger struct {
	mu    sync.Mutex
	facts map[casefile.ID]*fact // guarded by mu
	list  []*fact               // the same, the oldest first; guarded by mu
	upTo  int64                 // lines of the log, when it was last brought up to date; zero: never; guarded by mu
	owner staff.ID
	all   bool      // of every case, by somebody who handles none
	used  time.Time // guarded by the ledgers
}

// ledgers keeps them by session and span.
type ledgers struct {
	mu sync.Mutex
	by map[string]*ledger // guarded by mu
}

// of is the ledger of a session for a span; one that nobody keeps where there is no
// session.
func (l *ledgers) of(actor access.Actor, s store.Span, now time.Time) *ledger {
	fresh := &ledger{facts: map[casefile.ID]*fact{}, owner: actor.Member, all: !actor.Handler(), used: now}
	if actor.Session == "" {
		return fresh
	}
	key := fmt.Sprint(actor.Session, "/", s.From.Unix(), "/", s.Till.Unix())
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.by, func(_ string, b *ledger) bool { return now.Sub(b.used) >= ledgerIdle })
	if b := l.by[key]; b != nil && b.owner == fresh.owner && b.all == fresh.all {
		b.used = now
		return b
	}
	for len(l.by) >= ledgersMost {
		oldest := slices.MinFunc(slices.Collect(maps.Keys(l.by)), func(a, b string) int { return l.by[a].used.Compare(l.by[b].used) })
		delete(l.by, oldest)
	}
	if l.by == nil {
		l.by = map[string]*ledger{}
	}
	l.by[key] = fresh
	return fresh
}

// forget drops what a session gathered.
func (l *ledgers) forget(session string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.by, func(key string, b *ledger) bool {
		return session != "" && strings.HasPrefix(key, session+"/") || now.Sub(b.used) >= ledgerIdle
	})
}

// erase forgets what any session gathered of a case.
func (l *ledgers) erase(id casefile.ID) {
	l.mu.Lock()
	list := slices.Collect(maps.Values(l.by))
	l.mu.Unlock()
	for _, b := range list {
		b.mu.Lock()
		if b.facts[id] != nil {
			delete(b.facts, id)
			b.order()
		}
		b.mu.Unlock()
	}
}

// order lists the facts, the oldest case first. The caller holds the lock.
func (b *ledger) order() {
	b.list = slices.SortedFunc(maps.Values(b.facts), func(x, y *fact) int {
		return cmp.Or(x.file.Received.Compare(y.file.Received), strings.Compare(string(x.file.ID), string(y.file.ID)))
	})
}

// since narrows a span to the cases that changed since the ledger was brought up to
// date, as the log tells; where it is new, or much changed, to none. The caller holds
// the lock.
func (b *ledger) since(tx *store.Tx, s store.Span) (store.Span, error) {
	s.Of = nil
	if b.upTo == 0 {
		return s, nil
	}
	changed, few, err := tx.ChangedSince(b.upTo, ledgerNews)
	if err == nil && few {
		s.Of = append([]casefile.ID{}, changed...)
	}
	return s, err
}

// take puts what was read of a span in the place of what was there. The caller holds the
// lock.
func (b *ledger) take(read store.Span, size int64, facts []*fact) {
	if read.Of == nil {
		b.facts = make(map[casefile.ID]*fact, len(facts))
	}
	for _, id := range read.Of {
		delete(b.facts, id)
	}
	for _, f := range facts {
		b.facts[f.file.ID] = f
	}
	if read.Of == nil || len(read.Of) > 0 {
		b.order()
	}
	b.upTo = size
	if len(b.facts) > ledgerCases {
		b.upTo = 0 // read anew next time; take drops what is here
	}
}

// empty drops what is too much to keep. The caller holds the lock.
func (b *ledger) empty() {
	if b.upTo == 0 {
		b.facts, b.list = map[casefile.ID]*fact{}, nil
	}
}

// gather reads what stands beside the cases of a span, and the cases themselves.
func (n *tallying) gather(tx *store.Tx, s store.Span) (facts []*fact, err error) {
	if s.Of != nil && len(s.Of) == 0 {
		return nil, nil
	}
	if facts, err = n.files(tx, s); err != nil {
		return nil, err
	}
	by := make(map[casefile.ID]*fact, len(facts))
	for _, f := range facts {
		by[f.file.ID] = f
	}
	return facts, n.around(tx, s, by)
}

// files reads the cases that the actor may know of: a member's with what opens them, for
// whoever handles none all of them without.
func (n *tallying) files(tx *store.Tx, s store.Span) (facts []*fact, err error) {
	n.rows = nil
	if n.actor.Handler() {
		n.rows, err = tx.Inbox(store.InboxFilter{Member: n.actor.Member, Among: s, Cases: s.Of, Limit: math.MaxInt32})
		for _, r := range n.rows {
			facts = append(facts, &fact{file: r.Case})
		}
		return facts, err
	}
	list, err := tx.CasesAmong(s)
	for _, f := range list {
		facts = append(facts, &fact{file: f, sealed: true})
	}
	return facts, err
}

// around reads what stands in the clear beside cases.
func (n *tallying) around(tx *store.Tx, s store.Span, by map[casefile.ID]*fact) error {
	note := func(ids []casefile.ID, what func(*fact)) {
		for _, id := range ids {
			if f := by[id]; f != nil {
				what(f)
			}
		}
	}
	clocks, err := tx.ClocksAmong(s)
	if err != nil {
		return err
	}
	for id, f := range by {
		f.clocks = clocks[id]
	}
	dealings, err := tx.DealingsAmong(s)
	if err != nil {
		return err
	}
	for _, d := range dealings {
		note([]casefile.ID{d.Case}, func(f *fact) { f.written, f.replied = true, d.Replied })
	}
	opened, err := tx.IdentitiesOpened(s.Of)
	if err != nil {
		return err
	}
	note(opened, func(f *fact) { f.opened = true })
	reviews, err := tx.ReviewsAmong(s)
	note(reviews, func(f *fact) { f.reviewed = true })
	return err
}

// open opens the summaries of what was gathered.
func (n *tallying) open(facts []*fact) {
	if len(n.rows) == 0 {
		return
	}
	opened, rings := n.c.openRows(n.actor, n.rows)
	n.rings = rings
	for i, o := range opened {
		facts[i].summary, facts[i].damaged = o.summary, o.damaged
		facts[i].summary.Subject, facts[i].summary.Words, facts[i].summary.Tags = "", "", nil
	}
}
