package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/clock"
	"klankbord/internal/deadline"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/staff"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 123_000, time.UTC)

// each runs a test on a fresh store of either database.
func each(t *testing.T, test func(t *testing.T, s *store.Store, c *clock.Fixed)) {
	storetest.Each(t, func(t *testing.T, open func() *sqldb.DB) {
		c := clock.NewFixed(start)
		s, err := store.Open(t.Context(), open(), c)
		if err != nil {
			t.Fatal(err)
		}
		test(t, s, c)
	})
}

func write(t *testing.T, s *store.Store, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, s *store.Store, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := s.Read(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func aCase(n int) store.Case {
	return store.Case{
		ID: casefile.ID(fmt.Sprintf("case-%03d", n)), Number: casefile.Number(fmt.Sprintf("KB-%04d-00", n)), Route: casefile.Integrity,
		Team: casefile.ComplaintsTeam, State: casefile.StateReceived, Language: "nl", Channel: casefile.ChannelWeb,
		Received: start, NextDue: start.Add(time.Duration(n) * time.Hour),
		Head: store.Head{Count: 3, Hash: []byte{1}, Stamp: []byte{2}},
	}
}

func insertCase(tx *store.Tx, c store.Case, members ...staff.ID) error {
	if err := tx.InsertCase(c); err != nil {
		return err
	}
	if err := tx.PutSummary(store.Summary{Case: c.ID, Box: []byte("sealed"), Stamp: []byte{1}}); err != nil {
		return err
	}
	for i, m := range members {
		if err := tx.InsertGrant(store.Grant{
			Case: c.ID, Kind: seal.RecipientMember, Recipient: string(m), Seq: int64(i), Fingerprint: "f", Box: []byte("box"), Created: start, Stamp: []byte{3},
		}); err != nil {
			return err
		}
	}
	return tx.InsertLeaf(leafOf(c.ID))
}

func TestCaseComesBackAsItWent(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		want := aCase(1)
		write(t, s, func(tx *store.Tx) error { return insertCase(tx, want) })
		read(t, s, func(tx *store.Tx) error {
			got, err := tx.CaseByNumber(want.Number)
			if err != nil {
				return err
			}
			want.Changed = want.Received
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if _, err := tx.Case("nothing"); !errors.Is(err, store.ErrNone) {
				t.Errorf("a case that does not exist: %v", err)
			}
			return nil
		})
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			c := aCase(2)
			c.Number = want.Number
			return tx.InsertCase(c)
		})
		if !sqldb.IsUnique(err) {
			t.Errorf("the same number twice: %v", err)
		}
	})
}

func TestHeadAndRowMoveOnlyFromWhatWasRead(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		c := aCase(1)
		write(t, s, func(tx *store.Tx) error { return insertCase(tx, c) })
		next := store.Head{Count: 4, Hash: []byte{9}, Stamp: []byte{9}}
		write(t, s, logged(c.ID, func(tx *store.Tx) error { return tx.MoveHead(c.ID, c.Head, next) }))
		for name, fn := range map[string]func(*store.Tx) error{
			"the head again": func(tx *store.Tx) error { return tx.MoveHead(c.ID, c.Head, next) },
			"an older row":   func(tx *store.Tx) error { return tx.UpdateCase(c.ID, 7, c.Change()) },
		} {
			if err := s.Write(t.Context(), fn); !errors.Is(err, store.ErrStale) {
				t.Errorf("%s: %v, want ErrStale", name, err)
			}
		}
		change := c.Change()
		change.State, change.InCharge, change.Closed = casefile.StateClosed, "nele", start
		write(t, s, logged(c.ID, func(tx *store.Tx) error { return tx.UpdateCase(c.ID, 0, change) }))
		read(t, s, func(tx *store.Tx) error {
			got, err := tx.Case(c.ID)
			if got.Change() != change || got.Revision != 1 || got.Head.Count != 4 {
				t.Errorf("got %+v", got)
			}
			return err
		})
	})
}

