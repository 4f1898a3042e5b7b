package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"klankbord/internal/clock"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

func TestMarksOfTheSetupTakeThePlaceOfOneAnother(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock.Fixed) {
		put := func(m store.SetupMark) {
			write(t, s, logged("", func(tx *store.Tx) error { return tx.PutSetupMark(m) }))
		}
		put(store.SetupMark{Step: "recovery", Part: "2", Value: []byte("two")})
		put(store.SetupMark{Step: "recovery", Part: "1", Value: []byte("one")})
		c.Add(time.Hour)
		put(store.SetupMark{Step: "recovery", Part: "1", Member: "nele"})
		put(store.SetupMark{Step: "topics", Member: "nele"})
		read(t, s, func(tx *store.Tx) error {
			got, err := tx.SetupMarks()
			want := []store.SetupMark{
				{Step: "recovery", Part: "1", Member: "nele", At: start.Add(time.Hour)}, {Step: "recovery", Part: "2", At: start, Value: []byte("two")},
				{Step: "topics", Member: "nele", At: start.Add(time.Hour)},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			return err
		})
	})
}

func TestOnlyAnAnswerToAMadeUpComplaintCountsAsPractised(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		practised := func() (ok bool) {
			read(t, s, func(tx *store.Tx) (err error) {
				ok, err = tx.Practised()
				return err
			})
			return ok
		}
		made, real := aCase(1), aCase(2)
		made.Channel = "practice"
		answer := func(c store.Case, kind string) store.Entry {
			return store.Entry{
				Case: c.ID, ID: kind, Seq: 5, Compartment: seal.Dialogue, Kind: "message-out", Parent: "", AuthorKind: "member", AuthorID: "nele",
				Box: []byte("box"), Created: start, Stamp: []byte{1},
			}
		}
		write(t, s, func(tx *store.Tx) error {
			if err := insertCase(tx, made, "nele"); err != nil {
				return err
			}
			if err := insertCase(tx, real, "nele"); err != nil {
				return err
			}
			return errors.Join(tx.InsertEntry(answer(real, "a")), tx.InsertLeaf(leafOf(real.ID)), tx.InsertLeaf(leafOf(made.ID)))
		})
		if practised() {
			t.Error("an answer to a real complaint counts")
		}
		write(t, s, logged(made.ID, func(tx *store.Tx) error { return tx.InsertEntry(answer(made, "b")) }))
		if !practised() {
			t.Error("an answer to a made-up one does not count")
		}
	})
}
