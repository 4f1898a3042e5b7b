package backup_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/backup"
	"klankbord/internal/custody"
	"klankbord/internal/seal"
)

// kept is what makes backups of an instance.
func kept(t *testing.T, shelf backup.Shelf) (*apptest.Instance, *backup.Keeper) {
	t.Helper()
	id, err := seal.NewBackupIdentity()
	if err != nil {
		t.Fatal(err)
	}
	to, err := seal.ParseBackupRecipient(id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	i := apptest.New(t)
	m := &backup.Maker{Store: i.Store, Blobs: i.Blobs, Instance: i.Instance(), To: to, Shelf: shelf}
	return i, &backup.Keeper{Maker: m, Every: 24 * time.Hour, Keep: 30}
}

func folder(t *testing.T) (*backup.Folder, string) {
	t.Helper()
	dir := t.TempDir()
	f, err := backup.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f, dir
}

func TestBackupIsMadeWhenOneIsDueAndByOneInstance(t *testing.T) {
	shelf, _ := folder(t)
	i, k := kept(t, shelf)
	step := func(want bool) {
		t.Helper()
		made, err := k.Step(t.Context(), "one")
		if err != nil || (made != nil) != want {
			t.Errorf("made %v, want %v: %v", made, want, err)
		}
	}
	step(true)
	step(false)
	i.Clock.Add(23 * time.Hour)
	step(false)
	i.Clock.Add(time.Hour)
	step(true)

	other := *k
	other.Maker = &backup.Maker{Store: k.Maker.Store, Blobs: k.Maker.Blobs, To: k.Maker.To, Shelf: during{shelf, func() {
		if _, err := k.Now(t.Context(), "two", custody.BySystem()); !errors.Is(err, custody.ErrElsewhere) {
			t.Errorf("a second instance at the same time: %v", err)
		}
	}}}
	i.Clock.Add(time.Hour)
	if _, err := other.Now(t.Context(), "one", audit.Actor{Kind: audit.Operator}); err != nil {
		t.Error(err)
	}
}

// during does something while a backup is written.
type during struct {
	*backup.Folder
	do func()
}

func (d during) Put(ctx context.Context, name string, write func(io.Writer) error) error {
	d.do()
	return d.Folder.Put(ctx, name, write)
}

// What a killed backup left is not listed, and goes with the next one.
func TestUnfinishedBackupIsNotSeenAndRemoved(t *testing.T) {
	shelf, dir := folder(t)
	_, k := kept(t, shelf)
	left := filepath.Join(dir, "klankbord-20260101T000000Z.age.part")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if list, err := backup.Archives(t.Context(), shelf); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := k.Step(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
}

// A disk that fails leaves no backup that looks whole.
func TestBackupOnADiskThatFailsIsNotSeen(t *testing.T) {
	shelf, dir := folder(t)
	_, k := kept(t, during{shelf, func() {}})
	full := errors.New("no room")
	k.Maker.Shelf = failing{shelf, full}
	if _, err := k.Step(t.Context(), "one"); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	k.Maker.Shelf = shelf
	if made, err := k.Step(t.Context(), "two"); err != nil || made == nil {
		t.Errorf("not made once the disk is well: %v", err)
	}
}

// failing breaks while it is written to.
type failing struct {
	*backup.Folder
	err error
}

func (f failing) Put(ctx context.Context, name string, write func(io.Writer) error) error {
	return f.Folder.Put(ctx, name, func(w io.Writer) error { return write(brief{w, f.err}) })
}

type brief struct {
	w   io.Writer
	err error
}

func (b brief) Write([]byte) (int, error) { return 0, b.err }
