package blob_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"klankbord/internal/blob"
	"klankbord/internal/fault"
	"klankbord/internal/storetest"
)

func TestAFullDiskKeepsWhatIsThereAndNothingHalf(t *testing.T) {
	disk := storetest.SmallDisk(t, 2<<20)
	f, err := blob.NewFolder(filepath.Join(disk.Dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	before := keep(t, f, "sealed before")
	u := begin(t, f, "half")
	disk.Fill()
	_, err = u.Write(bytes.Repeat([]byte("x"), 1<<20))
	if !errors.Is(err, fault.ErrFull) {
		t.Errorf("writing: %v", err)
	}
	if err := u.Commit(); !errors.Is(err, fault.ErrFull) {
		t.Errorf("committing what is half: %v", err)
	}
	if got, err := read(t, f, before); err != nil || got != "sealed before" {
		t.Errorf("what was there reads %q, %v", got, err)
	}
	err = f.List(t.Context(), func(name string, _ int64, _ time.Time) error {
		if name != before {
			t.Errorf("%s is left behind", name)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	disk.Clear()
	if got, err := read(t, f, keep(t, f, "after")); err != nil || got != "after" {
		t.Errorf("once there is room: %q, %v", got, err)
	}
}

func TestNoBlobTakesWhatIsSpared(t *testing.T) {
	f, _ := folder(t)
	before := keep(t, f, "before")
	free, known, err := f.Free()
	if err != nil || !known {
		t.Fatalf("free space: %d, %v, %v", free, known, err)
	}
	f.Spare(free + 1<<40)
	if _, err := f.Create(t.Context()); !errors.Is(err, fault.ErrFull) {
		t.Errorf("a blob begins: %v", err)
	}
	if err := f.Room(); !errors.Is(err, fault.ErrFull) {
		t.Errorf("room: %v", err)
	}
	if got, err := read(t, f, before); err != nil || got != "before" {
		t.Errorf("what was there reads %q, %v", got, err)
	}
	f.Spare(0)
	if err := f.Room(); err != nil {
		t.Errorf("with nothing spared: %v", err)
	}
}
