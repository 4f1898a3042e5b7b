// Package work is what happens without a visitor: waiting mail is sent, the log's
// leaves get their positions, and what is past its time is swept away. Jobs hold
// ids only. Each job and each batch of the log is done once even when several
// instances run, by lease. A failing job is logged by kind, never by content, and
// tried again.
package work

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"klankbord/internal/custody"
	"klankbord/internal/ident"
)

// Handler does one job. It returns when to try again, or the zero time when the
// job is done with. ErrEnded tells that the job went in the same transaction as what
// it did.
type Handler func(ctx context.Context, ref string, attempt int) (again time.Time, err error)

// ErrEnded tells that a job was done and no longer waits.
var ErrEnded = custody.ErrEnded

// Work runs the background. Run owns its goroutines and waits for them.
type Work struct {
	Jobs      *custody.Jobs
	Handlers  map[string]Handler
	Sequencer *custody.Sequencer
	Sweeper   *custody.Sweeper
	MaySweep  func() bool                 // whether the clock can be believed; nil: always
	Watch     func(context.Context) error // looks over who receives keys
	Remind    func(context.Context) error // mails members about deadlines
	Count     func(context.Context) error // writes down how often the form was opened
	Witnesses *custody.Witnesses
	Checker   *custody.Checker
	Backup    func(ctx context.Context, holder string) error // makes a copy when one is due; nil: none are made
	Log       *slog.Logger
	Beside    []func(context.Context) // what goes on by itself until the end, such as reading mailboxes
	Wrote     func() int64            // counts the writes of this process; nil: unknown
	AtOnce    int                     // how many jobs are done side by side; below two, one after another

	holder string
	wake   chan struct{}
	once   sync.Once

	// Of the goroutine that sequences.
	refused string // why the sequencer last refused
	written int64  // what Wrote counted when it last looked
	resting int    // how often it does not look while nothing is written here
}

const (
	lease      = 2 * time.Minute
	batch      = 20
	idleJobs   = 5 * time.Second        // how late a job of another instance may be noticed
	gathering  = 100 * time.Millisecond // how long what just came waits for what comes with it
	sequence   = 200 * time.Millisecond
	rest       = 9 // turns of the sequencer between two looks for what other instances wrote: two seconds
	sweepEvery = 10 * time.Minute
	watchEvery = 5 * time.Minute
	reminding  = time.Minute
	counting   = time.Minute
	witnessing = time.Minute      // how often we look whether a witness is due
	checking   = 10 * time.Minute // and whether the whole log is
	copying    = 5 * time.Minute  // and whether a backup is
	serving    = 30 * time.Second // how often we say that this is served
	retryAfter = time.Minute
)

func (w *Work) prepare() {
	w.once.Do(func() {
		w.holder = ident.New()
		w.wake = make(chan struct{}, 1)
	})
}

// Wake tells the background that there is something to do now.
func (w *Work) Wake() {
	w.prepare()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends and then waits for what has begun.
func (w *Work) Run(ctx context.Context) {
	w.prepare()
	var all sync.WaitGroup
	all.Go(func() { w.runJobs(ctx) })
	all.Go(func() { w.serving(ctx) })
	all.Go(func() { every(ctx, sequence, func() { w.sequence(ctx) }) })
	all.Go(func() { every(ctx, sweepEvery, func() { w.sweep(ctx) }) })
	all.Go(func() { every(ctx, watchEvery, func() { w.report("watch", w.Watch(ctx)) }) })
	all.Go(func() { every(ctx, reminding, func() { w.report("remind", w.Remind(ctx)) }) })
	all.Go(func() { every(ctx, counting, func() { w.report("count", w.Count(ctx)) }) })
	all.Go(func() { every(ctx, witnessing, func() { w.witness(ctx) }) })
	all.Go(func() { later(ctx, checking, func() { w.check(ctx) }) })
	if w.Backup != nil {
		all.Go(func() { later(ctx, copying, func() { w.backup(ctx) }) })
	}
	for _, fn := range w.Beside {
		all.Go(func() { fn(ctx) })
	}
	all.Wait()
}

func (w *Work) sweep(ctx context.Context) {
	if w.MaySweep == nil || w.MaySweep() {
		w.report("sweep", w.Sweeper.Sweep(ctx))
	}
}

func every(ctx context.Context, d time.Duration, fn func()) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		fn()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// later is every without the first time, so that nothing slows the start.
func later(ctx context.Context, d time.Duration, fn func()) {
	started := false
	every(ctx, d, func() {
		if started {
			fn()
		}
		started = true
	})
}

// serving says that this is served, until it is not.
func (w *Work) serving(ctx context.Context) {
	every(ctx, serving, func() { w.report("serving", w.Jobs.Serve(ctx, w.holder, serving*5/2)) })
	ended, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	w.report("serving", w.Jobs.StopServing(ended, w.holder))
}

func (w *Work) report(what string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		w.Log.Error("background work failed", "job", what, "error", err)
	}
}

