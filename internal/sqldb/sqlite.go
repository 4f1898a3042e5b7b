package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// sqliteReaders is how many reads run at once; the others wait.
const sqliteReaders = 4

// sqliteEngine is SQLite with one connection that writes, owned by the conductor, and a
// few that read, owned by whoever took them from idle.
type sqliteEngine struct {
	*conductor
	writers, readers *sql.DB
	idle             chan *conn // sqliteReaders entries; nil is one not opened yet
	writer           *conn      // nil: to be opened; the conductor's alone
	trimmed          int64      // commits when the write-ahead log was last emptied; the conductor's alone
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
	e := &sqliteEngine{idle: make(chan *conn, sqliteReaders)}
	e.conductor = newConductor(e, maxGroup)
	if e.writers, err = sql.Open("sqlite", sqliteDSN(path, false)); err != nil {
		return nil, err
	}
	if e.readers, err = sql.Open("sqlite", sqliteDSN(path, true)); err != nil {
		return nil, err
	}
	if e.writer, err = connect(ctx, e.writers); err != nil {
		return nil, errors.Join(err, e.writers.Close(), e.readers.Close())
	}
	for range sqliteReaders {
		e.idle <- nil
	}
	go e.run()
	return e, nil
}

func (e *sqliteEngine) begin() (transaction, error) {
	if err := e.connected(); err != nil {
		return nil, fmt.Errorf("open connection to write: %w", err)
	}
	err := e.writer.control("BEGIN IMMEDIATE")
	if err != nil && !IsBusy(err) {
		e.over(nil, true)
	}
	return e.writer, err
}

// connected opens the connection to write where there is none.
func (e *sqliteEngine) connected() (err error) {
	if e.writer == nil {
		e.writer, err = connect(context.Background(), e.writers)
	}
	return err
}

func (e *sqliteEngine) over(_ transaction, lost bool) {
	if lost {
		e.writer.discard()
		e.writer = nil
	}
}

// bound lets no context end a statement, https://www.sqlite.org/c3ref/interrupt.html.
func (e *sqliteEngine) bound(ctx context.Context, _ transaction) (context.Context, context.CancelFunc) {
	return context.WithoutCancel(ctx), func() {}
}

// checkpoint empties the write-ahead log.
func (e *sqliteEngine) checkpoint(ctx context.Context) error {
	return e.between(ctx, func() error {
		if err := e.connected(); err != nil {
			return err
		}
		return truncateLog(e.writer)
	})
}

// trim empties the write-ahead log where that takes no waiting: a reader that takes long,
// such as a backup, would hold up everyone who writes.
func (e *sqliteEngine) trim(ctx context.Context) error {
	return e.between(ctx, func() error {
		n := e.commits.Load()
		if n == e.trimmed {
			return nil
		}
		if err := e.connected(); err != nil {
			return err
		}
		err := e.writer.control("PRAGMA busy_timeout = 0")
		if err == nil {
			err = truncateLog(e.writer)
		}
		if err == nil {
			e.trimmed = n
		}
		if errors.Is(err, errReaders) {
			err = nil
		}
		if err = errors.Join(err, e.writer.control(fmt.Sprintf("PRAGMA busy_timeout = %d", patience))); err != nil {
			e.over(nil, true)
		}
		return err
	})
}

func truncateLog(c *conn) error {
	var busy, frames, moved int
	row := c.Conn.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
	if err := row.Scan(&busy, &frames, &moved); err != nil {
		return fmt.Errorf("empty the write-ahead log: %w", err)
	}
	if busy != 0 {
		return fmt.Errorf("empty the write-ahead log: %w", errReaders)
	}
	return nil
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
		e.stop()
		if e.writer != nil {
			e.writer.discard()
		}
		for range sqliteReaders {
			if c := <-e.idle; c != nil {
				c.discard()
			}
		}
		err = errors.Join(e.readers.Close(), e.writers.Close())
	})
	return err
}
