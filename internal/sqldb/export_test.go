package sqldb

import (
	"context"
	"database/sql"
)

// Commits is how many commits the database has made for Write.
func (db *DB) Commits() int64 {
	switch e := db.engine.(type) {
	case *sqliteEngine:
		return e.commits.Load()
	case *pgEngine:
		return e.commits.Load()
	default:
		return 0
	}
}

// MaxGroup is how many functions share one commit at most.
const MaxGroup = maxGroup

// SQLiteDSN is the driver's address of a file.
func SQLiteDSN(path string) string { return sqliteDSN(path, false) }

// Connect takes a connection out of pool, checks and closes it.
func Connect(ctx context.Context, pool *sql.DB) error {
	c, err := connect(ctx, pool)
	if err == nil {
		c.discard()
	}
	return err
}

// AsPrepared is a statement as SQLite prepares it.
func AsPrepared(query string) string { return asPrepared(query) }

// CheckServer checks a connection to PostgreSQL.
var CheckServer = checkServer
