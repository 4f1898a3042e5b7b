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

	"klankbord/internal/seal"
)

// ErrDirectory tells that the directory does not verify; nothing may be wrapped
// to any key in it.
var ErrDirectory = errors.New("the directory does not verify")

// Lifetime is how long after it was asked for a change can take its place.
const Lifetime = 14 * 24 * time.Hour

// Chain is a verified chain of events. It is made only by Verify and Follow, so
// that whoever holds one holds verified keys, and it never changes.
type Chain struct {
	instance string
	anchor   seal.SigningPublic
	former   []former // the keys that the installation had before, oldest first
	rules    Rules
	heads    [][]byte
	last     time.Time // of the newest event
	order    []ID      // every member who ever entered
	members  map[ID]record
	recovery record
	routing  record
	opening  int64           // number of the event that opened; 0: none did
	opened   time.Time       // when that was
	keys     map[string]bool // every key that was ever vouched for, by kind, id and fingerprint
}

// record is what the chain says about one member, about the recovery keys, or about
// where complaints go.
type record struct {
	last  int64
	steps []step
}

type step struct {
	seq    int64
	from   time.Time
	change Change
	vetted bool

	recipient seal.Recipient            // of the reading key that the change brings
	recovery  map[string]seal.Recipient // of the recovery keys that the change brings, by id
}

// Verify checks a whole chain against the instance's own signing key, which is
// kept outside the database. It fails with ErrDirectory at the first event that
// does not follow.
func Verify(instance string, anchor seal.SigningPublic, events []Event) (*Chain, error) {
	c := &Chain{instance: instance, anchor: anchor, former: formerOf(events), recovery: record{last: -1}, routing: record{last: -1}}
	return c.Follow(events)
}

// Follow returns the chain after further events; c itself stays as it is.
func (c *Chain) Follow(events []Event) (*Chain, error) {
	next := *c
	next.heads, next.order, next.recovery.steps = slices.Clone(c.heads), slices.Clone(c.order), slices.Clone(c.recovery.steps)
	next.routing.steps = slices.Clone(c.routing.steps)
	next.members, next.keys = map[ID]record{}, map[string]bool{}
	maps.Copy(next.members, c.members)
	maps.Copy(next.keys, c.keys)
	for _, e := range events {
		if err := next.add(e); err != nil {
			return nil, fmt.Errorf("%w: event %d: %w", ErrDirectory, e.Seq, err)
		}
	}
	return &next, nil
}

// Head is the number of events and the hash of the last.
func (c *Chain) Head() (count int64, hash []byte) {
	count = int64(len(c.heads))
	return count, c.head(count)
}

// Holds reports whether the chain, when it had count events, ended in hash: whether
// it goes on from what somebody saw then.
func (c *Chain) Holds(count int64, hash []byte) bool {
	return count > 0 && count <= int64(len(c.heads)) && bytes.Equal(c.head(count), hash)
}

func (c *Chain) head(count int64) []byte {
	if count < 1 || count > int64(len(c.heads)) {
		return nil
	}
	return c.heads[count-1]
}

// Everyone lists the members who have not left, those included whose entry or change
// does not hold yet, as they will be.
func (c *Chain) Everyone() []Entry {
	var list []Entry
	for _, id := range c.order {
		if e := c.members[id].latest(); e.Active {
			list = append(list, e)
		}
	}
	return list
}

// Rules are those the directory was founded with.
func (c *Chain) Rules() Rules { return c.rules }

// Vouched reports whether a key, by its fingerprint, ever was that of a recipient.
func (c *Chain) Vouched(kind seal.RecipientKind, id, fingerprint string) bool {
	return c.keys[keyName(kind, id, fingerprint)]
}

func keyName(kind seal.RecipientKind, id, fingerprint string) string {
	return string(kind) + "/" + id + "/" + fingerprint
}

