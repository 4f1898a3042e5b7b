package sqldb

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// maxGroup bounds how many functions share one commit, and so how long the first
// of them waits for the others.
const maxGroup = 128

// transaction is one that a group of functions shares.
type transaction interface {
	statements
	// control runs a statement that begins, marks or ends a transaction.
	control(statement string) error
}

// grouped is how a kind of database begins and ends the transactions of groups. Only
// the conductor calls it.
type grouped interface {
	begin() (transaction, error)
	// over gives the connection back; lost: it is in a state not worth trusting, and
	// what was not committed is rolled back.
	over(on transaction, lost bool)
	// bound is the context of the statements of a function, and what ends it. A statement
	// that its caller interrupts would roll back the transaction of everyone; so
	// statements run to their end, and Tx asks for the caller's context between them.
	bound(ctx context.Context, on transaction) (context.Context, context.CancelFunc)
}

// conductor lets functions write one after the other, those that wait at the same time
// in one transaction.
type conductor struct {
	on      grouped
	most    int // functions in a group
	queue   chan *request
	upkeep  chan func()   // work between two groups
	quit    chan struct{} // closed by stop
	stopped chan struct{} // closed when run has ended
	closing sync.Once
	commits atomic.Int64
	knows   atomic.Int64 // steps of the schema that this program knows; zero: it was not asked to migrate
	newer   atomic.Int64 // steps that the database had, once it had more
}

func newConductor(on grouped, most int) *conductor {
	return &conductor{
		on: on, most: most, queue: make(chan *request), upkeep: make(chan func()),
		quit: make(chan struct{}), stopped: make(chan struct{}),
	}
}

func (g *conductor) migrated(knows int64) { g.knows.Store(knows) }

// stop lets the group that is under way end.
func (g *conductor) stop() {
	close(g.quit)
	<-g.stopped
}

var errAbandoned = errors.New("function ended without returning")

// request is one call of write. The function runs on the goroutine of its caller,
// so that a panic in it, or the end of that goroutine, is the caller's alone.
type request struct {
	ctx   context.Context
	turn  chan *Tx   // the conductor lends the transaction, as often as it has to
	ended chan error // the caller gives it back
	done  chan error // the conductor says what became of it; never blocks

	failed error // of the function itself, when it last ran; the conductor's alone
}

// write queues the caller, runs fn when its turn comes and waits for the commit.
func (g *conductor) write(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &request{ctx: ctx, turn: make(chan *Tx), ended: make(chan error), done: make(chan error, 1)}
	select {
	case g.queue <- r: // the conductor takes it only when it is about to serve it
	case <-ctx.Done():
		return ctx.Err()
	case <-g.quit:
		return ErrClosed
	}
	for {
		select {
		case t := <-r.turn:
			r.run(t, fn)
		case err := <-r.done:
			return err
		}
	}
}

// run calls fn and gives the transaction back however fn ends.
func (r *request) run(t *Tx, fn func(*Tx) error) {
	err := errAbandoned
	defer func() { r.ended <- t.finish(err) }()
	err = fn(t)
}

// run serves those who wait until the conductor is stopped.
func (g *conductor) run() {
	defer close(g.stopped)
	for {
		select {
		case <-g.quit:
			return
		case r := <-g.queue:
			g.group(r)
		case work := <-g.upkeep:
			work()
		}
	}
}

// group serves first and whoever waits by then in one transaction. Functions seldom fail,
// so they run without savepoints, each of which would cost two statements and a copy of
// every page that its function changes. Once one fails, everything of the group is
// rolled back and runs again between savepoints.
func (g *conductor) group(first *request) {
	on, err := g.begin()
	if err != nil {
		first.done <- err
		return
	}
	served, kept, whole := g.together(on, first)
	if !whole && kept > 0 {
		on, kept, err = g.again(on, served)
	}
	if err == nil {
		err = g.commit(on, kept)
	}
	if on != nil {
		g.on.over(on, err != nil) // a failed commit too leaves a state not worth trusting
	}
	for _, r := range served {
		r.answer(err)
	}
}

