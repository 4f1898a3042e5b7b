package app_test

import (
	"os"
	"path/filepath"
	"testing"

	"klankbord/internal/apptest"
)

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
