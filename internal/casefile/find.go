package casefile

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of what is looked for.
const (
	termsMost = 8 // words and phrases
	termLeast = 2 // letters or digits in one of them
	stemLeast = 3 // letters that stay of a word without its ending
	inside    = 5 // letters from which on a stem is found in the middle of a word as well
)

// Terms is what somebody looks for: all of it must be there. A term is a word, or
// several that follow one another.
type Terms []term

// term is in the form of FindForm, without the ending of its last word.
type term struct {
	text   string
	middle bool // found in the middle of a word too, as in klachtenbehandeling
}

// FindForm brings text into the form in which Terms look: folded, one space before
// and after every word, and what Dutch, French and German spelling changes between
// one form of a word and the next made alike: a letter that stands twice counts once
// (man, mannen; maan, manen), v is f and z is s (brief, brieven; huis, huizen).
func FindForm(text string) string {
	if !ascii(text) { // else nothing decomposes
		text = Fold(text)
	}
	var b strings.Builder
	b.Grow(len(text) + 2)
	b.WriteByte(' ')
	last := ' '
	for _, r := range text {
		r = alike(r)
		if r == last && !unicode.IsDigit(r) {
			continue
		}
		if r < utf8.RuneSelf {
			b.WriteByte(byte(r)) //nolint:gosec // an ASCII character; most are
		} else {
			b.WriteRune(r)
		}
		last = r
	}
	if last != ' ' {
		b.WriteByte(' ')
	}
	return b.String()
}

// alike is what FindForm makes of one character.
func alike(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		r += 'a' - 'A'
	}
	switch {
	case r == 'v':
		return 'f'
	case r == 'z':
		return 's'
	case 'a' <= r && r <= 'z', r == ' ', unicode.IsLetter(r), unicode.IsDigit(r):
		return r
	default:
		return ' '
	}
}

// ParseTerms reads what was typed. Words in quotation marks, or joined by hyphens and
// the like, must follow one another. Empty when nothing of it is long enough to be
// looked for.
func ParseTerms(typed string) (list Terms) {
	for i, part := range strings.Split(Fold(typed), `"`) {
		words := []string{part}
		if i%2 == 0 {
			words = strings.Fields(part)
		}
		for _, w := range words {
			form := strings.TrimSpace(FindForm(w))
			if utf8.RuneCountInString(form) < termLeast || len(list) == termsMost {
				continue
			}
			if t := newTerm(form); !slices.Contains(list, t) {
				list = append(list, t)
			}
		}
	}
	return list
}

func newTerm(form string) term {
	at := strings.LastIndexByte(form, ' ') + 1
	last := stem(form[at:])
	return term{form[:at] + last, at == 0 && utf8.RuneCountInString(last) >= inside && !strings.ContainsFunc(last, unicode.IsDigit)}
}

// stem takes the ending of a plural or an inflected word off, where enough is left.
// It takes too much rather than too little: what is found too much is seen at once.
func stem(word string) string {
	if strings.ContainsFunc(word, unicode.IsDigit) {
		return word
	}
	for _, end := range []string{"eren", "aux", "en", "er", "es", "al", "e", "n", "s", "x"} {
		if left, ok := strings.CutSuffix(word, end); ok && utf8.RuneCountInString(left) >= stemLeast {
			return left
		}
	}
	return word
}

// In reports whether all of it stands in texts in the form of FindForm, each term in
// any of them.
func (t Terms) In(forms ...string) bool {
	for _, term := range t {
		if !slices.ContainsFunc(forms, term.in) {
			return false
		}
	}
	return true
}

func (t term) in(form string) bool {
	if t.middle {
		return strings.Contains(form, t.text)
	}
	for at := 0; ; {
		i := strings.Index(form[at:], t.text)
		if i < 0 {
			return false
		}
		if form[at+i-1] == ' ' { // a form begins with one
			return true
		}
		at += i + 1
	}
}

// Excerpt is a piece of a text around a word that was looked for.
type Excerpt struct{ Before, Word, After string }

// The characters of an excerpt before and after its word, at most.
const (
	excerptBefore = 80
	excerptAfter  = 140
)

// Excerpt cuts a piece out of a text, around the first word of it that is looked for;
// false when there is none.
func (t Terms) Excerpt(text string) (Excerpt, bool) {
	for at, end := range words(text) {
		form := FindForm(text[at:end])
		if slices.ContainsFunc(t, func(t term) bool { return t.first().in(form) }) {
			return Excerpt{before(text[:at]), text[at:end], after(text[end:])}, true
		}
	}
	return Excerpt{}, false
}

// first is the first word of a term.
func (t term) first() term {
	if word, _, several := strings.Cut(t.text, " "); several {
		return term{text: word}
	}
	return t
}

// words yields where each word of a text begins and ends.
func words(text string) func(func(int, int) bool) {
	return func(yield func(int, int) bool) {
		start := -1
		for i, r := range text {
			in := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r)
			switch {
			case in && start < 0:
				start = i
			case !in && start >= 0:
				if !yield(start, i) {
					return
				}
				start = -1
			}
		}
		if start >= 0 {
			yield(start, len(text))
		}
	}
}

// before is the end of a text in one line, cut between words.
func before(text string) string {
	runes := []rune(oneLine(text))
	if len(runes) <= excerptBefore {
		return string(runes)
	}
	cut := string(runes[len(runes)-excerptBefore:])
	if _, rest, ok := strings.Cut(cut, " "); ok {
		cut = rest
	}
	return "… " + cut
}

// after is the beginning of a text in one line, cut between words.
func after(text string) string {
	runes := []rune(oneLine(text))
	if len(runes) <= excerptAfter {
		return string(runes)
	}
	cut := string(runes[:excerptAfter])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	}
	return cut + " …"
}

// oneLine makes every run of white space one space.
func oneLine(text string) string {
	var b strings.Builder
	space := false
	for _, r := range text {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			space = true
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	if space {
		b.WriteByte(' ')
	}
	return b.String()
}
