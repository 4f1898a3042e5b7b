package store_test

import (
	"testing"
	"time"

	"klankbord/internal/clock"
	"klankbord/internal/store"
)

func TestHowFarAMailboxWasReadIsKept(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		write(t, s, func(tx *store.Tx) error {
			return tx.PutMailSource(store.MailSource{ID: "a", Validity: 7, UID: 3, Looked: tx.Now()})
		})
		for _, k := range []store.StuckMail{{UID: 2, Tries: 1, Trouble: "broken"}, {UID: 2, Tries: 3, Trouble: "broken"}, {UID: 4, Tries: 1, Trouble: "broken"}} {
			write(t, s, func(tx *store.Tx) error { k.Again = tx.Now().Add(time.Hour); return tx.PutStuckMail("a", k) })
		}
		read(t, s, func(tx *store.Tx) error {
			got, err := tx.MailSource("a")
			if err != nil || got.Validity != 7 || got.UID != 3 || got.Looked.IsZero() || got.Stuck != 1 {
				t.Errorf("%+v, %v", got, err)
			}
			list, err := tx.StuckMails("a")
			if err != nil || len(list) != 2 || list[0].Tries != 3 || list[0].Again.IsZero() {
				t.Errorf("%+v, %v", list, err)
			}
			if never, err := tx.MailSource("b"); err != nil || never.ID != "b" || never.UID != 0 {
				t.Errorf("%+v, %v", never, err)
			}
			return err
		})
		write(t, s, func(tx *store.Tx) error { return tx.DeleteStuckMail("a", 4) })
		write(t, s, func(tx *store.Tx) error { return tx.PutMailSource(store.MailSource{ID: "a", Validity: 8}) })
		read(t, s, func(tx *store.Tx) error {
			list, err := tx.StuckMails("a")
			if err != nil || len(list) != 0 {
				t.Errorf("under another UIDVALIDITY %+v are stuck, %v", list, err)
			}
			return err
		})
	})
}
