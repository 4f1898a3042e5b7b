package casework

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// HitsPage is how many cases a page of a search shows.
const HitsPage = 20

// viewSearch names searching in the log, beside the views of the inbox.
const viewSearch = "search"

// Hits are the cases in which everything that was looked for stands.
type Hits struct {
	NoCases bool // the member handles no cases
	Page    int  // counted from one
	Total   int
	Rows    []Hit
	Damaged int // cases that do not open, and so were not searched
}

// Hit is one of them. Word is empty where the words stand in the subject or in
// answers only.
type Hit struct {
	Row
	casefile.Excerpt
}

// String hides the content.
func (*Hits) String() string { return "[sealed]" }

// LogValue hides the content.
func (*Hits) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// String hides the content.
func (Hit) String() string { return "[sealed]" }

// LogValue hides the content.
func (Hit) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Search looks through what was told and written in the cases that the member has a
// key to, never through who the complainants are. Those whose subject holds the words
// come first, then the newest. It is logged once per session and hour, never with the
// words. Fault: error.search-short when nothing typed is long enough; ErrGathering.
func (c *Casework) Search(ctx context.Context, actor access.Actor, typed string, page int) (*Hits, error) {
	if !actor.Handler() || !actor.Entry.Active {
		return &Hits{NoCases: true}, nil
	}
	terms := casefile.ParseTerms(typed)
	if len(terms) == 0 {
		return nil, fault.New(fault.Invalid, "error.search-short")
	}
	library, err := gathered(ctx, c, actor, "search", func(ctx context.Context) (*library, error) {
		b := c.searches.of(actor, c.Store.Now())
		b.mu.Lock()
		defer b.mu.Unlock()
		return b, c.read(ctx, actor, b)
	})
	if err != nil {
		return nil, err
	}
	library.mu.Lock()
	defer library.mu.Unlock()
	if err := c.noteInbox(ctx, actor, viewSearch, nil); err != nil {
		return nil, err
	}
	ids, h := library.find(terms, max(1, page))
	return h, c.show(ctx, actor, terms, ids, h)
}

// match is a case that holds the terms; best: its subject does.
type match struct {
	s    *searched
	best bool
}

// better orders matches: the best first, then the newest.
func better(a, b match) int {
	if a.best != b.best {
		if a.best {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(b.s.mark.Received, a.s.mark.Received), strings.Compare(string(a.s.mark.Case), string(b.s.mark.Case)))
}

// ranking keeps the first of many matches; only these are ever sorted.
type ranking struct {
	first   []match // at least as many as are kept, where there are so many
	most    int     // how many are kept
	total   int
	damaged int
}

func (r *ranking) add(m match) {
	r.total++
	if r.first = append(r.first, m); len(r.first) >= 2*r.most {
		r.cut()
	}
}

func (r *ranking) cut() {
	slices.SortFunc(r.first, better)
	r.first = r.first[:min(r.most, len(r.first))]
}

// find lists a page of the cases that hold the terms, the best first; the last page where
// there are not so many.
func (b *library) find(terms casefile.Terms, page int) (ids []casefile.ID, h *Hits) {
	all := slices.Collect(maps.Values(b.cases))
	pages := (len(all) + HitsPage - 1) / HitsPage
	parts := make([]ranking, runtime.GOMAXPROCS(0))
	var each sync.WaitGroup
	for n := range parts {
		each.Go(func() {
			r := ranking{most: max(1, min(page, pages)) * HitsPage}
			r.search(terms, all[n*len(all)/len(parts):(n+1)*len(all)/len(parts)])
			parts[n] = r
		})
	}
	each.Wait()
	h = &Hits{}
	var list []match
	for _, r := range parts {
		list, h.Total, h.Damaged = append(list, r.first...), h.Total+r.total, h.Damaged+r.damaged
	}
	slices.SortFunc(list, better)
	h.Page = max(1, min(page, (h.Total+HitsPage-1)/HitsPage))
	from := (h.Page - 1) * HitsPage
	for _, m := range list[min(from, len(list)):min(from+HitsPage, len(list))] {
		ids = append(ids, m.s.mark.Case)
	}
	return ids, h
}

func (r *ranking) search(terms casefile.Terms, cases []*searched) {
	for _, s := range cases {
		switch {
		case s.damaged:
			r.damaged++
		case terms.In(s.subject):
			r.add(match{s, true})
		case terms.In(s.subject, s.number, s.text):
			r.add(match{s, false})
		}
	}
	r.cut()
}

// show reads what a page shows of the cases.
func (c *Casework) show(ctx context.Context, actor access.Actor, terms casefile.Terms, ids []casefile.ID, h *Hits) error {
	if len(ids) == 0 {
		return nil
	}
	var rows []store.InboxRow
	var names map[staff.ID]string
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if names, err = memberNames(tx); err != nil {
			return err
		}
		rows, err = tx.Inbox(store.InboxFilter{Member: actor.Member, Cases: ids, Limit: len(ids)})
		return err
	})
	if err != nil {
		return fmt.Errorf("read found cases: %w", err)
	}
	slices.SortFunc(rows, func(a, b store.InboxRow) int { return cmp.Compare(slices.Index(ids, a.ID), slices.Index(ids, b.ID)) })
	for _, r := range rows {
		o, _ := c.openRow(actor, r)
		hit := Hit{Row: c.row(o, names)}
		if !o.damaged {
			hit.Excerpt = c.excerpt(ctx, actor, terms, r)
		}
		h.Rows = append(h.Rows, hit)
	}
	return nil
}

// excerpt finds the first place in a case where one of the terms stands.
func (c *Casework) excerpt(ctx context.Context, actor access.Actor, terms casefile.Terms, r store.InboxRow) casefile.Excerpt {
	o, err := c.Custody.OpenMember(ctx, actor, r.Number)
	if err != nil {
		return casefile.Excerpt{}
	}
	for _, e := range o.Entries {
		if e.Damaged || e.Locked {
			continue
		}
		for _, text := range written(e) {
			if x, ok := terms.Excerpt(text); ok {
				return x
			}
		}
	}
	return casefile.Excerpt{}
}
