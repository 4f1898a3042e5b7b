package trial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"klankbord/faults/record"
	"klankbord/faults/tracer"
)

// command is an operation that is one run of the program: it is struck at every system
// call, and acknowledged by what it prints.
type command struct {
	o         Options
	name      string // for what is said
	few, thin int    // see trials; few holds for the quick subset only
	at        string // holds what a run leaves behind for longer than itself

	args  func() []string
	ready func(context.Context) error // before each run
	// watched is the folder whose calls are struck; synced the one that must lie on the disk
	// when the program acknowledges.
	watched, synced func() string
	// printed is what the output acknowledges, empty where it did not get there; it begins
	// with sign.
	printed func(out string) string
	sign    string
	// settle looks whether what was acknowledged is there and nothing is half done.
	settle func(ctx context.Context, printed string) error
	after  func() error // beside settle, once a fault has struck; may be nil
}

// try tries every fault on the command, and a loss of power.
func (c *command) try(ctx context.Context) (sum Tally, err error) {
	began, few := time.Now(), 0
	if c.o.Quick {
		few = c.few
	}
	seen, printed, err := c.strike(ctx, tracer.Strike{})
	if err != nil {
		return sum, err
	}
	if err := c.settle(ctx, printed); err != nil || printed == "" {
		return sum, fmt.Errorf("%s without any fault: %w", c.name, err)
	}
	list := trials(seen.Calls, few, c.thin)
	c.o.Say("%s: %d calls, %d faults to try", c.name, len(seen.Calls), len(list))
	for _, x := range list {
		if err := ctx.Err(); err != nil {
			return sum, err
		}
		seen, printed, err := c.strike(ctx, x.strike)
		if err != nil {
			return sum, err
		}
		wrong := c.settle(ctx, printed)
		if wrong == nil && c.after != nil {
			wrong = c.after()
		}
		if wrong != nil {
			c.o.Say("%s, %s at %v (%d): acknowledged %t: %v", c.name, x.label, seen.Struck, x.strike.At, printed != "", wrong)
		}
		sum.count(seen.Struck != nil, printed != "", []error{wrong})
	}
	part, err := c.power(ctx)
	sum.Add(part)
	c.o.Say("%s: %s; %d found nothing to strike; %s", c.name, sum, sum.Missed, time.Since(began).Round(time.Second))
	return sum, err
}

// start runs the command behind a shell that waits for a line, so that whoever watches is
// there before the first call.
func (c *command) start(ctx context.Context) (*exec.Cmd, io.WriteCloser, *bytes.Buffer, error) {
	if err := c.ready(ctx); err != nil {
		return nil, nil, nil, fmt.Errorf("make ready for %s: %w", c.name, err)
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", `read -r go && exec "$0" "$@"`, c.o.Bin}, c.args()...)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &out, time.Second
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, nil, nil, fmt.Errorf("run %s: %w", c.name, err)
	}
	return cmd, in, &out, nil
}

// strike runs it with a fault and returns what it acknowledged.
func (c *command) strike(ctx context.Context, s tracer.Strike) (seen tracer.Record, printed string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd, in, out, err := c.start(ctx)
	if err != nil {
		return seen, "", err
	}
	t, err := tracer.Attach(ctx, c.o.Tracer, cmd.Process.Pid, c.watched(), s)
	if err != nil {
		return seen, "", errors.Join(err, cmd.Process.Kill())
	}
	_, err = io.WriteString(in, "go\n")
	_ = cmd.Wait() // that it fails is what is tried
	seen, late := t.Detach()
	return seen, c.printed(out.String()), errors.Join(err, late)
}

// power looks what a loss of power would take at the moment of acknowledgement, up to three
// times, as it does for a process that serves.
func (c *command) power(ctx context.Context) (sum Tally, err error) {
	always, err := lostEachTime(func() ([]string, error) {
		lost, err := c.take(ctx)
		if len(lost) > 0 {
			c.o.Say("%s: a loss of power after it acknowledged takes: %s", c.name, strings.Join(lost, "; "))
		}
		return lost, err
	})
	if err != nil {
		return sum, err
	}
	sum.Runs, sum.Acknowledged = 1, 1
	if len(always) > 0 {
		sum.Lost = 1
	}
	return sum, nil
}

func (c *command) take(ctx context.Context) (lost []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd, in, out, err := c.start(ctx)
	if err != nil {
		return nil, err
	}
	r, err := record.Start(ctx, cmd.Process.Pid, c.synced(), filepath.Join(c.at, "record-"+c.name))
	if err != nil {
		return nil, errors.Join(err, cmd.Process.Kill())
	}
	_, err = io.WriteString(in, "go\n")
	_ = cmd.Wait() // what it printed is looked at
	lost, answered, late := r.Unsynced(c.sign)
	if err = errors.Join(err, late); err != nil {
		return nil, err
	}
	if !answered {
		return nil, fmt.Errorf("%s acknowledged nothing: %s", c.name, out)
	}
	return lost, nil
}
