package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// errReadOnly is what every write to a database that was opened to read fails with.
var errReadOnly = errors.New("database was opened to be read only")

// OpenReadOnly opens a database to look at it: a copy, a backup, or one that a
// running instance writes to. It changes nothing in it and makes none where there is
// none; it does not ask for what only writing needs.
func OpenReadOnly(ctx context.Context, dsn string) (*DB, error) {
	path, ok := strings.CutPrefix(dsn, "sqlite:")
	if !ok {
		db, err := Open(ctx, dsn)
		if err != nil {
			return nil, err
		}
		db.engine = readOnly{db.engine}
		return db, nil
	}
	e, err := openFrozen(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open SQLite database to read: %w", err)
	}
	return &DB{SQLite, e}, nil
}

// readOnly is an engine that does not write.
type readOnly struct{ engine }

func (readOnly) write(context.Context, func(*Tx) error) error { return errReadOnly }
func (readOnly) alone(context.Context, func(*Tx) error) error { return errReadOnly }
func (readOnly) checkpoint(context.Context) error             { return errReadOnly }
func (readOnly) trim(context.Context) error                   { return errReadOnly }

// frozen is SQLite with connections that only read.
type frozen struct{ *sqliteEngine }

func openFrozen(ctx context.Context, path string) (engine, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	// Without a log beside it nobody has the file open: SQLite is told that it does not
	// change, and puts no files of its own into the folder of a backup.
	immutable := "0"
	if _, err := os.Stat(path + "-wal"); errors.Is(err, fs.ErrNotExist) {
		immutable = "1"
	}
	db, err := sql.Open("sqlite", frozenDSN(path, immutable))
	if err != nil {
		return nil, err
	}
	var n int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&n); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	e := &sqliteEngine{readers: db, idle: make(chan *conn, sqliteReaders)}
	e.conductor = newConductor(e, 0) // only told when it is closed
	for range sqliteReaders {
		e.idle <- nil
	}
	return readOnly{frozen{e}}, nil
}

func frozenDSN(path, immutable string) string {
	q := url.Values{
		"mode": {"ro"}, "immutable": {immutable}, "_query_only": {"1"}, "_dqs": {"0"}, "_defensive": {"1"}, "_error_rc": {"1"},
		"_pragma": {"busy_timeout(5000)", "trusted_schema(OFF)", "cell_size_check(ON)", "temp_store(MEMORY)", "mmap_size(0)"},
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: q.Encode()}).String()
}

// read gives fn a snapshot, as sqliteEngine does, on a connection that is not asked
// for what writing needs.
func (f frozen) read(ctx context.Context, fn func(*Tx) error) error {
	c := <-f.idle
	if c == nil {
		raw, err := f.readers.Conn(ctx)
		if err != nil {
			f.idle <- nil
			return err
		}
		c = &conn{Conn: raw, prepared: map[string]*sql.Stmt{}}
	}
	defer func() { f.release(c) }()            //nolint:contextcheck // releasing outlives the caller
	if err := c.control("BEGIN"); err != nil { //nolint:contextcheck // releasing outlives the caller
		return err
	}
	t := &Tx{ctx: ctx, run: ctx, on: c}
	return t.finish(fn(t))
}

func (f frozen) close() error {
	var err error
	f.closing.Do(func() {
		close(f.quit)
		for range sqliteReaders {
			if c := <-f.idle; c != nil {
				c.discard()
			}
		}
		err = f.readers.Close()
	})
	return err
}

// Current fails unless the schema of the database is exactly the one of the files:
// with ErrNewer or ErrHistory, or with advice where it is older. It changes nothing.
func (db *DB) Current(ctx context.Context, files fs.FS) error {
	steps, err := readMigrations(files)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	return db.engine.read(ctx, func(t *Tx) error {
		done, err := history(t)
		if err != nil {
			return fmt.Errorf("read the schema's history: %w", err)
		}
		if err := sameHistory(done, steps); err != nil {
			return err
		}
		if len(done) < len(steps) {
			return fmt.Errorf("the database's schema is at %d, this program's at %d: read it with the version of klankbord that wrote it", len(done), len(steps))
		}
		return nil
	})
}
