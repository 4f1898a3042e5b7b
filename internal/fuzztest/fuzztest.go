// Package fuzztest holds what every decoder of stored bytes is held to: it does not
// panic, and a short input never makes it take much memory. It is for tests only and
// fails by ending the test.
package fuzztest

import (
	"runtime"
	"slices"
	"testing"
)

// The bound: whatever is shorter than Short may make a decoder take Most bytes at
// most, garbage included.
const (
	Short = 1 << 10
	Most  = 1 << 20
)

// Bounded runs decode on an input. A panic fails the test by itself.
func Bounded(t testing.TB, name string, input []byte, decode func([]byte)) {
	t.Helper()
	if len(input) >= Short {
		decode(slices.Clone(input))
		return
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	decode(slices.Clone(input))
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > Most {
		t.Errorf("%s took %d KiB for an input of %d bytes: %x", name, took>>10, len(input), input)
	}
}

// Mutated returns n inputs that are nearly the seed: bytes changed, cut out, doubled
// and put in, lengths made huge, ends cut off. The same seed gives the same inputs.
func Mutated(seed []byte, n int) [][]byte {
	out := [][]byte{slices.Clone(seed), {}, seed[:len(seed)/2]}
	r := numbers(uint64(len(seed))*2654435761 + 1)
	for len(out) < n {
		b := slices.Clone(seed)
		for range 1 + r.below(4) {
			b = r.change(b)
		}
		out = append(out, b)
	}
	return out
}

// numbers is a small generator (splitmix64): the inputs of a test repeat.
type numbers uint64

func (r *numbers) below(n int) int {
	*r += 0x9E3779B97F4A7C15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return int((z ^ z>>31) % uint64(n)) //nolint:gosec // below n
}

func (r *numbers) change(b []byte) []byte {
	if len(b) == 0 {
		return []byte{byte(r.below(256))} //nolint:gosec // below 256
	}
	at := r.below(len(b))
	switch r.below(7) {
	case 0:
		b[at] ^= 1 << r.below(8)
	case 1:
		b[at] = byte(r.below(256)) //nolint:gosec // below 256
	case 2:
		return b[:at]
	case 3:
		return slices.Delete(b, at, min(len(b), at+1+r.below(8)))
	case 4:
		return slices.Insert(b, at, b[at:min(len(b), at+1+r.below(16))]...)
	case 5: // a length of four bytes becomes huge
		for n := range min(4, len(b)-at) {
			b[at+n] = 0xFF
		}
	default:
		return slices.Insert(b, at, byte(r.below(256)), byte(r.below(256))) //nolint:gosec // below 256
	}
	return b
}
