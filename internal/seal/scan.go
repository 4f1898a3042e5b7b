package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
)

// Scan opens one object in each of many cases, by the keyring rows of one member. It opens
// the same as Keys.OpenKeyring and CompartmentKey.Open together, but works out no other key
// of a case, and keeps between two cases what does not depend on the case: a search opens a
// hundred thousand. It belongs to one goroutine.
type Scan struct {
	hidden
	s veiled[scanState]
}

type scanState struct {
	member  string
	keyring hash.Hash // HMAC under the root of the keyring key
	root    hash.Hash // HMAC that gives the root of a compartment's key
	row     opener
	object  opener
}

// Scan begins to open objects as a member.
func (k *Keys) Scan(member string) *Scan {
	return &Scan{s: veil(&scanState{
		member:  member,
		keyring: hmac.New(sha256.New, k.s().keyring.s().root[:]),
		root:    hmac.New(sha256.New, []byte(rootSalt)),
	})}
}

// Open opens one object by the keyring row of an epoch of the case that c names. What it
// returns holds until the next call. It fails with ErrOpen.
func (s *Scan) Open(epoch uint32, row Box, c Context, b Box) ([]byte, error) {
	return s.s().open(epoch, row, c, b)
}

func (s *scanState) open(epoch uint32, row Box, c Context, b Box) ([]byte, error) {
	payload, err := s.row.open(s.keyring, keyringContext(c.Instance, c.Case, epoch, s.member), row)
	if err != nil {
		return nil, err
	}
	var secret []byte
	err = eachSecret(payload, func(held Compartment, form byte, of []byte) {
		if held == c.Compartment && form == formOpen {
			secret = of
		}
	})
	if err != nil || secret == nil {
		return nil, ErrOpen
	}
	s.root.Reset()
	s.root.Write(secret)
	var root [sha256.Size]byte
	return s.object.open(hmac.New(sha256.New, s.root.Sum(root[:0])), c, b)
}
