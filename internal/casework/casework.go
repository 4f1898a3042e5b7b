// Package casework is what members do with cases: the inbox, reading a case,
// writing notes and messages, moving a case along its states and closing it with
// feedback. Every permission is decided here: a member sees a case only with a key
// that was wrapped to them, and whatever is not theirs answers like something that
// does not exist. It must never return a case, a file or an identity before the line
// of the log that tells of it is durable, and never send what was not shown to the
// writer first. It fails with fault.ErrNotFound, with a fault that says what to do,
// and with *casefile.Refusal when a step is not allowed yet.
package casework

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/bare"
	"klankbord/internal/blob"
	"klankbord/internal/casefile"
	"klankbord/internal/clamd"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/retention"
	"klankbord/internal/seal"
	"klankbord/internal/signin"
	"klankbord/internal/sqldb"
	"klankbord/internal/store"
)

// Sealer seals for a reader that is not us; package post opens.
type Sealer interface {
	Seal(c seal.Context, plain []byte) seal.Box
}

// Limits bound what a member may attach.
type Limits struct {
	FileBytes int64 // of one file
	Files     int   // to one message or note
}

// DefaultLimits are the limits of a fresh instance.
func DefaultLimits() Limits { return Limits{FileBytes: 100 << 20, Files: 20} }

// How long what was logged once need not be logged again, and how long an opened
// identity stays open for the member who opened it.
const (
	readAgain    = 15 * time.Minute
	identityOpen = 30 * time.Minute
)

// Casework is the use case. It is safe for concurrent use.
type Casework struct {
	Store   *store.Store
	Custody *custody.Custody
	SignIn  *signin.SignIn // opens the signing key of whoever approves
	Blobs   blob.Place
	Profile *profile.Profile
	// Asked tells which profile a complaint of a time was made with; nil: Profile.
	Asked     func(context.Context, time.Time) (*profile.Profile, error)
	Calendar  deadline.Calendar
	Mails     Sealer // mail that waits
	Notices   Sealer // where news can be sent
	Views     Keeper // names of lists of cases
	Oversight *custody.Oversight
	Mailboxes []Mailbox // whose mail becomes cases
	Mailroom  *custody.Mailroom
	Retention retention.Rules // nil: those of the profile
	Limits    Limits
	Scanner   *clamd.Scanner // looks through files; nil: nobody does
	Copies    *bare.Maker    // makes copies without metadata; nil: nobody does
	// BackupDays is for how many days the operator says that the oldest backup is kept;
	// 0: not declared.
	BackupDays int
	// UndoFor is how long a message waits before it goes; 0: it goes at once, and can only be
	// withdrawn.
	UndoFor  time.Duration
	Patience Patience // of pages that must read many cases
	Around   Surroundings
	Wake     func() // tells the background work that there is a job; may be nil

	logged   memory
	searches libraries
	prints   prints
	counts   tallied[int]
	reports  tallied[*Numbers]
	ledgers  ledgers

	gatherings gatherings
}

func (c *Casework) wake() {
	if c.Wake != nil {
		c.Wake()
	}
}

func (c *Casework) retention() retention.Rules {
	if c.Retention == nil {
		return c.Profile.Keeping()
	}
	return c.Retention
}

// open opens a case for somebody who handles cases; everyone else, and every other
// case, gets fault.ErrNotFound.
func (c *Casework) open(ctx context.Context, actor access.Actor, n casefile.Number) (*custody.Opened, error) {
	if !actor.Handler() || !actor.Entry.Active {
		return nil, fault.ErrNotFound
	}
	return c.Custody.OpenMember(ctx, actor, n)
}

// write runs fn in one transaction; what somebody else did first is store.ErrStale,
// whether a row moved or an entry of that id is there already.
func (c *Casework) write(ctx context.Context, fn func(*store.Tx) error) error {
	err := c.Store.Write(ctx, fn)
	if sqldb.IsUnique(err) {
		return errors.Join(store.ErrStale, err)
	}
	return err
}

// writeIn is write for a member at a case: store.ErrStale where the keys were taken
// away since it was opened, so that nothing of theirs is left in it afterwards.
func (c *Casework) writeIn(ctx context.Context, actor access.Actor, id casefile.ID, fn func(*store.Tx) error) error {
	return c.write(ctx, func(tx *store.Tx) error {
		switch granted, err := tx.Granted(id, actor.Member); {
		case err != nil:
			return err
		case !granted:
			return store.ErrStale
		}
		return fn(tx)
	})
}

// gone is what somebody is told whose keys were taken away while they worked.
func gone(err error) error {
	if errors.Is(err, store.ErrStale) {
		return errNothing
	}
	return err
}

// ErrChanged tells that somebody else changed the case, or the member their own draft,
// since the page was made.
var ErrChanged = errChanged

var errChanged = fault.New(fault.Conflict, "error.changed-meanwhile")

// errNothing tells that a thing of a case that was named does not exist in it.
var errNothing = fmt.Errorf("named thing: %w", fault.ErrNotFound)

// memory remembers which reads were logged, so that reading on does not fill the
// log. After a restart a read is logged again.
type memory struct {
	mu sync.Mutex
	at map[string]reading // guarded by mu
}

type reading struct {
	when time.Time
	head int64
}

// most bounds the memory; beyond it everything is forgotten and logged again.
const most = 20_000

// fresh reports whether key was logged less than d ago with nothing new since.
func (m *memory) fresh(key string, now time.Time, d time.Duration, head int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	last, ok := m.at[key]
	return ok && now.Sub(last.when) < d && last.head >= head
}

func (m *memory) keep(key string, now time.Time, head int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at == nil || len(m.at) >= most {
		m.at = map[string]reading{}
	}
	m.at[key] = reading{now, head}
}

// forget lets every reading of a case be logged again, as after a change of who may
// read it.
func (m *memory) forget(id casefile.ID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key := range m.at {
		if strings.HasSuffix(key, "/case/"+string(id)) {
			delete(m.at, key)
		}
	}
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
