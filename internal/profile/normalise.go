package profile

import (
	"strings"
	"unicode"
)

// Presets returns the values that a fresh form starts with in a language.
func (p *Profile) Presets(lang string) Answers {
	a := Answers{}
	for _, s := range p.Form.Steps {
		for _, f := range s.Fields {
			if f.Preset != "" {
				a[f.ID] = []string{strings.ReplaceAll(f.Preset, "{lang}", lang)}
			}
		}
	}
	return a
}

// Normalise returns what is sealed when the complaint is sent: answers to
// questions that are not shown dropped, addresses bare, rows numbered from zero,
// text without control characters. It is for the final submit only; until then
// every value stays as typed, so that changing a topic loses nothing.
func (p *Profile) Normalise(a Answers) Answers {
	for {
		kept := p.keepShown(a)
		// Dropping an answer can hide a question that depended on it.
		if kept.values() == a.values() {
			return kept
		}
		a = kept
	}
}

// values counts the answers; each round of Normalise can only lower it.
func (a Answers) values() int {
	n := 0
	for _, v := range a {
		n += len(v)
	}
	return n
}

func (p *Profile) keepShown(a Answers) Answers {
	kept := Answers{}
	for _, s := range p.StepsFor(a) {
		for _, f := range s.Fields {
			for _, key := range f.Keys() {
				keep(kept, key, f, a[key])
			}
			if f.Kind == Persons {
				f.keepRows(kept, a)
			}
			if f.Kind == Amount && kept[f.ID] == nil {
				delete(kept, f.ID+".currency")
			}
		}
	}
	return kept
}

// keepRows stores the rows that hold anything, numbered anew.
func (f Field) keepRows(to, a Answers) {
	for i, row := range a.Rows(f.ID) {
		for _, sub := range f.Fields {
			keep(to, RowKey(f.ID, i, sub.ID), sub, a[RowKey(f.ID, row, sub.ID)])
		}
	}
}

// keep stores the values that say something, in their plain form.
func keep(to Answers, key string, f Field, values []string) {
	for _, v := range values {
		v = plain(v)
		if bare, ok := ParseEmail(v); ok && f.Kind == Email {
			v = bare
		}
		if v == "" || (len(f.Options) > 0 && f.Kind != Amount && !f.offers(v)) || to.Has(key, v) {
			continue
		}
		to[key] = append(to[key], v)
	}
}

// plain removes control characters and the space around a text.
func plain(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// Split divides the answers over the compartments under whose keys they are
// sealed: who the complainant is, and what they tell. A key that no field has goes
// to neither.
func (p *Profile) Split(a Answers) (identity, dialogue Answers) {
	identity, dialogue = Answers{}, Answers{}
	for _, s := range p.Form.Steps {
		for _, f := range s.Fields {
			to := dialogue
			if f.Compartment == Identity {
				to = identity
			}
			for key, values := range a {
				if key == f.ID || strings.HasPrefix(key, f.ID+".") {
					to[key] = append([]string(nil), values...)
				}
			}
		}
	}
	return identity, dialogue
}
