package promises_test

import (
	"errors"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/seal"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// The attacks of the threat model on sessions: by who writes to the database, and by
// who has the cookie of a session that should be over.

// enters signs the member in and returns the cookie of the browser.
func (g *gate) enters(e apptest.Enrolled) seal.Token {
	g.t.Helper()
	in, err := g.SignInWith(e, apptest.Password)
	must(g.t, err)
	return in.Session
}

// alive reports whether a cookie opens the desk.
func (g *gate) alive(tok seal.Token) bool {
	g.t.Helper()
	_, err := g.SignIn.Session(ctx, tok)
	if err != nil && !errors.Is(err, signin.ErrSession) {
		g.t.Errorf("refused with %v", err)
	}
	return err == nil
}

// AT8: a session is that of its member, its assignments, its way and its time; a row
// that says otherwise opens nothing.
func TestAT8_AlteredSessionOpensNothing(t *testing.T) {
	g := newGate(t)
	auditor := staff.Assignment{Role: staff.RoleAuditor}
	thief := g.Enrol(g.team.Manager, "Thief", auditor)
	own, others := g.enters(thief), g.enters(g.me)
	pending, err := g.SignIn.Password(ctx, signin.Browser{}, thief.Email, apptest.Password)
	must(t, err)
	for name, sql := range map[string]string{
		"given to another member":      `UPDATE session SET member_id = $2 WHERE id = $1 AND $3 <> ''`,
		"filled with another's":        `UPDATE session SET (member_id, box) = (SELECT o.member_id, o.box FROM session o WHERE o.id = $3) WHERE id = $1 AND $2 <> ''`,
		"all of it":                    `UPDATE session SET (member_id, box, standing, way, expires) = (SELECT o.member_id, o.box, o.standing, o.way, o.expires FROM session o WHERE o.id = $3) WHERE id = $1 AND $2 <> ''`,
		"begun with other assignments": `UPDATE session SET standing = '' WHERE id = $1 AND $2 <> $3`,
		"begun in another way":         `UPDATE session SET way = 'passkey' WHERE id = $1 AND $2 <> $3`,
		"longer":                       `UPDATE session SET expires = expires + 1 WHERE id = $1 AND $2 <> $3`,
		"half done":                    `UPDATE session SET pending = box WHERE id = $1 AND $2 <> $3`,
		"empty":                        `UPDATE session SET box = x'' WHERE id = $1 AND $2 <> $3`,
	} {
		restore := keep(t, g.Instance, "session")
		if behind(t, g.Store, sql, own.ID(), g.me.Member, others.ID()) != 1 {
			t.Errorf("%s: did not touch one row", name)
		}
		if g.alive(own) {
			t.Errorf("%s: it opens", name)
		}
		restore()
	}
	if !g.alive(own) || !g.alive(others) {
		t.Error("the rows as they were do not open any more")
	}
	if behind(t, g.Store, `UPDATE session SET pending = x'' WHERE id = $1`, pending.ID()) != 1 || g.alive(pending) {
		t.Error("the second factor was taken out of a sign-in, and it opens")
	}
}

// AT8: what the database holds of a session is no cookie, and no cookie is guessed.
func TestAT8_GuessedSessionOpensNothing(t *testing.T) {
	g := newGate(t)
	own := g.enters(g.me)
	var rows []string
	must(t, g.Store.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Query(`SELECT id FROM session`)
		if err != nil {
			return err
		}
		for list.Next() {
			var id string
			if err := list.Scan(&id); err != nil {
				return err
			}
			rows = append(rows, id)
		}
		return list.Close()
	}))
	if len(rows) == 0 {
		t.Fatal("no session")
	}
	for _, id := range append(rows, own.ID()) {
		if tok, err := seal.ParseToken(id); err == nil && g.alive(tok) {
			t.Error("the name of the row opens the session")
		}
	}
	for range 100 {
		if g.alive(seal.NewToken()) {
			t.Fatal("a guessed cookie opens a session")
		}
	}
	if !g.alive(own) {
		t.Error("the cookie itself does not open it")
	}
}

// AT8: a cookie that was copied is worth nothing after the member signed out, after
// the time a session lasts, once they do other things, and once they have left.
func TestAT8_CookieOfAnEndedSessionOpensNothing(t *testing.T) {
	t.Run("signed out", func(t *testing.T) {
		g := newGate(t)
		tok, other := g.enters(g.me), g.enters(g.me)
		must(t, g.SignIn.SignOut(ctx, tok))
		if g.alive(tok) || !g.alive(other) {
			t.Error("it goes on, or another one does not")
		}
	})
	t.Run("at its end", func(t *testing.T) {
		g := newGate(t)
		tok := g.enters(g.me)
		behind(t, g.Store, `UPDATE session SET idle = $1 WHERE id = $2`, (365 * 24 * time.Hour).Microseconds(), tok.ID())
		g.Clock.Add(12*time.Hour - time.Second)
		if !g.alive(tok) {
			t.Fatal("it ends too early")
		}
		g.Clock.Add(time.Second)
		if g.alive(tok) {
			t.Error("it goes on")
		}
	})
	more := []staff.Assignment{{Role: staff.RoleAuditor}, {Role: staff.RoleConfigurator}}
	for name, change := range map[string]staff.Change{
		"with other assignments": {Type: staff.Assign, Assignments: more},
		"after the member left":  {Type: staff.Revoke},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate(t)
			change.Member = g.me.Member
			event, delay := g.Signed(change)
			tok := g.enters(g.me)
			leaf := custody.Leaf(g.Clock.Now(), custody.Event{Kind: audit.DirectoryEvent, Actor: custody.BySystem(), Object: string(g.me.Member)})
			must(t, g.Store.Write(ctx, func(tx *store.Tx) error { return errors.Join(tx.InsertDirectoryEvent(event), tx.InsertLeaf(leaf)) }))
			if delay > 0 {
				g.Clock.Add(delay - time.Hour)
				tok = g.enters(g.me)
				if !g.alive(tok) {
					t.Fatal("it ends before the change holds")
				}
				behind(t, g.Store, `UPDATE session SET idle = $1 WHERE id = $2`, (365 * 24 * time.Hour).Microseconds(), tok.ID())
				g.Clock.Add(time.Hour)
			}
			if g.alive(tok) {
				t.Error("it goes on")
			}
		})
	}
}
