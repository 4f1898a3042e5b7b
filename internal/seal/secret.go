package seal

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"log/slog"
)

const secretText = "[secret]"

// hidden is embedded in every type that holds a secret, so that none of them
// prints, logs or encodes.
type hidden struct{}

// String returns [secret].
func (hidden) String() string { return secretText }

// GoString returns [secret].
func (hidden) GoString() string { return secretText }

// Format writes [secret], whatever the verb.
func (hidden) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, secretText) }

// LogValue returns [secret].
func (hidden) LogValue() slog.Value { return slog.StringValue(secretText) }

// MarshalJSON gives "[secret]".
func (hidden) MarshalJSON() ([]byte, error) { return []byte(`"` + secretText + `"`), nil }

// MarshalText gives [secret].
func (hidden) MarshalText() ([]byte, error) { return []byte(secretText), nil }

// veiled holds a secret where fmt cannot follow. fmt does not ask the methods of
// unexported fields, and for a wrong verb it follows pointers, so that a secret
// inside somebody else's struct would be printed; of a func it prints an address.
type veiled[T any] func() *T

func veil[T any](v *T) veiled[T] { return func() *T { return v } }

// Secret is 32 random bytes that nobody outside this package can read.
type Secret struct {
	hidden
	b veiled[[32]byte]
}

// NewSecret draws a secret.
func NewSecret() Secret {
	b := random32()
	return Secret{b: veil(&b)}
}

// Key returns the sealing key of the secret, or nil for the zero Secret.
func (s Secret) Key() *Key {
	if s.b == nil {
		return nil
	}
	return keyOf(*s.b())
}

func random32() (b [32]byte) {
	_, _ = rand.Read(b[:]) // never returns an error since Go 1.24
	return b
}

// extract is HKDF-Extract (RFC 5869 2.2) with SHA-256.
func extract(secret []byte, salt string) (prk [32]byte) {
	out, err := hkdf.Extract(sha256.New, secret, []byte(salt))
	if err != nil {
		panic("seal: extract: " + err.Error()) // only in a FIPS-only build, at the first key
	}
	return [32]byte(out)
}

// expand is HKDF-Expand (RFC 5869 2.3) with SHA-256 to n bytes.
func expand(prk *[32]byte, info []byte, n int) []byte {
	out, err := hkdf.Expand(sha256.New, prk[:], string(info), n)
	if err != nil {
		panic("seal: expand: " + err.Error()) // only for n > 8,160, which no caller asks
	}
	return out
}

// expandBy is expand to 64 bytes by an HMAC under prk, which may have served before: a
// scan expands one key a hundred thousand times.
func expandBy(mac hash.Hash, info []byte) (out [2 * sha256.Size]byte) {
	for n := range byte(2) {
		mac.Reset()
		if n > 0 {
			mac.Write(out[:sha256.Size])
		}
		mac.Write(append(info, n+1))
		mac.Sum(out[:int(n)*sha256.Size])
	}
	return out
}

// expand32 derives one key of 32 bytes for a label and the values it depends on.
func expand32(prk *[32]byte, label string, parts ...string) [32]byte {
	return [32]byte(expand(prk, frame(label, parts...), 32))
}
