package setup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// RekeyJob is the kind of the background work that takes new keys over when the
// directory holds them.
const RekeyJob = "rekey"

// Faults of a reset.
var (
	errOwnReset = fault.New(fault.Denied, "error.reset-own")
	errNoReset  = fault.New(fault.Conflict, "error.reset-none")
)

// Reset starts new access for a member who lost their password or second factor: a
// link by which they enrol again, with new keys that open nothing. Nobody chooses a
// password for anybody. It returns the path of the link, which is also mailed to the
// address that the directory vouches for. The member's sessions end; their password
// goes on working until colleagues have confirmed the new keys. Only a configurator
// may, with the password once more, and not for themselves.
func (s *Setup) Reset(ctx context.Context, actor access.Actor, member staff.ID, password string) (string, error) {
	if !actor.Configurator() {
		return "", fault.New(fault.Denied, "error.not-allowed")
	}
	if actor.Member == member {
		return "", errOwnReset
	}
	if err := s.SignIn.StepUp(ctx, actor, password); err != nil {
		return "", err
	}
	return s.reset(ctx, member, actor.Member, custody.ByMember(actor.Member))
}

// ResetByOperator is Reset by command, where no configurator can sign in.
func (s *Setup) ResetByOperator(ctx context.Context, email string) (string, error) {
	people, err := s.Custody.Everyone(ctx)
	if err != nil {
		return "", err
	}
	for _, p := range people {
		if p.Email == signin.NormalEmail(email) {
			return s.reset(ctx, p.ID, "", audit.Actor{Kind: audit.Operator})
		}
	}
	return "", fault.ErrNotFound
}

func (s *Setup) reset(ctx context.Context, member, asked staff.ID, by audit.Actor) (string, error) {
	dir, err := s.Custody.Granting(ctx)
	if err != nil {
		return "", err
	}
	entry, ok := dir.Entry(member)
	if !ok {
		return "", fault.ErrNotFound
	}
	people, err := s.Custody.People(ctx, dir)
	if err != nil {
		return "", err
	}
	who := Person{Assignments: entry.Assignments}
	for _, p := range people {
		if p.ID == member {
			who.Name, who.Email = p.Name, p.Email
		}
	}
	if who.Language, err = s.language(ctx, member); err != nil {
		return "", err
	}
	tok, now := seal.NewToken(), s.Store.Now()
	row, err := invitation(tok, who, asked, now)
	if err != nil {
		return "", err
	}
	row.Kind, row.Member = store.InvitationReset, member
	s.Custody.Stamp(&row)
	mail, err := s.mail(letter.Order{
		Template: letter.Reset, Lang: who.Language, To: row.Email, Link: EnrolPath(tok), Until: row.Expires,
	}, member)
	if err != nil {
		return "", err
	}
	leaf := custody.Leaf(now, custody.Event{Kind: audit.ResetStarted, Actor: by, Object: string(member)})
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := unchanging(tx, member); err != nil {
			return err
		}
		_, err := tx.CancelResets(member)
		return errors.Join(err, tx.InsertInvitation(row), tx.QueueMail(mail, now), tx.DeleteSessionsOf(member), tx.InsertLeaf(leaf))
	})
	if err != nil {
		return "", fmt.Errorf("start reset: %w", err)
	}
	s.wake()
	return EnrolPath(tok), nil
}

