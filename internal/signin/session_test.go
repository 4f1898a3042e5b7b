package signin_test

import (
	"errors"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/fault"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
)

func TestAMemberSeesAndEndsSessions(t *testing.T) {
	d := newDesk(t)
	second, third := d.enter(), d.enter()
	list, err := d.SignIn.Sessions(ctx, third)
	if err != nil || len(list) != 3 {
		t.Fatalf("%d sessions, %v", len(list), err)
	}
	if !list[0].Present || list[1].Present || list[0].Way != signin.ByPassword || list[2].Way != signin.ByInvitation || list[0].Since.Before(list[2].Since) {
		t.Errorf("sessions = %+v", list)
	}
	stranger := d.Enrol(d.manager, "Victor Maes", staff.Assignment{Role: staff.RoleAuditor})
	if err := d.SignIn.EndSession(ctx, stranger.Actor, second.Session); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("another member ends it: %v", err)
	}
	if err := d.SignIn.EndSession(ctx, third, second.Session); err != nil {
		t.Fatal(err)
	}
	if err := d.SignIn.EndSession(ctx, third, second.Session); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("ending it twice: %v", err)
	}
	if err := d.SignIn.EndOtherSessions(ctx, third); err != nil {
		t.Fatal(err)
	}
	if d.alive(d.me.Session) || !d.alive(stranger.Session) {
		t.Error("the wrong sessions have ended")
	}
	if list, _ = d.SignIn.Sessions(ctx, third); len(list) != 1 || !list[0].Present {
		t.Errorf("afterwards %+v", list)
	}
}

func TestAMemberChoosesTheIdleLimitWithinTheSetting(t *testing.T) {
	d := newDesk(t)
	choices := d.SignIn.IdleChoices()
	if len(choices) == 0 || choices[0] != 30*time.Minute || choices[len(choices)-1] < 10*choices[0] { // WCAG 2.2 SC 2.2.1
		t.Errorf("choices = %v", choices)
	}
	for _, idle := range []time.Duration{0, -time.Hour, 10*time.Hour + time.Minute} {
		if err := d.SignIn.SetIdle(ctx, d.me.Actor, idle); err == nil {
			t.Errorf("%s is taken", idle)
		}
	}
	if err := d.SignIn.SetIdle(ctx, d.me.Actor, 5*time.Hour); err != nil {
		t.Fatal(err)
	}
	if idle, err := d.SignIn.Idle(ctx, d.me.Actor); err != nil || idle != 5*time.Hour {
		t.Errorf("idle = %s, %v", idle, err)
	}
	later := d.enter()
	d.Clock.Add(4 * time.Hour)
	if !d.alive(d.me.Session) {
		t.Error("after four hours the session has ended")
	}
	d.Clock.Add(5*time.Hour + time.Second)
	if d.alive(d.me.Session) {
		t.Error("after five hours idle the session lives")
	}
	if list, _ := d.SignIn.Sessions(ctx, later); len(list) != 0 {
		t.Errorf("a session that began later lives: %+v", list)
	}
}

func TestALowerSettingHoldsForWhoChoseMoreBefore(t *testing.T) {
	d := newDesk(t)
	if err := d.SignIn.SetIdle(ctx, d.me.Actor, 10*time.Hour); err != nil {
		t.Fatal(err)
	}
	d.Config.SessionMost = time.Hour
	d.Reopen()
	d.enter()
	list, err := d.SignIn.Sessions(ctx, d.me.Actor)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d sessions, %v", len(list), err)
	}
	d.Clock.Add(time.Hour + time.Second)
	if list, _ = d.SignIn.Sessions(ctx, d.me.Actor); len(list) != 1 || list[0].Way != signin.ByInvitation {
		t.Errorf("after an hour %+v", list)
	}
}

