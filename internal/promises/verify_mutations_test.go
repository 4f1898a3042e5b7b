package promises_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

// PT9: what honest people did, `log verify` accepts, on both databases and after a
// restart.
func TestPT9_EveryHonestHistoryIsAccepted(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		h := newEventful(t, dsn)
		wantSound(t, h.Instance)
		h.windows.settle(t)
		h.DeliverMail()
		h.Reopen()
		h.Sequence()
		wantSound(t, h.Instance)
	})
}

// PT9: a single field that somebody changes in the database, a row that they remove
// and one that they copy are named by `log verify`, or by whoever looks. doc/log.md
// lists what neither notices, with the reason, and what only the reader does.
func TestPT9_EveryChangedFieldIsNoticed(t *testing.T) {
	l, all := readListed(t), schema(t)
	h := newEventful(t, "")
	wantSound(t, h.Instance)
	h.windows.settle(t)
	for _, table := range slices.Sorted(maps.Keys(all)) {
		if h.newest(table) == 0 {
			t.Errorf("%s has no row", table)
			continue
		}
		for _, c := range all[table] {
			h.tryFields(t, l, table, c)
		}
		h.tryRows(t, l, table, all[table])
	}
	l.check(t, all)
	h.DeliverMail()
	wantSound(t, h.Instance) // everything was put back
}

// tampering changes one row of a table.
type tampering struct {
	table, column string // column is empty where the whole row goes or comes
	row           int64
	sql           string
}

func (m tampering) String() string {
	return fmt.Sprintf("%s.%s of row %d: %s", m.table, m.column, m.row, m.sql)
}

// tryFields gives a column other values, in the first and the last row and in one that
// is no exception.
func (h *eventful) tryFields(t *testing.T, l *listed, table string, c schemaColumn) {
	t.Helper()
	column, tried := table+"."+c.name, false
	for n, id := range h.rowsOf(t, table, l.field(column).when) {
		excepted := h.excepted(t, l.field(column), table, id)
		others := h.others(t, table, c, id)
		if n == 1 && c.kind == "bytes" {
			others = others[:2] // the last row; the others get all
		}
		for _, to := range others {
			m := tampering{table, c.name, id, fmt.Sprintf("UPDATE %[1]s SET %[2]s = %[3]s WHERE rowid = %[4]d AND %[2]s IS NOT %[3]s", table, c.name, to, id)}
			applied, noticed := h.verifyNotices(t, m)
			if !applied {
				continue
			}
			tried = true
			switch {
			case noticed:
			case h.readersNotice(t, m):
				l.read[column] = l.field(column).reason == "" || l.field(column).when != ""
			case excepted:
				l.field(column).missed = true
				if l.field(column).when == "" {
					return
				}
			default:
				t.Errorf("nobody notices %s", m)
			}
		}
	}
	if !tried {
		t.Errorf("%s was never changed", column)
	}
}

// tryRows removes rows, and copies them with another key.
func (h *eventful) tryRows(t *testing.T, l *listed, table string, columns []schemaColumn) {
	t.Helper()
	for what, of := range map[string]func(int64) []tampering{
		"removed": func(id int64) []tampering {
			return []tampering{{table: table, row: id, sql: fmt.Sprintf("DELETE FROM %s WHERE rowid = %d", table, id)}}
		},
		"copied": func(id int64) []tampering { return copies(t, table, columns, id) },
	} {
		e, tried := l.row(what, table), false
		for _, id := range h.rowsOf(t, table, e.when) {
			for _, m := range of(id) {
				applied, noticed := h.verifyNotices(t, m)
				tried = tried || applied
				switch {
				case !applied || noticed:
				case h.excepted(t, e, table, id):
					e.missed = true
				default:
					t.Errorf("nobody notices that a row is %s: %s", what, m)
				}
			}
		}
		if !tried {
			t.Errorf("no row of %s was %s", table, what)
		}
	}
}

var uniqueColumn = regexp.MustCompile(`(?m)^\s+(\w+)\s+\{\w+\}[^,\n]* UNIQUE`)

// copies are statements that copy a row: each gives one column another value, and
// those that must differ as well. The schema refuses most.
func copies(t *testing.T, table string, columns []schemaColumn, row int64) (list []tampering) {
	t.Helper()
	unique := map[string]bool{}
	for _, u := range uniqueColumn.FindAllStringSubmatch(tableText(t, table), -1) {
		unique[u[1]] = true
	}
	names := columnNames(columns)
	for _, other := range columns {
		var values []string
		for _, c := range columns {
			switch {
			case c != other && !unique[c.name] || c.kind == "bytes":
				values = append(values, c.name)
			case c.kind == "int":
				values = append(values, c.name+" + 1000000")
			default:
				values = append(values, c.name+" || 'x'")
			}
		}
		list = append(list, tampering{table: table, row: row, sql: fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s WHERE rowid = %d",
			table, strings.Join(names, ", "), strings.Join(values, ", "), table, row)})
	}
	return list
}

