package casework

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// handOverMost bounds the list of cases to hand over that a page shows.
const handOverMost = 200

// Held is a case that a member leaves behind, as a colleague on it or the member
// sees it.
type Held struct {
	Number  casefile.Number
	Subject string // empty when the summary does not open
	Charge  bool   // the member is in charge of it
	Takers  []Person
	Few     bool // fewer than two are left: the alternative recipient is called in
}

// String hides the subject.
func (Held) String() string { return "[sealed]" }

// LogValue hides the subject.
func (Held) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// HeldBy lists the open cases of a member that the one who asks can read as well.
// Of the others nothing is told, not even how many there are: they may be about
// whoever asks. Reading it is logged like a view of the list.
func (c *Casework) HeldBy(ctx context.Context, actor access.Actor, member staff.ID) ([]Held, error) {
	if !actor.Handler() || !actor.Entry.Active {
		return nil, nil
	}
	dir, err := c.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	var rows []store.InboxRow
	var names map[staff.ID]string
	readers := map[casefile.ID][]staff.ID{}
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if names, err = memberNames(tx); err != nil {
			return err
		}
		if rows, err = tx.Inbox(store.InboxFilter{Member: actor.Member, With: member, Open: true, Limit: handOverMost}); err != nil {
			return err
		}
		for _, r := range rows {
			if readers[r.ID], err = tx.Readers(r.ID, r.Epoch); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list cases to hand over: %w", err)
	}
	var list []Held
	opened, rings := c.openRows(actor, rows)
	for _, r := range opened {
		h := Held{Number: r.Number, Subject: r.summary.Subject, Charge: r.InCharge == member}
		for _, id := range readers[r.ID] {
			if e, ok := dir.Entry(id); ok && id != member && e.Has(staff.RoleHandler) {
				h.Takers = append(h.Takers, Person{id, names[id]})
			}
		}
		h.Few = len(h.Takers) < 2
		list = append(list, h)
	}
	return list, c.noteInbox(ctx, actor, "handover", rings)
}

// ErrUnread tells that a case would be left that nobody on the desk could read.
var ErrUnread = fault.New(fault.Invalid, "error.leave-unread")

// HandOver takes a member who is about to leave off every case that the one who acts
// can read as well and that is open or would have too few readers. The others of the
// case, and the alternative recipient where fewer than two are left, read on under
// fresh keys; takers says who is in charge of which. It fails with ErrUnread, before
// it changes anything, where the member leaves and nobody would be left on a case.
func (c *Casework) HandOver(ctx context.Context, actor access.Actor, member staff.ID, takers map[casefile.Number]staff.ID) error {
	if !actor.Handler() || !actor.Entry.Active {
		return nil
	}
	var list []store.SharedCase
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = tx.SharedCases(member, actor.Member)
		return err
	})
	if err != nil {
		return fmt.Errorf("list cases to hand over: %w", err)
	}
	list = slices.DeleteFunc(list, func(s store.SharedCase) bool { return !s.Open && s.Others >= 2 })
	for _, s := range list {
		if err := c.wouldBeRead(ctx, actor, member, s); err != nil {
			return err
		}
	}
	for _, s := range list {
		err := c.leaveCase(ctx, actor, s.Number, member, takers[s.Number])
		if f, ok := fault.As(err); ok && (f.Key == "error.case-damaged" || errors.Is(err, fault.ErrNotFound)) {
			continue // nothing can be written in it; the keys go all the same
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// wouldBeRead refuses to leave a case to nobody.
func (c *Casework) wouldBeRead(ctx context.Context, actor access.Actor, member staff.ID, s store.SharedCase) error {
	if s.Others > 0 {
		return nil
	}
	o, dir, err := c.openWith(ctx, actor, s.Number)
	if err != nil {
		return err
	}
	if access.Recipients(dir, leaving(o, dir, member)).OnlyRecovery {
		return ErrUnread.With("number", string(s.Number))
	}
	return nil
}

// leaving is for whom keys are asked once a member has left.
func leaving(o *custody.Opened, dir *staff.Directory, member staff.ID) access.Want {
	want := o.Want(dir)
	want.Without.Members = append(slices.Clone(want.Without.Members), member)
	return want
}

func (c *Casework) leaveCase(ctx context.Context, actor access.Actor, n casefile.Number, member, taker staff.ID) error {
	return custody.Retry(func() error {
		o, dir, err := c.openWith(ctx, actor, n)
		if err != nil {
			return err
		}
		return c.turn(ctx, actor, o, turning{
			dir: dir, deputy: taker, event: casefile.AccessEvent{Act: casefile.AccessLeft, Member: string(member), Held: true},
			turn: custody.Turn{To: access.Recipients(dir, leaving(o, dir, member)), Out: []staff.ID{member}},
		}, change{})
	})
}
