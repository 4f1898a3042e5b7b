package promises_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/store/migration"
)

// listed is what doc/log.md says that `log verify` does not notice.
type listed struct {
	fields map[string]*exception // by table.column
	rows   map[string]*exception // by "removed table" and "copied table"
	reader map[string]bool       // columns that somebody must look at
	read   map[string]bool       // those of which that was seen
}

// exception is a line of that list.
type exception struct {
	when   string // SQL on the row; empty: always
	some   bool   // it depends on more than the row, which the document says in words
	reason string // empty: it is none
	missed bool   // nobody noticed indeed
}

var (
	inBackticks = regexp.MustCompile("`([^`]+)`")
)

// readListed reads the tables of doc/log.md.
func readListed(t *testing.T) *listed {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "doc", "log.md"))
	must(t, err)
	l := &listed{fields: map[string]*exception{}, rows: map[string]*exception{}, reader: map[string]bool{}, read: map[string]bool{}}
	for _, cells := range l.table(t, string(text), "fields", 3) {
		for _, name := range inBackticks.FindAllStringSubmatch(cells[0], -1) {
			l.add(t, l.fields, name[1], cells)
		}
	}
	for _, cells := range l.table(t, string(text), "rows", 3) {
		what, tables, _ := strings.Cut(cells[0], ":")
		for _, name := range inBackticks.FindAllStringSubmatch(tables, -1) {
			l.add(t, l.rows, what+" "+name[1], cells)
		}
	}
	for _, cells := range l.table(t, string(text), "reader", 2) {
		for _, name := range inBackticks.FindAllStringSubmatch(cells[0], -1) {
			l.reader[name[1]] = true
		}
	}
	return l
}

func (l *listed) add(t *testing.T, to map[string]*exception, name string, cells []string) {
	t.Helper()
	e := &exception{reason: cells[2]}
	if when := inBackticks.FindStringSubmatch(cells[1]); when != nil {
		e.when = when[1]
	}
	e.some = e.when == "" && cells[1] != ""
	if e.reason == "" || to[name] != nil {
		t.Errorf("doc/log.md lists %s without a reason, or twice", name)
	}
	to[name] = e
}

// table reads the cells of a table of the document, without its head.
func (l *listed) table(t *testing.T, text, name string, width int) (rows [][]string) {
	t.Helper()
	_, rest, found := strings.Cut(text, "<!-- "+name+" -->\n")
	body, _, ended := strings.Cut(rest, "<!-- end of "+name+" -->")
	if !found || !ended {
		t.Fatalf("doc/log.md has no table %q", name)
	}
	lines := strings.Split(strings.TrimSpace(body), "\n")
	for _, line := range lines[2:] {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for n := range cells {
			cells[n] = strings.TrimSpace(cells[n])
		}
		if len(cells) != width {
			t.Fatalf("doc/log.md: %d cells in %q", len(cells), line)
		}
		rows = append(rows, cells)
	}
	return rows
}

func (l *listed) field(column string) *exception { return entryOf(l.fields, column) }

func (l *listed) row(what, table string) *exception { return entryOf(l.rows, what+" "+table) }

func entryOf(list map[string]*exception, name string) *exception {
	if e := list[name]; e != nil {
		return e
	}
	return &exception{}
}

// check holds the list against what was found: nothing on it is noticed after all, or
// is no column.
func (l *listed) check(t *testing.T, all map[string][]schemaColumn) {
	t.Helper()
	is := map[string]bool{}
	for table, columns := range all {
		is["removed "+table], is["copied "+table] = true, true
		for _, c := range columns {
			is[table+"."+c.name] = true
		}
	}
	for _, list := range []map[string]*exception{l.fields, l.rows} {
		for _, name := range slices.Sorted(maps.Keys(list)) {
			switch {
			case !is[name]:
				t.Errorf("doc/log.md lists %s, which is not there", name)
			case !list[name].missed && !list[name].some:
				t.Errorf("doc/log.md lists %s, and it is noticed", name)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.reader)) {
		if !l.read[name] {
			t.Errorf("doc/log.md says of %s that only a reader notices it: the check does, or nobody, or it is not there", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.read)) {
		if l.read[name] && !l.reader[name] {
			t.Errorf("only a reader notices %s, and doc/log.md does not say so", name)
		}
	}
}

// tableText is how the schema makes a table.
func tableText(t *testing.T, table string) string {
	t.Helper()
	text, err := migration.Files.ReadFile("0001_frame.sql")
	must(t, err)
	for _, found := range createTable.FindAllStringSubmatch(string(text), -1) {
		if found[1] == table {
			return found[2]
		}
	}
	t.Fatalf("%s is not in the schema", table)
	return ""
}
