package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"regexp"
)

// maxPrepared bounds the statements that a connection keeps prepared. The store's
// texts are constants, far fewer; what lies beyond is prepared each time.
const maxPrepared = 512

// conn is one connection to SQLite with its prepared statements. Whoever holds
// the transaction on it holds it alone.
type conn struct {
	*sql.Conn
	prepared map[string]*sql.Stmt
}

// How much of the database a connection keeps in memory, in KiB. Reads are served by the
// system's page cache. What a group changes has to fit, or it is written to the log once
// more before the commit: sixteen complaints that come at once change more than a MiB.
const (
	readerCache = 1024
	writerCache = 4096
)

// patience is how long a connection waits for one that is in the way, in milliseconds.
const patience = 5000

// sqliteSettings are set on every connection, with how much it keeps in memory. A mapped
// file would count as ours. What is deleted is overwritten; what SQLite sets aside stays
// in memory.
func sqliteSettings(cache int) []string {
	return []string{
		fmt.Sprintf("busy_timeout(%d)", patience), "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
		"secure_delete(ON)", "trusted_schema(OFF)", "cell_size_check(ON)", "temp_store(MEMORY)",
		fmt.Sprintf("cache_size(-%d)", cache), "mmap_size(0)", "journal_size_limit(4194304)",
	}
}

// sqliteDSN is the driver's address of the file at an absolute path.
func sqliteDSN(path string, readOnly bool) string {
	cache := writerCache
	if readOnly {
		cache = readerCache
	}
	q := url.Values{"_pragma": sqliteSettings(cache), "_dqs": {"0"}, "_defensive": {"1"}, "_error_rc": {"1"}}
	if readOnly {
		q.Set("_query_only", "1")
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: q.Encode()}).String()
}

// connect takes a connection of its own out of db and reads back what durability
// and erasure depend on.
func connect(ctx context.Context, db *sql.DB) (*conn, error) {
	raw, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: raw, prepared: map[string]*sql.Stmt{}}
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "trusted_schema": "0",
	} {
		var got string
		if err := raw.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got); err != nil {
			c.discard()
			return nil, fmt.Errorf("ask for %s: %w", pragma, err)
		}
		if got != want {
			c.discard()
			return nil, fmt.Errorf("%s is %s, must be %s", pragma, got, want)
		}
	}
	return c, nil
}

// discard closes the connection for good, with any transaction on it. A statement
// still prepared would keep SQLite's connection, and its locks, alive; database/sql
// does not close those prepared on a single connection.
func (c *conn) discard() {
	for _, s := range c.prepared {
		_ = s.Close()
	}
	_ = c.Raw(func(any) error { return driver.ErrBadConn }) // makes the pool drop it
	_ = c.Close()
}

// control runs a statement that begins, marks or ends a transaction.
func (c *conn) control(statement string) error {
	if _, err := c.ExecContext(context.Background(), statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// boundLimit is a limit that is given with the other values.
var boundLimit = regexp.MustCompile(`\bLIMIT (\$[0-9]+)`)

// asPrepared keeps SQLite from planning by the value of a limit. It would prepare the
// statement again whenever one is bound, which takes longer than most statements run; of a
// sum it does not ask the value, and plans as if it were unknown.
func asPrepared(query string) string { return boundLimit.ReplaceAllString(query, "LIMIT ($1 + 0)") }

// statement returns query prepared, or nil when it is not to be kept.
func (c *conn) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := c.prepared[query]; ok {
		return s, nil
	}
	if len(c.prepared) >= maxPrepared {
		return nil, nil //nolint:nilnil // nil is a documented answer, not a missing one
	}
	s, err := c.PrepareContext(ctx, asPrepared(query))
	if err != nil {
		return nil, err
	}
	c.prepared[query] = s
	return s, nil
}

func (c *conn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.Conn.ExecContext(ctx, query, args...)
	}
	return s.ExecContext(ctx, args...)
}

func (c *conn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.Conn.QueryContext(ctx, query, args...)
	}
	return s.QueryContext(ctx, args...)
}

func (c *conn) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	s, err := c.statement(ctx, query)
	if err != nil || s == nil {
		return c.Conn.QueryRowContext(ctx, query, args...) // meets the error of preparing again
	}
	return s.QueryRowContext(ctx, args...)
}

func (c *conn) script(ctx context.Context, text string) error {
	_, err := c.Conn.ExecContext(ctx, text)
	return err
}
