package profile

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"klankbord/internal/fault"
)

// FieldError is one problem with one field: what to do, in the profile's words.
type FieldError struct {
	Step  string
	Field string // id of the field, or the key in a repeating group
	Fault *fault.Fault
	Text  Text // sentence with placeholders; see In
}

// In returns the sentence in a language.
func (e FieldError) In(lang string) string { return e.Text.Fill(lang, e.Fault.Args) }

// The problems a field can have, in order of priority: only the first is told.
const (
	missing = "missing" // nothing was filled in
	wrong   = "wrong"   // it cannot be right
	alone   = "alone"   // an option that excludes the others is among several
	long    = "long"    // more characters than we can keep
	many    = "many"    // more rows than we can keep
	before  = "before"  // the end lies before the start
)

// Check says what is wrong on one page. It runs when the page is sent, on the
// server, and changes nothing that was typed. A page that is not shown has no
// errors.
func (p *Profile) Check(stepID string, a Answers) []FieldError {
	step, ok := p.StepFor(a, stepID)
	if !ok {
		return nil
	}
	return p.checkStep(step, a, p.facts(a))
}

// Missing says what still has to be filled in or put right before the complaint
// can be sent, over all pages, in their order.
func (p *Profile) Missing(a Answers) []FieldError {
	var out []FieldError
	f := p.facts(a)
	for _, s := range p.StepsFor(a) {
		out = append(out, p.checkStep(s, a, f)...)
	}
	return out
}

func (p *Profile) checkStep(step Step, a Answers, x facts) []FieldError {
	out := p.checkOneOf(step, a)
	for _, f := range step.Fields {
		if e, bad := p.checkField(f, f.ID, a, f.Required.holds(x)); bad {
			out = append(out, e)
		}
		out = append(out, p.checkRows(f, a)...)
	}
	for i := range out {
		out[i].Step = step.ID
	}
	return out
}

// Interrupt returns the question to ask between this page and the next when a text
// is so short that it may have been sent by accident. It is never an error.
func (p *Profile) Interrupt(stepID string, a Answers) (Interruption, bool) {
	step, _ := p.StepFor(a, stepID)
	for _, f := range step.Fields {
		if f.Interrupt == nil || !a.Given(f.ID) {
			continue
		}
		if utf8.RuneCountInString(a.One(f.ID)) < f.Interrupt.Under {
			i := *f.Interrupt
			i.Field = f.ID
			return i, true
		}
	}
	return Interruption{}, false
}

func (p *Profile) checkOneOf(s Step, a Answers) []FieldError {
	if len(s.OneOf.Fields) == 0 {
		return nil
	}
	if slices.ContainsFunc(s.OneOf.Fields, a.Given) {
		return nil
	}
	first := s.OneOf.Fields[0]
	return []FieldError{{Field: first, Fault: problem(first, missing), Text: s.OneOf.Missing}}
}

// checkField looks at one field whose values stand under key. Priority: missing,
// cannot be right, fails a rule.
func (p *Profile) checkField(f Field, key string, a Answers, required bool) (FieldError, bool) {
	if !a.Given(key) {
		if required && f.Kind != Files {
			return p.fieldError(f, key, problem(f.ID, missing), missing), true
		}
		return FieldError{}, false
	}
	if !possible(f, key, a) {
		return p.fieldError(f, key, problem(f.ID, wrong), wrong), true
	}
	if f.Kind == Choices && combinesAlone(f, a.all(key)) {
		return p.fieldError(f, key, problem(f.ID, alone), alone), true
	}
	if n := utf8.RuneCountInString(a.One(key)); f.MaxChars > 0 && n > f.MaxChars {
		why := problem(f.ID, long).With("max", grouped(f.MaxChars)).With("count", grouped(n))
		return p.fieldError(f, key, why, long), true
	}
	if f.NotBefore != "" && datesCross(a, f.NotBefore, key) {
		return p.fieldError(f, key, problem(f.ID, before), before), true
	}
	return FieldError{}, false
}

// checkRows looks at every row of a repeating group.
func (p *Profile) checkRows(f Field, a Answers) []FieldError {
	if f.Kind != Persons {
		return nil
	}
	rows := a.Rows(f.ID)
	if len(rows) > f.MaxRows {
		why := problem(f.ID, many).With("max", strconv.Itoa(f.MaxRows))
		return []FieldError{p.fieldError(f, f.ID, why, many)}
	}
	var out []FieldError
	for _, row := range rows {
		for _, sub := range f.Fields {
			if e, bad := p.checkField(sub, RowKey(f.ID, row, sub.ID), a, false); bad {
				out = append(out, e)
			}
		}
	}
	return out
}

func problem(field, what string) *fault.Fault {
	return fault.New(fault.Invalid, "form."+field+"."+what)
}

// fieldError words a problem: as the field does, else as its kind, else in general.
func (p *Profile) fieldError(f Field, key string, why *fault.Fault, what string) FieldError {
	text := f.Errors[what]
	for _, name := range []string{string(f.Kind) + "." + what, what} {
		if text.Empty() {
			text = p.Messages[name]
		}
	}
	return FieldError{Field: key, Fault: why, Text: text}
}

// grouped writes a number with a space between thousands, which all four
// languages read.
func grouped(n int) string {
	s := strconv.Itoa(n)
	var parts []string
	for len(s) > 3 {
		parts = append([]string{s[len(s)-3:]}, parts...)
		s = s[:len(s)-3]
	}
	return strings.Join(append([]string{s}, parts...), "\u00a0")
}

func combinesAlone(f Field, values []string) bool {
	if len(values) < 2 {
		return false
	}
	for _, o := range f.Options {
		for _, v := range values {
			if o.ID == v && o.Alone {
				return true
			}
		}
	}
	return false
}
