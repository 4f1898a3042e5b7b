package sqldb_test

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"klankbord/internal/sqldb"
	"klankbord/internal/storetest"
)

const schema = `
CREATE TABLE team (id {text} PRIMARY KEY) {strict};
CREATE TABLE member (
	id    {text} PRIMARY KEY,
	team  {text} NOT NULL REFERENCES team (id),
	name  {text} NOT NULL UNIQUE,
	key   {bytes},
	seen  {int} NOT NULL DEFAULT 0,
	lead  {int} NOT NULL DEFAULT 0 CHECK (lead IN (0, 1))
) {strict};
INSERT INTO team (id) VALUES ('complaints');
`

const insert = "INSERT INTO member (id, team, name) VALUES ($1, 'complaints', $2)"

// migrated opens the database with the schema of these tests.
func migrated(t testing.TB, db *sqldb.DB) *sqldb.DB {
	t.Helper()
	if err := db.Migrate(t.Context(), fstest.MapFS{"0001_members.sql": {Data: []byte(schema)}}); err != nil {
		t.Fatal(err)
	}
	return db
}

func exec(db *sqldb.DB, ctx context.Context, query string, args ...any) error {
	return db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	})
}

func members(t testing.TB, db *sqldb.DB) []string {
	t.Helper()
	var names []string
	err := db.Read(context.WithoutCancel(t.Context()), func(tx *sqldb.Tx) error {
		names = nil
		rows, err := tx.Query("SELECT name FROM member ORDER BY name")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return err
			}
			names = append(names, name)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestCommittedRowsAreThereAfterReopening(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		if err := exec(db, t.Context(), insert, "1", "Ann"); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"Ann"}, members(t, migrated(t, open()))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFailedFunctionLeavesNothing(t *testing.T) {
	refused := errors.New("refused")
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(insert, "1", "Ann"); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Errorf("Write = %v, want %v", err, refused)
		}
		if got := members(t, db); got != nil {
			t.Errorf("members = %v, want none", got)
		}
	})
}

func TestErrorsAreToldApart(t *testing.T) {
	type is struct{ Unique, ForeignKey, Busy bool }
	for name, c := range map[string]struct {
		query string
		args  []any
		want  is
	}{
		"same primary key":  {insert, []any{"1", "Bo"}, is{Unique: true}},
		"same unique name":  {insert, []any{"2", "Ann"}, is{Unique: true}},
		"no such team":      {"INSERT INTO member (id, team, name) VALUES ('2', 'none', 'Bo')", nil, is{ForeignKey: true}},
		"team still in use": {"DELETE FROM team", nil, is{ForeignKey: true}},
		"check":             {"UPDATE member SET lead = 2", nil, is{}},
		"syntax":            {"SELEKT 1", nil, is{}},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
				db := migrated(t, open())
				if err := exec(db, t.Context(), insert, "1", "Ann"); err != nil {
					t.Fatal(err)
				}
				err := exec(db, t.Context(), c.query, c.args...)
				if err == nil {
					t.Fatal("no error")
				}
				if got := (is{sqldb.IsUnique(err), sqldb.IsForeignKey(err), sqldb.IsBusy(err)}); got != c.want {
					t.Errorf("%v: %+v, want %+v", err, got, c.want)
				}
			})
		})
	}
}

// Types as the packages above define them: pasted into arguments as they are.
type (
	memberID string
	box      []byte
)

func TestReadIsReadOnlyAndSeesOneMoment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		err := db.Read(t.Context(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(insert, "1", "Ann")
			return err
		})
		if err == nil {
			t.Error("Read let a write through")
		}
		err = db.Read(t.Context(), func(tx *sqldb.Tx) error {
			var before, after int
			if err := tx.QueryRow("SELECT count(*) FROM member").Scan(&before); err != nil {
				return err
			}
			if err := exec(db, t.Context(), insert, "1", "Ann"); err != nil {
				return err
			}
			if err := tx.QueryRow("SELECT count(*) FROM member").Scan(&after); err != nil {
				return err
			}
			if before != 0 || after != 0 {
				t.Errorf("counts %d and %d within one snapshot, want 0 and 0", before, after)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if got := members(t, db); len(got) != 1 {
			t.Errorf("members = %v, want Ann", got)
		}
	})
}

func TestClosedDatabaseSaysSo(t *testing.T) {
	nothing := func(*sqldb.Tx) error { return nil }
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := open()
		for range 2 {
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Write(t.Context(), nothing); !errors.Is(err, sqldb.ErrClosed) {
			t.Errorf("Write = %v", err)
		}
		if err := db.Read(t.Context(), nothing); !errors.Is(err, sqldb.ErrClosed) {
			t.Errorf("Read = %v", err)
		}
	})
}

func TestUnknownAddressIsRefused(t *testing.T) {
	for _, dsn := range []string{"", "mysql://x", "/file.db", "sqlite:" + t.TempDir(), "sqlite:/no/such/folder/x.db", "postgres://127.0.0.1:1/none?connect_timeout=1"} {
		if db, err := sqldb.Open(t.Context(), dsn); err == nil {
			t.Errorf("Open(%q) = %v", dsn, db.Close())
		}
	}
}
