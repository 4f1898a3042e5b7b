package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/clock"
	"klankbord/internal/deadline"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/staff"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

// leafOf is a line of the log about a case that tells of a change.
func leafOf(id casefile.ID) store.Leaf { return kindOf(id, audit.EntryAdded) }

func kindOf(id casefile.ID, kind audit.Kind) store.Leaf {
	r := audit.Record{ID: ident.New(), At: start, Kind: kind, Case: string(id)}
	return store.Leaf{ID: r.ID, Case: id, At: start, Kind: string(kind), Record: r.Encode(), Salt: make([]byte, 32)}
}

// logged is fn with a line in the log.
func logged(id casefile.ID, fn func(*store.Tx) error) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return tx.InsertLeaf(leafOf(id))
	}
}

func records(t *testing.T, s *store.Store, id casefile.ID) (list []audit.Record) {
	t.Helper()
	read(t, s, func(tx *store.Tx) error {
		leaves, err := tx.LeavesOf(id)
		for _, l := range leaves {
			r, err := audit.DecodeRecord(l.Record)
			if err != nil {
				return err
			}
			if sum := audit.Leaf([32]byte(l.Salt), l.Record); string(sum[:]) != string(l.Hash) {
				t.Errorf("leaf %s has not the hash of its record", l.ID)
			}
			list = append(list, r)
		}
		return err
	})
	return list
}

func TestChangeWithoutALineInTheLogDoesNotHappen(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		c := aCase(1)
		write(t, s, func(tx *store.Tx) error { return insertCase(tx, c) })
		for name, fn := range map[string]func(*store.Tx) error{
			"a new case": func(tx *store.Tx) error { return tx.InsertCase(aCase(2)) },
			"the row":    func(tx *store.Tx) error { return tx.UpdateCase(c.ID, 0, c.Change()) },
			"a clock":    func(tx *store.Tx) error { return tx.PutClock(c.ID, deadline.Clock{ID: "D1"}) },
			"a code": func(tx *store.Tx) error {
				return tx.InsertCode(store.Code{Lookup: "x", Case: c.ID, Public: []byte("p"), Created: start, Stamp: []byte{6}})
			},
			"an address": func(tx *store.Tx) error {
				return tx.PutNotice(store.Notice{Case: c.ID, Box: []byte("x"), Mark: []byte("m"), Stamp: []byte("s")})
			},
			"another's line": func(tx *store.Tx) error {
				return logged("", func(tx *store.Tx) error { return tx.DeleteNotice(c.ID) })(tx)
			},
		} {
			if err := s.Write(t.Context(), fn); err == nil {
				t.Errorf("%s changed without a line in the log", name)
			}
		}
		if n := len(records(t, s, c.ID)); n != 1 {
			t.Errorf("%d lines about the case, want 1", n)
		}
	})
}

func TestLineSaysHowTheCaseStands(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		c := aCase(1)
		write(t, s, func(tx *store.Tx) error { return insertCase(tx, c) })
		write(t, s, func(tx *store.Tx) error { return tx.InsertLeaf(kindOf(c.ID, audit.CaseRead)) })
		write(t, s, logged(c.ID, logged(c.ID, func(tx *store.Tx) error { // two lines about one change
			return tx.PutClock(c.ID, deadline.Clock{ID: "D1", Start: start, Due: start.Add(time.Hour)})
		})))
		seen := map[uint64][32]byte{}
		for _, r := range records(t, s, c.ID) {
			if state, ok := seen[r.Turn]; ok && state != r.State {
				t.Errorf("turn %d has two states", r.Turn)
			}
			seen[r.Turn] = r.State
		}
		if len(seen) != 3 || seen[0] != [32]byte{} || seen[1] == seen[2] {
			t.Errorf("turns %v, want reading at 0, and two changes that differ", seen)
		}
		read(t, s, func(tx *store.Tx) error {
			turn, state, err := tx.CaseState(c.ID)
			if turn != 2 || state != seen[2] {
				t.Errorf("turn %d, state %x; the newest line says %x", turn, state, seen[2])
			}
			return err
		})
	})
}

