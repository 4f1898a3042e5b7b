package storetest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// SmallDisk is a disk of its own with room for so many bytes, unmounted when the test
// ends. It is for root on Linux, where it fails with the command when it cannot be
// had; ok is false for everyone else, who cannot mount anything.
func SmallDisk(t testing.TB, bytes int64) (d Disk, ok bool) {
	t.Helper()
	dir := t.TempDir()
	command := fmt.Sprintf("mount -t tmpfs -o size=%d tmpfs %s", bytes, dir)
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Logf("no small disk for this user; as root: %s", command)
		return Disk{}, false
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return Disk{t, dir}, true
}

// Disk is a disk that can be filled up.
type Disk struct {
	t   testing.TB
	Dir string
}

func (d Disk) filler() string { return filepath.Join(d.Dir, "filler") }

// Fill leaves no byte free.
func (d Disk) Fill() {
	d.t.Helper()
	f, err := os.OpenFile(d.filler(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	block := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(block)
	}
	if closed := f.Close(); closed != nil || !errors.Is(err, syscall.ENOSPC) {
		d.t.Fatalf("fill disk: %v, %v", err, closed)
	}
}

// Clear makes the room free again.
func (d Disk) Clear() {
	d.t.Helper()
	if err := os.Remove(d.filler()); err != nil {
		d.t.Fatal(err)
	}
}