// sequence reports a refusal once, and not five times a second.
func (w *Work) sequence(ctx context.Context) {
	if w.rests() {
		return
	}
	err := w.Sequencer.Step(ctx, w.holder)
	if err == nil {
		w.resting = rest
	}
	if errors.Is(err, custody.ErrElsewhere) {
		return
	}
	why := string(custody.TroubleOf(err))
	if why == "" || why != w.refused {
		w.report("sequence", err)
	}
	w.refused = why
}

// rests reports whether the log was looked at a moment ago and nothing was written here
// since: an idle instance, of which there may be many in a process, does not ask the
// database five times a second.
func (w *Work) rests() bool {
	if w.Wrote == nil {
		return false
	}
	now := w.Wrote()
	if now != w.written {
		w.written, w.resting = now, 0
		return false
	}
	w.resting--
	return w.resting >= 0
}

func (w *Work) witness(ctx context.Context) {
	n, err := w.Witnesses.Step(ctx, w.holder)
	if n > 0 {
		w.Wake()
	}
	if !errors.Is(err, custody.ErrElsewhere) && custody.TroubleOf(err) == "" { // which the sequencer tells
		w.report("witness", err)
	}
}

func (w *Work) backup(ctx context.Context) {
	if err := w.Backup(ctx, w.holder); !errors.Is(err, custody.ErrElsewhere) {
		w.report("backup", err)
	}
}

func (w *Work) check(ctx context.Context) {
	if _, err := w.Checker.Step(ctx, w.holder); !errors.Is(err, custody.ErrElsewhere) {
		w.report("check", err)
	}
}

func (w *Work) runJobs(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.wake:
			gather(ctx)
		case <-timer.C:
		}
		pause := idleJobs
		for {
			n, err := w.Step(ctx)
			if err != nil {
				w.report("claim", err)
				break
			}
			if n == 0 {
				break
			}
			pause = 0
		}
		timer.Reset(max(pause, 100*time.Millisecond))
	}
}

// gather lets those who write together have their mails sent together: claims, and what
// follows from sending, then share their commits.
func gather(ctx context.Context) {
	short := time.NewTimer(gathering)
	defer short.Stop()
	select {
	case <-ctx.Done():
	case <-short.C:
	}
}

// Step claims jobs that are due and does them; it tells how many. Those done side by
// side share the commits of what follows from them.
func (w *Work) Step(ctx context.Context) (int, error) {
	w.prepare()
	jobs, err := w.Jobs.Claim(ctx, w.holder, batch, lease)
	if err != nil {
		return 0, err
	}
	var all sync.WaitGroup
	turns := make(chan struct{}, max(w.AtOnce, 1))
	for _, j := range jobs {
		turns <- struct{}{}
		if ctx.Err() != nil { // we stop: another instance may have it at once
			<-turns
			err := w.Jobs.Finish(context.WithoutCancel(ctx), j.ID, w.holder, w.Jobs.Now())
			if !errors.Is(err, custody.ErrElsewhere) {
				w.report(j.Kind, err)
			}
			continue
		}
		all.Go(func() {
			defer func() { <-turns }()
			w.do(ctx, j)
		})
	}
	all.Wait()
	return len(jobs), nil
}

// finishing is how long a job that has begun may go on when we stop: a mail that a server
// has taken is not sent again by another instance.
const finishing = 10 * time.Second

// toItsEnd is a context that ends only so long after ctx.
func toItsEnd(ctx context.Context) (context.Context, context.CancelFunc) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		late := time.NewTimer(finishing)
		defer late.Stop()
		select {
		case <-own.Done():
		case <-late.C:
			cancel()
		}
	})
	return own, func() { stop(); cancel() }
}

func (w *Work) do(ctx context.Context, j custody.Job) {
	ctx, end := toItsEnd(ctx)
	defer end()
	handle, ok := w.Handlers[j.Kind]
	if !ok {
		w.Log.Error("unknown job", "job", j.Kind)
		return
	}
	again, err := handle(ctx, j.Ref, j.Attempts)
	if errors.Is(err, ErrEnded) {
		return
	}
	if err != nil {
		w.report(j.Kind, err)
		again = w.Jobs.Now().Add(retryAfter)
	}
	err = w.Jobs.Finish(ctx, j.ID, w.holder, again)
	if !errors.Is(err, custody.ErrElsewhere) { // then our lease ran out and another instance has it
		w.report(j.Kind, err)
	}
}
