package public

import (
	"net/http"
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

// checkedPart is the answers of one part of the form. Skipped are the questions
// that were left open, which open when asked for: they would bury the answers.
type checkedPart struct {
	Heading          string
	Answers, Skipped []checked
}

// checked is one question with what was answered. Rest is what a long answer goes
// on with.
type checked struct {
	Label, Text, Rest, Change string
	Files                     []ui.File
}

// checkedParts lists every question that is asked, in the order of the form.
func (f *face) checkedParts(r *http.Request, d *intake.Draft) []checkedPart {
	var out []checkedPart
	last := ""
	for _, s := range f.Profile.StepsFor(d.Answers) {
		if len(s.Fields) == 0 {
			continue
		}
		if s.Part != last || len(out) == 0 {
			part, _, _ := f.Profile.Progress(d.Answers, s.ID)
			out, last = append(out, checkedPart{Heading: part.Label.In(f.Renderer.Lang(r))}), s.Part
		}
		for _, x := range s.Fields {
			out[len(out)-1].add(f.checked(r, d, s, x))
		}
	}
	return out
}

func (p *checkedPart) add(c checked) {
	if c.Text == "" && len(c.Files) == 0 {
		p.Skipped = append(p.Skipped, c)
		return
	}
	p.Answers = append(p.Answers, c)
}

func (f *face) checked(r *http.Request, d *intake.Draft, s profile.Step, x profile.Field) checked {
	l := f.Renderer.Lang(r)
	c := checked{Label: x.Label.In(l), Change: f.stepAddress(r, s.ID, true) + "#" + ui.ID(x.ID)}
	if (len(s.Fields) == 1 || x.Kind == profile.Choices || x.Kind == profile.Files) && !s.Title.Empty() {
		c.Label = s.Title.In(l) // the label alone may say no more than "tick all that apply"
	}
	if x.Kind == profile.Files {
		c.Files = addedFiles(stepView{files: d.Files})
		return c
	}
	c.Text, c.Rest = cut(f.answerText(r, x, x.ID, d.Answers))
	return c
}

// answerText writes an answer as people read it.
func (f *face) answerText(r *http.Request, x profile.Field, key string, a profile.Answers) string {
	l := f.Renderer.Lang(r)
	switch x.Kind {
	case profile.Choice, profile.Choices:
		return chosen(x.Options, a[key], l)
	case profile.Checkbox:
		if a.Has(key, "yes") {
			return f.words(r, "common.yes")
		}
		return ""
	case profile.Date:
		return dateText(a, key, l)
	case profile.Amount:
		if a.One(key) == "" {
			return ""
		}
		return strings.TrimSpace(a.One(key) + " " + chosen(x.Options, a[key+".currency"], l))
	case profile.Persons:
		return f.rowsText(r, x, a)
	default:
		return a.One(key)
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

func (f *face) rowsText(r *http.Request, x profile.Field, a profile.Answers) string {
	var rows []string
	for _, row := range a.Rows(x.ID) {
		var said []string
		for _, sub := range x.Fields {
			if text := f.answerText(r, sub, profile.RowKey(x.ID, row, sub.ID), a); text != "" {
				said = append(said, sub.Label.In(f.Renderer.Lang(r))+": "+text)
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