// begin begins the transaction of a group; nil with an error.
func (g *conductor) begin() (transaction, error) {
	on, err := g.on.begin()
	if err != nil {
		return nil, err
	}
	if err = g.known(on); err != nil {
		g.on.over(on, true)
		return nil, err
	}
	return on, nil
}

// together runs first and whoever waits, and says how many it kept. whole: none failed.
// It ends with one that fails.
func (g *conductor) together(on transaction, first *request) (served []*request, kept int, whole bool) {
	served = make([]*request, 0, g.most)
	for r, n := first, 1; r != nil; r, n = g.next(n), n+1 {
		served = append(served, r)
		if !g.serve(on, r) {
			continue
		}
		if r.failed != nil {
			return served, kept, false
		}
		kept++
	}
	return served, kept, true
}

// again runs the functions of a group in another transaction; nil where none began.
func (g *conductor) again(on transaction, served []*request) (another transaction, kept int, err error) {
	g.on.over(on, on.control("ROLLBACK") != nil)
	if another, err = g.begin(); err == nil {
		kept, err = g.apart(another, served)
	}
	return another, kept, err
}

// apart runs functions once more, each between a savepoint and its release, so that one
// that fails takes nothing of the others along. An error means that the whole
// transaction is lost.
func (g *conductor) apart(on transaction, served []*request) (kept int, err error) {
	for _, r := range served {
		if errors.Is(r.failed, errAbandoned) {
			continue // its caller is gone
		}
		if err := on.control("SAVEPOINT f"); err != nil {
			return kept, err
		}
		if g.serve(on, r) && r.failed == nil {
			kept++
		} else if err := on.control("ROLLBACK TO f"); err != nil {
			return kept, err // as where SQLite has rolled back by itself, on a full disk
		}
		if err := on.control("RELEASE f"); err != nil {
			return kept, err
		}
	}
	return kept, nil
}

// known refuses to write where a later version of the program has changed the schema since:
// it may keep what this one does not know of.
func (g *conductor) known(on transaction) error {
	knows, has := g.knows.Load(), int64(0)
	if knows == 0 {
		return nil
	}
	ctx, over := g.on.bound(context.Background(), on)
	defer over()
	err := on.QueryRowContext(ctx, "SELECT count(*) FROM schema_migration").Scan(&has)
	if err == nil && has > knows {
		g.newer.Store(has)
		err = g.outdated()
	}
	return err
}

// outdated is the error of a program that met a later version's schema; nil of others.
func (g *conductor) outdated() error {
	if has := g.newer.Load(); has > 0 {
		return newerError(has, g.knows.Load())
	}
	return nil
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

// next takes another caller that waits already, if n leave room for one.
func (g *conductor) next(n int) *request {
	if n >= g.most {
		return nil
	}
	select {
	case r := <-g.queue:
		return r
	default:
		return nil
	}
}

// serve runs one function, unless its caller waits no longer, and notes whether it failed.
func (g *conductor) serve(on transaction, r *request) (ran bool) {
	if r.failed = r.ctx.Err(); r.failed != nil {
		return false // write waits for turn or done, so answer reaches it
	}
	run, over := g.on.bound(r.ctx, on)
	r.turn <- &Tx{ctx: r.ctx, run: run, on: on}
	r.failed = <-r.ended
	over()
	return true
}

func (g *conductor) commit(on transaction, kept int) error {
	if kept == 0 {
		return on.control("ROLLBACK")
	}
	if err := on.control("COMMIT"); err != nil {
		return err
	}
	g.commits.Add(1)
	return nil
}

// between runs work between two groups and waits for it.
func (g *conductor) between(ctx context.Context, work func() error) error {
	done := make(chan error, 1)
	select {
	case g.upkeep <- func() { done <- work() }:
		return <-done
	case <-ctx.Done():
		return ctx.Err()
	case <-g.quit:
		return ErrClosed
	}
}
