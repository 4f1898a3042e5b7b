package custody

import (
	"errors"
	"fmt"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Addition is entries sealed onto the end of a case, ready to be written, and the
// change of who may read it that goes with them.
type Addition struct {
	Entries []store.Entry
	Summary *store.Summary
	id      casefile.ID
	from    store.Head
	to      store.Head
	keys    *seal.CaseKeys // under which the entries lie
	turned  *turned        // nil: nobody gains or loses a key
}

// Count is the number of the last item once the addition is written.
func (a *Addition) Count() int64 { return a.to.Count }

// errOlder tells that a reader lacks the keys of the present epoch.
var errOlder = errors.New("no key to the present epoch")

// errDamaged refuses to add to a case as if nothing were wrong with it.
var errDamaged = fault.New(fault.Conflict, "error.case-damaged")

// Add seals items onto an opened case. Where somebody lost the keys of the present
// epoch since it was drawn, a fresh one is drawn with them. Nothing is written;
// Insert does.
func (c *Custody) Add(o *Opened, items ...Item) (*Addition, error) {
	if o.renewal != nil {
		return c.Turn(o.renewal, o, Turn{To: o.Recipients(o.renewal)}, items...)
	}
	keys := o.latest()
	if keys == nil {
		return nil, errOlder
	}
	if o.Damaged {
		return nil, errDamaged
	}
	a := &Addition{id: o.Case.ID, from: o.Case.Head, keys: keys}
	head := a.from
	for _, item := range items {
		e, err := c.addEntry(o, keys, item, head.Count+1)
		if err != nil {
			return nil, err
		}
		a.Entries = append(a.Entries, e)
		head = chain(head, store.Mark{Seq: e.Seq, Stamp: e.Stamp})
	}
	a.to = c.stampHead(o.Case.ID, head)
	return a, nil
}

// addEntry seals an item under the reader's keys. What belongs to an identity that lies behind
// its gate for them is sealed to its public key: whoever brings it need not read the rest.
func (c *Custody) addEntry(o *Opened, keys *seal.CaseKeys, item Item, seq int64) (store.Entry, error) {
	key, ok := o.caseKey[keys.Epoch()]
	if _, holds := keys.Compartment(item.Compartment); !holds && item.Compartment == seal.Identity && ok && c.keyHolds(key) {
		return c.appendEntry(key, o.Case, seq, item)
	}
	return c.sealEntry(keys, o.Case.ID, item, seq, c.store.Now())
}

// Summarise seals a new summary to go with the addition.
func (c *Custody) Summarise(o *Opened, a *Addition, plain []byte) error {
	s, err := c.sealSummary(a.keys, o.Case.ID, a.to.Count, plain)
	a.Summary = &s
	return err
}

// NextSummary seals a new summary of a case as it is, without adding anything to it.
func (c *Custody) NextSummary(o *Opened, plain []byte) (store.Summary, error) {
	keys := o.latest()
	if keys == nil {
		return store.Summary{}, errOlder
	}
	return c.sealSummary(keys, o.Case.ID, o.Case.Head.Count, plain)
}

// Insert writes the addition; store.ErrStale when somebody else added first, and
// then the use case opens the case again.
func (a *Addition) Insert(tx *store.Tx) error {
	if a.turned != nil {
		if err := a.turned.write(tx, a.id); err != nil {
			return err
		}
	}
	for _, e := range a.Entries {
		if err := tx.InsertEntry(e); err != nil {
			return fmt.Errorf("insert entry: %w", err)
		}
	}
	if a.Summary != nil {
		if err := tx.PutSummary(*a.Summary); err != nil {
			return fmt.Errorf("insert summary: %w", err)
		}
	}
	return tx.MoveHead(a.id, a.from, a.to)
}

// attempts is how often a change of the same thing starts again. Of those that
// collide one always gets through, so it bounds how many may come at once.
const attempts = 32

// Retry runs a use case again while somebody else changed the same case first.
func Retry(attempt func() error) error {
	var err error
	for range attempts {
		if err = attempt(); !errors.Is(err, store.ErrStale) {
			return err
		}
	}
	return fault.New(fault.Conflict, "error.changed-meanwhile")
}

// SealDraft seals a member's unfinished text under the investigation compartment,
// which the complainant has no key to.
func (c *Custody) SealDraft(o *Opened, d *store.DeskDraft, plain []byte) error {
	keys := o.latest()
	if keys == nil {
		return errOlder
	}
	room, ok := keys.Compartment(seal.Investigation)
	if !ok {
		return seal.ErrOpen
	}
	d.Case, d.Epoch = o.Case.ID, keys.Epoch()
	d.Box = room.Seal(c.draftContext(*d), plain)
	return nil
}

// OpenDraft opens what SealDraft sealed.
func (c *Custody) OpenDraft(o *Opened, d store.DeskDraft) ([]byte, error) {
	keys, ok := o.keys[d.Epoch]
	if !ok {
		return nil, seal.ErrOpen
	}
	room, ok := keys.Compartment(seal.Investigation)
	if !ok {
		return nil, seal.ErrOpen
	}
	return room.Open(c.draftContext(d), d.Box)
}

func (c *Custody) draftContext(d store.DeskDraft) seal.Context {
	ctx := c.context(d.Case, "desk-draft/"+d.Kind, string(d.Member), d.Revision)
	ctx.Compartment = seal.Investigation
	return ctx
}

// OpenSummary opens the summary of a row in a member's list. The second value is
// the keyring row to keep, nil when there was one.
func (c *Custody) OpenSummary(actor access.Actor, row store.InboxRow) ([]byte, *store.Ring, error) {
	if !c.summaryHolds(row.Summary) {
		return nil, nil, seal.ErrOpen
	}
	keys, ring, err := c.rowKeys(actor, row)
	if err != nil {
		return nil, nil, err
	}
	plain, err := c.summaryOf(keys, row.Summary)
	return plain, ring, err
}

// SummaryScan opens the summaries of many cases by their keyring rows. It belongs to one
// goroutine.
type SummaryScan struct {
	custody *Custody
	scan    *seal.Scan
}

// ScanSummaries begins to open summaries as a member.
func (c *Custody) ScanSummaries(actor access.Actor) *SummaryScan {
	return &SummaryScan{c, actor.Keys.Scan(string(actor.Member))}
}

// Open opens a summary by the keyring row of its case. What it returns holds until the
// next call. It fails with seal.ErrOpen.
func (s *SummaryScan) Open(ring seal.Box, of store.Summary) ([]byte, error) {
	if !s.custody.summaryHolds(of) {
		return nil, seal.ErrOpen
	}
	return s.scan.Open(of.Epoch, ring, s.custody.summaryContext(of), of.Box)
}

func (c *Custody) summaryOf(keys *seal.CaseKeys, s store.Summary) ([]byte, error) {
	room, ok := keys.Compartment(seal.Investigation)
	if !ok {
		return nil, seal.ErrOpen
	}
	return room.Open(c.summaryContext(s), s.Box)
}

func (c *Custody) rowKeys(actor access.Actor, row store.InboxRow) (*seal.CaseKeys, *store.Ring, error) {
	id, epoch, member := string(row.ID), row.Summary.Epoch, string(actor.Member)
	if len(row.Ring) > 0 {
		keys, err := actor.Keys.OpenKeyring(c.instance, id, epoch, member, row.Ring)
		return keys, nil, err
	}
	if !c.grantHolds(row.Grant) {
		return nil, nil, seal.ErrOpen
	}
	keys, err := actor.Keys.OpenGrant(c.instance, id, epoch, seal.RecipientMember, member, row.Grant.Box)
	if err != nil {
		return nil, nil, err
	}
	return keys, &store.Ring{Case: row.ID, Epoch: epoch, Box: actor.Keys.SealKeyring(member, keys)}, nil
}

// MayRead lists the members with a grant in the present epoch.
func (o *Opened) MayRead() []staff.ID {
	var list []staff.ID
	for _, g := range o.Grants {
		if g.Kind == seal.RecipientMember && g.Epoch == o.Case.Epoch {
			list = append(list, staff.ID(g.Recipient))
		}
	}
	return list
}
