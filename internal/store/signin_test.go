package store_test

import (
	"errors"
	"testing"
	"time"

	"klankbord/internal/clock"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

func insertMember(tx *store.Tx, id string) error {
	return tx.InsertMember(store.Member{ID: staff.ID(id), Email: id + "@desk.example", Name: id, Language: "nl", Active: true, Created: start})
}

func TestEnvelopesAreOneOfAKindAndManyOfPasskeys(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock.Fixed) {
		put := func(member, kind, credential, box string) error {
			return s.Write(t.Context(), logged("", func(tx *store.Tx) error {
				return tx.PutEnvelope(staff.ID(member), seal.Envelope{Kind: kind, Credential: credential, Params: "p", Salt: []byte("s"), Box: []byte(box)})
			}))
		}
		write(t, s, logged("", func(tx *store.Tx) error { return errors.Join(insertMember(tx, "anke"), insertMember(tx, "bert")) }))
		for _, e := range [][4]string{{"anke", "password", "", "1"}, {"anke", "passkey", "a", "2"}, {"anke", "passkey", "b", "3"}, {"bert", "password", "", "4"}} {
			if err := put(e[0], e[1], e[2], e[3]); err != nil {
				t.Fatalf("%v: %v", e, err)
			}
		}
		c.Add(time.Hour)
		if err := put("anke", "password", "", "new"); err != nil {
			t.Fatal(err)
		}
		if err := put("bert", "passkey", "a", "5"); !sqldb.IsUnique(err) {
			t.Errorf("a passkey of two members: %v", err)
		}
		for name, err := range map[string]error{
			"a passkey without a name": put("bert", "passkey", "", "x"), "a password with one": put("bert", "password", "a", "x"), "another kind": put("bert", "hint", "", "x"),
		} {
			if err == nil {
				t.Errorf("%s is taken", name)
			}
		}
		read(t, s, func(tx *store.Tx) error {
			list, err := tx.Envelopes("anke")
			if err != nil || len(list) != 3 || string(list[2].Box) != "new" || !list[2].Changed.Equal(start.Add(time.Hour).Truncate(time.Microsecond)) {
				t.Errorf("%d envelopes, %v", len(list), err)
			}
			e, err := tx.PasskeyEnvelope("b")
			if err != nil || e.Member != "anke" || string(e.Box) != "3" {
				t.Errorf("by passkey: %v, %v", e.Member, err)
			}
			if _, err := tx.Envelope("anke", seal.EnvelopePasskey); !errors.Is(err, store.ErrNone) {
				t.Errorf("a passkey without its name: %v", err)
			}
			return nil
		})
		write(t, s, logged("", func(tx *store.Tx) error { return tx.DeletePasskeyEnvelope("bert", "a") })) // not his
		read(t, s, func(tx *store.Tx) error { _, err := tx.PasskeyEnvelope("a"); return err })
	})
}

func TestFactorsFollowOneAnother(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		write(t, s, logged("", func(tx *store.Tx) error { return insertMember(tx, "anke") }))
		put := func(revision int64, app bool) error {
			return s.Write(t.Context(), logged("", func(tx *store.Tx) error {
				return tx.PutFactors(store.Factors{Member: "anke", Revision: revision, App: app, Box: []byte{byte(revision)}})
			}))
		}
		if err := errors.Join(put(1, true), put(2, false)); err != nil {
			t.Fatal(err)
		}
		for _, stale := range []int64{2, 4} {
			if err := put(stale, true); !errors.Is(err, store.ErrStale) {
				t.Errorf("revision %d after 2: %v", stale, err)
			}
		}
		read(t, s, func(tx *store.Tx) error {
			f, err := tx.Factors("anke")
			if err != nil || f.Revision != 2 || f.App || string(f.Box) != "\x02" {
				t.Errorf("factors = %+v, %v", f, err)
			}
			if _, err := tx.Factors("bert"); !errors.Is(err, store.ErrNone) {
				t.Errorf("of nobody: %v", err)
			}
			return nil
		})
	})
}

