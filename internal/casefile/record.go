package casefile

import (
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"
)

// Record is one version of a sheet of a case, filled in. It lies in the
// investigation, which the complainant's code does not open.
type Record struct {
	Sheet  Sheet               `json:"sheet"`
	Fields map[string][]string `json:"fields,omitempty"`
	Struck bool                `json:"struck,omitempty"` // no longer holds; the versions before stay
}

func (Record) kind() string { return "record" }

// String hides the content.
func (Record) String() string { return sealedText }

// Format hides the content from every verb.
func (Record) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (Record) LogValue() slog.Value { return sealedValue() }

// One is the only value of a field; empty when there is none.
func (r Record) One(field string) string {
	if v := r.Fields[field]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Day is the date in a field; false when there is none.
func (r Record) Day(field string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, r.One(field))
	return t, err == nil
}

// Texts are the answers in a member's own words, in the order of the form.
func (r Record) Texts() []string {
	form, _ := FormOf(r.Sheet)
	var texts []string
	for _, f := range form.Fields {
		if f.Typed() {
			texts = append(texts, r.Fields[f.ID]...)
		}
	}
	return texts
}

// Kept is a record as it stands: its newest version, and who wrote it when.
type Kept struct {
	Record
	ID      EntryID // of the first version
	Version EntryID // of the newest
	By      string  // id of the member who wrote the newest
	First   string  // id of the member who wrote the first
	Since   time.Time
	At      time.Time // of the newest
	Count   int       // of versions
}

// Worked is everything that members recorded of a case, oldest first, without what
// was struck.
type Worked []Kept

// Of lists the records of a sheet.
func (w Worked) Of(s Sheet) []Kept {
	var list []Kept
	for _, k := range w {
		if k.Sheet == s {
			list = append(list, k)
		}
	}
	return list
}

// Single returns the record of a sheet of which a case has one; the zero record when it
// has none.
func (w Worked) Single(s Sheet) Kept {
	if list := w.Of(s); len(list) > 0 {
		return list[len(list)-1]
	}
	return Kept{}
}

// By is a member's own record of a sheet; the zero record when there is none.
func (w Worked) By(s Sheet, member string) Kept {
	for _, k := range slices.Backward(w) {
		if k.Sheet == s && k.First == member {
			return k
		}
	}
	return Kept{}
}

// Full reports whether a case has the sheet with everything that it asks on a route.
func (w Worked) Full(s Sheet, r Route) bool {
	form, ok := FormOf(s)
	k := w.Single(s)
	return ok && k.ID != "" && len(form.Check(r, k.Fields)) == 0
}

// Severity is how serious members find the case, 1 to 4; 0 while nobody said.
func (w Worked) Severity() int {
	n, _ := strconv.Atoi(w.Single(SheetTriage).One("severity"))
	return n
}

// Assessed are the topics as members see them; none while nobody said.
func (w Worked) Assessed() []string { return w.Single(SheetTriage).Fields["topics"] }
