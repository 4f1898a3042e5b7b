package custody

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// releaseAtOnce is how many cases one transaction of Release changes, so that
// nobody waits long behind it.
const releaseAtOnce = 50

// Release removes every key that a member holds, of all cases, without anybody's
// keys: of one who has left the desk. Whoever writes next in each draws a fresh
// epoch. What was interrupted is done by calling it again.
func (c *Custody) Release(ctx context.Context, member staff.ID, by audit.Actor) error {
	return c.releaseAll(ctx, release{member: member}, by)
}

// Lapse removes every key that was wrapped to a member's former key, of all cases,
// and keeps which they were: of one whose keys are renewed. It goes on as Release.
func (c *Custody) Lapse(ctx context.Context, member staff.ID, by audit.Actor) error {
	d, err := c.Directory(ctx)
	if err != nil {
		return err
	}
	now, ok := d.Recipient(member)
	if !ok {
		return fmt.Errorf("lapse cases: %w", staff.ErrDirectory)
	}
	return c.releaseAll(ctx, release{member: member, now: now.Fingerprint()}, by)
}

func (c *Custody) releaseAll(ctx context.Context, like release, by audit.Actor) error {
	for {
		n := 0
		err := Retry(func() (err error) {
			n, err = c.releaseSome(ctx, like, by)
			return err
		})
		if err != nil {
			return fmt.Errorf("release cases: %w", err)
		}
		if n == 0 {
			return nil
		}
	}
}

func (c *Custody) releaseSome(ctx context.Context, like release, by audit.Actor) (int, error) {
	var list []*release
	err := c.store.Read(ctx, func(tx *store.Tx) error {
		list = nil
		cases, err := tx.GrantedCases(like.member, like.now, releaseAtOnce)
		for _, id := range cases {
			x, err := c.release(tx, id, like)
			if err != nil {
				return err
			}
			list = append(list, x)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, x := range list {
		x.seal(c, by)
	}
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		for _, x := range list {
			if err := x.write(tx); err != nil {
				return err
			}
		}
		return nil
	})
	return len(list), err
}

// release is one case that a member loses.
type release struct {
	member  staff.ID
	now     string // fingerprint of the key that they have now, whose grants stay; empty: they left
	file    store.Case
	removed []store.Grant
	marks   []store.Mark // of what stays
	whole   bool         // the head holds, and moves
	to      store.Head
	lost    store.LostAccess
	leaves  []store.Leaf
}

func (c *Custody) release(tx *store.Tx, id casefile.ID, like release) (*release, error) {
	x := &release{member: like.member, now: like.now}
	var errs [3]error
	var grants []store.Grant
	x.file, errs[0] = tx.Case(id)
	grants, errs[1] = tx.Grants(id)
	x.marks, errs[2] = tx.Marks(id)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	x.whole = c.headHolds(id, x.file.Head, x.marks)
	for _, g := range grants {
		if g.Kind == seal.RecipientMember && g.Recipient == string(x.member) && g.Fingerprint != x.now {
			x.removed = append(x.removed, g)
		}
	}
	x.marks = slices.DeleteFunc(x.marks, func(m store.Mark) bool {
		return slices.ContainsFunc(x.removed, func(g store.Grant) bool { return g.Seq == m.Seq })
	})
	return x, nil
}

func (x *release) seal(c *Custody, by audit.Actor) {
	head := chain(store.Head{}, x.marks...)
	head.Count = x.file.Head.Count + 1 // passed over, as in a turn
	x.to = c.stampHead(x.file.ID, head)
	x.lost = c.lapse(store.LostAccess{Case: x.file.ID, Member: x.member, Seq: head.Count})
	event := func(e Event) {
		e.Actor, e.Case = by, x.file.ID
		x.leaves = append(x.leaves, Leaf(c.store.Now(), e))
	}
	if len(x.removed) == 0 { // of what they lost before
		x.whole = false
		event(Event{Kind: audit.AccessChanged, Object: string(x.member), Detail: map[string]string{"act": "not-restored"}})
	} else {
		detail := map[string]string{"kind": string(seal.RecipientMember)}
		if x.now == "" {
			detail["why"] = "left"
		}
		event(Event{Kind: audit.GrantDeleted, Object: string(x.member), Detail: detail})
	}
	if x.file.InCharge == x.member && x.now == "" {
		event(Event{Kind: audit.Assigned})
	}
}

// write removes the rows. The head of a case that is damaged stays where it is: it
// stays damaged, and the member loses the keys all the same.
func (x *release) write(tx *store.Tx) error {
	id := x.file.ID
	for _, g := range x.removed {
		if err := tx.DeleteGrant(g); err != nil {
			return err
		}
	}
	var errs []error
	if x.now != "" {
		errs = append(errs, tx.LapseCase(x.lost))
	} else {
		if x.file.InCharge == x.member {
			_, err := tx.ClearCharge(id, x.member)
			errs = append(errs, err)
		}
		errs = append(errs, tx.ForgetReader(id, x.member), tx.ForgetLost(id, x.member))
	}
	if x.whole {
		errs = append(errs, tx.MoveHead(id, x.file.Head, x.to), tx.CarryReadMarks(id, x.file.Head.Count, x.to.Count))
	}
	for _, leaf := range x.leaves {
		errs = append(errs, tx.InsertLeaf(leaf))
	}
	return errors.Join(errs...)
}
