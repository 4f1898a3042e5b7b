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
	"sync/atomic"
	"time"

	"klankbord/internal/bare"
	"klankbord/internal/blob"
	"klankbord/internal/casework"
	"klankbord/internal/clock"
	"klankbord/internal/config"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
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
	if a.Words = o.Words; a.Words == nil {
		if a.Words, err = lang.New(); err != nil {
			return nil, fmt.Errorf("read catalogue: %w", err)
		}
	}
	if o.Transport == nil {
		if o.Transport, err = a.smtp(); err != nil {
			return nil, err
		}
	}
	if err := a.wire(ctx, keys, o.Transport); err != nil {
		return a, err
	}
	return a, a.wireFiles(o.Copies)
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
func (a *App) wire(ctx context.Context, keys keyFiles, transport post.Transport) error {
	mails, notices := keys.Instance.Subkey("mail"), keys.Instance.Subkey("notices")
	a.mailKey = mails
	calendar := deadline.Belgium(lang.Brussels())
	a.Store.StampLeaves(custody.LeafStamps(a.Instance, keys.Instance.Stamper()))
	a.signer, a.outside = keys.Instance.Signer(), heads.In(a.Config.State)
	a.Custody = custody.New(a.Store, a.Instance, keys.Instance.Stamper(), keys.Instance.Subkey("gates"), a.signer, a.outside)
	if err := a.sameInstance(); err != nil {
		return err
	}
	if err := a.followDirectory(ctx); err != nil {
		return err
	}
	a.Work = &work.Work{
		Jobs: &custody.Jobs{Store: a.Store, SkipLocked: a.db.ForUpdateSkipLocked()}, Log: a.log, Wrote: a.Store.Wrote,
		Sweeper: &custody.Sweeper{Store: a.Store, Blobs: a.Blobs, Custody: a.Custody},
		Watch: func(ctx context.Context) error {
			a.Casework.ForgetSearches("")
			return a.Custody.Watch(ctx)
		},
	}
	if err := a.wireLog(keys, mails); err != nil {
		return err
	}
	wake, fileBytes := a.Work.Wake, a.Config.MaxFileMB<<20
	a.Intake = &intake.Intake{
		Store: a.Store, Blobs: a.Blobs, Custody: a.Custody, Profile: a.Profile, Calendar: calendar,
		Mails: mails, Notices: notices, Limits: intake.DefaultLimits(), Wake: wake, Oversight: a.Oversight,
	}
	a.Intake.Limits.FileBytes = fileBytes
	a.Intake.ReplyTo = intake.ReplyTo{Domain: a.Config.Domain(), Address: a.Config.MailReply}
	a.Dialogue = &dialogue.Dialogue{
		Store: a.Store, Custody: a.Custody, Blobs: a.Blobs, Profile: a.Profile, Calendar: calendar,
		Notices: notices, Mails: mails, Limits: dialogue.DefaultLimits(), Wake: wake, Oversight: a.Oversight,
		Intake: a.Intake,
	}
	a.Dialogue.Limits.FileBytes = fileBytes
	a.Casework = &casework.Casework{
		Store: a.Store, Custody: a.Custody, Blobs: a.Blobs, Profile: a.Profile, Calendar: calendar,
		Mails: mails, Notices: notices, Views: keys.Instance.Subkey("saved-views"), Limits: casework.DefaultLimits(), Wake: wake, Oversight: a.Oversight,
	}
	a.Casework.Limits.FileBytes, a.Casework.BackupDays = fileBytes, a.Config.BackupDays
	a.Casework.UndoFor = a.Config.Undo
	a.Casework.Around = casework.Surroundings{
		Version: Version(), MailOut: a.Config.SMTPServer != "" || a.demo != nil, Reserve: a.Config.MinFreeMB << 20, Every: a.Config.BackupEvery,
	}
	if a.Config.BackupTo != "" {
		a.Casework.Around.Archives = a.newestBackup
	}
	a.Work.Count = a.Intake.KeepVisits
	a.Work.Remind = a.byTheClock
	a.Work.MaySweep = a.clockHolds
	if err := a.mailboxes(); err != nil {
		return err
	}
	var err error
	if a.SignIn, err = a.signIn(keys, mails, wake); err != nil {
		return err
	}
	a.Casework.SignIn = a.SignIn
	a.Setup = &setup.Setup{Store: a.Store, Custody: a.Custody, SignIn: a.SignIn, Casework: a.Casework, Mails: mails, Wake: wake, Profile: a.Profile, MailOut: a.Casework.Around.MailOut}
	office := &post.Office{
		Outbox: &custody.Outbox{Store: a.Store, Threads: a.Custody}, Instance: a.Instance, Mails: mails, Notices: notices, Words: a.Words, Transport: transport,
		Outcomes: a.Dialogue, Sender: a.sender(),
	}
	a.Work.Handlers = map[string]work.Handler{
		"mail": func(ctx context.Context, ref string, attempt int) (time.Time, error) {
			return office.Send(ctx, ref, attempt)
		},
		custody.JobCheckIn: func(ctx context.Context, ref string, _ int) (time.Time, error) {
			return a.Dialogue.AskCheckIn(ctx, ref)
		},
		store.ErasureJob: func(ctx context.Context, ref string, _ int) (time.Time, error) {
			return (&custody.Eraser{Store: a.Store, Blobs: a.Blobs, Empty: a.db.Checkpoint}).Finish(ctx, ref)
		},
		store.PracticeJob: func(ctx context.Context, ref string, _ int) (time.Time, error) {
			return time.Time{}, a.Casework.ExpirePractice(ctx, ref)
		},
		setup.RekeyJob: func(ctx context.Context, ref string, _ int) (time.Time, error) { return a.Setup.TakeOver(ctx, ref) },
	}
	if a.Config.BackupTo != "" {
		a.Work.Backup = a.backups
	}
	return nil
}

// Close closes files and database.
func (a *App) Close() error {
	var errs []error
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
