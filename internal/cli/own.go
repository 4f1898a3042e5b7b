package cli

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"klankbord/internal/app"
	"klankbord/internal/config"
	"klankbord/internal/configure"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/store"
)

type ownCommands struct {
	Export ownExport `cmd:"" help:"Print what is otherwise than the built-in profile, as one file."`
	Import ownImport `cmd:"" help:"Let a file that own export wrote hold instead of what holds. It is a new version, and stands in the log."`
	Diff   ownDiff   `cmd:"" help:"Say in which places a file differs from what holds."`
	List   ownList   `cmd:"" help:"List the versions."`
	Back   ownBack   `cmd:"" help:"Put a version back, also where a newer program cannot take the newest one and does not start."`
}

// settings opens an instance, whatever its configuration, for as long as fn runs.
func settings(e *env, c config.Config, fn func(*configure.Configure) error) (err error) {
	a, err := app.Open(e.ctx, c, app.Options{Log: e.logger("error"), AnyConfiguration: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return e.refused(fn(a.Settings))
}

// refused names the places that cannot be so.
func (e *env) refused(err error) error {
	var r *configure.Refused
	if !errors.As(err, &r) {
		return err
	}
	for _, address := range slices.Sorted(maps.Keys(r.Problems)) {
		e.say("FIX  %s: %s", address, problemWords(r.Problems[address]))
	}
	return errors.New("nothing was changed; see above")
}

// problemWords says for the operator why something cannot stand at a place.
func problemWords(p profile.Problem) string {
	switch p {
	case profile.ProblemUnknown:
		return "there is no such place in this profile"
	case profile.ProblemRule:
		return "what stands there cannot hold, or not together with the rest"
	default:
		return "what stands there cannot be read: " + string(p)
	}
}

func readOwn(path string) (name string, c profile.Changes, err error) {
	f, err := os.Open(path) //nolint:gosec // named by the operator
	if err != nil {
		return "", nil, fmt.Errorf("read %s: %w", path, err)
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, profileMax))
	if err != nil {
		return "", nil, fmt.Errorf("read %s: %w", path, err)
	}
	if name, c, err = profile.DecodeChanges(data); err != nil {
		return "", nil, fmt.Errorf("%s: %w", path, err)
	}
	return name, c, nil
}

type ownExport struct{ config.Config }

// Run prints the file.
func (c *ownExport) Run(e *env) error {
	return settings(e, c.Config, func(s *configure.Configure) error {
		v, err := s.Kept(e.ctx)
		if err != nil {
			return err
		}
		data, err := v.Changes.Encode(s.Name)
		if err != nil {
			return err
		}
		if _, err := e.out.Write(data); err != nil {
			return fmt.Errorf("print configuration: %w", err)
		}
		return nil
	})
}

type ownImport struct {
	config.Config
	File string `arg:"" help:"A file that own export wrote, of an instance with the same profile."`
	Why  string `name:"why" help:"Why, in a few words; it stands in the history. Name nobody in it."`
}

// Run makes the new version.
func (c *ownImport) Run(e *env) error {
	return settings(e, c.Config, func(s *configure.Configure) error {
		changes, err := ownOf(s, c.File)
		if err != nil {
			return err
		}
		n, err := s.Import(e.ctx, changes, c.Why)
		if err != nil {
			return err
		}
		e.say("Version %d holds: %d places are otherwise than the profile.", n, len(changes))
		return nil
	})
}

// ownOf reads a file that must be of the profile of the instance.
func ownOf(s *configure.Configure, path string) (profile.Changes, error) {
	name, changes, err := readOwn(path)
	if err != nil {
		return nil, err
	}
	if name != s.Name {
		return nil, fmt.Errorf("%s is of the profile %s, and this instance has the profile %s", path, name, s.Name)
	}
	return changes, nil
}

type ownDiff struct {
	config.Config
	File string `arg:"" help:"A file that own export wrote."`
}

// Run prints each place that differs, with what holds and what the file says.
func (c *ownDiff) Run(e *env) error {
	return settings(e, c.Config, func(s *configure.Configure) error {
		changes, err := ownOf(s, c.File)
		if err != nil {
			return err
		}
		v, err := s.Kept(e.ctx)
		if err != nil {
			return err
		}
		list := v.Changes.Differs(changes)
		for _, address := range list {
			e.say("%s", address)
			e.said("- ", string(v.Changes[address]))
			e.said("+ ", string(changes[address]))
		}
		e.say("%d differences", len(list))
		return nil
	})
}

type ownList struct{ config.Config }

// Run lists the versions, the newest first. Who made them stands in the history of the desk.
func (c *ownList) Run(e *env) error {
	return settings(e, c.Config, func(s *configure.Configure) error {
		var rows []store.Configuration
		if err := s.Store.Read(e.ctx, func(tx *store.Tx) (err error) {
			rows, err = tx.Configurations()
			return err
		}); err != nil {
			return fmt.Errorf("list versions: %w", err)
		}
		for _, row := range rows {
			e.say("%4d  %s  %s", row.Number, stamp(row.Made), row.Why)
		}
		e.say("%4d  the profile %s as it is built in", 0, s.Name)
		return nil
	})
}

type ownBack struct {
	config.Config
	Version int64 `arg:"" help:"Number of the version, as own list shows it; 0 is the built-in profile."`
}

// Run makes a new version that is as that one was.
func (c *ownBack) Run(e *env) error {
	return settings(e, c.Config, func(s *configure.Configure) error {
		n, err := s.ImportBack(e.ctx, c.Version)
		if errors.Is(err, fault.ErrNotFound) {
			return fmt.Errorf("there is no version %d; klankbord config own list names those there are", c.Version)
		}
		if err != nil {
			return err
		}
		e.say("Version %d holds: it is as version %d was.", n, c.Version)
		return nil
	})
}
