package casefile

import (
	"slices"
	"strings"
	"unicode"
)

// Words splits texts into folded words, with a gap between two texts, so that no
// name is found across them.
func Words(texts ...string) []string {
	var words []string
	for _, t := range texts {
		words = append(append(words, split(t)...), "")
	}
	return words
}

func split(s string) []string {
	return strings.FieldsFunc(Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// familyLeast is how many letters a family name needs to be looked for by itself.
const familyLeast = 4

// Mentions reports whether somebody's whole name, or a family name of at least four
// letters, stands among words.
func Mentions(words []string, name string) bool {
	full := split(name)
	if len(full) == 0 {
		return false
	}
	if stands(words, full) {
		return true
	}
	family := full[1:]
	return len(strings.Join(family, "")) >= familyLeast && stands(words, family)
}

func stands(words, run []string) bool {
	if len(run) == 0 {
		return false
	}
	for at := range words {
		if len(words)-at >= len(run) && slices.Equal(words[at:at+len(run)], run) {
			return true
		}
	}
	return false
}
