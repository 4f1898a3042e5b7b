package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"klankbord/internal/sqldb"
	"klankbord/internal/store/migration"
)

// What a column holds, in either database.
const (
	TextColumn  = "text"
	IntColumn   = "int"
	BytesColumn = "bytes"
)

// Table is a table as a dump tells of it. A row is one value per column: string, int64
// or []byte as its kind says, or nil.
type Table struct {
	Name    string
	Columns []Column
}

// Column is one of its columns.
type Column struct{ Name, Kind string }

// ErrNotEmpty means that a database holds an instance already.
var ErrNotEmpty = errors.New("the database holds an instance already")

// errColumns means that a dump does not fit the schema.
var errColumns = errors.New("the columns are not those of this program's schema")

var tableName = regexp.MustCompile(`(?m)^CREATE TABLE ([a-z_]+) \(`)

// Tables names every table, so that rows refer only to rows of tables before theirs.
func Tables() ([]string, error) {
	entries, err := migration.Files.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("list schema: %w", err)
	}
	var names []string
	for _, e := range entries { // ordered by name
		text, err := migration.Files.ReadFile(e.Name())
		if err != nil {
			return nil, fmt.Errorf("read schema: %w", err)
		}
		for _, m := range tableName.FindAllSubmatch(text, -1) {
			names = append(names, string(m[1]))
		}
	}
	return names, nil
}

// Dump reads all of the transaction's moment: begin is called for each table, then row
// for each of its rows. What row gets is overwritten by the next one.
func (t *Tx) Dump(begin func(Table) error, row func([]any) error) error {
	names, err := Tables()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := t.dumpTable(name, begin, row); err != nil {
			return fmt.Errorf("read table %s: %w", name, err)
		}
	}
	return nil
}

func (t *Tx) dumpTable(name string, begin func(Table) error, row func([]any) error) error {
	table, err := t.table(name)
	if err != nil {
		return err
	}
	if err := begin(table); err != nil {
		return err
	}
	// SQLite's driver gives no bytes at all as nil, like NULL, so that is asked for.
	columns, values, absent := table.names(), make([]any, len(table.Columns)), make([]int64, len(table.Columns))
	var at []any
	for i := range values {
		at = append(at, &values[i])
	}
	for i, c := range table.Columns {
		if c.Kind == BytesColumn {
			columns, at = append(columns, `CASE WHEN `+c.Name+` IS NULL THEN 1 ELSE 0 END`), append(at, &absent[i])
		}
	}
	rows, err := t.Query(`SELECT ` + strings.Join(columns, ", ") + ` FROM ` + name)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(at...); err != nil {
			return err
		}
		for i, c := range table.Columns {
			if b, _ := values[i].([]byte); c.Kind == BytesColumn && len(b) == 0 {
				values[i] = []byte{}
				if absent[i] == 1 {
					values[i] = nil
				}
			}
		}
		if err := table.fits(values); err != nil {
			return err
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// table asks the database for the columns of a table, which are ordered by name, so that
// both databases tell the same.
func (t *Tx) table(name string) (Table, error) {
	rows, err := t.Query(`SELECT * FROM ` + name + ` WHERE 1 = 0`)
	if err != nil {
		return Table{}, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return Table{}, err
	}
	table := Table{Name: name}
	for _, c := range types {
		kind, ok := map[string]string{
			"TEXT": TextColumn, "INTEGER": IntColumn, "INT8": IntColumn, "BIGINT": IntColumn, "BLOB": BytesColumn, "BYTEA": BytesColumn,
		}[c.DatabaseTypeName()]
		if !ok {
			return Table{}, fmt.Errorf("column %s is of type %s", c.Name(), c.DatabaseTypeName())
		}
		table.Columns = append(table.Columns, Column{c.Name(), kind})
	}
	slices.SortFunc(table.Columns, func(a, b Column) int { return strings.Compare(a.Name, b.Name) })
	return table, rows.Err()
}

func (t Table) names() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// fits reports a value that is not of the kind of its column.
func (t Table) fits(values []any) error {
	if len(values) != len(t.Columns) {
		return errColumns
	}
	for i, v := range values {
		ok := v == nil
		switch v := v.(type) {
		case string:
			ok = t.Columns[i].Kind == TextColumn && utf8.ValidString(v)
		case int64:
			ok = t.Columns[i].Kind == IntColumn
		case []byte:
			ok = t.Columns[i].Kind == BytesColumn
		}
		if !ok {
			return fmt.Errorf("column %s holds what is no %s", t.Columns[i].Name, t.Columns[i].Kind)
		}
	}
	return nil
}

// Dumped gives back what Dump read: each table, then its rows until io.EOF, and io.EOF
// after the last table.
type Dumped interface {
	Next() (Table, error)
	Row() ([]any, error)
}

// Fill writes what was dumped into a database that holds nothing yet, all of it or
// nothing. Open is called again when the database wants to start over. It fails with
// ErrNotEmpty.
func (s *Store) Fill(ctx context.Context, open func() (Dumped, error)) error {
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		t := &Tx{Tx: tx, store: s, now: s.clock.Now()}
		var n int
		if err := t.QueryRow(`SELECT count(*) FROM instance`).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return ErrNotEmpty
		}
		from, err := open()
		if err != nil {
			return err
		}
		return t.fill(from)
	})
	if err != nil {
		return fmt.Errorf("fill database: %w", err)
	}
	return nil
}

func (t *Tx) fill(from Dumped) error {
	names, err := Tables()
	if err != nil {
		return err
	}
	for _, name := range names {
		table, err := from.Next()
		if err == nil && table.Name != name {
			err = fmt.Errorf("found table %q: %w", table.Name, errColumns)
		}
		if err == nil {
			err = t.fillTable(table, from.Row)
		}
		if err != nil {
			return fmt.Errorf("write table %s: %w", name, err)
		}
	}
	if _, err := from.Next(); !errors.Is(err, io.EOF) {
		return errors.Join(errColumns, err)
	}
	return nil
}

// filling is how many values one statement writes at most; SQLite takes 32,766.
const filling = 2000

func (t *Tx) fillTable(table Table, next func() ([]any, error)) error {
	here, err := t.table(table.Name)
	if err != nil {
		return err
	}
	if !slices.Equal(here.Columns, table.Columns) {
		return errColumns
	}
	width := len(table.Columns)
	most := max(1, filling/width)
	batch := make([]any, 0, most*width)
	for {
		values, err := next()
		if errors.Is(err, io.EOF) {
			return t.insertMany(table, batch)
		}
		if err == nil {
			err = table.fits(values)
		}
		if err != nil {
			return err
		}
		if batch = append(batch, values...); len(batch) == most*width {
			if err := t.insertMany(table, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
}

// insertMany writes rows whose values follow one another.
func (t *Tx) insertMany(table Table, values []any) error {
	if len(values) == 0 {
		return nil
	}
	width := len(table.Columns)
	rows := make([]string, 0, len(values)/width)
	for from := 1; from <= len(values); from += width {
		rows = append(rows, "("+numbered(from, width)+")")
	}
	_, err := t.Exec(`INSERT INTO `+table.Name+` (`+strings.Join(table.names(), ", ")+`) VALUES `+strings.Join(rows, ", "), values...)
	return err
}
