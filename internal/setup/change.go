package setup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Change is a change of the directory that gathers signatures, as those who sign it
// see it.
type Change struct {
	ID     string
	Digest string // of what is signed; whoever signs sends it back
	Type   staff.EventType

	Person      Colleague          // whom it is about; their new key, or the one they have
	Before      []staff.Assignment // what they do now
	After       []staff.Assignment // what they will do
	Recovery    []RecoveryKey      // the recovery keys as they will be
	Moves       []Moved            // where complaints will go otherwise
	AskedBy     string
	Asked       time.Time
	Until       time.Time // when it must have its signatures
	Signed      []Signatory
	Members     int       // how many members must sign
	More        int       // how many are missing
	Operator    bool      // the operator must sign as well
	Cosigners   []string  // who may sign, where not every member may
	From        time.Time // from when it would hold if it were signed now
	Delayed     bool      // it holds only some time after the last signature
	MaySign     bool
	Why         WhyNot // may not sign
	MayWithdraw bool
	Broken      bool // it cannot be signed any more and must be asked for anew
}

// Signatory is somebody who signed.
type Signatory struct {
	Name string
	At   time.Time
}

// RecoveryKey is a recovery key as pages show it.
type RecoveryKey struct {
	ID, Fingerprint string
	Shared          bool     // in shares, with one keeper each, in the order of their numbers
	Keepers         []Keeper // of a key that is not shared; none: kept outside the desk
	New             bool     // not among the keys there are now
}

// Keeper is who keeps a recovery key or a share of it; without a name, somebody
// outside the desk.
type Keeper struct {
	ID   staff.ID
	Name string
}

// WhyNot says why a member may not sign a change.
type WhyNot string

// The reasons.
const (
	WhyConcerned WhyNot = "concerned" // it is about them
	WhySigned    WhyNot = "signed"    // they did
	WhyNewcomer  WhyNot = "newcomer"  // needs cosigners, and they are none
)

// Change returns a change that waits for signatures. Fault: not found.
func (s *Setup) Change(ctx context.Context, actor access.Actor, id string) (*Change, error) {
	if !actor.Entry.Active {
		return nil, fault.New(fault.Denied, "error.not-allowed")
	}
	p, err := s.pending(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.view(p, actor), nil
}

// pending is a change that waits, with all that is needed to judge it.
type pending struct {
	dir        *staff.Directory
	people     []custody.Person
	row        store.DirectoryChange
	change     staff.Change
	signatures []staff.Signature
	signed     []store.DirectorySignature
	invitation *store.Invitation // of an entry
	rule       staff.Rule
	more       int
	broken     error
	moves      []Moved // of where complaints go
	version    int64   // of the configuration with which that was tried
}

func (s *Setup) pending(ctx context.Context, id string) (*pending, error) {
	dir, err := s.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	p := &pending{dir: dir}
	err = s.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if p.row, p.signatures, err = custody.Gathered(tx, id); err != nil {
			return err
		}
		if p.signed, err = tx.DirectorySignatures(id); err != nil {
			return err
		}
		invitation, err := tx.Invitation(id)
		if err == nil {
			p.invitation = &invitation
		} else if errors.Is(err, store.ErrNone) {
			err = nil
		}
		return err
	})
	if errors.Is(err, store.ErrNone) || err == nil && p.row.State != "open" {
		return nil, fault.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read change: %w", err)
	}
	if p.people, err = s.Custody.People(ctx, dir); err != nil {
		return nil, err
	}
	if p.change, err = staff.DecodeChange(p.row.Statement); err != nil {
		return nil, fault.ErrNotFound // not what anybody here wrote
	}
	p.rule, p.more, p.broken = dir.Chain().Signed(p.row.Statement, p.signatures, s.Store.Now())
	if p.broken == nil && !s.asEnrolled(ctx, p) {
		p.broken = errAltered
	}
	return p, p.means(ctx, s)
}

var errAltered = errors.New("the entry is not the one that was prepared at the enrolment")

// asEnrolled reports whether an entry is the one that the invited person made, for
// the tasks and the person of the invitation.
func (s *Setup) asEnrolled(ctx context.Context, p *pending) bool {
	if p.change.Type != staff.Enrol && p.change.Type != staff.Rekey {
		return p.invitation == nil
	}
	if p.invitation == nil || p.invitation.State != "enrolled" || !s.Custody.InvitationHolds(ctx, *p.invitation) {
		return false
	}
	want, err := signin.Entry(*p.invitation)
	got := p.change
	return err == nil && got.Type == want.Type && got.Member == want.Member && string(got.Reading) == string(want.Reading) && string(got.Signing) == string(want.Signing) &&
		string(got.Person) == string(want.Person) && slices.Equal(got.Assignments, want.Assignments)
}