func TestInboxListsOnlyWhatIsGranted(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		write(t, s, func(tx *store.Tx) error {
			for n := range 60 {
				c := aCase(60 - n)
				if n%3 == 0 {
					c.Closed = start
				}
				members := []staff.ID{"nele"}
				if n%2 == 0 {
					members = append(members, "thomas")
				}
				if err := insertCase(tx, c, members...); err != nil {
					return err
				}
			}
			return nil
		})
		read(t, s, func(tx *store.Tx) error {
			for name, c := range map[string]struct {
				f    store.InboxFilter
				want int
			}{
				"all of nele":        {store.InboxFilter{Member: "nele"}, 60},
				"all of thomas":      {store.InboxFilter{Member: "thomas"}, 30},
				"open of thomas":     {store.InboxFilter{Member: "thomas", Open: true}, 20},
				"closed of nele":     {store.InboxFilter{Member: "nele", Closed: true}, 20},
				"nobody":             {store.InboxFilter{Member: "sofie"}, 0},
				"another route":      {store.InboxFilter{Member: "nele", Route: casefile.General}, 0},
				"due in ten hours":   {store.InboxFilter{Member: "nele", DueTill: start.Add(10*time.Hour + time.Minute)}, 10},
				"closed and due":     {store.InboxFilter{Member: "nele", Closed: true, Watched: true, DueTill: start.Add(10*time.Hour + time.Minute)}, 3},
				"in a state":         {store.InboxFilter{Member: "nele", States: []casefile.State{casefile.StateReceived, casefile.StateTriage}}, 60},
				"no cases asked for": {store.InboxFilter{Member: "nele", Cases: []casefile.ID{}}, 0},
				"one, not granted":   {store.InboxFilter{Member: "sofie", Cases: []casefile.ID{"case-001"}}, 0},
				"unread":             {store.InboxFilter{Member: "nele", Unread: true}, 60},
			} {
				n, err := tx.CountInbox(c.f, 1000)
				if err != nil {
					return err
				}
				c.f.Limit = 100
				rows, err := tx.Inbox(c.f)
				if err != nil {
					return err
				}
				if n != c.want || len(rows) != c.want {
					t.Errorf("%s: counted %d, listed %d, want %d", name, n, len(rows), c.want)
				}
				for i := 1; i < len(rows); i++ {
					if rows[i].NextDue.Before(rows[i-1].NextDue) {
						t.Errorf("%s: row %d is due before the one above", name, i)
					}
				}
				for _, r := range rows {
					if len(r.Ring) == 0 && r.Grant.Recipient != string(c.f.Member) {
						t.Errorf("%s: row with a grant of %q", name, r.Grant.Recipient)
					}
				}
			}
			few, err := tx.CountInbox(store.InboxFilter{Member: "nele"}, 7)
			if few != 7 {
				t.Errorf("counted %d, want to stop at 7", few)
			}
			return err
		})
	})
}

func TestKeyringRowNeedsItsGrant(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		c := aCase(1)
		write(t, s, func(tx *store.Tx) error { return insertCase(tx, c, "nele") })
		ring := store.Ring{Case: c.ID, Box: []byte("ring")}
		for range 2 {
			write(t, s, func(tx *store.Tx) error { return tx.InsertRing("nele", ring) })
		}
		err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.InsertRing("thomas", ring) })
		if !errors.Is(err, store.ErrStale) {
			t.Errorf("a keyring row without a grant: %v", err)
		}
		read(t, s, func(tx *store.Tx) error {
			rings, err := tx.Rings("nele", c.ID)
			if len(rings) != 1 || !bytes.Equal(rings[0].Box, ring.Box) {
				t.Errorf("rings %v", rings)
			}
			return err
		})
	})
}

