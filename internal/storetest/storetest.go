// Package storetest gives a test a fresh database of each kind, so that whatever
// stores runs on both. It is for tests only. It never skips: where PostgreSQL is
// not installed the test fails with the command that installs it. What it starts
// it stops, also when the test process is killed.
package storetest

import (
	"path/filepath"
	"testing"

	"klankbord/internal/sqldb"
)

// Each runs test as the subtests "SQLite" and "PostgreSQL", each with an empty
// database. Calling open again opens the same database once more, as a restart or
// a second instance would. All are closed when the subtest ends.
func Each(t *testing.T, test func(t *testing.T, open func() *sqldb.DB)) {
	t.Helper()
	EachDSN(t, func(t *testing.T, dsn string) {
		test(t, func() *sqldb.DB { return Open(t, dsn) })
	})
}

// EachDSN is Each for a test that opens the database itself, or gives its address
// to a program.
func EachDSN(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, PostgreSQL(t)) })
}

// Open opens a database and closes it when the test ends.
func Open(t testing.TB, dsn string) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	return db
}

// SQLite returns the address of a SQLite database that does not exist yet, in a
// folder that goes with the test.
func SQLite(t testing.TB) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "klankbord.db")
}