// rowsOf picks the first and the last row of a table that somebody looks at, and the
// first that is no exception.
func (h *eventful) rowsOf(t *testing.T, table, when string) (ids []int64) {
	t.Helper()
	where := "1 = 1"
	if h.watched[table] != "" {
		where = h.watched[table]
	}
	queries := []string{where + " ORDER BY rowid", where + " ORDER BY rowid DESC"}
	if when != "" {
		queries = append(queries, fmt.Sprintf("%s AND NOT (%s) ORDER BY rowid", where, when))
	}
	h.read(t, func(tx *store.Tx) error {
		for _, q := range queries {
			var id int64
			if err := tx.QueryRow("SELECT rowid FROM " + table + " WHERE " + q + " LIMIT 1").Scan(&id); err != nil {
				return fmt.Errorf("%s where %s: %w", table, q, err)
			}
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		return nil
	})
	return ids
}

func (h *eventful) read(t *testing.T, fn func(*store.Tx) error) {
	t.Helper()
	must(t, h.Store.Read(ctx, fn))
}

func (h *eventful) excepted(t *testing.T, e *exception, table string, row int64) (is bool) {
	t.Helper()
	if e.reason == "" || e.when == "" {
		return e.reason != ""
	}
	h.read(t, func(tx *store.Tx) error {
		return tx.QueryRow(fmt.Sprintf("SELECT %s FROM %s WHERE rowid = %d", e.when, table, row)).Scan(&is)
	})
	return is
}

// others are SQL expressions of other values of a field: the words that the schema
// allows, a neighbour of a number, a longer text, bytes with one bit turned or one
// missing, what another row holds, nothing.
func (h *eventful) others(t *testing.T, table string, c schemaColumn, row int64) []string {
	t.Helper()
	words := regexp.MustCompile(`CHECK \(` + c.name + ` IN \(([^)]*)\)\)`).FindStringSubmatch(tableText(t, table))
	other := fmt.Sprintf("(SELECT y.%[2]s FROM %[1]s y WHERE y.%[2]s <> %[1]s.%[2]s ORDER BY y.rowid DESC LIMIT 1)", table, c.name)
	switch {
	case words != nil:
		return append(strings.Split(words[1], ", "), "NULL")
	case c.kind == "int":
		return []string{c.name + " + 1", "0", c.name + " - 1", "NULL"}
	case c.kind == "text":
		return []string{c.name + " || 'x'", other, "''", "NULL"}
	}
	var now []byte
	h.read(t, func(tx *store.Tx) error {
		return tx.QueryRow(fmt.Sprintf("SELECT %s FROM %s WHERE rowid = %d", c.name, table, row)).Scan(&now)
	})
	if len(now) == 0 {
		return []string{"X'01'", other, "NULL"}
	}
	literal := func(b []byte) string { return "X'" + hex.EncodeToString(b) + "'" }
	turned := slices.Clone(now)
	turned[len(now)/2] ^= 1
	return []string{literal(turned), other, literal(now[:len(now)-1]), "X''", "NULL"}
}

// errUndo ends a transaction whose changes must not stay.
var errUndo = errors.New("undo")

// verifyNotices examines the database with the change in it, and undoes it.
func (h *eventful) verifyNotices(t *testing.T, m tampering) (applied, noticed bool) {
	t.Helper()
	err := h.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec("PRAGMA defer_foreign_keys = ON"); err != nil {
			return err
		}
		n, err := tx.Exec(m.sql)
		if applied = err == nil && n == 1; !applied {
			return errUndo // the schema refuses it, or it is the same value
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

// readersNotice leaves the change in place while people look, and puts the field back.
func (h *eventful) readersNotice(t *testing.T, m tampering) (noticed bool) {
	t.Helper()
	back := fmt.Sprintf("UPDATE OR REPLACE %s SET %s = %s WHERE rowid = %d", m.table, m.column, h.literal(t, m), m.row)
	if m.table == "mail" {
		return h.postNotices(t, m)
	}
	if h.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(m.sql)
		return err
	}) != nil {
		return false // foreign keys do not let it stand
	}
	defer behind(t, h.Store, back)
	return slices.ContainsFunc(h.windows.windows, func(w window) bool {
		if !slices.Contains(w.about, m.table) {
			return false
		}
		v := h.windows.look(w)
		return v.err != nil || v.damaged
	})
}

// literal is the field as it is now.
func (h *eventful) literal(t *testing.T, m tampering) (text string) {
	t.Helper()
	h.read(t, func(tx *store.Tx) error {
		return tx.QueryRow(fmt.Sprintf("SELECT quote(%s) FROM %s WHERE rowid = %d", m.column, m.table, m.row)).Scan(&text)
	})
	return text
}

// postNotices lets the post go with the change in place: it must refuse a mail that is
// not as it was sealed, and tell that it is dead. Everything is put back.
func (h *eventful) postNotices(t *testing.T, m tampering) bool {
	t.Helper()
	mail := strings.Join(columnNames(schema(t)["mail"]), ", ")
	do := func(statements ...string) {
		for _, sql := range statements {
			behind(t, h.Store, sql)
		}
	}
	do("CREATE TEMP TABLE was_mail AS SELECT rowid AS r, * FROM mail", "CREATE TEMP TABLE was_job AS SELECT * FROM job", m.sql)
	h.DeliverMail()
	var state, class string
	h.read(t, func(tx *store.Tx) error {
		return tx.QueryRow(fmt.Sprintf("SELECT state, error FROM mail WHERE rowid = %d", m.row)).Scan(&state, &class)
	})
	do("DELETE FROM mail", "INSERT INTO mail (rowid, "+mail+") SELECT * FROM was_mail", "DROP TABLE was_mail",
		"DELETE FROM job", "INSERT INTO job SELECT * FROM was_job", "DROP TABLE was_job")
	return state == "dead" && class == "unreadable"
}

func columnNames(columns []schemaColumn) (names []string) {
	for _, c := range columns {
		names = append(names, c.name)
	}
	return names
}
