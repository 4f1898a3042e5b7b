package casework

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// LogFilter says which lines of the log to list. Zero values do not narrow.
type LogFilter struct {
	Kind   audit.Kind
	Who    staff.ID // a member, or a kind of actor
	Number casefile.Number
	Since  time.Time
	Before time.Time
	Older  int64 // only lines before this position
}

// LogPage is a page of the log, newest first. It never holds content of a case.
type LogPage struct {
	Filter   LogFilter
	Lines    []LogLine
	People   []Person // whom the log can be narrowed to
	Older    int64    // the position to ask for next; 0: none
	Until    int64    // lines from this position on were looked through
	Standing custody.Standing
	Altered  int // lines on this page that do not stand in the log as it was signed
}

// LogLine is a line of the log as an auditor, or a member of its case, reads it.
// Erased lines have only their position and hash left.
type LogLine struct {
	Position int64 // below zero: it waits for its position
	At       time.Time
	Kind     audit.Kind
	Actor    audit.ActorKind
	Name     string // of a member
	Number   casefile.Number
	Object   string            // what it is about: an id, the number of a receipt
	Person   string            // whom it is about
	To       []string          // the members who were given keys
	Detail   map[string]string // facts such as a state; never words that were typed
	Erased   bool
	Altered  bool // it does not stand in the log as it was signed

	who staff.ID
}

// The bounds of a page of the log: how many lines it shows, and how many it looks
// through for them.
const (
	logPage   = 100
	logChunk  = 1000
	logLooked = 20_000
)

// Standing is how the log stands, for the banner of every page of the desk.
func (c *Casework) Standing(ctx context.Context) (custody.Standing, error) {
	return c.Oversight.Standing(ctx)
}

// errNoAuditor tells that somebody may not read the log of the whole desk.
var errNoAuditor = fault.New(fault.Denied, "error.denied.what")

// Log lists lines of the log. Only an auditor may. Lines about a case are left out
// for an auditor who handles cases but has no key to that one; asking for its number
// answers like one that does not exist. That the log was read is logged, once per
// session, case and hour, before anything is returned.
func (c *Casework) Log(ctx context.Context, actor access.Actor, f LogFilter) (*LogPage, error) {
	if !actor.Auditor() {
		return nil, errNoAuditor
	}
	p := &LogPage{Filter: f}
	var err error
	if p.Standing, err = c.Oversight.Standing(ctx); err != nil {
		return nil, err
	}
	about := casefile.ID("")
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		about, err = c.caseFor(tx, actor, f.Number)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	if err := c.noteLog(ctx, actor, about); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error { return c.logPage(tx, actor, p, about) })
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	return p, nil
}

// noCase is the id of no case.
const noCase casefile.ID = "none"

// caseFor is the id of the case that the log is narrowed to: empty for all, noCase
// for one that this auditor may not know of.
func (c *Casework) caseFor(tx *store.Tx, actor access.Actor, n casefile.Number) (casefile.ID, error) {
	if n == "" {
		return "", nil
	}
	file, err := tx.CaseByNumber(n)
	if errors.Is(err, store.ErrNone) {
		return noCase, nil
	}
	if err != nil {
		return "", err
	}
	_, ok, err := c.numberFor(tx, actor, file.ID, map[casefile.ID]casefile.Number{})
	if !ok {
		return noCase, err
	}
	return file.ID, err
}

func (c *Casework) noteLog(ctx context.Context, actor access.Actor, about casefile.ID) error {
	if about == noCase {
		about = ""
	}
	now := c.Store.Now()
	key := actor.Session + "/log/" + string(about)
	if c.logged.fresh(key, now, time.Hour, 0) {
		return nil
	}
	leaf := custody.Leaf(now, custody.Event{Kind: audit.LogRead, Actor: custody.ByMember(actor.Member), Case: about})
	if err := c.write(ctx, func(tx *store.Tx) error { return tx.InsertLeaf(leaf) }); err != nil {
		return fmt.Errorf("log reading of log: %w", err)
	}
	c.logged.keep(key, now, 0)
	return nil
}

