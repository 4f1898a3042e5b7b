package post

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/intake"
)

// Pickup fetches the mail of one mailbox, on one instance at a time. A mail leaves the
// server only after it is durable here; whatever breaks in between, it is fetched again
// and known by what it holds. One that cannot be taken in does not stop those after it.
type Pickup struct {
	Settings IMAPSettings
	Take     func(ctx context.Context, box intake.Mailbox, a intake.Arrived) (intake.Taken, error)
	Room     *custody.Mailroom
	Log      *slog.Logger
	Patience time.Duration // with one mail, however slowly it comes, and with each answer; zero: fetchTime and answerTime

	holder string
	once   sync.Once
}

const (
	holdFor    = 90 * time.Second
	holdEvery  = 30 * time.Second
	lookEvery  = 5 * time.Minute // also where the server tells of news
	maxPause   = 10 * time.Minute
	mostTries  = 3 // then a mail is told to members, and tried once in a while
	stuckAgain = 6 * time.Hour
	fetchTime  = 15 * time.Minute // one mail, however slowly it comes
	mostBytes  = 256 << 20        // a larger mail is left where it is, and told
)

// Run reads the mailbox until ctx ends.
func (p *Pickup) Run(ctx context.Context) {
	p.once.Do(func() { p.holder = ident.New() })
	failures := 0
	for ctx.Err() == nil {
		err := p.hold(ctx)
		pause := holdEvery
		if err == nil {
			var worked bool
			worked, err = p.session(ctx)
			if worked {
				failures = 0
			}
			failures++
			pause = min(time.Second<<min(failures, 20), maxPause)
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, custody.ErrElsewhere) {
			p.told(ctx, err)
		}
		sleep(ctx, pause)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func (p *Pickup) hold(ctx context.Context) error {
	return p.Room.Hold(ctx, p.Settings.ID, p.holder, holdFor)
}

// told keeps what was the matter, in a word, for members and the operator.
func (p *Pickup) told(ctx context.Context, err error) {
	class := TroubleOurs
	var t *Trouble
	if errors.As(err, &t) {
		class = t.Class
	}
	p.Log.Error("mailbox cannot be read", "worker", "mail-in", "error", class)
	state, _, err := p.Room.State(ctx, p.Settings.ID)
	if err != nil {
		return
	}
	state.Trouble = class
	_ = p.Room.Keep(ctx, state) // the next look tries again
}

// session keeps one connection while it lasts, and the lease with it. worked reports
// whether the mailbox was looked through at least once.
func (p *Pickup) session(ctx context.Context) (worked bool, err error) {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() {
		for ctx.Err() == nil {
			sleep(ctx, holdEvery)
			if err := p.hold(ctx); err != nil && ctx.Err() == nil {
				end(err)
			}
		}
	})
	defer end(nil)
	c, err := dial(ctx, p.Settings, cmp.Or(p.Patience, answerTime))
	if err != nil {
		return false, err
	}
	defer c.close()
	for {
		if err := p.look(ctx, c); err != nil {
			return worked, cause(ctx, err)
		}
		worked = true
		every := lookEvery
		if !c.tells() {
			every = p.Settings.Every
		}
		if err := c.wait(ctx, every); err != nil || ctx.Err() != nil {
			return worked, cause(ctx, err)
		}
	}
}

// cause is why a session ended: that another instance has the mailbox says more than
// that the connection was closed because of it.
func cause(ctx context.Context, err error) error {
	if why := context.Cause(ctx); why != nil {
		return why
	}
	return err
}

// Look looks into the mailbox once, as an instance of its own.
func (p *Pickup) Look(ctx context.Context) error {
	p.once.Do(func() { p.holder = ident.New() })
	if err := p.hold(ctx); err != nil {
		return err
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	c, err := dial(ctx, p.Settings, cmp.Or(p.Patience, answerTime))
	if err != nil {
		p.told(ctx, err)
		return err
	}
	defer c.close()
	if err := p.look(ctx, c); err != nil {
		p.told(ctx, err)
		return err
	}
	return nil
}

// look takes in everything that is new.
func (p *Pickup) look(ctx context.Context, c *imapSession) error {
	state, stuck, err := p.Room.State(ctx, p.Settings.ID)
	if err != nil {
		return err
	}
	if state.Validity != c.validity { // the numbers say nothing any more: RFC 9051 2.3.1.1
		state, stuck = custody.MailSource{ID: state.ID, Validity: c.validity, Looked: state.Looked}, nil
		if err := p.Room.Keep(ctx, state); err != nil {
			return err
		}
	}
	mails, err := c.list(p.from(state, stuck), p.Settings.After)
	if err != nil {
		return err
	}
	held := map[uint32]custody.StuckMail{}
	for _, k := range stuck {
		held[k.UID] = k
	}
	for _, m := range mails {
		uid := uint32(m.uid)
		k, known := held[uid]
		delete(held, uid)
		if known && p.Room.Now().Before(k.Again) || !known && p.Settings.After == AfterKeep && uid <= state.UID {
			continue
		}
		if err := p.one(ctx, c, m, k); err != nil {
			return err
		}
		if uid > state.UID {
			state.UID = uid
			if err := p.Room.Keep(ctx, state); err != nil {
				return err
			}
		}
	}
	for uid := range held { // removed by another program
		if err := p.Room.Settled(ctx, p.Settings.ID, uid); err != nil {
			return err
		}
	}
	state.Looked, state.Trouble = p.Room.Now(), ""
	return p.Room.Keep(ctx, state)
}

// from is the number from which mails are looked at. Where the server's copy is removed
// whatever is there counts: a crash may have come before the removal.
func (p *Pickup) from(s custody.MailSource, stuck []custody.StuckMail) uint32 {
	if p.Settings.After != AfterKeep {
		return 1
	}
	from := s.UID + 1
	for _, k := range stuck {
		from = min(from, k.UID)
	}
	return from
}

// one takes one mail in and removes the server's copy. Only trouble that is not the
// mail's own is returned.
func (p *Pickup) one(ctx context.Context, c *imapSession, m listed, k custody.StuckMail) error {
	k.UID = uint32(m.uid)
	k.Tries++
	k.Again = p.Room.Now()
	if k.Tries >= mostTries { // if this try ends the connection or the process, others come first
		k.Again = k.Again.Add(stuckAgain)
	}
	k.Trouble = "broken"
	if m.size > mostBytes {
		k.Tries, k.Trouble, k.Again = max(k.Tries, mostTries), "large", p.Room.Now().Add(stuckAgain)
		return p.Room.Tried(ctx, p.Settings.ID, k)
	}
	if err := p.Room.Tried(ctx, p.Settings.ID, k); err != nil {
		return err
	}
	err := p.take(ctx, c, m)
	switch {
	case err == nil:
		if err := c.within(func() error { return c.remove(m.uid, p.Settings) }); err != nil {
			return err
		}
		return p.Room.Settled(ctx, p.Settings.ID, k.UID)
	case errors.Is(err, errGone):
		return p.Room.Settled(ctx, p.Settings.ID, k.UID)
	case errors.Is(err, intake.ErrClosed): // it waits for the team, and that is not its fault
		return errors.Join(trouble(TroubleClosed, err), p.Room.Settled(ctx, p.Settings.ID, k.UID))
	case fault.Unkept(err):
		return errors.Join(trouble(TroubleOurs, err), p.Room.Settled(ctx, p.Settings.ID, k.UID))
	case errors.Is(err, intake.ErrMailTooLarge):
		k.Tries, k.Trouble, k.Again = max(k.Tries, mostTries), "large", p.Room.Now().Add(stuckAgain)
		return errors.Join(trouble(TroubleReach, err), p.Room.Tried(ctx, p.Settings.ID, k))
	default:
		return err // it was counted; the connection is gone with it
	}
}

func (p *Pickup) take(ctx context.Context, c *imapSession, m listed) error {
	ctx, end := context.WithTimeout(ctx, cmp.Or(p.Patience, fetchTime))
	defer end()
	late := context.AfterFunc(ctx, func() { _ = c.client.Close() })
	defer late()
	return c.fetch(m.uid, func(r io.Reader) error {
		_, err := p.Take(ctx, p.Settings.Mailbox, intake.Arrived{At: m.at, Body: r})
		return err
	})
}
