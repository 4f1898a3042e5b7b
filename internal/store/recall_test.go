package store_test

import (
	"errors"
	"testing"
	"time"

	"klankbord/internal/clock"
	"klankbord/internal/deadline"
	"klankbord/internal/staff"
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

func TestSavedListsAreOnesOwnOrShared(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		person := func(id staff.ID) store.Member {
			return store.Member{ID: id, Salt: []byte("salt"), Email: string(id) + "@desk.example", Name: string(id), Language: "nl", Active: true}
		}
		write(t, s, logged("", func(tx *store.Tx) error {
			return errors.Join(tx.InsertMember(person("nele")), tx.InsertMember(person("thomas")))
		}))
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.InsertSavedView(store.SavedView{ID: "a", Member: "nele", Box: []byte("own")}),
				tx.InsertSavedView(store.SavedView{ID: "b", Member: "nele", Shared: true, Box: []byte("shared")}))
		})
		count := func(of staff.ID) (n int) {
			read(t, s, func(tx *store.Tx) error {
				list, err := tx.SavedViews(of)
				n = len(list)
				return err
			})
			return n
		}
		if count("nele") != 2 || count("thomas") != 1 {
			t.Errorf("nele has %d lists and thomas %d", count("nele"), count("thomas"))
		}
		if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.DeleteSavedView("a", "thomas") }); !errors.Is(err, store.ErrNone) {
			t.Errorf("removing somebody's own list gives %v", err)
		}
		write(t, s, func(tx *store.Tx) error { return tx.DeleteSavedView("b", "thomas") })
		if count("nele") != 1 {
			t.Errorf("nele has %d lists", count("nele"))
		}
	})
}

func TestWhatAMemberIsWantedForEndsWithReadingOrWithTheKeys(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		one := aCase(1)
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(insertCase(tx, one, "nele"),
				tx.PutBeside(store.Beside{Case: one.ID, Member: "nele", Kind: store.BesideMention, What: "e", Seq: 4}),
				tx.PutBeside(store.Beside{Case: one.ID, Member: "nele", Kind: store.BesideAsked, What: "f", Seq: 4}),
				tx.PutBeside(store.Beside{Case: one.ID, Member: "thomas", Kind: store.BesideAsked, What: "f", Seq: 4}))
		})
		var key string
		read(t, s, func(tx *store.Tx) error {
			grants, err := tx.Grants(one.ID)
			for _, g := range grants {
				if g.Recipient == "nele" {
					key = g.Fingerprint
				}
			}
			return err
		})
		wanted := func(of staff.ID, key string) (n int) {
			read(t, s, func(tx *store.Tx) error {
				list, err := tx.WantedIn(of, key, 10)
				n = len(list)
				return err
			})
			return n
		}
		if wanted("nele", key) != 2 || wanted("nele", "another key") != 0 || wanted("thomas", key) != 0 {
			t.Errorf("nele is wanted for %d, with another key %d, thomas without one %d", wanted("nele", key), wanted("nele", "another key"), wanted("thomas", key))
		}
		write(t, s, func(tx *store.Tx) error { return tx.SetReadMark(one.ID, "nele", 4) })
		if n := wanted("nele", key); n != 1 {
			t.Errorf("after reading it is %d", n)
		}
		write(t, s, func(tx *store.Tx) error {
			return tx.DeleteBeside(store.Beside{Case: one.ID, Member: "nele", Kind: store.BesideAsked, What: "f"})
		})
		if n := wanted("nele", key); n != 0 {
			t.Errorf("after answering it is %d", n)
		}
	})
}
