package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/letter"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// errOpen tells that a change of the same thing waits for signatures already.
var errOpen = fault.New(fault.Conflict, "error.change-open")

// AskAssignments asks that a member do other things from now on. Only a configurator
// may ask; members sign. It returns the change that waits for them.
func (s *Setup) AskAssignments(ctx context.Context, actor access.Actor, member staff.ID, list []staff.Assignment) (string, error) {
	text := staff.FormatAssignments(list)
	if _, err := staff.ParseAssignments(text); len(list) == 0 || err != nil {
		return "", fault.New(fault.Invalid, "error.assignment-missing")
	}
	return s.ask(ctx, actor, staff.Change{Type: staff.Assign, Member: member, Assignments: list})
}

// Faults of noting who keeps the recovery key.
var (
	errKeeperTwice = fault.New(fault.Invalid, "error.keeper-twice")
	errKeeperSame  = fault.New(fault.Invalid, "error.keeper-same")
)

// AskKeepers asks that other people be noted as those who keep a recovery key: for
// one that is kept as a code, every keeper; for one in shares, the keeper of each
// share in turn, empty where that is somebody outside the desk. Faults: somebody
// keeps two shares; nothing would change.
func (s *Setup) AskKeepers(ctx context.Context, actor access.Actor, id string, keepers []staff.ID) (string, error) {
	dir, err := s.Custody.Granting(ctx)
	if err != nil {
		return "", err
	}
	list := dir.RecoveryKeys()
	at := slices.IndexFunc(list, func(r staff.Recovery) bool { return r.ID == id })
	if at < 0 {
		return "", fault.ErrNotFound
	}
	for n, k := range keepers {
		if k == "" {
			continue
		}
		if _, ok := dir.Entry(k); !ok {
			return "", fault.ErrNotFound
		}
		if slices.Contains(keepers[:n], k) {
			return "", errKeeperTwice
		}
	}
	was := list[at].Holders()
	list[at], err = kept(list[at], keepers)
	if err != nil {
		return "", err
	}
	if slices.Equal(was, list[at].Holders()) {
		return "", errKeeperSame
	}
	return s.ask(ctx, actor, staff.Change{Type: staff.Recover, Recovery: list})
}

func kept(r staff.Recovery, keepers []staff.ID) (staff.Recovery, error) {
	if len(r.Shares) == 0 {
		r.Keepers = slices.DeleteFunc(slices.Clone(keepers), func(id staff.ID) bool { return id == "" })
		return r, nil
	}
	if len(keepers) != len(r.Shares) {
		return r, fault.ErrNotFound
	}
	r.Shares = slices.Clone(r.Shares)
	for n := range r.Shares {
		r.Shares[n].Keeper = keepers[n]
	}
	return r, nil
}

func (s *Setup) ask(ctx context.Context, actor access.Actor, ch staff.Change) (string, error) {
	if !actor.Configurator() {
		return "", fault.New(fault.Denied, "error.not-allowed")
	}
	dir, err := s.Custody.Granting(ctx)
	if err != nil {
		return "", err
	}
	if ch.Member != "" {
		e, ok := dir.Entry(ch.Member)
		if !ok {
			return "", fault.ErrNotFound
		}
		if slices.Equal(e.Assignments, ch.Assignments) {
			return "", fault.New(fault.Invalid, "error.assignment-same")
		}
	}
	statement, err := s.Custody.Compose(dir, ch)
	if err != nil {
		return "", err
	}
	now := s.Store.Now()
	row := store.DirectoryChange{ID: ident.New(), Statement: statement, AskedBy: actor.Member, Created: now}
	mails, err := s.askSigners(ctx, dir, row.ID, ch, actor.Member)
	if err != nil {
		return "", err
	}
	leaf := custody.Leaf(now, custody.Event{
		Kind: audit.ChangeAsked, Actor: custody.ByMember(actor.Member), Object: (&pending{change: ch}).subject(),
		Detail: map[string]string{"type": string(ch.Type)},
	})
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		waiting, err := tx.DirectoryChanges()
		if err != nil {
			return err
		}
		for _, w := range waiting {
			if other, err := staff.DecodeChange(w.Statement); err == nil && other.Member == ch.Member && (ch.Member != "" || other.Type == ch.Type) {
				return errOpen
			}
		}
		return errors.Join(tx.PutDirectoryChange(row), tx.InsertLeaf(leaf), mails(tx))
	})
	if err != nil {
		return "", fmt.Errorf("ask for change: %w", err)
	}
	s.wake()
	return row.ID, nil
}

