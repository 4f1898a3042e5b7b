package sqldb

import (
	"context"
	"database/sql"
	"time"

	"github.com/jackc/pgx/v5"
)

// pgConn is a connection on which a group writes.
type pgConn struct {
	*sql.Conn
	waits *time.Timer // ends the context of the statements of a function
}

// A function may take as long as it takes, as when a whole database is moved; each of its
// statements begins to wait anew.
func (c *pgConn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	c.waits.Reset(pgPatience)
	return c.Conn.ExecContext(ctx, query, args...)
}

func (c *pgConn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.waits.Reset(pgPatience)
	return c.Conn.QueryContext(ctx, query, args...)
}

func (c *pgConn) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	c.waits.Reset(pgPatience)
	return c.Conn.QueryRowContext(ctx, query, args...)
}

func (c *pgConn) script(ctx context.Context, text string) error {
	_, err := c.Conn.ExecContext(ctx, text, pgx.QueryExecModeSimpleProtocol)
	return err
}

func (c *pgConn) control(statement string) error {
	ctx, over := context.WithTimeout(context.Background(), pgPatience)
	defer over()
	return c.script(ctx, statement)
}
