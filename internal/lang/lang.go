// Package lang holds the words that people read, in four languages: a catalogue of
// texts that is built into the program, and dates, times and numbers as people of
// each language write them. It must never hold words about a case, and it knows no
// page. Nothing fails at run time: a missing text falls back to English and then to its
// key in ⟦⟧. That every file of the catalogue is well formed is for tests to see.
package lang

import (
	"golang.org/x/text/language"
)

// Lang is one of the four languages, as it stands in addresses: "nl", "fr", "en"
// or "de".
type Lang string

// The languages.
const (
	NL Lang = "nl"
	FR Lang = "fr"
	EN Lang = "en"
	DE Lang = "de"
)

// All returns the languages in the order in which they are offered.
func All() []Lang { return []Lang{NL, FR, EN, DE} }

// Known reports whether l is one of the four.
func (l Lang) Known() bool { return l == NL || l == FR || l == EN || l == DE }

// Parse returns the language with exactly this code.
func Parse(s string) (Lang, bool) {
	l := Lang(s)
	if !l.Known() {
		return "", false
	}
	return l, true
}

// Match chooses, among the languages offered, the one that suits an
// Accept-Language header best. Where nothing suits or the header makes no sense it
// is the first one offered; offered must not be empty.
func Match(acceptLanguage string, offered []Lang) Lang {
	// A longer header is not from a browser; parsing it would cost more than it tells.
	if len(acceptLanguage) > 200 {
		return offered[0]
	}
	tags := make([]language.Tag, len(offered))
	for i, l := range offered {
		tags[i] = language.Make(string(l))
	}
	wanted, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(wanted) == 0 {
		return offered[0]
	}
	_, i, confidence := language.NewMatcher(tags).Match(wanted...)
	if confidence == language.No {
		return offered[0]
	}
	return offered[i]
}
