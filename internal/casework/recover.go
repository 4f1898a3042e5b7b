package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Verdict says what the recovery key can do about a case for a member.
type Verdict string

// The verdicts.
const (
	RecoverGive     Verdict = "give"     // the member may have the keys
	RecoverHas      Verdict = "has"      // and has them already
	RecoverExcluded Verdict = "excluded" // the member is excluded from the case and never gets them
	RecoverOther    Verdict = "other"    // the case is not for the member's team
	RecoverDamaged  Verdict = "damaged"  // the case is not as it was saved
)

// Recovery is a use of the recovery key: to give cases to one member of the
// directory.
type Recovery struct {
	Code    seal.Code
	Key     staff.Recovery // that the code is
	To      string         // address of the member
	Numbers []casefile.Number
}

// RecoveryPlan is what a use of the recovery key will do.
type RecoveryPlan struct {
	Name  string // of the member
	Cases []RecoveryCase

	member staff.ID
	use    Recovery
}

// RecoveryCase is a case that the recovery key opens, and what it will do there.
type RecoveryCase struct {
	Number  casefile.Number
	Verdict Verdict

	id casefile.ID
}

// Count counts the cases with a verdict.
func (p RecoveryPlan) Count(v Verdict) (n int) {
	for _, c := range p.Cases {
		if c.Verdict == v {
			n++
		}
	}
	return n
}

// ErrNoMember tells that the directory vouches for no active member with an address
// who handles cases.
var ErrNoMember = fault.New(fault.NotFound, "error.recovery-member")

// PlanRecovery says what a use of the recovery key would do. Cases that it has no
// grant of are as if they did not exist. That the key was brought is logged; nothing
// else is written.
func (c *Casework) PlanRecovery(ctx context.Context, use Recovery) (RecoveryPlan, error) {
	p := RecoveryPlan{use: use}
	dir, err := c.Custody.Directory(ctx)
	if err != nil {
		return p, err
	}
	var member store.Member
	var files []store.Case
	leaf := c.recoveryLeaf(use, "planned", "")
	err = c.write(ctx, func(tx *store.Tx) (err error) {
		if member, err = tx.MemberByEmail(strings.ToLower(strings.TrimSpace(use.To))); err != nil {
			return err
		}
		if files, err = tx.RecoveryCases(use.Key.ID); err != nil {
			return err
		}
		return tx.InsertLeaf(leaf)
	})
	entry, ok := dir.Entry(member.ID)
	if errors.Is(err, store.ErrNone) || err == nil && (!ok || !member.Active || !entry.Has(staff.RoleHandler)) {
		return p, ErrNoMember
	}
	if err != nil {
		return p, fmt.Errorf("plan recovery: %w", err)
	}
	c.Custody.Recognise(ctx, member, entry)
	p.member, p.Name = member.ID, member.Name
	for _, f := range files {
		if len(use.Numbers) > 0 && !slices.Contains(use.Numbers, f.Number) {
			continue
		}
		v, err := c.verdict(ctx, dir, use, f.ID, entry)
		if err != nil {
			return p, err
		}
		p.Cases = append(p.Cases, RecoveryCase{f.Number, v, f.ID})
	}
	return p, nil
}

func (c *Casework) recoveryLeaf(use Recovery, what string, member staff.ID) store.Leaf {
	return custody.Leaf(c.Store.Now(), custody.Event{
		Kind: audit.RecoveryUsed, Actor: audit.Actor{Kind: audit.Operator}, Object: use.Key.ID,
		Detail: map[string]string{"what": what, "member": string(member)},
	})
}

func (c *Casework) verdict(ctx context.Context, dir *staff.Directory, use Recovery, id casefile.ID, to staff.Entry) (Verdict, error) {
	o, err := c.Custody.OpenRecovery(ctx, use.Code, use.Key.ID, id)
	if errors.Is(err, fault.ErrNotFound) {
		return RecoverDamaged, nil // it has a grant, which does not open
	}
	if err != nil {
		return "", err
	}
	return verdictOf(dir, o, to), nil
}

func verdictOf(dir *staff.Directory, o *custody.Opened, to staff.Entry) Verdict {
	want := o.Want(dir)
	switch {
	case o.Damaged || want.Now.Blind:
		return RecoverDamaged
	case want.Without.Covers(to):
		return RecoverExcluded
	case slices.Contains(want.Now.Members, to.ID):
		return RecoverHas
	case o.MayRestore(dir, to.ID):
		return RecoverGive
	default:
		return RecoverOther
	}
}

// Recover does what a plan says, and returns how many cases it gave. First the use
// itself is written: the line of the log, what the desk shows, and the mails that
// tell all members.
func (c *Casework) Recover(ctx context.Context, p RecoveryPlan) (given int, err error) {
	if err := c.tellRecovery(ctx, p); err != nil {
		return 0, err
	}
	for _, rc := range p.Cases {
		if rc.Verdict != RecoverGive {
			continue
		}
		if err := custody.Retry(func() error { return c.recoverCase(ctx, p, rc.id) }); err != nil {
			return given, fmt.Errorf("recover %s: %w", rc.Number, err)
		}
		given++
	}
	return given, nil
}

func (c *Casework) tellRecovery(ctx context.Context, p RecoveryPlan) error {
	var members []store.Member
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		members, err = tx.Members()
		return err
	})
	if err != nil {
		return fmt.Errorf("read members: %w", err)
	}
	now := c.Store.Now()
	var mails []store.Mail
	for _, m := range members {
		if !m.Active {
			continue
		}
		order := letter.Order{Template: letter.RecoveryUsed, Lang: m.Language, To: m.Email, Received: now, Link: "/desk/drill"}
		mail, err := c.Custody.SealMail(c.Mails, store.Mail{Member: m.ID}, order)
		if err != nil {
			return err
		}
		mails = append(mails, mail)
	}
	leaf, id := c.recoveryLeaf(p.use, "used", p.member), ident.New()
	err = c.write(ctx, func(tx *store.Tx) error {
		if err := queued(mails)(tx); err != nil {
			return err
		}
		return errors.Join(tx.InsertRecoveryUse(id, p.member), tx.InsertLeaf(leaf))
	})
	if err != nil {
		return fmt.Errorf("tell of recovery: %w", err)
	}
	c.wake()
	return nil
}

func (c *Casework) recoverCase(ctx context.Context, p RecoveryPlan, id casefile.ID) error {
	o, err := c.Custody.OpenRecovery(ctx, p.use.Code, p.use.Key.ID, id)
	if err != nil {
		return err
	}
	dir, err := c.Custody.Directory(ctx)
	if err != nil {
		return err
	}
	entry, ok := dir.Entry(p.member)
	if !ok || verdictOf(dir, o, entry) != RecoverGive {
		return custody.ErrNoRecipient
	}
	added, err := c.Custody.Restore(dir, o, p.member)
	if err != nil {
		return err
	}
	return c.write(ctx, added.Insert)
}
