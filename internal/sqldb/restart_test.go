package sqldb_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"klankbord/internal/sqldb"
	"klankbord/internal/storetest"
)

// TestAServerThatRestartsInALoopLosesAndDoublesNothing (F11): every process of PostgreSQL
// is killed again and again, also in the middle of a commit. What was said to be written is
// there once, whoever was refused writes the same row again, and nobody waits for ever.
func TestAServerThatRestartsInALoopLosesAndDoublesNothing(t *testing.T) {
	dsn, again, stop, err := storetest.StartPostgresToBreak(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}()
	db := migrated(t, storetest.Open(t, dsn))
	if err := exec(db, t.Context(), insert, "count", "Ann"); err != nil {
		t.Fatal(err)
	}
	var written, refused atomic.Int64
	var all sync.WaitGroup
	ctx, end := context.WithCancel(t.Context())
	for w := range 8 {
		all.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				refused.Add(writes(context.WithoutCancel(ctx), t, db, fmt.Sprintf("%d-%d", w, n)))
				written.Add(1)
			}
		})
	}
	const restarts = 8
	for range restarts {
		time.Sleep(150 * time.Millisecond)
		if err := again(); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(300 * time.Millisecond)
	end()
	all.Wait()
	rows, counted := number(t, db, "SELECT count(*) FROM member"), number(t, db, "SELECT seen FROM member WHERE id = 'count'")
	t.Logf("%d rows written through %d restarts, %d times refused", written.Load(), restarts, refused.Load())
	if refused.Load() == 0 {
		t.Error("no restart was noticed")
	}
	if rows != written.Load()+1 || counted != written.Load() {
		t.Errorf("%d rows were acknowledged; there are %d, and %d were counted in the same transactions", written.Load(), rows-1, counted)
	}
}

// writes writes a row, and counts it in the same transaction, until it is told that it is
// there: at once, or because it was although the answer was lost.
func writes(ctx context.Context, t *testing.T, db *sqldb.DB, id string) (refused int64) {
	for begun := time.Now(); ; refused++ {
		each, done := context.WithTimeout(ctx, 20*time.Second)
		err := db.Write(each, func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(insert, id, "name "+id); err != nil {
				return err
			}
			_, err := tx.Exec("UPDATE member SET seen = seen + 1 WHERE id = 'count'")
			return err
		})
		late := each.Err() != nil
		done()
		if err == nil || sqldb.IsUnique(err) {
			return refused
		}
		if late || time.Since(begun) > time.Minute {
			t.Errorf("row %s: %v", id, err)
			return refused
		}
		time.Sleep(20 * time.Millisecond)
	}
}
