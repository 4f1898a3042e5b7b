package seal

import (
	"errors"
	"fmt"
	"slices"
	"sync"
)

// ErrShare means that a grant asks for a compartment that the giver does not have
// open, or for none, or for one twice.
var ErrShare = errors.New("seal: cannot share these compartments")

// Share lists the compartments that a grant gives.
type Share []Compartment

// CaseKeys are the secrets of one epoch of a case, as far as their holder has
// them. It is safe for concurrent use.
type CaseKeys struct {
	hidden
	s veiled[caseState]
}

type caseState struct {
	instance, caseID string
	epoch            uint32

	mu       sync.Mutex
	open     [4]*CompartmentKey        // by compartment; guarded by mu
	gated    Box                       // identity under the gate key; guarded by mu
	expected map[Compartment]PublicKey // what VerifyPublic was given; guarded by mu
}

// NewCaseKeys draws the secrets of the three compartments.
func NewCaseKeys(instance, caseID string, epoch uint32) *CaseKeys {
	k := &CaseKeys{s: veil(&caseState{instance: instance, caseID: caseID, epoch: epoch})}
	for _, c := range []Compartment{Identity, Dialogue, Investigation} {
		k.s().open[c] = compartmentOf(random32())
	}
	return k
}

// Instance names the installation the keys belong to.
func (k *CaseKeys) Instance() string { return k.s().instance }

// Case names the case the keys belong to.
func (k *CaseKeys) Case() string { return k.s().caseID }

// Epoch counts the sets of secrets of the case, from the first.
func (k *CaseKeys) Epoch() uint32 { return k.s().epoch }

// PublicKeys returns the public keys of the compartments that are open.
func (k *CaseKeys) PublicKeys() map[Compartment]PublicKey {
	out := map[Compartment]PublicKey{}
	for _, c := range []Compartment{Identity, Dialogue, Investigation} {
		if key, ok := k.Compartment(c); ok {
			out[c] = key.Public()
		}
	}
	return out
}

// Compartment returns an opened compartment, and false when the holder does not
// have it or it lies under the gate.
func (k *CaseKeys) Compartment(c Compartment) (*CompartmentKey, bool) {
	if c < Identity || c > Investigation {
		return nil, false
	}
	k.s().mu.Lock()
	defer k.s().mu.Unlock()
	return k.s().open[c], k.s().open[c] != nil
}

// VerifyPublic checks that every open compartment yields exactly the public key
// of the case's stamped opening record, and remembers them for LiftGate. Call it
// after OpenGrant and before anything is sealed. It fails with ErrOpen.
func (k *CaseKeys) VerifyPublic(stamped map[Compartment]PublicKey) error {
	for c, pub := range k.PublicKeys() {
		if want, ok := stamped[c]; !ok || !slices.Equal(want, pub) {
			return ErrOpen
		}
	}
	k.s().mu.Lock()
	defer k.s().mu.Unlock()
	k.s().expected = map[Compartment]PublicKey{}
	for c, pub := range stamped {
		k.s().expected[c] = slices.Clone(pub)
	}
	return nil
}

// Clone returns a copy whose gate can be lifted without lifting this one's. A
// cache hands out clones, so that an opening with a purpose ends with the request.
func (k *CaseKeys) Clone() *CaseKeys {
	k.s().mu.Lock()
	defer k.s().mu.Unlock()
	return &CaseKeys{s: veil(&caseState{
		instance: k.s().instance, caseID: k.s().caseID, epoch: k.s().epoch,
		open: k.s().open, gated: k.s().gated, expected: k.s().expected,
	})}
}

// IdentityGated reports whether identity is there but lies under the gate key.
func (k *CaseKeys) IdentityGated() bool {
	k.s().mu.Lock()
	defer k.s().mu.Unlock()
	return k.s().gated != nil && k.s().open[Identity] == nil
}

