package trial

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"klankbord/faults/house"
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
	at, err := filepath.EvalSymlinks(o.Folder)
	if err != nil {
		return sum, fmt.Errorf("folder: %w", err)
	}
	f := &founding{o: o, at: at}
	state := func() string { return f.state }
	c := &command{
		o: o, name: "init", few: foundFew, thin: foundThin, at: at,
		args: f.args, ready: f.ready, watched: state, synced: state, printed: link, sign: linkPath, settle: f.settle,
	}
	if sum, err = c.try(ctx); err != nil {
		return sum, err
	}
	return sum, os.RemoveAll(f.state) // what the loss of power was looked for in
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

// ready makes the folder, which is the operator's.
func (f *founding) ready(context.Context) error {
	f.n++
	f.state = filepath.Join(f.at, fmt.Sprintf("found-%d", f.n))
	return os.Mkdir(f.state, 0o700)
}

func (f *founding) args() []string {
	return []string{"init", "--state", f.state, "--name", "Nele Janssens", "--email", "nele@desk.example"}
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