func TestPasskeysAndAccountsBelongToOneMember(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock.Fixed) {
		write(t, s, logged("", func(tx *store.Tx) error {
			return errors.Join(insertMember(tx, "anke"), insertMember(tx, "bert"),
				tx.InsertPasskey(store.Passkey{Credential: "a", Member: "anke", Box: []byte("name"), Signed: 4_000_000_000}), tx.PutAccount("x", "anke"))
		}))
		c.Add(time.Minute)
		write(t, s, logged("", func(tx *store.Tx) error {
			return errors.Join(tx.UsePasskey("a", 4_000_000_001), tx.SuspectPasskey("a"))
		}))
		read(t, s, func(tx *store.Tx) error {
			p, err := tx.Passkey("a")
			if err != nil || p.Signed != 4_000_000_001 || !p.Suspect || !p.Used.Equal(tx.Now()) || p.Created.Equal(p.Used) {
				t.Errorf("passkey = %+v, %v", p, err)
			}
			if list, err := tx.PasskeysOf("bert"); err != nil || len(list) != 0 {
				t.Errorf("another member has %d, %v", len(list), err)
			}
			m, err := tx.MemberByAccount("x")
			if err != nil || m.ID != "anke" {
				t.Errorf("account of %q, %v", m.ID, err)
			}
			return nil
		})
		fails := func(want error, fn func(tx *store.Tx) error) {
			t.Helper()
			if err := s.Write(t.Context(), fn); !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		}
		fails(store.ErrNone, func(tx *store.Tx) error { return tx.DeletePasskey("bert", "a") })
		if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.PutAccount("x", "bert") }); !sqldb.IsUnique(err) {
			t.Errorf("an account of two members: %v", err)
		}
		write(t, s, logged("", func(tx *store.Tx) error {
			return errors.Join(tx.PutAccount("y", "anke"), tx.DeletePasskey("anke", "a"))
		}))
		fails(store.ErrNone, func(tx *store.Tx) error { _, err := tx.MemberByAccount("x"); return err })
		read(t, s, func(tx *store.Tx) error {
			if has, err := tx.HasAccount("anke"); err != nil || !has {
				t.Errorf("has an account: %v, %v", has, err)
			}
			if has, err := tx.HasAccount("bert"); err != nil || has {
				t.Errorf("has an account: %v, %v", has, err)
			}
			return nil
		})
	})
}

// Who puts an earlier second factor back, or adds a passkey behind the desk, is told
// of by a check of the log.
func TestTheLogTellsHowMembersSignIn(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		ways := []func(tx *store.Tx) error{
			func(tx *store.Tx) error {
				return tx.PutEnvelope("anke", seal.Envelope{Kind: seal.EnvelopePassword, Params: "p", Salt: []byte("s"), Box: []byte("b")})
			},
			func(tx *store.Tx) error {
				return tx.PutFactors(store.Factors{Member: "anke", Revision: 1, App: true, Box: []byte("f")})
			},
			func(tx *store.Tx) error {
				return tx.InsertPasskey(store.Passkey{Credential: "a", Member: "anke", Box: []byte("name")})
			},
			func(tx *store.Tx) error { return tx.SuspectPasskey("a") },
			func(tx *store.Tx) error { return tx.PutAccount("x", "anke") },
			func(tx *store.Tx) error { return tx.DeletePasskey("anke", "a") },
			func(tx *store.Tx) error { return tx.DeleteAccount("anke") },
			func(tx *store.Tx) error { return tx.DeleteWaysOf("anke") },
		}
		write(t, s, logged("", func(tx *store.Tx) error {
			return errors.Join(tx.InsertInstance(store.InstanceRow{ID: "i", Profile: "p", Created: start}), insertMember(tx, "anke"))
		}))
		state := func() (sum [32]byte) {
			read(t, s, func(tx *store.Tx) (err error) { _, sum, err = tx.DeskState(); return err })
			return sum
		}
		for n, way := range ways {
			if err := s.Write(t.Context(), way); err == nil {
				t.Errorf("change %d happens without a line in the log", n)
			}
			was := state()
			write(t, s, logged("", way))
			if state() == was {
				t.Errorf("change %d leaves the state as it was", n)
			}
		}
		was := state()
		write(t, s, func(tx *store.Tx) error { // as somebody behind the desk does
			_, err := tx.Exec(`INSERT INTO factor (member_id, revision, app, box) VALUES ('anke', 1, 1, $1)`, []byte("f"))
			return err
		})
		if state() == was {
			t.Error("a second factor that was planted leaves the state as it was")
		}
	})
}

