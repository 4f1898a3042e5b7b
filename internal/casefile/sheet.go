package casefile

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Sheet names what members record about a case beside what they write to each
// other: a first assessment, a person concerned, a measure. Each has a form in the
// table of Sheets.
type Sheet string

// FieldKind is the sort of answer that a field of a sheet takes.
type FieldKind string

// The kinds of field.
const (
	FieldLine  FieldKind = "line"  // a name or a few words
	FieldWords FieldKind = "words" // free text
	FieldOne   FieldKind = "one"   // one of the options
	FieldSome  FieldKind = "some"  // any of the options
	FieldDay   FieldKind = "day"   // a date, written 2006-01-02
	FieldTopic FieldKind = "topic" // any of the topics of the profile
	FieldEuro  FieldKind = "euro"  // an amount in whole euros
)

// If says that a field is needed only when another has one of some values; any value
// where none is named.
type If struct {
	Field string
	Is    []string
}

func (i If) holds(answers map[string][]string) bool {
	if len(i.Is) == 0 {
		return len(answers[i.Field]) > 0
	}
	return among(answers[i.Field], i.Is)
}

// Field is one question of a sheet.
type Field struct {
	ID       string
	Kind     FieldKind
	Options  []string
	Routes   []Route // on which it is asked; none means every route
	Required bool
	If       *If // required only then
}

// On reports whether the field is asked on a route.
func (x Field) On(r Route) bool { return len(x.Routes) == 0 || slices.Contains(x.Routes, r) }

// Typed reports whether the answer is in a member's own words.
func (x Field) Typed() bool { return x.Kind == FieldLine || x.Kind == FieldWords }

// Form is what a sheet asks for.
type Form struct {
	Sheet  Sheet
	Part   Part
	Many   bool    // several to a case; otherwise each saving is a version of the one
	Own    bool    // each member has one
	Routes []Route // on which it exists; none means every route
	Fields []Field
}

// On reports whether the sheet exists on a route.
func (f Form) On(r Route) bool { return len(f.Routes) == 0 || slices.Contains(f.Routes, r) }

// Field finds a field by its id.
func (f Form) Field(id string) (Field, bool) {
	i := slices.IndexFunc(f.Fields, func(x Field) bool { return x.ID == id })
	if i < 0 {
		return Field{}, false
	}
	return f.Fields[i], true
}

// FormOf finds the form of a sheet.
func FormOf(s Sheet) (Form, bool) {
	list := Sheets()
	i := slices.IndexFunc(list, func(f Form) bool { return f.Sheet == s })
	if i < 0 {
		return Form{}, false
	}
	return list[i], true
}

// The most that a field may hold, in letters or euros.
const (
	LineMost  = 200
	WordsMost = 20_000
	euroMost  = 999_999_999
)

// Problem says what is wrong with one field. Key is the last part of the key of its
// words under "work.problem.".
type Problem struct {
	Field string
	Key   string
}

// Unfit refuses a record with every problem that it has.
type Unfit struct{ Problems []Problem }

// Error names the fields; it is for logs and never for pages.
func (u *Unfit) Error() string {
	names := make([]string, len(u.Problems))
	for i, p := range u.Problems {
		names[i] = p.Field + " " + p.Key
	}
	return "record does not fit its sheet: " + strings.Join(names, ", ")
}

// Tidy returns the answers that the sheet asks for on a route: without white space
// around them, without empty ones, and without what it does not ask.
func (f Form) Tidy(r Route, answers map[string][]string) map[string][]string {
	tidy := map[string][]string{}
	for _, x := range f.Fields {
		if !x.On(r) {
			continue
		}
		var values []string
		for _, v := range answers[x.ID] {
			if v = strings.TrimSpace(strings.ReplaceAll(v, "\r\n", "\n")); v != "" && !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		if len(values) > 0 {
			tidy[x.ID] = values
		}
	}
	return tidy
}

// Check returns what is wrong with tidy answers on a route, in the order of the
// form; none means that they are complete.
func (f Form) Check(r Route, answers map[string][]string) []Problem {
	var problems []Problem
	for _, x := range f.Fields {
		if !x.On(r) {
			continue
		}
		if key := x.wrong(answers); key != "" {
			problems = append(problems, Problem{x.ID, key})
		}
	}
	return problems
}

func (x Field) wrong(answers map[string][]string) string {
	values := answers[x.ID]
	if len(values) == 0 {
		if x.Required || x.If != nil && x.If.holds(answers) {
			return x.missing()
		}
		return ""
	}
	if x.Kind != FieldSome && x.Kind != FieldTopic && len(values) > 1 {
		return "choose"
	}
	for _, v := range values {
		if key := x.unfit(v); key != "" {
			return key
		}
	}
	return ""
}

func (x Field) missing() string {
	switch x.Kind {
	case FieldOne, FieldSome, FieldTopic:
		return "choose"
	case FieldDay:
		return "date"
	default:
		return "missing"
	}
}

func (x Field) unfit(v string) string {
	switch x.Kind {
	case FieldOne, FieldSome:
		if !slices.Contains(x.Options, v) {
			return "choose"
		}
	case FieldDay:
		if _, err := time.Parse(time.DateOnly, v); err != nil {
			return "date"
		}
	case FieldLine:
		if utf8.RuneCountInString(v) > LineMost || strings.Contains(v, "\n") {
			return "line"
		}
	case FieldWords:
		if utf8.RuneCountInString(v) > WordsMost {
			return "words"
		}
	case FieldEuro:
		if _, ok := euros(v); !ok {
			return "euro"
		}
	case FieldTopic: // the profile knows them
	}
	return ""
}

// euros reads an amount as people type it: 1200, 1 200 or 1.200, with or without the sign
// of the euro; without cents.
func euros(s string) (int, bool) {
	digits := strings.NewReplacer("€", "", " ", "", "\u00a0", "", "\u202f", "", ".", "").Replace(s)
	n, err := strconv.Atoi(digits)
	return n, err == nil && n >= 0 && n <= euroMost && !cents.MatchString(s)
}

// cents matches what looks like a part of a euro rather than thousands.
var cents = regexp.MustCompile(`\.\d{1,2}$|\.\d{4,}`)

func among(values, wanted []string) bool {
	return slices.ContainsFunc(values, func(v string) bool { return slices.Contains(wanted, v) })
}
