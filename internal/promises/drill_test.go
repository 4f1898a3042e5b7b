package promises_test

import (
	"errors"
	"testing"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/config"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

// A drill proves on both databases, with the keys that each person owns, that members
// and the recovery key still open what is sealed to them, and counts nowhere.
func TestDrillProvesThatKeysStillOpen(t *testing.T) {
	for name, dsn := range map[string]func(testing.TB) string{
		"SQLite": func(testing.TB) string { return "" }, "PostgreSQL": func(t testing.TB) string { return storetest.PostgreSQL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			at := dsn(t)
			i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) { c.Database = at })
			wantOverdue(t, i, false)
			i.Clock.Add(31 * 24 * time.Hour)
			wantOverdue(t, i, true)
			if err := i.Setup.StartDrill(ctx, team.HR); err == nil {
				t.Error("a member who configures nothing starts a drill")
			}
			if err := i.Setup.StartDrill(ctx, team.Manager); err != nil {
				t.Fatal(err)
			}
			if err := i.Setup.StartDrill(ctx, team.Manager); err == nil {
				t.Error("a second drill begins while the first runs")
			}
			members := append(team.Service, team.Manager, team.HR, team.Alternative, team.Auditor)
			for _, m := range members {
				if err := i.Setup.OpenDrill(ctx, m); err != nil {
					t.Fatalf("%s: %v", m.Name, err)
				}
			}
			wantOverdue(t, i, true) // the recovery key is missing
			if _, _, err := i.Setup.OpenDrillByRecovery(ctx, seal.NewCode()); err == nil {
				t.Error("another code opens the practice case")
			}
			word, _, err := i.Setup.OpenDrillByRecovery(ctx, i.Founded.Recovery)
			if err != nil {
				t.Fatal(err)
			}
			wantOverdue(t, i, false)
			d, err := i.Setup.Drill(ctx, team.HR)
			if err != nil || !d.Complete || d.Left() != 0 || d.Mine.Word != word {
				t.Errorf("at the end: %+v, %v", d, err)
			}
			if n := leaves(t, i, audit.DrillOpened); n != len(members)+1 {
				t.Errorf("%d openings in the log, want %d", n, len(members)+1)
			}
			if n := rows(t, i, "case_file") + rows(t, i, "mail"); n != 0 {
				t.Errorf("the drill left %d cases and mails", n)
			}
			i.Clock.Add(setup.DrillEvery + time.Hour)
			wantOverdue(t, i, true)
		})
	}
}

func wantOverdue(t *testing.T, i *apptest.Instance, want bool) {
	t.Helper()
	d, err := i.Setup.DrillDue(ctx)
	if err != nil || d.Overdue != want {
		t.Fatalf("overdue %t, want %t: %v", d.Overdue, want, err)
	}
}

func rows(t *testing.T, i *apptest.Instance, table string) (n int) {
	t.Helper()
	err := i.Store.Read(ctx, func(tx *store.Tx) error { return tx.QueryRow("SELECT count(*) FROM " + table).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A drill that proved nothing says so: whatever was altered in the practice case, and
// a key that is not the one it was made for, does not open it.
func TestDrillFailsWhereAKeyDoesNotOpen(t *testing.T) {
	for name, sql := range map[string]string{
		"another gate":       "UPDATE drill SET gate_box = entry_box",
		"another word":       "UPDATE drill SET entry_box = gate_box",
		"a public key":       "UPDATE drill SET dialogue = identity",
		"a stamp":            "UPDATE drill SET key_stamp = entry_stamp",
		"the head":           "UPDATE drill SET head_hash = head_stamp",
		"a grant is missing": "DELETE FROM drill_grant WHERE recipient_kind = 'recovery'",
		"swapped grants":     "UPDATE drill_grant SET box = (SELECT box FROM drill_grant WHERE recipient_kind = 'recovery')",
	} {
		t.Run(name, func(t *testing.T) {
			i, team := apptest.Staffed(t)
			if err := i.Setup.StartDrill(ctx, team.Manager); err != nil {
				t.Fatal(err)
			}
			execute(t, i, sql)
			if err := i.Setup.OpenDrill(ctx, team.HR); !errors.Is(err, seal.ErrOpen) {
				t.Errorf("OpenDrill = %v, want ErrOpen", err)
			}
		})
	}
	i, team := apptest.Staffed(t)
	if err := i.Setup.StartDrill(ctx, team.Manager); err != nil {
		t.Fatal(err)
	}
	thief := team.HR
	thief.Keys = seal.NewMemberSecret().Keys()
	if err := i.Setup.OpenDrill(ctx, thief); err == nil {
		t.Error("a key that it was not made for opens the practice case")
	}
}

func execute(t *testing.T, i *apptest.Instance, sql string) {
	t.Helper()
	err := i.Store.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(sql)
		if err == nil && n == 0 {
			t.Errorf("touched nothing: %s", sql)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
