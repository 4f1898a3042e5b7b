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
	secret      [32]byte
	rootOnce    sync.Once
	rootKey     *Key // written in rootOnce
	derivedOnce sync.Once
	derivedKey  *Key // written in derivedOnce
	kemOnce     sync.Once
	kemPair     *kemKey // written in kemOnce
}

const compartmentLabel = "klankbord/compartment/1"

func compartmentOf(secret [32]byte) *CompartmentKey {
	return &CompartmentKey{s: veil(&compartmentState{secret: secret})}
}

// root seals the compartment's objects.
func (s *compartmentState) root() *Key {
	s.rootOnce.Do(func() { s.rootKey = keyOf(s.secret) })
	return s.rootKey
}

// derived seals the derived rows of appended objects.
func (s *compartmentState) derived() *Key {
	s.derivedOnce.Do(func() { s.derivedKey = s.root().sub(compartmentLabel + "/derived") })
	return s.derivedKey
}

func (s *compartmentState) kem() *kemKey {
	s.kemOnce.Do(func() { s.kemPair = &kemKey{seed: expand32(&s.root().s().root, compartmentLabel+"/kem")} })
	return s.kemPair
}

// Public returns the key to which others append. Before anything is wrapped to
// it, it has to be the one in the case's stamped opening record.
func (k *CompartmentKey) Public() PublicKey { return k.s().kem().load().public }

// Seal encrypts plain under a fresh object key, bound to c.
func (k *CompartmentKey) Seal(c Context, plain []byte) Box { return k.s().root().Seal(c, plain) }

// Open returns what Seal was given. It fails with ErrOpen.
func (k *CompartmentKey) Open(c Context, b Box) ([]byte, error) { return k.s().root().Open(c, b) }
