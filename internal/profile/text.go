package profile

import (
	"sort"
	"strings"
)

// Text is one text in every language, keyed by language code.
type Text map[string]string

// Languages returns the languages that every text must have, in the order in
// which pages offer them.
func Languages() []string { return []string{"nl", "fr", "en", "de"} }

// In returns the text in lang. A language that is not known gets English, so that
// a page is never blank; a valid profile has all of Languages.
func (t Text) In(lang string) string {
	if s, ok := t[lang]; ok {
		return s
	}
	return t["en"]
}

// Fill returns the text in lang with each {name} replaced by its value.
func (t Text) Fill(lang string, args map[string]string) string {
	names := make([]string, 0, len(args))
	for name := range args {
		names = append(names, name)
	}
	sort.Strings(names)
	pairs := make([]string, 0, 2*len(args))
	for _, name := range names {
		pairs = append(pairs, "{"+name+"}", args[name])
	}
	return strings.NewReplacer(pairs...).Replace(t.In(lang))
}

// Empty reports whether the text is absent altogether, which an optional text may
// be.
func (t Text) Empty() bool { return len(t) == 0 }
