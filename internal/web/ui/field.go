package ui

import (
	"slices"
	"strings"
)

// FieldKind is the sort of control that a Field shows.
type FieldKind string

// The kinds of field.
const (
	KindText     FieldKind = "text"
	KindEmail    FieldKind = "email"
	KindTel      FieldKind = "tel"
	KindPassword FieldKind = "password"
	KindSearch   FieldKind = "search"
	KindArea     FieldKind = "area"
	KindSelect   FieldKind = "select"
	KindRadios   FieldKind = "radios"
	KindChecks   FieldKind = "checks"
	KindDate     FieldKind = "date"
	KindFiles    FieldKind = "files"
)

// Field is one question with its hint, error and control, shown by the template
// "field". It can be built here or, with the functions of the same names, in a
// template: {{template "field" (text "name" (t "who.name") | value .Data.Name | errs .Errors)}}.
type Field struct {
	Kind         FieldKind
	Name         string // name of the value in the form; a date adds .day, .month and .year
	Label        string
	Caption      string // a line above the label when it is the heading: "Question 3 of 7"
	Hint         string
	Error        string
	Mark         string // a short remark behind the label, such as who sees the answer
	Heading      bool   // the label is the h1 of the page
	Optional     bool
	Bare         bool     // a filter or setting: neither optional nor required is said
	Values       []string // what was typed or chosen; for a date day, month and year
	Options      []Option
	Fold         string // what the options behind FoldAt are, which lie folded until one is chosen; empty: none do
	FoldAt       int
	Limit        string // said below the control: how much can be written
	Rows         int
	Width        string // "2", "4" or "20" characters; the whole width when empty
	Autocomplete string
	InputMode    string
	Verbatim     bool // a code or address: no spelling, no capitals
	Lang         string
	Form         string // id of the form it belongs to, where it stands outside of it
	Files        []File // of KindFiles: what has been added
	Single       bool   // of KindFiles: one file, which goes with the form and is not added before
	Upload       string // of KindFiles: where a script may send them in pieces; empty: nowhere
	Hands        string // of KindFiles: as what the form gets the ids of files that came in pieces; empty: it need not
}

// Option is one answer of radios, checkboxes or a select.
type Option struct {
	Value, Label, Hint string
}

// File is a file in a list. ID is what its Remove button sends; Href, where
// given, leads to the file.
type File struct {
	ID, Name, Href string
	Size           int64
	Note           string // such as "being checked" or what is wrong with it
	Ask            bool   // Href asks first whether to open it
	Mark           *Tag   // such as that it is distressing
	About          string // what is in it; empty: nobody said
	Original       string // leads to it as it was sent, where Href gives a copy without metadata
}

// manyOptions is from how many options on they stand side by side where there is room.
const manyOptions = 7

// Many reports whether the options stand side by side where there is room.
func (f Field) Many() bool { return len(f.Options) >= manyOptions }

// Folds reports whether some of the options lie folded.
func (f Field) Folds() bool {
	return f.Many() && f.Fold != "" && f.FoldAt > 0 && f.FoldAt < len(f.Options)
}

// FoldsAt reports whether the folded options begin with option i.
func (f Field) FoldsAt(i int) bool { return f.Folds() && i == f.FoldAt }

// FoldOpen reports whether one of the folded options is chosen.
func (f Field) FoldOpen() bool {
	return f.Folds() && slices.ContainsFunc(f.Options[f.FoldAt:], func(o Option) bool { return f.Chosen(o.Value) })
}

// ID is the element id of the field's first control, to which errors lead.
func (f Field) ID() string { return ID(f.Name) }

// Value is the first of Values.
func (f Field) Value() string { return f.At(0) }

// At returns value i, empty when there is none.
func (f Field) At(i int) string {
	if i < len(f.Values) {
		return f.Values[i]
	}
	return ""
}

// Chosen reports whether v is among Values.
func (f Field) Chosen(v string) bool { return slices.Contains(f.Values, v) }

// Required reports whether assistive technology is told that an answer is needed.
func (f Field) Required() bool { return !f.Optional && !f.Bare }

// Grouped reports whether the field is a fieldset of several controls.
func (f Field) Grouped() bool {
	return f.Kind == KindRadios || f.Kind == KindChecks || f.Kind == KindDate
}

// DescribedBy lists the ids of hint, error and limit, in reading order.
func (f Field) DescribedBy() string {
	var ids []string
	for _, p := range []struct{ text, suffix string }{{f.Hint, "-hint"}, {f.Error, "-error"}, {f.Limit, "-limit"}} {
		if p.text != "" {
			ids = append(ids, f.ID()+p.suffix)
		}
	}
	return strings.Join(ids, " ")
}

// OptionID is the id of option i; the first has the id of the field itself.
func (f Field) OptionID(i int) string {
	if i == 0 {
		return f.ID()
	}
	return f.ID() + "-" + ID(f.Options[i].Value)
}

// ID turns a field name such as "who.0.name" into an element id. Symbols that an
// id or a fragment cannot bear become dashes.
func ID(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '-'
	}, name)
}

// ErrorFor returns the text of the first error on the field called name, empty
// when there is none. An error on a part of it ("when.year") counts.
func ErrorFor(errs []FormError, name string) string {
	for _, e := range errs {
		if e.Field == name || strings.HasPrefix(e.Field, name+".") {
			return e.Text
		}
	}
	return ""
}
