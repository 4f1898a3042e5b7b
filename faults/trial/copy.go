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
	"regexp"
	"strings"
	"time"

	"klankbord/faults/house"
	"klankbord/faults/record"
	"klankbord/faults/tracer"
)

// copying makes a backup of an instance with `klankbord backup make`, while it is served. It
// is acknowledged when the name of the backup is printed.
type copying struct {
	o        Options
	place    *house.House
	at       string // holds the state folder and the shelf, and ends with the run
	shelf    string
	identity string
	to       string // the recipient
}

// copyFew is how many calls of each kind of fault the quick subset strikes; copyThin is as
// thin of an operation: a backup writes one block after the other.
const (
	copyFew  = 1
	copyThin = 8
)

// backup tries every fault on making a backup.
func backup(ctx context.Context, o Options) (sum Tally, err error) {
	began := time.Now()
	c, err := newCopying(ctx, o)
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, c.place.Close(), os.RemoveAll(c.at)) }()
	few := 0
	if o.Quick {
		few = copyFew
	}
	seen, printed, err := c.strike(ctx, tracer.Strike{})
	if err != nil {
		return sum, err
	}
	if err := c.settle(ctx, printed); err != nil || printed == "" {
		return sum, fmt.Errorf("backup without any fault: %w", err)
	}
	list := trials(seen.Calls, few, copyThin)
	o.Say("backup: %d calls, %d faults to try", len(seen.Calls), len(list))
	for _, x := range list {
		if err := ctx.Err(); err != nil {
			return sum, err
		}
		seen, printed, err := c.strike(ctx, x.strike)
		if err != nil {
			return sum, err
		}
		wrong := c.settle(ctx, printed)
		if wrong == nil && !c.place.Alive() {
			wrong = fmt.Errorf("%w: what serves the instance ended", errCorrupt)
		}
		if wrong != nil {
			o.Say("backup, %s at %v (%d): acknowledged %t: %v", x.label, seen.Struck, x.strike.At, printed != "", wrong)
		}
		sum.count(seen.Struck != nil, printed != "", []error{wrong})
	}
	part, err := c.power(ctx)
	sum.Add(part)
	if wrong := c.place.Verify(ctx); wrong != nil {
		sum.Corrupt++
		o.Say("backup: %v", wrong)
	}
	o.Say("backup: %s; %d found nothing to strike; %s", sum, sum.Missed, time.Since(began).Round(time.Second))
	return sum, err
}

func newCopying(ctx context.Context, o Options) (_ *copying, err error) {
	folder, err := filepath.EvalSymlinks(o.Folder)
	if err != nil {
		return nil, fmt.Errorf("folder: %w", err)
	}
	c := &copying{o: o, at: filepath.Join(folder, "backup")}
	c.shelf, c.identity = filepath.Join(c.at, "shelf"), filepath.Join(folder, "backup.key")
	if err := os.Mkdir(c.at, 0o700); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	out, err := house.Run(ctx, o.Bin, "backup", "key", c.identity)
	if err != nil {
		return nil, err
	}
	if c.to = regexp.MustCompile(`age1pq1\S+`).FindString(out); c.to == "" {
		return nil, fmt.Errorf("%w: no recipient of backups: %s", errCorrupt, out)
	}
	if c.place, err = house.New(ctx, o.Root, o.Bin, c.at, o.Say); err != nil {
		return nil, err
	}
	// A complaint with a file, so that there are sealed files to copy.
	with, err := prepareSubmission(ctx, c.place)
	if err != nil {
		return nil, errors.Join(err, c.place.Close())
	}
	if sent, unclear := with.do(ctx); !sent {
		return nil, errors.Join(unclear, errCorrupt, c.place.Close())
	}
	return c, nil
}

func (c *copying) args() []string {
	return []string{"backup", "make", "--state", c.place.State, "--backup-to", c.shelf, "--backup-recipient", c.to}
}

// command is the command on an empty shelf, behind a shell that waits for a line, so that
// the tracer is there before the first call.
func (c *copying) command(ctx context.Context) (*exec.Cmd, io.WriteCloser, *bytes.Buffer, error) {
	err := errors.Join(os.RemoveAll(c.shelf), os.Mkdir(c.shelf, 0o700), c.place.EndLeases(ctx))
	if err != nil {
		return nil, nil, nil, fmt.Errorf("empty the shelf: %w", err)
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", `read -r go && exec "$0" "$@"`, c.o.Bin}, c.args()...)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &out, time.Second
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, nil, fmt.Errorf("run backup: %w", err)
	}
	return cmd, in, &out, cmd.Start()
}

// madeLine is what the command prints of a backup.
var madeLine = regexp.MustCompile(`(?m)^(klankbord-\S+\.age): \d+ rows and \d+ sealed files`)

