package sqldb_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"klankbord/internal/sqldb"
	"klankbord/internal/storetest"
)

func TestConcurrentWritersAllSucceed(t *testing.T) {
	const writers, each = 32, 8
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				for i := range each {
					if err := exec(db, t.Context(), insert, fmt.Sprint(w, ".", i), fmt.Sprint("member ", w, ".", i)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if got := len(members(t, db)); got != writers*each {
			t.Errorf("%d rows, want %d", got, writers*each)
		}
	})
}

func TestConcurrentIncrementsAreNotLost(t *testing.T) {
	const writers = 24 // all on one row: the hardest case for PostgreSQL
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		if err := exec(db, t.Context(), insert, "1", "Ann"); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range writers {
			all.Go(func() {
				err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
					var seen int
					if err := tx.QueryRow("SELECT seen FROM member WHERE id = '1'").Scan(&seen); err != nil {
						return err
					}
					_, err := tx.Exec("UPDATE member SET seen = $1 WHERE id = '1'", seen+1)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if seen := number(t, db, "SELECT seen FROM member"); seen != writers {
			t.Errorf("%d increments are left of %d", seen, writers)
		}
	})
}

// A rule over several rows, kept by reading them first, holds although the writers
// touch different rows.
func TestTwoWritersCannotBreakARuleTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		db := migrated(t, open())
		for _, id := range []string{"1", "2"} {
			if err := exec(db, t.Context(), "INSERT INTO member (id, team, name, lead) VALUES ($1, 'complaints', $1, 1)", id); err != nil {
				t.Fatal(err)
			}
		}
		errLast := errors.New("the last lead stays")
		stepDown := func(id string) error {
			return db.Write(t.Context(), func(tx *sqldb.Tx) error {
				var leads int
				if err := tx.QueryRow("SELECT count(*) FROM member WHERE lead = 1").Scan(&leads); err != nil {
					return err
				}
				if leads < 2 {
					return errLast
				}
				_, err := tx.Exec("UPDATE member SET lead = 0 WHERE id = $1", id)
				return err
			})
		}
		var all sync.WaitGroup
		for _, id := range []string{"1", "2"} {
			all.Go(func() {
				if err := stepDown(id); err != nil && !errors.Is(err, errLast) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if leads := number(t, db, "SELECT count(*) FROM member WHERE lead = 1"); leads != 1 {
			t.Errorf("%d leads are left, want 1", leads)
		}
	})
}

func TestSecondInstanceWaitsItsTurn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		instances := []*sqldb.DB{migrated(t, open()), open()}
		var all sync.WaitGroup
		for i := range 40 {
			all.Go(func() {
				if err := exec(instances[i%2], t.Context(), insert, fmt.Sprint(i), fmt.Sprint(i)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := len(members(t, instances[1])); got != 40 {
			t.Errorf("%d rows, want 40", got)
		}
	})
}

// However many processes write, and however much each reads first, all get through: one
// that has to run again is alone among all of them.
func TestWritersOfSeveralProcessesAllGetThrough(t *testing.T) {
	const processes, writers, each = 3, 8, 6
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		first := migrated(t, open())
		instances := []*sqldb.DB{first, migrated(t, open()), migrated(t, open())}
		var all sync.WaitGroup
		for w := range processes * writers {
			all.Go(func() {
				for i := range each {
					err := instances[w%processes].Write(t.Context(), func(tx *sqldb.Tx) error {
						var n int
						if err := tx.QueryRow("SELECT count(*) FROM member").Scan(&n); err != nil {
							return err
						}
						_, err := tx.Exec(insert, fmt.Sprint(w, ".", i), fmt.Sprint(n, "th, ", w, ".", i))
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if got := len(members(t, first)); got != processes*writers*each {
			t.Errorf("%d rows, want %d", got, processes*writers*each)
		}
	})
}
