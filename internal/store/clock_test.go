package store_test

import (
	"errors"
	"testing"
	"time"

	"klankbord/internal/clock"
	"klankbord/internal/deadline"
	"klankbord/internal/store"
)

// Whoever notes a reminder first sends it; the clock is not due for one again until its
// next step, whatever else is written of it meanwhile.
func TestAReminderIsNotedOnce(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, clk *clock.Fixed) {
		c := aCase(1)
		k := deadline.Clock{ID: "D5", Kind: deadline.KindTriage, Start: start, Due: start.Add(100 * time.Hour)}
		write(t, s, func(tx *store.Tx) error { return errors.Join(insertCase(tx, c), tx.PutClock(c.ID, k)) })
		ringing := func() (list []store.Ringing) {
			t.Helper()
			read(t, s, func(tx *store.Tx) (err error) {
				list, err = tx.Ringing(10)
				return err
			})
			return list
		}
		if len(ringing()) != 0 {
			t.Error("it rings at the start")
		}
		clk.Add(60 * time.Hour)
		list := ringing()
		if len(list) != 1 || list[0].Case != c.ID || list[0].Clock != k {
			t.Fatalf("after sixty hours %+v", list)
		}
		next, _ := list[0].Remind(clk.Now(), time.Time{})
		note := func() error {
			return s.Write(t.Context(), logged(c.ID, func(tx *store.Tx) error { return tx.Reminded(c.ID, list[0].Clock, next) }))
		}
		if err := note(); err != nil {
			t.Fatal(err)
		}
		if err := note(); !errors.Is(err, store.ErrStale) {
			t.Errorf("noted twice: %v", err)
		}
		moved := k // as another page read it before
		moved.Due = start.Add(110 * time.Hour)
		write(t, s, logged(c.ID, func(tx *store.Tx) error { return tx.PutClock(c.ID, moved) }))
		if len(ringing()) != 0 {
			t.Error("it rings again at once")
		}
		clk.Add(30 * time.Hour)
		if list := ringing(); len(list) != 1 || list[0].Rung != deadline.RungCharge || !list[0].Reminded.Equal(next.Reminded) {
			t.Errorf("at the next step %+v", list)
		}
		done := c.Change()
		done.Closed = clk.Now()
		write(t, s, logged(c.ID, func(tx *store.Tx) error { return tx.UpdateCase(c.ID, 0, done) }))
		if len(ringing()) != 0 {
			t.Error("it rings in a closed case")
		}
	})
}
