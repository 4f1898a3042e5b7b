// Package store is all the SQL of Klankbord, one file per noun. It sees sealed
// bytes and plain metadata, never a secret and never a permission: who may do
// what is decided in the use cases. Functions given to Write may run more than
// once and must do no sealing, hashing of files, network or clock of their own.
// It fails with the database's errors, wrapped, and with ErrNone where exactly
// one row was asked for and there is none.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/clock"
	"klankbord/internal/fault"
	"klankbord/internal/sqldb"
	"klankbord/internal/store/migration"
)

// ErrNone is returned where one row was asked for and none exists.
var ErrNone = errors.New("no such row")

// ErrStale is returned by a compare-and-set whose expectation no longer holds.
var ErrStale = errors.New("changed meanwhile")

// Store is the database of one instance.
type Store struct {
	db    *sqldb.DB
	clock clock.Clock
	stamp func(hash []byte) []byte // of lines of the log; nil: none
	wrote atomic.Int64             // how often something was written
	timed func(now time.Time, took time.Duration, err error)
	few   int // rows that are read one by one along an index, however small the table is
}

// defaultFew is from where on reading a table as it lies on the disk is worth asking for
// how large it is.
const defaultFew = 1000

// ReadSingly sets how many rows are read one by one along an index, however small the
// table is. It is called once, before the store is used; 1000 without it.
func (s *Store) ReadSingly(few int) { s.few = few }

// Most reports whether so many rows of a table are wanted that it is read faster as it
// lies on the disk than row by row along an index.
func (s *Store) Most(wanted, all int) bool { return wanted > s.few && 4*wanted > all }

// OpenReadOnly returns the store of a database that was opened to be read. It fails
// where the schema is not the one of this program.
func OpenReadOnly(ctx context.Context, db *sqldb.DB, c clock.Clock) (*Store, error) {
	if err := db.Current(ctx, migration.Files); err != nil {
		return nil, fmt.Errorf("check schema: %w", err)
	}
	return &Store{db: db, clock: c, few: defaultFew}, nil
}

// StampLeaves has every line of the log that is written from now on stamped, over
// its hash. It is called once, before the store is used.
func (s *Store) StampLeaves(stamp func(hash []byte) []byte) { s.stamp = stamp }

// TimeWrites has it told how long each Write took, with the wait for others and for the
// disk. It is called once, before the store is used.
func (s *Store) TimeWrites(timed func(now time.Time, took time.Duration, err error)) { s.timed = timed }

// Open brings the schema up to date and returns the store.
func Open(ctx context.Context, db *sqldb.DB, c clock.Clock) (*Store, error) {
	if err := db.Migrate(ctx, migration.Files); err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return &Store{db: db, clock: c, few: defaultFew}, nil
}

// InUse reports whether a member enrolled or a complaint came in, in a SQLite database of
// whatever schema; one without any is not in use.
func InUse(ctx context.Context, db *sqldb.DB) (used bool, err error) {
	err = db.Read(ctx, func(t *sqldb.Tx) error {
		var n int
		if err := t.QueryRow(`SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('envelope', 'case_file')`).Scan(&n); err != nil || n < 2 {
			return err
		}
		err := t.QueryRow(`SELECT (SELECT count(*) FROM envelope) + (SELECT count(*) FROM case_file)`).Scan(&n)
		used = n > 0
		return err
	})
	return used, err
}

// Tx is one transaction with a time of its own. The embedded context is that of
// the call that opened it.
type Tx struct {
	*sqldb.Tx
	store   *Store
	now     time.Time
	leaves  []Leaf               // to be written at the end
	changed map[casefile.ID]bool // cases of which something was changed
}

// Now is the time of the transaction, the only one its functions use.
func (t *Tx) Now() time.Time { return t.now }

// Write runs fn in a transaction that is durable when Write returns nil. It is
// the only way to write; fn may run more than once. It fails with fault.ErrFull when
// the disk has no room and with fault.ErrDown when disk or database fail.
func (s *Store) Write(ctx context.Context, fn func(*Tx) error) error {
	begun := s.clock.Now()
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		t := &Tx{Tx: tx, store: s, now: s.clock.Now()}
		if err := fn(t); err != nil {
			return err
		}
		return t.writeLeaves(s.stamp)
	})
	s.wrote.Add(1)
	if err = told(err); s.timed != nil {
		now := s.clock.Now()
		s.timed(now, now.Sub(begun), err)
	}
	return err
}

// Wrote counts the writes of this process: while it stays the same, nothing new came from
// here.
func (s *Store) Wrote() int64 { return s.wrote.Load() }

// Read runs fn in a read-only snapshot. It fails with fault.ErrDown when disk or
// database fail.
func (s *Store) Read(ctx context.Context, fn func(*Tx) error) error {
	return told(s.db.Read(ctx, func(tx *sqldb.Tx) error { return fn(&Tx{Tx: tx, store: s, now: s.clock.Now()}) }))
}

// told adds the words for a disk or a database that does not do its work.
func told(err error) error {
	switch {
	case err == nil:
		return nil
	case sqldb.IsFull(err):
		return fmt.Errorf("%w: %w", fault.ErrFull, err)
	case sqldb.IsDown(err):
		return fmt.Errorf("%w: %w", fault.ErrDown, err)
	default:
		return err
	}
}

// Now is the present time of the store's clock.
func (s *Store) Now() time.Time { return s.clock.Now() }

// Ping asks the database for a sign of life.
func (s *Store) Ping(ctx context.Context) error {
	return s.Read(ctx, func(tx *Tx) error {
		var one int
		return tx.QueryRow("SELECT 1").Scan(&one)
	})
}

// scanner is a row, alone or one of many.
type scanner interface{ Scan(dest ...any) error }

// one scans a single row and turns its absence into ErrNone.
func one[T any](row scanner, scan func(scanner) (T, error)) (T, error) {
	v, err := scan(row)
	if errors.Is(err, sql.ErrNoRows) {
		return v, ErrNone
	}
	return v, err
}

// all scans every row and closes them.
func all[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// micros stores a time; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// at reads what micros stored.
func at(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// changed turns "no row was touched" into missing.
func changed(n int64, err, missing error) error {
	if err == nil && n == 0 {
		return missing
	}
	return err
}
