package sqldb_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"klankbord/internal/sqldb"
	"klankbord/internal/storetest"
)

func TestAfterAFailedStatementNothingCommits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(insert, "1", "Ann"); err != nil {
				return err
			}
			_, first := tx.Exec(insert, "1", "Bo")
			_, second := tx.Exec(insert, "3", "Cor")
			if !sqldb.IsUnique(first) || !errors.Is(second, first) {
				t.Errorf("errors are %v and %v", first, second)
			}
			return nil
		})
		if !sqldb.IsUnique(err) {
			t.Errorf("Write = %v, want the statement's error", err)
		}
		if got := members(t, db); got != nil {
			t.Errorf("members = %v, want none", got)
		}
	})
}

func TestALimitIsNotPlannedBy(t *testing.T) {
	for query, want := range map[string]string{
		"SELECT id FROM a LIMIT $1":                      "SELECT id FROM a LIMIT ($1 + 0)",
		"SELECT id FROM a WHERE b = $1 LIMIT $12 OFFSET": "SELECT id FROM a WHERE b = $1 LIMIT ($12 + 0) OFFSET",
		"SELECT id FROM a ORDER BY id LIMIT 1":           "SELECT id FROM a ORDER BY id LIMIT 1",
	} {
		if got := sqldb.AsPrepared(query); got != want {
			t.Errorf("%s is prepared as %s, want %s", query, got, want)
		}
	}
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		for _, n := range []int64{0, 2, 3, 1, 4} { // one statement, another limit each time
			err := db.Read(t.Context(), func(tx *sqldb.Tx) error {
				var got int64
				if err := tx.QueryRow("SELECT count(*) FROM (SELECT 1 FROM (VALUES (1), (2), (3)) AS v LIMIT $1) AS few", n).Scan(&got); err != nil {
					return err
				}
				if got != min(n, 3) {
					t.Errorf("LIMIT %d gave %d rows", n, got)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

// SQLite may have rolled back by itself then, and what follows would stand outside the
// transaction.
func TestAStatementThatFailsOnTheWayFailsTheTransaction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		const overflows = "WITH n(x) AS (VALUES (1), (2), (3)) SELECT abs(CASE x WHEN 2 THEN -9223372036854775807 - 1 ELSE x END) FROM n"
		for _, then := range []string{"", insert} {
			read := 0
			err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
				if _, err := tx.Exec(insert, "before", "before"); err != nil {
					return err
				}
				rows, err := tx.Query(overflows) //nolint:rowserrcheck // the misuse under test
				if err != nil {
					return err
				}
				for rows.Next() {
					read++
				}
				_ = rows.Close() //nolint:sqlclosecheck // before the next statement; and nobody asks for rows.Err()
				if then != "" {
					if _, err := tx.Exec(then, "after", "after"); err == nil {
						t.Error("a further statement ran")
					}
				}
				return nil
			})
			if read != 1 || err == nil {
				t.Errorf("%d rows, then %v: want one, and the error", read, err)
			}
		}
		if got := members(t, db); len(got) > 0 {
			t.Errorf("kept %v", got)
		}
	})
}

func TestQueryRow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			var id string
			if err := tx.QueryRow("SELECT id FROM member").Scan(&id); !errors.Is(err, sql.ErrNoRows) {
				t.Errorf("no row: %v", err)
			}
			if err := tx.QueryRow(insert+" RETURNING id", "1", "Ann").Scan(&id); err != nil || id != "1" {
				t.Errorf("returning: %q, %v", id, err)
			}
			return nil
		})
		if err != nil {
			t.Errorf("a missing row failed the transaction: %v", err)
		}
		err = db.Write(t.Context(), func(tx *sqldb.Tx) error {
			var id string
			_ = tx.QueryRow(insert+" RETURNING id", "1", "Ann").Scan(&id)
			return nil
		})
		if !sqldb.IsUnique(err) {
			t.Errorf("a failed QueryRow went unnoticed: %v", err)
		}
	})
}

func TestValuesComeBackAsTheyWent(t *testing.T) {
	type row struct {
		ID   memberID
		Key  box
		Seen int64
		Null bool
	}
	for name, want := range map[string]row{
		"bytes":   {"a", box("\x00\xff sealed"), 1 << 62, false},
		"empty":   {"b", box{}, -1, false},
		"nothing": {"c", nil, 0, true},
		"text":    {"é\x01 ’", box("x"), 7, false},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
				db := migrated(t, open())
				const q = "INSERT INTO member (id, team, name, key, seen) VALUES ($1, 'complaints', $1, $2, $3)"
				if err := exec(db, t.Context(), q, want.ID, want.Key, want.Seen); err != nil {
					t.Fatal(err)
				}
				var got row
				err := db.Read(t.Context(), func(tx *sqldb.Tx) error {
					return tx.QueryRow("SELECT id, key, seen, CASE WHEN key IS NULL THEN 1 ELSE 0 END FROM member WHERE id = $1", want.ID).
						Scan(&got.ID, (*[]byte)(&got.Key), &got.Seen, &got.Null)
				})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestMisuseIsRefusedOnBothDatabases(t *testing.T) {
	for name, misuse := range map[string]func(*sqldb.Tx) error{
		"statement while rows are open": func(tx *sqldb.Tx) error {
			rows, err := tx.Query("SELECT id FROM team") //nolint:rowserrcheck // they stay open on purpose
			if err != nil {
				return err
			}
			defer rows.Close()
			_, err = tx.Exec(insert, "1", "Ann")
			return err
		},
		"rows left open": func(tx *sqldb.Tx) error {
			_, err := tx.Query("SELECT id FROM team") //nolint:rowserrcheck,sqlclosecheck // the misuse under test
			return err
		},
		"time as an argument": func(tx *sqldb.Tx) error {
			_, err := tx.Exec("UPDATE member SET seen = $1", time.Unix(0, 0))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
				db := migrated(t, open())
				if err := db.Write(t.Context(), misuse); err == nil {
					t.Error("no error")
				}
				if err := exec(db, t.Context(), insert, "2", "Bo"); err != nil {
					t.Errorf("the next write: %v", err)
				}
			})
		})
	}
}

func TestTransactionEndsWithItsFunction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		var kept *sqldb.Tx
		if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { kept = tx; return nil }); err != nil {
			t.Fatal(err)
		}
		if _, err := kept.Exec(insert, "1", "Ann"); err == nil {
			t.Error("a statement ran outside its transaction")
		}
	})
}

func TestEndedContextStopsBeforeTheNextStatement(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		ctx, cancel := context.WithCancel(t.Context())
		err := db.Write(ctx, func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(insert, "1", "Ann"); err != nil {
				return err
			}
			cancel()
			_, err := tx.Exec(insert, "2", "Bo")
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Write = %v, want %v", err, context.Canceled)
		}
		if got := members(t, db); got != nil {
			t.Errorf("members = %v, want none", got)
		}
		if err := db.Write(ctx, func(*sqldb.Tx) error { t.Error("began after its context ended"); return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("Write = %v, want %v", err, context.Canceled)
		}
	})
}

func TestLongReadEndsWithItsContext(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		err := db.Read(ctx, func(tx *sqldb.Tx) error {
			var n int64
			return tx.QueryRow("WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000000000) SELECT count(*) FROM c").Scan(&n)
		})
		if err == nil || ctx.Err() == nil {
			t.Errorf("Read = %v before its time was over", err)
		}
		for range 8 { // more than there are connections to read
			if got := members(t, db); got != nil {
				t.Errorf("members = %v", got)
			}
		}
	})
}
