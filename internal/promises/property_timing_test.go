package promises_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"klankbord/internal/seal"
)

// PT10: how long it takes to refuse a stamp or a sealed thing does not tell how much
// of it was right. A smoke, not a proof: times are compared by their quick third, in
// many rounds, and a comparison that does tell must be noticed by the same means.
func TestPT10_RefusingTakesAlwaysTheSameTime(t *testing.T) {
	stamper, key := seal.NewInstanceKey().Stamper(), seal.NewKey()
	where := seal.Context{Instance: "i", Case: "c", Kind: "k", Object: "o"}
	stamp := stamper.Stamp(where, 0, []byte("payload"), "author")
	box := key.Seal(where, []byte("text"))
	flip := func(b []byte, at int) []byte {
		c := slices.Clone(b)
		c[at] ^= 1
		return c
	}
	early, late := flip(stamp, 1), flip(stamp, len(stamp)-1)
	if d, always := tells(
		func() { _ = stamper.Verify(where, 0, []byte("payload"), "author", early) },
		func() { _ = stamper.Verify(where, 0, []byte("payload"), "author", late) }); always {
		t.Errorf("a stamp that is wrong at its end takes %s longer than one wrong at its beginning", d)
	}
	wrongEarly, wrongLate := flip(box, 34), flip(box, 65)
	if d, always := tells(func() { _, _ = key.Open(where, wrongEarly) }, func() { _, _ = key.Open(where, wrongLate) }); always {
		t.Errorf("a commitment that is wrong at its end takes %s longer than one wrong at its beginning", d)
	}
	careless := func(stamp []byte) {
		mac := hmac.New(sha256.New, stamp[:16])
		mac.Write(stamp)
		_ = mac.Sum(nil)
		equalCarelessly(stamp, early)
	}
	atBeginning, atEnd := flip(early, 1), flip(early, len(early)-1)
	if d, always := tells(func() { careless(atBeginning) }, func() { careless(atEnd) }); !always {
		t.Errorf("a comparison that stops at the first difference is not noticed (%s), so that nothing is proved", d)
	}
}

// tells reports whether two things differ in time, and did so three times over; the
// difference is that of the last time.
func tells(a, b func()) (d difference, always bool) {
	for range 3 {
		if d = compareTimes(a, b); !d.tells() {
			return d, false
		}
	}
	return d, true
}

// equalCarelessly is what must not be used: it stops at the first difference.
func equalCarelessly(a, b []byte) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// difference is how much longer the second of two things took, in rounds.
type difference struct {
	relative float64 // the median of the rounds
	t        float64 // it against its spread over the rounds, both by medians
}

func (d difference) tells() bool { return math.Abs(d.t) > 6 && math.Abs(d.relative) > 0.004 }

func (d difference) String() string {
	return fmt.Sprintf("%.2f %% (t = %.1f)", 100*d.relative, d.t)
}

// compareTimes runs two things in turns. What comes between, such as another process,
// makes a time longer and never shorter, so that the quick third is what they cost.
func compareTimes(a, b func()) difference {
	const rounds, samples, calls = 24, 150, 40
	measure := func(f func()) time.Duration {
		begun := time.Now()
		for range calls {
			f()
		}
		return time.Since(begun)
	}
	var relative []float64
	for range rounds {
		var of [2][]time.Duration
		for n := range samples {
			first, second := n%2, 1-n%2
			for _, which := range []int{first, second} {
				of[which] = append(of[which], measure([]func(){a, b}[which]))
			}
		}
		x, y := quickThird(of[0]), quickThird(of[1])
		relative = append(relative, (y-x)/x)
	}
	middle := median(relative)
	var away []float64
	for _, r := range relative {
		away = append(away, math.Abs(r-middle))
	}
	return difference{middle, middle / (1.4826 * median(away) / math.Sqrt(rounds))}
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

func quickThird(times []time.Duration) float64 {
	slices.Sort(times)
	sum := 0.0
	for _, d := range times[:len(times)/3] {
		sum += float64(d)
	}
	return sum
}
