package casefile_test

import (
	"strings"
	"testing"
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
