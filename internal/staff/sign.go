package staff

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"klankbord/internal/seal"
)

// Signer signs in one name: a member's, or the installation's.
type Signer interface {
	Sign(c seal.Context, msg []byte) []byte
}

// Sign signs a change, by a member's id or ByInstance.
func Sign(instance, by string, s Signer, statement []byte) Signature {
	return Signature{By: by, Value: s.Sign(SigningContext(instance), statement)}
}

// Found makes the first event of a directory: its rules and its recovery keys.
func Found(instance string, at time.Time, rules Rules, keys []Recovery, s Signer) (Event, error) {
	c := &Chain{instance: instance, recovery: record{last: -1}, routing: record{last: -1}}
	statement, err := c.Compose(at, Change{Type: Genesis, Recovery: keys, Rules: &rules})
	if err != nil {
		return Event{}, err
	}
	return c.event(statement, []Signature{Sign(instance, ByInstance, s, statement)}, at, 0, s)
}

// Compose writes a change as it is signed, for those who see the chain as it is now.
func (c *Chain) Compose(at time.Time, ch Change) ([]byte, error) {
	count, hash := c.Head()
	ch.Version, ch.Instance, ch.Asked, ch.Seen, ch.Head = eventVersion, c.instance, at.UnixMicro(), count, hex.EncodeToString(hash)
	ch.After = c.lastAbout(ch)
	return encode("directory change", ch)
}

// Signed checks the signatures that a change has so far. It fails when one of them
// is bad or does not count, or when the change does not fit the chain any more, and
// then it must be asked for anew. more is how many members must still sign.
func (c *Chain) Signed(statement []byte, signatures []Signature, at time.Time) (rule Rule, more int, err error) {
	ch, err := DecodeChange(statement)
	if err != nil {
		return rule, 0, err
	}
	if err := c.fits(ch, at); err != nil {
		return rule, 0, err
	}
	rule = c.Rule(ch, at)
	by := 0
	for _, s := range signatures {
		if s.By != ByInstance {
			by++
		}
	}
	return rule, max(rule.Signatures-by, 0), c.signed(rule, ch, at, signatures, false)
}

// Place gives a change that has the signatures it needs its place at the end of the
// chain. It fails with ErrDirectory when the change may not stand there.
func (c *Chain) Place(statement []byte, signatures []Signature, at time.Time, s Signer) (Event, error) {
	if at.Before(c.last) { // the clock of another machine
		at = c.last
	}
	ch, err := DecodeChange(statement)
	if err != nil {
		return Event{}, errors.Join(ErrDirectory, err)
	}
	e, err := c.event(statement, signatures, at, c.Rule(ch, at).Delay, s)
	if err != nil {
		return Event{}, err
	}
	_, err = c.Follow([]Event{e})
	return e, err
}

func (c *Chain) event(statement []byte, signatures []Signature, at time.Time, delay time.Duration, s Signer) (Event, error) {
	ch, err := DecodeChange(statement)
	if err != nil {
		return Event{}, err
	}
	count, hash := c.Head()
	body, err := encode("directory event", placement{
		Version: eventVersion, Instance: c.instance, Seq: count, Previous: hex.EncodeToString(hash),
		At: at.UnixMicro(), From: at.Add(delay).UnixMicro(), Change: ch,
	})
	if err != nil {
		return Event{}, err
	}
	list, err := encode("directory signatures", signatures)
	if err != nil {
		return Event{}, err
	}
	sum := eventHash(body, list)
	return Event{Seq: count, Body: body, Signatures: list, Hash: sum, Place: s.Sign(placeContext(c.instance), sum)}, nil
}

// lastAbout is the event after which a change stands: the last about the same
// member, about the recovery keys, or about where complaints go.
func (c *Chain) lastAbout(ch Change) int64 {
	if ch.Type == Genesis || ch.Type == Recover {
		return c.recovery.last
	}
	if ch.Type == Routing {
		return c.routing.last
	}
	if ch.Type == Open && c.opening > 0 {
		return c.opening
	}
	if r, ok := c.members[ch.Member]; ok {
		return r.last
	}
	return -1
}

// Reads gives what an event says and when it took its place, without verifying
// anything.
func (e Event) Reads() (Change, time.Time, error) {
	p, err := decodePlacement(e.Body)
	return p.Change, time.UnixMicro(p.At).UTC(), err
}

