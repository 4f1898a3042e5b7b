package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"klankbord/internal/sqldb"
	"klankbord/internal/storetest"
)

// together holds up the database with one write until n more callers wait, so
// that they form one group with it, and returns what each of them got.
func together(t *testing.T, db *sqldb.DB, n int, call func(i int) error) []error {
	t.Helper()
	errs := make([]error, n)
	var waiting, all sync.WaitGroup
	var come sync.Once
	_ = db.Write(t.Context(), func(*sqldb.Tx) error { // shares the fate of its group
		come.Do(func() {
			for i := range n {
				waiting.Add(1)
				all.Go(func() {
					waiting.Done()
					errs[i] = call(i)
				})
			}
			waiting.Wait()
			for range 10 * n { // lets each get from Done to the queue
				runtime.Gosched()
			}
		})
		return nil
	})
	all.Wait()
	return errs
}

func TestWaitingWritersShareOneCommit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		const writers = 40
		before := db.Commits()
		for i, err := range together(t, db, writers, func(i int) error {
			return exec(db, t.Context(), insert, fmt.Sprint(i), fmt.Sprint(i))
		}) {
			if err != nil {
				t.Errorf("writer %d: %v", i, err)
			}
		}
		if got := len(members(t, db)); got != writers {
			t.Errorf("%d rows, want %d", got, writers)
		}
		// One for all would be ideal; the scheduler may let a few come late.
		if commits := db.Commits() - before; commits > writers/2 {
			t.Errorf("%d commits for %d writers", commits, writers)
		}
	})
}

func TestGroupIsBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		const writers = 3 * sqldb.MaxGroup
		before := db.Commits()
		for i, err := range together(t, db, writers, func(i int) error {
			return exec(db, t.Context(), insert, fmt.Sprint(i), fmt.Sprint(i))
		}) {
			if err != nil {
				t.Errorf("writer %d: %v", i, err)
			}
		}
		if commits := db.Commits() - before; commits < 3 {
			t.Errorf("%d commits for %d writers and the one that held them up", commits, writers)
		}
	})
}

func TestOneFailingWriterRollsBackAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		const writers = 30
		errs := together(t, db, writers, func(i int) error {
			return db.Write(t.Context(), func(tx *sqldb.Tx) error {
				if _, err := tx.Exec(insert, fmt.Sprint(i), fmt.Sprint(i)); err != nil {
					return err
				}
				if i%3 != 0 {
					return nil
				}
				_, err := tx.Exec("INSERT INTO member (id, team, name) VALUES ($1, 'none', $1)", fmt.Sprint("x", i))
				return err
			})
		})
		for i, err := range errs {
			if failed := i%3 == 0; failed != sqldb.IsForeignKey(err) || !failed && err != nil {
				t.Errorf("writer %d: %v", i, err)
			}
		}
		if got := len(members(t, db)); got != writers/3*2 {
			t.Errorf("%d rows, want %d", got, writers/3*2)
		}
	})
}

func TestFunctionsRunAgainOnlyWhereOneFailed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		const writers = 30
		run := func(from string, fails func(int) bool) (most int64) {
			runs := make([]atomic.Int64, writers)
			waits := t.Context()
			gone, leave := context.WithCancel(waits)
			defer leave()
			errs := together(t, db, writers, func(i int) error {
				ctx := waits
				if i == writers/2 {
					ctx = gone // waits no longer when its turn comes, which is no failure of the group
				}
				return db.Write(ctx, func(tx *sqldb.Tx) error {
					runs[i].Add(1)
					leave()
					if _, err := tx.Exec(insert, from+fmt.Sprint(i), from+fmt.Sprint(i)); err != nil {
						return err
					}
					if fails(i) {
						return errors.New("cannot be done")
					}
					return nil
				})
			})
			for i, err := range errs {
				if (err != nil) != fails(i) && i != writers/2 {
					t.Errorf("writer %s%d: %v", from, i, err)
				}
				most = max(most, runs[i].Load())
			}
			return most
		}
		if most := run("a", func(int) bool { return false }); most != 1 {
			t.Errorf("a function ran %d times though none failed", most)
		}
		again := false
		for n := range 50 { // the scheduler may let the one that fails come first
			again = again || run(fmt.Sprint("b", n, "-"), func(i int) bool { return i == 7 }) == 2
		}
		if !again {
			t.Error("no function shared the group of the one that failed: nothing was tried")
		}
	})
}

// recovered calls fn and returns what it panicked with.
func recovered(fn func()) (value any) {
	defer func() { value = recover() }()
	fn()
	return nil
}

func TestPanicInOneWriterHarmsNoOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		const writers = 20
		values := make([]any, writers)
		errs := make([]error, writers)
		var all sync.WaitGroup
		for i := range writers {
			all.Go(func() {
				values[i] = recovered(func() {
					errs[i] = db.Write(t.Context(), func(tx *sqldb.Tx) error {
						if _, err := tx.Exec(insert, fmt.Sprint(i), fmt.Sprint(i)); err != nil {
							return err
						}
						if i%2 == 0 {
							panic(i)
						}
						return nil
					})
				})
			})
		}
		all.Wait()
		for i := range writers {
			if i%2 == 0 && values[i] != i || i%2 == 1 && (values[i] != nil || errs[i] != nil) {
				t.Errorf("writer %d: panic %v, error %v", i, values[i], errs[i])
			}
		}
		if got := len(members(t, db)); got != writers/2 {
			t.Errorf("%d rows, want %d", got, writers/2)
		}
	})
}

