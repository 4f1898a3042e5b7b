package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

var (
	errOver     = errors.New("transaction is over")
	errRowsOpen = errors.New("rows of the statement before are still open")
	errTime     = errors.New("a time is stored as microseconds, not as time.Time")
)

// statements is a connection inside a transaction.
type statements interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	// script runs several statements that take no arguments.
	script(ctx context.Context, text string) error
}

// Tx is one transaction, used by one goroutine and only until its function
// returns. After a statement fails, every later one fails with the same error and
// the transaction cannot commit: PostgreSQL is so, and SQLite may have rolled back
// by itself. The rows of a query are closed before the next statement.
type Tx struct {
	ctx    context.Context // the caller's: asked before each statement
	run    context.Context // what the driver gets
	on     statements
	failed error
	rows   *sql.Rows // of the last Query
}

// Context is the context of the call that opened the transaction.
func (t *Tx) Context() context.Context { return t.ctx }

// Exec runs a statement and returns how many rows it changed.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	if err := t.ready(args); err != nil {
		return 0, err
	}
	result, err := t.on.ExecContext(t.run, query, args...)
	if err != nil {
		return 0, t.fail(err)
	}
	n, err := result.RowsAffected()
	return n, t.fail(err)
}

// Query runs a statement that returns rows. The caller closes them.
func (t *Tx) Query(query string, args ...any) (*sql.Rows, error) {
	if err := t.ready(args); err != nil {
		return nil, err
	}
	rows, err := t.on.QueryContext(t.run, query, args...)
	if err != nil {
		return nil, t.fail(err)
	}
	t.rows = rows
	return rows, nil
}

// QueryRow runs a statement that returns at most one row. Scan of the result must
// be called, and returns sql.ErrNoRows when there is none.
func (t *Tx) QueryRow(query string, args ...any) *Row {
	if err := t.ready(args); err != nil {
		return &Row{err: err}
	}
	row := t.on.QueryRowContext(t.run, query, args...)
	return &Row{tx: t, row: row, err: t.fail(row.Err())}
}

// Row is the result of QueryRow.
type Row struct {
	tx  *Tx
	row *sql.Row
	err error
}

// Scan copies the columns into dest.
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	err := r.row.Scan(dest...)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		_ = r.tx.fail(err)
	}
	return err
}

// Err is the error of the statement, without its row.
func (r *Row) Err() error { return r.err }

// ready says whether a further statement may run.
func (t *Tx) ready(args []any) error {
	open := t.rowsOpen()
	if t.failed != nil {
		return t.failed
	}
	if err := t.ctx.Err(); err != nil {
		return t.fail(err)
	}
	if open {
		return t.fail(errRowsOpen)
	}
	for i, a := range args {
		if _, ok := a.(time.Time); ok {
			return t.fail(fmt.Errorf("argument %d: %w", i+1, errTime))
		}
	}
	return nil
}

func (t *Tx) fail(err error) error {
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// rowsOpen reports whether the rows of the last Query are still open: Columns
// fails once they are closed. A statement that failed after its first rows has failed, even
// where nobody asked the rows for it.
func (t *Tx) rowsOpen() bool {
	if t.rows == nil {
		return false
	}
	if _, err := t.rows.Columns(); err == nil {
		return true
	}
	_ = t.fail(t.rows.Err())
	t.rows = nil
	return false
}

// finish closes what the function left open, ends the use of t, and says whether
// the transaction may commit, given what the function returned.
func (t *Tx) finish(err error) error {
	if t.rowsOpen() {
		_ = t.rows.Close() // whatever it says, the transaction fails
		err = errors.Join(err, t.fail(errRowsOpen))
	}
	if err == nil {
		err = t.failed
	}
	t.failed = errOver
	return err
}
