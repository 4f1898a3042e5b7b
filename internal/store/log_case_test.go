package store_test

import (
	"testing"
	"time"

	"klankbord/internal/clock"
	"klankbord/internal/store"
)

func TestALineAboutACaseIsFoundFromATimeOn(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		found := func(from time.Time) (yes bool) {
			read(t, s, func(tx *store.Tx) (err error) {
				yes, err = tx.CaseLeafFrom(from)
				return err
			})
			return yes
		}
		write(t, s, logged("", func(tx *store.Tx) error { return tx.PutSetupMark(store.SetupMark{Step: "topics", Member: "nele"}) }))
		if found(start) {
			t.Error("a line about no case counts")
		}
		write(t, s, logged(aCase(2).ID, func(tx *store.Tx) error { return tx.InsertCase(aCase(2)) }))
		if !found(start) || found(start.Add(time.Microsecond)) {
			t.Error("the line about a case is not found from its time on, and no longer")
		}
	})
}
