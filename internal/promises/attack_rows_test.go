package promises_test

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
)

// AT10: the database says that somebody may do or gets what nobody decided: a pending
// change, a role, a person, a rule.
func TestAT10_RowsOfTheDatabaseDecideNothing(t *testing.T) {
	t.Run("a change that waits is complete", func(t *testing.T) {
		c := newCastle(t)
		id := c.waiting(staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
		for _, by := range []access.Actor{c.team.Manager, c.team.HR} {
			c.sql("INSERT INTO directory_signature (change_id, signer, value, at) VALUES ($1, $2, $3, 1)", id, string(by.Member), []byte(strings.Repeat("s", 64)))
		}
		c.sql("UPDATE directory_change SET state = 'placed' WHERE id = $1", id)
		c.sql("UPDATE invitation SET state = 'vouched' WHERE id = $1", id)
		c.Reopen()
		c.calm()
		c.takesIn(c.keys)
		c.sql("UPDATE directory_change SET state = 'open' WHERE id = $1", id)
		c.sql("UPDATE invitation SET state = 'enrolled' WHERE id = $1", id)
		shown, err := c.Setup.Change(ctx, c.team.Alternative, id)
		must(t, err)
		if !shown.Broken {
			t.Error("signatures that nobody gave are counted")
		}
	})
	t.Run("an invitation asks for more", func(t *testing.T) {
		c := newCastle(t)
		path, err := c.Setup.Invite(ctx, c.team.Manager, setup.Person{
			Name: "Els De Smet", Email: "els@desk.example", Language: "nl", Assignments: []staff.Assignment{{Role: staff.RoleAuditor}},
		})
		must(t, err)
		c.sql("UPDATE invitation SET assignments = 'handler/complaints/' WHERE state = 'open' AND invited_by <> ''")
		c.stands(custody.AlarmInvitation)
		tok, err := seal.ParseToken(strings.TrimPrefix(path, "/desk/enrol/"))
		must(t, err)
		if _, err := c.SignIn.Enrol(ctx, tok, apptest.Password); err == nil {
			t.Error("the invitation can be used")
		}
		c.sql("UPDATE invitation SET assignments = 'auditor//' WHERE state = 'open' AND invited_by <> ''")
		c.calm()
	})
	t.Run("a member has another name", func(t *testing.T) {
		for _, sql := range []string{
			"UPDATE member SET name = 'Somebody Else' WHERE id = $1", "UPDATE member SET email = 'attacker@mail.example' WHERE id = $1",
			"UPDATE member SET active = 0 WHERE id = $1", "UPDATE member SET salt = CAST(name AS BLOB) WHERE id = $1", "DELETE FROM member WHERE id = $1",
		} {
			c := newCastle(t)
			c.sql(sql, string(c.team.HR.Member))
			c.Reopen()
			must(t, c.Custody.Watch(ctx))
			if !slices.ContainsFunc(c.Custody.Alarms(), func(a custody.Alarm) bool { return a.Kind == custody.AlarmPerson }) {
				t.Errorf("%s: alarms %v", sql, c.Custody.Alarms())
			}
			// Whoever is named in the complaint is asked about by the name they have.
			tok := c.Draft("nl", apptest.With(apptest.StrictAnswers("theft"), profile.FieldStory, "Thomas Dubois nam het geld uit de kas, ik zag het zelf."), nil)
			review, err := c.Intake.Review(ctx, tok)
			must(t, err)
			if len(review.Matches) != 1 || review.Matches[0].Member != c.team.HR.Member {
				t.Errorf("%s: asked about %v, want Thomas Dubois", sql, review.Matches)
			}
		}
	})
	t.Run("a member who left is active", func(t *testing.T) {
		c := newCastle(t)
		c.Revoke(c.team.Service[0].Member)
		c.sql("UPDATE member SET active = 1 WHERE id = $1", string(c.team.Service[0].Member))
		dir, err := c.Custody.Directory(ctx)
		must(t, err)
		if e, ok := dir.Entry(c.team.Service[0].Member); ok || len(e.Assignments) > 0 {
			t.Error("they have a task again")
		}
	})
	t.Run("another profile", func(t *testing.T) {
		both(t, custody.AlarmProfile, func(c *castle) { c.sql("UPDATE instance SET profile = 'elsewhere'") })
	})
	t.Run("a grant to a ghost", func(t *testing.T) {
		for name, forge := range map[string]string{
			"who is no member":  "UPDATE case_grant SET recipient_id = 'ghost' WHERE case_id = $1 AND recipient_id = $2",
			"with another key":  "UPDATE case_grant SET fingerprint = 'f' WHERE case_id = $1 AND recipient_id = $2",
			"beside the others": "INSERT INTO case_grant SELECT case_id, epoch, recipient_kind, 'ghost', 99, fingerprint, box, created, stamp FROM case_grant WHERE case_id = $1 AND recipient_id = $2",
		} {
			t.Run(name, func(t *testing.T) {
				for what, look := range map[string]func(c *castle, other *intake.Receipt){
					"is seen when the case is opened": func(c *castle, other *intake.Receipt) {
						if !c.Case(c.team.Manager, other.Number).Damaged {
							c.t.Error("the case is shown as genuine")
						}
						c.stopped()
					},
					"is found without opening it": func(c *castle, _ *intake.Receipt) { c.stands(custody.AlarmGhost) },
				} {
					t.Run(what, func(t *testing.T) {
						c := newCastle(t)
						other := c.Complain("nl", apptest.StrictAnswers("corruption"), nil)
						c.sql(forge, other.Case, string(c.team.HR.Member))
						look(c, other)
					})
				}
			})
		}
	})
}

// AT18: yesterday's database is put beside today's files, and yesterday's files beside
// today's database.
func TestAT18_DatabaseAndFilesOfTwoDays(t *testing.T) {
	t.Run("yesterday's database, today's files", func(t *testing.T) {
		c := newCastle(t)
		var yesterday string
		c.Restart(func() { yesterday = keepCopy(t, filepath.Join(c.State, "klankbord.db")) })
		c.Clock.Add(24 * time.Hour)
		newcomer := c.Join("Els De Smet", staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
		c.keys["member/"+string(newcomer.Member)] = newcomer.Entry.Reading.Fingerprint()
		today := c.Complain("nl", apptest.StrictAnswers("corruption"), map[string]string{"b.txt": "what came after"})
		c.calm()
		c.Restart(func() { putBack(t, filepath.Join(c.State, "klankbord.db"), yesterday) })
		must(t, c.Custody.Watch(ctx))
		if _, err := c.Custody.Granting(ctx); !errors.Is(err, custody.ErrStopped) {
			t.Fatalf("grants go on: %v", err)
		}
		c.stopped()
		// The colleague whom this database does not know receives what comes in.
		r := c.Complain("nl", apptest.StrictAnswers("theft"), nil)
		if got := c.wrapped(r.Case); !maps.Equal(got, c.keys) {
			t.Errorf("a new case went to %v, want %v", got, c.keys)
		}
		if _, err := c.Casework.Case(ctx, c.team.Manager, today.Number); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("a case of today: %v", err)
		}
		d, err := c.Compare(ctx)
		must(t, err)
		if len(d.Lost) != 1 || d.Lost[0].Type != staff.Enrol || d.Lost[0].Who != "Els De Smet" || len(d.Other) != 0 {
			t.Errorf("lost %+v, other %+v; want the entry of the newcomer", d.Lost, d.Other)
		}
		if d.NewerFiles == 0 {
			t.Error("nobody is told that files are newer than the database")
		}
		// The sweep, which removes files that no row refers to, leaves those of today.
		blobs := c.blobs()
		for name := range blobs {
			long := c.Clock.Now().AddDate(0, 0, -9)
			must(t, os.Chtimes(name, long, long))
		}
		must(t, c.Work.Sweeper.Sweep(ctx))
		if now := c.blobs(); len(now) != len(blobs) {
			t.Errorf("%d of %d files are left", len(now), len(blobs))
		}
	})
	t.Run("today's database, yesterday's files", func(t *testing.T) {
		c := newCastle(t)
		before := c.blobs()
		today := c.Complain("nl", apptest.StrictAnswers("corruption"), map[string]string{"b.txt": "what came after"})
		for name := range c.blobs() {
			if !before[name] {
				must(t, os.Remove(name))
			}
		}
		c.Reopen()
		seen := c.Case(c.team.Manager, today.Number)
		f, err := c.Casework.Open(ctx, c.team.Manager, today.Number, seen.Story.Files[0].ID, casework.Take{Original: true})
		if err == nil {
			_, err = io.ReadAll(f.Body)
		}
		if err == nil {
			t.Error("a file that is gone is read")
		}
		findings, err := c.Examine(ctx)
		must(t, err)
		if !slices.ContainsFunc(findings, func(f app.Finding) bool { return f.Bad && strings.Contains(f.What, "1 sealed files") }) {
			t.Errorf("the doctor does not tell of the missing file: %v", findings)
		}
		c.takesIn(c.keys)
	})
}

func (c *castle) blobs() map[string]bool {
	c.t.Helper()
	list := map[string]bool{}
	must(c.t, filepath.WalkDir(filepath.Join(c.State, "blobs"), func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			list[name] = true
		}
		return err
	}))
	return list
}

// keepCopy copies a database that is closed.
func keepCopy(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	must(t, err)
	to := filepath.Join(t.TempDir(), "yesterday.db")
	must(t, os.WriteFile(to, b, 0o600))
	return to
}

func putBack(t *testing.T, file, from string) {
	t.Helper()
	b, err := os.ReadFile(from)
	must(t, err)
	for _, rest := range []string{"-wal", "-shm"} {
		if err := os.Remove(file + rest); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	must(t, os.WriteFile(file, b, 0o600))
}
