package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/store"
)

// Snooze is how a member does not want to be shown a case for a while. It moves no
// deadline.
type Snooze struct {
	On    bool
	Until time.Time // zero: until the complainant writes
	// Passes is the first open deadline that ends before it is shown again; zero: none.
	Passes time.Time
}

// own says what the member set for themselves in a case.
func (c *Casework) own(o *custody.Opened, a around) (watch bool, s Snooze) {
	now := c.Store.Now()
	for _, b := range a.own {
		switch b.Kind {
		case store.BesideWatch:
			watch = true
		case store.BesideSnooze:
			s = Snooze{On: b.Until.IsZero() || now.Before(b.Until), Until: b.Until}
			for _, e := range o.Entries {
				if e.Seq > b.Seq && e.AuthorKind == custody.AuthorComplainant {
					s.On = false
				}
			}
		default: // what colleagues want
		}
	}
	if next, ok := deadline.Next(a.clocks); s.On && ok && (s.Until.IsZero() || next.Due.Before(s.Until)) {
		s.Passes = next.Due
	}
	return watch, s
}

// Watch has the member told by mail of whatever others do in a case. The complainant's own
// messages are told to everybody who may read it anyway.
func (c *Casework) Watch(ctx context.Context, actor access.Actor, n casefile.Number) error {
	return c.setOwn(ctx, actor, n, "watch", func(tx *store.Tx, o *custody.Opened) error {
		return tx.PutBeside(store.Beside{Case: o.Case.ID, Member: actor.Member, Kind: store.BesideWatch})
	})
}

// EndWatch ends it; one who does not watch is no error.
func (c *Casework) EndWatch(ctx context.Context, actor access.Actor, n casefile.Number) error {
	return c.setOwn(ctx, actor, n, "watch-ended", func(tx *store.Tx, o *custody.Opened) error {
		return tx.DeleteBeside(store.Beside{Case: o.Case.ID, Member: actor.Member, Kind: store.BesideWatch})
	})
}

// SnoozeUntil hides a case from the member's own lists until the morning of a day, with the
// zero date until the complainant writes. It is shown again earlier when they write.
// Fault: a day that is not to come.
func (c *Casework) SnoozeUntil(ctx context.Context, actor access.Actor, n casefile.Number, day deadline.Date) error {
	var until time.Time
	if day != (deadline.Date{}) {
		if until = c.Calendar.EndOf(day.AddDays(-1)); !until.After(c.Store.Now()) {
			return fault.New(fault.Invalid, "error.snooze-past")
		}
	}
	return c.setOwn(ctx, actor, n, "snooze", func(tx *store.Tx, o *custody.Opened) error {
		return tx.PutBeside(store.Beside{Case: o.Case.ID, Member: actor.Member, Kind: store.BesideSnooze, Seq: o.Case.Head.Count, Until: until})
	})
}

// EndSnooze shows a case again; one that is shown is no error.
func (c *Casework) EndSnooze(ctx context.Context, actor access.Actor, n casefile.Number) error {
	return c.setOwn(ctx, actor, n, "snooze-ended", func(tx *store.Tx, o *custody.Opened) error {
		return tx.DeleteBeside(store.Beside{Case: o.Case.ID, Member: actor.Member, Kind: store.BesideSnooze})
	})
}

// setOwn writes what a member sets for themselves with its line in the log.
func (c *Casework) setOwn(ctx context.Context, actor access.Actor, n casefile.Number, what string, fn func(*store.Tx, *custody.Opened) error) error {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return err
	}
	leaf := custody.Leaf(c.Store.Now(), custody.Event{
		Kind: audit.SettingChanged, Actor: custody.ByMember(actor.Member), Case: o.Case.ID, Detail: map[string]string{"what": what},
	})
	err = c.writeIn(ctx, actor, o.Case.ID, func(tx *store.Tx) error {
		return errors.Join(fn(tx, o), tx.InsertLeaf(leaf))
	})
	if err := gone(err); err != nil {
		return fmt.Errorf("set %s: %w", what, err)
	}
	return nil
}