// logPage gathers lines from the newest on until the page is full, or enough was
// looked through.
func (c *Casework) logPage(tx *store.Tx, actor access.Actor, p *LogPage, about casefile.ID) error {
	reader, err := c.logReader(tx, actor)
	if err != nil {
		return err
	}
	p.People = reader.people
	to := p.Standing.Size
	if p.Filter.Older > 0 {
		to = min(p.Filter.Older, to)
	}
	floor := max(to-logLooked, 0)
	if about != "" {
		floor = 0 // the lines of one case are found at once
	}
	f := store.LeafFilter{Kind: p.Filter.Kind, Case: about, Since: p.Filter.Since, Before: p.Filter.Before}
	var shown []store.Leaf
	for to > floor && len(shown) < logPage {
		f.From, f.To = max(to-logChunk, floor), to
		if about != "" {
			f.From = 0
		}
		leaves, err := tx.LeavesBy(f)
		if err != nil {
			return err
		}
		to = f.From
		for _, l := range leaves {
			line, ok, err := reader.line(l)
			if err != nil {
				return err
			}
			if !ok || !p.Filter.by(line) {
				continue
			}
			p.Lines, shown = append(p.Lines, line), append(shown, l)
			if len(shown) == logPage {
				to = l.Position
				break
			}
		}
	}
	p.Older, p.Until = to, to
	return c.prove(tx, p, shown)
}

// by reports whether a line is of the one that the list is narrowed to.
func (f LogFilter) by(line LogLine) bool {
	return f.Who == "" || string(f.Who) == string(line.Actor) || f.Who == line.who
}

func (c *Casework) prove(tx *store.Tx, p *LogPage, shown []store.Leaf) error {
	proven, err := c.Oversight.Proven(tx, shown)
	if err != nil {
		return err
	}
	for i, ok := range proven {
		if !ok {
			p.Lines[i].Altered = true
			p.Altered++
		}
	}
	return nil
}

// logReader turns leaves into lines for one reader.
type logReader struct {
	c       *Casework
	tx      *store.Tx
	actor   access.Actor
	names   map[staff.ID]string
	people  []Person
	numbers map[casefile.ID]casefile.Number
}

func (c *Casework) logReader(tx *store.Tx, actor access.Actor) (*logReader, error) {
	members, err := tx.Members()
	r := &logReader{c: c, tx: tx, actor: actor, names: map[staff.ID]string{}, numbers: map[casefile.ID]casefile.Number{}}
	for _, m := range members {
		r.names[m.ID] = m.Name
		r.people = append(r.people, Person{m.ID, m.Name})
	}
	return r, err
}

// line is false for a line about a case that this auditor may not know of.
func (r *logReader) line(l store.Leaf) (line LogLine, ok bool, err error) {
	var number casefile.Number
	if l.Case != "" {
		if number, ok, err = r.c.numberFor(r.tx, r.actor, l.Case, r.numbers); err != nil || !ok {
			return line, false, err
		}
	}
	return lineOf(l, number, r.names), true, nil
}

func lineOf(l store.Leaf, number casefile.Number, names map[staff.ID]string) LogLine {
	line := LogLine{Position: l.Position, At: l.At, Kind: audit.Kind(l.Kind), Number: number}
	r, err := audit.DecodeRecord(l.Record)
	if err != nil {
		line.Erased = true
		return line
	}
	line.Actor, line.Name, line.Object, line.Person = r.Actor.Kind, names[staff.ID(r.Actor.ID)], r.Object, names[staff.ID(r.Object)]
	line.Detail, line.who = r.Detail, staff.ID(r.Actor.ID)
	for _, to := range slices.Sorted(maps.Keys(r.Detail)) {
		if id, ok := strings.CutPrefix(to, string(seal.RecipientMember)+"/"); ok {
			line.To = append(line.To, names[staff.ID(id)])
		}
	}
	return line
}

// numberFor is the number of a case that this auditor may know of.
func (c *Casework) numberFor(tx *store.Tx, actor access.Actor, id casefile.ID, known map[casefile.ID]casefile.Number) (casefile.Number, bool, error) {
	if n, ok := known[id]; ok {
		return n, n != "", nil
	}
	if actor.Handler() {
		grants, err := tx.Grants(id)
		if err != nil {
			return "", false, err
		}
		if !granted(grants, actor.Member) {
			known[id] = ""
			return "", false, nil
		}
	}
	file, err := tx.Case(id)
	if errors.Is(err, store.ErrNone) {
		return "", true, nil // erased: the line stays
	}
	known[id] = file.Number
	return file.Number, true, err
}

func granted(grants []store.Grant, member staff.ID) bool {
	for _, g := range grants {
		if g.Kind == seal.RecipientMember && g.Recipient == string(member) {
			return true
		}
	}
	return false
}
