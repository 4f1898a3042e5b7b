package sqldb_test

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"klankbord/internal/ident"
	"klankbord/internal/sqldb"
	"klankbord/internal/storetest"
)

// BenchmarkWrite measures a small durable transaction of two statements: a look-up
// and an insert of 1 KB under a random key. On PostgreSQL the test server does not sync.
func BenchmarkWrite(b *testing.B) {
	for name, dsn := range map[string]func(testing.TB) string{"SQLite": storetest.SQLite, "PostgreSQL": storetest.PostgreSQL} {
		for _, callers := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/callers=%d", name, callers), func(b *testing.B) {
				db := storetest.Open(b, dsn(b))
				schema := fstest.MapFS{"0001_b.sql": {Data: []byte("CREATE TABLE item (id {text} PRIMARY KEY, body {bytes}) {strict};")}}
				if err := db.Migrate(b.Context(), schema); err != nil {
					b.Fatal(err)
				}
				writeAll(b, db, callers)
			})
		}
	}
}

func writeAll(b *testing.B, db *sqldb.DB, callers int) {
	body := bytes.Repeat([]byte{1}, 1024)
	var next atomic.Int64
	var all sync.WaitGroup
	before := db.Commits()
	b.ResetTimer()
	for range callers {
		all.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				id := ident.New()
				err := db.Write(b.Context(), func(tx *sqldb.Tx) error {
					var n int
					if err := tx.QueryRow("SELECT count(*) FROM item WHERE id = $1", id).Scan(&n); err != nil {
						return err
					}
					_, err := tx.Exec("INSERT INTO item (id, body) VALUES ($1, $2)", id, body)
					return err
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
	if commits := db.Commits() - before; commits > 0 {
		b.ReportMetric(float64(b.N)/float64(commits), "tx/commit")
	}
}

// BenchmarkRead measures a snapshot with one look-up by key.
func BenchmarkRead(b *testing.B) {
	for name, dsn := range map[string]func(testing.TB) string{"SQLite": storetest.SQLite, "PostgreSQL": storetest.PostgreSQL} {
		b.Run(name, func(b *testing.B) {
			db := migrated(b, storetest.Open(b, dsn(b)))
			for b.Loop() {
				err := db.Read(b.Context(), func(tx *sqldb.Tx) error {
					var id string
					return tx.QueryRow("SELECT id FROM team WHERE id = $1", "complaints").Scan(&id)
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