// The same rows have the same state on either database, so that a log can be checked
// against a copy that was moved from one to the other.
func TestStateIsTheSameOnEitherDatabase(t *testing.T) {
	states := map[string]bool{}
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		s, err := store.Open(t.Context(), open(), clock.NewFixed(start))
		if err != nil {
			t.Fatal(err)
		}
		c := aCase(1)
		write(t, s, logged("", func(tx *store.Tx) error {
			if err := tx.InsertInstance(store.InstanceRow{ID: "i", Profile: "p", Created: start}); err != nil {
				return err
			}
			if err := tx.InsertMember(store.Member{ID: "m", Email: "m@desk.example", Name: "M", Language: "nl", Active: true, Created: start}); err != nil {
				return err
			}
			return tx.InsertDirectoryEvent(staff.Event{Seq: 0, Body: []byte("b"), Signatures: []byte("s"), Hash: []byte("h"), Place: []byte("p")})
		}))
		write(t, s, func(tx *store.Tx) error {
			if err := insertCase(tx, c, "nele", "thomas"); err != nil {
				return err
			}
			met, public := start, map[seal.Compartment]seal.PublicKey{
				seal.Identity: seal.PublicKey("i"), seal.Dialogue: seal.PublicKey("d"), seal.Investigation: seal.PublicKey("n"),
			}
			if err := tx.PutClock(c.ID, deadline.Clock{ID: "D1", Kind: deadline.KindFeedback, Start: start, Due: start, Hard: true, Met: &met}); err != nil {
				return err
			}
			if err := tx.InsertCode(store.Code{Lookup: "x", Case: c.ID, Public: []byte("p"), Created: start, Stamp: []byte{6}}); err != nil {
				return err
			}
			if err := tx.InsertCaseKey(store.CaseKey{Case: c.ID, Seq: 9, Public: public, Created: start, Stamp: []byte{5}}); err != nil {
				return err
			}
			return tx.PutNotice(store.Notice{Case: c.ID, Box: []byte("notice"), Mark: []byte("mark"), Stamp: []byte("stamp")})
		})
		read(t, s, func(tx *store.Tx) error {
			_, desk, err := tx.DeskState()
			if err != nil {
				return err
			}
			turn, state, err := tx.CaseState(c.ID)
			states[fmt.Sprintf("%d %x %x", turn, state, desk)] = true
			return err
		})
	})
	if len(states) != 1 {
		t.Errorf("the states differ: %v", states)
	}
}

// Those who change one case at the same time each tell of a turn of their own, and
// the newest says how the case stands in the end.
func TestTurnsOfOneCaseNeverShareANumber(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		c := aCase(1)
		write(t, s, func(tx *store.Tx) error { return insertCase(tx, c) })
		const writers = 8
		done := make(chan error)
		for n := range writers {
			go func() {
				done <- s.Write(t.Context(), logged(c.ID, func(tx *store.Tx) error {
					return tx.PutClock(c.ID, deadline.Clock{ID: fmt.Sprintf("D%d", n), Start: start})
				}))
			}()
		}
		for range writers {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		last := audit.Record{}
		turns := map[uint64]bool{}
		for _, r := range records(t, s, c.ID) {
			turns[r.Turn] = true
			if r.Turn > last.Turn {
				last = r
			}
		}
		if len(turns) != writers+1 || last.Turn != writers+1 {
			t.Errorf("%d turns, the last %d", len(turns), last.Turn)
		}
		read(t, s, func(tx *store.Tx) error {
			_, state, err := tx.CaseState(c.ID)
			if state != last.State {
				t.Error("the newest turn does not say how the case stands")
			}
			return err
		})
	})
}

// TestStateDoesNotDependOnTheOrderOfRows: neither the order in which rows were written, nor
// the database they lie in, changes how a case stands.
func TestStateDoesNotDependOnTheOrderOfRows(t *testing.T) {
	var first [32]byte
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		c := aCase(1)
		write(t, s, logged(c.ID, func(tx *store.Tx) error { return insertCase(tx, c) }))
		grants := []struct {
			epoch    int
			kind, id string
		}{{1, "member", "b"}, {2, "code", "z"}, {1, "recovery", "a"}, {2, "member", "a"}, {1, "member", "a"}, {2, "member", "b"}}
		for range 2 {
			write(t, s, func(tx *store.Tx) error {
				if _, err := tx.Exec("DELETE FROM case_grant"); err != nil {
					return err
				}
				for n, g := range grants {
					_, err := tx.Exec(`INSERT INTO case_grant (case_id, epoch, recipient_kind, recipient_id, seq, fingerprint, box, created, stamp)
VALUES ($1, $2, $3, $4, 7, 'f', $5, 8, $5)`, c.ID, g.epoch, g.kind, g.id, []byte{1})
					if err != nil {
						return fmt.Errorf("grant %d: %w", n, err)
					}
				}
				_, state, err := tx.CaseState(c.ID)
				if first == [32]byte{} {
					first = state
				}
				if state != first {
					t.Errorf("grants in the order %v: the state is %x, and was %x", grants, state, first)
				}
				return err
			})
			slices.Reverse(grants)
		}
	})
}
