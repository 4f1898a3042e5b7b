package signin

import (
	"context"
	"sync"
	"time"
)

// lanes is the queue before the stretching of passwords, which takes a tenth of a
// second and 64 MiB each. Package seal lets two through at a time. Of these,
// strangers together take one, so that a flood of them never keeps out who is
// known; and few of them wait for the same account, so that a flood aimed at one
// leaves places for the others. The zero value is ready.
type lanes struct {
	mu       sync.Mutex
	taken    bool           // by a stranger; guarded by mu
	accounts map[string]int // strangers who wait or try, by account; guarded by mu
	waiting  int            // strangers who wait; guarded by mu
	freed    chan struct{}  // closed when a place came free; guarded by mu
}

const (
	laneWait    = 2 * time.Second
	mostWaiting = 64
	mostTrying  = 4 // for one account
)

// enter waits for a place. It fails with errBusy after two seconds, at once when
// too many wait already, and never for who is known.
func (l *lanes) enter(ctx context.Context, v visitor) (leave func(), err error) {
	if v.Device != "" {
		return func() {}, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting >= mostWaiting || l.accounts[v.Account] >= mostTrying {
		return nil, errBusy
	}
	if l.accounts == nil {
		l.accounts = map[string]int{}
	}
	l.accounts[v.Account]++
	l.waiting++
	err = l.wait(ctx)
	l.waiting--
	if err != nil {
		l.gone(v.Account)
		return nil, err
	}
	l.taken = true
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.taken = false
		l.gone(v.Account)
		if l.freed != nil {
			close(l.freed)
			l.freed = nil
		}
	}, nil
}

// wait waits, with mu given back meanwhile, until the place is free.
func (l *lanes) wait(ctx context.Context) error {
	limit := time.NewTimer(laneWait)
	defer limit.Stop()
	for l.taken {
		if l.freed == nil {
			l.freed = make(chan struct{})
		}
		freed := l.freed
		l.mu.Unlock()
		var err error
		select {
		case <-freed:
		case <-limit.C:
			err = errBusy
		case <-ctx.Done():
			err = ctx.Err()
		}
		l.mu.Lock()
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *lanes) gone(account string) {
	if l.accounts[account]--; l.accounts[account] <= 0 {
		delete(l.accounts, account)
	}
}
