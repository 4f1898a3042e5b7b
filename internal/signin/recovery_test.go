package signin_test

import (
	"errors"
	"strings"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/signin"
)

const another = "schildpad walnoot kelder trompet"

func TestTheRecoveryCodeGivesAccessBackOnce(t *testing.T) {
	d := newDesk(t)
	before := d.enter()
	code := strings.ToLower(strings.ReplaceAll(d.me.Recovery, "-", " "))
	pending, err := d.SignIn.Recover(ctx, signin.Browser{}, " "+strings.ToUpper(d.me.Email), code, another)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.SignIn.Session(ctx, pending); !errors.Is(err, signin.ErrSession) {
		t.Errorf("the code alone opens the desk: %v", err)
	}
	if _, err := d.SignIn.Password(ctx, signin.Browser{}, d.me.Email, apptest.Password); err != nil {
		t.Errorf("before the second factor the old password is gone: %v", err)
	}
	_, err = d.SignIn.TOTP(ctx, pending, "000000")
	refused(t, "a wrong second factor", err)
	second, err := d.SignIn.Recover(ctx, signin.Browser{}, d.me.Email, code, another)
	if err != nil {
		t.Fatal(err)
	}
	e, err := d.SignIn.TOTP(ctx, pending, d.Digits(d.me))
	if err != nil {
		t.Fatal(err)
	}
	if e.Recovery == "" || e.Recovery == d.me.Recovery {
		t.Errorf("the next code is %q", e.Recovery)
	}
	if a := d.session(e.Session); a.Keys.Public().Fingerprint() != d.me.Keys.Public().Fingerprint() {
		t.Error("it opens other keys")
	}
	if d.alive(d.me.Session) {
		t.Error("the session from before lives on")
	}
	if list, err := d.SignIn.Sessions(ctx, before); err != nil || len(list) != 1 || list[0].Way != signin.ByRecovery {
		t.Errorf("sessions = %+v, %v", list, err)
	}
	if _, err := d.SignIn.TOTP(ctx, second, d.Digits(d.me)); !errors.Is(err, signin.ErrSession) {
		t.Errorf("a second sign-in with the same code goes on: %v", err)
	}
	_, err = d.SignIn.Recover(ctx, signin.Browser{}, d.me.Email, code, another)
	refused(t, "the code a second time", err)
	_, err = d.SignIn.Password(ctx, signin.Browser{}, d.me.Email, apptest.Password)
	refused(t, "the old password", err)
	if _, err := d.SignIn.Password(ctx, signin.Browser{}, d.me.Email, another); err != nil {
		t.Errorf("the new password: %v", err)
	}
	if _, err := d.SignIn.Recover(ctx, signin.Browser{}, d.me.Email, e.Recovery, another); err != nil {
		t.Errorf("the next code: %v", err)
	}
}

// ASVS 6.3.7; nobody but the member learns whose code it was.
func TestEveryMemberIsToldThatARecoveryCodeWasUsed(t *testing.T) {
	d := newDesk(t)
	pending, err := d.SignIn.Recover(ctx, signin.Browser{}, d.me.Email, d.me.Recovery, another)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.SignIn.TOTP(ctx, pending, d.Digits(d.me)); err != nil {
		t.Fatal(err)
	}
	told := d.told()
	if len(told) != 8 {
		t.Errorf("%d members are told, want all 8", len(told))
	}
	for to, mails := range told {
		if len(mails) != 1 || !strings.Contains(mails[0], "2 maart 2026") {
			t.Errorf("%s gets %q", to, mails)
		}
		if mine := strings.Contains(mails[0], "Met uw herstelcode"); mine != (to == d.me.Email) {
			t.Errorf("%s gets %q", to, mails)
		}
		for what, s := range map[string]string{"the name": "Wouters", "the address": "anke", "a link": "://"} {
			if strings.Contains(strings.ToLower(mails[0]), strings.ToLower(s)) {
				t.Errorf("%s is told %s: %q", to, what, mails)
			}
		}
	}
}

func TestRefusalsOfARecoveryCodeAreAllTheSame(t *testing.T) {
	d := newDesk(t)
	for name, c := range map[string]struct{ email, code string }{
		"unknown address": {"nobody@desk.example", d.me.Recovery}, "another code": {d.me.Email, seal.NewCode().Text()},
		"a member without one": {"nele.janssens@desk.example", d.me.Recovery},
	} {
		_, err := d.SignIn.Recover(ctx, signin.Browser{}, c.email, c.code, another)
		refused(t, name, err)
	}
	key := func(code, password string) string {
		_, err := d.SignIn.Recover(ctx, signin.Browser{}, d.me.Email, code, password)
		f, _ := fault.As(err)
		if f == nil {
			return ""
		}
		return f.Key
	}
	if got := key(d.me.Recovery[:len(d.me.Recovery)-1], another); got != "error.recovery-typed" {
		t.Errorf("mistyped: %s", got)
	}
	if got := key(d.me.Recovery, "te kort"); got != "error.password-short" {
		t.Errorf("a short password: %s", got)
	}
	if got := key(d.me.Recovery, "Anke Wouters 2026"); got != "error.password-common" {
		t.Errorf("the own name as the password: %s", got)
	}
	d.exec(`UPDATE member SET name = 'Roos Verlinden' WHERE id = $1`, d.me.Member)
	if got := key(seal.NewCode().Text(), "Roos Verlinden 26"); got != "error.signin-refused" {
		t.Errorf("a stranger learns the name of a member: %s", got)
	}
	if got := key(d.me.Recovery, "Roos Verlinden 26"); got != "error.password-common" {
		t.Errorf("the own name as the password: %s", got)
	}
}
