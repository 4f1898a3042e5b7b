package seal

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
)

// Code is what a person keeps: the code of a complaint, of a draft, or for
// recovery. 128 random bits and 12 bits of check, as 28 Crockford symbols.
type Code struct {
	hidden
	b veiled[[16]byte]
}

// ErrCodeTypo means that a text is not a code as it stands: a wrong length or
// symbol, or a check that does not fit. It is found without a look-up.
var ErrCodeTypo = errors.New("seal: code mistyped")

// CodeSymbols is how many symbols a code has.
const CodeSymbols = 28

const (
	crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	codeLabel = "klankbord/code/1"
)

// CountSymbols counts what was typed of a code or a share, without spaces and
// dashes.
func CountSymbols(s string) (n int) {
	for _, r := range s {
		if _, skip := codeSymbol(r); !skip {
			n++
		}
	}
	return n
}

// NewCode draws a code.
func NewCode() Code {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never returns an error since Go 1.24
	return Code{b: veil(&b)}
}

// check gives the twelve bits, left-aligned in two bytes.
func check(b *[16]byte) (byte, byte) {
	sum := sha256.Sum256(append([]byte(codeLabel+"/check"), b[:]...))
	return sum[0], sum[1] & 0xF0
}

// Text returns the code as it is shown: seven groups of four. Danger: it is the
// secret, for the eyes of the one who keeps it.
func (c Code) Text() string {
	hi, lo := check(c.b())
	raw := append(append(make([]byte, 0, 18), c.b()[:]...), hi, lo)
	var out strings.Builder
	for i := range CodeSymbols {
		if i > 0 && i%4 == 0 {
			out.WriteByte('-')
		}
		out.WriteByte(crockford[bits5(raw, i)])
	}
	return out.String()
}

// bits5 returns the i-th group of five bits; raw is 144 bits, of which 140 count.
func bits5(raw []byte, i int) byte {
	at, shift := i*5/8, i*5%8
	two := uint16(raw[at]) << 8
	if at+1 < len(raw) {
		two |= uint16(raw[at+1])
	}
	return byte(two>>(11-shift)) & 31 //nolint:gosec // twelve bits, cut on purpose
}

// ParseCode reads a code and forgives case, spaces, dashes, and O, I and L for 0,
// 1 and 1. It fails with ErrCodeTypo.
func ParseCode(s string) (Code, error) {
	var raw [18]byte
	n := 0
	for _, r := range s {
		v, skip := codeSymbol(r)
		if skip {
			continue
		}
		if v < 0 || n == CodeSymbols {
			return Code{}, ErrCodeTypo
		}
		at, shift := n*5/8, n*5%8
		two := uint16(v) << (11 - shift) //nolint:gosec // twelve bits, cut on purpose
		raw[at] |= byte(two >> 8)
		if at+1 < len(raw) {
			raw[at+1] |= byte(two) //nolint:gosec // twelve bits, cut on purpose
		}
		n++
	}
	b := [16]byte(raw[:16])
	if hi, lo := check(&b); n != CodeSymbols || raw[16] != hi || raw[17] != lo {
		return Code{}, ErrCodeTypo
	}
	return Code{b: veil(&b)}, nil
}

// codeSymbol gives the value of a symbol, -1 for none, or says to pass over it.
func codeSymbol(r rune) (value int, skip bool) {
	switch {
	case r >= 'a' && r <= 'z':
		r -= 'a' - 'A'
	case strings.ContainsRune(" \t\r\n\u00a0\u202f-\u2010\u2011\u2012\u2013\u2014\u2212", r):
		return 0, true
	}
	switch r {
	case 'O':
		r = '0'
	case 'I', 'L':
		r = '1'
	}
	return strings.IndexRune(crockford, r), false
}

func (c Code) derive(instance, use, purpose string) [32]byte {
	prk := extract(c.b()[:], string(frame(codeLabel, instance)))
	return expand32(&prk, codeLabel+use, purpose)
}

// LookupID returns the id, 64 hexadecimal digits, under which what belongs to the
// code is found for a purpose. The code cannot be found from it.
func (c Code) LookupID(instance, purpose string) string {
	id := c.derive(instance, "/lookup", purpose)
	sum := sha256.Sum256(id[:])
	return hex.EncodeToString(sum[:])
}

// Keys returns the reading keys of whoever holds the code.
func (c Code) Keys(instance string) *Keys {
	return keysOf(c.derive(instance, "/kem", ""), c.derive(instance, "/keyring", ""),
		c.derive(instance, "/personal", ""))
}

// Key returns the symmetric key of the code for a purpose.
func (c Code) Key(instance, purpose string) *Key { return keyOf(c.derive(instance, "/key", purpose)) }

// Recipient returns the holder of the code as a recipient of grants; its id is
// the look-up id of the mailbox.
func (c Code) Recipient(instance string) Recipient {
	kem := &kemKey{seed: c.derive(instance, "/kem", "")}
	return kem.recipient(RecipientCode, c.LookupID(instance, "mailbox"))
}

// SealCode seals a code, bound to ctx.
func SealCode(k *Key, ctx Context, c Code) Box {
	return k.sub(codeLabel+"/sealed").Seal(ctx, append([]byte{version}, c.b()[:]...))
}

// OpenCode returns the code that SealCode sealed. It fails with ErrOpen.
func OpenCode(k *Key, ctx Context, b Box) (Code, error) {
	if k == nil {
		return Code{}, ErrOpen
	}
	plain, err := k.sub(codeLabel+"/sealed").Open(ctx, b)
	if err != nil || len(plain) != 17 || plain[0] != version {
		return Code{}, ErrOpen
	}
	raw := [16]byte(plain[1:])
	return Code{b: veil(&raw)}, nil
}
