package store_test

import (
	"cmp"
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
			marks, rings := map[int][]store.SearchMark{}, map[int]map[casefile.ID]store.Ring{}
			for _, few := range []int{1000, 0} {
				s.ReadSingly(few)
				read(t, s, func(tx *store.Tx) (err error) {
					if marks[few], err = tx.SearchMarks(who); err != nil {
						return err
					}
					rings[few], err = tx.Keyring(who)
					return err
				})
				slices.SortFunc(marks[few], func(a, b store.SearchMark) int { return cmp.Compare(a.Case, b.Case) })
			}
			if want := map[staff.ID]int{"nele": 8, "thomas": 4}[who]; len(marks[0]) != want {
				t.Errorf("%s has %d marks, want %d", who, len(marks[0]), want)
			}
			if diff := gocmp.Diff([]any{marks[1000], rings[1000]}, []any{marks[0], rings[0]}); diff != "" && len(marks[0])+len(rings[0]) > 0 {
				t.Errorf("%s (-one by one +in one go):\n%s", who, diff)
			}
		}
		seen := 0
		read(t, s, func(tx *store.Tx) error {
			n, err := tx.Summaries()
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
