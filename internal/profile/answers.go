package profile

import (
	"log/slog"
	"slices"
	"strconv"
	"strings"
)

// Answers is what a person filled in, as typed, by key. A key is a field's id, or
// an id with a part behind a point (see Field.Keys), or group.row.field for a
// group that repeats. Answers hold personal data: they print as [sealed].
type Answers map[string][]string

// String hides the content.
func (a Answers) String() string { return "[sealed]" }

// GoString hides the content.
func (a Answers) GoString() string { return "[sealed]" }

// LogValue hides the content.
func (a Answers) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// One returns the first value of a key without the space around it.
func (a Answers) One(key string) string {
	if v := a[key]; len(v) > 0 {
		return strings.TrimSpace(v[0])
	}
	return ""
}

// all returns the values of a key that say something.
func (a Answers) all(key string) []string {
	var out []string
	for _, v := range a[key] {
		if strings.TrimSpace(v) != "" {
			out = append(out, v)
		}
	}
	return out
}

// Has reports whether value is among the values of a key.
func (a Answers) Has(key, value string) bool {
	return slices.Contains(a[key], value)
}

// Given reports whether anything was filled in for a field, its parts and rows
// included.
func (a Answers) Given(field string) bool {
	for key, values := range a {
		if key != field && !strings.HasPrefix(key, field+".") {
			continue
		}
		// A currency comes with its list and is no answer by itself.
		if !strings.HasSuffix(key, ".currency") && filled(values) {
			return true
		}
	}
	return false
}

func filled(values []string) bool {
	for _, v := range values {
		if strings.TrimSpace(v) != "" {
			return true
		}
	}
	return false
}

// Rows returns the row numbers of a repeating group that hold anything, in order.
func (a Answers) Rows(group string) []int {
	var rows []int
	for key, values := range a {
		rest, inGroup := strings.CutPrefix(key, group+".")
		number, _, inRow := strings.Cut(rest, ".")
		n, err := strconv.Atoi(number)
		// Only the one writing of a number that RowKey gives names a row.
		if !inGroup || !inRow || err != nil || n < 0 || strconv.Itoa(n) != number || !filled(values) {
			continue
		}
		if !slices.Contains(rows, n) {
			rows = append(rows, n)
		}
	}
	slices.Sort(rows)
	return rows
}

// Clone returns a copy that shares nothing with a.
func (a Answers) Clone() Answers {
	c := make(Answers, len(a))
	for k, v := range a {
		c[k] = append([]string(nil), v...)
	}
	return c
}

// RowKey returns the key of a field in a row of a repeating group.
func RowKey(group string, row int, field string) string {
	return group + "." + strconv.Itoa(row) + "." + field
}
