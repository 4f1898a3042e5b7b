package app_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// again opens the instance as after a restart of the service.
func again(t *testing.T, i *apptest.Instance) *app.App {
	t.Helper()
	a, err := app.Open(t.Context(), i.Config, app.Options{Clock: i.Clock, Transport: i.Box})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// entersBy tries every way in which a member who enrolled comes in, after a restart.
func entersBy(t *testing.T, i *apptest.Instance, e apptest.Enrolled, when string) {
	t.Helper()
	a, ctx := again(t, i), t.Context()
	if _, err := a.SignIn.Password(ctx, signin.Browser{}, e.Email, apptest.Password); err != nil {
		t.Errorf("%s: password: %v", when, err)
	}
	if _, err := a.SignIn.Password(ctx, signin.Browser{}, e.Email, "another sentence of five words"); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("%s: another password: %v", when, err)
	}
	if _, err := a.SignIn.Recover(ctx, signin.Browser{}, e.Email, e.Recovery, apptest.Password); err != nil {
		t.Errorf("%s: recovery code: %v", when, err)
	}
	if _, err := a.SignIn.Session(ctx, e.Session); err != nil {
		t.Errorf("%s: session: %v", when, err)
	}
	copied, err := os.ReadFile(app.KeyCopy(i.State))
	if err != nil {
		t.Fatal(err)
	}
	_, inCopy, err := seal.OpenKeyCopy(i.Founded.Recovery, copied)
	if err != nil {
		t.Fatalf("%s: recovery.age: %v", when, err)
	}
	file, err := os.ReadFile(filepath.Join(i.State, "keys", "pepper.key"))
	if err != nil {
		t.Fatal(err)
	}
	// The copy has what the file has, and more where it was cut off between them.
	if !strings.Contains(string(seal.MarshalPepper(inCopy)), string(file)) {
		t.Errorf("%s: recovery.age lacks a pepper", when)
	}
}

func member(t *testing.T) (*apptest.Instance, apptest.Enrolled) {
	t.Helper()
	i, team := apptest.Staffed(t, apptest.FullPasswords)
	e := i.Enrol(team.Manager, "Lotte Maes", staff.Assignment{Role: staff.RoleHandler, Team: casefile.SupportersService})
	return i, e
}

