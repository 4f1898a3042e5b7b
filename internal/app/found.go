package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"klankbord/internal/clock"
	"klankbord/internal/config"
	"klankbord/internal/custody"
	"klankbord/internal/ident"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/sqldb"
	"klankbord/internal/staff"
	"klankbord/internal/store"

	"klankbord/internal/casefile"
)

// Founded is what a new instance shows once.
type Founded struct {
	Recovery seal.Code        // to be kept on paper by the organisation
	Shares   []seal.CodeShare // of it, to be kept instead; none: the code itself is kept
	Enrol    seal.Token       // by which the first member enrols
}

// First is the first member of an instance: the integrity manager, who is
// configurator until another is named.
func First(name, email, language string) setup.Person {
	return setup.Person{Name: name, Email: email, Language: language, Assignments: []staff.Assignment{
		{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam, Function: staff.IntegrityManager},
		{Role: staff.RoleConfigurator},
	}}
}

// Found makes an instance in an empty state folder: keys and their copy, database,
// directory and the invitation of the first member.
func Found(ctx context.Context, c config.Config, profileName string, first setup.Person, k setup.Keeping, clk clock.Clock) (f Founded, err error) {
	p, err := profile.Load(profileName)
	if err != nil {
		return f, err
	}
	if err := os.MkdirAll(c.State, 0o700); err != nil {
		return f, fmt.Errorf("make state folder: %w", err)
	}
	if err := begin(ctx, c); err != nil {
		return f, err
	}
	f.Recovery, f.Shares = k.Draw()
	keys, err := makeKeys(c.State, f.Recovery)
	if err != nil {
		return f, err
	}
	db, err := sqldb.Open(ctx, c.DSN())
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s, err := store.Open(ctx, db, clk)
	if err != nil {
		return f, err
	}
	id := ident.New()
	s.StampLeaves(custody.LeafStamps(id, keys.Instance.Stamper()))
	f.Enrol, err = setup.Found(ctx, s, setup.Founding{
		Instance: id, Rules: p.DirectoryRules(), Signer: keys.Instance.Signer(), Stamps: keys.Instance.Stamper(), First: first,
		Recovery: f.Recovery, Shares: f.Shares, Keeps: k.First, Closed: k.Closed,
	})
	return f, err
}

// unfinished names the file that lies in a state folder from before the first key is
// drawn until what is shown once was shown, or the instance is served. What was made
// beside it was promised to nobody.
const unfinished = "init-unfinished"

// ErrHalfFounded tells that an earlier init ended half-way in a database that we do not
// empty by ourselves.
var ErrHalfFounded = errors.New("an earlier init did not end: empty the database and the state folder, then run it again")

// begin makes sure that nothing lies in the state folder, or only what an init left that
// was cut off, and marks that one has begun.
func begin(ctx context.Context, c config.Config) error {
	mark := filepath.Join(c.State, unfinished)
	_, err := os.Stat(mark)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := loadKeys(c.State); !errors.Is(err, ErrNoInstance) {
			return errors.Join(setup.ErrFounded, err)
		}
		return writeNew(mark, nil)
	case err != nil:
		return fmt.Errorf("look for an earlier init: %w", err)
	case c.Database != "":
		return ErrHalfFounded
	}
	if used, err := inUse(ctx, c); err != nil || used {
		return errors.Join(setup.ErrFounded, err)
	}
	instance, pepper := keyPaths(c.State)
	for _, name := range []string{instance, pepper, KeyCopy(c.State)} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove what an earlier init left: %w", err)
		}
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(c.State, "klankbord.db"+end)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove what an earlier init left: %w", err)
		}
	}
	return nil
}

// inUse reports whether somebody enrolled, or complained, in the database of an init that
// did not end: then it was promised something, whatever the mark says.
func inUse(ctx context.Context, c config.Config) (used bool, err error) {
	if _, err := os.Stat(filepath.Join(c.State, "klankbord.db")); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	db, err := sqldb.Open(ctx, c.DSN())
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return store.InUse(ctx, db)
}

// Shown tells that what an init shows once was shown, so that it counts.
func Shown(state string) error {
	if err := os.Remove(filepath.Join(state, unfinished)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("end init: %w", err)
	}
	return nil
}
