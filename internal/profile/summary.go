package profile

import (
	"strings"
)

// subjectRunes is how much of the story a subject line holds.
const subjectRunes = 80

// Summary returns the subject line of a complaint: its topics in lang, and the
// complainant's own short text or the first words of the story. It is personal
// data and is only ever stored sealed.
func (p *Profile) Summary(a Answers, lang string) string {
	var topics []string
	for _, t := range p.Ticked(a) {
		topics = append(topics, t.Label.In(lang))
	}
	words := a.One(FieldSummary)
	if words == "" {
		words = firstWords(a.One(FieldStory), subjectRunes)
	}
	subject := strings.Join(topics, ", ")
	if subject == "" || words == "" {
		return subject + words
	}
	return subject + ": " + words
}

// firstWords returns the whole words of s that fit in n runes, on one line.
func firstWords(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	cut := string(runes[:n])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	}
	return cut + "…"
}