func digest(statement []byte) string {
	sum := sha256.Sum256(statement)
	return hex.EncodeToString(sum[:])
}

func (s *Setup) view(p *pending, actor access.Actor) *Change {
	now := s.Store.Now()
	v := &Change{
		ID: p.row.ID, Digest: digest(p.row.Statement), Type: p.change.Type, After: p.change.Assignments,
		Asked: time.UnixMicro(p.change.Asked).UTC(), AskedBy: p.name(string(p.row.AskedBy)),
		Members: p.rule.Signatures, More: p.more, Operator: p.rule.Instance, Delayed: p.rule.Delay > 0, From: now.Add(p.rule.Delay),
		Broken: p.broken != nil, MayWithdraw: p.mayWithdraw(actor),
	}
	v.Until = v.Asked.Add(staff.Lifetime)
	v.Person = p.person()
	if e, ok := p.dir.Entry(p.change.Member); ok {
		v.Before = e.Assignments
		if p.change.Type == staff.Rekey {
			v.After = e.Assignments
		}
	}
	v.Recovery, v.Moves = p.recovery(), p.moves
	for _, row := range p.signed {
		v.Signed = append(v.Signed, Signatory{p.name(row.Signer), row.At})
	}
	if p.rule.Cosigners {
		for _, e := range p.dir.Active() {
			if p.rule.MaySign(e, p.change.Member) {
				v.Cosigners = append(v.Cosigners, p.name(string(e.ID)))
			}
		}
	}
	v.Why = p.whyNot(actor)
	v.MaySign = v.Why == "" && !v.Broken
	return v
}

// mayWithdraw: whoever asked may, every configurator, and whoever is to have new keys,
// who may never have asked for them.
func (p *pending) mayWithdraw(actor access.Actor) bool {
	return actor.Configurator() || p.row.AskedBy == actor.Member || p.change.Type == staff.Rekey && p.change.Member == actor.Member
}

func (p *pending) whyNot(actor access.Actor) WhyNot {
	switch {
	case actor.Member == p.change.Member:
		return WhyConcerned
	case slices.ContainsFunc(p.signed, func(s store.DirectorySignature) bool { return s.Signer == string(actor.Member) }):
		return WhySigned
	case !p.rule.MaySign(actor.Entry, p.change.Member):
		return WhyNewcomer
	default:
		return ""
	}
}

func (p *pending) name(id string) string {
	for _, x := range p.people {
		if string(x.ID) == id {
			return x.Name
		}
	}
	return ""
}

// person is whom the change is about.
func (p *pending) person() Colleague {
	c := Colleague{Member: p.change.Member, Name: p.name(string(p.change.Member))}
	if e, ok := p.dir.Entry(p.change.Member); ok {
		c.State, c.Fingerprint, c.Since = Active, e.Reading.Fingerprint(), e.Since
	}
	if len(p.change.Reading) > 0 {
		c.Fingerprint = p.change.Reading.Fingerprint()
	}
	if p.invitation != nil {
		c.Invitation, c.Name, c.Email, c.State = p.invitation.ID, p.invitation.Name, p.invitation.Email, Waiting
	}
	for _, x := range p.people {
		if x.ID == p.change.Member {
			c.Email = x.Email
		}
	}
	return c
}

func (p *pending) recovery() (list []RecoveryKey) {
	now := p.dir.RecoveryKeys()
	for _, r := range p.change.Recovery {
		list = append(list, p.recoveryKey(r, !slices.ContainsFunc(now, func(x staff.Recovery) bool { return string(x.Key) == string(r.Key) })))
	}
	return list
}

func (p *pending) recoveryKey(r staff.Recovery, isNew bool) RecoveryKey {
	v := RecoveryKey{ID: r.ID, Fingerprint: r.Key.Fingerprint(), New: isNew, Shared: len(r.Shares) > 0}
	for _, id := range r.Keepers {
		v.Keepers = append(v.Keepers, Keeper{id, p.name(string(id))})
	}
	for _, share := range r.Shares {
		v.Keepers = append(v.Keepers, Keeper{share.Keeper, p.name(string(share.Keeper))})
	}
	return v
}
