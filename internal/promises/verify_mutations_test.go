package promises_test

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/store"
	"klankbord/internal/store/migration"
)

// field is one column of one row.
type field struct {
	table, column string
	row           int64
}

func (f field) String() string { return fmt.Sprintf("%s.%s of row %d", f.table, f.column, f.row) }

// errUndo ends a transaction whose changes must not stay.
var errUndo = errors.New("undo")

var allowedValues = regexp.MustCompile(`CHECK \((\w+) IN \(([^)]*)\)\)`)

// choices lists what the schema allows in columns that hold one of a few words.
func choices(t *testing.T) map[string][]string {
	t.Helper()
	list := map[string][]string{}
	text, err := migration.Files.ReadFile("0001_frame.sql")
	must(t, err)
	for _, table := range createTable.FindAllStringSubmatch(string(text), -1) {
		for _, c := range allowedValues.FindAllStringSubmatch(table[2], -1) {
			for _, v := range strings.Split(c[2], ",") {
				list[table[1]+"."+c[1]] = append(list[table[1]+"."+c[1]], strings.Trim(strings.TrimSpace(v), "'"))
			}
		}
	}
	return list
}

// mutations are SQL expressions that give a field another value.
func mutations(c schemaColumn, words []string) []string {
	var list []string
	for _, w := range words {
		if c.kind == "int" {
			list = append(list, w)
		} else {
			list = append(list, "'"+w+"'")
		}
	}
	other := fmt.Sprintf("(SELECT y.%[1]s FROM {table} y WHERE y.%[1]s <> {table}.%[1]s ORDER BY y.rowid DESC LIMIT 1)", c.name)
	switch {
	case len(words) > 0:
	case c.kind == "int":
		list = append(list, c.name+" + 1", c.name+" - 1", "0")
	case c.kind == "text":
		list = append(list, c.name+" || 'x'", other)
	default:
		list = append(list, "CAST(substr("+c.name+", 1, length("+c.name+")-1) || X'00' AS BLOB)", "X''", other)
	}
	return append(list, "NULL")
}

type tampering struct {
	field
	to string
}

func TestPT9_Honest(t *testing.T) {
	start := time.Now()
	h := newEventful(t, "")
	t.Log(time.Since(start))
	start = time.Now()
	wantSound(t, h.Instance)
	t.Log(time.Since(start))
	h.windows.settle(t)
	words := choices(t)
	all := schema(t)
	missed := map[string][]string{}
	tried := map[string]int{}
	start = time.Now()
	for _, table := range slices.Sorted(maps.Keys(all)) {
		ids := h.rowsOf(t, table)
		if len(ids) == 0 {
			t.Errorf("%s has no row", table)
		}
		for _, c := range all[table] {
		next:
			for _, id := range ids {
				for _, to := range mutations(c, words[table+"."+c.name]) {
					m := tampering{field{table, c.name, id}, strings.ReplaceAll(to, "{table}", table)}
					applied, seen := h.verifyNotices(t, m)
					if !applied {
						continue
					}
					tried[table+"."+c.name]++
					if !seen && !h.readersNotice(t, m) {
						missed[table+"."+c.name] = append(missed[table+"."+c.name], fmt.Sprint(id, " to ", to))
						t.Log(m, "->", to)
						break next
					}
				}
			}
			if tried[table+"."+c.name] == 0 {
				t.Errorf("%s.%s was never changed", table, c.name)
			}
		}
	}
	t.Log(time.Since(start))
	for _, k := range slices.Sorted(maps.Keys(missed)) {
		t.Log(k, len(missed[k]), tried[k], missed[k])
	}
}

// rowsOf picks the first and the last row of a table.
func (h *eventful) rowsOf(t *testing.T, table string) (ids []int64) {
	must(t, h.Store.Read(ctx, func(tx *store.Tx) error {
		for _, order := range []string{"ASC", "DESC"} {
			var id int64
			err := tx.QueryRow("SELECT rowid FROM " + table + " ORDER BY rowid " + order + " LIMIT 1").Scan(&id)
			if err != nil {
				return nil
			}
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		return nil
	}))
	return ids
}

func (m tampering) apply(tx *store.Tx) (bool, error) {
	n, err := tx.Exec(fmt.Sprintf("UPDATE %[1]s SET %[2]s = %[3]s WHERE rowid = %[4]d AND %[2]s IS NOT %[3]s", m.table, m.column, m.to, m.row))
	return n == 1, err
}

func (h *eventful) verifyNotices(t *testing.T, m tampering) (applied, noticed bool) {
	t.Helper()
	err := h.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec("PRAGMA defer_foreign_keys = ON"); err != nil {
			return err
		}
		var err error
		if applied, err = m.apply(tx); err != nil || !applied {
			applied = false
			return errUndo // the schema refuses it
		}
		r, err := h.Work.Checker.Examination.Run(tx)
		noticed = err != nil || !r.Sound()
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Fatal(m, err)
	}
	return applied, noticed
}

// readersNotice leaves the change in place while people look.
func (h *eventful) readersNotice(t *testing.T, m tampering) bool {
	t.Helper()
	var before any
	err := h.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.QueryRow(fmt.Sprintf("SELECT %s FROM %s WHERE rowid = %d", m.column, m.table, m.row)).Scan(&before); err != nil {
			return err
		}
		_, err := m.apply(tx)
		return err
	})
	if err != nil {
		return false // foreign keys do not let it stand
	}
	defer behind(t, h.Store, fmt.Sprintf("UPDATE %s SET %s = $1 WHERE rowid = %d", m.table, m.column, m.row), before)
	for _, w := range h.windows.windows {
		if !slices.Contains(w.about, m.table) {
			continue
		}
		if v := h.windows.look(w); v.err != nil || v.damaged {
			return true
		}
	}
	return false
}
