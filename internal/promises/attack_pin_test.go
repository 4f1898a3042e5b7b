package promises_test

import (
	"os"
	"path/filepath"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/heads"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// AT3: a directory that is rolled back together with what lies outside it is noticed
// by a member who saw more, unless an operator accepted it.
func TestAT3_PinOfAMember(t *testing.T) {
	prepare := func(t *testing.T) (*castle, seal.Token) {
		c := newCastle(t)
		browser := c.session(c.team.Manager)
		c.Join("Els De Smet", staff.Assignment{Role: staff.RoleConfigurator})
		c.Reopen()
		_, err := c.SignIn.Session(ctx, browser) // sees Els, and keeps that
		must(t, err)
		c.Restart(func() {
			for _, name := range []string{"heads", "directory"} { // an operator who lost the state folder
				must(t, os.Remove(filepath.Join(c.State, name)))
			}
		})
		return c, browser
	}
	rollBack := func(c *castle) {
		c.sql("DELETE FROM directory_event WHERE seq = (SELECT max(seq) FROM directory_event)")
	}
	t.Run("what lies outside is gone", func(t *testing.T) {
		c, _ := prepare(t)
		c.stands(custody.AlarmMissing)
	})
	t.Run("a new beginning is not believed", func(t *testing.T) {
		c, browser := prepare(t)
		rollBack(c)
		// Whoever writes the file anew makes it look as if nothing had been there.
		count := int64(len(c.events()))
		must(t, heads.In(c.State).Advance(c.Instance.Instance(), func(s *heads.Seen) {
			s.Directory = heads.Directory{Count: count, Hash: c.events()[count-1].Hash}
		}))
		c.Reopen()
		c.calm()
		_, err := c.SignIn.Session(ctx, browser)
		must(t, err)
		c.stands(custody.AlarmPin)
		c.Reopen()
		c.stands(custody.AlarmPin) // also before that member is here again
	})
	for name, sql := range map[string]string{
		"a pin is altered":          "UPDATE directory_pin SET box = CAST(fingerprint AS BLOB)",
		"a pin of another is there": "UPDATE directory_pin SET box = (SELECT box FROM envelope LIMIT 1)",
	} {
		t.Run(name, func(t *testing.T) {
			c := newCastle(t)
			c.Password(c.team.Manager)
			browser := c.session(c.team.Manager)
			_, err := c.SignIn.Session(ctx, browser)
			must(t, err)
			c.sql(sql)
			c.Reopen()
			_, err = c.SignIn.Session(ctx, browser)
			must(t, err)
			c.stands(custody.AlarmPin)
		})
	}
	t.Run("an operator accepts it, and the member is told", func(t *testing.T) {
		c, browser := prepare(t)
		rollBack(c)
		c.Clock.Add(60e9)
		must(t, c.Custody.Accept(ctx, "the disk broke"))
		c.calm()
		actor, err := c.SignIn.Session(ctx, browser)
		must(t, err)
		c.calm()
		told := c.SignIn.Warning(actor)
		if told.Accepted == nil || told.Accepted.Reason != "the disk broke" {
			t.Fatalf("the member is told %+v", told)
		}
		if n := leaves(t, c.Instance, audit.OlderAccepted); n != 1 {
			t.Errorf("%d lines in the log", n)
		}
		must(t, c.SignIn.ReadAcceptance(ctx, actor))
		c.Reopen()
		if actor, err = c.SignIn.Session(ctx, browser); err != nil || c.SignIn.Warning(actor).Accepted != nil {
			t.Errorf("the member is told again: %v", err)
		}
	})
	t.Run("nobody but the installation accepts it", func(t *testing.T) {
		c, browser := prepare(t)
		rollBack(c)
		c.Clock.Add(60e9)
		must(t, c.Custody.Accept(ctx, "the disk broke"))
		c.sql("UPDATE acceptance SET signature = record")
		_, err := c.SignIn.Session(ctx, browser)
		must(t, err)
		c.stands(custody.AlarmPin)
	})
}

// session is a signed-in browser of a member.
func (c *castle) session(a access.Actor) seal.Token {
	c.t.Helper()
	return c.Instance.SignedIn(a)
}
