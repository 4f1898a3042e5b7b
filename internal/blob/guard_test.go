package blob_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"klankbord/internal/blob"
)

func TestNoNameLeadsOutOfTheFolder(t *testing.T) {
	f, dir := folder(t)
	outside := filepath.Join(filepath.Dir(dir), "outside")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", ".", "..", "../outside", "/etc/passwd", "00/../../outside", strings.Repeat("../", 8) + "ab", "\x00"} {
		if _, err := read(t, f, name); !errors.Is(err, blob.ErrMissing) {
			t.Errorf("open %q: %v", name, err)
		}
		if err := f.Delete(t.Context(), name); err != nil {
			t.Errorf("delete %q: %v", name, err)
		}
	}
	// A link laid where a blob would lie is not followed out of the folder.
	name := keep(t, f, "blob")
	found, err := filepath.Glob(filepath.Join(dir, "*", name))
	if err != nil || len(found) != 1 {
		t.Fatalf("blob lies at %v, %v", found, err)
	}
	if err := errors.Join(os.Remove(found[0]), os.Symlink(outside, found[0])); err != nil {
		t.Fatal(err)
	}
	if got, err := read(t, f, name); err == nil {
		t.Errorf("read %q through a link", got)
	}
	if _, err := os.Stat(outside); err != nil {
		t.Error(err)
	}
}

func TestFilesAreTheirOwnersOnly(t *testing.T) {
	f, dir := folder(t)
	keep(t, f, "sealed")
	begin(t, f, "half")
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
