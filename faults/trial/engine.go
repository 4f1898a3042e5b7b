// Package trial tries faults on what people do with the real program: a person is
// brought to just before the moment, one system call of the program is struck, and
// then it is looked at what was acknowledged, what is there, and whether the program
// goes on. It must never be pointed at a real instance. A run fails when something
// acknowledged is lost, when something is half there or there twice, when a refusal is
// not clear, or when the program does not go on by itself after anything but a kill.
package trial

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"

	"klankbord/faults/house"
	"klankbord/faults/tracer"
)

// An operation is something that a person does and that faults are tried on.
type operation struct {
	name string
	// prepare brings a person to just before the moment; what it returns does it.
	prepare func(ctx context.Context, h *house.House) (attempt, error)
	// finish looks at the end at what may take a while; nil: nothing does. blobs is how
	// many sealed files there were at first.
	finish func(ctx context.Context, h *house.House, blobs int) error
	answer string // how what tells somebody of success begins; empty: a redirect
	thin   int    // see trials
	few    int    // calls of each kind of fault that the quick subset strikes
}

// attempt is one go at an operation.
type attempt interface {
	// do does it; what comes back is whether it was acknowledged, and otherwise what is
	// wrong with how it was refused.
	do(ctx context.Context) (acknowledged bool, unclear error)
	// settle looks, once the program runs again, whether what was acknowledged is there,
	// and whether what was not is wholly there or not at all; then it does it again, as a
	// person would, and expects it to be there once.
	settle(ctx context.Context, acknowledged bool) error
}

// The two ways in which an operation can go wrong.
var (
	errLost    = errors.New("lost")
	errCorrupt = errors.New("corrupt")
)

// Tally is what was counted.
type Tally struct {
	Runs         int // in which the fault fell
	Acknowledged int // of them
	Lost         int // acknowledged and not there
	Corrupt      int // half there, there twice, refused unclearly, or not going on
	Missed       int // in which there was nothing to strike; no runs
}

// String is the line that outsiders read.
func (t Tally) String() string {
	return fmt.Sprintf("faults: runs %d, acknowledged %d, lost %d, corrupt %d", t.Runs, t.Acknowledged, t.Lost, t.Corrupt)
}

// Add adds what was counted elsewhere.
func (t *Tally) Add(o Tally) {
	t.Runs, t.Acknowledged, t.Lost, t.Corrupt, t.Missed = t.Runs+o.Runs, t.Acknowledged+o.Acknowledged, t.Lost+o.Lost, t.Corrupt+o.Corrupt, t.Missed+o.Missed
}

// trial is one run: a strike and what it is aimed at.
type trial struct {
	strike tracer.Strike
	label  string
}

// families are the kinds of fault and the calls that they can befall.
func families() []trial {
	writes := []string{"write", "pwrite64", "ftruncate", "fallocate", "mkdirat", "renameat", "renameat2", "openat"}
	disk := append(slices.Clone(writes), "fsync", "fdatasync", "unlinkat", "unlink", "pread64", "read")
	return []trial{
		{tracer.Strike{Kind: tracer.Kill, Calls: tracer.Changing(), Sockets: true}, "KILL"},
		{tracer.Strike{Kind: tracer.Fail, Errno: syscall.EIO, Calls: disk}, "EIO"},
		{tracer.Strike{Kind: tracer.Fail, Errno: syscall.ENOSPC, Calls: writes}, "ENOSPC"},
		{tracer.Strike{Kind: tracer.Fail, Errno: syscall.EMFILE, Calls: []string{"openat"}}, "EMFILE"},
		{tracer.Strike{Kind: tracer.Half, Calls: []string{"write", "pwrite64"}}, "HALF"},
	}
}

// trials are the strikes for an operation, from the calls of a run in which nothing is
// struck: one for each call, or a few of each family, spread over the run, if few is
// not 0. Of errors fewer are enough where thin is more than 1: the frames that a commit
// writes one after the other are alike.
func trials(calls []tracer.Call, few, thin int) []trial {
	var list []trial
	for _, f := range families() {
		var hit []tracer.Call
		for _, c := range calls {
			if f.strike.On(c) {
				hit = append(hit, c)
			}
		}
		for i := range hit {
			if few == 0 && i%f.every(thin) == 0 || few > 0 && chosen(hit, i, few) {
				one := f
				one.strike.At = i + 1
				list = append(list, one)
			}
		}
	}
	return list
}

// every is how many calls one stands for: of the faults that need room, or that halve a
// write, thin; a quarter of that of other errors; each call is killed at.
func (x trial) every(thin int) int {
	switch {
	case x.strike.Kind == tracer.Kill:
		return 1
	case x.strike.Kind == tracer.Half || x.strike.Errno == syscall.ENOSPC:
		return thin
	default:
		return max(1, thin/4)
	}
}

// chosen spreads few strikes evenly; of the calls at which most hangs it takes the
// first and the last as well.
func chosen(hit []tracer.Call, i, few int) bool {
	step := max(1, len(hit)/few)
	return i%step == step/2 || rare(hit[i]) && (i == slices.IndexFunc(hit, same(hit[i])) || !slices.ContainsFunc(hit[i+1:], same(hit[i])))
}

func same(a tracer.Call) func(tracer.Call) bool {
	return func(b tracer.Call) bool { return a.Name == b.Name }
}

