package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/clock"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

func TestASignInRemembersTheOneBefore(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, clk *clock.Fixed) {
		write(t, s, logged("", func(tx *store.Tx) error { return insertMember(tx, "ann") }))
		visit := func() (v store.Visit) {
			read(t, s, func(tx *store.Tx) (err error) { v, err = tx.VisitOf("ann"); return err })
			return v
		}
		if v := visit(); !v.Now.IsZero() || !v.Before.IsZero() {
			t.Errorf("before the first sign-in it says %v", v)
		}
		first := clk.Now()
		write(t, s, func(tx *store.Tx) error { return tx.NoteSignIn("ann") })
		clk.Add(90 * 24 * time.Hour)
		write(t, s, func(tx *store.Tx) error { return tx.NoteSignIn("ann") })
		if v := visit(); !v.Before.Equal(first) || !v.Now.Equal(clk.Now()) {
			t.Errorf("it says %v, the first was at %v", v, first)
		}
	})
}

// Mail that came back is told to those who can read the case, and to nobody else.
func TestMailThatCameBackIsListedForThoseWithAKey(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, clk *clock.Fixed) {
		mine, theirs := aCase(1), aCase(2)
		mail := func(id string, m store.Mail) store.Mail {
			m.ID, m.Kind, m.Box = id, "message", []byte("sealed")
			return m
		}
		write(t, s, func(tx *store.Tx) error {
			err := errors.Join(insertCase(tx, mine, "ann"), insertCase(tx, theirs, "bea"))
			for id, m := range map[string]store.Mail{"a": {Case: mine.ID}, "b": {Case: mine.ID}, "c": {Case: theirs.ID}, "d": {Case: mine.ID, Member: "ann"}} {
				err = errors.Join(err, tx.QueueMail(mail(id, m), tx.Now()), tx.BuryMail(id, "refused"))
			}
			return err
		})
		for member, want := range map[string][]casefile.Number{"ann": {mine.Number}, "bea": {theirs.Number}, "cas": nil} {
			read(t, s, func(tx *store.Tx) error {
				got, err := tx.Undelivered(staff.ID(member), 9)
				if !slices.Equal(got, want) {
					t.Errorf("%s is told of %v, not of %v", member, got, want)
				}
				return err
			})
		}
		read(t, s, func(tx *store.Tx) error {
			n, err := tx.UnreachedMember("ann", start.Add(-time.Hour))
			if n != 1 {
				t.Errorf("%d mails to ann came back", n)
			}
			return err
		})
		write(t, s, func(tx *store.Tx) error { return tx.RetryMail("a") })
		write(t, s, func(tx *store.Tx) error { return tx.RetryMail("b") })
		read(t, s, func(tx *store.Tx) error {
			got, err := tx.Undelivered("ann", 9)
			if len(got) != 0 {
				t.Errorf("sent again, it is still told of %v", got)
			}
			return err
		})
	})
}
