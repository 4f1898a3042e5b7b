package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"klankbord/internal/clock"
	"klankbord/internal/deadline"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// What a member has to keep is what runs in the cases to which they have a key, the
// key that they have now: not what is met, rests, or belongs to a case that is closed.
func TestTasksAreTheClocksThatRunWhereAMemberHasAKey(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, clk *clock.Fixed) {
		due := func(hours int) time.Time { return start.Add(time.Duration(hours) * time.Hour) }
		met := start
		k := func(id string, hours int) deadline.Clock {
			return deadline.Clock{ID: id, Kind: deadline.KindTriage, Start: start, Due: due(hours)}
		}
		done, rests, asked := k("D2", 1), k("D6", 2), k("D19-1", 3)
		done.Met, rests.Paused, asked.Kind = &met, start, deadline.KindCheckIn
		late := asked
		late.Due = start.Add(-time.Hour)
		mine, theirs, other, closed := aCase(1), aCase(2), aCase(3), aCase(4)
		mine.InCharge, theirs.InCharge, closed.Closed = "ann", "bea", start
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(
				insertCase(tx, mine, "ann", "bea"), insertCase(tx, theirs, "ann", "bea"), insertCase(tx, other, "bea"), insertCase(tx, closed, "ann"),
				tx.PutClock(mine.ID, k("D5", 40)), tx.PutClock(mine.ID, k("D3", 90)), tx.PutClock(mine.ID, done), tx.PutClock(mine.ID, rests),
				tx.PutClock(theirs.ID, k("D5", 20)), tx.PutClock(other.ID, k("D5", 10)), tx.PutClock(closed.ID, k("D5", 5)),
				tx.PutClock(closed.ID, asked),
			)
		})
		find := func(f store.TaskFilter) (list []string) {
			t.Helper()
			f.Limit = max(f.Limit, 1)
			read(t, s, func(tx *store.Tx) error {
				tasks, err := tx.Tasks(f)
				for _, task := range tasks {
					list = append(list, string(task.Number)+" "+task.ID)
				}
				return err
			})
			return list
		}
		for name, tc := range map[string]struct {
			filter store.TaskFilter
			want   []string
		}{
			"of everybody":         {store.TaskFilter{Member: "ann", Key: "f", Limit: 9}, []string{"KB-0002-00 D5", "KB-0001-00 D5", "KB-0001-00 D3"}},
			"the second page":      {store.TaskFilter{Member: "ann", Key: "f", Limit: 2, Offset: 2}, []string{"KB-0001-00 D3"}},
			"their own":            {store.TaskFilter{Member: "ann", Key: "f", Limit: 9, Charge: []staff.ID{"ann"}}, []string{"KB-0001-00 D5", "KB-0001-00 D3"}},
			"of two":               {store.TaskFilter{Member: "bea", Key: "f", Limit: 9, Charge: []staff.ID{"ann", "bea"}}, []string{"KB-0002-00 D5", "KB-0001-00 D5", "KB-0001-00 D3"}},
			"with an older key":    {store.TaskFilter{Member: "ann", Key: "g", Limit: 9}, nil},
			"of somebody outside":  {store.TaskFilter{Member: "cas", Key: "f", Limit: 9}, nil},
			"of nobody in charge":  {store.TaskFilter{Member: "ann", Key: "f", Limit: 9, Charge: []staff.ID{"cas"}}, nil},
			"one, the most urgent": {store.TaskFilter{Member: "ann", Key: "f", Limit: 1}, []string{"KB-0002-00 D5"}},
		} {
			if got := find(tc.filter); !slices.Equal(got, tc.want) {
				t.Errorf("%s: %v, want %v", name, got, tc.want)
			}
		}
		write(t, s, logged(closed.ID, func(tx *store.Tx) error { return tx.PutClock(closed.ID, late) }))
		clk.Add(time.Minute)
		if got := find(store.TaskFilter{Member: "ann", Key: "f", Limit: 1}); !slices.Equal(got, []string{"KB-0004-00 D19-1"}) {
			t.Errorf("a check-in without its answer: %v", got)
		}
	})
}

func TestAMemberHasOneCalendarAddress(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		write(t, s, logged("", func(tx *store.Tx) error { return insertMember(tx, "ann") }))
		put := func(lookup string) {
			t.Helper()
			write(t, s, logged("", func(tx *store.Tx) error {
				return tx.PutCalendarAddress(store.CalendarAddress{Member: "ann", Lookup: lookup})
			}))
		}
		by := func(lookup string) (a store.CalendarAddress, err error) {
			readErr := s.Read(t.Context(), func(tx *store.Tx) error { a, err = tx.CalendarAddressBy(lookup); return nil })
			return a, errors.Join(readErr, err)
		}
		put("one")
		put("two")
		if _, err := by("one"); !errors.Is(err, store.ErrNone) {
			t.Errorf("the first address still finds: %v", err)
		}
		if a, err := by("two"); err != nil || a.Member != "ann" || !a.Created.Equal(start) {
			t.Errorf("the second: %+v, %v", a, err)
		}
		write(t, s, logged("", func(tx *store.Tx) error { return tx.DeleteCalendarAddress("ann") }))
		if _, err := by("two"); !errors.Is(err, store.ErrNone) {
			t.Errorf("after its end: %v", err)
		}
	})
}
