package promises_test

import (
	"io/fs"
	"regexp"
	"testing"

	"klankbord/internal/store/migration"
)

var (
	createTable = regexp.MustCompile(`(?m)^CREATE TABLE (\w+) \(\n([^;]*)^\)`)
	columnLine  = regexp.MustCompile(`(?m)^\s+(\w+)\s+\{(\w+)\}`)
)

// schema reads the migrations: the columns of every table, in order, with their
// kind: int, text or bytes.
func schema(t testing.TB) map[string][]schemaColumn {
	t.Helper()
	out := map[string][]schemaColumn{}
	names, err := fs.Glob(migration.Files, "*.sql")
	must(t, err)
	for _, name := range names {
		text, err := fs.ReadFile(migration.Files, name)
		must(t, err)
		for _, table := range createTable.FindAllStringSubmatch(string(text), -1) {
			for _, c := range columnLine.FindAllStringSubmatch(table[2], -1) {
				out[table[1]] = append(out[table[1]], schemaColumn{c[1], c[2]})
			}
		}
	}
	if len(out) < 20 {
		t.Fatalf("%d tables found: not the schema", len(out))
	}
	return out
}

type schemaColumn struct{ name, kind string }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
