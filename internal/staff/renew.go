package staff

import (
	"errors"
	"slices"
	"time"

	"klankbord/internal/seal"
)

// former is a key that the installation had up to an event, that one included.
type former struct {
	seq int64
	key seal.SigningPublic
}

// formerOf reads which keys the installation had. Nothing is verified: that is for add, which
// asks each event of before for a signature with the key that is named here.
func formerOf(events []Event) (list []former) {
	for _, e := range events {
		if p, err := decodePlacement(e.Body); err == nil && p.Change.Type == Renew {
			list = append(list, former{e.Seq, p.Change.Before})
		}
	}
	return list
}

// ownKey is the key with which the installation signs the next event: the one that it has, or
// the one that it had then. Whoever holds an older one can add nothing after it was renewed:
// every event has its place by the newest.
func (c *Chain) ownKey() seal.SigningPublic {
	for _, f := range c.former {
		if f.seq >= int64(len(c.heads)) {
			return f.key
		}
	}
	return c.anchor
}

// Own is the installation's key with which it signs and founds.
type Own interface {
	Signer
	Public() seal.SigningPublic
}

// RenewKey gives a whole directory its places by a new key of the installation, and adds the
// event by which the one before hands over. No hash changes, so that everybody who saw the
// directory finds what they saw. It fails with ErrDirectory where the directory does not
// verify by the key before.
func RenewKey(instance string, events []Event, at time.Time, from, to Own) ([]Event, error) {
	c, err := Verify(instance, from.Public(), events)
	if err != nil {
		return nil, err
	}
	if at.Before(c.last) { // the clock of another machine
		at = c.last
	}
	statement, err := c.Compose(at, Change{Type: Renew, Before: from.Public()})
	if err != nil {
		return nil, err
	}
	last, err := c.event(statement, []Signature{Sign(instance, ByInstance, from, statement)}, at, 0, to)
	if err != nil {
		return nil, err
	}
	list := append(slices.Clone(events), last)
	for i := range list {
		list[i].Place = to.Sign(placeContext(instance), list[i].Hash)
	}
	if _, err := Verify(instance, to.Public(), list); err != nil {
		return nil, errors.Join(errors.New("renewed directory"), err)
	}
	return list, nil
}

// PlacedBy reports whether an event has its place by a key.
func (e Event) PlacedBy(instance string, key seal.SigningPublic) bool {
	return seal.VerifySignature(key, placeContext(instance), e.Hash, e.Place)
}
