package app_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/blob"
)

// A disk on which the journal cannot be emptied is one on which room is needed: the rest is
// swept all the same, and the trouble is told.
func TestAJournalThatCannotBeEmptiedKeepsNothingFromBeingSwept(t *testing.T) {
	i, _ := apptest.Staffed(t)
	up, err := i.Blobs.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := up.Write([]byte("what nothing refers to")); err != nil {
		t.Fatal(err)
	}
	if err := up.Commit(); err != nil {
		t.Fatal(err)
	}
	i.Clock.Add(time.Since(i.Clock.Now()) + 48*time.Hour) // files have the time of the machine
	broken := errors.New("no room")
	i.Work.Sweeper.Trim = func(context.Context) error { return broken }
	if err := i.Work.Sweeper.Sweep(t.Context()); !errors.Is(err, broken) {
		t.Errorf("Sweep: %v", err)
	}
	if _, err := i.Blobs.Open(t.Context(), up.Name()); !errors.Is(err, blob.ErrMissing) {
		t.Errorf("the last that is swept is still there: %v", err)
	}
}

// What was deleted does not stay in the journal of the database until others have written
// enough: the sweep empties it.
func TestTheSweepEmptiesTheJournal(t *testing.T) {
	i, _ := apptest.Staffed(t)
	held := func() (n int64) {
		logs, err := filepath.Glob(filepath.Join(i.State, "*-wal"))
		if err != nil || len(logs) != 1 {
			t.Fatalf("journals %v: %v", logs, err)
		}
		info, err := os.Stat(logs[0])
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	if held() == 0 {
		t.Fatal("an instance that was just set up left nothing in its journal")
	}
	if err := i.Work.Sweeper.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := held(); n != 0 {
		t.Errorf("the journal has %d bytes", n)
	}
}
