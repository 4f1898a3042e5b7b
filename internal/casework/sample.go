package casework

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/figures"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// SampleSize is how many cases a sample has at most.
const SampleSize = 20

// Sample shows, of some cases of a year, whether what was promised was done in time, and
// by which lines of the log that can be proven. It holds nothing of what a case is about.
type Sample struct {
	Of    int // the cases of the year that it was drawn from
	Cases []Sampled
}

// Sampled is one case of a sample.
type Sampled struct {
	Number   casefile.Number
	Received Evidence
	Steps    []Kept
}

// Kept is something that was due.
type Kept struct {
	Kind   deadline.Kind
	Due    time.Time
	Done   Evidence // its At is zero where it was not done
	Judged figures.Judged
}

// Evidence is a line of the log.
type Evidence struct {
	At       time.Time
	Position int64 // -1: there is none, or it waits for one
	Hash     string
	Proven   bool // it leads to the newest signed checkpoint
}

// Sample draws cases of a year for an auditor. The draw follows the hashes of the lines
// that tell of the receipt: they are random, nobody chose them, and the same draw comes
// out again. An auditor who handles cases gets only those that they can open. That the
// log was read is logged first.
func (c *Casework) Sample(ctx context.Context, actor access.Actor, year int) (*Sample, error) {
	if !actor.Auditor() {
		return nil, errNoAuditor
	}
	if err := c.noteLog(ctx, actor, ""); err != nil {
		return nil, err
	}
	var s *Sample
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		s, err = c.draw(tx, actor, figures.YearOf(year))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("draw sample: %w", err)
	}
	return s, nil
}

func (c *Casework) draw(tx *store.Tx, actor access.Actor, year figures.Period) (*Sample, error) {
	span, only := c.span(year), staff.ID("")
	span.From = c.first(year.From)
	if actor.Handler() {
		only = actor.Member
	}
	list, of, err := tx.RegisteredIn(span, only, SampleSize)
	if err != nil {
		return nil, err
	}
	s := &Sample{Of: of}
	for _, d := range list {
		one, err := c.sampled(tx, d.Case)
		if err != nil {
			return nil, err
		}
		s.Cases = append(s.Cases, one)
	}
	return s, nil
}

func (c *Casework) sampled(tx *store.Tx, id casefile.ID) (Sampled, error) {
	file, err := tx.Case(id)
	if err != nil {
		return Sampled{}, err
	}
	receipt, err := tx.ReceiptOf(id)
	if err != nil {
		return Sampled{}, err
	}
	clocks, err := tx.Clocks(id)
	if err != nil {
		return Sampled{}, err
	}
	leaves, err := tx.LeavesOf(id)
	if err != nil {
		return Sampled{}, err
	}
	proven, err := c.Oversight.Proven(tx, append(slices.Clone(leaves), receipt))
	if err != nil {
		return Sampled{}, err
	}
	out := Sampled{Number: file.Number, Received: evidence(receipt, proven[len(leaves)])}
	n := &tallying{c: c}
	for _, kinds := range [][]deadline.Kind{
		{deadline.KindAcknowledgement, deadline.KindFirstAnswer}, {deadline.KindFeedback, deadline.KindFullAnswer},
	} {
		k, ok := first(clocks, kinds...)
		if !ok {
			continue
		}
		step := Kept{Kind: k.Kind, Due: k.Due, Judged: n.judge(k), Done: Evidence{Position: -1}}
		if k.Met != nil {
			step.Done = tellsOf(leaves, proven, *k.Met)
		}
		out.Steps = append(out.Steps, step)
	}
	return out, nil
}

// tellsOf is the line that was written when something was done: the nearest in time that
// can have told of it.
func tellsOf(leaves []store.Leaf, proven []bool, at time.Time) Evidence {
	best := -1
	for i, l := range leaves {
		if between(l.At, at) <= time.Minute && (best < 0 || cmp.Less(between(l.At, at), between(leaves[best].At, at))) {
			best = i
		}
	}
	if best < 0 {
		return Evidence{At: at, Position: -1}
	}
	e := evidence(leaves[best], proven[best])
	e.At = at
	return e
}

func between(a, b time.Time) time.Duration { return a.Sub(b).Abs() }

func evidence(l store.Leaf, proven bool) Evidence {
	return Evidence{At: l.At, Position: l.Position, Hash: hex.EncodeToString(l.Hash), Proven: proven}
}
