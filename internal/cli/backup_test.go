package cli_test

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/cli"
	"klankbord/internal/config"
	"klankbord/internal/post"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

// shelved is an instance with cases whose backups go to a folder.
type shelved struct {
	*apptest.Instance
	staff    apptest.Staff
	shelf    string
	identity string
	cases    []casefile.Number
}

// backedUp founds one on a database and makes a first backup.
func backedUp(t *testing.T, dsn string) shelved {
	t.Helper()
	shelf := filepath.Join(t.TempDir(), "shelf")
	if err := os.Mkdir(shelf, 0o700); err != nil {
		t.Fatal(err)
	}
	return backedUpTo(t, shelf, func(c *config.Config, _ *app.Options) { c.Database = dsn })
}

// backedUpTo is backedUp to any shelf.
func backedUpTo(t *testing.T, shelf string, option apptest.Option) shelved {
	t.Helper()
	s := shelved{shelf: shelf, identity: filepath.Join(t.TempDir(), "backup.key")}
	code, out, errOut := cli.Run(t.Context(), "", "backup", "key", s.identity)
	to := regexp.MustCompile(`age1pq1\S+`).FindString(out)
	if code != 0 || to == "" {
		t.Fatalf("%d %s%s", code, out, errOut)
	}
	s.Instance, s.staff = apptest.Staffed(t, option, func(c *config.Config, _ *app.Options) {
		c.BackupTo, c.BackupRecipient, c.BackupEvery, c.BackupDays = s.shelf, to, 24*time.Hour, 30
	})
	if err := s.Setup.StartDrill(t.Context(), s.staff.Manager); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		r := s.Complain("nl", apptest.StrictAnswers("theft"), map[string]string{fmt.Sprint("bewijs", n, ".txt"): strings.Repeat("kanarie ", 40_000)})
		s.cases = append(s.cases, r.Number)
	}
	s.Case(s.staff.HR, s.cases[0])
	s.Sequence()
	s.backup()
	return s
}

func (s shelved) backup() {
	s.T.Helper()
	if _, err := s.Backup(s.T.Context()); err != nil {
		s.T.Fatal(err)
	}
	s.Clock.Add(time.Minute)
}

