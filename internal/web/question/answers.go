package question

import (
	"strings"
	"time"
	"unicode/utf8"

	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// The answer that is longer than this opens only when asked for.
const (
	shownLines = 10
	shownRunes = 700
)

// CheckedPart is the answers of one part of the form. Skipped are the questions
// that were left open, which open when asked for: they would bury the answers.
type CheckedPart struct {
	Heading          string
	Answers, Skipped []Checked
}

// Checked is one question with what was answered. Rest is what a long answer goes
// on with.
type Checked struct {
	Label, Text, Rest, Change string
	Files                     []ui.File
}

// CheckedParts lists every question that is asked, in the order of the form.
func (a Asker) CheckedParts(d *intake.Draft, change func(step string) string) []CheckedPart {
	var out []CheckedPart
	last := ""
	for _, s := range a.steps(d.Answers) {
		if len(s.Fields) == 0 {
			continue
		}
		if s.Part != last || len(out) == 0 {
			part, _, _ := a.Profile.Progress(d.Answers, s.ID)
			out, last = append(out, CheckedPart{Heading: part.Label.In(a.Lang)}), s.Part
		}
		for _, x := range s.Fields {
			out[len(out)-1].add(a.checked(d, s, x, change))
		}
	}
	return out
}

func (p *CheckedPart) add(c Checked) {
	if c.Text == "" && len(c.Files) == 0 {
		p.Skipped = append(p.Skipped, c)
		return
	}
	p.Answers = append(p.Answers, c)
}

func (a Asker) checked(d *intake.Draft, s profile.Step, x profile.Field, change func(step string) string) Checked {
	l := a.Lang
	c := Checked{Label: x.Label.In(l), Change: change(s.ID) + "#" + ui.ID(x.ID)}
	if (len(s.Fields) == 1 || x.Kind == profile.Choices || x.Kind == profile.Files) && !s.Title.Empty() {
		c.Label = s.Title.In(l) // the label alone may say no more than "tick all that apply"
	}
	if x.Kind == profile.Files {
		c.Files = AddedFiles(d.Files)
		return c
	}
	c.Text, c.Rest = cut(a.AnswerText(x, x.ID, d.Answers))
	return c
}

// AnswerText writes an answer as people read it.
func (a Asker) AnswerText(x profile.Field, key string, given profile.Answers) string {
	l := a.Lang
	switch x.Kind {
	case profile.Choice, profile.Choices:
		return chosen(x.Options, given[key], l)
	case profile.Checkbox:
		if given.Has(key, "yes") {
			return a.Text("common.yes")
		}
		return ""
	case profile.Date:
		return dateText(given, key, l)
	case profile.Amount:
		if given.One(key) == "" {
			return ""
		}
		return strings.TrimSpace(given.One(key) + " " + chosen(x.Options, given[key+".currency"], l))
	case profile.Persons:
		return a.rowsText(x, given)
	default:
		return given.One(key)
	}
}

func chosen(options []profile.Option, values []string, l string) string {
	var out []string
	for _, o := range options {
		for _, v := range values {
			if o.ID == v {
				out = append(out, o.Label.In(l))
			}
		}
	}
	return strings.Join(out, "\n")
}

func (a Asker) rowsText(x profile.Field, given profile.Answers) string {
	var rows []string
	for _, row := range given.Rows(x.ID) {
		var said []string
		for _, sub := range x.Fields {
			if text := a.AnswerText(sub, profile.RowKey(x.ID, row, sub.ID), given); text != "" {
				said = append(said, sub.Label.In(a.Lang)+": "+text)
			}
		}
		rows = append(rows, strings.Join(said, "\n"))
	}
	return strings.Join(rows, "\n\n")
}

// dateText writes as much of a date as was given; one that cannot be right stands
// as it was typed.
func dateText(a profile.Answers, key, l string) string {
	d, ok := a.Date(key)
	if !ok {
		return strings.Join(strings.Fields(a.One(key+".day")+" "+a.One(key+".month")+" "+a.One(key+".year")), " ")
	}
	at := time.Date(d.Year, time.Month(max(d.Month, 1)), max(d.Day, 1), 12, 0, 0, 0, time.UTC)
	switch {
	case d.Day > 0:
		return lang.DateLong(lang.Lang(l), at)
	case d.Month > 0:
		return lang.Month(lang.Lang(l), at.Month()) + " " + at.Format("2006")
	default:
		return at.Format("2006")
	}
}

// cut divides a long answer at the end of a line or word.
func cut(s string) (shown, rest string) {
	at := len(s)
	lines := strings.SplitAfterN(s, "\n", shownLines+1)
	if len(lines) > shownLines {
		at = len(s) - len(lines[shownLines])
	}
	if utf8.RuneCountInString(s[:at]) > shownRunes {
		at = len(string([]rune(s[:at])[:shownRunes]))
		if word := strings.LastIndexAny(s[:at], " \n"); word > at/2 {
			at = word
		}
	}
	if rest := strings.TrimSpace(s[at:]); rest != "" {
		return strings.TrimSpace(s[:at]), rest
	}
	return s, ""
}
