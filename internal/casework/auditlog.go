package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// LogPage is a page of the log, newest first. It never holds content of a case.
type LogPage struct {
	Lines []LogLine
	Size  int64 // how many lines have their place in the log
	Older int64 // the position to ask for next; -1: none
	At    time.Time
}

// LogLine is a line of the log as an auditor reads it. Erased lines have only their
// position and hash left.
type LogLine struct {
	Position int64
	At       time.Time
	Kind     audit.Kind
	Actor    audit.ActorKind
	Name     string // of a member
	Number   casefile.Number
	Erased   bool
}

const logPage = 100

// Log lists the lines of the log before a position, or the newest where it is below
// one. Only an auditor may. Lines about a case are left out for an auditor who
// handles cases but has no key to that one.
func (c *Casework) Log(ctx context.Context, actor access.Actor, before int64) (*LogPage, error) {
	if !actor.Auditor() {
		return nil, fault.New(fault.Denied, "error.denied.what")
	}
	if err := c.noteInbox(ctx, actor, "log", nil); err != nil {
		return nil, err
	}
	p := &LogPage{Older: -1}
	err := c.Store.Read(ctx, func(tx *store.Tx) error {
		point, err := latest(tx)
		if err != nil {
			return err
		}
		p.Size, p.At = point.Size, point.At
		end := p.Size
		if before > 0 {
			end = min(before, end)
		}
		from := max(end-logPage, 0)
		leaves, err := tx.Leaves(from, int(end-from))
		if err != nil {
			return err
		}
		if from > 0 {
			p.Older = from
		}
		return c.logLines(tx, actor, p, leaves)
	})
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	return p, nil
}

func latest(tx *store.Tx) (store.Checkpoint, error) {
	point, err := tx.LatestCheckpoint()
	if errors.Is(err, store.ErrNone) {
		return store.Checkpoint{}, nil
	}
	return point, err
}

func (c *Casework) logLines(tx *store.Tx, actor access.Actor, p *LogPage, leaves []store.Leaf) error {
	names, err := memberNames(tx)
	if err != nil {
		return err
	}
	numbers := map[casefile.ID]casefile.Number{}
	for i := len(leaves) - 1; i >= 0; i-- {
		leaf := leaves[i]
		line := LogLine{Position: leaf.Position, At: leaf.At, Kind: audit.Kind(leaf.Kind)}
		if leaf.Case != "" {
			number, ok, err := c.numberFor(tx, actor, leaf.Case, numbers)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			line.Number = number
		}
		if r, err := audit.DecodeRecord(leaf.Record); err == nil {
			line.Actor, line.Name = r.Actor.Kind, names[staff.ID(r.Actor.ID)]
		} else {
			line.Erased = true
		}
		p.Lines = append(p.Lines, line)
	}
	return nil
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
