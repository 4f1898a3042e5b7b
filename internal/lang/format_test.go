package lang_test

import (
	"strings"
	"testing"
	"time"

	"klankbord/internal/lang"
)

func TestDatesAreThoseOfBrussels(t *testing.T) {
	// 23:30 in UTC is the next day in Brussels, in winter and in summer.
	winter := time.Date(2026, time.February, 28, 23, 30, 0, 0, time.UTC)
	summer := time.Date(2026, time.July, 31, 22, 30, 0, 0, time.UTC)
	for _, tc := range []struct {
		l                                 lang.Lang
		date, long, short, both, inSummer string
	}{
		{lang.NL, "zondag 1 maart 2026", "1 maart 2026", "1 mrt. 2026", "1 maart 2026, 00:30", "1 augustus 2026, 00:30"},
		{lang.FR, "dimanche 1 mars 2026", "1 mars 2026", "1 mars 2026", "1 mars 2026, 00:30", "1 août 2026, 00:30"},
		{lang.EN, "Sunday 1 March 2026", "1 March 2026", "1 Mar 2026", "1 March 2026, 00:30", "1 August 2026, 00:30"},
		{lang.DE, "Sonntag, 1. März 2026", "1. März 2026", "01.03.2026", "1. März 2026, 00:30", "1. August 2026, 00:30"},
	} {
		for got, want := range map[string]string{
			lang.Date(tc.l, winter):      tc.date,
			lang.DateLong(tc.l, winter):  tc.long,
			lang.DateShort(tc.l, winter): tc.short,
			lang.DateTime(tc.l, winter):  tc.both,
			lang.DateTime(tc.l, summer):  tc.inSummer,
		} {
			if got != want {
				t.Errorf("%s: got %q, want %q", tc.l, got, want)
			}
		}
	}
}

func TestNumbersAndSizes(t *testing.T) {
	for _, tc := range []struct {
		got, want string
	}{
		{lang.Number(lang.NL, 1234567), "1.234.567"},
		{lang.Number(lang.DE, -1234), "-1.234"},
		{lang.Number(lang.EN, 1234567), "1,234,567"},
		{lang.Number(lang.NL, 0), "0"},
		{lang.Bytes(lang.NL, 1_400_000), "1,4 MB"},
		{lang.Bytes(lang.FR, 1_400_000), "1,4 Mo"},
		{lang.Bytes(lang.EN, 1_400_000), "1.4 MB"},
		{lang.Bytes(lang.EN, 812_000_000), "812 MB"},
		{lang.Bytes(lang.EN, 999_499), "999 kB"},
		{lang.Bytes(lang.EN, 999_500), "1.0 MB"},
		{lang.Bytes(lang.EN, 0), "0 B"},
		{lang.Bytes(lang.EN, -1), "0 B"},
	} {
		if got := strings.ReplaceAll(tc.got, "\u00a0", " "); got != tc.want {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}
}

func TestEveryMonthIsReadAsItIsWritten(t *testing.T) {
	for _, l := range lang.All() {
		for m := time.January; m <= time.December; m++ {
			name := lang.Month(l, m)
			for _, s := range []string{name, strings.ToUpper(name), " " + name + "."} {
				if got, ok := lang.ParseMonth(l, s); !ok || got != m {
					t.Errorf("%s: %q is read as %v, %v", l, s, got, ok)
				}
			}
		}
	}
}

func TestMonthsCutShortAndUncertainOnes(t *testing.T) {
	for _, tc := range []struct {
		l    lang.Lang
		s    string
		want time.Month
	}{
		{lang.NL, "mrt", time.March},
		{lang.NL, "sept", time.September},
		{lang.FR, "fevrier", time.February},
		{lang.FR, "aout", time.August},
		{lang.FR, "jui", 0},
		{lang.DE, "maerz", 0},
		{lang.DE, "mär", time.March},
		{lang.EN, "ju", 0},
		{lang.EN, "", 0},
		{lang.EN, "x", 0},
	} {
		if got, ok := lang.ParseMonth(tc.l, tc.s); got != tc.want || ok != (tc.want != 0) {
			t.Errorf("%s %q: got %v, %v", tc.l, tc.s, got, ok)
		}
	}
}

func TestMatch(t *testing.T) {
	offered := []lang.Lang{lang.NL, lang.FR, lang.EN, lang.DE}
	for _, tc := range []struct {
		header string
		want   lang.Lang
	}{
		{"", lang.NL},
		{"fr-BE,fr;q=0.9,en;q=0.8", lang.FR},
		{"en-US", lang.EN},
		{"de-AT;q=0.5, nl;q=0.4", lang.DE},
		{"ja", lang.NL},
		{"ja, fr;q=0.1", lang.FR},
		{"*", lang.NL},
		{"%%%", lang.NL},
		{strings.Repeat("fr,", 400), lang.NL},
	} {
		if got := lang.Match(tc.header, offered); got != tc.want {
			t.Errorf("%.40q: got %s, want %s", tc.header, got, tc.want)
		}
	}
	if got := lang.Match("en", []lang.Lang{lang.FR, lang.DE}); got != lang.FR {
		t.Errorf("a language that is not offered gives %s", got)
	}
}

func TestParseTakesExactlyTheFourCodes(t *testing.T) {
	for _, l := range lang.All() {
		if got, ok := lang.Parse(string(l)); !ok || got != l {
			t.Errorf("%s: got %s, %v", l, got, ok)
		}
	}
	for _, s := range []string{"", "NL", "nl-BE", "es", "nl\n"} {
		if _, ok := lang.Parse(s); ok {
			t.Errorf("%q is taken for a language", s)
		}
	}
}
