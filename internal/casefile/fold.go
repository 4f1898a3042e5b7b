package casefile

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold brings words into the form in which they are searched: lower case, without
// accents, letters such as æ and ß written out, every run of white space one space.
// Searched words and searched text must both be folded. Folding twice changes
// nothing.
func Fold(text string) string {
	if ascii(text) {
		return foldASCII(text)
	}
	var b strings.Builder
	b.Grow(len(text))
	space := false
	write := func(s string) {
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteString(s)
	}
	var buf [utf8.UTFMax]byte
	// Lowered before and after, because some capitals decompose differently from their
	// small letters.
	for _, r := range norm.NFKD.String(strings.ToLower(norm.NFKD.String(text))) {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			space = true
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
			// accents; soft hyphens, joiners and direction marks
		default:
			r = unicode.ToLower(r)
			if s := writtenOut(r); s != "" {
				write(s)
				continue
			}
			write(string(buf[:utf8.EncodeRune(buf[:], r)]))
		}
	}
	return b.String()
}

// foldASCII is Fold of text in which nothing decomposes.
func foldASCII(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	space := false
	for i := range len(text) {
		r := text[i]
		switch {
		case r <= ' ' || r == 0x7f:
			space = b.Len() > 0
			continue
		case 'A' <= r && r <= 'Z':
			r += 'a' - 'A'
		case r == '`':
			r = '\''
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteByte(r)
	}
	return b.String()
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// writtenOut gives the plain letters for those that have no decomposition.
func writtenOut(r rune) string {
	switch r {
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'ß':
		return "ss"
	case 'ø':
		return "o"
	case 'ł':
		return "l"
	case 'đ', 'ð':
		return "d"
	case 'þ':
		return "th"
	case 'ħ':
		return "h"
	case 'ı':
		return "i"
	case 'ς':
		return "σ"
	case '’', '‘', 'ʼ', '`', '´':
		return "'"
	case '“', '”', '„', '«', '»':
		return `"`
	case '‐', '‑', '–', '—':
		return "-"
	default:
		return ""
	}
}
