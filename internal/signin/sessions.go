package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/store"
)

// Open is a session as its member sees it. There is no address and no device in it,
// because none is stored: only when, and how the member signed in.
type Open struct {
	ID      string
	Way     Way
	Since   time.Time
	Seen    time.Time
	Ends    time.Time // at the latest
	Present bool      // the one that asks
}

// Sessions lists the sessions of the member, the newest first.
func (s *SignIn) Sessions(ctx context.Context, actor access.Actor) ([]Open, error) {
	var rows []store.Session
	err := s.store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.SessionsOf(actor.Member)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	var list []Open
	for _, r := range rows {
		list = append(list, Open{
			ID: r.ID, Way: Way(r.Way), Since: r.Created, Seen: r.Seen, Ends: r.Expires, Present: r.ID == actor.Session,
		})
	}
	return list, nil
}

// EndSession ends one session of the member. One that has ended, and one that is
// somebody else's, is fault.ErrNotFound.
func (s *SignIn) EndSession(ctx context.Context, actor access.Actor, id string) error {
	return s.endSessions(ctx, actor, func(tx *store.Tx) error { return tx.DeleteSessionOf(actor.Member, id) })
}

// EndOtherSessions signs the member out everywhere else.
func (s *SignIn) EndOtherSessions(ctx context.Context, actor access.Actor) error {
	return s.endSessions(ctx, actor, func(tx *store.Tx) error { return tx.DeleteOtherSessions(actor.Member, actor.Session) })
}

func (s *SignIn) endSessions(ctx context.Context, actor access.Actor, end func(*store.Tx) error) error {
	leaf := custody.Leaf(s.store.Now(), custody.Event{
		Kind: audit.SignOut, Actor: custody.ByMember(actor.Member), Detail: map[string]string{"where": "elsewhere"},
	})
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if err := end(tx); err != nil {
			return err
		}
		return tx.InsertLeaf(leaf)
	})
	if errors.Is(err, store.ErrNone) {
		return fault.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

// IdleChoices are the times from which a member chooses how long a session may
// rest. WCAG 2.2 SC 2.2.1 asks for ten times the default at least.
func (s *SignIn) IdleChoices() []time.Duration {
	idle, most := s.resting()
	list := []time.Duration{idle}
	for _, d := range []time.Duration{30 * time.Minute, time.Hour, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour} {
		if d > idle && d <= most {
			list = append(list, d)
		}
	}
	return list
}

// Idle is how long the member's sessions may rest.
func (s *SignIn) Idle(ctx context.Context, actor access.Actor) (d time.Duration, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		m, err := tx.Member(actor.Member)
		d = s.idle(m)
		return err
	})
	if err != nil {
		return d, fmt.Errorf("read idle limit: %w", err)
	}
	return d, nil
}

// SetIdle changes how long the member's sessions may rest, within the setting of
// the instance. Fault: more than that.
func (s *SignIn) SetIdle(ctx context.Context, actor access.Actor, d time.Duration) error {
	if _, most := s.resting(); d < time.Minute || d > most {
		return fault.New(fault.Invalid, "error.idle-choice")
	}
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.SetIdle(actor.Member, d) }); err != nil {
		return fmt.Errorf("set idle limit: %w", err)
	}
	return nil
}

// SetShortcuts changes whether single keys do something on the member's pages, in every
// browser.
func (s *SignIn) SetShortcuts(ctx context.Context, actor access.Actor, to access.Shortcuts) error {
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.SetShortcuts(actor.Member, to) }); err != nil {
		return fmt.Errorf("set shortcuts: %w", err)
	}
	return nil
}
