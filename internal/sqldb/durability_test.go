package sqldb_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"klankbord/internal/sqldb"
	"klankbord/internal/storetest"
)

func TestEveryConnectionToSQLiteIsDurable(t *testing.T) {
	db := migrated(t, storetest.Open(t, storetest.SQLite(t)))
	want := map[string]string{
		"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "secure_delete": "1",
		"trusted_schema": "0", "temp_store": "2", "busy_timeout": "5000", "mmap_size": "0",
	}
	check := func(tx *sqldb.Tx) error {
		for pragma, want := range want {
			var got string
			if err := tx.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil {
				return err
			}
			if got != want {
				t.Errorf("%s = %s, want %s", pragma, got, want)
			}
		}
		return nil
	}
	if err := db.Write(t.Context(), check); err != nil {
		t.Error(err)
	}
	if err := db.Read(t.Context(), check); err != nil {
		t.Error(err)
	}
}

func TestConnectionWithoutFullSyncIsRefused(t *testing.T) {
	for ours, theirs := range map[string]string{
		"synchronous(FULL)": "synchronous(NORMAL)", "journal_mode(WAL)": "journal_mode(DELETE)",
		"foreign_keys(ON)": "foreign_keys(OFF)", "secure_delete(ON)": "secure_delete(FAST)",
		"trusted_schema(OFF)": "trusted_schema(ON)",
	} {
		t.Run(theirs, func(t *testing.T) {
			dsn := sqldb.SQLiteDSN(strings.TrimPrefix(storetest.SQLite(t), "sqlite:"))
			altered := strings.Replace(dsn, url.QueryEscape(ours), url.QueryEscape(theirs), 1)
			if altered == dsn {
				t.Fatalf("%s is not set in %s", ours, dsn)
			}
			pool, err := sql.Open("sqlite", altered)
			if err != nil {
				t.Fatal(err)
			}
			defer pool.Close()
			if err := sqldb.Connect(t.Context(), pool); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func TestPostgreSQLCommitsAreSynchronousWhateverTheAddressSays(t *testing.T) {
	db := storetest.Open(t, storetest.PostgreSQL(t)+"&synchronous_commit=off")
	err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		for setting, want := range map[string]string{"synchronous_commit": "on", "transaction_isolation": "serializable"} {
			var got string
			if err := tx.QueryRow("SELECT current_setting($1)", setting).Scan(&got); err != nil {
				return err
			}
			if got != want {
				t.Errorf("%s = %s, want %s", setting, got, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestPostgreSQLConnectionWithoutSyncIsRefused(t *testing.T) {
	c, err := pgx.Connect(t.Context(), storetest.PostgreSQL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if err := sqldb.CheckServer(t.Context(), c); err != nil {
		t.Errorf("as the server is: %v", err)
	}
	if _, err := c.Exec(t.Context(), "SET synchronous_commit = off"); err != nil {
		t.Fatal(err)
	}
	if err := sqldb.CheckServer(t.Context(), c); err == nil {
		t.Error("accepted")
	}
}

func TestSQLiteFileIsReadableByItsOwnerOnly(t *testing.T) {
	dsn := storetest.SQLite(t)
	migrated(t, storetest.Open(t, dsn))
	path := strings.TrimPrefix(dsn, "sqlite:")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode(); mode != 0o600 {
			t.Errorf("%s has mode %v", info.Name(), mode)
		}
	}
}

// SQLite removes its log when the last connection to the file is really closed.
func TestCloseLetsGoOfSQLitesFiles(t *testing.T) {
	dsn := storetest.SQLite(t)
	db := migrated(t, storetest.Open(t, dsn))
	if got := members(t, db); got != nil {
		t.Errorf("members = %v", got)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(strings.TrimPrefix(dsn, "sqlite:") + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the write-ahead log after closing: %v", err)
	}
}

func TestErasedTextLeavesSQLitesFiles(t *testing.T) {
	const canary = "canary-7Q4M9X"
	dsn := storetest.SQLite(t)
	db := migrated(t, storetest.Open(t, dsn))
	path := strings.TrimPrefix(dsn, "sqlite:")
	if err := exec(db, t.Context(), insert, "1", canary); err != nil {
		t.Fatal(err)
	}
	if !holds(t, path, canary) {
		t.Fatal("the canary was never on disk")
	}
	if err := exec(db, t.Context(), "DELETE FROM member"); err != nil {
		t.Fatal(err)
	}
	if err := db.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if holds(t, path, canary) {
		t.Error("the canary is still on disk")
	}
}

func holds(t *testing.T, path, text string) bool {
	t.Helper()
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), text) {
			return true
		}
	}
	return false
}

func TestCheckpointSaysWhenAReaderIsInTheWay(t *testing.T) {
	db := migrated(t, storetest.Open(t, storetest.SQLite(t)))
	err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		var ms int
		return tx.QueryRow("PRAGMA busy_timeout = 50").Scan(&ms) // nobody needs to wait 5 s here
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Read(t.Context(), func(tx *sqldb.Tx) error {
		var n int
		if err := tx.QueryRow("SELECT count(*) FROM member").Scan(&n); err != nil {
			return err
		}
		if err := exec(db, t.Context(), insert, "1", "Ann"); err != nil {
			return err
		}
		if err := db.Checkpoint(t.Context()); !sqldb.IsBusy(err) {
			t.Errorf("Checkpoint = %v, want busy", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Checkpoint(t.Context()); err != nil {
		t.Errorf("Checkpoint without readers: %v", err)
	}
}

// What was written lies in the database file and nowhere else once there was time for it,
// and a reader who takes long holds nobody up meanwhile.
func TestTrimEmptiesTheLogAndWaitsForNobody(t *testing.T) {
	dsn := storetest.SQLite(t)
	db := migrated(t, storetest.Open(t, dsn))
	log := strings.TrimPrefix(dsn, "sqlite:") + "-wal"
	size := func() int64 {
		info, err := os.Stat(log)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	if err := exec(db, t.Context(), insert, "1", "Ann"); err != nil {
		t.Fatal(err)
	}
	err := db.Read(t.Context(), func(tx *sqldb.Tx) error {
		var n int
		if err := tx.QueryRow("SELECT count(*) FROM member").Scan(&n); err != nil {
			return err
		}
		if err := exec(db, t.Context(), insert, "2", "Bob"); err != nil { // which this reader does not see
			return err
		}
		began := time.Now()
		if err := db.Trim(t.Context()); err != nil {
			t.Errorf("Trim beside a reader: %v", err)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("Trim waited %v", took)
		}
		if size() == 0 {
			t.Error("the log is empty though a reader needs it")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Trim(t.Context()); err != nil || size() != 0 {
		t.Errorf("Trim: %v, the log has %d bytes", err, size())
	}
	err = db.Write(t.Context(), func(tx *sqldb.Tx) error {
		var ms int
		if err := tx.QueryRow("PRAGMA busy_timeout").Scan(&ms); err != nil || ms != 5000 {
			t.Errorf("whoever writes waits %d ms for another: %v", ms, err)
		}
		_, err := tx.Exec(insert, "3", "Cas")
		return err
	})
	if err != nil || size() == 0 {
		t.Fatalf("a write after it: %v, %d bytes", err, size())
	}
	if got := members(t, db); len(got) != 3 {
		t.Errorf("members %v", got)
	}
}
