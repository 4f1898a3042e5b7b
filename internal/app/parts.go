package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"klankbord/internal/bare"
	"klankbord/internal/casework"
	"klankbord/internal/configure"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/dialogue"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/post"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/store"
	"klankbord/internal/web/ui"
	"klankbord/internal/work"
)

// parts is everything that depends on the configuration. It is made anew for each version
// and does not change: a request ends with the one that it began with.
type parts struct {
	version  *configure.Version
	words    *lang.Catalogue
	intake   *intake.Intake
	dialogue *dialogue.Dialogue
	casework *casework.Casework
	setup    *setup.Setup
	office   *post.Office

	assets *ui.Assets // of the pages; nil where nothing is served
	pages  pages
}

// tools is what parts are made with that nobody else needs.
type tools struct {
	keys      keyFiles
	mails     *seal.Key
	transport post.Transport
	copies    *bare.Maker
}

// followEvery is how late the configuration of another process may take effect here.
const followEvery = 2 * time.Second

// now is what serves at this moment.
func (a *App) now() *parts { return a.current.Load() }

// Current is the profile as the organisation has it now.
func (a *App) Current() *profile.Profile { return a.now().version.Profile }

// readConfiguration reads the newest version, on the profile of that name. An instance
// whose configuration does not fit its log is not opened.
// With anyway it is opened on the built-in profile where a newer program cannot take what an
// older one kept.
func (a *App) readConfiguration(ctx context.Context, name string, keys keyFiles, anyway bool) (*configure.Version, error) {
	a.Settings = &configure.Configure{
		Store: a.Store, Custody: a.Custody, Name: name, Words: a.Words, Holds: custody.LeafHolds(a.Instance, keys.Instance.Stamper()),
		Take: a.take,
		Try: func(p *profile.Profile) error {
			_, err := ui.NewAssets(lookOf(p))
			return err
		},
	}
	v, err := a.Settings.Current(ctx)
	if err != nil && anyway && !errors.Is(err, configure.ErrAltered) {
		v, err = a.Settings.Built()
	}
	if err != nil {
		return nil, err
	}
	a.Profile = v.Profile
	return v, nil
}

// take lets a version of the configuration take effect: what serves with it is made beside
// what serves now, and takes its place once it is whole.
func (a *App) take(ctx context.Context, v *configure.Version) error {
	a.taking.Lock()
	defer a.taking.Unlock()
	old := a.now()
	if old != nil && !newer(v, old.version) {
		return nil
	}
	next := a.makeParts(v)
	if old != nil && old.assets != nil {
		if err := a.makePages(next, old.assets); err != nil {
			return err
		}
	}
	a.current.Store(next)
	if old == nil {
		return nil
	}
	old.casework.Stop()
	return old.intake.KeepVisits(ctx)
}

// newer reports whether a version is to take the place of one that serves: neither what was
// saved nor what the directory says ever goes back.
func newer(v, old *configure.Version) bool {
	return v.Number >= old.Number && v.Routing >= old.Routing && (v.Number > old.Number || v.Routing > old.Routing)
}

// followConfiguration takes over what other processes changed, until ctx ends. What cannot
// be taken is told once, and what served before goes on.
func (a *App) followConfiguration(ctx context.Context) {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	told := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := a.Follow(ctx)
		if err != nil && !errors.Is(err, context.Canceled) && err.Error() != told {
			told = err.Error()
			a.log.Error("configuration is not taken", "error", err)
		}
	}
}

// Follow takes over the configuration of the database where it is newer than the one that
// serves here, and where complaints go once that holds.
func (a *App) Follow(ctx context.Context) error {
	serves := a.now().version
	moved, err := a.Settings.Moved(ctx, serves.Number, serves.Routing)
	if err != nil || !moved {
		return err
	}
	return a.Settings.Follow(ctx)
}

