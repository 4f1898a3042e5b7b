package sqldb

import (
	"context"
	"errors"
	"fmt"
)

// maxGroup bounds how many functions share one commit, and so how long the first
// of them waits for the others.
const maxGroup = 128

var errAbandoned = errors.New("function ended without returning")

// request is one call of write. The function runs on the goroutine of its caller,
// so that a panic in it, or the end of that goroutine, is the caller's alone.
type request struct {
	ctx   context.Context
	turn  chan *Tx   // conduct lends the transaction
	ended chan error // the caller gives it back
	done  chan error // conduct says what became of it; never blocks

	failed error // of the function itself; conduct's alone
}

// write queues the caller, runs fn when its turn comes and waits for the commit.
func (e *sqliteEngine) write(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &request{ctx: ctx, turn: make(chan *Tx), ended: make(chan error), done: make(chan error, 1)}
	select {
	case e.queue <- r: // conduct takes it only when it is about to serve it
	case <-ctx.Done():
		return ctx.Err()
	case <-e.quit:
		return ErrClosed
	}
	select {
	case t := <-r.turn:
		r.run(t, fn)
		return <-r.done
	case err := <-r.done:
		return err
	}
}

// run calls fn and gives the transaction back however fn ends.
func (r *request) run(t *Tx, fn func(*Tx) error) {
	err := errAbandoned
	defer func() { r.ended <- t.finish(err) }()
	err = fn(t)
}

// conduct owns the writing connection. It ends when the database is closed.
func (e *sqliteEngine) conduct(c *conn) {
	defer close(e.stopped)
	for {
		select {
		case <-e.quit:
			if c != nil {
				c.discard()
			}
			return
		case r := <-e.queue:
			c = e.group(c, r)
		case u := <-e.upkeep:
			c = e.maintain(c, u)
		}
	}
}

// group serves first and whoever waits by then in one transaction, and returns
// the connection for the next, or nil when this one can't be trusted any more.
func (e *sqliteEngine) group(c *conn, first *request) *conn {
	c, err := e.begin(c)
	if err != nil {
		first.done <- err
		return c
	}
	served := make([]*request, 0, maxGroup)
	kept := 0
	for r, n := first, 1; r != nil; r, n = e.next(n), n+1 {
		served = append(served, r)
		if err = serve(c, r); err != nil {
			break
		}
		if r.failed == nil {
			kept++
		}
	}
	if err == nil {
		err = e.commit(c, kept)
	}
	if err != nil {
		c.discard() // rolls back; a failed commit leaves SQLite in a state not worth trusting
		c = nil
	}
	for _, r := range served {
		r.answer(err)
	}
	return c
}

// answer says what became of a function once its group has ended. Even a failure
// of its own waits for that: it may rest on what an earlier function of the group
// did, which nobody sees before the commit and nobody ever where that fails.
func (r *request) answer(group error) {
	if group != nil {
		r.done <- errors.Join(group, r.failed)
		return
	}
	r.done <- r.failed
}

func (e *sqliteEngine) begin(c *conn) (*conn, error) {
	if c == nil {
		var err error
		if c, err = connect(context.Background(), e.writers); err != nil {
			return nil, fmt.Errorf("open connection to write: %w", err)
		}
	}
	err := c.control("BEGIN IMMEDIATE")
	if err != nil && !IsBusy(err) {
		c.discard()
		c = nil
	}
	return c, err
}

// next takes another caller that waits already, if n leave room for one.
func (e *sqliteEngine) next(n int) *request {
	if n >= maxGroup {
		return nil
	}
	select {
	case r := <-e.queue:
		return r
	default:
		return nil
	}
}

// serve runs one function between a savepoint and its release, and notes whether
// it failed. An error means that the whole transaction is lost, with what earlier
// functions did in it.
func serve(c *conn, r *request) error {
	if r.failed = r.ctx.Err(); r.failed != nil {
		return nil //nolint:nilerr // write waits for turn or done, so answer reaches it
	}
	if err := c.control("SAVEPOINT f"); err != nil {
		return err
	}
	// A statement interrupted by its context would make SQLite roll back the
	// transaction of everyone; so statements run to their end, and Tx asks for the
	// context between them. https://www.sqlite.org/c3ref/interrupt.html
	r.turn <- &Tx{ctx: r.ctx, run: context.WithoutCancel(r.ctx), on: c}
	r.failed = <-r.ended
	if r.failed != nil {
		// Fails where SQLite has rolled back by itself, as on a full disk.
		if err := c.control("ROLLBACK TO f"); err != nil {
			return err
		}
	}
	return c.control("RELEASE f")
}

func (e *sqliteEngine) commit(c *conn, kept int) error {
	if kept == 0 {
		return c.control("ROLLBACK")
	}
	if err := c.control("COMMIT"); err != nil {
		return err
	}
	e.commits.Add(1)
	return nil
}

// upkeep is work on the writing connection outside any transaction.
type upkeep struct {
	run  func(*conn) error
	done chan error
}

func (e *sqliteEngine) maintain(c *conn, u upkeep) *conn {
	var err error
	if c == nil {
		c, err = connect(context.Background(), e.writers)
	}
	if err == nil {
		err = u.run(c)
	}
	u.done <- err
	return c
}

// checkpoint empties the write-ahead log.
func (e *sqliteEngine) checkpoint(ctx context.Context) error {
	u := upkeep{run: truncateLog, done: make(chan error, 1)}
	select {
	case e.upkeep <- u:
		return <-u.done
	case <-ctx.Done():
		return ctx.Err()
	case <-e.quit:
		return ErrClosed
	}
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