func TestEndOfAWritersGoroutineHarmsNoOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		var ends sync.WaitGroup
		ends.Go(func() {
			_ = db.Write(t.Context(), func(tx *sqldb.Tx) error {
				if _, err := tx.Exec(insert, "1", "Ann"); err != nil {
					t.Error(err)
				}
				runtime.Goexit() // as t.Fatal does
				return nil
			})
		})
		ends.Wait()
		if err := exec(db, t.Context(), insert, "2", "Bo"); err != nil {
			t.Error(err)
		}
		if got := members(t, db); len(got) != 1 || got[0] != "Bo" {
			t.Errorf("members = %v, want Bo", got)
		}
	})
}

func TestWaitingWriterWhoseContextEndsIsDropped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		err := db.Write(t.Context(), func(*sqldb.Tx) error {
			for range 10 {
				all.Go(func() {
					err := db.Write(ctx, func(*sqldb.Tx) error {
						t.Error("began after its context ended")
						return nil
					})
					if !errors.Is(err, context.Canceled) {
						t.Errorf("Write = %v", err)
					}
				})
			}
			cancel()
			all.Wait() // they return although this one still holds the database
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// acknowledged fails the test unless exactly the rows of the writers without an
// error are there, and the database takes another.
func acknowledged(t *testing.T, db *sqldb.DB, errs []error) (count int) {
	t.Helper()
	var want []string
	for i, err := range errs {
		if err == nil {
			want = append(want, fmt.Sprint(i))
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, members(t, db)); diff != "" {
		t.Errorf("acknowledged and there differ: %s", diff)
	}
	if err := exec(db, t.Context(), insert, "after", "after"); err != nil {
		t.Errorf("the write after it: %v", err)
	}
	return len(want)
}

// Some errors make SQLite end the transaction by itself, with what all of a group
// did in it; ROLLBACK stands for them here.
func TestLostTransactionIsAcknowledgedToNobody(t *testing.T) {
	db := migrated(t, storetest.Open(t, storetest.SQLite(t)))
	const writers = 12
	errs := together(t, db, writers, func(i int) error {
		return db.Write(t.Context(), func(tx *sqldb.Tx) error {
			if i%4 == 3 {
				_, err := tx.Exec("ROLLBACK")
				return errors.Join(err, errors.New("the disk is full"))
			}
			_, err := tx.Exec(insert, fmt.Sprint(i), fmt.Sprint(i))
			return err
		})
	})
	for i := 3; i < writers; i += 4 {
		if errs[i] == nil {
			t.Errorf("writer %d ended the transaction and was acknowledged", i)
			errs[i] = errors.New("left no row")
		}
	}
	acknowledged(t, db, errs)
}

func TestFailedCommitReachesTheWholeGroup(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		const late = "CREATE TABLE late (member TEXT NOT NULL REFERENCES member (id) DEFERRABLE INITIALLY DEFERRED)"
		if err := exec(db, t.Context(), late); err != nil {
			t.Fatal(err)
		}
		for range 50 { // the scheduler may let the one who makes it fail come alone
			if others := failedCommit(t, db); others {
				return
			}
		}
		t.Error("no other writer was ever in the group: nothing was tried")
	})
}

// failedCommit reports whether others were in the group whose commit failed.
func failedCommit(t *testing.T, db *sqldb.DB) bool {
	t.Helper()
	if err := exec(db, t.Context(), "DELETE FROM member"); err != nil {
		t.Fatal(err)
	}
	const writers = 12
	errs := together(t, db, writers, func(i int) error {
		return db.Write(t.Context(), func(tx *sqldb.Tx) error {
			if i == writers/2 { // only COMMIT can find it out
				_, err := tx.Exec("INSERT INTO late (member) VALUES ('none')")
				return err
			}
			_, err := tx.Exec(insert, fmt.Sprint(i), fmt.Sprint(i))
			return err
		})
	})
	if !sqldb.IsForeignKey(errs[writers/2]) {
		t.Errorf("the one who made it fail got %v", errs[writers/2])
	}
	return acknowledged(t, db, errs) < writers-1
}

func TestFullDatabaseAcknowledgesOnlyWhatItHolds(t *testing.T) {
	db := migrated(t, storetest.Open(t, storetest.SQLite(t)))
	room := number(t, db, "PRAGMA page_count") + 20
	limit := func(tx *sqldb.Tx, pages int64) error { // of the connection, which may be another one soon
		return tx.QueryRow(fmt.Sprint("PRAGMA max_page_count = ", pages)).Scan(&pages)
	}
	errs := together(t, db, 30, func(i int) error {
		return db.Write(t.Context(), func(tx *sqldb.Tx) error {
			if err := limit(tx, room); err != nil {
				return err
			}
			_, err := tx.Exec("INSERT INTO member (id, team, name, key) VALUES ($1, 'complaints', $1, zeroblob(10000))", fmt.Sprint(i))
			return err
		})
	})
	if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { return limit(tx, 1<<30) }); err != nil {
		t.Fatal(err)
	}
	if n := acknowledged(t, db, errs); n == 0 || n == len(errs) {
		t.Errorf("%d of %d fitted: the limit was not met on the way", n, len(errs))
	}
}

// A function that fails because of what another of its group did is told so only
// when that is visible to everyone.
func TestFailureOfAGroupIsToldAfterItsCommit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		ctx := t.Context()
		if err := exec(db, ctx, insert, "x", "Ann"); err != nil {
			t.Fatal(err)
		}
		errGone := errors.New("gone")
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				err := db.Write(ctx, func(tx *sqldb.Tx) error {
					n, err := tx.Exec("DELETE FROM member WHERE id = 'x'")
					if err == nil && n == 0 {
						return errGone
					}
					return err
				})
				if err != nil && !errors.Is(err, errGone) {
					t.Error(err)
				}
				if left := members(t, db); len(left) != 0 { //nolint:contextcheck // reads for the test
					t.Errorf("after %v the row is still there", err)
				}
			})
		}
		all.Wait()
	})
}