// fits reports why a change cannot stand at the end of the chain: its signers saw
// another chain, or another state of what it is about; it is too old; or it makes no
// sense.
func (c *Chain) fits(ch Change, at time.Time) error {
	count := int64(len(c.heads))
	asked := time.UnixMicro(ch.Asked)
	switch {
	case ch.Instance != c.instance || ch.Seen < 0 || ch.Seen > count || ch.Head != hex.EncodeToString(c.head(ch.Seen)):
		return errors.New("was signed for another directory")
	case (ch.Type == Genesis) != (count == 0):
		return errEvent
	case ch.After != c.lastAbout(ch):
		return errors.New("was signed before another change of the same thing")
	case asked.After(at) || at.Sub(asked) > Lifetime:
		return errors.New("was asked for too long ago")
	}
	return c.sane(ch)
}

func (c *Chain) sane(ch Change) error {
	known := len(c.members[ch.Member].steps) > 0
	active := known && c.members[ch.Member].latest().Active
	var ok bool
	switch ch.Type {
	case Genesis:
		ok = ch.bare("recovery", "rules") && ch.Rules != nil && ch.Rules.Delay >= 0 && saneRecovery(ch.Recovery)
	case Recover:
		ok = ch.bare("recovery") && saneRecovery(ch.Recovery)
	case Enrol:
		ok = !known && ch.bare("member", "keys", "assignments", "person") && len(ch.Assignments) > 0 && len(ch.Person) > 0
	case Assign:
		ok = active && ch.bare("member", "assignments", "person") && len(ch.Assignments) > 0
	case Rekey:
		ok = active && ch.bare("member", "keys")
	case Revoke:
		ok = active && ch.bare("member")
	case Renew:
		ok = ch.bare("before") && !bytes.Equal(ch.Before, c.anchor)
	case Open:
		ok = c.shut() && ch.bare()
	case Routing:
		ok = ch.bare("routing") && saneRouting(ch.Routing)
	}
	if !ok || slices.ContainsFunc(ch.Assignments, func(a Assignment) bool { return !a.valid() }) {
		return errEvent
	}
	if ch.Type == Enrol || ch.Type == Rekey {
		return c.possessed(ch)
	}
	return nil
}

// possessed checks that the member holds both keys they bring, and that the reading
// key can be wrapped to.
func (c *Chain) possessed(ch Change) error {
	if _, err := seal.NewRecipient(seal.RecipientMember, string(ch.Member), ch.Reading); err != nil {
		return errEvent
	}
	if !seal.VerifySignature(ch.Signing, ProofContext(c.instance, ch.Member), ch.Reading, ch.Proof) {
		return errors.New("brings a key without proof of possession")
	}
	return nil
}

// bare reports whether a change has no parts but those named.
func (ch Change) bare(parts ...string) bool {
	for part, given := range map[string]bool{
		"member": ch.Member != "", "person": len(ch.Person) > 0, "assignments": len(ch.Assignments) > 0,
		"keys":     len(ch.Reading)+len(ch.Signing)+len(ch.Proof) > 0,
		"recovery": len(ch.Recovery) > 0, "rules": ch.Rules != nil, "before": len(ch.Before) > 0, "routing": len(ch.Routing) > 0,
	} {
		if given && !slices.Contains(parts, part) {
			return false
		}
	}
	return ch.Member != "" || !slices.Contains(parts, "member")
}

func saneRecovery(list []Recovery) bool {
	seen := map[string]bool{}
	for _, r := range list {
		if _, err := seal.NewRecipient(seal.RecipientRecovery, r.ID, r.Key); err != nil || seen[r.ID] {
			return false
		}
		seen[r.ID] = true
	}
	return len(list) > 0
}

// signed checks signatures against what a change needs; all means that none may be
// missing. One that is bad, given twice or does not count spoils the change.
func (c *Chain) signed(rule Rule, ch Change, at time.Time, signatures []Signature, all bool) error {
	statement, err := encode("directory change", ch)
	if err != nil {
		return err
	}
	d, members, instance, seen := c.At(at), 0, false, map[string]bool{}
	for _, s := range signatures {
		key := c.ownKey()
		if s.By == ByInstance {
			instance = true
			if !rule.Instance {
				return errors.New("is signed by the installation, which may not")
			}
		} else {
			e, ok := d.Entry(ID(s.By))
			if !ok || !rule.MaySign(e, ch.Member) {
				return errors.New("is signed by somebody who may not")
			}
			key = e.Signing
			members++
		}
		if seen[s.By] || !seal.VerifySignature(key, SigningContext(c.instance), statement, s.Value) {
			return errors.New("has a bad signature")
		}
		seen[s.By] = true
	}
	if all && (members < rule.Signatures || instance != rule.Instance) {
		return errors.New("is not signed by all whom it needs")
	}
	return nil
}
