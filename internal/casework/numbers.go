package casework

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/figures"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// viewNumbers is how the log names the reading of figures.
const viewNumbers View = "numbers"

// NumbersFilter says what to count. An edition for an audience other than figures.Team
// leaves the team.
type NumbersFilter struct {
	Period figures.Period
	Route  casefile.Route // empty: all; an edition that leaves the team has all
	For    figures.Audience
}

// Numbers is a report with what it could not count.
type Numbers struct {
	figures.Report
	All     bool // of every case, by somebody who handles none
	Damaged int  // cases whose summary does not open
}

// Numbers counts the cases that the actor may know of, and no others: a member those
// that they have a key to, with what is left of erased ones; an auditor who handles no
// case all of them, without what only a key opens. An edition that leaves the team has
// no case from which somebody of the team is kept out, save in what an auditor makes for
// the board, so that nobody can find one by comparing. fault.ErrNotFound for everyone
// else. An edition is of a whole year; ErrNotOver: it is not over; ErrGathering.
func (c *Casework) Numbers(ctx context.Context, actor access.Actor, f NumbersFilter) (*Numbers, error) {
	if _, err := certifies(actor); err != nil {
		return nil, err
	}
	if f.For != figures.Team && (f.Period != figures.YearOf(f.Period.From.Year()) || f.Period.To >= figures.MonthIn(c.Store.Now(), c.Calendar.Location)) {
		return nil, ErrNotOver
	}
	counted, err := c.counted(ctx, actor, f)
	if err != nil {
		return nil, err
	}
	out := *counted
	if f.For == figures.Team {
		out.Report = out.Guarded()
	} else {
		out.Report = out.Publish(f.For)
	}
	return &out, nil
}

// ErrNotOver tells that an edition was asked of a time that is not over.
var ErrNotOver = fault.New(fault.Conflict, "error.not-over")

// Month tells roughly what happened in a month, for people outside the team; ErrNotOver,
// ErrGathering.
func (c *Casework) Month(ctx context.Context, actor access.Actor, m figures.Month) ([]figures.Range, error) {
	if _, err := certifies(actor); err != nil {
		return nil, err
	}
	if m >= figures.MonthIn(c.Store.Now(), c.Calendar.Location) {
		return nil, ErrNotOver
	}
	out, err := c.counted(ctx, actor, NumbersFilter{Period: figures.Period{From: m, To: m}, For: figures.Board})
	if err != nil {
		return nil, err
	}
	return out.Ranges(), nil
}

// TakePaper notes in the log that an edition is taken along as a file, before it is made.
func (c *Casework) TakePaper(ctx context.Context, actor access.Actor, what, form string) error {
	if _, err := certifies(actor); err != nil {
		return err
	}
	leaf := custody.Leaf(c.Store.Now(), custody.Event{
		Kind: audit.Export, Actor: custody.ByMember(actor.Member), Detail: map[string]string{"what": what, "form": form},
	})
	if err := c.write(ctx, func(tx *store.Tx) error { return tx.InsertLeaf(leaf) }); err != nil {
		return fmt.Errorf("log paper: %w", err)
	}
	return nil
}

// counted counts exactly, or returns what the session counted before if nothing changed
// since; ErrGathering. Nobody may write to it.
func (c *Casework) counted(ctx context.Context, actor access.Actor, f NumbersFilter) (*Numbers, error) {
	if f.For != figures.Team {
		f.Route = ""
	}
	return gathered(ctx, c, actor, fmt.Sprint("numbers/", f), func(ctx context.Context) (*Numbers, error) { return c.countAnew(ctx, actor, f) })
}

func (c *Casework) countAnew(ctx context.Context, actor access.Actor, f NumbersFilter) (*Numbers, error) {
	dir, err := c.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	n := &tallying{c: c, actor: actor, dir: dir, filter: f, span: c.span(f.Period)}
	n.book = c.ledgers.of(actor, n.span, c.Store.Now())
	n.book.mu.Lock()
	defer n.book.mu.Unlock()
	if err := c.Store.Read(ctx, n.read); err != nil {
		return nil, fmt.Errorf("count cases: %w", err)
	}
	n.open(n.facts)
	if err := c.noteInbox(ctx, actor, viewNumbers, n.rings); err != nil {
		return nil, err
	}
	if n.kept != nil {
		return n.kept, nil
	}
	n.book.take(n.news, n.size, n.facts)
	n.count()
	n.book.empty()
	out := &Numbers{Report: figures.Count(n.cases, n.besides, f.Period, c.lists(), c.Store.Now(), c.Calendar.Location), All: n.book.all, Damaged: n.damaged}
	if n.settled {
		c.reports.put(n.key(), counted[*Numbers]{out, n.size, c.Store.Now()}, reportsMost)
	}
	return out, nil
}

// span is the time of a report: its period, and the same a year before.
func (c *Casework) span(p figures.Period) store.Span {
	return store.Span{From: c.first(p.Before().From), Till: c.first(p.To + 1)}
}