// askSigners mails the members who may sign a change that it waits for them; those
// who know of it already are left out.
func (s *Setup) askSigners(ctx context.Context, dir *staff.Directory, id string, ch staff.Change, know ...staff.ID) (func(*store.Tx) error, error) {
	people, err := s.Custody.People(ctx, dir)
	if err != nil {
		return nil, err
	}
	var members []store.Member
	err = s.Store.Read(ctx, func(tx *store.Tx) (err error) {
		members, err = tx.Members()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	rule := dir.Chain().Rule(ch, s.Store.Now())
	var mails []store.Mail
	for _, p := range people {
		e, ok := dir.Entry(p.ID)
		if !ok || !rule.MaySign(e, ch.Member) || slices.Contains(know, p.ID) {
			continue
		}
		mail, err := s.mail(letter.Order{Template: letter.AskSignature, Lang: languageOf(members, p.ID), To: p.Email, Link: ChangePath(id)}, p.ID)
		if err != nil {
			return nil, err
		}
		mails = append(mails, mail)
	}
	return func(tx *store.Tx) error {
		for _, m := range mails {
			if err := tx.QueueMail(m, tx.Now()); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func languageOf(members []store.Member, id staff.ID) string {
	for _, m := range members {
		if m.ID == id {
			return m.Language
		}
	}
	return ""
}

// ChangePath is the address on our own host at which a change is signed.
func ChangePath(id string) string { return "/desk/people/change/" + id }

func (s *Setup) mail(o letter.Order, to staff.ID) (store.Mail, error) {
	return s.Custody.SealMail(s.Mails, store.Mail{Member: to}, o)
}

func (s *Setup) wake() {
	if s.Wake != nil {
		s.Wake()
	}
}

// Renew asks for a change once more that cannot be signed any more, as it was asked
// for; the signatures that it had are void. Whoever asked for it may, and every
// configurator.
func (s *Setup) Renew(ctx context.Context, actor access.Actor, id string) error {
	dir, err := s.Custody.Granting(ctx)
	if err != nil {
		return err
	}
	p, err := s.pending(ctx, id)
	if err != nil {
		return err
	}
	if !actor.Entry.Active || !actor.Configurator() && p.row.AskedBy != actor.Member {
		return fault.New(fault.Denied, "error.not-allowed")
	}
	ch := p.change
	if p.invitation != nil {
		if !s.Custody.InvitationHolds(ctx, *p.invitation) {
			return errBroken
		}
		if ch, err = signin.Entry(*p.invitation); err != nil {
			return err
		}
	}
	statement, err := s.Custody.Compose(dir, ch)
	if err != nil {
		return err
	}
	row := p.row
	row.Statement, row.Created = statement, s.Store.Now()
	leaf := custody.Leaf(row.Created, custody.Event{
		Kind: audit.ChangeAsked, Actor: custody.ByMember(actor.Member), Object: p.subject(), Detail: map[string]string{"type": string(ch.Type)},
	})
	err = s.Store.Write(ctx, func(tx *store.Tx) error { return errors.Join(tx.PutDirectoryChange(row), tx.InsertLeaf(leaf)) })
	if err != nil {
		return fmt.Errorf("ask for change again: %w", err)
	}
	return nil
}

// Withdraw takes a change back that waits for signatures: whoever asked for it may,
// and every configurator. An entry is taken back with its invitation.
func (s *Setup) Withdraw(ctx context.Context, actor access.Actor, id string) error {
	if !actor.Entry.Active {
		return fault.New(fault.Denied, "error.not-allowed")
	}
	p, err := s.pending(ctx, id)
	if err != nil {
		return err
	}
	if !p.mayWithdraw(actor) {
		return fault.New(fault.Denied, "error.not-allowed")
	}
	leaf := custody.Leaf(s.Store.Now(), custody.Event{
		Kind: audit.ChangeDropped, Actor: custody.ByMember(actor.Member), Object: p.subject(),
		Detail: map[string]string{"type": string(p.change.Type)},
	})
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetDirectoryChangeState(id, "open", "withdrawn"); err != nil {
			return err
		}
		if p.invitation != nil {
			if err := tx.SetInvitationState(id, p.invitation.State, "cancelled"); err != nil {
				return err
			}
		}
		if p.change.Type == staff.Enrol { // whoever is to have new keys keeps the old ones
			if err := tx.DeactivateMember(p.change.Member); err != nil {
				return err
			}
		}
		return tx.InsertLeaf(leaf)
	})
	if errors.Is(err, store.ErrStale) {
		return fault.New(fault.Conflict, "error.changed-meanwhile")
	}
	if err != nil {
		return fmt.Errorf("withdraw change: %w", err)
	}
	return nil
}
