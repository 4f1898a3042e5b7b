package store_test

import (
	"cmp"
	"errors"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"klankbord/internal/casefile"
	"klankbord/internal/clock"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// A table that is read as it lies on the disk tells the same as one that is read along
// an index, to whoever has a key to all, some or none of it.
func TestReadingATableInOneGoTellsTheSame(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		write(t, s, func(tx *store.Tx) error {
			for n := range 9 {
				c := aCase(n)
				if n == 8 {
					c.Channel = casefile.ChannelPractice
				}
				readers := []staff.ID{"nele", "thomas"}[:1+n%2]
				if err := insertCase(tx, c, readers...); err != nil {
					return err
				}
				if err := tx.InsertRing("nele", store.Ring{Case: c.ID, Box: []byte("ring of " + c.ID)}); err != nil {
					return err
				}
			}
			return nil
		})
		for _, who := range []staff.ID{"nele", "thomas", "nobody"} {
			rings := map[int][]store.Ring{}
			for _, few := range []int{1000, 0} {
				s.ReadSingly(few)
				read(t, s, func(tx *store.Tx) error {
					_, most, err := tx.KeysOf(who)
					if want := few == 0 && who != "nobody"; err == nil && most != want {
						t.Errorf("%s has most: %t, want %t, where %d rows are few", who, most, want, few)
					}
					return errors.Join(err, tx.EachRing(who, func(r store.Ring) error {
						rings[few] = append(rings[few], r)
						return nil
					}))
				})
				slices.SortFunc(rings[few], func(a, b store.Ring) int { return cmp.Compare(a.Case, b.Case) })
			}
			if want := map[staff.ID]int{"nele": 9}[who]; len(rings[0]) != want {
				t.Errorf("%s has %d rows, want %d", who, len(rings[0]), want)
			}
			if diff := gocmp.Diff(rings[1000], rings[0]); diff != "" {
				t.Errorf("%s (-one by one +in one go):\n%s", who, diff)
			}
			read(t, s, func(tx *store.Tx) error {
				marks, err := tx.SearchMarks(who)
				if want := map[staff.ID]int{"nele": 8, "thomas": 4}[who]; len(marks) != want {
					t.Errorf("%s has %d marks, want %d", who, len(marks), want)
				}
				all, err2 := tx.EpochMarks()
				for _, m := range marks {
					if !slices.Contains(all, store.EpochMark{SearchMark: m}) {
						t.Errorf("%v is not among all", m)
					}
				}
				if len(all) != 8 {
					t.Errorf("%d cases in all, want 8: the one for practice is left out", len(all))
				}
				return errors.Join(err, err2)
			})
		}
		seen := 0
		read(t, s, func(tx *store.Tx) error {
			n, err := tx.SummariesUpTo(100)
			if err != nil {
				return err
			}
			err = tx.EachSummary(func(k store.Summary) error { seen++; return nil })
			if seen != n || n != 9 {
				t.Errorf("%d summaries, %d seen", n, seen)
			}
			return err
		})
	})
}
