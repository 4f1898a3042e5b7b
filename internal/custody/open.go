package custody

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

// Entry is an opened entry. Damaged entries have no payload.
type Entry struct {
	store.Entry
	Payload []byte
	Damaged bool
	Locked  bool // sealed in a compartment that this reader has no key to, or behind the gate
	// Redacted is when something was last removed from it for good; Payload is what is left,
	// which is nothing of a file.
	Redacted time.Time
	Reason   casefile.RedactReason
}

// Opened is a case as one reader may see it.
type Opened struct {
	Case    store.Case
	Entries []Entry
	Damaged bool // head or stamps do not hold: something was altered, removed or rolled back
	Grants  []store.Grant
	Marks   []store.ReadMark
	Gated   bool // the identity lies behind its gate for this reader, now
	Handed  bool // the code that opened the case was given by a member

	keys    map[uint32]*seal.CaseKeys
	rings   []store.Ring // opened just now, to be kept
	derived map[string]seal.Box
	caseKey map[uint32]store.CaseKey
	marks   []store.Mark
	codes   []store.Code
	lost    []store.LostAccess // who wait for access since their keys were renewed, as it was stamped
	reader  audit.Actor
	renewal *staff.Directory // set when whoever writes next draws a fresh epoch
}

// rows is a case as it stands in the database.
type rows struct {
	file     store.Case
	keys     []store.CaseKey
	grants   []store.Grant
	codes    []store.Code
	entries  []store.Entry
	marks    []store.Mark
	rings    []store.Ring
	openings []store.Opening
	read     []store.ReadMark
	lost     []store.LostAccess
	current  bool // it stands at the turn that the newest line of the log tells of
}

func readRows(tx *store.Tx, file store.Case, member staff.ID) (r rows, err error) {
	r.file = file
	if r.keys, err = tx.CaseKeys(file.ID); err != nil {
		return r, err
	}
	if r.grants, err = tx.Grants(file.ID); err != nil {
		return r, err
	}
	if r.codes, err = tx.Codes(file.ID); err != nil {
		return r, err
	}
	if r.entries, err = tx.Entries(file.ID); err != nil {
		return r, err
	}
	if r.marks, err = tx.Marks(file.ID); err != nil {
		return r, err
	}
	if r.openings, err = tx.Openings(file.ID); err != nil {
		return r, err
	}
	if r.lost, err = tx.LostOf(file.ID); err != nil {
		return r, err
	}
	if r.current, err = tx.KeepsUp(file.ID); err != nil {
		return r, err
	}
	if r.read, err = tx.ReadMarks(file.ID); err != nil || member == "" {
		return r, err
	}
	r.rings, err = tx.Rings(member, file.ID)
	return r, err
}