// first is when a month begins.
func (c *Casework) first(m figures.Month) time.Time {
	return time.Date(m.Year(), m.Of(), 1, 0, 0, 0, 0, c.Calendar.Location)
}

func (c *Casework) lists() figures.Lists {
	l := figures.Lists{Languages: []string{"nl", "fr", "en", "de"}, TopicOf: func(id string) casefile.Route {
		t, _ := c.Profile.Topic(id)
		return t.Route
	}}
	l.Group = c.Profile.RelationGroup
	for _, t := range c.topics() {
		l.Topics = append(l.Topics, t.ID)
	}
	return l
}

// tallying gathers what is counted for one actor.
type tallying struct {
	c      *Casework
	actor  access.Actor
	dir    *staff.Directory
	filter NumbersFilter
	span   store.Span

	kept    *Numbers // what was counted before, if nothing changed since
	settled bool     // the size of the log tells of every change
	size    int64

	book    *ledger
	news    store.Span       // what of it was read
	facts   []*fact          // that were read
	rows    []store.InboxRow // what opens them, in the same order
	rings   []store.Ring
	left    []store.ErasedCase
	readers []store.Reader // where the edition leaves the team

	cases   []figures.Case
	damaged int
	besides figures.Besides
	agency  map[string]string // how it was spelled first, by how it is found
}

// read reads what changed since the session counted last. The caller holds the lock of
// the ledger.
func (n *tallying) read(tx *store.Tx) error {
	size, waiting, err := tx.LogStands()
	if err != nil {
		return err
	}
	n.size, n.settled = size, !waiting && n.actor.Session != ""
	if kept, ok := n.c.reports.get(n.key(), size, n.c.Store.Now()); ok && n.settled {
		n.kept = kept
		return nil
	}
	if n.besides.Now, err = n.c.besides(tx, n.filter.Period); err != nil {
		return err
	}
	if n.besides.Before, err = n.c.besides(tx, n.filter.Period.Before()); err != nil {
		return err
	}
	if n.left, err = tx.ErasedCases("", math.MaxInt32); err != nil {
		return err
	}
	if n.filter.For != figures.Team {
		if n.readers, err = tx.ReadersAmong(n.span); err != nil {
			return err
		}
	}
	if n.news, err = n.book.since(tx, n.span); err != nil {
		return err
	}
	n.facts, err = n.gather(tx, n.news)
	return err
}

// key names what is counted for whom.
func (n *tallying) key() string {
	return fmt.Sprint(n.actor.Session, "/", n.actor.Member, "/", n.filter)
}

// count makes of what was gathered what is counted.
func (n *tallying) count() {
	n.agency = map[string]string{}
	apart := n.findApart()
	n.cases = make([]figures.Case, 0, len(n.book.list)+len(n.left))
	for _, f := range n.book.list {
		if n.filter.Route != "" && f.file.Route != n.filter.Route || n.omits(apart[f.file.ID]) || !countable(f.file.Channel) {
			continue
		}
		if f.damaged {
			n.damaged++
		}
		k := n.clear(f)
		if k.Sealed = f.sealed; !f.sealed {
			n.tally(&k, f.summary)
		}
		n.cases = append(n.cases, k)
	}
	n.erased()
}

// countable reports whether a case is counted: of a request about data by somebody
// without a case only that request is.
func countable(c casefile.Channel) bool { return c.Complaint() || c == casefile.ChannelData }

// omits reports whether a case stays out of this edition because somebody of the team is
// kept out of it.
func (n *tallying) omits(apart bool) bool {
	return apart && (n.filter.For == figures.Public || n.filter.For == figures.Board && n.actor.Handler())
}

// findApart finds the cases from which somebody of the team is kept out, for an edition
// that leaves the team.
func (n *tallying) findApart() map[casefile.ID]bool {
	apart := map[casefile.ID]bool{}
	if n.filter.For == figures.Team {
		return apart
	}
	by := map[casefile.ID][]staff.ID{}
	for _, r := range n.readers {
		by[r.Case] = append(by[r.Case], r.Member)
	}
	for _, f := range n.book.list {
		k := f.file
		apart[k.ID] = n.c.apart(n.dir, k.Team, k.Route, k.Received, func(id staff.ID) bool { return slices.Contains(by[k.ID], id) })
	}
	return apart
}

// apart reports whether a case goes around somebody: another team has it than has its
// route, or a member who was in the team when it came in and still is cannot read it.
func (c *Casework) apart(dir *staff.Directory, team casefile.Team, route casefile.Route, received time.Time, reads func(staff.ID) bool) bool {
	for _, t := range c.Profile.Teams {
		if slices.Contains(t.Routes, route) && t.ID != team {
			return true
		}
	}
	then := dir.Chain().At(received)
	for _, e := range dir.Active() {
		was, ok := then.Entry(e.ID)
		if ok && was.In(team) && e.In(team) && !reads(e.ID) {
			return true
		}
	}
	return false
}