func TestWhatIsHeldAndSpentPasses(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock.Fixed) {
		until := start.Add(time.Hour)
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.PutHeld(store.Held{ID: "h", Kind: "form", Box: []byte("b"), Expires: until}),
				tx.PutHeld(store.Held{ID: "i", Kind: "form", Box: []byte("b"), Expires: until}), tx.Spend("s", until))
		})
		fails := func(want error, fn func(tx *store.Tx) error) {
			t.Helper()
			if err := s.Write(t.Context(), fn); !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		}
		take := func(tx *store.Tx) error { return tx.TakeHeld("h", "form") }
		fails(store.ErrStale, func(tx *store.Tx) error { return tx.Spend("s", until) })
		fails(store.ErrNone, func(tx *store.Tx) error { return tx.TakeHeld("h", "act") })
		write(t, s, take)
		fails(store.ErrNone, take)
		c.Set(until)
		fails(store.ErrNone, func(tx *store.Tx) error { _, err := tx.Held("i", "form"); return err })
		write(t, s, func(tx *store.Tx) error { return tx.DeleteEndedSessions() })
		write(t, s, func(tx *store.Tx) error { return tx.Spend("s", until.Add(time.Hour)) }) // forgotten: it could not be used any more
		var n int
		read(t, s, func(tx *store.Tx) error { return tx.QueryRow(`SELECT count(*) FROM held`).Scan(&n) })
		if n != 0 {
			t.Errorf("%d things are held after their time", n)
		}
	})
}

func TestAnAllowanceComesBackWithTime(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock.Fixed) {
		a := store.Allowance{ID: "a", Burst: 3, Every: time.Minute}
		take := func() error { return s.Write(t.Context(), func(tx *store.Tx) error { return tx.TakeTurn(a) }) }
		next := func() (at time.Time) {
			read(t, s, func(tx *store.Tx) (err error) { at, err = tx.NextTurn(a); return err })
			return at
		}
		for i := range 3 {
			if err := take(); err != nil || i < 2 && !next().Equal(c.Now()) {
				t.Fatalf("turn %d: %v, next at %v", i, err, next())
			}
		}
		for range 5 { // what is refused costs nothing
			if err := take(); !errors.Is(err, store.ErrStale) {
				t.Errorf("a fourth turn: %v", err)
			}
		}
		if want := c.Now().Add(time.Minute); !next().Equal(want) {
			t.Errorf("next turn at %v, want %v", next(), want)
		}
		c.Add(time.Minute)
		if err := take(); err != nil {
			t.Errorf("a minute later: %v", err)
		}
		if err := take(); !errors.Is(err, store.ErrStale) {
			t.Errorf("a second one: %v", err)
		}
		c.Add(10 * time.Minute)
		for range 3 {
			if err := take(); err != nil {
				t.Errorf("ten minutes later: %v", err)
			}
		}
		write(t, s, func(tx *store.Tx) error { return tx.GiveTurns(a) })
		if err := take(); err != nil {
			t.Errorf("given back: %v", err)
		}
	})
}

func TestSessionsEndOneByOneOrAllButOne(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock.Fixed) {
		session := func(id, member string, pending []byte) store.Session {
			return store.Session{
				ID: id, Member: staff.ID(member), Box: []byte("b"), Pending: pending, Way: "password", Standing: "s",
				Created: c.Now(), Seen: c.Now(), Idle: time.Hour, Expires: c.Now().Add(12 * time.Hour),
			}
		}
		write(t, s, logged("", func(tx *store.Tx) error {
			return errors.Join(insertMember(tx, "anke"), insertMember(tx, "bert"), tx.InsertSession(session("1", "anke", nil)),
				tx.InsertSession(session("2", "anke", nil)), tx.InsertSession(session("p", "anke", []byte("waits"))), tx.InsertSession(session("3", "bert", nil)))
		}))
		ids := func(member staff.ID) (list []string) {
			read(t, s, func(tx *store.Tx) error {
				rows, err := tx.SessionsOf(member)
				for _, r := range rows {
					list = append(list, r.ID)
				}
				return err
			})
			return list
		}
		if got := ids("anke"); len(got) != 2 {
			t.Errorf("sessions = %v", got)
		}
		err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.DeleteSessionOf("bert", "1") })
		if !errors.Is(err, store.ErrNone) {
			t.Errorf("somebody else's: %v", err)
		}
		write(t, s, func(tx *store.Tx) error { return tx.SetIdle("anke", 2*time.Hour) })
		c.Add(90 * time.Minute)
		if got := ids("anke"); len(got) != 2 {
			t.Errorf("after the idle limit was raised %v", got)
		}
		if got := ids("bert"); len(got) != 0 {
			t.Errorf("whose limit was not %v", got)
		}
		write(t, s, func(tx *store.Tx) error { return tx.DeleteOtherSessions("anke", "2") })
		if got := ids("anke"); len(got) != 1 || got[0] != "2" {
			t.Errorf("all but one: %v", got)
		}
	})
}
