// Package apptest gives tests a whole instance on a real database: founded like
// any other, with members who hold real keys but need no password, a clock that
// stands still and a box that catches mail. It is imported by tests only and fails
// by ending the test.
package apptest

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/casefile"
	"klankbord/internal/clock"
	"klankbord/internal/config"
	"klankbord/internal/ident"
	"klankbord/internal/post"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Instance is an open instance for one test.
type Instance struct {
	*app.App
	T       testing.TB
	Clock   *clock.Fixed
	Box     *post.Sink
	Log     *Buffer // everything that was logged
	Founded app.Founded
	State   string

	signers map[staff.ID]*seal.Signer
	secrets map[staff.ID]*seal.MemberSecret
	joined  []access.Actor
	cost    seal.Cost // of checking a password
}

// Start is where the clock of a new instance stands: a Monday morning.
var Start = time.Date(2026, time.March, 2, 8, 30, 0, 0, time.UTC)

// Option changes the settings of an instance.
type Option func(*config.Config, *app.Options)

// FullPasswords lets the check of a password take what it takes in an instance, for tests of
// that; in others it takes next to nothing.
func FullPasswords(_ *config.Config, o *app.Options) { o.Passwords = seal.Cost{} }

// New founds and opens an instance of wwf-belgium without members.
func New(t testing.TB, options ...Option) *Instance {
	t.Helper()
	return newAt(t, Start, setup.Keeping{}, options)
}

// Kept is New with a recovery key that is kept in another way.
func Kept(t testing.TB, k setup.Keeping, options ...Option) *Instance {
	t.Helper()
	return newAt(t, Start, k, options)
}

func newAt(t testing.TB, at time.Time, k setup.Keeping, options []Option) *Instance {
	t.Helper()
	c := config.Config{State: t.TempDir(), Listen: "127.0.0.1:0", BaseURL: "https://desk.example", MaxFileMB: 100, SessionIdle: 30 * time.Minute, SessionMost: 10 * time.Hour}
	i := &Instance{T: t, Clock: clock.NewFixed(at), Box: &post.Sink{}, Log: &Buffer{}, State: c.State, signers: map[staff.ID]*seal.Signer{}}
	i.secrets = map[staff.ID]*seal.MemberSecret{}
	o := app.Options{Clock: i.Clock, Transport: i.Box, Log: slog.New(slog.NewJSONHandler(i.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	o.Passwords = seal.LeastCost()
	for _, option := range options {
		option(&c, &o)
	}
	i.cost = o.Passwords
	ctx := t.Context()
	founded, err := app.Found(ctx, c, "wwf-belgium", app.First("Nele Janssens", "nele@desk.example", "nl"), k, i.Clock)
	i.check(err)
	i.Founded, i.State = founded, c.State
	i.App, err = app.Open(ctx, c, o)
	i.check(err)
	t.Cleanup(func() { i.check(i.App.Close()) })
	return i
}

// Staffed founds an instance with the members that wwf-belgium asks for.
func Staffed(t testing.TB, options ...Option) (*Instance, Staff) {
	t.Helper()
	i := newAt(t, Start.AddDate(0, 0, -3), setup.Keeping{}, options) // so that everyone's entry holds at Start
	defer i.Clock.Set(Start)
	return i, i.Staff()
}

// Staff adds the members that wwf-belgium asks for. Where the entry of one holds
// later, the clock moves on to then.
func (i *Instance) Staff() Staff {
	i.T.Helper()
	handler := func(team casefile.Team, f staff.Function) staff.Assignment {
		return staff.Assignment{Role: staff.RoleHandler, Team: team, Function: f}
	}
	return Staff{
		Manager: i.Join("Nele Janssens", handler(casefile.ComplaintsTeam, staff.IntegrityManager), staff.Assignment{Role: staff.RoleConfigurator}),
		HR:      i.Join("Thomas Dubois", handler(casefile.ComplaintsTeam, staff.HumanResources)),
		Service: []access.Actor{
			i.Join("Sofie Peeters", handler(casefile.SupportersService, "")), i.Join("Karim Benali", handler(casefile.SupportersService, "")),
			i.Join("Julie Lambert", handler(casefile.SupportersService, "")),
		},
		Alternative: i.Join("Marc Verstraete", handler(casefile.Alternative, "")),
		Auditor:     i.Join("Anke Schmitz", staff.Assignment{Role: staff.RoleAuditor}),
	}
}

// Staff is the members of a staffed instance.
type Staff struct {
	Manager, HR, Alternative, Auditor access.Actor
	Service                           []access.Actor
}

func (i *Instance) check(err error) {
	i.T.Helper()
	if err != nil {
		i.T.Fatal(err)
	}
}

// Join adds a member with keys of their own, signed by whom it needs. Where the
// directory lets them in later, the clock moves on to then.
func (i *Instance) Join(name string, assignments ...staff.Assignment) access.Actor {
	i.T.Helper()
	ctx := context.Background()
	secret, id, salt := seal.NewMemberSecret(), staff.ID(ident.New()), staff.Salt()
	keys, signer := secret.Keys(), secret.Signer()
	email := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@desk.example"
	i.signers[id], i.secrets[id] = signer, secret
	event, delay := i.Signed(staff.Change{
		Type: staff.Enrol, Member: id, Reading: keys.Public(), Signing: signer.Public(), Person: staff.Commit(salt, name, email),
		Proof: signer.Sign(staff.ProofContext(i.Instance(), id), keys.Public()), Assignments: assignments,
	})
	i.check(i.Store.Write(ctx, func(tx *store.Tx) error {
		row := store.Member{ID: id, Salt: salt, Email: email, Name: name, Language: "nl", Active: true, Created: tx.Now()}
		if err := tx.InsertMember(row); err != nil {
			return err
		}
		return errors.Join(tx.InsertDirectoryEvent(event), tx.InsertLeaf(placed(tx, id)))
	}))
	i.Clock.Add(delay)
	dir, err := i.Custody.Directory(ctx)
	i.check(err)
	entry, ok := dir.Entry(id)
	if !ok {
		i.T.Fatalf("member %s did not enter the directory", name)
	}
	actor := access.Actor{Member: id, Name: name, Language: "nl", Session: ident.New(), Entry: entry, Keys: keys}
	i.joined = append(i.joined, actor)
	return actor
}

// Instance is the id of the instance.
func (i *Instance) Instance() string { return i.App.Instance }

// DeliverMail does the background work that is due: mail leaves into the box.
func (i *Instance) DeliverMail() {
	i.T.Helper()
	for {
		n, err := i.Work.Step(context.Background())
		i.check(err)
		if n == 0 {
			return
		}
	}
}

// Sequence gives the log's leaves their positions.
func (i *Instance) Sequence() {
	i.T.Helper()
	i.check(i.Work.Sequencer.Step(context.Background(), "test"))
}

// Buffer keeps what is written; it is safe for concurrent use.
type Buffer struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

// Write keeps p.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// String is everything that was written.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// Reopen closes the instance and opens it again from its folder, as after a
// restart.
func (i *Instance) Reopen() {
	i.T.Helper()
	i.Restart(func() {})
}

// Restart is Reopen with something that is done while the instance is closed.
func (i *Instance) Restart(between func()) {
	i.T.Helper()
	i.check(i.App.Close())
	between()
	a, err := app.Open(context.Background(), i.Config, app.Options{
		Clock: i.Clock, Transport: i.Box, Log: slog.New(slog.NewJSONHandler(i.Log, nil)), Passwords: i.cost,
	})
	i.check(err)
	i.App = a
}
