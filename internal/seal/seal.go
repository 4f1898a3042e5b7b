// Package seal is the only place where Klankbord encrypts, decrypts, signs and
// stamps. It offers five constructions (wrap, seal, append, file, stamp), the keys
// they need, and the secrets that people keep: code, password envelope, session
// token.
//
// It must never hand out the bytes of a secret, never print one, never choose who
// receives a key, and never open anything whose version, suite or context is not
// exactly the one asked for; there is no version that means plaintext. Every
// failure to open is ErrOpen, so that an error tells an attacker nothing. Only
// writing fails otherwise: a recipient that is none, a gate that is shut, a blob
// that cannot be written.
package seal

import (
	"bytes"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// version is the format of everything written today. Readers refuse any other.
const version = 1

// Suites. A box names its suite so that a later one can be told apart; there is
// no null suite.
const (
	suiteHPKE = 0x01 // MLKEM768-X25519, HKDF-SHA256, AES-256-GCM
	suiteGCM  = 0x02 // HKDF-SHA256 with key commitment, AES-256-GCM
)

// ErrOpen is the one error for every failure to open: a wrong key, a wrong
// context, an unknown version, a changed byte.
var ErrOpen = errors.New("seal: cannot open")

const sealedText = "[sealed]"

// Box is ciphertext. It prints, logs and encodes as [sealed]; as JSON or text it
// is lost, so store it as bytes.
type Box []byte

// String returns [sealed].
func (Box) String() string { return sealedText }

// GoString returns [sealed].
func (Box) GoString() string { return sealedText }

// Format writes [sealed], whatever the verb.
func (Box) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, sealedText) }

// LogValue returns [sealed].
func (Box) LogValue() slog.Value { return slog.StringValue(sealedText) }

// MarshalJSON gives "[sealed]".
func (Box) MarshalJSON() ([]byte, error) { return []byte(`"` + sealedText + `"`), nil }

// MarshalText gives [sealed].
func (Box) MarshalText() ([]byte, error) { return []byte(sealedText), nil }

// Value hands the bytes to a database. Without it a driver that knows
// fmt.Stringer would store the word [sealed].
func (b Box) Value() (driver.Value, error) {
	if b == nil {
		return nil, nil //nolint:nilnil // SQL NULL
	}
	return []byte(b), nil
}

// Scan takes a copy of the bytes of a database column; NULL gives a nil Box.
func (b *Box) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*b = nil
	case []byte:
		*b = bytes.Clone(v)
	default:
		return fmt.Errorf("scan box: not bytes but %T", src)
	}
	return nil
}
