// Package soak lets people use a real instance for a time, at five times the rate that is
// expected at most, and looks whether the process stays as it was: memory, descriptors,
// goroutines. It must never be pointed at a real instance. It fails when one of them
// grows, when anything that was asked for was not answered as it should, or when the load
// could not be kept up.
package soak

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"klankbord/faults/house"
)

// The rates expected at most, a minute: what ten thousand organisations of a hundred
// complaints a year bring in their busiest hour, twice the mean, with what members do
// about it.
const (
	complaints = 4  // through the whole form, with a file
	replies    = 4  // into the mailbox, reading it, and a message
	mails      = 2  // that become cases
	reads      = 30 // pages of the desk: inbox, search, cases
	signIns    = 1
	times      = 5 // as much is done
)

// Options are what a soak needs.
type Options struct {
	Root, Bin, Folder string
	Length            time.Duration
	Say               func(string, ...any)
}

// Figures are what was seen.
type Figures struct {
	Length                  time.Duration
	Done                    map[string]int // what was done, by its name
	Late                    map[string]int // turns that came while the one before still ran
	Memory                  [2]int64       // mean of the first and second half, in bytes
	Descriptors             [2]int         // most in each half
	Goroutines              [2]int         // before anybody came, and after all had gone
	DescriptorsIdle         [2]int         // the same
	MemoryFirst, MemoryMost int64
}

// errGrew tells what got larger.
var errGrew = errors.New("soak")

// Judge says what is wrong with the figures.
func (f *Figures) Judge() error {
	var errs []error
	if f.Memory[1] > f.Memory[0]+f.Memory[0]/10 {
		errs = append(errs, fmt.Errorf("%w: memory grew from %d to %d MiB", errGrew, f.Memory[0]>>20, f.Memory[1]>>20))
	}
	if f.DescriptorsIdle[1] > f.DescriptorsIdle[0]+spare {
		errs = append(errs, fmt.Errorf("%w: descriptors grew from %d to %d", errGrew, f.DescriptorsIdle[0], f.DescriptorsIdle[1]))
	}
	if f.Descriptors[1] > f.Descriptors[0]+spare {
		errs = append(errs, fmt.Errorf("%w: descriptors in use grew from %d to %d", errGrew, f.Descriptors[0], f.Descriptors[1]))
	}
	if f.Goroutines[1] > f.Goroutines[0]+spare {
		errs = append(errs, fmt.Errorf("%w: goroutines grew from %d to %d", errGrew, f.Goroutines[0], f.Goroutines[1]))
	}
	for what, perMinute := range rates() {
		want := int(f.Length.Minutes() * float64(perMinute*times))
		if got := f.Done[what]; got < want*9/10 {
			errs = append(errs, fmt.Errorf("%w: only %d of %d %s were done", errGrew, got, want, what))
		}
	}
	return errors.Join(errs...)
}

// spare is what comes and goes of connections and goroutines.
const spare = 10

func rates() map[string]int {
	return map[string]int{"complaints": complaints, "replies": replies, "mails": mails, "reads": reads, "sign-ins": signIns}
}

// Print writes the figures, one a line.
func (f *Figures) Print(say func(string, ...any)) {
	for what, perMinute := range rates() {
		say("%-12s %5d done, %d a minute expected, %d times as many asked for; %d came late", what, f.Done[what], perMinute, times, f.Late[what])
	}
	say("memory       %d MiB in the first half, %d MiB in the second; %d MiB at first, %d MiB at most", f.Memory[0]>>20, f.Memory[1]>>20, f.MemoryFirst>>20, f.MemoryMost>>20)
	say("descriptors  %d at most in the first half, %d in the second; idle %d before, %d after", f.Descriptors[0], f.Descriptors[1], f.DescriptorsIdle[0], f.DescriptorsIdle[1])
	say("goroutines   idle %d before, %d after", f.Goroutines[0], f.Goroutines[1])
}

// quiet is how long the process is left alone before it is counted what it holds.
const quiet = 5 * time.Second

// Run soaks an instance in a folder of its own.
func Run(ctx context.Context, o Options) (f *Figures, err error) {
	errs, err := os.Create(filepath.Join(o.Folder, "errors"))
	if err != nil {
		return nil, fmt.Errorf("make file: %w", err)
	}
	defer func() { err = errors.Join(err, errs.Close()) }()
	h, err := house.New(ctx, o.Root, o.Bin, o.Folder, o.Say)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	f = &Figures{Length: o.Length, Done: map[string]int{}, Late: map[string]int{}}
	if f.Goroutines[0], f.DescriptorsIdle[0], err = idle(ctx, h, errs); err != nil {
		return f, err
	}
	if err := h.Start(ctx); err != nil {
		return f, err
	}
	s := &crowd{house: h, figures: f}
	if err := s.comes(ctx, o); err != nil {
		return f, err
	}
	h.Leave()
	if f.Goroutines[1], f.DescriptorsIdle[1], err = counted(ctx, h); err != nil {
		return f, err
	}
	if err := h.Start(ctx); err != nil {
		return f, err
	}
	return f, h.Verify(ctx)
}

// idle starts the program once more with a file for what it says, and counts what it
// holds while nobody is there.
func idle(ctx context.Context, h *house.House, errs *os.File) (goroutines, descriptors int, err error) {
	if err := h.Stop(); err != nil {
		return 0, 0, err
	}
	h.Errors = errs
	if err := h.Start(ctx); err != nil {
		return 0, 0, err
	}
	goroutines, descriptors, err = counted(ctx, h)
	return goroutines, descriptors, errors.Join(err, errs.Truncate(0))
}

func counted(ctx context.Context, h *house.House) (goroutines, descriptors int, err error) {
	sleep(ctx, quiet)
	if descriptors, err = h.Descriptors(); err != nil {
		return 0, 0, err
	}
	goroutines, err = h.Goroutines()
	return goroutines, descriptors, err
}

func sleep(ctx context.Context, how time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(how):
	}
}

// watch samples memory and descriptors until the context ends. The first fifth is left
// out of the first half: caches fill.
func (f *Figures) watch(ctx context.Context, h *house.House) error {
	var sum, n [2]int64
	begun := time.Now()
	for tick := time.NewTicker(500 * time.Millisecond); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			for i := range sum {
				f.Memory[i] = sum[i] / max(1, n[i])
			}
			return nil
		case <-tick.C:
		}
		memory, err1 := h.Resident()
		files, err2 := h.Descriptors()
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		if f.MemoryFirst == 0 {
			f.MemoryFirst = memory
		}
		f.MemoryMost = max(f.MemoryMost, memory)
		half := 0
		switch since := time.Since(begun); {
		case since < f.Length/5:
			continue
		case since > f.Length*3/5: // of what is left
			half = 1
		}
		sum[half], n[half] = sum[half]+memory, n[half]+1
		f.Descriptors[half] = max(f.Descriptors[half], files)
	}
}

// counts is what the crowd did; it is safe for concurrent use.
type counts struct {
	mu   sync.Mutex
	done map[string]int // guarded by mu
	late map[string]int // guarded by mu
}

func (c *counts) add(m map[string]int, what string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m[what] += n
}
