package signin_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/fault"
	"klankbord/internal/openpgp"
	"klankbord/internal/signin"
	"klankbord/internal/store"
)

func (d *desk) openpgp() signin.OpenPGPView {
	d.t.Helper()
	v, err := d.SignIn.OpenPGP(ctx, d.me.Actor)
	if err != nil {
		d.t.Fatal(err)
	}
	return v
}

func (d *desk) leaves(kind audit.Kind) (list []audit.Record) {
	d.t.Helper()
	err := d.Store.Read(ctx, func(tx *store.Tx) error {
		leaves, err := tx.LeavesOf("")
		for _, l := range leaves {
			r, err := audit.DecodeRecord(l.Record)
			if err != nil {
				return err
			}
			if r.Kind == kind {
				list = append(list, r)
			}
		}
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return list
}

func TestAMemberSetsAndRemovesTheKeyToWhichMailsAreEncrypted(t *testing.T) {
	for name, options := range databases(t) {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, options...)
			if v := d.openpgp(); v.State != signin.OpenPGPNone {
				t.Errorf("before: %+v", v)
			}
			d.SetOpenPGP(d.me, apptest.NewOpenPGP(t, d.Clock.Now(), 0).Public())
			first := d.openpgp()
			if first.State != signin.OpenPGPGood || first.Name != "Somebody <somebody@desk.example>" || len(first.Fingerprint) != 40 || !first.Until.IsZero() {
				t.Errorf("after: %+v", first)
			}
			lines := d.leaves(audit.CredentialChanged)
			if r := lines[len(lines)-1]; r.Object != first.Fingerprint || len(r.Detail) != 1 || r.Detail["what"] != "openpgp" {
				t.Errorf("the log says %+v", r)
			}
			d.SetOpenPGP(d.me, apptest.NewOpenPGP(t, d.Clock.Now(), 0).Public())
			if v := d.openpgp(); v.Fingerprint == first.Fingerprint || v.State != signin.OpenPGPGood {
				t.Errorf("after another: %+v", v)
			}
			refused(t, "removing with a wrong password", d.SignIn.RemoveOpenPGP(ctx, d.me.Actor, signin.Anew{Password: "not this one at all", Code: d.Digits(d.me)}))
			if err := d.SignIn.RemoveOpenPGP(ctx, d.me.Actor, d.anew()); err != nil {
				t.Fatal(err)
			}
			if v := d.openpgp(); v.State != signin.OpenPGPNone {
				t.Errorf("after removal: %+v", v)
			}
			if err := d.SignIn.RemoveOpenPGP(ctx, d.me.Actor, d.anew()); !errors.Is(err, fault.ErrNotFound) {
				t.Errorf("removing nothing: %v", err)
			}
			var told int
			for _, text := range d.told()[d.me.Email] {
				if strings.Contains(text, "OpenPGP-sleutel voor e-mails werd") {
					told++
				}
			}
			if told != 3 {
				t.Errorf("told in %d readable mails, want 3", told)
			}
		})
	}
}

func TestAKeyIsRefusedInWordsAndNothingIsKept(t *testing.T) {
	d := newDesk(t)
	key := apptest.NewOpenPGP(t, d.Clock.Now(), 0)
	act, err := d.SignIn.OpenAct(ctx, d.me.Actor, signin.ForOpenPGP, d.anew())
	if err != nil {
		t.Fatal(err)
	}
	for want, sent := range map[string]string{
		"error.openpgp-private": key.Private(),
		"error.openpgp-none":    "my key",
		"error.openpgp-large":   strings.Repeat("x", openpgp.MaxBytes+1),
		"error.openpgp-several": key.Public() + "\n" + key.Public(),
		"error.openpgp-expired": apptest.NewOpenPGP(t, d.Clock.Now(), time.Hour).Public(),
	} {
		err := d.SignIn.SetOpenPGP(ctx, d.me.Actor, act, []byte(sent))
		if f, ok := fault.As(err); !ok || f.Key != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if v := d.openpgp(); v.State != signin.OpenPGPNone {
		t.Errorf("kept: %+v", v)
	}
	if err := d.SignIn.SetOpenPGP(ctx, d.me.Actor, act, []byte(key.Public())); err != nil {
		t.Errorf("the right key after wrong ones: %v", err)
	}
	if err := d.SignIn.SetOpenPGP(ctx, d.me.Actor, act, []byte(key.Public())); !errors.Is(err, signin.ErrAct) {
		t.Errorf("an act is used twice: %v", err)
	}
}

func TestAMemberIsToldBeforeTheirKeyEndsAndAfter(t *testing.T) {
	d := newDesk(t)
	const life = 60 * 24 * time.Hour
	d.SetOpenPGP(d.me, apptest.NewOpenPGP(t, d.Clock.Now(), life).Public())
	begun := d.Clock.Now()
	for _, s := range []struct {
		days int
		want signin.OpenPGPState
	}{{28, signin.OpenPGPGood}, {30, signin.OpenPGPEnding}, {58, signin.OpenPGPEnding}, {60, signin.OpenPGPEnded}} {
		d.Clock.Add(begun.AddDate(0, 0, s.days).Sub(d.Clock.Now()))
		if v := d.openpgp(); v.State != s.want || v.Until.IsZero() {
			t.Errorf("after %d days: %+v, want %s", s.days, v, s.want)
		}
	}
}

// Whoever writes to the database cannot put a key of their own in the place of a member's,
// nor give one member the key of another.
func TestAKeyThatWasSwappedInTheDatabaseIsNoticed(t *testing.T) {
	for what, query := range map[string]string{
		"another key":         "UPDATE openpgp_key SET public_key = (SELECT public_key FROM openpgp_key WHERE fingerprint <> $1) WHERE fingerprint = $1",
		"another fingerprint": "UPDATE openpgp_key SET fingerprint = 'AA' WHERE fingerprint = $1",
		"another day":         "UPDATE openpgp_key SET added = added + 1 WHERE fingerprint = $1",
		"the row of another":  "UPDATE openpgp_key SET (public_key, fingerprint, added, stamp) = (SELECT public_key, fingerprint, added, stamp FROM openpgp_key WHERE fingerprint <> $1) WHERE fingerprint = $1",
	} {
		t.Run(what, func(t *testing.T) {
			d := newDesk(t)
			other := d.Enrol(d.manager, "Bram Peeters", d.me.Entry.Assignments...)
			for _, e := range []apptest.Enrolled{d.me, other} {
				d.SetOpenPGP(e, apptest.NewOpenPGP(t, d.Clock.Now(), 0).Public())
			}
			err := d.Store.Write(ctx, func(tx *store.Tx) error {
				n, err := tx.Exec(query, d.openpgp().Fingerprint)
				if n != 1 {
					t.Errorf("%d rows", n)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if v := d.openpgp(); v.State != signin.OpenPGPAltered || v.Fingerprint != "" {
				t.Errorf("%+v", v)
			}
		})
	}
}