func layered(t *testing.T, i *apptest.Instance) (leaves int) {
	t.Helper()
	err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM log_leaf WHERE kind = $1`, string(audit.PepperRenewed)).Scan(&leaves)
	})
	if err != nil {
		t.Fatal(err)
	}
	return leaves
}

func TestPepperIsRenewedAndEverythingOpensStill(t *testing.T) {
	i, e := member(t)
	entersBy(t, i, e, "before")
	_, err := i.RenewPepper(t.Context(), seal.NewCode())
	if !errors.Is(err, staff.ErrCodeOther) {
		t.Errorf("with another code: %v", err)
	}
	old, err := os.ReadFile(filepath.Join(i.State, "keys", "pepper.key"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := i.RenewPepper(t.Context(), i.Founded.Recovery)
	if err != nil || r.Envelopes < 2 || r.Resumed {
		t.Fatalf("%+v %v", r, err)
	}
	entersBy(t, i, e, "after")
	if n := layered(t, i); n != 1 {
		t.Errorf("%d lines in the log", n)
	}
	// The database with the old pepper gives nobody a password to guess.
	now, err := os.ReadFile(filepath.Join(i.State, "keys", "pepper.key"))
	if err != nil {
		t.Fatal(err)
	}
	write := func(b []byte) {
		if err := os.WriteFile(filepath.Join(i.State, "keys", "pepper.key"), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(old)
	if _, err := again(t, i).SignIn.Password(t.Context(), signin.Browser{}, e.Email, apptest.Password); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("the old pepper opens: %v", err)
	}
	write(now)
	for range 2 {
		if r, err := i.RenewPepper(t.Context(), i.Founded.Recovery); err != nil || r.Envelopes < 2 {
			t.Fatalf("%+v %v", r, err)
		}
	}
	entersBy(t, i, e, "after three times")
}

// What serves while the pepper is renewed beside it takes the new one up: nobody waits for a
// restart, neither who signs in nor who is in, and a file that is not whole changes nothing.
func TestARenewedPepperIsTakenUpWithoutARestart(t *testing.T) {
	i, e := member(t)
	serving := again(t, i)
	enters := func(when string) {
		t.Helper()
		if _, err := serving.SignIn.Password(t.Context(), signin.Browser{}, e.Email, apptest.Password); err != nil {
			t.Errorf("%s: password: %v", when, err)
		}
		if _, err := serving.SignIn.Session(t.Context(), e.Session); err != nil {
			t.Errorf("%s: session: %v", when, err)
		}
	}
	enters("before")
	beside := again(t, i) // as the command, in a process of its own
	if r, err := beside.RenewPepper(t.Context(), i.Founded.Recovery); err != nil || r.Envelopes < 2 {
		t.Fatalf("%+v %v", r, err)
	}
	enters("after")
	if _, err := serving.SignIn.Recover(t.Context(), signin.Browser{}, e.Email, e.Recovery, apptest.Password); err != nil {
		t.Errorf("recovery code: %v", err)
	}
	file := filepath.Join(i.State, "keys", "pepper.key")
	if err := os.WriteFile(file, []byte("half a fi"), 0o600); err != nil {
		t.Fatal(err)
	}
	enters("while the file is damaged")
}

// Whatever is cut off, everything opens, and the next call ends what was begun.
func TestRenewingThePepperGoesOnWhereItWasCutOff(t *testing.T) {
	for name, cut := range map[string]struct{ block, unblock func(*apptest.Instance) error }{
		"before the copy": {
			func(i *apptest.Instance) error { return os.MkdirAll(app.KeyCopy(i.State)+".new/x", 0o700) },
			func(i *apptest.Instance) error { return os.RemoveAll(app.KeyCopy(i.State) + ".new") },
		},
		"between the copy and the file": {
			func(i *apptest.Instance) error { return os.MkdirAll(i.State+"/keys/pepper.key.new/x", 0o700) },
			func(i *apptest.Instance) error { return os.RemoveAll(i.State + "/keys/pepper.key.new") },
		},
		"before the database": {
			func(i *apptest.Instance) error {
				return statement(i, `CREATE TRIGGER cut BEFORE UPDATE ON envelope WHEN old.kind = 'recovery' BEGIN SELECT RAISE(ABORT, 'cut off'); END`)
			},
			func(i *apptest.Instance) error { return statement(i, `DROP TRIGGER cut`) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			i, e := member(t)
			if err := cut.block(i); err != nil {
				t.Fatal(err)
			}
			if r, err := i.RenewPepper(t.Context(), i.Founded.Recovery); err == nil {
				t.Fatalf("nothing was cut off: %+v", r)
			}
			entersBy(t, i, e, "cut off")
			if n := layered(t, i); n != 0 {
				t.Errorf("%d lines in the log", n)
			}
			if err := cut.unblock(i); err != nil {
				t.Fatal(err)
			}
			ends(t, i, e, 1)
		})
	}
	t.Run("after the database", func(t *testing.T) {
		i, e := member(t)
		if _, err := i.RenewPepper(t.Context(), i.Founded.Recovery); err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(i.State + "/keys/pepper.key")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(i.State+"/keys/pepper.next", file, 0o600); err != nil { // as if it was cut off before this went
			t.Fatal(err)
		}
		entersBy(t, i, e, "cut off")
		ends(t, i, e, 1)
	})
}

// ends calls again, and wants one renewal in all.
func ends(t *testing.T, i *apptest.Instance, e apptest.Enrolled, leaves int) {
	t.Helper()
	r, err := i.RenewPepper(t.Context(), i.Founded.Recovery)
	if err != nil || !r.Resumed {
		t.Fatalf("%+v %v", r, err)
	}
	entersBy(t, i, e, "ended")
	file, err := os.ReadFile(i.State + "/keys/pepper.key")
	if err != nil || strings.Count(string(file), "\n") != 2 {
		t.Errorf("%d peppers, want 2: %v", strings.Count(string(file), "\n"), err)
	}
	if n := layered(t, i); n != leaves {
		t.Errorf("%d lines in the log", n)
	}
	if _, err := os.Stat(i.State + "/keys/pepper.next"); !os.IsNotExist(err) {
		t.Errorf("what was begun lies there still: %v", err)
	}
}

func statement(i *apptest.Instance, sql string) error {
	return i.Store.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Exec(sql)
		return err
	})
}
