package casefile_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"klankbord/internal/casefile"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Élève":                "eleve",
		"E\u0301le\u0300ve":    "eleve",
		"STRASSE Straße ẞ":     "strasse strasse ss",
		"Ærø cœur Łódź Þór":    "aero coeur lodz thor",
		"  a\t\r\n b\u00a0c  ": "a b c",
		"geïnformeerd":         "geinformeerd",
		"İstanbul ıslak":       "istanbul islak",
		"ﬁnance ＡＢＣ":           "finance abc",
		"soft\u00adhyphen":     "softhyphen",
		"l’équipe l'équipe":    "l'equipe l'equipe",
		"ΣΊΣΥΦΟΣ σίσυφος":      "σισυφοσ σισυφοσ",
		"Жалоба":               "жалоба",
		"":                     "",
		"\x00a\x00":            "a",
	} {
		if got := casefile.Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFoldingTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := casefile.Fold(rapid.String().Draw(t, "text"))
		if twice := casefile.Fold(once); twice != once {
			t.Fatalf("%q became %q", once, twice)
		}
	})
}

// Text without accents is folded by a shorter way, to the same.
func TestPlainTextFoldsAsAccentedTextDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom(nil, &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0, Hi: 0x7f, Stride: 1}}})).Draw(t, "text")
		if plain, accented := casefile.Fold(text+"xe"), casefile.Fold(text+"xé"); plain != accented {
			t.Fatalf("%q became %q, and with an accent %q", text, plain, accented)
		}
	})
}

func TestEveryLetterFoldsAloneAsTwice(t *testing.T) {
	for r := range rune(utf8.MaxRune) {
		once := casefile.Fold(string(r))
		if twice := casefile.Fold(once); twice != once {
			t.Errorf("%U: %q became %q", r, once, twice)
		}
	}
}

func TestAWordIsFoundHoweverItIsTyped(t *testing.T) {
	text := casefile.Fold("Le directeur a reçu\nune FACTURE falsifiée à Liège.")
	for _, word := range []string{"falsifiee", "FALSIFIÉE", "recu une", "liège"} {
		if !strings.Contains(text, casefile.Fold(word)) {
			t.Errorf("%q is not found in %q", word, text)
		}
	}
}
