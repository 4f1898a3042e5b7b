// Command bench measures the program as people meet it: it builds it, serves a fresh
// instance on loopback as a process of its own, and is itself the people who fill in
// forms and read cases. It prints each figure beside its target and writes
// bench/results.json. It uses no way into the program that a browser does not have;
// only large instances are filled beforehand, through the same use cases. It ends
// what it started, and leaves nothing behind but the results and the cached fixtures.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"klankbord/bench/figure"
	"klankbord/bench/fixture"
	"klankbord/bench/machine"
	"klankbord/bench/server"
)

// longest bounds a whole run, with the building of fixtures.
const longest = 45 * time.Minute

func main() {
	only := flag.String("only", "", "measure only these parts, by comma: "+strings.Join(names(), ", "))
	full := flag.Bool("full", false, "build the instance of 100,000 cases when it is not cached; takes minutes, and some 3 GB of disk twice")
	out := flag.String("out", "bench/results.json", "where the results are written; empty: nowhere")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, longest)
	err := run(ctx, options{*only, *out, *full})
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// part is something that is measured on its own.
type part struct {
	name    string
	measure func(*bench, context.Context) error
}

func parts() []part {
	list := func(size int, key string, cases bool) func(*bench, context.Context) error {
		return func(b *bench, ctx context.Context) error { return b.inbox(size, key, cases)(ctx) }
	}
	return []part{
		{"limits", (*bench).limits}, {"start", (*bench).starts}, {"page", (*bench).pages}, {"signin", (*bench).signIns},
		{"submit", (*bench).submits}, {"journey", (*bench).journeys}, {"file", (*bench).files}, {"organisations", (*bench).organisations},
		{"processes", (*bench).processes},
		{"10k", list(10_000, "inbox_ms_10k", true)}, {"100k", list(large, "inbox_ms_100k", false)}, {"growth", (*bench).growth},
	}
}

func names() []string {
	var out []string
	for _, p := range parts() {
		out = append(out, p.name)
	}
	return out
}

// large is how many cases the largest instance has.
const large = 100_000

var errPart = errors.New("no such part")

type options struct {
	only, out string
	full      bool
}

// wanted lists the parts to measure. The largest instance is left out where it would
// have to be built first and nobody asked for that.
func (o options) wanted() ([]string, error) {
	if o.only == "" {
		root, err := server.SourceTree()
		if err != nil {
			return nil, err
		}
		if cached, err := fixture.Cached(root, large); err != nil || cached || o.full {
			return names(), err
		}
		fmt.Fprintf(os.Stderr, "leaving out the instance of %d cases, which is not built yet: ask for it with -full\n", large)
		return slices.DeleteFunc(names(), func(n string) bool { return n == "100k" }), nil
	}
	list := strings.Split(o.only, ",")
	for _, name := range list {
		if !slices.Contains(names(), name) {
			return nil, fmt.Errorf("%w: %s", errPart, name)
		}
	}
	return list, nil
}

func run(ctx context.Context, o options) (err error) {
	wanted, err := o.wanted()
	if err != nil {
		return err
	}
	b, err := prepare(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	for _, p := range parts() {
		if slices.Contains(wanted, p.name) {
			b.say("%s …", p.name)
			if err := p.measure(b, ctx); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
		}
	}
	b.results.Settle()
	b.results.Print(os.Stdout)
	if o.out == "" {
		return nil
	}
	return errors.Join(b.results.Write(o.out), b.writeGrowth(o.out))
}

const (
	limitRuns = 5
	wrapRuns  = 101

	// What the keys of a complaint of this bench come to: a key pair for each of three
	// compartments and for the code, and a wrap to each of three members, to the recovery
	// key and to the code.
	keyPairs, keyWraps = 4, 5
)

// limits measures the machine.
func (b *bench) limits(context.Context) error {
	var syncs, seals, argon, wraps []float64
	for range wrapRuns {
		took, err := machine.Wraps(keyPairs, keyWraps)
		if err != nil {
			return err
		}
		wraps = append(wraps, figure.Milliseconds(took))
	}
	for range limitRuns {
		rate, err := machine.SyncsPerSecond(b.folder, time.Second)
		if err != nil {
			return err
		}
		speed, err := machine.SealMBs(300 * time.Millisecond)
		if err != nil {
			return err
		}
		syncs, seals = append(syncs, rate), append(seals, speed)
		argon = append(argon, figure.Milliseconds(machine.Argon2ID()))
	}
	b.results.ReportLimit("fsync_per_s", "1/s", "4 KiB appended and synced, one after another", syncs...)
	b.results.ReportLimit("aes_gcm_mb_s", "MB/s", "AES-256-GCM in blocks of 64 KiB, one core", seals...)
	b.results.ReportLimit("wraps_ms", "ms", "the key pairs and HPKE wraps of one complaint alone, one core", wraps...)
	b.results.ReportLimit("argon2id_ms", "ms", "one password: t=3, m=64 MiB, p=4", argon...)
	return nil
}
