package casefile_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"klankbord/internal/casefile"
)

func TestWordsAreFoundInTheirForms(t *testing.T) {
	for _, c := range []struct {
		typed, text string
		found       bool
	}{
		{"klacht", "Twee klachten over één factuur", true},
		{"klachten", "Eén klacht", true},
		{"klacht", "de klachtenbehandeling", true},
		{"behandeling", "de klachtenbehandeling", true},
		{"brief", "Ik schreef drie brieven", true},
		{"brieven", "Ik schreef één brief", true},
		{"huis", "In beide huizen", true},
		{"mannen", "Eén man", true},
		{"namen", "Mijn naam staat er niet bij", true},
		{"boom", "De bomen werden gekapt", true},
		{"kind", "De kinderen zagen het", true},
		{"facture", "Les factures de mars", true},
		{"factures", "La facture", true},
		{"journal", "Dans les journaux", true},
		{"reunion", "La réunion de lundi", true},
		{"ÉLÈVE", "une élève", true},
		{"Straße", "in der Strasse", true},
		{"vertrage", "die Verträge", true},
		{"complaint", "two complaints", true},
		{"dubois", "De heer Dubois belde", true},
		{`"twee keer"`, "Twee keer betaald", true},
		{`"keer twee"`, "Twee keer betaald", false},
		{"keer twee", "Twee keer betaald", true},
		{"kb-7q4m-9x", "KB-7Q4M-9X", true},
		{"2024", "op 12.03.2024", true},
		{"202", "op 12.03.2024", true},
		{"024", "op 12.03.2024", false},
		{"man", "een roman", false},
		{"man", "de manager", true},
		{"factuur storting", "De factuur werd betaald", false},
		{"o'brien", "Mr O’Brien", true},
		{"cœur", "un coeur", true},
	} {
		if got := casefile.ParseTerms(c.typed).In(casefile.FindForm(c.text)); got != c.found {
			t.Errorf("%q in %q: %v", c.typed, c.text, got)
		}
	}
}

func TestNothingToLookFor(t *testing.T) {
	for _, typed := range []string{"", " ", "a", `"`, `""`, "- ? !", "x y z", "\u0301\u0301"} {
		if terms := casefile.ParseTerms(typed); len(terms) > 0 {
			t.Errorf("%q: %v", typed, terms)
		}
	}
	if n := len(casefile.ParseTerms(strings.Repeat("een twee drie vier ", 4) + "vijf zes zeven acht negen tien")); n != 8 {
		t.Errorf("%d terms", n)
	}
}

func TestExcerptShowsTheWordWhereItStands(t *testing.T) {
	long := strings.Repeat("Zo ging het maanden door. ", 20)
	got, ok := casefile.ParseTerms("élèves").Excerpt(long + "Toen kwam\n\nde Éleve  terug. " + long)
	if !ok || got.Word != "Éleve" || !strings.HasSuffix(got.Before, "Toen kwam de ") || !strings.HasPrefix(got.After, " terug. Zo ging") {
		t.Errorf("%v %q %q %q", ok, got.Before, got.Word, got.After)
	}
	if !strings.HasPrefix(got.Before, "… ") || !strings.HasSuffix(got.After, " …") {
		t.Errorf("what is left out does not show: %q %q", got.Before, got.After)
	}
	if _, ok := casefile.ParseTerms("nergens").Excerpt(long); ok {
		t.Error("an excerpt of what is not there")
	}
}

// Every word of a text is found in it, however the text is written, and shown whole.
func TestEveryWordOfATextIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		form := casefile.FindForm(text)
		if again := casefile.FindForm(form); again != form {
			t.Fatalf("the form changes again: %q, %q", form, again)
		}
		for _, word := range strings.Fields(text) {
			terms := casefile.ParseTerms(strings.ReplaceAll(word, `"`, " "))
			if !terms.In(form) {
				t.Fatalf("%q is not found in %q", word, form)
			}
			e, ok := terms.Excerpt(text)
			if ok && !strings.Contains(text, e.Word) || !utf8.ValidString(e.Before+e.Word+e.After) {
				t.Fatalf("%q is not a piece of %q", e, text)
			}
		}
	})
}

// Text in which nothing decomposes takes a shorter way, to the same form.
func TestPlainTextHasTheFormThatAccentsWouldGiveIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom(nil, ascii)).Draw(t, "text")
		if plain, long := casefile.FindForm(text+" e"), casefile.FindForm(text+" é"); plain != long {
			t.Fatalf("%q: %q, beside an accent %q", text, plain, long)
		}
	})
}

var ascii = &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0, Hi: 0x7f, Stride: 1}}, LatinOffset: 1}
