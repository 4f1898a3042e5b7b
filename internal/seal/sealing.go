package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"hash"
	"math/bits"
)

// Construction 2, seal. Per object 64 bytes = HKDF-Expand(root, label, suite,
// context, 32 random bytes): an AES-256-GCM key that is used once, so that its
// nonce may be zero, and a commitment to that key, compared first.
//
//	box = version, suite, random (32), commitment (32), AES-256-GCM(padded plain)
const (
	sealLabel  = "klankbord/seal/1"
	sealHeader = 2 + 32 + 32
	gcmTag     = 16
	rootSalt   = sealLabel + "/root"
	padFloor   = 64 // below it Padmé would show a short word's length
)

// Key is a symmetric key from which every sealed object gets a key of its own. It
// is safe for concurrent use.
type Key struct {
	hidden
	s veiled[keyState]
}

type keyState struct {
	secret [32]byte
	root   [32]byte // HKDF-Extract of secret, done once
	before *Key     // of a pepper that was renewed, and what derives from it: still opens, seals nothing; else nil
}

// NewKey draws a key.
func NewKey() *Key { return keyOf(random32()) }

func keyOf(secret [32]byte) *Key {
	return &Key{s: veil(&keyState{secret: secret, root: extract(secret[:], rootSalt)})}
}

// sub derives an independent key, so that no two uses of k can be confused.
func (k *Key) sub(label string, parts ...string) *Key {
	derived := keyOf(expand32(&k.s().root, label, parts...))
	if k.s().before != nil {
		derived.s().before = k.s().before.sub(label, parts...)
	}
	return derived
}

// Seal encrypts plain under a fresh object key, bound to c.
func (k *Key) Seal(c Context, plain []byte) Box {
	padded := padme(len(plain) + 1)
	box := make(Box, sealHeader+padded, sealHeader+padded+gcmTag)
	box[0], box[1] = version, suiteGCM
	_, _ = rand.Read(box[2:34]) // never returns an error since Go 1.24
	body := box[sealHeader:]
	copy(body, plain)
	body[len(plain)] = 0x80 // ends the text; zeros follow
	info, aad := sealInfo(nil, c, box[2:34])
	keys := expand(&k.s().root, info, 64)
	copy(box[34:sealHeader], keys[32:])
	return onceGCM(keys[:32]).Seal(box[:sealHeader], zeroNonce(), body, aad)
}

// Open returns what Seal was given. It fails with ErrOpen.
func (k *Key) Open(c Context, b Box) ([]byte, error) {
	for ; k != nil; k = k.s().before {
		if plain, err := k.open(c, b); err == nil {
			return plain, nil
		}
	}
	return nil, ErrOpen
}

// open is Open with this key alone.
func (k *Key) open(c Context, b Box) ([]byte, error) {
	return (&opener{}).open(hmac.New(sha256.New, k.s().root[:]), c, b)
}

// opener keeps the room that opening takes for the next box.
type opener struct{ info, plain []byte }

// open opens by the HMAC under the root of a key. The text holds until the next one.
func (o *opener) open(mac hash.Hash, c Context, b Box) ([]byte, error) {
	if len(b) < sealHeader+padFloor+gcmTag || b[0] != version || b[1] != suiteGCM {
		return nil, ErrOpen
	}
	info, aad := sealInfo(o.info, c, b[2:34])
	o.info = info
	keys := expandBy(mac, info)
	if subtle.ConstantTimeCompare(keys[32:], b[34:sealHeader]) != 1 {
		return nil, ErrOpen
	}
	padded, err := onceGCM(keys[:32]).Open(o.plain[:0], zeroNonce(), b[sealHeader:], aad)
	if err != nil {
		return nil, ErrOpen
	}
	o.plain = padded
	return unpad(padded)
}

// sealInfo gives the input of HKDF-Expand and, as a part of it, the bytes of the
// context, which are the associated data. Both are made in room, where that is enough.
func sealInfo(room []byte, c Context, random []byte) (info, aad []byte) {
	if n := 128 + len(c.Instance) + len(c.Case) + len(c.Kind) + len(c.Object); cap(room) < n {
		room = make([]byte, 0, n)
	}
	info = append(appendField(room[:0], sealLabel), suiteGCM)
	start := len(info)
	info = c.append(info)
	aad = info[start:len(info):len(info)]
	return append(info, random...), aad
}

// onceGCM is AES-256-GCM under a key that seals one message only.
func onceGCM(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("seal: aes: " + err.Error()) // only for a key that is not 32 bytes
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic("seal: gcm: " + err.Error()) // AES has the block size that GCM wants
	}
	return gcm
}

func zeroNonce() []byte { return make([]byte, 12) }

// padme gives the padded length of n bytes: at most 12 % more, and only
// O(log log n) bits of the length remain visible (Nikitin et al., "Reducing
// Metadata Leakage from Encrypted Files and Communication with PURBs", 2019, §4).
func padme(n int) int {
	if n <= padFloor {
		return padFloor
	}
	e := bits.Len(uint(n)) - 1
	mask := 1<<(e-bits.Len(uint(e))) - 1
	return (n + mask) &^ mask
}

func unpad(padded []byte) ([]byte, error) {
	n := len(padded)
	for n > 0 && padded[n-1] == 0 {
		n--
	}
	if n == 0 || padded[n-1] != 0x80 || padme(n) != len(padded) {
		return nil, ErrOpen
	}
	return padded[: n-1 : n-1], nil
}

// Wrap seals the key itself under another one, bound to c.
func (k *Key) Wrap(under *Key, c Context) Box {
	return under.sub("klankbord/key-wrap/1").Seal(c, k.s().secret[:])
}

// UnwrapKey returns the key that Wrap sealed. It fails with ErrOpen.
func UnwrapKey(under *Key, c Context, b Box) (*Key, error) {
	if under == nil {
		return nil, ErrOpen
	}
	secret, err := under.sub("klankbord/key-wrap/1").Open(c, b)
	if err != nil || len(secret) != 32 {
		return nil, ErrOpen
	}
	return keyOf([32]byte(secret)), nil
}

// Reseal seals under another key what this one opens, for whoever may read neither. It fails
// with ErrOpen.
func (k *Key) Reseal(to *Key, c Context, b Box) (Box, error) {
	plain, err := k.Open(c, b)
	if err != nil {
		return nil, err
	}
	return to.Seal(c, plain), nil
}

// DraftKey is the key of a draft: wrapped under the browser's session, and under
// a resume code if one was asked for.
type DraftKey = *Key
