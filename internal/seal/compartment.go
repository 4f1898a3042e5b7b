package seal

import "sync"

// CompartmentKey is an opened compartment of one epoch of a case: its sealing key
// and its key pair, all computed from one secret. It is safe for concurrent use.
type CompartmentKey struct {
	hidden
	s veiled[compartmentState]
}

// compartmentState computes each key when it is first needed: a scan over many
// cases opens one object in each and needs no more than root.
type compartmentState struct {
	secret  [32]byte
	root    func() *Key // seals the compartment's objects
	derived func() *Key // seals the derived rows of appended objects
	kem     func() *kemKey
}

const compartmentLabel = "klankbord/compartment/1"

func compartmentOf(secret [32]byte) *CompartmentKey {
	s := &compartmentState{secret: secret}
	s.root = sync.OnceValue(func() *Key { return keyOf(s.secret) })
	s.derived = sync.OnceValue(func() *Key { return s.root().sub(compartmentLabel + "/derived") })
	s.kem = sync.OnceValue(func() *kemKey {
		return &kemKey{seed: expand32(&s.root().s().root, compartmentLabel+"/kem")}
	})
	return &CompartmentKey{s: veil(s)}
}

// Public returns the key to which others append. Before anything is wrapped to
// it, it has to be the one in the case's stamped opening record.
func (k *CompartmentKey) Public() PublicKey { return k.s().kem().load().public }

// Seal encrypts plain under a fresh object key, bound to c.
func (k *CompartmentKey) Seal(c Context, plain []byte) Box { return k.s().root().Seal(c, plain) }

// Open returns what Seal was given. It fails with ErrOpen.
func (k *CompartmentKey) Open(c Context, b Box) ([]byte, error) { return k.s().root().Open(c, b) }
