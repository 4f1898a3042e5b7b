package staff

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
)

// ErrDirectory tells that the directory does not verify; nothing may be wrapped
// to any key in it.
var ErrDirectory = errors.New("the directory does not verify")

// Entry is a member as the directory vouches for them.
type Entry struct {
	ID          ID
	Reading     seal.PublicKey
	Signing     seal.SigningPublic
	Assignments []Assignment
	Since       time.Time
	Active      bool

	recipient seal.Recipient // of Reading, parsed when the member entered
}

// Has reports whether the member holds a role.
func (e Entry) Has(r Role) bool {
	return slices.ContainsFunc(e.Assignments, func(a Assignment) bool { return a.Role == r })
}

// In reports whether the member handles the cases of a team.
func (e Entry) In(t casefile.Team) bool {
	return slices.ContainsFunc(e.Assignments, func(a Assignment) bool { return a.Role == RoleHandler && a.Team == t })
}

// Is reports whether the member has a function.
func (e Entry) Is(f Function) bool {
	return f != "" && slices.ContainsFunc(e.Assignments, func(a Assignment) bool { return a.Function == f })
}

// Directory is a verified chain of events. It is made only by Verify and Follow,
// so that whoever holds one holds verified keys.
type Directory struct {
	instance string
	anchor   seal.SigningPublic
	entries  map[ID]Entry
	order    []ID
	recovery []Recovery
	head     []byte
	count    int64
}

// Verify checks a whole chain against the instance's own signing key, which is
// kept outside the database. It fails with ErrDirectory at the first event that
// does not follow.
func Verify(instance string, anchor seal.SigningPublic, events []Event) (*Directory, error) {
	d := &Directory{instance: instance, anchor: anchor, entries: map[ID]Entry{}}
	return d.Follow(events)
}

// Follow returns the directory after further events; d itself stays as it is.
func (d *Directory) Follow(events []Event) (*Directory, error) {
	next := &Directory{
		instance: d.instance, anchor: d.anchor, entries: make(map[ID]Entry, len(d.entries)),
		order: slices.Clone(d.order), recovery: slices.Clone(d.recovery), head: d.head, count: d.count,
	}
	maps.Copy(next.entries, d.entries)
	for _, e := range events {
		if err := next.add(e); err != nil {
			return nil, fmt.Errorf("%w: event %d: %w", ErrDirectory, e.Seq, err)
		}
	}
	return next, nil
}

func (d *Directory) next() int64 { return d.count }

func (d *Directory) add(e Event) error {
	c, err := decodeChange(e.Body)
	if err != nil {
		return err
	}
	previous := ""
	if d.count > 0 {
		previous = hex.EncodeToString(d.head)
	}
	if c.Instance != d.instance || c.Seq != d.count || e.Seq != d.count || c.Previous != previous {
		return errors.New("is not the next one")
	}
	if !bytes.Equal(e.Hash, eventHash(e.Body, e.Signatures)) {
		return errors.New("hash differs")
	}
	var signatures []Signature
	if err := json.Unmarshal(e.Signatures, &signatures); err != nil {
		return errEvent
	}
	if err := d.apply(c, e.Body, signatures); err != nil {
		return err
	}
	d.head, d.count = e.Hash, d.count+1
	return nil
}

func (d *Directory) apply(c Change, body []byte, signatures []Signature) error {
	if !d.authorised(c, body, signatures) {
		return errors.New("is not signed by whom it needs")
	}
	for _, a := range c.Assignments {
		if !a.valid() {
			return errAssignment
		}
	}
	entry, known := d.entries[c.Member]
	switch c.Type {
	case Genesis:
		d.recovery = c.Recovery
		return nil
	case Enrol:
		if known || c.Member == "" || len(c.Assignments) == 0 {
			return errEvent
		}
		to, err := seal.NewRecipient(seal.RecipientMember, string(c.Member), c.Reading)
		if err != nil {
			return errEvent
		}
		d.order = append(d.order, c.Member)
		d.entries[c.Member] = Entry{c.Member, c.Reading, c.Signing, c.Assignments, time.UnixMicro(c.At).UTC(), true, to}
		return nil
	case Assign, Revoke:
		if !known || !entry.Active {
			return errEvent
		}
		entry.Assignments, entry.Active = c.Assignments, c.Type == Assign
		d.entries[c.Member] = entry
		return nil
	default:
		return errEvent
	}
}

// authorised holds the rule of who must sign: the instance founds; the first
// member enters by the instance, later ones by the vouch of an active member, and
// each with a proof that they hold their key; everything else needs an active
// member. One bad signature spoils the event.
func (d *Directory) authorised(c Change, body []byte, signatures []Signature) bool {
	if (c.Type == Genesis) != (d.count == 0) || len(signatures) == 0 {
		return false
	}
	if c.Type == Enrol && !seal.VerifySignature(c.Signing, ProofContext(d.instance, c.Member), c.Reading, c.Proof) {
		return false
	}
	for _, s := range signatures {
		key, ok := d.signer(c, s.By)
		if !ok || !seal.VerifySignature(key, SigningContext(d.instance), body, s.Value) {
			return false
		}
	}
	return true
}

func (d *Directory) signer(c Change, by string) (seal.SigningPublic, bool) {
	if by == ByInstance {
		return d.anchor, c.Type == Genesis || c.Type == Enrol && len(d.order) == 0
	}
	e, ok := d.Entry(ID(by))
	return e.Signing, ok
}

// Head is the number of events and the hash of the last.
func (d *Directory) Head() (count int64, hash []byte) { return d.count, d.head }

// Entry returns an active member.
func (d *Directory) Entry(id ID) (Entry, bool) {
	e, ok := d.entries[id]
	return e, ok && e.Active
}

// Active lists the active members in the order in which they entered.
func (d *Directory) Active() []Entry {
	var list []Entry
	for _, id := range d.order {
		if e := d.entries[id]; e.Active {
			list = append(list, e)
		}
	}
	return list
}

// Recipient returns the verified key of an active member.
func (d *Directory) Recipient(id ID) (seal.Recipient, bool) {
	e, ok := d.Entry(id)
	if !ok {
		return seal.Recipient{}, false
	}
	return e.recipient, true
}

// RecoveryKeys lists the recovery keys with their keepers.
func (d *Directory) RecoveryKeys() []Recovery { return slices.Clone(d.recovery) }

// RecoveryRecipient returns the verified recovery key with that id.
func (d *Directory) RecoveryRecipient(id string) (seal.Recipient, bool) {
	for _, r := range d.recovery {
		if r.ID == id {
			to, err := seal.NewRecipient(seal.RecipientRecovery, r.ID, r.Key)
			return to, err == nil
		}
	}
	return seal.Recipient{}, false
}
