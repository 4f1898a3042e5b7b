package casework

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/store"
)

// CaseLog is who did what with a case, and when: every line of the log about it, the
// newest first.
type CaseLog struct {
	Number  casefile.Number
	Lines   []LogLine
	Altered int // lines that do not stand in the log as it was signed
}

// CaseLog lists every line of the log about a case, for the members who may open it;
// everyone else gets fault.ErrNotFound. That it was read is logged, once per session
// and quarter of an hour, before anything is returned.
func (c *Casework) CaseLog(ctx context.Context, actor access.Actor, n casefile.Number) (*CaseLog, error) {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	if err := c.noteCaseLog(ctx, actor, o); err != nil {
		return nil, err
	}
	v := &CaseLog{Number: o.Case.Number}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		leaves, err := tx.LeavesOf(o.Case.ID)
		if err != nil {
			return err
		}
		slices.SortFunc(leaves, newestFirst)
		names, err := memberNames(tx)
		if err != nil {
			return err
		}
		proven, err := c.Oversight.Proven(tx, leaves)
		if err != nil {
			return err
		}
		for i, l := range leaves {
			line := lineOf(l, o.Case.Number, names)
			if line.Altered = l.Position >= 0 && !proven[i]; line.Altered {
				v.Altered++
			}
			v.Lines = append(v.Lines, line)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read log of case: %w", err)
	}
	return v, nil
}

// newestFirst orders lines by position; those that wait for one are the newest.
func newestFirst(a, b store.Leaf) int {
	switch {
	case a.Position < 0 && b.Position < 0:
		return b.At.Compare(a.At)
	case a.Position < 0:
		return -1
	case b.Position < 0:
		return 1
	default:
		return cmp.Compare(b.Position, a.Position)
	}
}

func (c *Casework) noteCaseLog(ctx context.Context, actor access.Actor, o *custody.Opened) error {
	now := c.Store.Now()
	key := actor.Session + "/case-log/" + string(o.Case.ID)
	if c.logged.fresh(key, now, readAgain, 0) {
		return nil
	}
	leaf := custody.Leaf(now, custody.Event{Kind: audit.LogRead, Actor: custody.ByMember(actor.Member), Case: o.Case.ID})
	err := c.writeIn(ctx, actor, o.Case.ID, func(tx *store.Tx) error { return tx.InsertLeaf(leaf) })
	if err := gone(err); err != nil {
		return fmt.Errorf("log reading of log: %w", err)
	}
	c.logged.keep(key, now, 0)
	return nil
}
