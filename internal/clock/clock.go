// Package clock is the only source of the present time, so that tests and rules
// about deadlines never depend on the machine's clock by accident. It cannot fail.
package clock

import (
	"sync"
	"time"
)

// Clock tells the present time in UTC, to the microsecond.
type Clock interface {
	Now() time.Time
}

// System is the clock of the machine.
type System struct{}

// Now returns the machine's time in UTC, cut to microseconds, the unit that the
// database stores.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Ahead is the clock of the machine, by so much later.
type Ahead time.Duration

// Now returns the machine's time and what the clock is ahead of it.
func (a Ahead) Now() time.Time { return System{}.Now().Add(time.Duration(a)) }

// Fixed is a clock that stands still until it is moved. It is safe for
// concurrent use.
type Fixed struct {
	mu  sync.Mutex
	now time.Time // guarded by mu
}

// NewFixed returns a clock that stands at t.
func NewFixed(t time.Time) *Fixed { return &Fixed{now: t.UTC().Truncate(time.Microsecond)} }

// Now returns the time at which the clock stands.
func (f *Fixed) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Set moves the clock to t.
func (f *Fixed) Set(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = t.UTC().Truncate(time.Microsecond)
}

// Add moves the clock by d.
func (f *Fixed) Add(d time.Duration) { f.Set(f.Now().Add(d)) }
