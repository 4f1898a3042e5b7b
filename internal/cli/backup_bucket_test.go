package cli_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/cli"
	"klankbord/internal/config"
	"klankbord/internal/post"
	"klankbord/internal/storetest"
)

// count counts the names in a bucket that begin and end so.
func count(t *testing.T, s *storetest.S3, begin, end string) (n int) {
	t.Helper()
	for _, name := range s.Objects(t) {
		if strings.HasPrefix(name, begin) && strings.HasSuffix(name, end) {
			n++
		}
	}
	return n
}

// An instance on PostgreSQL and a bucket is copied to another bucket, by itself and by
// command, and becomes one on SQLite and a folder, and one on a third bucket.
func TestBackupsGoToABucketAndComeBack(t *testing.T) {
	dsn, files, shelf := storetest.PostgreSQL(t), storetest.Bucket(t), storetest.Bucket(t)
	shelf.KeepVersions(t)
	s := backedUpTo(t, shelf.Address(""), func(c *config.Config, _ *app.Options) { c.Database, c.Bucket = dsn, files.Address("") })
	if n := count(t, shelf, "files/", ".age"); n != 3 || count(t, files, "blobs/", "") != 3 {
		t.Fatalf("%d sealed files on the shelf", n)
	}
	s.run("", 0, []string{"backup", "list"}, "klankbord-2026")
	s.run(s.Founded.Recovery.Text(), 0, []string{"backup", "check", "--identity", s.identity, "--key-copy", app.KeyCopy(s.State)},
		"the database is as the log says", "the practice case of 2026-", "The backup is whole.")
	third := storetest.Bucket(t)
	for _, bucket := range []string{"", third.Address("")} {
		state := filepath.Join(t.TempDir(), "restored")
		s.run("", 0, []string{"backup", "restore", "--identity", s.identity, "--state", state, "--bucket", bucket}, "3 sealed files")
		code, out, errOut := cli.Run(t.Context(), s.Founded.Recovery.Text(), "recover", "keys", "--state", state, "--file", app.KeyCopy(s.State))
		if code != 0 {
			t.Fatalf("%s%s", out, errOut)
		}
		again, err := app.Open(t.Context(), config.Config{State: state, Bucket: bucket, BaseURL: "https://desk.example", MaxFileMB: 100, SessionIdle: time.Hour}, app.Options{Clock: s.Clock, Transport: &post.Sink{}})
		if err != nil {
			t.Fatal(err)
		}
		if d, err := again.Compare(t.Context()); err != nil || d.MissingFiles != 0 {
			t.Errorf("%d files are missing, %v", d.MissingFiles, err)
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}
	if n := count(t, third, "blobs/", ""); n != 3 {
		t.Errorf("%d sealed files in the third bucket", n)
	}
	s.forgetFile()
	for range 31 {
		s.Clock.Add(24 * time.Hour)
		if err := s.Work.Backup(t.Context(), "one"); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, shelf, "klankbord-", ".age"); n != 30 {
		t.Errorf("%d backups after 31 days, older versions counted", n)
	}
	if n := count(t, shelf, "files/", ".age"); n != 2 {
		t.Errorf("%d sealed files, though every backup with the erased case is gone", n)
	}
}

// Nothing is seen of a backup that a bad line broke off, and doctor tells of the line.
func TestABackupThatABucketRefusesIsNotSeen(t *testing.T) {
	shelf := storetest.Bucket(t)
	line := storetest.NewWeakLine(t, shelf)
	s := backedUpTo(t, shelf.Address(line.Host), func(*config.Config, *app.Options) {})
	before := len(shelf.Objects(t))
	s.Clock.Add(25 * time.Hour)
	writes := func(r *http.Request) bool { return r.Method == http.MethodPut || r.Method == http.MethodPost }
	line.Set(storetest.Fault{Hits: writes, Before: storetest.Reset})
	if _, err := s.Backup(t.Context()); err == nil {
		t.Error("it was made")
	}
	if n := len(shelf.Objects(t)); n != before {
		t.Errorf("%d objects, %d before", n, before)
	}
	list, err := s.Examine(t.Context())
	if err != nil || !strings.Contains(fmt.Sprint(list), "backups cannot be kept") {
		t.Errorf("doctor tells %v, %v", list, err)
	}
	line.Set(storetest.Fault{})
	s.Clock.Add(2 * time.Hour)
	s.backup()
	s.run("", 0, []string{"backup", "check", "--identity", s.identity}, "The backup is whole.")
}
