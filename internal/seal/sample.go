package seal

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"strings"
)

// Sample is what is kept of a code or a share until people have shown that they keep it:
// which two groups of four symbols are asked for, and what they stretch to. Whoever
// steals it finds those forty bits at the cost of some 2^39 runs of Argon2id and is left
// with 88 of the 128 of a code; the holder deletes it once it was matched.
//
//	one byte for each group, counted from 1 ‖ salt (16) ‖ SHA-256 (32)
type Sample []byte

const (
	sampleLabel  = "klankbord/sample/1"
	sampleGroups = 6 // those before the check that ends a code
	sampleSize   = 2 + saltSize + sha256.Size
)

// NewSample draws two groups of a code or a share, as it is shown. It fails with ErrBusy,
// and with ErrCodeTypo for anything shorter.
func NewSample(text string) (Sample, error) {
	groups := strings.Split(text, "-")
	if len(groups) < sampleGroups {
		return nil, ErrCodeTypo
	}
	var drawn [1]byte
	_, _ = rand.Read(drawn[:]) // never returns an error since Go 1.24
	pairs := samplePairs()
	pair := pairs[int(drawn[0])%len(pairs)]
	s := append(make(Sample, 0, sampleSize), pair[0], pair[1])
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt)
	sum, err := sampleSum(groups[pair[0]-1]+groups[pair[1]-1], salt)
	return append(append(s, salt...), sum...), err
}

// samplePairs are the pairs of groups in their order.
func samplePairs() (list [][2]byte) {
	for a := byte(1); a < sampleGroups; a++ {
		for b := a + 1; b <= sampleGroups; b++ {
			list = append(list, [2]byte{a, b})
		}
	}
	return list
}

// Groups are the two that are asked for, counted from 1; zeros for what is no sample.
func (s Sample) Groups() (first, second int) {
	if len(s) != sampleSize {
		return 0, 0
	}
	return int(s[0]), int(s[1])
}

// Matches reports whether the two groups were typed, in their order; case, spaces and
// dashes are forgiven as in a code. It fails with ErrBusy.
func (s Sample) Matches(typed string) (bool, error) {
	if len(s) != sampleSize {
		return false, nil
	}
	plain, n := make([]byte, 0, 8), 0
	for _, r := range typed {
		v, skip := codeSymbol(r)
		if skip {
			continue
		}
		if n++; v < 0 || n > 8 {
			return false, nil
		}
		plain = append(plain, crockford[v])
	}
	sum, err := sampleSum(string(plain), s[2:2+saltSize])
	return err == nil && subtle.ConstantTimeCompare(sum, s[2+saltSize:]) == 1, err
}

func sampleSum(symbols string, salt []byte) ([]byte, error) {
	stretched, err := Cost{}.written().stretch(sampleLabel+"/"+symbols, salt)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte(sampleLabel), stretched...))
	return sum[:], nil
}