// rare holds for the calls at which most hangs.
func rare(c tracer.Call) bool {
	return c.Answers() || slices.Contains([]string{"fsync", "fdatasync", "renameat", "renameat2"}, c.Name)
}

// harness tries faults on one instance.
type harness struct {
	house  *house.House
	tracer []string // starts a tracing process
	say    func(string, ...any)
	runs   int
	slips  int // of the tracer
	every  int // how many runs pass between two checks of the log and of all rows
}

// mostSlips is how often the tracer may let go too late before that is a failure.
const mostSlips = 5

// patience is how long an answer may take before it counts as a hang.
const patience = 20 * time.Second

// afterwards is how long the program is watched after its answer: what it does then
// belongs to the operation too.
const afterwards = 300 * time.Millisecond

// watch does the operation once while nothing is struck and returns its calls: all of
// them, and those made until it was acknowledged.
func (h *harness) watch(ctx context.Context, op operation) (all, until []tracer.Call, err error) {
	try, err := op.prepare(ctx, h.house)
	if err != nil {
		return nil, nil, fmt.Errorf("prepare: %w", err)
	}
	t, err := tracer.Attach(ctx, h.tracer, h.house.PID(), h.house.State, tracer.Strike{})
	if err != nil {
		return nil, nil, err
	}
	acknowledged, unclear := try.do(ctx)
	n := t.Seen()
	sleep(ctx, afterwards)
	record, err := t.Detach()
	if err != nil {
		return nil, nil, err
	}
	if !acknowledged {
		return nil, nil, fmt.Errorf("%s without any fault: %w", op.name, unclear)
	}
	return record.Calls, record.Calls[:n], try.settle(ctx, true)
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// run tries one strike and counts what became of it.
func (h *harness) run(ctx context.Context, op operation, x trial) (sum Tally, err error) {
	try, err := op.prepare(ctx, h.house)
	if err != nil {
		return sum, fmt.Errorf("prepare: %w; it said %s", err, h.house.Said())
	}
	t, err := tracer.Attach(ctx, h.tracer, h.house.PID(), h.house.State, x.strike)
	if err != nil {
		return sum, err
	}
	within, cancel := context.WithTimeout(ctx, patience)
	acknowledged, unclear := try.do(within)
	hangs := within.Err() != nil
	cancel()
	if !t.Struck() {
		sleep(ctx, afterwards)
	}
	record, err := t.Detach()
	if err != nil {
		if h.slips++; h.slips > mostSlips {
			return sum, err
		}
		h.say("%s: %v", op.name, err) // what it told until then holds
	}
	wrong := h.judge(x, record, acknowledged, unclear, hangs)
	if err := h.revive(ctx, x, record); err != nil {
		wrong = append(wrong, err)
	}
	if err := try.settle(ctx, acknowledged); err != nil {
		wrong = append(wrong, err)
	}
	if h.runs++; h.runs%h.every == 0 || len(wrong) > 0 {
		if err := h.house.Verify(ctx); err != nil {
			wrong = append(wrong, fmt.Errorf("%w: %w", errCorrupt, err))
		}
	}
	if err := ctx.Err(); err != nil {
		return sum, err // the run was cut off by whoever stopped us
	}
	sum.count(record.Struck != nil, acknowledged, wrong)
	said := h.house.Said()
	if len(wrong) > 0 {
		at := "nothing"
		if record.Struck != nil {
			at = record.Struck.String()
		}
		h.say("%s, %s at %s (%d): acknowledged %t: %v; it said: %s", op.name, x.label, at, x.strike.At, acknowledged, errors.Join(wrong...), said)
	}
	return sum, nil
}

// count counts a run; one in which nothing was struck counts only where it went wrong.
func (t *Tally) count(struck, acknowledged bool, wrong []error) {
	if !struck {
		t.Missed++
		if len(wrong) == 0 {
			return
		}
	}
	t.Runs++
	if acknowledged {
		t.Acknowledged++
	}
	all := errors.Join(wrong...)
	switch {
	case errors.Is(all, errLost):
		t.Lost++
	case all != nil:
		t.Corrupt++
	}
}

// judge looks at the answer and at what the process did.
func (h *harness) judge(x trial, record tracer.Record, acknowledged bool, unclear error, hangs bool) (wrong []error) {
	if x.strike.Kind == tracer.Kill && record.Struck != nil {
		return nil // the person sees that the connection broke
	}
	if hangs {
		wrong = append(wrong, fmt.Errorf("%w: no answer within %s", errCorrupt, patience))
	}
	if !acknowledged && unclear != nil {
		wrong = append(wrong, fmt.Errorf("%w: refused unclearly: %w", errCorrupt, unclear))
	}
	if !h.house.Alive() {
		wrong = append(wrong, fmt.Errorf("%w: the process ended", errCorrupt))
	}
	if len(record.Again) > 0 {
		wrong = append(wrong, fmt.Errorf("%w: fsync asked for again after it failed: %s", errCorrupt, strings.Join(record.Again, ", ")))
	}
	return wrong
}

// revive starts what was killed; anything else has to go on by itself.
func (h *harness) revive(ctx context.Context, x trial, record tracer.Record) error {
	if x.strike.Kind == tracer.Kill && record.Struck != nil {
		if err := h.house.Gone(); err != nil {
			return err
		}
	}
	if err := h.house.Start(ctx); err != nil {
		return fmt.Errorf("%w: does not start again: %w", errCorrupt, err)
	}
	return nil
}
