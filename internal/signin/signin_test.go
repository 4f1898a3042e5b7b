package signin_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
)

var ctx = context.Background()

const password = "een lang genoeg wachtwoord"

func code(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// enrol lets the first member in and returns what their app and browser hold.
func enrol(t *testing.T, i *apptest.Instance, invitation seal.Token) (secret string, session seal.Token, recovery string) {
	t.Helper()
	start, err := i.SignIn.Enrol(ctx, invitation, password)
	if err != nil {
		t.Fatal(err)
	}
	recovery, session, err = i.SignIn.ConfirmTOTP(ctx, invitation, code(t, start.TOTPSecret, i.Clock.Now()))
	if err != nil {
		t.Fatal(err)
	}
	i.Clock.Add(time.Minute) // past the time step that was used
	return start.TOTPSecret, session, recovery
}

func TestFirstMemberEnrolsByTheLinkOfInit(t *testing.T) {
	i := apptest.New(t)
	secret, session, recovery := enrol(t, i, i.Founded.Enrol)
	actor, err := i.SignIn.Session(ctx, session)
	if err != nil {
		t.Fatal(err)
	}
	if !actor.Handler() || !actor.Configurator() || !actor.Entry.Is(staff.IntegrityManager) {
		t.Errorf("the first member is %+v", actor.Entry.Assignments)
	}
	if _, err := seal.ParseCode(recovery); err != nil {
		t.Errorf("recovery code: %v", err)
	}
	pending, err := i.SignIn.Password(ctx, signin.Browser{}, " Nele@Desk.Example ", password)
	if err != nil {
		t.Fatal(err)
	}
	again, err := i.SignIn.TOTP(ctx, pending, code(t, secret, i.Clock.Now()))
	if err != nil {
		t.Fatal(err)
	}
	second, err := i.SignIn.Session(ctx, again.Session)
	if err != nil || second.Keys.Public().Fingerprint() != actor.Keys.Public().Fingerprint() {
		t.Errorf("the second sign-in has other keys: %v", err)
	}
	if _, err := i.SignIn.Enrol(ctx, i.Founded.Enrol, password); !errors.Is(err, signin.ErrInvitation) {
		t.Errorf("the link works twice: %v", err)
	}
}

func TestRefusalsAreAllTheSame(t *testing.T) {
	i := apptest.New(t)
	secret, _, _ := enrol(t, i, i.Founded.Enrol)
	for name, c := range map[string]struct{ email, password string }{
		"unknown address": {"nobody@desk.example", password}, "wrong password": {"nele@desk.example", password + "x"},
		"empty": {"", ""}, "no password": {"nele@desk.example", ""},
	} {
		if _, err := i.SignIn.Password(ctx, signin.Browser{}, c.email, c.password); !errors.Is(err, signin.ErrRefused) {
			t.Errorf("%s: %v, want ErrRefused", name, err)
		}
	}
	pending, err := i.SignIn.Password(ctx, signin.Browser{}, "nele@desk.example", password)
	if err != nil {
		t.Fatal(err)
	}
	for name, typed := range map[string]string{"wrong": "000000", "empty": "", "of an hour ago": code(t, secret, i.Clock.Now().Add(-time.Hour))} {
		if _, err := i.SignIn.TOTP(ctx, pending, typed); !errors.Is(err, signin.ErrRefused) {
			t.Errorf("one-time password %s: %v, want ErrRefused", name, err)
		}
	}
	if _, err := i.SignIn.Session(ctx, pending); !errors.Is(err, signin.ErrSession) {
		t.Errorf("the first factor alone opens the desk: %v", err)
	}
}

func TestOneTimePasswordWorksOnce(t *testing.T) {
	i := apptest.New(t)
	secret, _, _ := enrol(t, i, i.Founded.Enrol)
	typed := code(t, secret, i.Clock.Now())
	first, err := i.SignIn.Password(ctx, signin.Browser{}, "nele@desk.example", password)
	if err != nil {
		t.Fatal(err)
	}
	second, err := i.SignIn.Password(ctx, signin.Browser{}, "nele@desk.example", password)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.SignIn.TOTP(ctx, first, typed[:3]+" "+typed[3:]); err != nil {
		t.Fatal(err)
	}
	if _, err := i.SignIn.TOTP(ctx, second, typed); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("the same one-time password works in another session: %v", err)
	}
	i.Clock.Add(-20 * time.Minute) // a clock that was set back gives no second use
	if _, err := i.SignIn.TOTP(ctx, second, typed); err == nil {
		t.Error("setting the clock back lets it work again")
	}
}

func TestSessionEnds(t *testing.T) {
	for name, end := range map[string]func(*apptest.Instance, seal.Token){
		"by signing out": func(i *apptest.Instance, tok seal.Token) { _ = i.SignIn.SignOut(ctx, tok) },
		"when idle":      func(i *apptest.Instance, _ seal.Token) { i.Clock.Add(30*time.Minute + time.Second) },
		"after twelve hours of use": func(i *apptest.Instance, tok seal.Token) {
			for range 12*60/20 + 1 {
				i.Clock.Add(20 * time.Minute)
				_, _ = i.SignIn.Session(ctx, tok)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			i := apptest.New(t)
			_, tok, _ := enrol(t, i, i.Founded.Enrol)
			if _, err := i.SignIn.Session(ctx, tok); err != nil {
				t.Fatal(err)
			}
			end(i, tok)
			if _, err := i.SignIn.Session(ctx, tok); !errors.Is(err, signin.ErrSession) {
				t.Errorf("the session lives: %v", err)
			}
		})
	}
}

