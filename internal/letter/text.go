package letter

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// width is the length of a line at which text is wrapped. RFC 5322 2.1.1 asks for 78
// at most; 72 leaves room for being quoted.
const width = 72

// Wrap breaks lines at spaces so that none is longer than 72 characters. A word that
// is longer, such as an address of a page, stays whole on its own line. Line breaks
// that are there already stay.
func Wrap(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = wrapLine(strings.TrimRight(line, " \t"))
	}
	return strings.Join(lines, "\n")
}

func wrapLine(line string) string {
	if utf8.RuneCountInString(line) <= width {
		return line
	}
	var b strings.Builder
	used := 0
	for _, word := range strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' }) {
		n := utf8.RuneCountInString(word)
		switch {
		case used == 0:
		case used+1+n > width:
			b.WriteByte('\n')
			used = 0
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += n
	}
	return b.String()
}

// clean leaves line breaks and tabs as the only control characters, and takes out
// marks that turn the direction of reading, which can make text show as other text.
func clean(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\ufffd"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return '\n'
		case unicode.IsControl(r) || turnsDirection(r):
			return -1
		default:
			return r
		}
	}, text)
}

func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

// htmlCopy gives the same words as HTML with nothing remote, no image and no style
// that hides anything. A line that is nothing but an address becomes a link.
func htmlCopy(lang, title, text string) string {
	var b strings.Builder
	b.WriteString("<!doctype html>\n<html lang=\"" + html.EscapeString(lang) + "\"><head>" +
		"<meta charset=\"utf-8\"><title>" + html.EscapeString(title) + "</title></head>\n" +
		"<body style=\"font-family:sans-serif;font-size:16px;line-height:1.5;max-width:40em\">\n")
	for _, paragraph := range strings.Split(text, "\n\n") {
		paragraph = strings.Trim(paragraph, "\n")
		if paragraph == "" {
			continue
		}
		lines := strings.Split(paragraph, "\n")
		for i, line := range lines {
			lines[i] = htmlLine(line)
		}
		b.WriteString("<p>" + strings.Join(lines, "<br>\n") + "</p>\n")
	}
	b.WriteString("</body></html>\n")
	return b.String()
}

func htmlLine(line string) string {
	line = strings.TrimSpace(line)
	safe := html.EscapeString(line)
	if (strings.HasPrefix(line, "https://") || strings.HasPrefix(line, "http://")) &&
		!strings.ContainsAny(line, " \t\"'<>") {
		return `<a href="` + safe + `">` + safe + `</a>`
	}
	return safe
}
