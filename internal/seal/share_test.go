package seal

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAnyTwoSharesGiveTheCodeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "code"))
		c := Code{b: veil(&raw)}
		typed := make([]CodeShare, ShareCount)
		for i, s := range c.Split() {
			var err error
			if typed[i], err = ParseShare(s.Text()); err != nil || *typed[i].b() != *s.b() {
				t.Fatalf("share %d does not survive being written down: %v", i+1, err)
			}
		}
		order := rapid.Permutation(typed).Draw(t, "order")
		for n := SharesToUse; n <= ShareCount; n++ {
			if got, err := JoinShares(order[:n]...); err != nil || *got.b() != raw {
				t.Fatalf("%d shares: %v", n, err)
			}
		}
	})
}

func TestShareShowsCeremonyAndNumber(t *testing.T) {
	c := fixedCode(3)
	for i, s := range c.Split() {
		text := s.Text()
		if len(text) != 74 || text[:4] != c.Ceremony() || text[5] != byte('1'+i) || s.Number() != i+1 {
			t.Errorf("share %d begins with %q in %d symbols", i+1, text[:6], len(text))
		}
	}
}

// A share is another one each time, and its mark does not say which code it is of.
func TestSharesAreDrawnAnew(t *testing.T) {
	c := fixedCode(3)
	a, b := c.Split(), c.Split()
	for i := range a {
		if a[i].Text() == b[i].Text() || a[i].Mark() == b[i].Mark() {
			t.Errorf("share %d is the same in two makings", i+1)
		}
	}
	if _, err := JoinShares(a[0], b[1]); !errors.Is(err, ErrShareWrong) {
		t.Errorf("shares of two makings: %v, want ErrShareWrong", err)
	}
}

func TestShareIsForgiving(t *testing.T) {
	s := fixedCode(3).Split()[1]
	text := s.Text()
	for name, in := range map[string]string{
		"lower case": strings.ToLower(text), "no dashes": strings.ReplaceAll(text, "-", ""),
		"lines": strings.ReplaceAll(text, "-", "\n"), "letter O": strings.ReplaceAll(text, "0", "O"), "small L": strings.ReplaceAll(text, "1", "l"),
	} {
		if got, err := ParseShare(in); err != nil || *got.b() != *s.b() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every other symbol in every place is found, and so is every wrong length.
func TestMistypedShareIsFound(t *testing.T) {
	text := strings.ReplaceAll(fixedCode(3).Split()[0].Text(), "-", "")
	for i := range text {
		for _, other := range crockford {
			if byte(other) == text[i] {
				continue
			}
			if _, err := ParseShare(text[:i] + string(other) + text[i+1:]); !errors.Is(err, ErrShareTypo) {
				t.Fatalf("symbol %d as %c: %v", i+1, other, err)
			}
		}
	}
	for name, in := range map[string]string{
		"empty": "", "short": text[:59], "long": text + "0", "a code": fixedCode(3).Text(), "letter U": "U" + text[1:], "twice": text + text,
	} {
		if _, err := ParseShare(in); !errors.Is(err, ErrShareTypo) {
			t.Errorf("%s: %v, want ErrShareTypo", name, err)
		}
	}
}

// altered is a share that passes its own check and does not belong to the others.
func altered(s CodeShare) CodeShare {
	state := *s.b()
	state.value[0] ^= 1
	return CodeShare{b: veil(&state)}
}

func TestOneWrongShareOfThreeDoesNoHarm(t *testing.T) {
	c := fixedCode(3)
	for wrong := range ShareCount {
		shares := c.Split()
		shares[wrong] = altered(shares[wrong])
		if got, err := JoinShares(shares...); err != nil || *got.b() != *c.b() {
			t.Errorf("share %d altered: %v", wrong+1, err)
		}
		two := slices.Delete(slices.Clone(shares), (wrong+1)%ShareCount, (wrong+1)%ShareCount+1)
		if _, err := JoinShares(two...); !errors.Is(err, ErrShareWrong) {
			t.Errorf("share %d altered, with one other: %v, want ErrShareWrong", wrong+1, err)
		}
	}
}

func FuzzParseShare(f *testing.F) {
	f.Add(fixedCode(3).Split()[0].Text())
	f.Add(strings.Repeat("0000-", 14) + "0000")
	f.Fuzz(func(t *testing.T, s string) {
		share, err := ParseShare(s)
		if err != nil {
			return
		}
		if again, err := ParseShare(share.Text()); err != nil || *again.b() != *share.b() {
			t.Fatalf("parse(format(parse(%q))): %v", s, err)
		}
	})
}