// sign looks at a change that waits and signs it.
func sign(i *apptest.Instance, actor access.Actor, id, password string) error {
	c, err := i.Setup.Change(ctx, actor, id)
	if err != nil {
		return err
	}
	return i.Setup.Sign(ctx, actor, setup.Signing{Change: id, Digest: c.Digest, Password: password})
}

// colleague invites, enrols and vouches for a member of the Complaints team.
func colleague(t *testing.T, i *apptest.Instance, manager access.Actor) seal.Token { //nolint:unused // kept for the tests of colleagues
	t.Helper()
	link, err := i.Setup.Invite(ctx, manager, setup.Person{
		Name: "Anke Schmitz", Email: "anke@desk.example", Language: "de",
		Assignments: []staff.Assignment{{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam}},
	})
	if err != nil {
		t.Fatal(err)
	}
	invitation, err := seal.ParseToken(link[len("/desk/enrol/"):])
	if err != nil {
		t.Fatal(err)
	}
	_, session, _ := enrol(t, i, invitation)
	people, err := i.Setup.People(ctx, manager)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		if p.State == setup.Waiting {
			if err := sign(i, manager, p.Invitation, password); err != nil {
				t.Fatal(err)
			}
		}
	}
	return session
}

func TestColleagueWaitsForAVouch(t *testing.T) {
	i := apptest.New(t)
	_, tok, _ := enrol(t, i, i.Founded.Enrol)
	manager, err := i.SignIn.Session(ctx, tok)
	if err != nil {
		t.Fatal(err)
	}
	link, err := i.Setup.Invite(ctx, manager, setup.Person{
		Name: "Thomas Dubois", Email: "thomas@desk.example", Language: "fr",
		Assignments: []staff.Assignment{{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam, Function: staff.HumanResources}},
	})
	if err != nil {
		t.Fatal(err)
	}
	i.DeliverMail()
	if mails := i.Box.Mails(); len(mails) != 1 || mails[0].To != "thomas@desk.example" {
		t.Fatalf("%d mails, want the invitation", len(mails))
	}
	invitation, err := seal.ParseToken(link[len("/desk/enrol/"):])
	if err != nil {
		t.Fatal(err)
	}
	_, session, _ := enrol(t, i, invitation)
	hr, err := i.SignIn.Session(ctx, session)
	if err != nil {
		t.Fatal(err)
	}
	if hr.Handler() {
		t.Error("a person nobody vouched for handles cases")
	}
	before := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	people, err := i.Setup.People(ctx, manager)
	if err != nil {
		t.Fatal(err)
	}
	var waiting setup.Colleague
	for _, p := range people {
		if p.State == setup.Waiting {
			waiting = p
		}
	}
	if waiting.Fingerprint != hr.Keys.Public().Fingerprint() {
		t.Errorf("fingerprint to compare = %q", waiting.Fingerprint)
	}
	if err := sign(i, manager, waiting.Invitation, "not the password"); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("a vouch without the password: %v", err)
	}
	if err := sign(i, manager, waiting.Invitation, password); err != nil {
		t.Fatal(err)
	}
	if err := sign(i, manager, waiting.Invitation, password); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a second vouch: %v", err)
	}
	if hr, err = i.SignIn.Session(ctx, session); err != nil || !hr.Handler() {
		t.Fatalf("after the vouch: %v", err)
	}
	after := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	if _, err := i.Custody.OpenMember(ctx, hr, after.Number); err != nil {
		t.Errorf("a case after the vouch: %v", err)
	}
	if _, err := i.Custody.OpenMember(ctx, hr, before.Number); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a case from before the vouch: %v", err)
	}
}

func TestOnlyAConfiguratorInvites(t *testing.T) {
	i, team := apptest.Staffed(t)
	person := setup.Person{Name: "X", Email: "x@desk.example", Language: "nl", Assignments: []staff.Assignment{{Role: staff.RoleAuditor}}}
	for name, actor := range map[string]access.Actor{"hr": team.HR, "auditor": team.Auditor, "nobody": {}} {
		if _, err := i.Setup.Invite(ctx, actor, person); err == nil {
			t.Errorf("%s invites", name)
		}
	}
	if _, err := i.Setup.Invite(ctx, team.Manager, person); err != nil {
		t.Error(err)
	}
}

func TestShortPasswordIsRefusedWithWords(t *testing.T) {
	i := apptest.New(t)
	_, err := i.SignIn.Enrol(ctx, i.Founded.Enrol, "te kort")
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Invalid || f.Args["min"] != "15" {
		t.Errorf("Enrol = %v", err)
	}
}
