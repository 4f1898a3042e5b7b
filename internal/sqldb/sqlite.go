package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// sqliteReaders is how many reads run at once; the others wait.
const sqliteReaders = 4

// sqliteEngine is SQLite with one connection that writes, owned by the goroutine
// conduct, and a few that read, owned by whoever took them from idle.
type sqliteEngine struct {
	writers, readers *sql.DB
	idle             chan *conn // sqliteReaders entries; nil is one not opened yet

	queue   chan *request
	upkeep  chan upkeep
	quit    chan struct{} // closed by close
	stopped chan struct{} // closed when conduct has ended
	closing sync.Once

	commits atomic.Int64 // how many commits conduct has made
}

func openSQLite(ctx context.Context, path string) (*sqliteEngine, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	// Made here so that no one else may read it; SQLite gives its log the same mode.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	e := &sqliteEngine{
		idle:  make(chan *conn, sqliteReaders),
		queue: make(chan *request), upkeep: make(chan upkeep),
		quit: make(chan struct{}), stopped: make(chan struct{}),
	}
	if e.writers, err = sql.Open("sqlite", sqliteDSN(path, false)); err != nil {
		return nil, err
	}
	if e.readers, err = sql.Open("sqlite", sqliteDSN(path, true)); err != nil {
		return nil, err
	}
	writer, err := connect(ctx, e.writers)
	if err != nil {
		return nil, errors.Join(err, e.writers.Close(), e.readers.Close())
	}
	for range sqliteReaders {
		e.idle <- nil
	}
	go e.conduct(writer)
	return e, nil
}

// read gives fn a snapshot on a connection of its own. SQLite takes the snapshot
// at the first statement and keeps it until the end.
func (e *sqliteEngine) read(ctx context.Context, fn func(*Tx) error) error {
	c, err := e.reader(ctx)
	if err != nil {
		return err
	}
	defer func() { e.release(c) }()
	if err := c.control("BEGIN"); err != nil {
		return err
	}
	t := &Tx{ctx: ctx, run: ctx, on: c}
	return t.finish(fn(t))
}

func (e *sqliteEngine) reader(ctx context.Context) (*conn, error) {
	select {
	case <-e.quit:
		return nil, ErrClosed
	default:
	}
	select {
	case c := <-e.idle:
		if c != nil {
			return c, nil
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-e.quit:
		return nil, ErrClosed
	}
	c, err := connect(ctx, e.readers)
	if err != nil {
		e.idle <- nil
		return nil, fmt.Errorf("open connection to read: %w", err)
	}
	return c, nil
}

// release ends the snapshot and puts the connection back, or one to be opened
// when this one no longer answers, as after an interrupted statement.
func (e *sqliteEngine) release(c *conn) {
	if err := c.control("ROLLBACK"); err != nil {
		c.discard()
		c = nil
	}
	e.idle <- c
}

// alone needs nothing beyond write: SQLite keeps other processes out of the file
// from BEGIN IMMEDIATE on.
func (e *sqliteEngine) alone(ctx context.Context, fn func(*Tx) error) error { return e.write(ctx, fn) }

func (e *sqliteEngine) close() error {
	var err error
	e.closing.Do(func() {
		close(e.quit)
		<-e.stopped
		for range sqliteReaders {
			if c := <-e.idle; c != nil {
				c.discard()
			}
		}
		err = errors.Join(e.readers.Close(), e.writers.Close())
	})
	return err
}
