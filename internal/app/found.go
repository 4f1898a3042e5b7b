package app

import (
	"context"
	"errors"
	"fmt"
	"os"

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
	if _, err := loadKeys(c.State); !errors.Is(err, ErrNoInstance) {
		return f, errors.Join(setup.ErrFounded, err)
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
		Recovery: f.Recovery, Shares: f.Shares, Keeps: k.First,
	})
	return f, err
}