// forgetFile removes a sealed file as an erasure does.
func (s shelved) forgetFile() {
	s.T.Helper()
	var names []string
	err := s.Store.Write(s.T.Context(), func(tx *store.Tx) (err error) {
		if names, err = tx.BlobNames(); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM blob_ref WHERE name = $1`, names[0])
		return err
	})
	if err == nil {
		err = s.Blobs.Delete(s.T.Context(), names[0])
	}
	if err != nil {
		s.T.Fatal(err)
	}
}

func (s shelved) names(pattern string) []string {
	s.T.Helper()
	list, err := filepath.Glob(filepath.Join(s.shelf, pattern))
	if err != nil {
		s.T.Fatal(err)
	}
	return list
}

// run runs a command that knows nothing of the instance.
func (s shelved) run(typed string, code int, args []string, words ...string) {
	s.T.Helper()
	got, out, errOut := cli.Run(s.T.Context(), typed, append(args, "--from", s.shelf)...)
	if got != code {
		s.T.Errorf("%v: exit %d, want %d: %s%s", args, got, code, out, errOut)
	}
	for _, w := range words {
		if !strings.Contains(out+errOut, w) {
			s.T.Errorf("%v does not say %q: %s%s", args, w, out, errOut)
		}
	}
}

// On another machine a backup becomes an instance that opens for the right people.
func TestBackupBecomesAnInstanceThatOpensForTheRightPeople(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		s := backedUp(t, dsn)
		if n := len(s.names("files/*.age")); n != 3 {
			t.Fatalf("%d sealed files on the shelf", n)
		}
		rows := dumped(t, s.Store)
		later := s.Complain("nl", apptest.StrictAnswers("corruption"), nil).Number
		state, other := filepath.Join(t.TempDir(), "restored"), "" // SQLite becomes PostgreSQL, and the other way round
		if strings.HasPrefix(dsn, "sqlite:") {
			other = storetest.PostgreSQL(t)
		}
		restore := []string{"backup", "restore", "--identity", s.identity, "--state", state, "--database", other}
		s.run("", 0, restore, "3 sealed files", "recover keys")
		s.run("", 1, restore, "holds an instance already")

		at := cmp.Or(other, "sqlite:"+filepath.Join(state, "klankbord.db"))
		restored, err := store.Open(t.Context(), storetest.Open(t, at), s.Clock)
		if err != nil {
			t.Fatal(err)
		}
		got := dumped(t, restored)
		for name, want := range rows {
			if !slices.Equal(got[name], want) && name != "log_leaf" && name != "lease" { // which tell of the backup itself
				t.Errorf("table %s has %d rows, or others than the %d that were there", name, len(got[name]), len(want))
			}
		}
		code, out, errOut := cli.Run(t.Context(), s.Founded.Recovery.Text(), "recover", "keys", "--state", state, "--file", app.KeyCopy(s.State))
		if code != 0 {
			t.Fatalf("%s%s", out, errOut)
		}
		again, err := app.Open(t.Context(), config.Config{State: state, Database: other, BaseURL: "https://desk.example", MaxFileMB: 100, SessionIdle: time.Hour}, app.Options{Clock: s.Clock, Transport: &post.Sink{}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := again.Close(); err != nil {
				t.Error(err)
			}
		}()
		hr := s.staff.HR
		hr.Session = "restored"
		for _, n := range s.cases {
			c, err := again.Casework.Case(t.Context(), hr, n)
			if err != nil || c.Damaged || c.Story == nil || c.Subject == "" {
				t.Errorf("%s: %v %v", n, err, c)
			}
			if _, err := again.Casework.Case(t.Context(), s.staff.Service[0], n); err == nil {
				t.Errorf("%s opens for a member of another team", n)
			}
		}
		if _, err := again.Casework.Case(t.Context(), hr, later); err == nil {
			t.Error("a complaint that came after the backup is in it")
		}
	})
}

// dumped is every row of a database, by table.
func dumped(t *testing.T, s *store.Store) map[string][]string {
	t.Helper()
	all, name := map[string][]string{}, ""
	err := s.Read(t.Context(), func(tx *store.Tx) error {
		return tx.Dump(func(table store.Table) error {
			name = table.Name
			all[name] = []string{}
			return nil
		}, func(row []any) error {
			all[name] = append(all[name], fmt.Sprintf("%#v", row))
			return nil
		})
	})
	if err != nil || len(all) < 50 || len(all["case_file"]) == 0 {
		t.Fatalf("%d tables, %v", len(all), err)
	}
	for _, rows := range all {
		slices.Sort(rows)
	}
	return all
}

// What is written while a backup is made is wholly in it or not at all.
func TestBackupOfAnInstanceInUseIsOfOneMoment(t *testing.T) {
	s := backedUp(t, "")
	stop, done := make(chan struct{}), make(chan error)
	go func() {
		var err error
		for n := 0; err == nil && n < 4; n++ {
			_, err = s.Backup(t.Context())
			s.Clock.Add(time.Second)
		}
		close(stop)
		done <- err
	}()
	told := 0
	for running := true; running || told < 3; told++ {
		s.Complain("fr", apptest.StrictAnswers("theft"), map[string]string{"photo.txt": strings.Repeat("x", 5000)})
		s.Sequence()
		select {
		case <-stop:
			running = false
		default:
		}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for _, at := range s.names("klankbord-*.age") {
		s.run(s.Founded.Recovery.Text(), 0, []string{"backup", "check", "--identity", s.identity, "--archive", filepath.Base(at), "--key-copy", app.KeyCopy(s.State)},
			"the database is as the log says", "The backup is whole.")
	}
}

func TestBackupCheckOpensThePracticeCase(t *testing.T) {
	s := backedUp(t, "")
	check := []string{"backup", "check", "--identity", s.identity, "--scratch", t.TempDir()}
	s.run("", 0, check, "3 sealed files", "not checked", "The backup is whole.")
	s.run(s.Founded.Recovery.Text(), 0, append(check, "--key-copy", app.KeyCopy(s.State)),
		"The log is as it was signed, and the database is as the log says.", "the practice case of 2026-", "The backup is whole.")
	left, err := os.ReadDir(check[len(check)-1])
	if err != nil || len(left) > 0 {
		t.Errorf("%d things are left of trying: %v", len(left), err)
	}
}

// Nothing that a person wrote, and no key, is found in what lies on the shelf.
func TestBackupTellsNothing(t *testing.T) {
	s := backedUp(t, "")
	canaries := []string{"kanarie", "bewijs", "@desk.example", "Janssens", string(s.cases[0]), "log_leaf", "BEGIN", "AGE-SECRET"}
	seen := 0
	err := filepath.WalkDir(s.shelf, func(at string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		seen++
		b, err := os.ReadFile(at)
		for _, c := range canaries {
			if bytes.Contains(b, []byte(c)) || strings.Contains(at, c) {
				t.Errorf("%s tells %q", at, c)
			}
		}
		return err
	})
	if err != nil || seen != 5 {
		t.Errorf("%d files, %v", seen, err)
	}
}

func TestBackupThatIsNotWholeIsRefused(t *testing.T) {
	s := backedUp(t, "")
	check := []string{"backup", "check", "--identity", s.identity}
	other := filepath.Join(t.TempDir(), "other.key")
	if code, out, errOut := cli.Run(t.Context(), "", "backup", "key", other); code != 0 {
		t.Fatal(out, errOut)
	}
	s.run("", 1, []string{"backup", "check", "--identity", other}, "does not open")
	archive := s.names("klankbord-*.age")[0]
	whole, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	for _, cut := range [][]byte{whole[:len(whole)/2], whole[:len(whole)-1], append(bytes.Clone(whole), 'x'), {}} {
		if err := os.WriteFile(archive, cut, 0o600); err != nil {
			t.Fatal(err)
		}
		s.run("", 1, check)
	}
	if err := os.WriteFile(archive, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(s.names("files/*.age")[0]); err != nil {
		t.Fatal(err)
	}
	s.run("", 1, check, "MISSING", "not complete")
	s.run("", 0, []string{"backup", "list"}, filepath.Base(archive), "1 of its sealed files are missing")
	typed(t, s.Instance, "", 1, []string{"backup", "make"}, "backup-to is not set") // the command knows only its flags
}

// Sealed files lie on the shelf once, and go with the last backup that names them.
func TestBackupsAreRemovedInTimeAndTheirFilesWithThem(t *testing.T) {
	s := backedUp(t, "")
	s.forgetFile()
	for range 29 {
		s.Clock.Add(24 * time.Hour)
		s.backup()
	}
	if n := len(s.names("klankbord-*.age")); n != 29 {
		t.Errorf("%d backups after 29 days", n)
	}
	if n := len(s.names("files/*.age")); n != 2 {
		t.Errorf("%d sealed files, though every backup with the erased case is gone", n)
	}
}

func TestDoctorLooksAtBackups(t *testing.T) {
	s := backedUp(t, "")
	doctor := func(want string) {
		t.Helper()
		list, err := s.Examine(t.Context())
		if err != nil || !strings.Contains(fmt.Sprint(list), want) {
			t.Errorf("doctor does not say %q: %v %v", want, list, err)
		}
	}
	doctor("the newest of 1 backups")
	s.Clock.Add(72 * time.Hour)
	doctor("the newest backup is of")
	if err := os.RemoveAll(s.shelf); err != nil {
		t.Fatal(err)
	}
	doctor("cannot be opened")
}
