package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"klankbord/bench/figure"
	"klankbord/bench/fixture"
	"klankbord/bench/machine"
	"klankbord/bench/server"
	"klankbord/internal/app"
	"klankbord/internal/post"
	"klankbord/internal/seal"
)

// bench is one run of the benchmarks.
type bench struct {
	root    string // of the source tree
	folder  string // for everything that ends with the run
	program server.Program
	results *figure.Results
	staffed *instance
	grown   []figure.Panel
}

// instance is a state folder with the logins of its members.
type instance struct {
	state  string
	logins map[string]*fixture.Login
}

func (i *instance) remove() { _ = os.RemoveAll(i.state) } // the whole folder goes in the end

// prepare builds the program and founds an instance whose members have joined.
func prepare(ctx context.Context) (_ *bench, err error) {
	b := &bench{results: figure.New(machine.Describe(), time.Now())}
	if b.root, err = server.SourceTree(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(b.root, "build"), 0o750); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	// On the disk of the tree: the folder for temporary files is memory on many machines.
	if b.folder, err = os.MkdirTemp(filepath.Join(b.root, "build"), "bench-"); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	b.say("building the program …")
	if b.program, err = server.Build(ctx, b.root, b.folder); err != nil {
		return nil, err
	}
	b.staffed, err = b.found(ctx, "staffed", fixture.Handlers)
	return b, err
}

func (b *bench) close() error { return os.RemoveAll(b.folder) }

func (b *bench) say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// found makes an instance with the command, lets its first member enrol on the
// pages, and then the colleagues join, of whom so many handle general complaints.
func (b *bench) found(ctx context.Context, name string, handlers int) (*instance, error) {
	i := &instance{state: filepath.Join(b.folder, name)}
	path, err := b.program.Found(ctx, i.state, fixture.FirstName, fixture.First)
	if err != nil {
		return nil, err
	}
	var cookie string
	var login *fixture.Login
	err = b.serving(ctx, i, func(s *session) (err error) {
		login, cookie, err = enrol(ctx, s.server.URL, path)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	if i.logins, err = join(ctx, i.state, cookie, handlers); err != nil {
		return nil, fmt.Errorf("join: %w", err)
	}
	i.logins[fixture.First] = login
	return i, nil
}

// join continues the session of the first member to bring the others in.
func join(ctx context.Context, state, cookie string, handlers int) (logins map[string]*fixture.Login, err error) {
	a, err := app.Open(ctx, fixture.Settings(state), app.Options{Transport: &post.Sink{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	tok, err := seal.ParseToken(cookie)
	if err != nil {
		return nil, err
	}
	first, err := a.SignIn.Session(ctx, tok)
	if err != nil {
		return nil, err
	}
	if logins, err = fixture.Join(ctx, a, first, handlers); err != nil {
		return nil, err
	}
	for { // the invitations leave now, not while something is measured
		if n, err := a.Work.Step(ctx); err != nil || n == 0 {
			return logins, err
		}
	}
}

// copyOf copies a fixture, so that it stays as it was built.
func (b *bench) copyOf(f *fixture.Fixture) (*instance, error) {
	i := &instance{state: filepath.Join(b.folder, fmt.Sprint("cases-", f.Cases)), logins: f.Logins}
	if err := machine.Copy(i.state, f.State); err != nil {
		return nil, fmt.Errorf("copy fixture: %w", err)
	}
	return i, nil
}

// session is an instance while it is served.
type session struct {
	*instance
	bench  *bench
	server *server.Server
	mail   *server.Mail
}

// serving serves an instance while do runs, and stops it whatever happens.
func (b *bench) serving(ctx context.Context, i *instance, do func(*session) error) (err error) {
	mail, err := server.NewMail(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, mail.Close()) }()
	s, err := b.program.Start(ctx, i.state, mail.Address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	return do(&session{i, b, s, mail})
}

// measured is a figure with its runs.
type measured struct {
	key, note string
	runs      []float64
}

func (b *bench) report(list ...measured) error {
	for _, m := range list {
		if err := b.results.Report(m.key, m.note, m.runs...); err != nil {
			return err
		}
		b.say("  %s %v", m.key, b.results.Figures[m.key].Value)
	}
	return nil
}
