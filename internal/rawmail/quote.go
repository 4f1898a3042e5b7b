package rawmail

import (
	"regexp"
	"slices"
	"strings"
)

// attributions are the lines with which mail programs in our languages begin the mail
// that is answered: "On … wrote:". Bounded repetition keeps them linear.
var attributions = regexp.MustCompile(`(?i)^(` +
	`op\b.{4,200}\b(schreef|geschreven)\b.{0,200}:` + `|` + `.{1,200}\bschreef op\b.{4,200}:` + `|` +
	`le\b.{4,200}\ba écrit\b.{0,200}:` + `|` +
	`on\b.{4,200}\bwrote\b.{0,200}:` + `|` +
	`am\b.{4,200}\bschrieb\b.{0,200}:` +
	`)$`)

// separators stand above the mail that is answered.
var separators = regexp.MustCompile(`(?i)^-{2,}\s*(oorspronkelijk bericht|oorspronkelijke? e-?mail|message d'origine|message d’origine|message original|original message|original appointment|ursprüngliche nachricht|originalnachricht)\s*-*$`)

// Heads of the mail that is answered, as Outlook copies them: sender, then date.
var (
	headFrom = regexp.MustCompile(`(?i)^\**(van|de|from|von)\s?:\**\s?\S`)
	headSent = regexp.MustCompile(`(?i)^\**(verzonden|datum|date|envoyé|sent|gesendet)\s?:\**\s?\S`)
)

// Fold parts a text into what its writer wrote and what it only repeats of an earlier
// mail at its beginning or end. Where both stand mixed, as in an answer point by point,
// nothing is parted: the words would lose what they answer.
func Fold(text string) (own, quoted string) {
	lines := strings.Split(text, "\n")
	start, end := 0, len(lines)
	for i := range lines {
		if begins(lines, i) && onlyQuotes(lines[i:]) {
			end = i
			break
		}
	}
	if end == len(lines) { // the answer may stand below what it answers
		for start < end && (quotes(lines[start]) || blankLine(lines[start]) || begins(lines, start)) {
			start++
		}
		if slices.ContainsFunc(lines[start:], quotes) {
			start = 0
		}
	}
	own = strings.TrimSpace(strings.Join(lines[start:end], "\n"))
	quoted = strings.TrimSpace(strings.Join(lines[:start], "\n") + "\n" + strings.Join(lines[end:], "\n"))
	return own, quoted
}

// begins reports whether the mail that is answered can begin in a line.
func begins(lines []string, i int) bool {
	l := strings.TrimSpace(lines[i])
	switch {
	case l == "":
		return false
	case quotes(l), separators.MatchString(l), attributed(lines, i):
		return true
	case strings.Trim(l, "_") == "" && len(l) >= 10:
		return i+1 < len(lines) && headed(lines, i+1)
	default:
		return headed(lines, i)
	}
}

// attributed reads an attribution that may be broken over three lines.
func attributed(lines []string, i int) bool {
	l := strings.TrimSpace(lines[i])
	for n := 0; n < 3 && len(l) < 600; n++ {
		if l = strings.ReplaceAll(l, "\u00a0", " "); strings.HasSuffix(l, ":") {
			return attributions.MatchString(strings.TrimPrefix(l, "> "))
		}
		if i+n+1 >= len(lines) {
			return false
		}
		l += " " + strings.TrimSpace(lines[i+n+1])
	}
	return false
}

func headed(lines []string, i int) bool {
	if !headFrom.MatchString(strings.ReplaceAll(strings.TrimSpace(lines[i]), "\u00a0", " ")) {
		return false
	}
	for _, l := range lines[i+1 : min(i+4, len(lines))] {
		if headSent.MatchString(strings.ReplaceAll(strings.TrimSpace(l), "\u00a0", " ")) {
			return true
		}
	}
	return false
}

// onlyQuotes reports whether nothing of the writer's own follows the beginning of a
// quote: after a line that starts one without ">" everything belongs to it.
func onlyQuotes(lines []string) bool {
	if !quotes(lines[0]) && !markedAfter(lines) {
		return true
	}
	i := 0
	for i < len(lines) && !quotes(lines[i]) {
		i++
	}
	for ; i < len(lines); i++ {
		if !quotes(lines[i]) && !blankLine(lines[i]) {
			return false
		}
	}
	return true
}

// markedAfter reports whether the quote that a line announces is marked with ">".
func markedAfter(lines []string) bool {
	return slices.ContainsFunc(lines[1:min(len(lines), 6)], quotes)
}

func quotes(l string) bool    { return strings.HasPrefix(strings.TrimLeft(l, " \t"), ">") }
func blankLine(l string) bool { return strings.TrimSpace(l) == "" }