// makeParts makes the use cases. Each gets the one subkey that it needs: gates go to
// custody, notices and waiting mail are opened only by post.
func (a *App) makeParts(v *configure.Version) *parts {
	p, t, wake, fileBytes := v.Profile, a.tools, a.Work.Wake, a.Config.MaxFileMB<<20
	notices, calendar := t.keys.Instance.Subkey("notices"), calendarOf(p)
	x := &parts{version: v, words: a.Words.With(p.Words)}
	x.intake = &intake.Intake{
		Store: a.Store, Blobs: a.Blobs, Custody: a.Custody, Profile: p, Calendar: calendar, Scanner: a.scanner,
		Mails: t.mails, Notices: notices, Limits: intake.DefaultLimits(), Wake: wake, Oversight: a.Oversight,
	}
	x.intake.Limits.FileBytes = fileBytes
	x.intake.ReplyTo = intake.ReplyTo{Domain: a.Config.Domain(), Address: a.Config.MailReply}
	x.dialogue = &dialogue.Dialogue{
		Store: a.Store, Custody: a.Custody, Blobs: a.Blobs, Profile: p, Calendar: calendar, Scanner: a.scanner,
		Notices: notices, Mails: t.mails, Limits: dialogue.DefaultLimits(), Wake: wake, Oversight: a.Oversight, Intake: x.intake,
	}
	x.dialogue.Limits.FileBytes = fileBytes
	x.casework = a.makeCasework(p, calendar, notices)
	x.setup = &setup.Setup{Store: a.Store, Custody: a.Custody, SignIn: a.SignIn, Casework: x.casework, Mails: t.mails, Wake: wake, Profile: p, MailOut: x.casework.Around.MailOut, Settings: a.Settings}
	x.office = &post.Office{
		Outbox: &custody.Outbox{Store: a.Store, Threads: a.Custody}, Instance: a.Instance, Mails: t.mails, Notices: notices, Words: x.words, Transport: t.transport,
		Outcomes: x.dialogue, Sender: a.sender(p),
	}
	return x
}

func (a *App) makeCasework(p *profile.Profile, calendar deadline.Calendar, notices *seal.Key) *casework.Casework {
	c := &casework.Casework{
		Store: a.Store, Custody: a.Custody, Blobs: a.Blobs, Profile: p, Calendar: calendar, SignIn: a.SignIn, Scanner: a.scanner, Copies: a.tools.copies,
		Mails: a.tools.mails, Notices: notices, Views: a.tools.keys.Instance.Subkey("saved-views"), Limits: casework.DefaultLimits(), Wake: a.Work.Wake,
		Oversight: a.Oversight, Mailboxes: a.boxes, Mailroom: a.room, BackupDays: a.Config.BackupDays, UndoFor: a.Config.Undo, Patience: casework.DefaultPatience(), Asked: a.Settings.At,
	}
	c.Limits.FileBytes = a.Config.MaxFileMB << 20
	c.Around = casework.Surroundings{
		Version: Version(), MailOut: a.Config.SMTPServer != "" || a.demo != nil, Reserve: a.Config.MinFreeMB << 20, Every: a.Config.BackupEvery,
	}
	if a.Config.BackupTo != "" {
		c.Around.Archives = a.newestBackup
	}
	return c
}

// calendarOf is the calendar of Belgium with the days on which the organisation is closed.
func calendarOf(p *profile.Profile) deadline.Calendar {
	c := deadline.Belgium(lang.Brussels())
	return c.Closed(p.Settings.Holidays)
}

// handlers are what does the jobs, with what serves at the time.
func (a *App) handlers() map[string]work.Handler {
	return map[string]work.Handler{
		"mail": func(ctx context.Context, ref string, attempt int) (time.Time, error) {
			return a.now().office.Send(ctx, ref, attempt)
		},
		custody.JobCheckIn: func(ctx context.Context, ref string, _ int) (time.Time, error) {
			return a.now().dialogue.AskCheckIn(ctx, ref)
		},
		store.ErasureJob: func(ctx context.Context, ref string, _ int) (time.Time, error) {
			return (&custody.Eraser{Store: a.Store, Blobs: a.Blobs, Empty: a.db.Checkpoint}).Finish(ctx, ref)
		},
		store.PracticeJob: func(ctx context.Context, ref string, _ int) (time.Time, error) {
			return time.Time{}, a.now().casework.ExpirePractice(ctx, ref)
		},
		setup.RekeyJob: func(ctx context.Context, ref string, _ int) (time.Time, error) {
			return a.now().setup.TakeOver(ctx, ref)
		},
	}
}

// live answers with what serves when a request begins.
func (a *App) live(of func(pages) http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { of(a.now().pages).ServeHTTP(w, r) })
}

// Handlers returns what answers the public pages and the desk, and the two
// together. They follow the configuration.
func (a *App) Handlers() (publicPages, deskPages, both http.Handler, err error) {
	a.taking.Lock()
	defer a.taking.Unlock()
	next := *a.now()
	if err := a.makePages(&next, nil); err != nil {
		return nil, nil, nil, fmt.Errorf("make pages: %w", err)
	}
	a.current.Store(&next)
	return a.live(func(p pages) http.Handler { return p.public }), a.live(func(p pages) http.Handler { return p.desk }),
		a.live(func(p pages) http.Handler { return p.both }), nil
}
