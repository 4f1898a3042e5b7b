package seal

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/secretsharing"
)

// A code can be kept as three shares of which two are needed (Shamir, "How to share
// a secret", 1979), over the scalars of ristretto255 (RFC 9496), where the code's
// 16 bytes are a scalar below 2^128. One share says nothing about the code.
//
//	text = ceremony (20 bits), number (5), scalar (253), check (22), as 60 symbols

// The number of shares of a code, how many give it back, and the symbols of one.
const (
	ShareCount   = 3
	SharesToUse  = 2
	ShareSymbols = 60
)

const (
	shareLabel = "klankbord/share/1"
	shareBits  = 5 * ShareSymbols
	checkBits  = 22
	scalarBits = 253
)

// CodeShare is one of the parts of a code.
type CodeShare struct {
	hidden
	b veiled[shareState]
}

type shareState struct {
	ceremony string // four symbols
	number   int
	value    [32]byte // a canonical scalar, little-endian
}

// What can be wrong with a share. ErrShareTypo is found in its text alone.
var (
	ErrShareTypo     = errors.New("seal: share mistyped")
	ErrShareFew      = errors.New("seal: two shares are needed")
	ErrShareTwice    = errors.New("seal: the same share twice")
	ErrShareCeremony = errors.New("seal: share of another ceremony")
	ErrShareWrong    = errors.New("seal: shares do not belong together")
)

// Ceremony names, in four symbols, the making of the code, so that shares of one
// code can be told from those of another. It says nothing about the code.
func (c Code) Ceremony() string {
	sum := c.derive("", "/ceremony", "")
	var out strings.Builder
	for i := range 4 {
		out.WriteByte(crockford[bits5(sum[:], i)])
	}
	return out.String()
}

// Split gives the shares of the code, numbered from 1. Each call draws others,
// which do not belong together with those of an earlier one.
func (c Code) Split() []CodeShare {
	var low [32]byte
	copy(low[:], c.b()[:])
	secret := group.Ristretto255.NewScalar()
	if err := secret.UnmarshalBinary(low[:]); err != nil {
		panic("seal: split: " + err.Error()) // only for a scalar that is not reduced; this one is below 2^128
	}
	var shares []CodeShare
	for i, s := range secretsharing.New(rand.Reader, SharesToUse-1, secret).Share(ShareCount) {
		raw, err := s.Value.MarshalBinary()
		if err != nil {
			panic("seal: split: " + err.Error()) // a scalar always has its 32 bytes
		}
		shares = append(shares, CodeShare{b: veil(&shareState{c.Ceremony(), i + 1, [32]byte(raw)})})
	}
	return shares
}

// Ceremony names the making of the code that the share is of.
func (s CodeShare) Ceremony() string { return s.b().ceremony }

// Number is the number of the share, from 1.
func (s CodeShare) Number() int { return s.b().number }

// Mark stands for the share where shares are checked: 32 hexadecimal digits from
// which the share cannot be found.
func (s CodeShare) Mark() string {
	sum := sha256.Sum256(frame(shareLabel+"/mark", s.b().ceremony, strconv.Itoa(s.b().number), string(s.b().value[:])))
	return hex.EncodeToString(sum[:16])
}

// Text returns the share as it is shown: fifteen groups of four. The first is the
// ceremony, and the first symbol of the second the number. Danger: with another
// share it is the secret.
func (s CodeShare) Text() string {
	bits := s.bits()
	bits = append(bits, shareCheck(bits)...)
	var out strings.Builder
	for i := range ShareSymbols {
		if i > 0 && i%4 == 0 {
			out.WriteByte('-')
		}
		out.WriteByte(crockford[number(bits[5*i:5*i+5])])
	}
	return out.String()
}

// bits is everything before the check, one bit a byte, the highest first.
func (s CodeShare) bits() []byte {
	bits := make([]byte, 0, shareBits)
	for _, r := range s.b().ceremony {
		bits = appendBits(bits, strings.IndexRune(crockford, r), 5)
	}
	bits = appendBits(bits, s.b().number, 5)
	value := slices.Clone(s.b().value[:])
	slices.Reverse(value)
	bits = appendBits(bits, int(value[0]), scalarBits-248)
	for _, b := range value[1:] {
		bits = appendBits(bits, int(b), 8)
	}
	return bits
}

