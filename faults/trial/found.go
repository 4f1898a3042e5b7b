package trial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"klankbord/faults/house"
	"klankbord/faults/record"
	"klankbord/faults/tracer"
)

// founding makes an instance with `klankbord init`: keys, the schema with all its
// migrations, the directory. It is acknowledged when the link is printed.
type founding struct {
	o     Options
	at    string // the folder that ends with the run
	state string
	n     int
}

// foundFew is how many calls of each kind of fault the quick subset strikes.
const foundFew = 2

// foundThin is as thin of an operation: the schema alone is some hundred statements.
const foundThin = 16

// found tries every fault on making an instance.
func found(ctx context.Context, o Options) (sum Tally, err error) {
	began := time.Now()
	at, err := filepath.EvalSymlinks(o.Folder)
	if err != nil {
		return sum, fmt.Errorf("folder: %w", err)
	}
	f := &founding{o: o, at: at}
	few := 0
	if o.Quick {
		few = foundFew
	}
	seen, printed, err := f.strike(ctx, tracer.Strike{})
	if err != nil {
		return sum, err
	}
	if err := f.settle(ctx, printed); err != nil || printed == "" {
		return sum, fmt.Errorf("found without any fault: %w", err)
	}
	list := trials(seen.Calls, few, foundThin)
	o.Say("init: %d calls, %d faults to try", len(seen.Calls), len(list))
	for _, x := range list {
		if err := ctx.Err(); err != nil {
			return sum, err
		}
		seen, printed, err := f.strike(ctx, x.strike)
		if err != nil {
			return sum, err
		}
		wrong := f.settle(ctx, printed)
		if wrong != nil {
			o.Say("init, %s at %v (%d): acknowledged %t: %v", x.label, seen.Struck, x.strike.At, printed != "", wrong)
		}
		sum.count(seen.Struck != nil, printed != "", []error{wrong})
	}
	part, err := f.power(ctx)
	sum.Add(part)
	o.Say("init: %s; %d found nothing to strike; %s", sum, sum.Missed, time.Since(began).Round(time.Second))
	return sum, err
}

// linkPath is in the line that init prints last.
const linkPath = "/desk/enrol/"

// link is the path that init printed; empty where it did not get there.
func link(out string) string {
	for line := range strings.Lines(out) {
		if _, path, ok := strings.Cut(strings.TrimSpace(line), linkPath); ok {
			return linkPath + path
		}
	}
	return ""
}

// init is the command, behind a shell that waits for a line, so that the tracer is there
// before the first call.
func (f *founding) command(ctx context.Context) (*exec.Cmd, io.WriteCloser, *bytes.Buffer, error) {
	f.n++
	f.state = filepath.Join(f.at, fmt.Sprintf("found-%d", f.n))
	// The folder is the operator's, made before.
	if err := os.Mkdir(f.state, 0o700); err != nil {
		return nil, nil, nil, fmt.Errorf("make folder: %w", err)
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", `read -r go && exec "$0" "$@"`, f.o.Bin}, f.args()...)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &out, time.Second
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, nil, fmt.Errorf("run init: %w", err)
	}
	return cmd, in, &out, cmd.Start()
}

func (f *founding) args() []string {
	return []string{"init", "--state", f.state, "--name", "Nele Janssens", "--email", "nele@desk.example"}
}

// strike runs init with a fault and returns the link, if it was printed.
func (f *founding) strike(ctx context.Context, s tracer.Strike) (seen tracer.Record, printed string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd, in, out, err := f.command(ctx)
	if err != nil {
		return seen, "", fmt.Errorf("run init: %w", err)
	}
	t, err := tracer.Attach(ctx, f.o.Tracer, cmd.Process.Pid, f.state, s)
	if err != nil {
		return seen, "", errors.Join(err, cmd.Process.Kill())
	}
	_, err = io.WriteString(in, "go\n")
	_ = cmd.Wait() // that it fails is what is tried
	seen, late := t.Detach()
	return seen, link(out.String()), errors.Join(err, late)
}

// settle looks whether the instance serves, and the link opens; without a link, init
// must be able to do all of it again.
func (f *founding) settle(ctx context.Context, printed string) error {
	if printed == "" {
		out, err := house.Run(ctx, f.o.Bin, f.args()...)
		if err != nil {
			return fmt.Errorf("%w: init cannot be run again: %w", errCorrupt, err)
		}
		if printed = link(out); printed == "" {
			return fmt.Errorf("%w: init prints no link: %s", errCorrupt, out)
		}
	}
	if err := house.Opens(ctx, f.o.Bin, f.state, printed); err != nil {
		return fmt.Errorf("%w: %w", errLost, err)
	}
	return os.RemoveAll(f.state)
}

// power looks what a power loss would take when the link was printed.
func (f *founding) power(ctx context.Context) (sum Tally, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd, in, out, err := f.command(ctx)
	if err != nil {
		return sum, fmt.Errorf("run init: %w", err)
	}
	r, err := record.Start(ctx, cmd.Process.Pid, f.state, filepath.Join(f.at, "record-init"))
	if err != nil {
		return sum, errors.Join(err, cmd.Process.Kill())
	}
	_, err = io.WriteString(in, "go\n")
	_ = cmd.Wait() // what it printed is looked at
	lost, answered, late := r.Unsynced(linkPath)
	if err = errors.Join(err, late); err != nil {
		return sum, err
	}
	if !answered {
		return sum, fmt.Errorf("init printed no link: %s", out)
	}
	sum.Runs, sum.Acknowledged = 1, 1
	if len(lost) > 0 {
		sum.Lost = 1
		f.o.Say("init: a power loss after the link was printed takes: %s", strings.Join(lost, "; "))
	}
	return sum, os.RemoveAll(f.state)
}
