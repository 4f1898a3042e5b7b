package store_test

import (
	"testing"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/clock"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

func TestRequestsWaitForThoseWhoHoldThePresentKeys(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		add := func(tx *store.Tx, c casefile.ID, id, parent, by string, seq int64, kind casefile.EntryKind, at time.Time) error {
			return tx.InsertEntry(store.Entry{
				Case: c, ID: id, Seq: seq, Compartment: seal.Investigation, Kind: kind, Parent: parent,
				AuthorKind: "member", AuthorID: by, Box: []byte("box"), Created: at, Stamp: []byte{1},
			})
		}
		moved := aCase(2)
		moved.Epoch = 1 // its only grants are of an epoch before
		write(t, s, func(tx *store.Tx) error {
			for _, c := range []store.Case{aCase(1), moved} {
				if err := insertCase(tx, c, "nele", "thomas"); err != nil {
					return err
				}
			}
			if err := add(tx, aCase(1).ID, "waits", "", "nele", 10, "request", start); err != nil {
				return err
			}
			if err := add(tx, aCase(1).ID, "old", "", "nele", 11, "request", start.Add(-time.Hour)); err != nil {
				return err
			}
			if err := add(tx, aCase(1).ID, "done", "", "nele", 12, "request", start); err != nil {
				return err
			}
			if err := add(tx, aCase(1).ID, "answer", "done", "thomas", 13, "decision", start); err != nil {
				return err
			}
			return add(tx, moved.ID, "elsewhere", "", "nele", 10, "request", start)
		})
		read(t, s, func(tx *store.Tx) error {
			list, err := tx.OpenRequests("thomas", start.Add(-time.Minute), 10)
			if err != nil {
				return err
			}
			if len(list) != 1 || list[0].ID != "waits" || list[0].By != "nele" || !list[0].At.Equal(start) || list[0].Number != aCase(1).Number {
				t.Errorf("got %+v", list)
			}
			if list, err = tx.OpenRequests("nele", start.Add(-time.Minute), 10); err != nil || len(list) != 0 {
				t.Errorf("who asked is shown %d, %v", len(list), err)
			}
			return nil
		})
	})
}
