package trial

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"klankbord/faults/house"
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
	c, err := newCopying(ctx, o)
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, c.place.Close(), os.RemoveAll(c.at)) }()
	run := &command{
		o: o, name: "backup", few: copyFew, thin: copyThin, at: c.at,
		args: c.args, ready: c.ready, printed: archive, sign: "klankbord-", settle: c.settle,
		watched: func() string { return c.at }, synced: func() string { return c.shelf },
		after: func() error {
			if !c.place.Alive() {
				return fmt.Errorf("%w: what serves the instance ended", errCorrupt)
			}
			return nil
		},
	}
	if sum, err = run.try(ctx); err != nil {
		return sum, err
	}
	if wrong := c.place.Verify(ctx); wrong != nil {
		sum.Corrupt++
		o.Say("backup: %v", wrong)
	}
	return sum, nil
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

// ready empties the shelf.
func (c *copying) ready(ctx context.Context) error {
	return errors.Join(os.RemoveAll(c.shelf), os.Mkdir(c.shelf, 0o700), c.place.EndLeases(ctx))
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
