package casework

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/store"
)

// ErrGathering tells that what was asked for is still being read out of the member's
// cases, one by one. Whoever asks again a moment later joins it.
var ErrGathering = errors.New("still reading cases")

// Patience says from how many cases on nobody is kept waiting for what must be read out
// of all of them, and for how long they wait before they are told so; without a Wait
// whoever begins it is told at once. Below that many, and where Cases is zero, a page waits.
type Patience struct {
	Cases int
	Wait  time.Duration
}

// DefaultPatience keeps a page within a tenth of a second: RAIL names 100 ms as what is
// felt as at once.
func DefaultPatience() Patience { return Patience{Cases: 3000, Wait: 30 * time.Millisecond} }

// handOut is how long what was gathered waits for whoever asked; after that it is read
// anew, as it may have changed.
const handOut = time.Minute

// gathering is something that is read for one session beside its pages.
type gathering struct {
	done chan struct{} // closed at the end
	stop context.CancelFunc
	what any   // once it is done
	err  error // likewise
	when time.Time
}

// gatherings are those that go on, by session and what they read.
type gatherings struct {
	mu     sync.Mutex
	by     map[string]*gathering // guarded by mu
	many   bool                  // there are many cases; they only grow out of it by erasure; guarded by mu
	closed bool                  // guarded by mu
	all    sync.WaitGroup
}

// gathered does work and returns what it found. Where there are many cases it waits a
// moment only, and work goes on beside the pages of the session: ErrGathering.
func gathered[T any](ctx context.Context, c *Casework, actor access.Actor, what string, work func(context.Context) (T, error)) (found T, err error) {
	many, err := c.many(ctx)
	if err != nil {
		return found, err
	}
	if !many || actor.Session == "" {
		return work(ctx)
	}
	g, begun := c.gatherings.join(ctx, actor.Session+"/"+what, c.Store.Now(), func(ctx context.Context) (any, error) { return work(ctx) })
	if g == nil {
		return work(ctx)
	}
	if begun && c.Patience.Wait <= 0 {
		return found, ErrGathering
	}
	late := time.NewTimer(c.Patience.Wait)
	defer late.Stop()
	select {
	case <-g.done:
	case <-late.C:
		return found, ErrGathering
	case <-ctx.Done():
		return found, ctx.Err()
	}
	c.gatherings.leave(g)
	if errors.Is(g.err, context.Canceled) && ctx.Err() == nil { // stopped under whoever still asks
		return work(ctx)
	}
	found, _ = g.what.(T)
	return found, g.err
}

// many reports whether there are so many cases that pages do not wait for all of them.
func (c *Casework) many(ctx context.Context) (bool, error) {
	if c.Patience.Cases == 0 {
		return false, nil
	}
	c.gatherings.mu.Lock()
	many := c.gatherings.many
	c.gatherings.mu.Unlock()
	if many {
		return true, nil
	}
	err := c.Store.Read(ctx, func(tx *store.Tx) error {
		n, err := tx.SummariesUpTo(c.Patience.Cases)
		many = n >= c.Patience.Cases
		return err
	})
	if err != nil {
		return false, fmt.Errorf("count cases: %w", err)
	}
	c.gatherings.mu.Lock()
	c.gatherings.many = many
	c.gatherings.mu.Unlock()
	return many, nil
}

// join returns what goes on under a key, or begins it; nil once stopped. What was found a
// while ago and not asked for is begun anew.
func (l *gatherings) join(ctx context.Context, key string, now time.Time, work func(context.Context) (any, error)) (g *gathering, begun bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, false
	}
	maps.DeleteFunc(l.by, func(_ string, g *gathering) bool { return g.over() && now.Sub(g.when) >= handOut })
	if g := l.by[key]; g != nil {
		return g, false
	}
	going, stop := context.WithCancel(context.WithoutCancel(ctx)) // it outlives the request
	g = &gathering{done: make(chan struct{}), stop: stop, when: now}
	if l.by == nil {
		l.by = map[string]*gathering{}
	}
	l.by[key] = g
	l.all.Go(func() {
		defer close(g.done)
		defer stop()
		defer func() {
			if p := recover(); p != nil { // outside a request nobody else would
				g.err = fmt.Errorf("read cases: %v", p)
			}
		}()
		g.what, g.err = work(going)
	})
	return g, true
}

func (g *gathering) over() bool {
	select {
	case <-g.done:
		return true
	default:
		return false
	}
}

// leave drops what was handed out.
func (l *gatherings) leave(g *gathering) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.by, func(_ string, o *gathering) bool { return o == g })
}

// forget stops what a session began.
func (l *gatherings) forget(session string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.by, func(key string, g *gathering) bool {
		ended := session != "" && strings.HasPrefix(key, session+"/")
		if ended {
			g.stop()
		}
		return ended
	})
}

// Stop stops what goes on beside the pages and waits until it has ended. Whoever asks
// afterwards waits for the whole.
func (c *Casework) Stop() {
	l := &c.gatherings
	l.mu.Lock()
	l.closed = true
	for _, g := range l.by {
		g.stop()
	}
	l.by = nil
	l.mu.Unlock()
	l.all.Wait()
}
