// Package sqldb is the only package that knows which database Klankbord runs on:
// SQLite inside the program, or a PostgreSQL server. It gives transactions, the
// migrations of one text for both, and portable tests of errors. It must never
// acknowledge a write that the disk does not hold: synchronous=FULL and
// synchronous_commit=on are set and read back on every connection, and Open fails
// when they do not hold. It knows no table but its own, schema_migration.
//
// It fails with the error of the database, which IsUnique, IsForeignKey, IsBusy
// and IsFull tell apart, with the error of the context, or with ErrClosed.
package sqldb

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Dialect names the kind of database.
type Dialect string

// The kinds of database.
const (
	SQLite     Dialect = "sqlite"
	PostgreSQL Dialect = "postgres"
)

// ErrClosed is returned by every use of a closed database.
var ErrClosed = errors.New("database is closed")

// DB is an open database, safe for concurrent use.
type DB struct {
	dialect Dialect
	engine  engine
}

// engine is what differs between the databases.
type engine interface {
	write(ctx context.Context, fn func(*Tx) error) error
	read(ctx context.Context, fn func(*Tx) error) error
	// alone is write, with every other process that calls alone kept out.
	alone(ctx context.Context, fn func(*Tx) error) error
	// migrated says how many steps of the schema the program knows, all of which are there.
	migrated(knows int64)
	// outdated is an error once a later version of the program changed the schema.
	outdated() error
	checkpoint(ctx context.Context) error
	trim(ctx context.Context) error
	close() error
}

// Open opens "sqlite:/path/file.db" (made when missing, readable only by its
// owner) or "postgres://…" and checks that what is committed is kept.
func Open(ctx context.Context, dsn string) (*DB, error) {
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		e, err := openSQLite(ctx, path)
		if err != nil {
			return nil, fmt.Errorf("open SQLite database: %w", err)
		}
		return &DB{SQLite, e}, nil
	}
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		e, err := openPostgres(ctx, dsn)
		if err != nil {
			return nil, fmt.Errorf("open PostgreSQL database: %w", err)
		}
		return &DB{PostgreSQL, e}, nil
	}
	return nil, errors.New("a database address starts with sqlite: or postgres://")
}

// Write runs fn in a transaction of its own and returns nil only when the change
// is durable. An error or panic of fn, or any failed statement in it, undoes fn
// alone. On an error from committing nothing is visible, though after a crash of
// the machine in that instant it may be: whoever retries needs an idempotency key.
//
// Functions that wait at the same time share one commit and one sync of the disk; fn
// holds up all other writers while it runs, on PostgreSQL those of every process. There
// fn runs again, up to 5 times, when it collides with another program. So fn does no
// network, sealing or hashing, sets what it captures anew each time, and must not call
// Write or Read itself. A caller whose context ends before fn began is dropped.
//
// Once a later version of the program changed the schema, Write and Read fail with
// ErrNewer: what they would write or show might miss what they do not know of.
func (db *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	return db.engine.write(ctx, fn)
}

// Read runs fn in a read-only transaction that sees one moment of the database.
func (db *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	if err := db.engine.outdated(); err != nil {
		return err
	}
	return db.engine.read(ctx, fn)
}

// Checkpoint moves what SQLite's write-ahead log holds into the database file and
// empties the log, so that erased content is in neither. It fails, as IsBusy,
// when a reader stays in the way. PostgreSQL looks after its own log; there it
// does nothing.
func (db *DB) Checkpoint(ctx context.Context) error { return db.engine.checkpoint(ctx) }

// Trim is Checkpoint for when there is time: it waits for nobody, and where a reader is in
// the way, or nothing was written since, it leaves the log as it is.
func (db *DB) Trim(ctx context.Context) error { return db.engine.trim(ctx) }

// Dialect says which kind of database this is; for tests and diagnoses.
func (db *DB) Dialect() Dialect { return db.dialect }

// ForUpdateSkipLocked ends a SELECT that claims rows which several instances may
// want: empty on SQLite, where there is one writer.
func (db *DB) ForUpdateSkipLocked() string {
	if db.dialect == PostgreSQL {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// Close waits for the transactions that have begun and closes the database.
func (db *DB) Close() error { return db.engine.close() }
