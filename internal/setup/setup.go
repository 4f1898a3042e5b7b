// Package setup founds an instance and brings members onto the desk: invitations,
// vouches, the list of people. It never decides who receives a key; that follows
// from the directory, to which it only adds events that are signed by whom they
// need. It fails with faults that say what to do.
package setup

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casework"
	"klankbord/internal/configure"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/letter"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// InvitationLife is how long an invitation can be used.
const InvitationLife = 7 * 24 * time.Hour

// RecoveryID names the first recovery key of an instance.
const RecoveryID = "recovery-1"

// ErrFounded tells that the instance exists already.
var ErrFounded = errors.New("this instance was founded before")

// Sealer seals for a reader that is not us; package post opens.
type Sealer interface {
	Seal(c seal.Context, plain []byte) seal.Box
}

// Setup is the use case. It is safe for concurrent use.
type Setup struct {
	Store    *store.Store
	Custody  *custody.Custody
	SignIn   *signin.SignIn
	Casework *casework.Casework // hands over the cases of whoever leaves
	Mails    Sealer
	Profile  *profile.Profile
	Settings *configure.Configure // the configuration over which the directory says where complaints go
	MailOut  bool                 // there is a server that takes mail
	Wake     func()               // tells the background work that there is a job; may be nil
}

// Founding is what a new instance starts with.
type Founding struct {
	Instance string
	Rules    staff.Rules      // of the profile
	Signer   *seal.Signer     // of the instance
	Stamps   *seal.Stamper    // of the instance
	Recovery seal.Code        // the recovery key, shown once and kept by people
	Shares   []seal.CodeShare // of the recovery key; none: it is kept as one code
	Closed   bool             // the form is opened at the end of the set-up
	Keeps    []int            // what the first member keeps: numbers of shares, or 1 for the code
	First    Person
}

// Person is somebody to be invited.
type Person struct {
	Name, Email, Language string
	Assignments           []staff.Assignment
}

// Found writes the instance's row, the directory's first event with the recovery
// key, and the invitation of the first member, whose token it returns.
func Found(ctx context.Context, s *store.Store, f Founding) (seal.Token, error) {
	now, first := s.Now(), staff.ID(ident.New())
	f.Rules.Closed = f.Closed
	event, err := staff.Found(f.Instance, now, f.Rules, []staff.Recovery{f.recovery(first)}, f.Signer)
	if err != nil {
		return seal.Token{}, err
	}
	tok := seal.NewToken()
	row, err := invitation(tok, f.First, "", now)
	if err != nil {
		return seal.Token{}, err
	}
	row.Member = first
	custody.StampInvitation(f.Instance, f.Stamps, &row)
	leaf := custody.Leaf(now, custody.Event{Kind: audit.DirectoryEvent, Actor: audit.Actor{Kind: audit.Operator}, Object: string(staff.Genesis)})
	samples, err := f.samples()
	if err != nil {
		return seal.Token{}, err
	}
	err = s.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Instance(); !errors.Is(err, store.ErrNone) {
			return errors.Join(ErrFounded, err)
		}
		for _, m := range samples {
			if err := tx.PutSetupMark(m); err != nil {
				return err
			}
		}
		return errors.Join(
			tx.InsertInstance(store.InstanceRow{ID: f.Instance, Profile: f.Rules.Profile, Created: now}),
			tx.InsertDirectoryEvent(event), tx.InsertInvitation(row), tx.InsertLeaf(leaf))
	})
	if err != nil {
		return seal.Token{}, fmt.Errorf("found instance: %w", err)
	}
	return tok, nil
}

func invitation(tok seal.Token, p Person, by staff.ID, now time.Time) (store.Invitation, error) {
	address, err := mail.ParseAddress(strings.TrimSpace(p.Email))
	if err != nil {
		return store.Invitation{}, fault.New(fault.Invalid, "error.email-wrong")
	}
	name := strings.TrimSpace(p.Name)
	if name == "" {
		return store.Invitation{}, fault.New(fault.Invalid, "error.name-missing")
	}
	if len(p.Assignments) == 0 {
		return store.Invitation{}, fault.New(fault.Invalid, "error.assignment-missing")
	}
	text := staff.FormatAssignments(p.Assignments)
	if _, err := staff.ParseAssignments(text); err != nil {
		return store.Invitation{}, fault.New(fault.Invalid, "error.assignment-missing")
	}
	return store.Invitation{
		ID: ident.New(), Lookup: tok.ID(), Email: signin.NormalEmail(address.Address), Name: name, Language: p.Language,
		Assignments: text, InvitedBy: by, Created: now, Expires: now.Add(InvitationLife),
	}, nil
}

// EnrolPath is the address on our own host at which an invitation is used.
func EnrolPath(tok seal.Token) string { return "/desk/enrol/" + tok.Cookie() }

// Invite asks a person onto the desk and returns the path of the link, which is
// also sent by mail. Only a configurator may; fault error.not-allowed otherwise.
func (s *Setup) Invite(ctx context.Context, actor access.Actor, p Person) (string, error) {
	paths, _, err := s.InviteAll(ctx, actor, []Person{p})
	if err != nil {
		return "", err
	}
	return paths[0], nil
}

// InviteAll invites several people, all or none; where one cannot be, at says which.
func (s *Setup) InviteAll(ctx context.Context, actor access.Actor, people []Person) (paths []string, at int, err error) {
	if !actor.Configurator() {
		return nil, 0, fault.New(fault.Denied, "error.not-allowed")
	}
	if len(people) == 0 {
		return nil, 0, fault.New(fault.Invalid, "error.name-missing")
	}
	now := s.Store.Now()
	var writes []func(*store.Tx) error
	for n, p := range people {
		tok := seal.NewToken()
		row, err := invitation(tok, p, actor.Member, now)
		if err != nil {
			return nil, n, err
		}
		s.Custody.Stamp(&row)
		mail, err := s.mail(letter.Order{
			Template: letter.Invitation, Lang: p.Language, To: row.Email, Link: EnrolPath(tok), Until: row.Expires,
		}, "")
		if err != nil {
			return nil, n, err
		}
		leaf := custody.Leaf(now, custody.Event{Kind: audit.MemberInvited, Actor: custody.ByMember(actor.Member), Object: row.ID})
		writes = append(writes, func(tx *store.Tx) error {
			return errors.Join(tx.InsertInvitation(row), tx.QueueMail(mail, now), tx.InsertLeaf(leaf))
		})
		paths = append(paths, EnrolPath(tok))
	}
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		for _, write := range writes {
			if err := write(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("invite members: %w", err)
	}
	s.wake()
	return paths, 0, nil
}
