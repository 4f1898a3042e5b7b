package apptest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"klankbord/internal/access"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Password is that of every member who enrolled by Enrol.
const Password = "five words make a sentence"

// Enrolled is a member who came in by an invitation, as people do, with a password,
// a second factor and a session. Those of Join have keys only.
type Enrolled struct {
	access.Actor
	Email    string
	Session  seal.Token // of the browser that enrolled
	TOTP     string     // secret of the authenticator app
	Recovery string     // the personal recovery code

	Invitation string // that waits for a vouch; empty once it was given
}

// Enrol invites a person in the name of by, who must be a configurator, and takes
// them in up to the vouch of the first member.
func (i *Instance) Enrol(by access.Actor, name string, assignments ...staff.Assignment) Enrolled {
	i.T.Helper()
	e := i.enrol(by, name, assignments)
	delay := i.vouch(e.Email)
	var err error
	e.Actor, err = i.SignIn.Session(context.Background(), e.Session)
	i.check(err)
	i.Clock.Add(delay)
	dir, err := i.Custody.Directory(context.Background())
	i.check(err)
	e.Entry, _ = dir.Entry(e.Member)
	i.joined = append(i.joined, e.Actor)
	return e
}

// EnrolOnly leaves a person waiting for a vouch.
func (i *Instance) EnrolOnly(by access.Actor, name string, assignments ...staff.Assignment) Enrolled {
	i.T.Helper()
	e := i.enrol(by, name, assignments)
	e.Invitation = i.waiting(e.Email).ID
	return e
}

func (i *Instance) enrol(by access.Actor, name string, assignments []staff.Assignment) Enrolled {
	i.T.Helper()
	ctx := context.Background()
	e := Enrolled{Email: strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@desk.example"}
	path, err := i.Setup.Invite(ctx, by, setup.Person{Name: name, Email: e.Email, Language: "nl", Assignments: assignments})
	i.check(err)
	tok, err := seal.ParseToken(strings.TrimPrefix(path, "/desk/enrol/"))
	i.check(err)
	start, err := i.SignIn.Enrol(ctx, tok, Password)
	i.check(err)
	e.TOTP = start.TOTPSecret
	e.Recovery, e.Session, err = i.SignIn.ConfirmTOTP(ctx, tok, i.Digits(e))
	i.check(err)
	return e
}

// waiting is the invitation of a person who enrolled.
func (i *Instance) waiting(email string) store.Invitation {
	i.T.Helper()
	var list []store.Invitation
	i.check(i.Store.Read(context.Background(), func(tx *store.Tx) (err error) {
		list, err = tx.Invitations()
		return err
	}))
	at := slices.IndexFunc(list, func(row store.Invitation) bool { return row.Email == email && row.State == "enrolled" })
	if at < 0 {
		i.T.Fatalf("%s has not enrolled", email)
	}
	return list[at]
}

// vouch lets an enrolled person in, by the signatures that it needs, and tells after
// how long that holds.
func (i *Instance) vouch(email string) time.Duration {
	i.T.Helper()
	row := i.waiting(email)
	var waiting store.DirectoryChange
	i.check(i.Store.Read(context.Background(), func(tx *store.Tx) (err error) {
		waiting, err = tx.DirectoryChange(row.ID)
		return err
	}))
	ch, err := staff.DecodeChange(waiting.Statement)
	i.check(err)
	event, delay := i.Signed(ch)
	i.check(i.Store.Write(context.Background(), func(tx *store.Tx) error {
		return errors.Join(tx.InsertDirectoryEvent(event), tx.SetInvitationState(row.ID, "enrolled", "vouched"),
			tx.SetDirectoryChangeState(row.ID, "open", "placed"), tx.InsertLeaf(placed(tx, row.Member)))
	}))
	return delay
}

// Digits are what the member's authenticator app shows; each is good once, so time
// moves on.
func (i *Instance) Digits(e Enrolled) string {
	i.T.Helper()
	i.Clock.Add(31 * time.Second)
	code, err := totp.GenerateCode(e.TOTP, i.Clock.Now())
	i.check(err)
	return code
}
