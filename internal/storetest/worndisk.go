package storetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// WornDisk is a disk of its own, an ext4 in a file, that its kernel can find broken. Only
// root on Linux can have one; the test of everybody else fails with the command.
func WornDisk(t testing.TB, bytes int64) Worn {
	t.Helper()
	image := filepath.Join(t.TempDir(), "disk")
	d := Worn{t, image, t.TempDir()}
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(image, bytes); err != nil {
		t.Fatal(err)
	}
	d.run("mkfs.ext4", "-q", "-F", image)
	d.mount()
	t.Cleanup(func() { d.run("umount", "-l", d.Dir) })
	return d
}

// Worn is such a disk.
type Worn struct {
	t     testing.TB
	image string
	Dir   string
}

// Break lets the kernel do what it does where it finds such a disk damaged: from now on
// nothing can be written to it, also not to what is open.
func (d Worn) Break() {
	d.t.Helper()
	d.run("mount", "-o", "remount,abort", d.Dir)
}

// Mend does what the operator does: the disk is checked and mounted again. Nothing on it may
// be open.
func (d Worn) Mend() {
	d.t.Helper()
	d.run("umount", d.Dir)
	d.run("fsck.ext4", "-p", d.image)
	d.mount()
}

func (d Worn) mount() {
	d.t.Helper()
	d.run("mount", "-o", "loop", d.image, d.Dir)
}

func (d Worn) run(name string, args ...string) {
	d.t.Helper()
	c := exec.Command(name, args...) // also when the test has ended
	if out, err := c.CombinedOutput(); err != nil {
		// fsck says 1 where it mended something (fsck(8)).
		if name != "fsck.ext4" || c.ProcessState == nil || c.ProcessState.ExitCode() > 1 {
			d.t.Fatalf("a disk of its own needs root and a free loop device: %s: %v: %s", c, err, out)
		}
	}
}