func appendBits(bits []byte, v, n int) []byte {
	for i := n - 1; i >= 0; i-- {
		bits = append(bits, byte(v>>i&1))
	}
	return bits
}

func number(bits []byte) (v int) {
	for _, b := range bits {
		v = v<<1 | int(b)
	}
	return v
}

func shareCheck(bits []byte) []byte {
	sum := sha256.Sum256(append([]byte(shareLabel+"/check"), bits...))
	var check []byte
	for _, b := range sum[:3] {
		check = appendBits(check, int(b), 8)
	}
	return check[:checkBits]
}

// ParseShare reads a share and forgives what ParseCode forgives. It fails with
// ErrShareTypo.
func ParseShare(s string) (CodeShare, error) {
	var bits []byte
	for _, r := range s {
		v, skip := codeSymbol(r)
		if skip {
			continue
		}
		if v < 0 || len(bits) == shareBits {
			return CodeShare{}, ErrShareTypo
		}
		bits = appendBits(bits, v, 5)
	}
	if len(bits) != shareBits {
		return CodeShare{}, ErrShareTypo
	}
	body, check := bits[:shareBits-checkBits], bits[shareBits-checkBits:]
	state := &shareState{number: number(body[20:25])}
	for i := range 4 {
		state.ceremony += string(crockford[number(body[5*i:5*i+5])])
	}
	value := body[25:]
	state.value[31] = byte(number(value[:scalarBits-248])) //nolint:gosec // five bits
	for i := range 31 {
		at := scalarBits - 248 + 8*i
		state.value[30-i] = byte(number(value[at : at+8])) //nolint:gosec // eight bits
	}
	if !bytes.Equal(shareCheck(body), check) || state.number < 1 || state.number > ShareCount ||
		group.Ristretto255.NewScalar().UnmarshalBinary(state.value[:]) != nil {
		return CodeShare{}, ErrShareTypo
	}
	return CodeShare{b: veil(state)}, nil
}

// JoinShares gives back the code from two or three of its shares. Of three, one may
// be wrong. It fails with ErrShareFew, ErrShareTwice, ErrShareCeremony, or with
// ErrShareWrong when no two of them give the code of their ceremony.
func JoinShares(shares ...CodeShare) (Code, error) {
	if len(shares) < SharesToUse {
		return Code{}, ErrShareFew
	}
	for i, s := range shares {
		for _, t := range shares[:i] {
			switch {
			case s.Ceremony() != t.Ceremony():
				return Code{}, ErrShareCeremony
			case s.Number() == t.Number():
				return Code{}, fmt.Errorf("share %d: %w", s.Number(), ErrShareTwice)
			}
		}
	}
	for i, s := range shares {
		for _, t := range shares[:i] {
			if c, ok := joinTwo(s, t); ok {
				return c, nil
			}
		}
	}
	return Code{}, ErrShareWrong
}

// joinTwo interpolates. The code is below 2^128 and knows its ceremony, so that a
// wrong share gives none.
func joinTwo(s, t CodeShare) (Code, bool) {
	secret, err := secretsharing.Recover(SharesToUse-1, []secretsharing.Share{s.point(), t.point()})
	if err != nil {
		return Code{}, false
	}
	raw, err := secret.MarshalBinary()
	if err != nil || !bytes.Equal(raw[16:], make([]byte, 16)) {
		return Code{}, false
	}
	b := [16]byte(raw[:16])
	c := Code{b: veil(&b)}
	return c, c.Ceremony() == s.Ceremony()
}

func (s CodeShare) point() secretsharing.Share {
	value := group.Ristretto255.NewScalar()
	_ = value.UnmarshalBinary(s.b().value[:])                                                                    // Split and ParseShare hold canonical scalars only
	return secretsharing.Share{ID: group.Ristretto255.NewScalar().SetUint64(uint64(s.b().number)), Value: value} //nolint:gosec // 1 to 3
}
