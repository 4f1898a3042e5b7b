package sqldb_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"klankbord/internal/sqldb"
	"klankbord/internal/storetest"
)

func TestAFullDiskIsToldAndWritingGoesOnOnceThereIsRoom(t *testing.T) {
	disk := storetest.SmallDisk(t, 4<<20)
	db := migrated(t, storetest.Open(t, "sqlite:"+filepath.Join(disk.Dir, "klankbord.db")))
	if err := exec(db, t.Context(), insert, "before", "Nele"); err != nil {
		t.Fatal(err)
	}
	disk.Fill()
	long := strings.Repeat("x", 64<<10)
	for n := range 20 { // each meets the full disk in another state of SQLite's
		err := exec(db, t.Context(), insert, strconv.Itoa(n), fmt.Sprint(n, long))
		if !sqldb.IsFull(err) || sqldb.IsBusy(err) || sqldb.IsUnique(err) {
			t.Fatalf("write %d on a full disk: %v", n, err)
		}
	}
	if n := count(t, db); n != 1 {
		t.Errorf("a full disk leaves %d rows to read", n)
	}
	disk.Clear()
	if err := exec(db, t.Context(), insert, "after", "Thomas"); err != nil {
		t.Fatalf("once there is room: %v", err)
	}
	if n := count(t, db); n != 2 {
		t.Errorf("once there is room there are %d rows", n)
	}
}

func TestFullIsKnownOnPostgreSQL(t *testing.T) {
	for code, want := range map[string]bool{"53100": true, "53200": false, "23505": false} {
		if got := sqldb.IsFull(fmt.Errorf("write: %w", &pgconn.PgError{Code: code})); got != want {
			t.Errorf("%s: %v", code, got)
		}
	}
	if sqldb.IsFull(nil) || sqldb.IsFull(errors.New("no space left on device")) {
		t.Error("what is no error of the database, or only reads like one, is full")
	}
}

func count(t *testing.T, db *sqldb.DB) (n int) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *sqldb.Tx) error { return tx.QueryRow("SELECT count(*) FROM member").Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}
