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

// Linked is another case that a case is linked with, as a member sees it who may read both.
type Linked struct {
	Number  casefile.Number
	Kind    casefile.LinkKind
	Subject string // empty when the summary does not open
	State   casefile.State
}

// String hides the content.
func (Linked) String() string { return "[sealed]" }

// LogValue hides the content.
func (Linked) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// links are the links of a case that stand, the oldest first, whoever may see them.
func links(o *custody.Opened) (list []casefile.Link) {
	for _, e := range o.Entries {
		l, err := casefile.DecodePayload[casefile.Link](e.Payload)
		if e.Kind != casefile.EntryLink || e.Damaged || e.Locked || err != nil {
			continue
		}
		list = slices.DeleteFunc(list, func(old casefile.Link) bool { return old.Other == l.Other })
		if !l.Off {
			list = append(list, l)
		}
	}
	return list
}

// linkedTo are the ids of every case that a case was ever linked with.
func linkedTo(o *custody.Opened) (ids []casefile.ID) {
	for _, e := range o.Entries {
		l, err := casefile.DecodePayload[casefile.Link](e.Payload)
		if e.Kind == casefile.EntryLink && err == nil && !slices.Contains(ids, l.Other) {
			ids = append(ids, l.Other)
		}
	}
	return ids
}

// linked shows the links of a case to a member who may read both ends.
func (c *Casework) linked(actor access.Actor, o *custody.Opened, a around) (list []Linked, rings []store.Ring) {
	for _, l := range links(o) {
		i := slices.IndexFunc(a.linked, func(r store.InboxRow) bool { return r.ID == l.Other })
		if i < 0 {
			continue
		}
		row, ring := c.openRow(actor, a.linked[i])
		if ring != nil {
			rings = append(rings, *ring)
		}
		list = append(list, Linked{row.Number, l.About, row.summary.Subject, row.State})
	}
	return list, rings
}

// LinkCases links two cases that the member may read, or says anew what they have to do with
// each other. Faults: error.link-missing for a case that is not there or not the member's,
// error.link-same, error.choose-one, error.link-apart where somebody reads one of them who
// was left out of the other: the link would lie under keys that they hold.
func (c *Casework) LinkCases(ctx context.Context, actor access.Actor, n, other casefile.Number, k casefile.LinkKind) error {
	if !slices.Contains(casefile.LinkKinds(), k) {
		return fault.New(fault.Invalid, "error.choose-one")
	}
	return c.link(ctx, actor, n, other, casefile.Link{About: k})
}

// UnlinkCases ends the link of two cases; where there is none that is no error. Faults as of
// LinkCases.
func (c *Casework) UnlinkCases(ctx context.Context, actor access.Actor, n, other casefile.Number) error {
	return c.link(ctx, actor, n, other, casefile.Link{Off: true})
}

func (c *Casework) link(ctx context.Context, actor access.Actor, n, other casefile.Number, l casefile.Link) error {
	return custody.Retry(func() error {
		one, dir, err := c.openWith(ctx, actor, n)
		if err != nil {
			return err
		}
		two, err := c.open(ctx, actor, other)
		switch {
		case errors.Is(err, fault.ErrNotFound):
			return fault.New(fault.Invalid, "error.link-missing")
		case err != nil:
			return err
		case one.Case.ID == two.Case.ID:
			return fault.New(fault.Invalid, "error.link-same")
		case practice(one) || practice(two):
			return errPracticeAlone
		case !l.Off && (keptApart(dir, one, two) || keptApart(dir, two, one)):
			return fault.New(fault.Invalid, "error.link-apart")
		}
		i := slices.IndexFunc(links(one), func(old casefile.Link) bool { return old.Other == two.Case.ID })
		if i < 0 && l.Off || i >= 0 && !l.Off && links(one)[i].About == l.About {
			return nil
		}
		first, err := c.linkEnd(ctx, actor, one, two, l)
		if err != nil {
			return err
		}
		second, err := c.linkEnd(ctx, actor, two, one, l)
		if err != nil {
			return err
		}
		err = c.write(ctx, func(tx *store.Tx) error { return errors.Join(first(tx), second(tx)) })
		if err != nil {
			return fmt.Errorf("link cases: %w", err)
		}
		return nil
	})
}

// keptApart reports whether somebody who may read a case was left out of another.
func keptApart(dir *staff.Directory, o, other *custody.Opened) bool {
	out := routing(other).Exclusion
	return slices.ContainsFunc(o.MayRead(), func(id staff.ID) bool {
		e, ok := dir.Entry(id)
		return ok && out.Covers(e)
	})
}

// linkEnd makes ready what a link writes in one of its two cases. It is news to nobody: who
// may not read both learns nothing.
func (c *Casework) linkEnd(ctx context.Context, actor access.Actor, o, other *custody.Opened, l casefile.Link) (func(*store.Tx) error, error) {
	l.Other, l.Number = other.Case.ID, other.Case.Number
	entry, err := item(actor.Member, "", casefile.EntryLink, l)
	if err != nil {
		return nil, err
	}
	_, row, err := c.stored(ctx, actor, o)
	if err != nil {
		return nil, err
	}
	added, err := c.seal(actor, o, change{items: []custody.Item{entry}}, row)
	if err != nil {
		return nil, err
	}
	leaf := custody.Leaf(c.Store.Now(), custody.Event{
		Kind: audit.EntryAdded, Actor: custody.ByMember(actor.Member), Case: o.Case.ID, Detail: map[string]string{"kind": string(casefile.EntryLink)},
	})
	return func(tx *store.Tx) error {
		switch granted, err := tx.Granted(o.Case.ID, actor.Member); {
		case err != nil:
			return err
		case !granted:
			return store.ErrStale
		}
		return errors.Join(added.Insert(tx), tx.CarryReadMarks(o.Case.ID, o.Case.Head.Count, added.Count()), tx.InsertLeaf(leaf))
	}, nil
}
