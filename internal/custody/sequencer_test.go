package custody_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/custody"
	"klankbord/internal/store"
)

// Of two processes one gives lines of the log their places. The other finds that out by
// reading: a write that is refused would make those that share its transaction run again.
func TestWhoDoesNotPlaceLinesDoesNotWrite(t *testing.T) {
	onBoth(t, func(t *testing.T, i *apptest.Instance, _ apptest.Staff) {
		one := i.Work.Sequencer
		if err := one.Step(ctx, "one"); err != nil {
			t.Fatal(err)
		}
		i.Complain("nl", apptest.Answers("communication"), nil)
		err := i.Store.Write(ctx, func(*store.Tx) error { // whoever writes waits for this
			short, cancel := context.WithTimeout(ctx, 5*time.Second)
			defer cancel()
			if err := one.Step(short, "two"); !errors.Is(err, custody.ErrElsewhere) {
				t.Errorf("the second of two: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		i.Clock.Add(time.Minute)
		if err := one.Step(ctx, "two"); err != nil {
			t.Errorf("once the first is gone: %v", err)
		}
		if err := one.Step(ctx, "two"); err != nil {
			t.Errorf("with nothing left: %v", err)
		}
	})
}
