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
	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Signing is a member's signature under a change: what they saw of it, and the
// password that opens their signing key for this one act.
type Signing struct {
	Change   string
	Digest   string
	Password string
}

// Faults of signing.
var (
	errDiffers   = fault.New(fault.Conflict, "error.change-differs")
	errBroken    = fault.New(fault.Conflict, "error.change-broken")
	errConcerned = fault.New(fault.Denied, "error.change-concerned")
	errNewcomer  = fault.New(fault.Denied, "error.change-newcomer")
	errSigned    = fault.New(fault.Conflict, "error.change-signed")
)

// Sign adds a member's signature to a change that waits, after they compared what
// there is to compare. With the last signature that it needs the change takes its
// place. Faults: the change is no longer the one that was seen, or cannot be signed
// any more; the member may not sign it; the password is not right;
// custody.ErrStopped.
func (s *Setup) Sign(ctx context.Context, actor access.Actor, sg Signing) error {
	if _, err := s.signable(ctx, actor, sg); err != nil {
		return err
	}
	secret, err := s.SignIn.Unlock(ctx, actor, sg.Password)
	if err != nil {
		return err
	}
	return custody.Retry(func() error { return s.sign(ctx, actor, sg, secret.Signer()) })
}

// signable decides whether a member may sign what they saw.
func (s *Setup) signable(ctx context.Context, actor access.Actor, sg Signing) (*pending, error) {
	if !actor.Entry.Active {
		return nil, fault.New(fault.Denied, "error.not-allowed")
	}
	if _, err := s.Custody.Granting(ctx); err != nil {
		return nil, err
	}
	p, err := s.pending(ctx, sg.Change)
	if err != nil {
		return nil, err
	}
	switch {
	case digest(p.row.Statement) != sg.Digest:
		return nil, errDiffers
	case p.broken != nil:
		return nil, errors.Join(errBroken, p.broken)
	}
	switch p.whyNot(actor) {
	case WhyConcerned:
		return nil, errConcerned
	case WhySigned:
		return nil, errSigned
	case WhyNewcomer:
		return nil, errNewcomer
	}
	return p, nil
}

func (s *Setup) sign(ctx context.Context, actor access.Actor, sg Signing, signer *seal.Signer) error {
	p, err := s.signable(ctx, actor, sg)
	if err != nil {
		return err
	}
	mine := staff.Sign(s.Custody.Instance(), string(actor.Member), signer, p.row.Statement)
	p.signatures = append(p.signatures, mine)
	if p.rule, p.more, err = p.dir.Chain().Signed(p.row.Statement, p.signatures, s.Store.Now()); err != nil {
		return errors.Join(errBroken, err)
	}
	now := s.Store.Now()
	leaf := custody.Leaf(now, custody.Event{
		Kind: audit.ChangeSigned, Actor: custody.ByMember(actor.Member), Object: p.subject(),
		Detail: map[string]string{"type": string(p.change.Type)},
	})
	add := func(tx *store.Tx) error {
		if err := unmoved(tx, p); err != nil {
			return err
		}
		return errors.Join(
			tx.InsertDirectorySignature(p.row.ID, store.DirectorySignature{Signer: mine.By, Value: mine.Value, At: now}), tx.InsertLeaf(leaf))
	}
	if p.more > 0 || p.rule.Instance {
		return s.wait(ctx, p, add)
	}
	return s.place(ctx, p, custody.ByMember(actor.Member), add)
}

// wait keeps a signature that is not the last, and tells those who may give the next.
func (s *Setup) wait(ctx context.Context, p *pending, add func(*store.Tx) error) error {
	know := []staff.ID{p.row.AskedBy}
	for _, x := range p.signatures {
		know = append(know, staff.ID(x.By))
	}
	mails := func(*store.Tx) error { return nil }
	if p.more > 0 {
		var err error
		if mails, err = s.askSigners(ctx, p.dir, p.row.ID, p.change, know...); err != nil {
			return err
		}
	}
	err := s.Store.Write(ctx, func(tx *store.Tx) error { return errors.Join(add(tx), mails(tx)) })
	if err != nil && !errors.Is(err, store.ErrStale) {
		return fmt.Errorf("sign change: %w", err)
	}
	s.wake()
	return err
}

// unmoved holds the change still for the transaction and checks that it has no other
// signatures than those that were read: of two who sign at once, the second places it.
func unmoved(tx *store.Tx, p *pending) error {
	if err := tx.SetDirectoryChangeState(p.row.ID, "open", "open"); err != nil {
		return err
	}
	signed, err := tx.DirectorySignatures(p.row.ID)
	if err != nil {
		return err
	}
	if len(signed) != len(p.signed) {
		return store.ErrStale
	}
	return nil
}

// place gives a change its place in the chain, with all that follows from it.
func (s *Setup) place(ctx context.Context, p *pending, by audit.Actor, more func(*store.Tx) error) error {
	if p.broken != nil {
		return errors.Join(errBroken, p.broken)
	}
	event, err := s.Custody.Place(p.dir, p.row.Statement, p.signatures)
	if err != nil {
		return errors.Join(errBroken, err)
	}
	leaf := custody.Leaf(s.Store.Now(), custody.Event{
		Kind: audit.DirectoryEvent, Actor: by, Object: p.subject(),
		Detail: map[string]string{"type": string(p.change.Type), "from": s.Store.Now().Add(p.rule.Delay).Format(time.RFC3339)},
	})
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := more(tx); err != nil {
			return err
		}
		if p.change.Type == staff.Routing {
			if err := s.Settings.Still(tx, p.version); err != nil {
				return err
			}
		}
		if err := tx.InsertDirectoryEvent(event); err != nil {
			if sqldb.IsUnique(err) { // another change came first; this one finds its place behind it
				return errors.Join(store.ErrStale, err)
			}
			return err
		}
		return errors.Join(tx.SetDirectoryChangeState(p.row.ID, "open", "placed"), p.effects(tx), tx.InsertLeaf(leaf))
	})
	if err != nil && !errors.Is(err, store.ErrStale) {
		return fmt.Errorf("place change: %w", err)
	}
	if err == nil {
		_, err = s.Custody.Directory(ctx) // seen, and kept outside the database
	}
	if err == nil && p.change.Type == staff.Routing {
		err = s.Settings.Follow(ctx) // where it holds at once
	}
	if err == nil && p.change.Type == staff.Rekey {
		_, err = s.TakeOver(ctx, p.row.ID) // where it holds at once; the job is for later
		s.wake()
	}
	return err
}

// effects are what else follows from a change that takes its place.
func (p *pending) effects(tx *store.Tx) error {
	switch p.change.Type {
	case staff.Enrol:
		return tx.SetInvitationState(p.row.ID, "enrolled", "vouched")
	case staff.Revoke:
		return tx.DeactivateMember(p.change.Member)
	case staff.Rekey:
		job := store.Job{ID: ident.New(), Kind: RekeyJob, Ref: p.row.ID, RunAt: tx.Now().Add(p.rule.Delay)}
		return errors.Join(tx.SetInvitationState(p.row.ID, "enrolled", "vouched"), tx.InsertJob(job))
	case staff.Assign, staff.Recover, staff.Genesis, staff.Renew, staff.Open, staff.Routing:
		return nil
	default:
		return nil
	}
}

// subject names what a change is about in the log.
func (p *pending) subject() string {
	if p.change.Member != "" {
		return string(p.change.Member)
	}
	return string(p.change.Type)
}
