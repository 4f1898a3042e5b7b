package apptest

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"klankbord/internal/access"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/signin"
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
}

// Enrol invites a person in the name of by, who must be a configurator, and takes
// them in up to the vouch of the first member.
func (i *Instance) Enrol(by access.Actor, name string, assignments ...staff.Assignment) Enrolled {
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
	i.vouch(e.Email)
	e.Actor, err = i.SignIn.Session(ctx, e.Session)
	i.check(err)
	return e
}

// vouch lets an enrolled person in, by the first member's signature.
func (i *Instance) vouch(email string) {
	i.T.Helper()
	ctx := context.Background()
	dir, err := i.Custody.Directory(ctx)
	i.check(err)
	var list []store.Invitation
	i.check(i.Store.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = tx.Invitations()
		return err
	}))
	at := slices.IndexFunc(list, func(row store.Invitation) bool { return row.Email == email && row.State == "enrolled" })
	if at < 0 {
		i.T.Fatalf("%s has not enrolled", email)
	}
	body, err := signin.EnrolBody(dir, i.Instance(), i.Store, list[at])
	i.check(err)
	event, err := staff.Complete(body, []staff.Signature{{By: string(i.first), Value: i.signers[i.first].Sign(staff.SigningContext(i.Instance()), body)}})
	i.check(err)
	i.check(i.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetInvitationState(list[at].ID, "enrolled", "vouched"); err != nil {
			return err
		}
		return tx.InsertDirectoryEvent(event)
	}))
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
