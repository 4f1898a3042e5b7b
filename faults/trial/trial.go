package trial

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"klankbord/faults/house"
	"klankbord/faults/tracer"
)

// Options say what is tried.
type Options struct {
	Root   string   // of the source tree
	Bin    string   // the built program
	Tracer []string // a program and arguments that call tracer.Serve
	Folder string   // for what ends with the run
	Quick  bool     // a subset that takes a minute
	Only   []string
	Say    func(format string, args ...any)
}

// operations is the table of what faults are tried on. Whoever adds a way in which
// something is acknowledged to somebody adds a line here.
func operations() []operation {
	return []operation{
		{name: "submit", thin: 1, prepare: prepareSubmission, few: 5},
		{name: "mail", thin: 4, prepare: prepareLetter, few: 1, answer: `UID STORE`},
		{name: "reply", thin: 4, prepare: (&replies{}).prepare, few: 3},
		{name: "grant", thin: 4, prepare: prepareGrant, few: 3},
		{name: "erase", thin: 8, prepare: prepareErasure, few: 2, finish: swept},
	}
}

// Run tries every fault that the options ask for.
func Run(ctx context.Context, o Options) (sum Tally, err error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	turn := make(chan struct{}, atOnce)
	try := func(name string, do func() (Tally, error)) {
		if len(o.Only) > 0 && !slices.Contains(o.Only, name) {
			return
		}
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			part, failed := do()
			mu.Lock()
			defer mu.Unlock()
			sum.Add(part)
			if failed != nil {
				err = errors.Join(err, fmt.Errorf("%s: %w", name, failed))
			}
		})
	}
	for _, op := range operations() {
		try(op.name, func() (Tally, error) { return each(ctx, o, op) })
	}
	try("init", func() (Tally, error) { return found(ctx, o) })
	try("backup", func() (Tally, error) { return backup(ctx, o) })
	all.Wait()
	return sum, err
}

// checkEvery is how many runs pass between two checks of the log and of all rows by it;
// it is checked at the end as well.
const checkEvery = 20

// atOnce is how many operations are tried side by side, each on its own instance.
const atOnce = 3

// each tries the faults on one operation, on an instance of its own.
func each(ctx context.Context, o Options, op operation) (sum Tally, err error) {
	began := time.Now()
	at := filepath.Join(o.Folder, op.name)
	if err := os.Mkdir(at, 0o750); err != nil {
		return sum, fmt.Errorf("make folder: %w", err)
	}
	place, err := house.New(ctx, o.Root, o.Bin, at, o.Say)
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, place.Close(), os.RemoveAll(at)) }()
	files, err := blobs(place.State)
	if err != nil {
		return sum, err
	}
	h, few := &harness{house: place, tracer: o.Tracer, say: o.Say, every: checkEvery}, 0
	if o.Quick {
		few = op.few
	}
	var calls, until []tracer.Call
	for range 2 { // the first time more is read from the disk than later
		if calls, until, err = h.watch(ctx, op); err != nil {
			return sum, err
		}
	}
	if o.Quick {
		calls = until
	}
	if sum, err = h.power(ctx, op, at); err != nil {
		return sum, fmt.Errorf("power loss: %w", err)
	}
	list := trials(calls, few, op.thin)
	o.Say("%s: %d calls, %d faults to try", op.name, len(calls), len(list))
	for _, x := range list {
		if err := ctx.Err(); err != nil {
			return sum, err
		}
		one, err := h.run(ctx, op, x)
		sum.Add(one)
		if err != nil {
			return sum, fmt.Errorf("%s: %w", x.label, err)
		}
	}
	if op.finish != nil && !o.Quick {
		err = op.finish(ctx, place, len(files))
	}
	if err = errors.Join(err, place.Verify(ctx)); err != nil {
		sum.Corrupt++
		o.Say("%s: %v", op.name, err)
	}
	o.Say("%s: %s; %d found nothing to strike; %s", op.name, sum, sum.Missed, time.Since(began).Round(time.Second))
	return sum, nil
}