// LiftGate opens identity in place. Danger: only in the transaction that logs the
// opening. It fails with ErrOpen; on keys without a gate it does nothing.
func (k *CaseKeys) LiftGate(gate *Key) error {
	k.s().mu.Lock()
	defer k.s().mu.Unlock()
	if k.s().gated == nil || k.s().open[Identity] != nil {
		return nil
	}
	secret, err := gate.Open(k.s().gateContext(), k.s().gated)
	if err != nil || len(secret) != 32 {
		return ErrOpen
	}
	key := compartmentOf([32]byte(secret))
	if want, ok := k.s().expected[Identity]; ok && !slices.Equal(want, key.Public()) {
		return ErrOpen
	}
	k.s().open[Identity] = key
	return nil
}

func (s *caseState) gateContext() Context {
	return Context{
		Instance: s.instance, Case: s.caseID, Compartment: Identity,
		Kind: "gated-secret", Revision: uint64(s.epoch),
	}
}

func grantContext(instance, caseID string, epoch uint32) Context {
	return Context{Instance: instance, Case: caseID, Kind: "grant", Revision: uint64(epoch)}
}

// Grant wraps the secrets of share to one recipient (construction 1). With a gate
// key, identity lies under it, and keys whose own identity is still gated pass it
// on as it is; without one it is given open. It fails with ErrShare and
// ErrRecipient.
func (k *CaseKeys) Grant(to Recipient, share Share, gate *Key) (Box, error) {
	if to.kind == RecipientCompartment || to.pub == nil {
		return nil, ErrRecipient
	}
	k.s().mu.Lock()
	payload, err := k.s().payload(share, gate)
	k.s().mu.Unlock()
	if err != nil {
		return nil, fmt.Errorf("grant to %s: %w", to.kind, err)
	}
	return wrap(to, grantContext(k.s().instance, k.s().caseID, k.s().epoch), to.id, payload)
}

// The forms in which a grant or a keyring row holds a compartment's secret.
const (
	formOpen  = 0
	formGated = 1
)

// payload encodes the secrets of share in the order of the compartments: version,
// then compartment, form and field of each. The caller holds mu.
func (s *caseState) payload(share Share, gate *Key) ([]byte, error) {
	share = slices.Sorted(slices.Values(share))
	if len(share) == 0 || len(slices.Compact(slices.Clone(share))) != len(share) {
		return nil, ErrShare
	}
	b := []byte{version}
	for _, c := range share {
		switch {
		case c < Identity || c > Investigation:
			return nil, ErrShare
		case c == Identity && gate != nil && s.gated != nil:
			b = appendField(append(b, byte(c), formGated), s.gated)
		case s.open[c] == nil:
			return nil, ErrShare
		case c == Identity && gate != nil:
			sealed := gate.Seal(s.gateContext(), s.open[c].s().secret[:])
			b = appendField(append(b, byte(c), formGated), sealed)
		default:
			b = appendField(append(b, byte(c), formOpen), s.open[c].s().secret[:])
		}
	}
	return b, nil
}

// caseKeysOf is the inverse of payload.
func caseKeysOf(instance, caseID string, epoch uint32, payload []byte) (*CaseKeys, error) {
	s := &caseState{instance: instance, caseID: caseID, epoch: epoch}
	err := eachSecret(payload, func(c Compartment, form byte, secret []byte) {
		if form == formOpen {
			s.open[c] = compartmentOf([32]byte(secret))
		} else {
			s.gated = slices.Clone(Box(secret))
		}
	})
	if err != nil {
		return nil, err
	}
	return &CaseKeys{s: veil(s)}, nil
}

// eachSecret hands out what a payload holds: of an open compartment its secret of 32
// bytes, of the gated one its box. It fails with ErrOpen, maybe after some.
func eachSecret(payload []byte, do func(c Compartment, form byte, secret []byte)) error {
	d := decoder{b: payload}
	if d.byte() != version || len(d.b) == 0 {
		return ErrOpen
	}
	last := None
	for len(d.b) > 0 && !d.bad {
		c, form, secret := Compartment(d.byte()), d.byte(), d.field()
		isOpen, isGated := form == formOpen && len(secret) == 32, form == formGated && c == Identity
		if d.bad || c <= last || c > Investigation || !isOpen && !isGated {
			return ErrOpen
		}
		do(c, form, secret)
		last = c
	}
	if !d.done() {
		return ErrOpen
	}
	return nil
}