func TestWhatIsKeptSurvivesARestartAndNothingElse(t *testing.T) {
	d := newDesk(t)
	cookie, err := d.SignIn.Remember(ctx, d.me.Session, "")
	if err != nil {
		t.Fatal(err)
	}
	known := signin.Browser{Known: cookie}
	tok, err := d.SignIn.KeepFor(ctx, known, "form", []byte("half an hour of words"), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	d.Reopen()
	if got, err := d.SignIn.Kept(ctx, tok, "form"); err != nil || string(got) != "half an hour of words" {
		t.Errorf("after a restart %q, %v", got, err)
	}
	if _, err := d.SignIn.Kept(ctx, tok, "recovery"); !errors.Is(err, signin.ErrNotKept) {
		t.Errorf("as something else: %v", err)
	}
	d.exec(`UPDATE held SET kind = 'recovery'`)
	if _, err := d.SignIn.Kept(ctx, tok, "recovery"); !errors.Is(err, signin.ErrNotKept) {
		t.Errorf("as something else, with the row altered: %v", err)
	}
	d.exec(`UPDATE held SET kind = 'form'`)
	d.Clock.Add(time.Hour)
	if _, err := d.SignIn.Kept(ctx, tok, "form"); !errors.Is(err, signin.ErrNotKept) {
		t.Errorf("after an hour: %v", err)
	}
	for name, from := range map[string]signin.Browser{"a stranger": {}, "a cookie of somebody's making": {Known: cookie[:40] + "AAAA" + cookie[44:]}} {
		if _, err := d.SignIn.KeepFor(ctx, from, "form", []byte("x"), time.Hour); !errors.Is(err, signin.ErrNotKept) {
			t.Errorf("%s keeps something: %v", name, err)
		}
	}
	full := false
	for range 40 {
		_, err := d.SignIn.KeepFor(ctx, known, "form", []byte("x"), time.Hour)
		full = full || errors.Is(err, signin.ErrNotKept)
	}
	if !full {
		t.Error("one browser keeps as much as it likes")
	}
	d.Clock.Add(signin.KnownFor)
	if _, err := d.SignIn.KeepFor(ctx, known, "form", []byte("x"), time.Hour); !errors.Is(err, signin.ErrNotKept) {
		t.Errorf("after %s the browser is known still: %v", signin.KnownFor, err)
	}
}

// The same on PostgreSQL: every statement of the way in.
func TestTheWayInOnBothDatabases(t *testing.T) {
	for name, options := range databases(t) {
		t.Run(name, func(t *testing.T) {
			d, p := newDesk(t, options...), apptest.NewPasskey(t)
			d.add(p)
			e, err := d.tap(p)
			if err != nil {
				t.Fatal(err)
			}
			a := d.session(e.Session)
			if err := d.SignIn.ChangePassword(ctx, a, signin.Anew{Passkey: d.prove(a, p)}, another); err != nil {
				t.Fatal(err)
			}
			_, err = d.SignIn.Password(ctx, signin.Browser{}, d.me.Email, apptest.Password)
			refused(t, "the old password", err)
			pending, err := d.SignIn.Recover(ctx, signin.Browser{}, d.me.Email, d.me.Recovery, apptest.Password)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.SignIn.TOTP(ctx, pending, d.Digits(d.me)); err != nil {
				t.Fatal(err)
			}
			d.me.Actor = d.enter()
			ways, err := d.SignIn.Ways(ctx, d.me.Actor)
			if err != nil || len(ways.Passkeys) != 1 {
				t.Fatalf("ways = %+v, %v", ways, err)
			}
			if err := d.SignIn.RemovePasskey(ctx, d.me.Actor, d.anew(), ways.Passkeys[0].Credential); err != nil {
				t.Fatal(err)
			}
			if err := d.SignIn.SetIdle(ctx, d.me.Actor, time.Hour); err != nil {
				t.Fatal(err)
			}
			if err := d.SignIn.EndOtherSessions(ctx, d.me.Actor); err != nil {
				t.Fatal(err)
			}
			if err := d.Work.Sweeper.Sweep(ctx); err != nil {
				t.Fatal(err)
			}
		})
	}
}
