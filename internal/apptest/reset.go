package apptest

import (
	"context"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"klankbord/internal/access"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
)

// NewPassword is what a member chooses who enrols again.
const NewPassword = "six other words make another sentence"

// StartReset starts new access for a member in the name of by, a configurator who
// joined, and lets the member enrol again by the link, up to where colleagues confirm.
func (i *Instance) StartReset(by access.Actor, e Enrolled) (Enrolled, signin.Renewed) {
	i.T.Helper()
	path, err := i.Setup.Reset(context.Background(), by, e.Member, i.Password(by))
	i.check(err)
	return i.EnrolAgain(path, e)
}

// EnrolAgain uses the link of a reset.
func (i *Instance) EnrolAgain(path string, e Enrolled) (Enrolled, signin.Renewed) {
	i.T.Helper()
	ctx := context.Background()
	tok, err := seal.ParseToken(strings.TrimPrefix(path, "/desk/enrol/"))
	i.check(err)
	start, err := i.SignIn.Enrol(ctx, tok, NewPassword)
	i.check(err)
	code, err := totp.GenerateCode(start.TOTPSecret, i.Clock.Now())
	i.check(err)
	done, err := i.SignIn.ConfirmReset(ctx, tok, code)
	i.check(err)
	again := Enrolled{Email: e.Email, TOTP: start.TOTPSecret, Recovery: done.Recovery}
	again.Member, again.Name = e.Member, e.Name
	return again, done
}

// Rekey is the change by which a member has new keys and that waits for signatures.
func (i *Instance) Rekey(seen access.Actor, member staff.ID) *setup.Change {
	i.T.Helper()
	all, err := i.Setup.Changes(context.Background(), seen)
	i.check(err)
	for _, c := range all.Waiting {
		if c.Type == staff.Rekey && c.Person.Member == member {
			return c
		}
	}
	i.T.Fatal("no new keys wait for signatures")
	return nil
}

// Confirm signs a member's new keys in the name of members who joined, until they
// have what they need, and tells when they hold.
func (i *Instance) Confirm(member staff.ID, by ...access.Actor) (from time.Time) {
	i.T.Helper()
	for _, a := range by {
		c := i.Rekey(a, member)
		more := c.More
		from = c.From
		i.check(i.Setup.Sign(context.Background(), a, setup.Signing{Change: c.ID, Digest: c.Digest, Password: i.Password(a)}))
		if more == 1 {
			return from
		}
	}
	i.T.Fatal("new keys still wait for signatures")
	return from
}

// SignInWith brings a member who enrolled in with a password and the authenticator app.
func (i *Instance) SignInWith(e Enrolled, password string) (Enrolled, error) {
	i.T.Helper()
	ctx := context.Background()
	pending, err := i.SignIn.Password(ctx, signin.Browser{}, e.Email, password)
	if err != nil {
		return e, err
	}
	entered, err := i.SignIn.TOTP(ctx, pending, i.Digits(e))
	if err != nil {
		return e, err
	}
	e.Session = entered.Session
	e.Actor, err = i.SignIn.Session(ctx, e.Session)
	return e, err
}
