package casework

import (
	"context"
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/store"
)

// Surroundings are what the process knows of its machine, for Status.
type Surroundings struct {
	Version  string // of the program
	MailOut  bool   // there is a server that takes mail
	Reserve  int64  // bytes below which no complaint is begun
	Every    time.Duration
	Archives func(ctx context.Context) (newest time.Time, err error) // nil: no backups are made
}

// Copies is how backups stand.
type Copies struct {
	Made    bool      // the program makes any
	Newest  time.Time // zero: none yet
	Due     time.Time // when the next is; zero where there is none yet
	Trouble bool      // the place where they lie cannot be read
}

// Late reports whether a backup that was due is not there. The next look at what is due is
// some minutes after; an hour is somebody's matter.
func (c Copies) Late(now time.Time) bool { return !c.Due.IsZero() && now.Sub(c.Due) > time.Hour }

// Status is how the desk runs. It holds what nobody can tell a single case by: no counts
// of mails or of lines, and of mails that were given up those alone that the member may
// see.
type Status struct {
	Now       time.Time
	Version   string
	MailOut   bool
	GivenUp   int // mails
	Boxes     []MailboxState
	Copies    Copies
	Late      bool // something that should have been done by itself was not
	Log       custody.Standing
	ClockBack bool // the log was signed later than the clock of the server says it is
	Free      int64
	FreeKnown bool
	Reserve   int64
}

// jobsLate is how late a job may be before it is told: one that failed is tried again
// after a minute.
const jobsLate = 10 * time.Minute

// shelfPatience is how long a page waits for the place where backups lie.
const shelfPatience = 3 * time.Second

// clockSlack is how far two servers' clocks may be apart without a word.
const clockSlack = 2 * time.Minute

// Status tells any member who was vouched for how the desk runs; fault.ErrNotFound.
func (c *Casework) Status(ctx context.Context, actor access.Actor) (*Status, error) {
	if !actor.Entry.Active {
		return nil, fault.ErrNotFound
	}
	s := &Status{Now: c.Store.Now(), Version: c.Around.Version, MailOut: c.Around.MailOut, Reserve: c.Around.Reserve}
	var err error
	if s.Boxes, err = c.MailboxStates(ctx, actor); err != nil {
		return nil, err
	}
	if s.GivenUp, err = c.DeadMails(ctx, actor); err != nil {
		return nil, err
	}
	var late int64
	if err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		late, err = tx.CountLate(s.Now.Add(-jobsLate))
		return err
	}); err != nil {
		return nil, fmt.Errorf("count late jobs: %w", err)
	}
	s.Late = late > 0
	if s.Log, err = c.Oversight.Standing(ctx); err != nil {
		return nil, err
	}
	s.ClockBack = s.Log.Signed.Sub(s.Now) > clockSlack
	if s.Free, s.FreeKnown, err = c.Blobs.Free(); err != nil {
		s.FreeKnown = false
	}
	s.Copies = c.copies(ctx)
	return s, nil
}

func (c *Casework) copies(ctx context.Context) (k Copies) {
	if c.Around.Archives == nil {
		return k
	}
	k.Made = true
	ctx, cancel := context.WithTimeout(ctx, shelfPatience)
	defer cancel()
	newest, err := c.Around.Archives(ctx)
	if err != nil {
		k.Trouble = true
		return k
	}
	if k.Newest = newest; !newest.IsZero() {
		k.Due = newest.Add(c.Around.Every)
	}
	return k
}
