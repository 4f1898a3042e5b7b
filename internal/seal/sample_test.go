package seal

import (
	"bytes"
	"strings"
	"testing"
)

func TestASampleIsMatchedByItsTwoGroupsOnly(t *testing.T) {
	for name, text := range map[string]string{"a code": NewCode().Text(), "a share": NewCode().Split()[1].Text()} {
		s, err := NewSample(text)
		if err != nil {
			t.Fatal(err)
		}
		a, b := s.Groups()
		if a < 1 || b <= a || b > sampleGroups {
			t.Fatalf("%s: groups %d and %d are asked for", name, a, b)
		}
		groups := strings.Split(text, "-")
		right := groups[a-1] + groups[b-1]
		for typed, want := range map[string]bool{
			right: true, strings.ToLower(groups[a-1]) + " - " + groups[b-1] + " ": true,
			groups[b-1] + groups[a-1]: right == groups[b-1]+groups[a-1], right[:7]: false, right + "0": false, "": false, text: false, swapFirstDifferent(right): false,
		} {
			if got, err := s.Matches(typed); err != nil || got != want {
				t.Errorf("%s: %q of %q = %t, %v", name, typed, right, got, err)
			}
		}
		if bytes.Contains(s, []byte(groups[a-1])) {
			t.Errorf("%s: a group lies in the sample in clear", name)
		}
	}
}

func TestWhatIsNoSampleMatchesNothing(t *testing.T) {
	if _, err := NewSample("ABCD-EFGH"); err == nil {
		t.Error("a sample was drawn of two groups")
	}
	for _, s := range []Sample{nil, {1, 2}, make(Sample, sampleSize+1)} {
		if a, b := s.Groups(); a != 0 || b != 0 {
			t.Errorf("%d bytes ask for groups", len(s))
		}
		if ok, err := s.Matches(""); ok || err != nil {
			t.Errorf("%d bytes match: %v", len(s), err)
		}
	}
}
