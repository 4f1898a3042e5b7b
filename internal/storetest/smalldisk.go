package storetest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// SmallDisk is a disk of its own with room for so many bytes, unmounted when the test
// ends. Only root on Linux can have one; the test of everybody else fails with the
// command.
func SmallDisk(t testing.TB, bytes int64) Disk {
	t.Helper()
	dir := t.TempDir()
	command := fmt.Sprintf("mount -t tmpfs -o size=%d tmpfs %s", bytes, dir)
	if os.Geteuid() != 0 {
		t.Fatalf("a small disk needs root, who runs: %s", command)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return Disk{t, dir}
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
