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
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/letter"
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
	Store   *store.Store
	Custody *custody.Custody
	SignIn  *signin.SignIn
	Mails   Sealer
	Wake    func() // tells the background work that there is a job; may be nil
}

// Founding is what a new instance starts with.
type Founding struct {
	Instance string
	Profile  string
	Signer   *seal.Signer     // of the instance
	Recovery seal.Code        // the recovery key, shown once and kept by people
	Shares   []seal.CodeShare // of the recovery key; none: it is kept as one code
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
	body, err := staff.Compose(nil, f.Instance, now, staff.Change{
		Type: staff.Genesis, Recovery: []staff.Recovery{f.recovery(first)},
	})
	if err != nil {
		return seal.Token{}, err
	}
	event, err := staff.Complete(body, []staff.Signature{{By: staff.ByInstance, Value: f.Signer.Sign(staff.SigningContext(f.Instance), body)}})
	if err != nil {
		return seal.Token{}, err
	}
	tok := seal.NewToken()
	row, err := invitation(tok, f.First, "", now)
	if err != nil {
		return seal.Token{}, err
	}
	row.Member = first
	leaf := custody.Leaf(now, custody.Event{Kind: audit.DirectoryEvent, Actor: audit.Actor{Kind: audit.Operator}, Object: string(staff.Genesis)})
	err = s.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Instance(); !errors.Is(err, store.ErrNone) {
			return errors.Join(ErrFounded, err)
		}
		return errors.Join(
			tx.InsertInstance(store.InstanceRow{ID: f.Instance, Profile: f.Profile, Created: now}),
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
	if !actor.Configurator() {
		return "", fault.New(fault.Denied, "error.not-allowed")
	}
	tok, now := seal.NewToken(), s.Store.Now()
	row, err := invitation(tok, p, actor.Member, now)
	if err != nil {
		return "", err
	}
	order, err := letter.Pack(letter.Order{
		Template: letter.Invitation, Lang: p.Language, To: row.Email, Link: EnrolPath(tok), Until: row.Expires,
	})
	if err != nil {
		return "", err
	}
	id := ident.New()
	letterRow := store.Mail{ID: id, Kind: string(letter.Invitation), Box: s.Mails.Seal(custody.MailContext(s.Custody.Instance(), id), order)}
	leaf := custody.Leaf(now, custody.Event{Kind: audit.MemberInvited, Actor: custody.ByMember(actor.Member), Object: row.ID})
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		return errors.Join(tx.InsertInvitation(row), tx.QueueMail(letterRow, now), tx.InsertLeaf(leaf))
	})
	if err != nil {
		return "", fmt.Errorf("invite member: %w", err)
	}
	if s.Wake != nil {
		s.Wake()
	}
	return EnrolPath(tok), nil
}

// Vouch lets an enrolled person in, signed by a member who compared the
// fingerprint with them. The password opens the signing key for this one act.
func (s *Setup) Vouch(ctx context.Context, actor access.Actor, id, password string) error {
	if !actor.Entry.Active {
		return fault.New(fault.Denied, "error.not-allowed")
	}
	secret, err := s.SignIn.Unlock(ctx, actor, password)
	if err != nil {
		return err
	}
	return custody.Retry(func() error { return s.vouch(ctx, actor, id, secret.Signer()) })
}

func (s *Setup) vouch(ctx context.Context, actor access.Actor, id string, signer *seal.Signer) error {
	dir, err := s.Custody.Directory(ctx)
	if err != nil {
		return err
	}
	var row store.Invitation
	err = s.Store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Invitation(id)
		return err
	})
	if errors.Is(err, store.ErrNone) || err == nil && row.State != "enrolled" {
		return fault.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("read invitation: %w", err)
	}
	body, err := signin.EnrolBody(dir, s.Custody.Instance(), s.Store, row)
	if err != nil {
		return err
	}
	event, err := staff.Complete(body, []staff.Signature{{By: string(actor.Member), Value: signer.Sign(staff.SigningContext(s.Custody.Instance()), body)}})
	if err != nil {
		return err
	}
	if _, err := dir.Follow([]staff.Event{event}); err != nil {
		return err
	}
	leaf := custody.Leaf(s.Store.Now(), custody.Event{
		Kind: audit.DirectoryEvent, Actor: custody.ByMember(actor.Member), Object: string(row.Member),
		Detail: map[string]string{"type": string(staff.Enrol)},
	})
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		return errors.Join(tx.SetInvitationState(row.ID, "enrolled", "vouched"), tx.InsertDirectoryEvent(event), tx.InsertLeaf(leaf))
	})
	if err != nil && !errors.Is(err, store.ErrStale) {
		return fmt.Errorf("vouch: %w", err)
	}
	return err
}

// Colleague is a member or an invited person as the page of people shows them.
type Colleague struct {
	Member      staff.ID // empty while only invited
	Invitation  string
	Name, Email string
	State       string // active, waiting for a vouch, invited, expired, left
	Fingerprint string
	Assignments []staff.Assignment
	Since       time.Time
}

// The states of a colleague.
const (
	Active  = "active"
	Waiting = "waiting" // enrolled; a member must vouch
	Invited = "invited"
	Expired = "expired"
	Left    = "left"
)

// People lists everyone on the desk and everyone invited.
func (s *Setup) People(ctx context.Context, actor access.Actor) ([]Colleague, error) {
	if !actor.Entry.Active {
		return nil, fault.New(fault.Denied, "error.not-allowed")
	}
	dir, err := s.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	var members []store.Member
	var invitations []store.Invitation
	err = s.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if members, err = tx.Members(); err != nil {
			return err
		}
		invitations, err = tx.Invitations()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	var list []Colleague
	for _, m := range members {
		if e, ok := dir.Entry(m.ID); ok {
			list = append(list, Colleague{
				Member: m.ID, Name: m.Name, Email: m.Email, State: Active, Fingerprint: e.Reading.Fingerprint(),
				Assignments: e.Assignments, Since: e.Since,
			})
		}
	}
	for _, i := range invitations {
		if c, ok := s.invited(i); ok {
			list = append(list, c)
		}
	}
	return list, nil
}

func (s *Setup) invited(i store.Invitation) (Colleague, bool) {
	assignments, err := staff.ParseAssignments(i.Assignments)
	if err != nil || i.State == "vouched" || i.State == "cancelled" {
		return Colleague{}, false
	}
	c := Colleague{
		Invitation: i.ID, Name: i.Name, Email: i.Email, State: Invited, Assignments: assignments, Since: i.Created,
	}
	switch {
	case i.State == "enrolled":
		c.State, c.Fingerprint = Waiting, signin.Fingerprint(i)
	case !s.Store.Now().Before(i.Expires):
		c.State = Expired
	}
	return c, true
}