func (s *Setup) language(ctx context.Context, member staff.ID) (language string, err error) {
	err = s.Store.Read(ctx, func(tx *store.Tx) error {
		m, err := tx.Member(member)
		language = m.Language
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read member: %w", err)
	}
	return language, nil
}

// unchanging fails with errOpen when a change of a member waits for signatures.
func unchanging(tx *store.Tx, member staff.ID) error {
	waiting, err := tx.DirectoryChanges()
	if err != nil {
		return err
	}
	for _, w := range waiting {
		if ch, err := staff.DecodeChange(w.Statement); err == nil && ch.Member == member {
			return errOpen
		}
	}
	return nil
}

// CancelReset calls a reset off that was not used yet: a configurator may, and the
// member it is for. One that was used waits for signatures and is withdrawn there.
func (s *Setup) CancelReset(ctx context.Context, actor access.Actor, member staff.ID) error {
	if !actor.Entry.Active || !actor.Configurator() && actor.Member != member {
		return fault.New(fault.Denied, "error.not-allowed")
	}
	leaf := custody.Leaf(s.Store.Now(), custody.Event{Kind: audit.ResetEnded, Actor: custody.ByMember(actor.Member), Object: string(member)})
	err := s.Store.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.CancelResets(member)
		if err == nil && n == 0 {
			err = errNoReset
		}
		return errors.Join(err, tx.InsertLeaf(leaf))
	})
	if err != nil {
		return fmt.Errorf("call off reset: %w", err)
	}
	return nil
}

// ResetPath is the address on our own host at which a reset is started or called off.
func ResetPath(member staff.ID) string { return "/desk/people/member/" + string(member) + "/reset" }

// ResetOf tells a member where new access that was started for them can be called
// off; empty where there is none.
func (s *Setup) ResetOf(ctx context.Context, actor access.Actor) (path string, err error) {
	err = s.Store.Read(ctx, func(tx *store.Tx) error {
		open, err := tx.OpenResets(actor.Member)
		if err != nil || len(open) == 0 {
			return err
		}
		path = ResetPath(actor.Member)
		if open[0].State == "enrolled" {
			path = ChangePath(open[0].ID)
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("read resets: %w", err)
	}
	return path, nil
}

// TakeOver puts what a member made at a reset in the place of their old account as
// soon as the directory holds their new keys, and takes away what was wrapped to the
// old ones. It returns when to try again, or the zero time when it is done. It may be
// interrupted and called again.
func (s *Setup) TakeOver(ctx context.Context, id string) (again time.Time, err error) {
	var row store.Invitation
	err = s.Store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Invitation(id)
		return err
	})
	if errors.Is(err, store.ErrNone) || err == nil && (row.Kind != store.InvitationReset || row.State != "vouched") {
		return again, nil
	}
	if err != nil {
		return again, fmt.Errorf("read reset: %w", err)
	}
	dir, err := s.Custody.Granting(ctx)
	if err != nil {
		return again, err
	}
	entry, ok := dir.Entry(row.Member)
	if !ok {
		return again, nil // left meanwhile
	}
	v, fresh, err := s.SignIn.Renewal(row)
	if err != nil {
		return again, err
	}
	if fresh {
		if entry.Reading.Fingerprint() != v.Reading.Fingerprint() {
			return upcoming(dir, v), nil
		}
		leaf := custody.Leaf(s.Store.Now(), custody.Event{Kind: audit.KeyEvent, Actor: custody.ByMember(row.Member), Object: v.Reading.Fingerprint()})
		err = s.Store.Write(ctx, func(tx *store.Tx) error { return errors.Join(v.Write(tx), tx.InsertLeaf(leaf)) })
		if err != nil {
			return again, fmt.Errorf("take over new keys: %w", err)
		}
	}
	return again, s.Custody.Lapse(ctx, row.Member, custody.BySystem())
}

// upcoming tells from when the keys of a renewal hold; the zero time when they never
// will.
func upcoming(dir *staff.Directory, v signin.Renewal) time.Time {
	for _, u := range dir.Upcoming() {
		if u.Change.Type == staff.Rekey && u.Change.Member == v.Member && u.Change.Reading.Fingerprint() == v.Reading.Fingerprint() {
			return u.From
		}
	}
	return time.Time{}
}

// resetting are the members for whom a reset was started and not used yet.
func resetting(list []store.Invitation, now time.Time) map[staff.ID]bool {
	open := map[staff.ID]bool{}
	for _, i := range list {
		if i.Kind == store.InvitationReset && i.State == "open" && now.Before(i.Expires) {
			open[i.Member] = true
		}
	}
	return open
}
