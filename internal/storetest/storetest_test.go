package storetest_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"klankbord/internal/sqldb"
	"klankbord/internal/storetest"
)

func schema() fstest.MapFS {
	return fstest.MapFS{"0001_a.sql": {Data: []byte("CREATE TABLE a (n {int}) {strict};")}}
}

func TestEachGivesBothDatabasesEmptyAndTheSameWhenReopened(t *testing.T) {
	seen := map[sqldb.Dialect]bool{}
	for range 2 { // the second time finds nothing of the first
		storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
			db := open()
			seen[db.Dialect()] = true
			if skip := db.ForUpdateSkipLocked(); (skip == "") != (db.Dialect() == sqldb.SQLite) {
				t.Errorf("%s: %q", db.Dialect(), skip)
			}
			if err := db.Migrate(t.Context(), schema()); err != nil {
				t.Fatal(err)
			}
			err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
				_, err := tx.Exec("INSERT INTO a (n) VALUES (1)")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			var rows int
			err = open().Read(t.Context(), func(tx *sqldb.Tx) error {
				return tx.QueryRow("SELECT count(*) FROM a").Scan(&rows)
			})
			if err != nil || rows != 1 {
				t.Errorf("%d rows, %v; want 1", rows, err)
			}
		})
	}
	if !seen[sqldb.SQLite] || !seen[sqldb.PostgreSQL] {
		t.Errorf("ran on %v", seen)
	}
}

func TestSchemaGoesWithItsTest(t *testing.T) {
	var dsn string
	t.Run("uses a schema", func(t *testing.T) { dsn = storetest.PostgreSQL(t) })
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	var current *string
	if err := c.QueryRow(t.Context(), "SELECT current_schema()").Scan(&current); err != nil || current != nil {
		t.Errorf("schema %v is still there, %v", current, err)
	}
}

func TestStoppedServerIsGone(t *testing.T) {
	dsn, stop, err := storetest.StartPostgres(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.WithoutCancel(t.Context()))
	var data string
	if err := c.QueryRow(t.Context(), "SHOW data_directory").Scan(&data); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if c, err := pgx.Connect(t.Context(), dsn); err == nil {
		t.Errorf("still answers: %v", c.Close(t.Context()))
	}
	if _, err := os.Stat(filepath.Dir(data)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left %s: %v", filepath.Dir(data), err)
	}
}
