package app_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/custody"
	"klankbord/internal/ident"
	"klankbord/internal/intake"
	"klankbord/internal/seal"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

// rekeyed is an instance with something of everything that bears a stamp or lies under a
// subkey of the instance.
type rekeyed struct {
	*apptest.Instance
	team     apptest.Staff
	member   apptest.Enrolled
	strict   *intake.Receipt // the identity lies behind a gate
	plain    *intake.Receipt
	old      []byte // the key file of before
	before   []byte // the newest checkpoint of before
	oldCheck string // the public key of the log before
}

func rekeyedOn(t *testing.T, dsn string) *rekeyed {
	t.Helper()
	r := &rekeyed{}
	r.Instance, r.team = apptest.Staffed(t, func(c *config.Config, _ *app.Options) { c.Database = dsn })
	r.member = r.Enrol(r.team.Manager, "Lotte Maes", staff.Assignment{Role: staff.RoleHandler, Team: casefile.SupportersService})
	r.strict = r.Complain("nl", apptest.StrictAnswers("corruption"), map[string]string{"bewijs.txt": "kanarie"})
	r.plain = r.Complain("nl", apptest.Answers("response-time"), nil)
	r.Case(r.team.Manager, r.strict.Number)
	r.Write(r.team.Service[0], r.plain.Number, casework.DraftMessage, "Wij lezen uw klacht.")
	if err := errors.Join(
		r.Setup.StartDrill(t.Context(), r.team.Manager),
		r.Casework.SaveList(t.Context(), r.team.Service[0], casework.Saved{Name: "Wat wacht", Filter: casework.Filter{View: casework.ViewDue}}),
	); err != nil {
		t.Fatal(err)
	}
	r.Sequence()
	var err error
	if r.old, err = os.ReadFile(r.file()); err != nil {
		t.Fatal(err)
	}
	l := r.log(t)
	r.oldCheck = l.Key
	if r.before, err = l.Latest(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rekeyed) file() string { return filepath.Join(r.State, "keys", "instance.key") }

func (r *rekeyed) log(t *testing.T) *app.LogFile {
	t.Helper()
	l, err := app.OpenLog(t.Context(), r.Config, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// renew renews the key as the command does, while nothing serves.
func (r *rekeyed) renew(t *testing.T, code seal.Code) (app.Rekeyed, error) {
	t.Helper()
	a, err := app.Open(t.Context(), r.Config, app.Options{Clock: r.Clock, Transport: r.Box, Older: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	return a.RenewInstanceKey(t.Context(), code)
}

// holds wants everything to be as it was, after a restart: every stamp and the log, the case
// behind a gate, the mailbox, the saved list, the practice case and the mails that wait.
func (r *rekeyed) holds(t *testing.T, when string) {
	t.Helper()
	ctx := t.Context()
	r.Reopen()
	r.sound(t, when)
	if dir, err := r.Custody.Granting(ctx); err != nil || len(dir.Active()) < 5 {
		t.Errorf("%s: directory: %v", when, err)
	}
	if got := r.Case(r.team.Manager, r.strict.Number); got == nil {
		t.Errorf("%s: the case does not open", when)
	}
	o, err := r.Custody.OpenMember(ctx, r.team.Manager, r.strict.Number)
	if err != nil || o.Damaged || !o.Apart() {
		t.Fatalf("%s: %v %+v", when, err, o)
	}
	if _, err := r.Custody.LiftGate(o, r.team.Manager.Member, ident.New(), []byte("call back"), r.Clock.Now().Add(time.Minute)); err != nil {
		t.Errorf("%s: the gate does not open: %v", when, err)
	}
	r.Enter(r.plain.Code)
	r.Enter(r.strict.Code)
	if list, err := r.Casework.SavedLists(ctx, r.team.Service[0]); err != nil || len(list) != 1 || list[0].Name != "Wat wacht" {
		t.Errorf("%s: saved lists: %v %v", when, list, err)
	}
	if _, _, err := r.Setup.OpenDrillByRecovery(ctx, r.Founded.Recovery); err != nil {
		t.Errorf("%s: practice case: %v", when, err)
	}
	if _, err := r.SignIn.Password(ctx, signin.Browser{}, r.member.Email, apptest.Password); err != nil {
		t.Errorf("%s: sign-in: %v", when, err)
	}
}

// sound wants the database to be as its log and every stamp say.
func (r *rekeyed) sound(t *testing.T, when string) {
	t.Helper()
	x, err := r.log(t).Examine(t.Context(), nil)
	if err != nil || !x.Sound() || x.Cases != 2 {
		t.Fatalf("%s: %v %+v", when, err, x)
	}
}

func (r *rekeyed) lines(t *testing.T) (n int) {
	t.Helper()
	err := r.Store.Read(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM log_leaf WHERE kind = $1`, string(audit.InstanceRenewed)).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func onBoth(t *testing.T, test func(t *testing.T, dsn string)) {
	for name, dsn := range map[string]func(*testing.T) string{
		"SQLite":     func(*testing.T) string { return "" },
		"PostgreSQL": func(t *testing.T) string { t.Helper(); return storetest.PostgreSQL(t) },
	} {
		t.Run(name, func(t *testing.T) { test(t, dsn(t)) })
	}
}

func TestTheInstanceKeyIsRenewedAndEverythingHoldsUnderTheNewOneAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		r := rekeyedOn(t, dsn)
		r.holds(t, "before")
		if _, err := r.renew(t, seal.NewCode()); !errors.Is(err, staff.ErrCodeOther) {
			t.Errorf("with another code: %v", err)
		}
		got, err := r.renew(t, r.Founded.Recovery)
		if err != nil || got.Cases != 2 || got.Resumed || got.Key == r.oldCheck {
			t.Fatalf("%+v %v", got, err)
		}
		r.holds(t, "after")
		if n := r.lines(t); n != 3 { // of the desk and of each case
			t.Errorf("%d lines of the log tell of it", n)
		}
		r.DeliverMail()
		if len(r.Box.Mails()) == 0 {
			t.Error("no mail that waited was sent")
		}
		r.Complain("nl", apptest.Answers("response-time"), nil)
		r.Sequence()
		r.checkpointOfBefore(t)
		for range 2 {
			if _, err := r.renew(t, r.Founded.Recovery); err != nil {
				t.Fatal(err)
			}
		}
		r.Reopen()
		if x, err := r.log(t).Examine(t.Context(), nil); err != nil || !x.Sound() || x.Cases != 3 {
			t.Errorf("after three times: %v %+v", err, x)
		}
		r.oldKeyHoldsNothing(t)
	})
}

// checkpointOfBefore wants a checkpoint that a witness got under the key of before to be one
// that the log of now continues: it says the same, and that key still checks it.
func (r *rekeyed) checkpointOfBefore(t *testing.T) {
	t.Helper()
	v, err := app.LogVerifier(r.oldCheck)
	if err != nil {
		t.Fatal(err)
	}
	c, err := audit.OpenCheckpoint(r.before, v)
	if err != nil {
		t.Fatal(err)
	}
	err = r.Store.Read(t.Context(), func(tx *store.Tx) error {
		report, err := audit.Verify(custody.Entries(tx), r.before, v)
		if err == nil && !report.OK() {
			t.Errorf("the log does not continue what a witness has of %d lines: %+v", c.Size, report)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// oldKeyHoldsNothing gives the state folder the key of before: nothing is served with it, and
// none of its stamps holds.
func (r *rekeyed) oldKeyHoldsNothing(t *testing.T) {
	t.Helper()
	now, err := os.ReadFile(r.file())
	if err != nil {
		t.Fatal(err)
	}
	key, err := seal.LoadInstanceKey(r.old)
	if err != nil {
		t.Fatal(err)
	}
	old := custody.New(r.Store, r.Instance.Instance(), key.Stamper(), key.Subkey("gates"), key.Signer(), nil)
	err = r.Store.Read(t.Context(), func(tx *store.Tx) error {
		list, err := tx.LeavesOf(r.strict.Case)
		for _, l := range list {
			if custody.LeafHolds(old.Instance(), key.Stamper())(l) {
				t.Errorf("a line of the log holds under the key of before: %s", l.Kind)
			}
		}
		n, notice := tx.Notice(r.plain.Case)
		if notice == nil && old.NoticeHolds(n) {
			t.Error("a notice address holds under the key of before")
		}
		if _, err := key.Subkey("notices").Open(custody.NoticeContext(old.Instance(), n.Case), n.Box); err == nil {
			t.Error("a notice address opens with the key of before")
		}
		keys, err2 := tx.CaseKeys(r.strict.Case)
		for _, k := range keys {
			if len(k.Gate) == 0 {
				t.Error("there is no gate")
			}
		}
		return errors.Join(err, notice, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.file(), r.old, 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), r.Config, app.Options{Clock: r.Clock, Transport: r.Box})
	if err == nil {
		if _, err := a.Custody.Granting(t.Context()); err == nil {
			t.Error("with the key of before the directory verifies")
		}
		err = a.Close()
	}
	if err := errors.Join(err, os.WriteFile(r.file(), now, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// Nothing is stamped anew that did not hold before, and nothing at all where anything differs.
func TestNoKeyIsRenewedOverADatabaseThatSomebodyChanged(t *testing.T) {
	for name, sql := range map[string]string{
		"an entry":       `UPDATE entry SET created = created + 1`,
		"a grant":        `UPDATE case_grant SET created = created + 1`,
		"a notice":       `UPDATE notice_address SET verified = 1`,
		"a member":       `UPDATE member SET name = 'Somebody Else' WHERE id = (SELECT min(id) FROM member)`,
		"a line":         `UPDATE log_leaf SET hash = record WHERE position = 3`,
		"the head":       `UPDATE case_file SET head_count = head_count + 1`,
		"a removed line": `DELETE FROM log_leaf WHERE position = 3`,
	} {
		t.Run(name, func(t *testing.T) {
			r := rekeyedOn(t, "")
			if err := statement(r.Instance, sql); err != nil {
				t.Fatal(err)
			}
			if _, err := r.renew(t, r.Founded.Recovery); !errors.Is(err, custody.ErrUnsound) && !errors.Is(err, custody.ErrStopped) {
				t.Errorf("%v", err)
			}
			if n := r.lines(t); n != 0 {
				t.Errorf("%d lines of the log tell of it", n)
			}
			if now, err := os.ReadFile(r.file()); err != nil || string(now) != string(r.old) {
				t.Errorf("the key is another: %v", err)
			}
		})
	}
}

func TestNoKeyIsRenewedWhileTheInstanceIsServed(t *testing.T) {
	r := rekeyedOn(t, "")
	err := r.Store.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.TakeLease("serving/somebody", "somebody", time.Minute)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.renew(t, r.Founded.Recovery); !errors.Is(err, custody.ErrServed) {
		t.Errorf("%v", err)
	}
	r.Clock.Add(2 * time.Minute)
	if got, err := r.renew(t, r.Founded.Recovery); err != nil || !got.Resumed {
		t.Errorf("%+v %v", got, err)
	}
	r.holds(t, "once it is not")
}

// Wherever it is cut off, everything opens, and the next call ends what was begun.
func TestRenewingTheInstanceKeyGoesOnWhereItWasCutOff(t *testing.T) {
	for name, cut := range map[string]struct{ block, unblock func(*rekeyed) error }{
		"before the copy": {
			func(r *rekeyed) error { return os.MkdirAll(app.KeyCopy(r.State)+".new/x", 0o700) },
			func(r *rekeyed) error { return os.RemoveAll(app.KeyCopy(r.State) + ".new") },
		},
		"in the database": {
			func(r *rekeyed) error {
				return statement(r.Instance, `CREATE TRIGGER cut BEFORE UPDATE ON directory_event BEGIN SELECT RAISE(ABORT, 'cut off'); END`)
			},
			func(r *rekeyed) error { return statement(r.Instance, `DROP TRIGGER cut`) },
		},
		"between the database and the file": {
			func(r *rekeyed) error { return os.MkdirAll(r.file()+".new/x", 0o700) },
			func(r *rekeyed) error { return os.RemoveAll(r.file() + ".new") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := rekeyedOn(t, "")
			if err := cut.block(r); err != nil {
				t.Fatal(err)
			}
			if got, err := r.renew(t, r.Founded.Recovery); err == nil {
				t.Fatalf("nothing was cut off: %+v", got)
			}
			r.holds(t, "cut off")
			if err := cut.unblock(r); err != nil {
				t.Fatal(err)
			}
			if got, err := r.renew(t, r.Founded.Recovery); err != nil || !got.Resumed {
				t.Fatalf("%+v %v", got, err)
			}
			r.holds(t, "ended")
			if n := r.lines(t); n != 3 {
				t.Errorf("%d lines of the log", n)
			}
			if _, err := os.Stat(filepath.Join(r.State, "keys", "instance.next")); !os.IsNotExist(err) {
				t.Errorf("what was begun lies there still: %v", err)
			}
		})
	}
}

// A database of before the renewal is not taken for one of now on its own word; the command
// brings it under the key of now, as after the restore of an older backup.
func TestADatabaseOfBeforeTheRenewalIsBroughtUnderTheKeyOfNow(t *testing.T) {
	r := rekeyedOn(t, "")
	kept := t.TempDir()
	r.Restart(func() {
		if err := os.CopyFS(kept, os.DirFS(r.State)); err != nil {
			t.Fatal(err)
		}
	})
	if _, err := r.renew(t, r.Founded.Recovery); err != nil {
		t.Fatal(err)
	}
	// The state folder of before, as a restored backup is one, with the key files of now.
	for _, name := range []string{"keys/instance.key", "recovery.age"} {
		b, err := os.ReadFile(filepath.Join(r.State, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(kept, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	c := r.Config
	c.State = kept
	if _, err := app.Open(t.Context(), c, app.Options{Clock: r.Clock, Transport: r.Box}); !errors.Is(err, app.ErrOlderKey) {
		t.Errorf("it is served: %v", err)
	}
	a, err := app.Open(t.Context(), c, app.Options{Clock: r.Clock, Transport: r.Box, Older: true})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := a.RenewInstanceKey(t.Context(), r.Founded.Recovery); err != nil || got.Cases != 2 {
		t.Errorf("%+v %v", got, err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if a, err = app.Open(t.Context(), c, app.Options{Clock: r.Clock, Transport: r.Box}); err != nil {
		t.Fatal(err)
	}
	if o, err := a.Custody.OpenMember(t.Context(), r.team.Manager, r.strict.Number); err != nil || o.Damaged {
		t.Errorf("%v", err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}
