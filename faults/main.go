// Command faults kills and fails the real program at every system call of what people
// do with it, and looks whether anything that it acknowledged is lost and whether
// anything that it did not is half done. It must never be pointed at a real instance,
// touches nothing outside a folder of its own, and ends only processes that it
// started. It prints what it counted in its last line and fails when that holds a loss
// or damage, or when a fault could not be tried.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"klankbord/bench/server"
	"klankbord/faults/soak"
	"klankbord/faults/tracer"
	"klankbord/faults/trial"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

// options are what the command line says.
type options struct {
	quick  bool
	only   string
	bin    string
	totals string
	soak   time.Duration
}

// tracing is the argument with which this program starts itself to trace another.
const tracing = "trace"

func run(ctx context.Context, args []string) int {
	if len(args) == 1 && args[0] == tracing {
		if err := tracer.Serve(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "faults:", err)
			return 1
		}
		return 0
	}
	var o options
	flags := flag.NewFlagSet("faults", flag.ContinueOnError)
	flags.BoolVar(&o.quick, "quick", false, "only a subset that takes a minute")
	flags.StringVar(&o.only, "only", "", "names of operations, with commas between them; empty: all")
	flags.StringVar(&o.bin, "bin", "", "the program, if it is built already")
	flags.StringVar(&o.totals, "totals", "", "file to which the totals are written")
	flags.DurationVar(&o.soak, "soak", 0, "use the program for so long at five times the expected rate instead")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if o.soak > 0 {
		return soaked(ctx, o)
	}
	sum, err := whole(ctx, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
	}
	bad := err != nil || sum.Lost > 0 || sum.Corrupt > 0 || sum.Runs == 0
	if o.totals != "" {
		if err := write(o.totals, sum, bad); err != nil {
			fmt.Fprintln(os.Stderr, "faults:", err)
			bad = true
		}
	}
	fmt.Println(sum)
	if bad {
		return 1
	}
	return 0
}

func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// soaked prints what a soak saw, and fails when anything grew.
func soaked(ctx context.Context, o options) int {
	var f *soak.Figures
	err := within(ctx, &o, func(root, folder string) (err error) {
		f, err = soak.Run(ctx, soak.Options{Root: root, Bin: o.bin, Folder: folder, Length: o.soak, Say: say})
		return err
	})
	if f != nil {
		f.Print(func(format string, args ...any) { fmt.Printf(format+"\n", args...) })
		err = errors.Join(err, f.Judge())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		return 1
	}
	return 0
}

// within builds the program where that is needed, and does something with it in a folder
// that goes afterwards.
func within(ctx context.Context, o *options, do func(root, folder string) error) (err error) {
	root, err := server.SourceTree()
	if err != nil {
		return err
	}
	build := filepath.Join(root, "build")
	if err := os.MkdirAll(build, 0o750); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	// On the disk of the tree: the folder for temporary files is memory on many machines.
	folder, err := os.MkdirTemp(build, "faults-")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if o.bin == "" {
		if _, err = server.Build(ctx, root, folder); err != nil {
			return err
		}
		o.bin = filepath.Join(folder, "klankbord")
	}
	return do(root, folder)
}

// whole tries everything that the options ask for.
func whole(ctx context.Context, o options) (sum trial.Tally, err error) {
	err = within(ctx, &o, func(root, folder string) (err error) {
		sum, err = tried(ctx, o, root, folder)
		return err
	})
	return sum, err
}

func tried(ctx context.Context, o options, root, folder string) (sum trial.Tally, err error) {
	self, err := os.Executable()
	if err != nil {
		return sum, fmt.Errorf("find this program: %w", err)
	}
	t := trial.Options{Tracer: []string{self, tracing}, Root: root, Bin: o.bin, Folder: folder, Quick: o.quick, Say: say}
	if o.only != "" {
		t.Only = strings.Split(o.only, ",")
	}
	return trial.Run(ctx, t)
}

// write leaves the totals as the parts of `make test` do: a run is a test.
func write(path string, t trial.Tally, failed bool) error {
	sum := map[string]any{"passed": t.Runs - t.Lost - t.Corrupt, "failed": t.Lost + t.Corrupt, "skipped": 0, "pending": []string{}}
	if failed && t.Lost+t.Corrupt == 0 {
		sum["failed"] = 1
	}
	text, err := json.Marshal(sum)
	if err != nil {
		return fmt.Errorf("write totals: %w", err)
	}
	return os.WriteFile(path, text, 0o600)
}
