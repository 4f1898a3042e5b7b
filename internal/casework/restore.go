package casework

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// restoreAtOnce is how many cases one request restores, and one page lists.
const restoreAtOnce = 100

// Lost is a colleague whose keys were renewed and who waits for cases that this
// member has the keys of. Other cases are not counted.
type Lost struct {
	Member      staff.ID
	Name        string
	Cases       int
	Fingerprint string // of the key that they have now, to be compared by voice
}

// Lost lists the colleagues for whom a member can restore access.
func (c *Casework) Lost(ctx context.Context, actor access.Actor) ([]Lost, error) {
	if !actor.Handler() || !actor.Entry.Active {
		return nil, nil
	}
	var rows []store.Lost
	var names map[staff.ID]string
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if rows, err = tx.LostBeside(actor.Member); err != nil || len(rows) == 0 {
			return err
		}
		names, err = memberNames(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read lost access: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	dir, err := c.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	var list []Lost
	for _, r := range rows {
		if e, ok := dir.Entry(r.Member); ok && r.Member != actor.Member && e.Has(staff.RoleHandler) {
			list = append(list, Lost{r.Member, names[r.Member], r.Cases, e.Reading.Fingerprint()})
		}
	}
	return list, nil
}

// Waits reports whether a member waits for colleagues to restore access.
func (c *Casework) Waits(ctx context.Context, actor access.Actor) (waits bool, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		waits, err = tx.WaitsForAccess(actor.Member)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("read lost access: %w", err)
	}
	return waits, nil
}

// LostCases is what a member can restore for one colleague, oldest first.
type LostCases struct {
	Lost
	Rows []Row // at most a hundred
}

// String hides the content.
func (LostCases) String() string { return "[sealed]" }

// LogValue hides the content.
func (LostCases) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// LostCases lists the cases that one colleague waits for and the member has the keys
// of; fault.ErrNotFound where there are none.
func (c *Casework) LostCases(ctx context.Context, actor access.Actor, lost staff.ID) (LostCases, error) {
	who, files, err := c.lostCases(ctx, actor, lost)
	if err != nil {
		return LostCases{}, err
	}
	v := LostCases{Lost: who}
	var rows []store.InboxRow
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.Inbox(store.InboxFilter{Member: actor.Member, Cases: ids(files), Limit: restoreAtOnce})
		return err
	})
	if err != nil {
		return v, fmt.Errorf("read lost cases: %w", err)
	}
	opened := map[casefile.ID]openedRow{}
	for _, r := range rows {
		opened[r.ID], _ = c.openRow(actor, r)
	}
	if err := c.noteInbox(ctx, actor, "restore", nil); err != nil {
		return v, err
	}
	for _, f := range files {
		if r, ok := opened[f.ID]; ok {
			v.Rows = append(v.Rows, c.row(r, nil))
		}
	}
	return v, nil
}

func (c *Casework) lostCases(ctx context.Context, actor access.Actor, lost staff.ID) (Lost, []store.Case, error) {
	all, err := c.Lost(ctx, actor)
	if err != nil {
		return Lost{}, nil, err
	}
	at := slices.IndexFunc(all, func(l Lost) bool { return l.Member == lost })
	if at < 0 {
		return Lost{}, nil, errNothing
	}
	var files []store.Case
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		files, err = tx.LostCases(actor.Member, lost, all[at].Cases)
		return err
	})
	if err != nil {
		return Lost{}, nil, fmt.Errorf("read lost cases: %w", err)
	}
	return all[at], files, nil
}

func ids(files []store.Case) []casefile.ID {
	var list []casefile.ID
	for _, f := range files[:min(len(files), restoreAtOnce)] {
		list = append(list, f.ID)
	}
	return list
}

// Restored is what became of restoring access.
type Restored struct {
	Done    int
	Refused int // the colleague may not have these any more
	Left    int // more could not be done at once; the member goes on
}

// RestoreAccess gives a colleague whose keys were renewed the keys of cases again,
// in the member's own session: those that are named, or all that the member can give
// where none is. The password is asked for once more. A colleague who was excluded
// from a case meanwhile gets nothing of it.
func (c *Casework) RestoreAccess(ctx context.Context, actor access.Actor, lost staff.ID, numbers []casefile.Number, password string) (r Restored, err error) {
	_, files, err := c.lostCases(ctx, actor, lost)
	if err != nil {
		return r, err
	}
	if err := c.SignIn.StepUp(ctx, actor, password); err != nil {
		return r, err
	}
	if len(numbers) > 0 {
		files = slices.DeleteFunc(files, func(f store.Case) bool { return !slices.Contains(numbers, f.Number) })
	}
	r.Left = max(len(files)-restoreAtOnce, 0)
	for _, f := range files[:len(files)-r.Left] {
		switch err := custody.Retry(func() error { return c.restore(ctx, actor, f, lost) }); {
		case err == nil:
			r.Done++
		case errors.Is(err, custody.ErrNoRecipient):
			r.Refused++
			if err := c.forgetLost(ctx, actor, f.ID, lost); err != nil {
				return r, err
			}
		case errors.Is(err, fault.ErrNotFound): // taken away from the member meanwhile
		default:
			return r, fmt.Errorf("restore access: %w", err)
		}
	}
	return r, nil
}

func (c *Casework) restore(ctx context.Context, actor access.Actor, f store.Case, lost staff.ID) error {
	o, dir, err := c.openWith(ctx, actor, f.Number)
	if err != nil {
		return err
	}
	added, err := c.Custody.Restore(dir, o, lost)
	if err != nil {
		return err
	}
	return c.writeIn(ctx, actor, o.Case.ID, func(tx *store.Tx) error {
		if err := added.Insert(tx); err != nil {
			return err
		}
		if readUpTo(o, actor.Member).Seq < o.Case.Head.Count {
			return nil
		}
		return tx.SetReadMark(o.Case.ID, actor.Member, added.Count())
	})
}

// forgetLost ends that a colleague waits for access to a case that they may not read.
func (c *Casework) forgetLost(ctx context.Context, actor access.Actor, id casefile.ID, lost staff.ID) error {
	leaf := custody.Leaf(c.Store.Now(), custody.Event{
		Kind: audit.AccessChanged, Actor: custody.ByMember(actor.Member), Case: id, Object: string(lost), Detail: map[string]string{"act": "not-restored"},
	})
	err := c.write(ctx, func(tx *store.Tx) error { return errors.Join(tx.ForgetLost(id, lost), tx.InsertLeaf(leaf)) })
	if err != nil {
		return fmt.Errorf("forget lost access: %w", err)
	}
	return nil
}
