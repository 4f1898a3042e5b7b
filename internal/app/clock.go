package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/heads"
)

// byTheClock is what is done because of the time of day: members are reminded, and mail
// that nobody sorted is forgotten. Nothing goes for good because of a clock that jumped.
func (a *App) byTheClock(ctx context.Context) error {
	seen, err := a.outside.Tick(a.clock.Now())
	_, err1 := a.now().casework.Remind(ctx)
	if err != nil || !seen.Steady() {
		return errors.Join(err, err1)
	}
	_, err2 := a.now().casework.ForgetUnsorted(ctx)
	return errors.Join(err1, err2)
}

// clockHolds reports whether drafts and the like may be swept that are past their time.
func (a *App) clockHolds() bool {
	seen, err := a.outside.Clock()
	return err == nil && seen.Steady()
}

// examineClock looks whether the clock jumped lately.
func (a *App) examineClock() Finding {
	seen, err := a.outside.Clock()
	until := seen.Since.Add(heads.ClockSteady)
	switch {
	case errors.Is(err, heads.ErrNone):
		return Finding{What: "how the clock goes is not known yet: nothing is erased by it"}
	case err != nil:
		return Finding{true, "what was kept of the clock cannot be read: nothing is erased by it", "let the user of klankbord read and write the state folder"}
	case seen.Steady() || seen.Jumped == 0:
		return Finding{What: "the clock goes without a jump"}
	default:
		return Finding{
			true, fmt.Sprintf("the clock jumped by %v; nothing is erased by it before %s", seen.Jumped.Round(time.Minute), until.Format(time.DateTime)),
			"see that the clock of this machine is right, and let it be kept so (timedatectl set-ntp true)",
		}
	}
}
