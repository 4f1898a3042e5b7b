package custody_test

import (
	"errors"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/store"
)

// What is signed while a reader has begun to look is news to them, and no older database:
// they saw the head before they opened it.
func TestASigningMeanwhileIsNoOlderDatabase(t *testing.T) {
	i, _ := apptest.Staffed(t)
	head := i.Work.Sequencer.Head
	i.Complain("nl", apptest.Answers("communication"), nil)
	i.Sequence()
	i.Complain("nl", apptest.Answers("communication"), nil)
	before := head.Sight()
	err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		was, err := tx.LatestCheckpoint() // from here on the reader sees the database as it is now
		if err != nil {
			return err
		}
		i.Sequence()
		last, err := head.Check(tx, before)
		if err != nil || last.Size != was.Size {
			t.Errorf("the log of %d lines, of which %d were signed before: %v", last.Size, was.Size, err)
		}
		if _, err := head.Check(tx, head.Sight()); !errors.Is(err, audit.ErrOlder) {
			t.Errorf("against a head that is newer than the database: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		_, err := head.Check(tx, head.Sight())
		return err
	}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
