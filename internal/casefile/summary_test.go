package casefile_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

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
