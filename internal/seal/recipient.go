package seal

import (
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
)

// PublicKey is an encapsulation key of MLKEM768-X25519: 1,216 bytes, of which
// nothing is known until a directory or a stamp says whose it is.
type PublicKey []byte

// Fingerprint gives 64 hexadecimal digits that stand for the key.
func (p PublicKey) Fingerprint() string {
	sum := sha256.Sum256(frame("klankbord/fingerprint/1", string([]byte{suiteHPKE}), string(p)))
	return hex.EncodeToString(sum[:])
}

// RecipientKind says what sort of holder a recipient is.
type RecipientKind string

// The kinds of recipient.
const (
	RecipientMember      RecipientKind = "member"
	RecipientCode        RecipientKind = "code"
	RecipientRecovery    RecipientKind = "recovery"
	RecipientCompartment RecipientKind = "compartment"
)

func (k RecipientKind) valid() bool {
	switch k {
	case RecipientMember, RecipientCode, RecipientRecovery, RecipientCompartment:
		return true
	default:
		return false
	}
}

// Recipient is someone to whom a key may be wrapped. Its fields are closed, so
// that one exists only by NewRecipient or Code.Recipient; the zero value is
// refused wherever a recipient is asked for.
type Recipient struct {
	kind        RecipientKind
	id          string
	fingerprint string
	pub         hpke.PublicKey
}

// ErrRecipient means that a recipient is none, or not of the kind that the act
// asks for, or that its public key is malformed.
var ErrRecipient = errors.New("seal: not a recipient for this")

// NewRecipient makes a recipient. Danger: whoever holds pub will read. Only the
// verified directory and a checked stamp may call it; a rule test names the
// packages that do.
func NewRecipient(kind RecipientKind, id string, pub PublicKey) (Recipient, error) {
	if !kind.valid() || id == "" {
		return Recipient{}, ErrRecipient
	}
	parsed, err := hpke.MLKEM768X25519().NewPublicKey(pub)
	if err == nil {
		err = contributes(pub[len(pub)-32:])
	}
	if err != nil {
		return Recipient{}, fmt.Errorf("%w: public key: %w", ErrRecipient, err)
	}
	return Recipient{kind: kind, id: id, fingerprint: pub.Fingerprint(), pub: parsed}, nil
}

// contributes refuses a point of Curve25519 of low order (RFC 7748 6.1). Nothing can
// be wrapped to such a key, so that one of them in the directory would keep every
// complaint from being sealed.
func contributes(point []byte) error {
	scalar, err := ecdh.X25519().NewPrivateKey(make([]byte, 32)) // any will do
	if err != nil {
		return err
	}
	half, err := ecdh.X25519().NewPublicKey(point)
	if err != nil {
		return err
	}
	_, err = scalar.ECDH(half)
	return err
}

// Kind says what sort of holder the recipient is.
func (r Recipient) Kind() RecipientKind { return r.kind }

// ID names the recipient among those of its kind.
func (r Recipient) ID() string { return r.id }

// Public returns the recipient's public key, to be kept with a stamp; nil for the
// zero value.
func (r Recipient) Public() PublicKey {
	if r.pub == nil {
		return nil
	}
	return r.pub.Bytes()
}

// Fingerprint stands for the recipient's public key; empty for the zero value.
func (r Recipient) Fingerprint() string { return r.fingerprint }

// kemKey is a key pair that is computed from its seed when first needed (100 µs),
// because most of them, such as those of a keyring, never are.
type kemKey struct {
	seed        [32]byte // exactly the length of an MLKEM768-X25519 secret
	once        sync.Once
	priv        hpke.PrivateKey // written in once
	public      PublicKey       // written in once
	fingerprint string          // written in once
}

func (k *kemKey) load() *kemKey {
	k.once.Do(func() {
		priv, err := hpke.MLKEM768X25519().NewPrivateKey(k.seed[:])
		if err != nil {
			panic("seal: kem seed: " + err.Error()) // only for a seed that is not 32 bytes
		}
		k.priv, k.public = priv, priv.PublicKey().Bytes()
		k.fingerprint = k.public.Fingerprint()
	})
	return k
}

func (k *kemKey) recipient(kind RecipientKind, id string) Recipient {
	k.load()
	return Recipient{kind: kind, id: id, fingerprint: k.fingerprint, pub: k.priv.PublicKey()}
}