// archive is the name that was printed; empty where it did not get there.
func archive(out string) string {
	if m := madeLine.FindStringSubmatch(out); m != nil {
		return m[1]
	}
	return ""
}

// strike makes a backup with a fault and returns its name, if that was printed.
func (c *copying) strike(ctx context.Context, s tracer.Strike) (seen tracer.Record, printed string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd, in, out, err := c.command(ctx)
	if err != nil {
		return seen, "", err
	}
	t, err := tracer.Attach(ctx, c.o.Tracer, cmd.Process.Pid, c.at, s)
	if err != nil {
		return seen, "", errors.Join(err, cmd.Process.Kill())
	}
	_, err = io.WriteString(in, "go\n")
	_ = cmd.Wait() // that it fails is what is tried
	seen, late := t.Detach()
	return seen, archive(out.String()), errors.Join(err, late)
}

// settle looks whether every backup that is seen is whole and restores, the one that was
// acknowledged among them; then another is made, as an operator would, and restores as well.
func (c *copying) settle(ctx context.Context, printed string) error {
	list, err := house.Run(ctx, c.o.Bin, "backup", "list", "--from", c.shelf)
	if err != nil && !strings.Contains(err.Error(), "there is no backup in") {
		return fmt.Errorf("%w: %w", errCorrupt, err)
	}
	if strings.Contains(list, "missing") {
		return fmt.Errorf("%w: a backup is seen that is not whole: %s", errCorrupt, list)
	}
	if printed != "" && !strings.Contains(list, printed) {
		return fmt.Errorf("%w: %s is not there", errLost, printed)
	}
	for line := range strings.Lines(list) {
		if err := c.restores(ctx, strings.Fields(line)[0]); err != nil {
			if printed != "" {
				return fmt.Errorf("%w: %w", errLost, err)
			}
			return fmt.Errorf("%w: %w", errCorrupt, err)
		}
	}
	next, err := c.again(ctx)
	if err != nil {
		return fmt.Errorf("%w: no backup can be made any more: %w", errCorrupt, err)
	}
	if err := c.restores(ctx, next); err != nil {
		return fmt.Errorf("%w: the next: %w", errCorrupt, err)
	}
	return nil
}

// again makes a backup without a fault. Its name holds the second, so that it may have to
// wait for the next; the lease of a process that is dead is ended, as time would.
func (c *copying) again(ctx context.Context) (name string, err error) {
	if err := c.place.EndLeases(ctx); err != nil {
		return "", err
	}
	for range 3 {
		var out string
		if out, err = house.Run(ctx, c.o.Bin, c.args()...); err == nil {
			return archive(out), nil
		}
		if !strings.Contains(err.Error(), "is there already") {
			return "", err
		}
		sleep(ctx, time.Second)
	}
	return "", err
}

// restores makes an instance of a backup and has its log and rows checked with the key files,
// and its sealed files looked at.
func (c *copying) restores(ctx context.Context, name string) (err error) {
	state := filepath.Join(c.at, "restored")
	defer func() { err = errors.Join(err, os.RemoveAll(state)) }()
	if _, err := house.Run(ctx, c.o.Bin, "backup", "restore", "--from", c.shelf, "--archive", name, "--identity", c.identity, "--state", state); err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(state, "keys"), os.DirFS(filepath.Join(c.place.State, "keys"))); err != nil {
		return fmt.Errorf("bring key files: %w", err)
	}
	_, err = house.Run(ctx, c.o.Bin, "restore", "--state", state, "--accept", "--reason", "restored to be tried", "--yes")
	if err != nil {
		return err
	}
	_, err = house.Run(ctx, c.o.Bin, "log", "verify", "--state", state, "--blobs", filepath.Join(state, "blobs"))
	return err
}

// power looks what a power loss would take when the name of the backup was printed.
func (c *copying) power(ctx context.Context) (sum Tally, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd, in, out, err := c.command(ctx)
	if err != nil {
		return sum, err
	}
	r, err := record.Start(ctx, cmd.Process.Pid, c.shelf, filepath.Join(c.at, "record-backup"))
	if err != nil {
		return sum, errors.Join(err, cmd.Process.Kill())
	}
	_, err = io.WriteString(in, "go\n")
	_ = cmd.Wait() // what it printed is looked at
	lost, answered, late := r.Unsynced("klankbord-")
	if err = errors.Join(err, late); err != nil {
		return sum, err
	}
	if !answered {
		return sum, fmt.Errorf("backup printed no name: %s", out)
	}
	sum.Runs, sum.Acknowledged = 1, 1
	if len(lost) > 0 {
		sum.Lost = 1
		c.o.Say("backup: a power loss after its name was printed takes: %s", strings.Join(lost, "; "))
	}
	return sum, nil
}
