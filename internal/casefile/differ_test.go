package casefile_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"klankbord/internal/casefile"
)

func TestADifferenceTellsWhatWentAndWhatCame(t *testing.T) {
	var got []string
	for _, p := range casefile.Differ("The invoice came in May, twice.", "The invoice came in June, not twice.") {
		switch {
		case p.Gone:
			got = append(got, "-"+p.Text)
		case p.Fresh:
			got = append(got, "+"+p.Text)
		default:
			got = append(got, p.Text)
		}
	}
	if want := "The invoice came in|-May,|+June, not|twice."; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", strings.Join(got, "|"), want)
	}
}

func TestBothVersionsCanBeReadOutOfADifference(t *testing.T) {
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d", "é", "[…]"}), 0, 40)
	rapid.Check(t, func(t *rapid.T) {
		before, after := strings.Join(words.Draw(t, "before"), " "), strings.Join(words.Draw(t, "after"), " ")
		var was, is []string
		for _, p := range casefile.Differ(before, after) {
			if !p.Fresh {
				was = append(was, p.Text)
			}
			if !p.Gone {
				is = append(is, p.Text)
			}
		}
		if strings.Join(was, " ") != before || strings.Join(is, " ") != after {
			t.Fatalf("%q to %q reads as %q to %q", before, after, was, is)
		}
	})
}

func TestALongTextIsToldLineByLine(t *testing.T) {
	long := strings.Repeat("word ", 3_000)
	got := casefile.Differ(long+"\nsame\nold", long+"\nsame\nnew")
	if len(got) != 3 || !got[1].Gone || got[1].Text != "old" || !got[2].Fresh || got[2].Text != "new" {
		t.Errorf("%d pieces", len(got))
	}
}