func (c *Chain) add(e Event) error {
	p, err := decodePlacement(e.Body)
	if err != nil {
		return err
	}
	count := int64(len(c.heads))
	if p.Instance != c.instance || p.Seq != count || e.Seq != count || p.Previous != hex.EncodeToString(c.head(count)) {
		return errors.New("is not the next one")
	}
	if !bytes.Equal(e.Hash, eventHash(e.Body, e.Signatures)) {
		return errors.New("hash differs")
	}
	if !seal.VerifySignature(c.anchor, placeContext(c.instance), e.Hash, e.Place) {
		return errors.New("was not given its place by this installation")
	}
	at := time.UnixMicro(p.At).UTC()
	if at.Before(c.last) {
		return errors.New("is older than the one before")
	}
	var signatures []Signature
	if err := json.Unmarshal(e.Signatures, &signatures); err != nil {
		return errEvent
	}
	if err := c.fits(p.Change, at); err != nil {
		return err
	}
	rule := c.Rule(p.Change, at)
	if err := c.signed(rule, p.Change, at, signatures, true); err != nil {
		return err
	}
	if p.From != at.Add(rule.Delay).UnixMicro() {
		return errors.New("does not keep the delay")
	}
	s := step{seq: count, from: time.UnixMicro(p.From).UTC(), change: p.Change, vetted: rule.vets}
	if len(p.Change.Reading) > 0 {
		if s.recipient, err = seal.NewRecipient(seal.RecipientMember, string(p.Change.Member), p.Change.Reading); err != nil {
			return errEvent
		}
	}
	for _, r := range p.Change.Recovery {
		if s.recovery == nil {
			s.recovery = map[string]seal.Recipient{}
		}
		if s.recovery[r.ID], err = seal.NewRecipient(seal.RecipientRecovery, r.ID, r.Key); err != nil {
			return errEvent
		}
	}
	c.apply(s)
	c.heads, c.last = append(c.heads, e.Hash), at
	return nil
}

func (c *Chain) apply(s step) {
	ch := s.change
	switch ch.Type {
	case Genesis, Recover:
		if ch.Rules != nil {
			c.rules = *ch.Rules
		}
		c.recovery = record{s.seq, append(c.recovery.steps, s)}
		for _, r := range ch.Recovery {
			c.keys[keyName(seal.RecipientRecovery, r.ID, r.Key.Fingerprint())] = true
		}
	case Open:
		c.opening, c.opened = s.seq, s.from
	case Enrol, Assign, Rekey, Revoke:
		if ch.Type == Enrol {
			c.order = append(c.order, ch.Member)
		}
		if len(ch.Reading) > 0 {
			c.keys[keyName(seal.RecipientMember, string(ch.Member), ch.Reading.Fingerprint())] = true
		}
		c.members[ch.Member] = record{s.seq, append(slices.Clip(c.members[ch.Member].steps), s)}
	case Routing:
		c.routing = record{s.seq, append(c.routing.steps, s)}
	case Renew: // about the installation
	}
}

// at folds what holds at a time, in the order of the chain.
func (r record) at(t time.Time) (e Entry) {
	for _, s := range r.steps {
		if !s.from.After(t) {
			s.on(&e)
		}
	}
	return e
}

// latest folds everything, what is on its way included.
func (r record) latest() (e Entry) {
	for _, s := range r.steps {
		s.on(&e)
	}
	return e
}

func (s step) on(e *Entry) {
	ch := s.change
	if len(ch.Person) > 0 {
		e.Person = ch.Person
	}
	switch ch.Type {
	case Enrol:
		e.ID, e.Since, e.Active = ch.Member, s.from, true
		e.Reading, e.Signing, e.recipient = ch.Reading, ch.Signing, s.recipient
		e.Assignments, e.Cosigner = ch.Assignments, s.vetted
	case Assign:
		e.Assignments, e.Cosigner = ch.Assignments, e.Cosigner || s.vetted
	case Rekey:
		e.Reading, e.Signing, e.recipient, e.Cosigner = ch.Reading, ch.Signing, s.recipient, s.vetted
	case Revoke:
		e.Assignments, e.Active, e.Cosigner = nil, false, false
	case Genesis, Recover, Renew, Open, Routing: // about no member
	}
}
