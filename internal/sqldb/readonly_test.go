package sqldb

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

func sums(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found[e.Name()] = string(b)
	}
	return found
}

// A database that is only looked at is not changed, nor its folder, and none is made
// where there is none.
func TestLookingChangesNothing(t *testing.T) {
	files := fstest.MapFS{"0001_a.sql": {Data: []byte("CREATE TABLE a (x {int}) {strict};")}}
	dir := t.TempDir()
	file := filepath.Join(dir, "copy.db")
	db, err := Open(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context(), files); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(tx *Tx) error { _, err := tx.Exec("INSERT INTO a VALUES (7)"); return err }); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before := sums(t, dir)
	look, err := OpenReadOnly(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	if err := look.Current(t.Context(), files); err != nil {
		t.Error(err)
	}
	var x int
	if err := look.Read(t.Context(), func(tx *Tx) error { return tx.QueryRow("SELECT x FROM a").Scan(&x) }); err != nil || x != 7 {
		t.Errorf("x = %d, %v", x, err)
	}
	if err := look.Write(t.Context(), func(*Tx) error { return nil }); !errors.Is(err, errReadOnly) {
		t.Errorf("Write = %v", err)
	}
	if err := look.Migrate(t.Context(), files); !errors.Is(err, errReadOnly) {
		t.Errorf("Migrate = %v", err)
	}
	if err := look.Close(); err != nil {
		t.Error(err)
	}
	after := sums(t, dir)
	if after["copy.db"] != before["copy.db"] || len(after) != len(before) {
		t.Errorf("the folder holds %d files, and held %d; the same database: %v", len(after), len(before), after["copy.db"] == before["copy.db"])
	}
	if _, err := OpenReadOnly(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "none.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a database that is not there: %v", err)
	}
}

func TestAnotherSchemaIsNotLookedAt(t *testing.T) {
	file := "sqlite:" + filepath.Join(t.TempDir(), "a.db")
	one := fstest.MapFS{"0001_a.sql": {Data: []byte("CREATE TABLE a (x {int}) {strict};")}}
	two := fstest.MapFS{"0001_a.sql": one["0001_a.sql"], "0002_b.sql": {Data: []byte("CREATE TABLE b (x {int}) {strict};")}}
	other := fstest.MapFS{"0001_a.sql": {Data: []byte("CREATE TABLE a (y {int}) {strict};")}}
	db, err := Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	look, err := OpenReadOnly(t.Context(), file) // while another has it open
	if err != nil {
		t.Fatal(err)
	}
	defer look.Close()
	if err := look.Current(t.Context(), one); err != nil {
		t.Error(err)
	}
	if err := look.Current(t.Context(), two); err == nil {
		t.Error("an older schema is read as if it were this one")
	}
	if err := look.Current(t.Context(), other); !errors.Is(err, ErrHistory) {
		t.Errorf("another history: %v", err)
	}
}
