package casefile_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"klankbord/internal/casefile"
)

func TestASummaryIsReadAsWritten(t *testing.T) {
	for _, s := range []casefile.Summary{
		{},
		{Subject: "De factuur\n", Topics: []string{"theft"}, Outcome: casefile.OutcomeUpheld, Words: " de factur \n kwam "},
	} {
		b, err := casefile.EncodeSummary(s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := casefile.DecodeSummary(b)
		if err != nil || !cmp.Equal(s, got) {
			t.Errorf("%#v is read as %#v, %v", b, got, err)
		}
		if subject, words, err := casefile.SummaryWords(b); err != nil || subject != s.Subject || words != s.Words {
			t.Errorf("of %#v %q and %q are searched, %v", b, subject, words, err)
		}
	}
	whole, err := casefile.EncodeSummary(casefile.Summary{Subject: "x", Words: " x "})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{nil, whole[:len(whole)-4], append([]byte(" "), whole...), append(whole[:len(whole):len(whole)], 0xff)} {
		if _, err := casefile.DecodeSummary(b); !errors.Is(err, casefile.ErrPayload) {
			t.Errorf("%q is read: %v", b, err)
		}
	}
	for _, b := range [][]byte{nil, whole[:len(whole)-4], append(whole[:len(whole):len(whole)], 0xff), bytes.Replace(whole, []byte("1"), []byte("2"), 1)} {
		if _, _, err := casefile.SummaryWords(b); !errors.Is(err, casefile.ErrPayload) {
			t.Errorf("%q is searched: %v", b, err)
		}
	}
}

// Whatever stands in a subject, what is searched of it is what was written.
func TestASubjectIsSearchedAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := casefile.Summary{Subject: strings.ToValidUTF8(rapid.String().Draw(t, "subject"), ""), Words: " x ", Topics: []string{"theft"}}
		b, err := casefile.EncodeSummary(s)
		if err != nil {
			t.Fatal(err)
		}
		if subject, words, err := casefile.SummaryWords(b); err != nil || subject != s.Subject || words != s.Words {
			t.Errorf("of %q %q is searched, %v", s.Subject, subject, err)
		}
	})
}