func TestJobIsDoneOnceByWhoeverHoldsIt(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock.Fixed) {
		write(t, s, func(tx *store.Tx) error {
			for n := range 40 {
				if err := tx.InsertJob(store.Job{ID: fmt.Sprintf("job-%02d", n), Kind: "mail", Ref: "x", RunAt: start}); err != nil {
					return err
				}
			}
			return tx.InsertJob(store.Job{ID: "later", Kind: "mail", Ref: "x", RunAt: start.Add(time.Hour)})
		})
		var mu sync.Mutex
		claimed := map[string]int{}
		var all sync.WaitGroup
		for h := range 4 {
			all.Go(func() {
				for range 3 {
					err := s.Write(t.Context(), func(tx *store.Tx) error {
						jobs, err := tx.ClaimJobs(fmt.Sprint("holder", h), 4, time.Minute, "")
						mu.Lock()
						defer mu.Unlock()
						for _, j := range jobs {
							claimed[j.ID]++
						}
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		read(t, s, func(tx *store.Tx) error {
			var leased int
			err := tx.QueryRow("SELECT count(*) FROM job WHERE attempts = 1").Scan(&leased)
			if leased != 40 {
				t.Errorf("%d jobs leased once, want 40", leased)
			}
			return err
		})
		if claimed["later"] != 0 {
			t.Error("a job was claimed before its time")
		}
		c.Add(2 * time.Minute) // every lease is over
		write(t, s, func(tx *store.Tx) error {
			for by, want := range map[time.Duration]int64{time.Minute: 40, time.Hour: 0} {
				if n, err := tx.CountLate(tx.Now().Add(-by)); err != nil || n != want {
					t.Errorf("%d jobs are late by %v, want %d: %v", n, by, want, err)
				}
			}
			return nil
		})
		write(t, s, func(tx *store.Tx) error {
			jobs, err := tx.ClaimJobs("another", 100, time.Minute, "")
			if len(jobs) != 40 || jobs[0].Attempts != 2 {
				t.Errorf("%d jobs after their lease, want 40", len(jobs))
			}
			return err
		})
		err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.FinishJob("job-00", "holder0") })
		if !errors.Is(err, store.ErrStale) {
			t.Errorf("a job is finished by who lost it: %v", err)
		}
	})
}

func TestLeaseHasOneHolderAndAGrowingFence(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock.Fixed) {
		take := func(holder string) (fence int64, err error) {
			err = s.Write(t.Context(), func(tx *store.Tx) (err error) {
				fence, err = tx.TakeLease("log", holder, time.Minute)
				return err
			})
			return fence, err
		}
		first, err := take("a")
		if err != nil {
			t.Fatal(err)
		}
		if again, err := take("a"); err != nil || again != first {
			t.Errorf("its own holder: fence %d, %v, want %d", again, err, first)
		}
		if _, err := take("b"); !errors.Is(err, store.ErrStale) {
			t.Errorf("a second holder: %v", err)
		}
		leased := func(to string, want bool) {
			t.Helper()
			write(t, s, func(tx *store.Tx) error {
				got, err := tx.Leased("log", to)
				if got != want {
					t.Errorf("somebody other than %s has it: %v, want %v", to, got, want)
				}
				return err
			})
		}
		leased("a", false)
		leased("b", true)
		c.Add(2 * time.Minute)
		leased("b", false)
		second, err := take("b")
		if err != nil || second <= first {
			t.Errorf("after its end: fence %d, %v", second, err)
		}
		err = s.Write(t.Context(), func(tx *store.Tx) error { return tx.HoldLease("log", "a", first) })
		if !errors.Is(err, store.ErrStale) {
			t.Errorf("the old holder still holds it: %v", err)
		}
	})
}

func TestLeafIsPlacedOnce(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		write(t, s, func(tx *store.Tx) error {
			for _, id := range []string{"b", "a"} {
				l := leafOf("")
				l.ID = id
				if err := tx.InsertLeaf(l); err != nil {
					return err
				}
			}
			return nil
		})
		write(t, s, func(tx *store.Tx) error { return tx.PlaceLeaf(store.Leaf{ID: "a"}, 0) })
		for name, fn := range map[string]func(*store.Tx) error{
			"again": func(tx *store.Tx) error { return tx.PlaceLeaf(store.Leaf{ID: "a"}, 1) },
		} {
			if err := s.Write(t.Context(), fn); !errors.Is(err, store.ErrStale) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.PlaceLeaf(store.Leaf{ID: "b"}, 0) }); !sqldb.IsUnique(err) {
			t.Errorf("two leaves at one position: %v", err)
		}
		read(t, s, func(tx *store.Tx) error {
			waiting, err := tx.WaitingLeaves(10)
			if err != nil {
				return err
			}
			placed, err := tx.Leaves(0, 10)
			if len(waiting) != 1 || waiting[0].ID != "b" || len(placed) != 1 || placed[0].ID != "a" {
				t.Errorf("waiting %v, placed %v", waiting, placed)
			}
			return err
		})
	})
}

