package profile_test

import (
	"strings"
	"testing"

	"klankbord/internal/profile"
)

func TestParseEmail(t *testing.T) {
	for in, want := range map[string]string{
		"an@example.org": "an@example.org", " an.peeters+x@mail.example.org ": "an.peeters+x@mail.example.org",
		"An Peeters <an@example.org>": "an@example.org", "mailto:an@example.org": "an@example.org",
		"MAILTO:an@example.org?subject=x": "an@example.org", "<an@example.org>": "an@example.org",
		"zoë@exämple.be": "zoë@exämple.be",
		"":               "", "an": "", "an@": "", "@example.org": "", "an@example": "", "an peeters@example.org": "",
		"an@@example.org": "", "an@example..org": "", "a@b.be, c@d.be": "", "an@example.o": "",
		"an@example.org\r\nBcc: x@y.be": "", strings.Repeat("a", 250) + "@b.be": "",
	} {
		got, ok := profile.ParseEmail(in)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", in, got, ok, want)
		}
	}
}

func FuzzParseEmail(f *testing.F) {
	f.Add("An <an@example.org>")
	f.Add("mailto:a@b.be?x")
	f.Fuzz(func(t *testing.T, s string) {
		bare, ok := profile.ParseEmail(s)
		if !ok {
			return
		}
		if again, ok := profile.ParseEmail(bare); !ok || again != bare {
			t.Errorf("%q gives %q, which gives %q", s, bare, again)
		}
		if strings.ContainsAny(bare, "\r\n<> ") {
			t.Errorf("%q gives %q", s, bare)
		}
	})
}

func TestParseDate(t *testing.T) {
	for _, tt := range []struct {
		day, month, year string
		want             profile.PartialDate
		ok               bool
	}{
		{"27", "3", "2026", profile.PartialDate{Year: 2026, Month: 3, Day: 27}, true},
		{"27", "mrt", "2026", profile.PartialDate{Year: 2026, Month: 3, Day: 27}, true},
		{" 7 ", "März", "2026", profile.PartialDate{Year: 2026, Month: 3, Day: 7}, true},
		{"", "march", "2026", profile.PartialDate{Year: 2026, Month: 3}, true},
		{"", "", "2026", profile.PartialDate{Year: 2026}, true},
		{"29", "févr.", "2028", profile.PartialDate{Year: 2028, Month: 2, Day: 29}, true},
		{"31", "Dezember", "1999", profile.PartialDate{Year: 1999, Month: 12, Day: 31}, true},
		{"29", "2", "2026", profile.PartialDate{}, false},
		{"31", "april", "2026", profile.PartialDate{}, false},
		{"3", "", "2026", profile.PartialDate{}, false},
		{"3", "5", "", profile.PartialDate{}, false},
		{"", "summer", "2026", profile.PartialDate{}, false},
		{"", "13", "2026", profile.PartialDate{}, false},
		{"", "", "26", profile.PartialDate{}, false},
	} {
		got, ok := profile.ParseDate(tt.day, tt.month, tt.year)
		if ok != tt.ok || (ok && got != tt.want) {
			t.Errorf("%q %q %q: %v %v", tt.day, tt.month, tt.year, got, ok)
		}
	}
}

func TestEveryMonthInEveryLanguage(t *testing.T) {
	for lang, names := range map[string]string{
		"nl": "januari februari maart april mei juni juli augustus september oktober november december",
		"fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
		"en": "January February March April May June July August September October November December",
		"de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
	} {
		for i, name := range strings.Fields(names) {
			if d, ok := profile.ParseDate("", name, "2026"); !ok || d.Month != i+1 {
				t.Errorf("%s %s: month %d", lang, name, d.Month)
			}
		}
	}
}
