package store_test

import (
	"errors"
	"testing"
	"time"

	"klankbord/internal/clock"
	"klankbord/internal/deadline"
	"klankbord/internal/store"
)

func TestAMailThatHasNotLeftIsUnqueuedOnceAndNoOther(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock.Fixed) {
		one, goes := aCase(1), c.Now().Add(time.Minute)
		mail := func(id, kind string) store.Mail {
			return store.Mail{ID: id, Case: one.ID, Kind: kind, Box: []byte("mail")}
		}
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(insertCase(tx, one, "nele"), tx.QueueMail(mail("a", "news"), goes), tx.QueueMail(mail("b", "news"), goes),
				tx.QueueMail(mail("c", "news"), tx.Now()), tx.QueueMail(mail("d", "member-notice"), goes))
		})
		left := func() (mails, jobs int) {
			read(t, s, func(tx *store.Tx) error {
				return errors.Join(tx.QueryRow("SELECT count(*) FROM mail").Scan(&mails), tx.QueryRow("SELECT count(*) FROM job").Scan(&jobs))
			})
			return mails, jobs
		}
		for _, want := range []int{3, 2, 2} {
			write(t, s, func(tx *store.Tx) error { return tx.UnqueueMail(one.ID, "news", goes) })
			if mails, jobs := left(); mails != want || jobs != want {
				t.Fatalf("%d mails and %d jobs are left, want %d", mails, jobs, want)
			}
		}
	})
}

func TestClocksThatGoAreThoseThatAreNamed(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock.Fixed) {
		one := aCase(1)
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(insertCase(tx, one, "nele"), tx.PutClock(one.ID, deadline.Clock{ID: "D10.1", Kind: deadline.KindUpdate, Start: c.Now(), Due: c.Now()}),
				tx.PutClock(one.ID, deadline.Clock{ID: "D10.2", Kind: deadline.KindUpdate, Start: c.Now(), Due: c.Now()}))
		})
		write(t, s, logged(one.ID, func(tx *store.Tx) error { return tx.DeleteClocks(one.ID, []string{"D10.2"}) }))
		read(t, s, func(tx *store.Tx) error {
			clocks, err := tx.Clocks(one.ID)
			if len(clocks) != 1 || clocks[0].ID != "D10.1" {
				t.Errorf("%d clocks are left", len(clocks))
			}
			return err
		})
		if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.DeleteClocks(one.ID, []string{"D10.1"}) }); err == nil {
			t.Error("a clock goes without a line in the log")
		}
	})
}

func TestWhatOthersHaveBegunIsToldWithoutWhatItHolds(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock.Fixed) {
		one := aCase(1)
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(insertCase(tx, one, "nele", "thomas"),
				tx.PutDeskDraft(store.DeskDraft{Case: one.ID, Member: "nele", Kind: "note", Box: []byte("hers")}),
				tx.PutDeskDraft(store.DeskDraft{Case: one.ID, Member: "thomas", Kind: "message", Box: []byte("his")}))
		})
		read(t, s, func(tx *store.Tx) error {
			list, err := tx.DraftsBeside(one.ID, "nele")
			if len(list) != 1 || list[0].Member != "thomas" || list[0].Kind != "message" || len(list[0].Box) != 0 || !list[0].Changed.Equal(c.Now()) {
				t.Errorf("beside nele stands %+v", list)
			}
			return err
		})
	})
}