// OpenMember opens a case by number for a member who has a grant. Every other
// case, whether it exists or not, is fault.ErrNotFound.
func (c *Custody) OpenMember(ctx context.Context, actor access.Actor, n casefile.Number) (*Opened, error) {
	var r rows
	err := c.store.Read(ctx, func(tx *store.Tx) error {
		file, err := tx.CaseFor(actor.Member, n)
		if err != nil {
			return err
		}
		r, err = readRows(tx, file, actor.Member)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return nil, fault.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("open case: %w", err)
	}
	o := c.newOpened(ctx, r, ByMember(actor.Member))
	c.ghosts(ctx, o)
	for _, g := range r.grants {
		if g.Kind == seal.RecipientMember && g.Recipient == string(actor.Member) {
			c.unwrapMember(o, r, actor, g)
		}
	}
	if !o.holdsPresent() {
		return nil, fault.ErrNotFound
	}
	c.liftAgain(o, r, actor.Member)
	c.openEntries(o, r)
	return o, nil
}

// holdsPresent reports whether the reader has the keys of the newest epoch, as everyone
// has who may read: whoever lost the case was left out when it was drawn, and no
// grant of before, written back, makes up for that.
func (o *Opened) holdsPresent() bool {
	epochs := o.epochs()
	return len(epochs) > 0 && o.keys[epochs[len(epochs)-1]] != nil
}

func (c *Custody) newOpened(ctx context.Context, r rows, reader audit.Actor) *Opened {
	o := &Opened{
		Case: r.file, Grants: r.grants, Marks: r.read, keys: map[uint32]*seal.CaseKeys{},
		derived: map[string]seal.Box{}, caseKey: map[uint32]store.CaseKey{},
		marks: r.marks, lost: c.lapsed(r.lost), reader: reader,
	}
	o.Damaged = !r.current || !c.headHolds(r.file.ID, r.file.Head, r.marks)
	for _, k := range r.keys {
		if c.keyHolds(k) {
			o.caseKey[k.Epoch] = k
		} else {
			o.Damaged = true
		}
	}
	codes, whole := c.live(r)
	o.codes = codes
	o.Damaged = o.Damaged || !whole || r.file.Epoch != lastEpoch(r.keys)
	if o.stale() {
		// While there is an alarm nothing is wrapped, and what is written goes on under
		// the present epoch.
		if d, err := c.Granting(ctx); err == nil {
			o.renewal = d
		}
	}
	for _, op := range r.openings {
		o.Damaged = o.Damaged || !c.openingHolds(op)
	}
	return o
}

func (c *Custody) unwrapMember(o *Opened, r rows, actor access.Actor, g store.Grant) {
	id := string(r.file.ID)
	if !c.grantHolds(g) { // a row of the keyring is worth what its grant is worth
		o.Damaged = true
		return
	}
	for _, ring := range r.rings {
		if ring.Epoch != g.Epoch {
			continue
		}
		if keys, err := actor.Keys.OpenKeyring(c.instance, id, g.Epoch, string(actor.Member), ring.Box); err == nil && o.fits(keys) && !o.pastGate(keys) {
			o.keys[g.Epoch] = keys
			return
		}
	}
	keys, err := actor.Keys.OpenGrant(c.instance, id, g.Epoch, seal.RecipientMember, string(actor.Member), g.Box)
	if err != nil || !o.fits(keys) {
		o.Damaged = true
		return
	}
	o.keys[g.Epoch] = keys
	o.rings = append(o.rings, store.Ring{Case: r.file.ID, Epoch: g.Epoch, Box: actor.Keys.SealKeyring(string(actor.Member), keys)})
}

// fits checks that opened secrets yield exactly the stamped public keys of the
// case, so that a grant to other keys is worth nothing.
func (o *Opened) fits(keys *seal.CaseKeys) bool {
	fixed, ok := o.caseKey[keys.Epoch()]
	return ok && keys.VerifyPublic(fixed.Public) == nil
}

// pastGate reports whether secrets hold the identity openly though it lies under a
// gate by now. The head does not bind the rows of a keyring, so one from before could
// have been put back.
func (o *Opened) pastGate(keys *seal.CaseKeys) bool {
	_, open := keys.Compartment(seal.Identity)
	return open && len(o.caseKey[keys.Epoch()].Gate) > 0
}

// OpenCode opens a case for the person who holds its code.
func (c *Custody) OpenCode(ctx context.Context, code seal.Code) (*Opened, error) {
	lookup := code.LookupID(c.instance, "mailbox")
	var r rows
	err := c.store.Read(ctx, func(tx *store.Tx) error {
		id, err := tx.CodeCase(lookup)
		if err != nil {
			return err
		}
		file, err := tx.Case(id)
		if err != nil {
			return err
		}
		r, err = readRows(tx, file, "")
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return nil, fault.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("open mailbox: %w", err)
	}
	o := c.newOpened(ctx, r, ByComplainant())
	c.ghosts(ctx, o)
	mine := code.Keys(c.instance)
	for _, g := range r.grants {
		if g.Kind != seal.RecipientCode || g.Recipient != lookup || !c.grantHolds(g) {
			continue
		}
		if keys, err := mine.OpenGrant(c.instance, string(r.file.ID), g.Epoch, seal.RecipientCode, lookup, g.Box); err == nil && o.fits(keys) {
			o.keys[g.Epoch] = keys
		}
	}
	if !o.holdsPresent() {
		return nil, fault.ErrNotFound
	}
	for _, k := range o.codes {
		o.Handed = o.Handed || k.Lookup == lookup && k.Handed
	}
	c.openEntries(o, r)
	return o, nil
}

func (c *Custody) openEntries(o *Opened, r rows) {
	newest := standsFor(r.entries)
	for _, row := range r.entries {
		e := Entry{Entry: row}
		switch room, ok := o.room(row); {
		case !c.entryHolds(row) || !emptyAsTold(row, newest):
			e.Damaged, o.Damaged = true, true
		case len(row.Box) == 0: // what is left of it stands further on
		case !ok:
			e.Locked = true
		default:
			plain, err := c.openEntry(o, room, row)
			e.Payload, e.Damaged = plain, err != nil
			o.Damaged = o.Damaged || err != nil
		}
		o.Entries = append(o.Entries, e)
	}
	o.redact()
}

func (o *Opened) room(row store.Entry) (*seal.CompartmentKey, bool) {
	keys, ok := o.keys[row.Epoch]
	if !ok {
		return nil, false
	}
	return keys.Compartment(row.Compartment)
}

func (c *Custody) openEntry(o *Opened, room *seal.CompartmentKey, row store.Entry) ([]byte, error) {
	ctx := entryContext(c.instance, row)
	switch {
	case !row.Appended:
		return room.Open(ctx, row.Box)
	case len(row.Derived) > 0:
		return room.OpenDerived(ctx, row.Box, row.Derived)
	default:
		plain, derived, err := room.OpenAppended(ctx, row.Box)
		if err == nil {
			o.derived[row.ID] = derived
		}
		return plain, err
	}
}

// Keep writes what the opening made cheaper for the next time: keyring rows and
// object keys.
func (o *Opened) Keep(tx *store.Tx, member staff.ID) error {
	for _, ring := range o.rings {
		if err := tx.InsertRing(member, ring); err != nil {
			return fmt.Errorf("keep keyring row: %w", err)
		}
	}
	for id, box := range o.derived {
		if err := tx.SetDerived(o.Case.ID, id, box); err != nil {
			return fmt.Errorf("keep object key: %w", err)
		}
	}
	return nil
}

// News reports whether Keep has anything to write.
func (o *Opened) News() bool { return len(o.rings) > 0 || len(o.derived) > 0 }

// liftAgain lifts the gate for a member whose logged opening has not run out.
func (c *Custody) liftAgain(o *Opened, r rows, member staff.ID) {
	now := c.store.Now()
	open := false
	for _, op := range r.openings {
		open = open || op.Member == member && op.What == "identity" && now.Before(op.Until) && !op.Shut && c.openingHolds(op)
	}
	for _, keys := range o.keys {
		if !keys.IdentityGated() {
			continue
		}
		if !open || c.lift(o, keys) != nil {
			o.Gated = true
		}
	}
}

func (c *Custody) lift(o *Opened, keys *seal.CaseKeys) error {
	k := o.caseKey[keys.Epoch()]
	gate, err := seal.UnwrapKey(c.gates, c.gateContext(o.Case.ID, keys.Epoch()), k.Gate)
	if err != nil {
		return err
	}
	if err := keys.LiftGate(gate); err != nil {
		return err
	}
	if !o.fits(keys) {
		return seal.ErrOpen
	}
	return nil
}

// LiftGate checks that the identity of an opened case can be opened and returns
// the row that keeps it open for the member until the time given. The caller
// writes that row and the line of the log in one transaction before anything of
// the identity leaves; the purpose is sealed so that the complainant can read it.
func (c *Custody) LiftGate(o *Opened, member staff.ID, id string, purpose []byte, until time.Time) (store.Opening, error) {
	for _, keys := range o.keys {
		if keys.IdentityGated() {
			if err := c.lift(o, keys); err != nil {
				return store.Opening{}, err
			}
		}
	}
	op := store.Opening{ID: id, Case: o.Case.ID, Member: member, What: "identity", At: c.store.Now(), Until: until}
	latest := o.latest()
	if latest == nil {
		return op, errOlder
	}
	room, ok := latest.Compartment(seal.Dialogue)
	if !ok {
		return op, seal.ErrOpen
	}
	op.Purpose = room.Seal(c.purposeContext(op), purpose)
	c.StampOpening(&op)
	return op, nil
}

func (c *Custody) purposeContext(op store.Opening) seal.Context {
	ctx := c.context(op.Case, "opening-purpose", op.ID, 0)
	ctx.Compartment = seal.Dialogue
	return ctx
}

// Purpose opens the recorded purpose of an opening; empty when it cannot.
func (c *Custody) Purpose(o *Opened, op store.Opening) string {
	for _, keys := range o.keys {
		if room, ok := keys.Compartment(seal.Dialogue); ok {
			if plain, err := room.Open(c.purposeContext(op), op.Purpose); err == nil {
				return string(plain)
			}
		}
	}
	return ""
}

func (o *Opened) latest() *seal.CaseKeys {
	return o.keys[o.Case.Epoch]
}
