// Package app wires an instance together: it reads the keys, opens the database,
// hands the instance's subkeys out singly, and serves the faces. It decides
// nothing itself. Opening fails when a part is missing or does not fit; nothing is
// served before everything is there.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"klankbord/internal/bare"
	"klankbord/internal/blob"
	"klankbord/internal/casework"
	"klankbord/internal/clamd"
	"klankbord/internal/clock"
	"klankbord/internal/config"
	"klankbord/internal/configure"
	"klankbord/internal/custody"
	"klankbord/internal/dialogue"
	"klankbord/internal/heads"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/metrics"
	"klankbord/internal/post"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/signin"
	"klankbord/internal/sqldb"
	"klankbord/internal/store"
	"klankbord/internal/web/public"
	"klankbord/internal/work"
)

// Options are what tests and the demo set otherwise than a real instance.
type Options struct {
	Clock     clock.Clock    // nil: the machine's
	Transport post.Transport // nil: SMTP from the settings
	Log       *slog.Logger
	Demo      Demo            // nil: not the demo
	Words     *lang.Catalogue // that several instances share; nil: one of its own
	Tree      string          // a checkout whose templates are read again for every page; empty: those inside
	Copies    *bare.Maker     // makes copies of files without metadata; nil: none are made
	Passwords seal.Cost       // of checking one; the zero value is what an instance uses
	Older     bool            // the database may lie under a key of the instance from before it was renewed

	AnyConfiguration bool // open also where this program cannot take the configuration, to put another in its place
}

// App is an open instance.
type App struct {
	Config   config.Config
	Instance string
	Profile  *profile.Profile
	Words    *lang.Catalogue
	Store    *store.Store
	Blobs    blob.Place
	Custody  *custody.Custody
	Intake   *intake.Intake
	Dialogue *dialogue.Dialogue
	Casework *casework.Casework
	SignIn   *signin.SignIn
	Setup    *setup.Setup
	Work     *work.Work
	Settings *configure.Configure
	Pickups  []*post.Pickup // one for each mailbox that is read

	Oversight *custody.Oversight

	requests metrics.Requests
	mailKey  *seal.Key // under which mails wait; post alone opens it
	writes   writeTimes

	named   string // the profile that the database names; the directory decides
	clock   clock.Clock
	log     *slog.Logger
	signer  *seal.Signer
	outside *heads.Folder
	demo    Demo
	tree    string
	db      *sqldb.DB

	current  atomic.Pointer[parts] // what depends on the configuration, as it is now
	taking   sync.Mutex            // held while another takes its place
	tools    tools
	boxes    []casework.Mailbox
	room     *custody.Mailroom
	scanner  *clamd.Scanner
	networks *public.Networks

	draining atomic.Bool // told to stop: still serves, and says that it is not ready
}

// Open opens the instance in the state folder.
func Open(ctx context.Context, c config.Config, o Options) (_ *App, err error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	keys, err := loadKeys(c.State)
	if err != nil {
		return nil, err
	}
	a := &App{Config: c, clock: o.Clock, log: o.Log, demo: o.Demo, tree: o.Tree}
	if a.clock == nil {
		a.clock = clock.System{}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if err := a.openStorage(ctx); err != nil {
		return nil, err
	}
	if keys, err = lyingUnder(ctx, a.Store, a.Instance, c.State, keys, o.Older); err != nil {
		return nil, err
	}
	if a.Words = o.Words; a.Words == nil {
		a.Words = lang.New()
	}
	if o.Transport == nil {
		if o.Transport, err = a.smtp(); err != nil {
			return nil, err
		}
	}
	if err := a.wire(ctx, keys, o); err != nil {
		return nil, err
	}
	return a, nil
}

func (a *App) openStorage(ctx context.Context) (err error) {
	if a.db, err = sqldb.Open(ctx, a.Config.DSN()); err != nil {
		return err
	}
	if a.Store, err = store.Open(ctx, a.db, a.clock); err != nil {
		return err
	}
	if a.Blobs, err = openBlobs(a.Config); err != nil {
		return err
	}
	a.Store.TimeWrites(a.writes.observe)
	var row store.InstanceRow
	err = a.Store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Instance()
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return ErrNoInstance
	}
	if err != nil {
		return fmt.Errorf("read instance: %w", err)
	}
	a.Instance, a.named = row.ID, row.Profile
	return nil
}

// wire makes the use cases. Each gets the one subkey that it needs: gates go to
// custody, notices and waiting mail are opened only by post, checkpoints are
// signed only by work.
func (a *App) wire(ctx context.Context, keys keyFiles, o Options) error {
	mails := keys.Instance.Subkey("mail")
	a.mailKey = mails
	a.Store.StampLeaves(custody.LeafStamps(a.Instance, keys.Instance.Stamper()))
	a.signer, a.outside = keys.Instance.Signer(), heads.In(a.Config.State)
	a.Custody = custody.New(a.Store, a.Instance, keys.Instance.Stamper(), keys.Instance.Subkey("gates"), a.signer, a.outside)
	stamps, _, err := formerOf(keys.Instance, a.Instance)
	if err != nil {
		return err
	}
	a.Custody.Formerly(stamps)
	if err := a.sameInstance(); err != nil {
		return err
	}
	name, err := a.followDirectory(ctx)
	if err != nil {
		return err
	}
	version, err := a.readConfiguration(ctx, name, keys, o.AnyConfiguration)
	if err != nil {
		return err
	}
	a.Work = &work.Work{
		Jobs: &custody.Jobs{Store: a.Store, SkipLocked: a.db.ForUpdateSkipLocked()}, Log: a.log, Wrote: a.Store.Wrote,
		Sweeper: &custody.Sweeper{Store: a.Store, Blobs: a.Blobs, Custody: a.Custody, Trim: a.db.Trim},
		Watch: func(ctx context.Context) error {
			a.now().casework.ForgetSearches("")
			return a.Custody.Watch(ctx)
		},
	}
	if err := a.wireLog(ctx, keys, mails); err != nil {
		return err
	}
	a.Work.Count = func(ctx context.Context) error { return a.now().intake.KeepVisits(ctx) }
	a.Work.Remind = a.byTheClock
	a.Work.MaySweep = a.clockHolds
	if err := a.mailboxes(); err != nil {
		return err
	}
	if a.SignIn, err = a.signIn(keys, mails, o.Passwords); err != nil {
		return err
	}
	if a.scanner, err = a.newScanner(); err != nil {
		return err
	}
	a.tools = tools{keys: keys, mails: mails, transport: o.Transport, copies: o.Copies}
	if err := a.take(ctx, version); err != nil {
		return err
	}
	first := a.now()
	a.Intake, a.Dialogue, a.Casework, a.Setup = first.intake, first.dialogue, first.casework, first.setup
	a.Work.Beside = append(a.Work.Beside, a.followConfiguration)
	a.Work.Handlers = a.handlers()
	if a.Config.BackupTo != "" {
		a.Work.Backup = a.backups
	}
	return nil
}

// Close closes files and database.
func (a *App) Close() error {
	var errs []error
	if p := a.now(); p != nil {
		p.casework.Stop() // it reads both
	}
	if a.Blobs != nil {
		errs = append(errs, a.Blobs.Close())
	}
	if a.db != nil {
		errs = append(errs, a.db.Close())
	}
	return errors.Join(errs...)
}

// Signer signs in the instance's own name; it founds directories.
func (a *App) Signer() *seal.Signer { return a.signer }

// Now is the time of the instance's clock.
func (a *App) Now() time.Time { return a.clock.Now() }
