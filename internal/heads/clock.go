package heads

import (
	"errors"
	"time"
)

// Clock is how the machine's clock went: when it was last looked at, and since when it
// goes without a jump.
type Clock struct {
	Last   time.Time     `json:"last"`
	Since  time.Time     `json:"since"`
	Jumped time.Duration `json:"jumped,omitempty"` // by how much, at Since; zero: it never did
}

const clockFile = "clock"

// What counts as no jump: a machine that was off for a night and a day, and a clock that
// is set right by a little.
const (
	mostAhead  = 36 * time.Hour
	mostBehind = 5 * time.Minute
)

// ClockSteady is for how long a clock must have gone without a jump before anything is
// erased because of it: long enough for somebody to notice that it is wrong.
const ClockSteady = 24 * time.Hour

// Steady reports whether the clock may decide that something is past its time.
func (c Clock) Steady() bool { return c.Last.Sub(c.Since) >= ClockSteady }

// Tick looks at the clock, and keeps what was seen.
func (f *Folder) Tick(now time.Time) (c Clock, err error) {
	err = f.locked(func() error {
		if c, err = f.Clock(); err != nil && !errors.Is(err, ErrNone) && !errors.Is(err, ErrDamaged) {
			return err
		}
		switch gone := now.Sub(c.Last); {
		case err != nil: // the first time, or nobody knows
			c = Clock{Since: now}
		case gone > mostAhead || gone < -mostBehind:
			c = Clock{Since: now, Jumped: gone}
		}
		c.Last = now
		return f.write(clockFile, c)
	})
	return c, err
}

// Clock returns what was seen of it last.
func (f *Folder) Clock() (c Clock, err error) {
	err = f.load(clockFile, &c)
	return c, err
}