func TestDraftBelongsToOneBrowserAndOneTime(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock.Fixed) {
		d := store.Draft{ID: "d", Session: "browser", KeyBox: []byte("k"), Box: []byte("b"), Revision: 1, Created: start, Expires: start.Add(time.Hour)}
		write(t, s, func(tx *store.Tx) error {
			if err := tx.InsertDraft(d); err != nil {
				return err
			}
			if err := tx.InsertDraftFile(store.DraftFile{ID: "f", Draft: "d", Box: []byte("m"), Size: 7, Created: start}); err != nil {
				return err
			}
			return tx.InsertBlobRef(store.BlobRef{Name: "blob", OwnerKind: "draft", Owner: "d", Object: "f"})
		})
		if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.UpdateDraft("d", 5, nil, start) }); !errors.Is(err, store.ErrStale) {
			t.Errorf("an older tab overwrites: %v", err)
		}
		write(t, s, func(tx *store.Tx) error { return tx.SetDraftResume("d", "code", []byte("r"), start.Add(2*time.Hour)) })
		write(t, s, func(tx *store.Tx) error { return tx.MoveDraft("d", "elsewhere", []byte("k2")) })
		read(t, s, func(tx *store.Tx) error {
			if _, err := tx.DraftBySession("browser"); !errors.Is(err, store.ErrNone) {
				t.Errorf("the first browser still has it: %v", err)
			}
			got, err := tx.DraftByResume("code")
			if got.Session != "elsewhere" || string(got.KeyBox) != "k2" {
				t.Errorf("got %+v", got)
			}
			return err
		})
		c.Add(3 * time.Hour)
		write(t, s, func(tx *store.Tx) error {
			if _, err := tx.DraftByResume("code"); !errors.Is(err, store.ErrNone) {
				t.Errorf("after its time: %v", err)
			}
			n, err := tx.DeleteExpiredDrafts()
			if n != 1 {
				t.Errorf("%d drafts swept", n)
			}
			alive, _ := tx.BlobAlive("blob")
			if alive {
				t.Error("the blob of a swept draft is still held")
			}
			return err
		})
	})
}

func TestClocksComeBack(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		c := aCase(1)
		met := start.Add(time.Hour)
		want := deadline.Clock{ID: "D3", Kind: deadline.KindFeedback, Start: start, Target: start.Add(time.Minute), Due: start.Add(2 * time.Hour), Hard: true}
		write(t, s, func(tx *store.Tx) error {
			if err := insertCase(tx, c); err != nil {
				return err
			}
			if err := tx.PutClock(c.ID, want); err != nil {
				return err
			}
			want.Met = &met
			return tx.PutClock(c.ID, want)
		})
		read(t, s, func(tx *store.Tx) error {
			got, err := tx.Clocks(c.ID)
			if len(got) != 1 || got[0].Met == nil || !got[0].Met.Equal(met) || !got[0].Due.Equal(want.Due) || got[0].Kind != want.Kind || !got[0].Hard {
				t.Errorf("got %+v", got)
			}
			return err
		})
	})
}

func TestMailWaitsUntilItIsSettled(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		write(t, s, func(tx *store.Tx) error {
			return tx.QueueMail(store.Mail{ID: "m", Kind: "news", Box: []byte("x")}, start)
		})
		claimed := func() (n int) {
			write(t, s, func(tx *store.Tx) error {
				jobs, err := tx.ClaimJobs("one", 10, time.Minute, "")
				n = len(jobs)
				return err
			})
			return n
		}
		if claimed() != 1 {
			t.Error("nobody is to send it")
		}
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.BuryMail("m", "refused-550"), tx.FinishJob("m", "one"))
		})
		write(t, s, func(tx *store.Tx) error { return tx.RetryMail("m") })
		if claimed() != 1 {
			t.Error("a mail that is sent again is sent by nobody")
		}
		if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.RetryMail("m") }); !errors.Is(err, store.ErrStale) {
			t.Errorf("a waiting mail is retried: %v", err)
		}
		write(t, s, func(tx *store.Tx) error { return tx.MailSent("m") })
		read(t, s, func(tx *store.Tx) error {
			m, err := tx.Mail("m")
			if m.State != "sent" || len(m.Box) != 0 || m.Error != "" {
				t.Errorf("got %+v; a sent mail keeps nothing of what it said", m)
			}
			return err
		})
	})
}
