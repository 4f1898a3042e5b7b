package store_test

import (
	"errors"
	"testing"

	"klankbord/internal/audit"
	"klankbord/internal/clock"
	"klankbord/internal/store"
)

// A case stands at the turn of its newest line, whether that line has its place in the
// log or waits for it. One that was put back does not.
func TestACaseKeepsUpWithItsLines(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		one, two := aCase(1), aCase(2)
		write(t, s, func(tx *store.Tx) error { return insertCase(tx, one, "nele") })
		write(t, s, func(tx *store.Tx) error { return insertCase(tx, two, "nele") })
		want := func(what string, want bool) {
			t.Helper()
			read(t, s, func(tx *store.Tx) error {
				got, err := tx.KeepsUp(one.ID)
				if got != want {
					t.Errorf("%s: keeps up %v", what, got)
				}
				return err
			})
		}
		put := func(by string) func(*store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := tx.Exec(`UPDATE case_file SET turn = turn `+by+` WHERE id = $1`, one.ID)
				return err
			}
		}
		want("as it came", true)
		var position int64
		for range 3 {
			write(t, s, logged(one.ID, func(*store.Tx) error { return nil }))
			want("after a change whose line waits", true)
			write(t, s, put("- 1"))
			want("put back, the line waits", false)
			write(t, s, put("+ 1"))
			write(t, s, func(tx *store.Tx) error { return tx.InsertLeaf(kindOf(one.ID, audit.CaseRead)) })
			write(t, s, func(tx *store.Tx) error {
				waiting, err := tx.WaitingLeaves(100)
				for _, l := range waiting {
					err = errors.Join(err, tx.PlaceLeaf(l, position))
					position++
				}
				return err
			})
			want("after the line has its place", true)
			write(t, s, put("- 1"))
			want("put back", false)
			write(t, s, put("+ 1"))
		}
	})
}
