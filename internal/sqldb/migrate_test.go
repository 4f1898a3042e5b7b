package sqldb_test

import (
	"errors"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"klankbord/internal/sqldb"
	"klankbord/internal/storetest"
)

func files(texts ...string) fstest.MapFS {
	names := []string{"0001_one.sql", "0002_two.sql", "0003_three.sql"}
	fs := fstest.MapFS{"README": {Data: []byte("not a migration")}}
	for i, text := range texts {
		fs[names[i]] = &fstest.MapFile{Data: []byte(text)}
	}
	return fs
}

const (
	one = "CREATE TABLE a (n {int}, b {bytes}, s {text} UNIQUE) {strict};\nINSERT INTO a (n, b, s) VALUES (1, NULL, 'é');\n"
	two = "-- a second thought\nALTER TABLE a ADD COLUMN late {int} NOT NULL DEFAULT 5;"
)

func number(t *testing.T, db *sqldb.DB, query string) (n int64) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *sqldb.Tx) error { return tx.QueryRow(query).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestMigrationsAreAppliedOnceAndInOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := open()
		for _, fs := range []fstest.MapFS{files(), files(one), files(one), files(one, two), files(one, two)} {
			if err := db.Migrate(t.Context(), fs); err != nil {
				t.Fatal(err)
			}
		}
		if got := number(t, db, "SELECT sum(n * late) FROM a"); got != 5 {
			t.Errorf("sum = %d, want 5: the row of step 1 with the column of step 2, once", got)
		}
		if got := number(t, db, "SELECT count(*) FROM schema_migration"); got != 2 {
			t.Errorf("%d steps are recorded", got)
		}
	})
}

func TestFailedMigrationLeavesTheSchemaAsItWas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := open()
		if err := db.Migrate(t.Context(), files(one)); err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(t.Context(), files(one, two, "CREATE TABLE c (n {int}); SELEKT")); err == nil {
			t.Fatal("no error")
		}
		if got := number(t, db, "SELECT count(*) FROM schema_migration"); got != 1 {
			t.Errorf("%d steps are recorded, want 1", got)
		}
		if err := db.Migrate(t.Context(), files(one, two, "CREATE TABLE c (n {int});")); err != nil {
			t.Errorf("mended migration: %v", err)
		}
	})
}

func TestNewerDatabaseIsRefusedWithAdvice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := open()
		if err := db.Migrate(t.Context(), files(one, two)); err != nil {
			t.Fatal(err)
		}
		if err := open().Migrate(t.Context(), files(one)); !errors.Is(err, sqldb.ErrNewer) {
			t.Errorf("Migrate = %v", err)
		}
	})
}

// A later version that begins to serve beside this one (F12): this one writes nothing from
// then on, shows nothing, and says that it has to end.
func TestALaterVersionEndsTheWorkOfThisOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		before, later := open(), open()
		if err := before.Migrate(t.Context(), files(one)); err != nil {
			t.Fatal(err)
		}
		write := func(db *sqldb.DB, n int) error {
			return exec(db, t.Context(), "INSERT INTO a (n, b, s) VALUES ($1, NULL, 'x')", n)
		}
		if err := write(before, 2); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		all.Go(func() { // writes beside the change of the schema all the time, with gaps: SQLite's lock is not fair
			for n := 0; ; n++ {
				time.Sleep(time.Millisecond)
				if err := exec(before, t.Context(), "UPDATE a SET n = $1 WHERE s = 'x'", n); err != nil {
					if !errors.Is(err, sqldb.ErrNewer) || !sqldb.IsDown(err) {
						t.Errorf("write %d: %v", n, err)
					}
					return
				}
			}
		})
		if err := later.Migrate(t.Context(), files(one, two)); err != nil {
			t.Fatal(err)
		}
		all.Wait()
		if err := before.Read(t.Context(), func(*sqldb.Tx) error { return nil }); !errors.Is(err, sqldb.ErrNewer) || !sqldb.IsDown(err) {
			t.Errorf("read: %v", err)
		}
		if err := exec(later, t.Context(), "INSERT INTO a (n, b, s, late) VALUES (4, NULL, 'y', 9)"); err != nil {
			t.Errorf("the later version: %v", err)
		}
		if got := number(t, later, "SELECT count(*) FROM a"); got != 3 {
			t.Errorf("%d rows, want 3", got)
		}
	})
}

func TestChangedHistoryIsRefused(t *testing.T) {
	renamed := fstest.MapFS{"0001_other.sql": {Data: []byte(one)}}
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := open()
		if err := db.Migrate(t.Context(), files(one)); err != nil {
			t.Fatal(err)
		}
		for name, fs := range map[string]fstest.MapFS{"text": files(one + " "), "name": renamed} {
			if err := db.Migrate(t.Context(), fs); !errors.Is(err, sqldb.ErrHistory) {
				t.Errorf("changed %s: %v", name, err)
			}
		}
	})
}

func TestUnsoundMigrationsAreRefused(t *testing.T) {
	file := func(name, text string) fstest.MapFS { return fstest.MapFS{name: {Data: []byte(text)}} }
	for name, fs := range map[string]fstest.MapFS{
		"begins at 2":         file("0002_two.sql", "SELECT 1"),
		"gap":                 {"0001_one.sql": {Data: []byte("SELECT 1")}, "0003_x.sql": {Data: []byte("SELECT 1")}},
		"name":                file("1_one.sql", "SELECT 1"),
		"unknown word":        file("0001_one.sql", "CREATE TABLE a (n {number})"),
		"deferred constraint": file("0001_one.sql", "CREATE TABLE a (n {int} PRIMARY KEY, p {int} REFERENCES a (n) DEFERRABLE INITIALLY DEFERRED)"),
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
				if err := open().Migrate(t.Context(), fs); err == nil {
					t.Error("no error")
				}
			})
		})
	}
}

func TestInstancesMayMigrateAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		var all sync.WaitGroup
		for range 5 {
			db := open()
			all.Go(func() {
				if err := db.Migrate(t.Context(), files(one, two)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := number(t, open(), "SELECT count(*) FROM a"); got != 1 {
			t.Errorf("step 1 left %d rows", got)
		}
	})
}

// What {text} and {strict} promise: bytes decide the order, and a column holds its
// type only.
func TestWordsMeanTheSameOnBothDatabases(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := open()
		if err := db.Migrate(t.Context(), files("CREATE TABLE a (s {text}, n {int}, b {bytes}) {strict}; INSERT INTO a (s) VALUES ('é'), ('B'), ('a'), ('');")); err != nil {
			t.Fatal(err)
		}
		var order string
		err := db.Read(t.Context(), func(tx *sqldb.Tx) error {
			rows, err := tx.Query("SELECT s FROM a ORDER BY s")
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var s string
				if err := rows.Scan(&s); err != nil {
					return err
				}
				order += s + ","
			}
			return rows.Err()
		})
		if err != nil || order != ",B,a,é," {
			t.Errorf("order is %q, %v", order, err)
		}
		if err := exec(db, t.Context(), "UPDATE a SET n = 'ten'"); err == nil {
			t.Error("a number column took text")
		}
	})
}
