package setup

import (
	"context"
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

// Colleague is a member or an invited person as the page of people shows them.
type Colleague struct {
	Member      staff.ID // empty while only invited
	Invitation  string
	Name, Email string
	State       string // active, entering, waiting for a vouch, invited, expired
	Fingerprint string
	Assignments []staff.Assignment
	Since       time.Time // entering: from when
	Cosigner    bool
	Resetting   bool // new access was started for them and not used yet
}

// The states of a colleague.
const (
	Active   = "active"
	Entering = "entering" // signed; holds from a time on
	Waiting  = "waiting"  // enrolled; members must vouch
	Invited  = "invited"
	Expired  = "expired"
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
	people, err := s.Custody.People(ctx, dir)
	if err != nil {
		return nil, err
	}
	var list []Colleague
	for _, p := range people {
		if e, ok := dir.Entry(p.ID); ok {
			list = append(list, colleague(p, e))
		}
	}
	slices.SortStableFunc(list, func(x, y Colleague) int { return compare(x.Name, y.Name) })
	var invitations []store.Invitation
	err = s.Store.Read(ctx, func(tx *store.Tx) (err error) {
		invitations, err = tx.Invitations()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	open := resetting(invitations, s.Store.Now())
	for n := range list {
		list[n].Resetting = open[list[n].Member]
	}
	return append(list, s.invited(dir, invitations)...), nil
}

func compare(x, y string) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	default:
		return 0
	}
}

func colleague(p custody.Person, e staff.Entry) Colleague {
	return Colleague{
		Member: p.ID, Name: p.Name, Email: p.Email, State: Active, Fingerprint: e.Reading.Fingerprint(),
		Assignments: e.Assignments, Since: e.Since, Cosigner: e.Cosigner,
	}
}

// invited lists whoever is on their way onto the desk.
func (s *Setup) invited(dir *staff.Directory, invitations []store.Invitation) []Colleague {
	entering := map[staff.ID]time.Time{}
	for _, u := range dir.Upcoming() {
		if u.Change.Type == staff.Enrol {
			entering[u.Change.Member] = u.From
		}
	}
	var list []Colleague
	for _, i := range invitations {
		if c, ok := s.onTheWay(i, entering[i.Member]); ok {
			list = append(list, c)
		}
	}
	return list
}

func (s *Setup) onTheWay(i store.Invitation, from time.Time) (Colleague, bool) {
	assignments, err := staff.ParseAssignments(i.Assignments)
	if err != nil || i.Kind == store.InvitationReset || i.State == "cancelled" || i.State == "vouched" && from.IsZero() {
		return Colleague{}, false
	}
	c := Colleague{
		Invitation: i.ID, Name: i.Name, Email: i.Email, State: Invited, Assignments: assignments, Since: i.Created,
	}
	switch {
	case i.State == "vouched":
		c.State, c.Since, c.Fingerprint = Entering, from, signin.Fingerprint(i)
	case i.State == "enrolled":
		c.State, c.Fingerprint = Waiting, signin.Fingerprint(i)
	case !s.Store.Now().Before(i.Expires):
		c.State = Expired
	}
	return c, true
}

// Coming is a change that is signed and holds from a time on.
type Coming struct {
	From  time.Time
	Type  staff.EventType
	Name  string // of the member; empty where it is about the recovery keys
	After []staff.Assignment
}

// Changes is what is about to change on the desk.
type Changes struct {
	Waiting  []*Change // for signatures
	Coming   []Coming
	Recovery []RecoveryKey // the recovery keys as they are
}

// Changes lists what waits for signatures, what is signed and comes, and the recovery
// keys.
func (s *Setup) Changes(ctx context.Context, actor access.Actor) (*Changes, error) {
	if !actor.Entry.Active {
		return nil, fault.New(fault.Denied, "error.not-allowed")
	}
	dir, err := s.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	var rows []store.DirectoryChange
	err = s.Store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.DirectoryChanges()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}
	all := &Changes{}
	for _, row := range rows {
		if p, err := s.pending(ctx, row.ID); err == nil { // one that nobody here wrote is not shown
			all.Waiting = append(all.Waiting, s.view(p, actor))
		}
	}
	people, err := s.Custody.Everyone(ctx)
	if err != nil {
		return nil, err
	}
	here := &pending{dir: dir, people: people}
	for _, u := range dir.Upcoming() {
		all.Coming = append(all.Coming, Coming{u.From, u.Change.Type, here.name(string(u.Change.Member)), u.Change.Assignments})
	}
	for _, r := range dir.RecoveryKeys() {
		all.Recovery = append(all.Recovery, here.recoveryKey(r, false))
	}
	return all, nil
}

// Colleague returns an active member, and the change about them that waits for
// signatures, if there is one. Fault: not found.
func (s *Setup) Colleague(ctx context.Context, actor access.Actor, id staff.ID) (c Colleague, waiting string, err error) {
	list, err := s.People(ctx, actor)
	if err != nil {
		return c, "", err
	}
	at := slices.IndexFunc(list, func(c Colleague) bool { return c.Member == id && c.Member != "" })
	if at < 0 {
		return c, "", fault.ErrNotFound
	}
	all, err := s.Changes(ctx, actor)
	if err != nil {
		return c, "", err
	}
	for _, w := range all.Waiting {
		if w.Person.Member == id {
			waiting = w.ID
		}
	}
	return list[at], waiting, nil
}

// ToSign lists the changes that wait for this member's signature.
func (s *Setup) ToSign(ctx context.Context, actor access.Actor) ([]*Change, error) {
	if !actor.Entry.Active {
		return nil, nil
	}
	var rows []store.DirectoryChange
	err := s.Store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.DirectoryChanges()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}
	var list []*Change
	for _, row := range rows {
		if p, err := s.pending(ctx, row.ID); err == nil {
			if v := s.view(p, actor); v.MaySign {
				list = append(list, v)
			}
		}
	}
	return list, nil
}

// Entering tells from when a member who is not active yet will be; false where nobody
// has let them in.
func (s *Setup) Entering(ctx context.Context, actor access.Actor) (time.Time, bool) {
	dir, err := s.Custody.Directory(ctx)
	if err != nil {
		return time.Time{}, false
	}
	for _, u := range dir.Upcoming() {
		if u.Change.Type == staff.Enrol && u.Change.Member == actor.Member {
			return u.From, true
		}
	}
	return time.Time{}, false
}
