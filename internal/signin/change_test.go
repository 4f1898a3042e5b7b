package signin_test

import (
	"strings"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/fault"
	"klankbord/internal/signin"
)

// Every change asks for everything anew, ends the other sessions and is told by mail.
func TestEveryChangeAsksAnewEndsOtherSessionsAndIsTold(t *testing.T) {
	d := newDesk(t)
	changes := []struct {
		name, told string
		do         func(a access.Actor, shown signin.Anew) error
	}{
		{"recovery code", "herstelcode werd vernieuwd", func(a access.Actor, shown signin.Anew) error {
			_, err := d.SignIn.RenewRecovery(ctx, a, shown)
			return err
		}},
		{"authenticator app", "authenticator-app werd vervangen", func(a access.Actor, shown signin.Anew) error {
			act, err := d.SignIn.OpenAct(ctx, a, signin.ForApp, shown)
			if err != nil {
				return err
			}
			start, err := d.SignIn.NewApp(ctx, a, act)
			if err != nil {
				return err
			}
			d.me.TOTP = start.TOTPSecret
			return d.SignIn.ConfirmApp(ctx, a, act, d.Digits(d.me))
		}},
		{"OpenPGP key", "OpenPGP-sleutel voor e-mails werd ingesteld", func(a access.Actor, shown signin.Anew) error {
			act, err := d.SignIn.OpenAct(ctx, a, signin.ForOpenPGP, shown)
			if err != nil {
				return err
			}
			return d.SignIn.SetOpenPGP(ctx, a, act, []byte(apptest.NewOpenPGP(t, d.Clock.Now(), 0).Public()))
		}},
		{"no OpenPGP key", "OpenPGP-sleutel voor e-mails werd verwijderd", func(a access.Actor, shown signin.Anew) error {
			return d.SignIn.RemoveOpenPGP(ctx, a, shown)
		}},
		{"password", "wachtwoord werd gewijzigd", func(a access.Actor, shown signin.Anew) error {
			return d.SignIn.ChangePassword(ctx, a, shown, another)
		}},
	}
	for _, c := range changes {
		for name, shown := range map[string]signin.Anew{
			"nothing": {}, "the password alone": {Password: apptest.Password}, "digits alone": {Code: d.Digits(d.me)},
			"a wrong password": {Password: "not the right password", Code: d.Digits(d.me)}, "wrong digits": {Password: apptest.Password, Code: "000000"},
		} {
			refused(t, c.name+" after "+name, c.do(d.me.Actor, shown))
		}
		other := d.enter()
		if mails := d.told(); len(mails) > 0 {
			t.Errorf("%s: what was refused is told: %q", c.name, mails)
		}
		if err := c.do(d.me.Actor, d.anew()); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		list, err := d.SignIn.Sessions(ctx, d.me.Actor)
		if err != nil || len(list) != 1 || list[0].ID == other.Session || !d.alive(d.me.Session) {
			t.Errorf("%s: sessions afterwards = %+v, %v", c.name, list, err)
		}
		mails := d.told()
		if len(mails) != 1 || len(mails[d.me.Email]) != 1 || !strings.Contains(mails[d.me.Email][0], c.told) {
			t.Errorf("%s: told %q", c.name, mails)
		}
		if text := strings.Join(mails[d.me.Email], ""); strings.Contains(text, "://") || strings.Contains(text, "Wouters") || !strings.Contains(text, "2 maart 2026") {
			t.Errorf("%s: the mail holds more than the fact and its date: %q", c.name, text)
		}
	}
	_, err := d.SignIn.Password(ctx, signin.Browser{}, d.me.Email, apptest.Password)
	refused(t, "the password from before", err)
	if _, err := d.SignIn.Password(ctx, signin.Browser{}, d.me.Email, another); err != nil {
		t.Error(err)
	}
	if _, err := d.SignIn.Recover(ctx, signin.Browser{}, d.me.Email, d.me.Recovery, another); err == nil {
		t.Error("the recovery code from before works")
	}
}

func TestANewPasswordIsCheckedBeforeAnythingElse(t *testing.T) {
	d := newDesk(t)
	for password, key := range map[string]string{
		"te kort": "error.password-short", "WWF-Belgium-2026": "error.password-common", "Anke Wouters 12": "error.password-common",
	} {
		err := d.SignIn.ChangePassword(ctx, d.me.Actor, signin.Anew{}, password)
		if f, ok := fault.As(err); !ok || f.Key != key {
			t.Errorf("%q: %v, want %s", password, err, key)
		}
	}
}

func TestTheAppFromBeforeWorksUntilTheNewOneIsConfirmed(t *testing.T) {
	d := newDesk(t)
	act, err := d.SignIn.OpenAct(ctx, d.me.Actor, signin.ForApp, d.anew())
	if err != nil {
		t.Fatal(err)
	}
	refused(t, "wrong digits", d.SignIn.ConfirmApp(ctx, d.me.Actor, act, "000000"))
	refused(t, "digits of the app from before", d.SignIn.ConfirmApp(ctx, d.me.Actor, act, d.Digits(d.me)))
	d.enter()
	start, err := d.SignIn.NewApp(ctx, d.me.Actor, act)
	if err != nil {
		t.Fatal(err)
	}
	old := d.me
	d.me.TOTP = start.TOTPSecret
	if err := d.SignIn.ConfirmApp(ctx, d.me.Actor, act, d.Digits(d.me)); err != nil {
		t.Fatal(err)
	}
	pending, err := d.SignIn.Password(ctx, signin.Browser{}, d.me.Email, apptest.Password)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.SignIn.TOTP(ctx, pending, d.Digits(old))
	refused(t, "digits of the app from before, afterwards", err)
	d.enter()
}
