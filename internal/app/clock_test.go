package app_test

import (
	"errors"
	"testing"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/intake"
)

// tick is an hour of the background, as it goes by itself.
func (d *mailDesk) tick(hours int) {
	d.T.Helper()
	for range hours {
		d.Clock.Add(time.Hour)
		if err := d.Work.Remind(d.T.Context()); err != nil {
			d.T.Fatal(err)
		}
		if d.Work.MaySweep() {
			if err := d.Work.Sweeper.Sweep(d.T.Context()); err != nil {
				d.T.Fatal(err)
			}
		}
	}
}

// TestAClockThatJumpsErasesNothing (F14): mail that nobody sorted, and a complaint that was
// begun, are there when the clock is set right; what is past its time goes when it is.
func TestAClockThatJumpsErasesNothing(t *testing.T) {
	d := newMailDesk(t)
	n := d.take(d.general, from(jan)+"Precedence: bulk", "nieuws").Number
	sofie := d.team.Service[0]
	d.tick(30)
	tok := d.Draft("nl", nil, nil)
	for _, jump := range []time.Duration{60 * 24 * time.Hour, -90 * 24 * time.Hour, 20 * 365 * 24 * time.Hour} {
		was := d.Clock.Now()
		d.Clock.Add(jump)
		d.tick(20)
		if jump > 0 && jump < 365*24*time.Hour {
			if _, err := d.Intake.Draft(t.Context(), tok); !errors.Is(err, intake.ErrNoDraft) {
				t.Errorf("after %v a draft that is past its time opens: %v", jump, err)
			}
		}
		d.Clock.Set(was)
		d.tick(1)
		if c := d.Case(sofie, n); c.State != casefile.StateUnsorted {
			t.Errorf("after a jump of %v the mail is %s", jump, c.State)
		}
		d.Clock.Set(was)
		if _, err := d.Intake.Draft(t.Context(), tok); err != nil {
			t.Errorf("after a jump of %v the draft is gone: %v", jump, err)
		}
	}
	d.tick(32 * 24)
	if _, err := d.Casework.Case(t.Context(), sofie, n); err == nil {
		t.Error("when its time has come the mail is still there")
	}
}
