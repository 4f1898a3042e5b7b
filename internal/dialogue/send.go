package dialogue

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Sending names a form as it was shown. Its button pressed twice sends once, and
// what was written about one case never goes to another.
type Sending struct {
	Key    string          // from NewKey
	Number casefile.Number // of the case that the page showed
}

// keyShape is what NewKey draws.
var keyShape = regexp.MustCompile(`^[0-9a-z]{26}$`)

// NewKey draws the key of a form that is about to be shown.
func NewKey() string { return ident.New() }

// change is what a complainant adds to a case, made ready.
type change struct {
	items  []custody.Item
	logged audit.Kind // of the first item; the others are entries added
	blobs  []attached // files that the case keeps from now on
	clocks []deadline.Clock
	row    *store.CaseChange     // nil: only what the addition itself changes
	notice *address              // where news can be sent; nil: as before
	more   func(*store.Tx) error // what else is written with it; may be nil
	answer bool                  // ends our waiting for the complainant
	quiet  bool                  // members need no mail about it
	lines  []custody.Event       // further lines of the log, by the complainant
}

// attached is a file of a change and the entry it becomes.
type attached struct {
	pending  string
	entry    string
	manifest seal.Manifest
}

// send adds to the case of a session what prepare makes of it, once per key. When
// somebody else changed the case first it starts again.
func (d *Dialogue) send(ctx context.Context, tok seal.Token, s Sending, prepare func(*visit) (*change, error)) error {
	return d.sendBy(ctx, tok, s, d.visit, prepare)
}

func (d *Dialogue) sendBy(ctx context.Context, tok seal.Token, s Sending, enter func(context.Context, seal.Token) (*visit, error), prepare func(*visit) (*change, error)) error {
	if !keyShape.MatchString(s.Key) {
		return fault.New(fault.Invalid, "error.form")
	}
	err := custody.Retry(func() error {
		v, err := enter(ctx, tok)
		if err != nil {
			return err
		}
		if v.opened.Case.Number != s.Number {
			return ErrNoSession
		}
		if slices.ContainsFunc(v.opened.Entries, func(e custody.Entry) bool { return e.ID == s.Key }) {
			return nil // sent before
		}
		if v.opened.Damaged {
			return errDamaged
		}
		c, err := prepare(v)
		if err != nil || c == nil {
			return err
		}
		return d.commit(ctx, v, c)
	})
	if err != nil {
		return err
	}
	d.wake()
	return nil
}

// commit writes a change in one transaction: entries, blobs, clocks, the row of
// the case, mail to the members, and a line of the log for each.
func (d *Dialogue) commit(ctx context.Context, v *visit, c *change) error {
	o := v.opened
	added, err := d.Custody.Add(o, c.items...)
	if err != nil {
		return fmt.Errorf("add to case: %w", err)
	}
	var mails []store.Mail
	if !c.quiet {
		if mails, err = d.Custody.MemberMails(ctx, d.Mails, o, letter.ToMember, o.MayRead()); err != nil {
			return err
		}
	}
	leaves := d.leaves(o, c)
	for _, e := range c.lines {
		e.Actor, e.Case = custody.ByComplainant(), o.Case.ID
		leaves = append(leaves, custody.Leaf(d.Store.Now(), e))
	}
	if c.answer && o.Case.State == casefile.StateWaiting {
		leaf, err := d.resume(ctx, o, c)
		if err != nil {
			return err
		}
		leaves = append(leaves, leaf)
	}
	err = d.write(ctx, func(tx *store.Tx) error {
		if err := added.Insert(tx); err != nil {
			return err
		}
		if err := d.keep(tx, o, c); err != nil {
			return err
		}
		return errors.Join(custody.QueueMails(tx, mails), insertLeaves(tx, leaves), d.touch(tx, v))
	})
	if err != nil {
		return fmt.Errorf("add to case: %w", err)
	}
	return nil
}

func (d *Dialogue) keep(tx *store.Tx, o *custody.Opened, c *change) error {
	id := o.Case.ID
	for _, f := range c.blobs {
		if err := tx.DeleteBlobRefs(ownerMailbox, string(id), f.pending); err != nil {
			return err
		}
		if err := custody.HoldBlobs(tx, f.manifest, ownerCase, string(id), f.entry); err != nil {
			return err
		}
	}
	for _, k := range c.clocks {
		if err := tx.PutClock(id, k); err != nil {
			return err
		}
	}
	if c.row != nil {
		if err := tx.UpdateCase(id, o.Case.Revision, *c.row); err != nil {
			return err
		}
	}
	if c.more != nil {
		if err := c.more(tx); err != nil {
			return err
		}
	}
	if c.notice == nil {
		return nil
	}
	return c.notice.write(tx, id)
}

// changed returns the row as the change leaves it, to be altered further.
func (c *change) changed(o *custody.Opened) *store.CaseChange {
	if c.row == nil {
		row := o.Case.Change()
		c.row = &row
	}
	return c.row
}

// resume takes a case out of waiting for the complainant: back to where it was, or
// to the first assessment. It returns the line of the log that says so.
func (d *Dialogue) resume(ctx context.Context, o *custody.Opened, c *change) (store.Leaf, error) {
	to := casefile.StateTriage
	before, err := d.stateBefore(ctx, o)
	if err != nil {
		return store.Leaf{}, err
	}
	if casefile.Returns(o.Case.Route, o.Case.State, before) {
		to = before
	}
	c.changed(o).State = to
	return custody.Leaf(d.Store.Now(), custody.Event{
		Kind: audit.StateChanged, Actor: custody.BySystem(), Case: o.Case.ID,
		Detail: map[string]string{"from": string(o.Case.State), "to": string(to)},
	}), nil
}

// stateBefore is the state from which a case went to where it is now, as the log
// tells it; empty when the log does not say.
func (d *Dialogue) stateBefore(ctx context.Context, o *custody.Opened) (casefile.State, error) {
	var leaves []store.Leaf
	err := d.Store.Read(ctx, func(tx *store.Tx) (err error) {
		leaves, err = tx.LeavesOf(o.Case.ID)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read steps of case: %w", err)
	}
	for _, leaf := range slices.Backward(leaves) {
		if leaf.Kind != string(audit.StateChanged) {
			continue
		}
		record, err := audit.DecodeRecord(leaf.Record)
		if err == nil && record.Detail["to"] == string(o.Case.State) {
			return casefile.State(record.Detail["from"]), nil
		}
	}
	return "", nil
}

func (d *Dialogue) leaves(o *custody.Opened, c *change) []store.Leaf {
	var list []store.Leaf
	for n, item := range c.items {
		kind := audit.EntryAdded
		if n == 0 {
			kind = c.logged
		}
		list = append(list, custody.Leaf(d.Store.Now(), custody.Event{
			Kind: kind, Actor: custody.ByComplainant(), Case: o.Case.ID, Object: item.ID,
			Detail: map[string]string{"kind": string(item.Kind)},
		}))
	}
	return list
}

func insertLeaves(tx *store.Tx, leaves []store.Leaf) error {
	for _, leaf := range leaves {
		if err := tx.InsertLeaf(leaf); err != nil {
			return err
		}
	}
	return nil
}

func item(id string, kind casefile.EntryKind, room seal.Compartment, payload []byte) custody.Item {
	return custody.Item{ID: id, Kind: kind, Compartment: room, AuthorKind: custody.AuthorComplainant, Payload: payload}
}
