package apptest

import (
	"context"
	"errors"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Signed makes the event of a change of the directory, signed by whom it needs, and
// tells after how long it holds. It is not written.
func (i *Instance) Signed(ch staff.Change) (staff.Event, time.Duration) {
	i.T.Helper()
	dir, err := i.Custody.Granting(context.Background())
	i.check(err)
	rule := dir.Chain().Rule(ch, i.Clock.Now())
	var by []string
	for _, e := range dir.Active() {
		if _, ours := i.signers[e.ID]; ours && rule.MaySign(e, ch.Member) && len(by) < rule.Signatures {
			by = append(by, string(e.ID))
		}
	}
	if rule.Instance {
		by = append(by, staff.ByInstance)
	}
	event, err := i.SignedBy(ch, by...)
	i.check(err)
	return event, rule.Delay
}

// SignedBy makes the event of a change that those named signed; it fails as the
// directory does where they are not whom it needs.
func (i *Instance) SignedBy(ch staff.Change, by ...string) (staff.Event, error) {
	i.T.Helper()
	dir, err := i.Custody.Granting(context.Background())
	i.check(err)
	statement, err := i.Custody.Compose(dir, ch)
	i.check(err)
	return i.Custody.Place(dir, statement, i.Signatures(statement, by...))
}

// Signatures are those of members under a change, or of the installation.
func (i *Instance) Signatures(statement []byte, by ...string) (list []staff.Signature) {
	i.T.Helper()
	for _, id := range by {
		if id == staff.ByInstance {
			list = append(list, i.Custody.SignAsInstance(statement))
			continue
		}
		list = append(list, staff.Sign(i.Instance(), id, i.signers[staff.ID(id)], statement))
	}
	return list
}

// Change writes a change of the directory, and moves the clock on to when it holds.
func (i *Instance) Change(ch staff.Change) {
	i.T.Helper()
	event, delay := i.Signed(ch)
	i.check(i.Store.Write(context.Background(), func(tx *store.Tx) error {
		if err := errors.Join(tx.InsertDirectoryEvent(event), tx.InsertLeaf(placed(tx, ch.Member))); err != nil || ch.Type != staff.Revoke {
			return err
		}
		return tx.DeactivateMember(ch.Member)
	}))
	i.Clock.Add(delay)
}

// placed is the line of the log that comes with an event of the directory.
func placed(tx *store.Tx, about staff.ID) store.Leaf {
	return custody.Leaf(tx.Now(), custody.Event{Kind: audit.DirectoryEvent, Actor: custody.BySystem(), Object: string(about)})
}

// Revoke lets a member leave the directory.
func (i *Instance) Revoke(id staff.ID) {
	i.T.Helper()
	i.Change(staff.Change{Type: staff.Revoke, Member: id})
}

// Enrolment is the change by which somebody new would enter, with keys of their own.
func Enrolment(instance string, assignments ...staff.Assignment) (staff.Change, *seal.MemberSecret) {
	secret := seal.NewMemberSecret()
	return enrolment(instance, secret.Keys().Public(), secret.Signer(), assignments), secret
}

func enrolment(instance string, reading seal.PublicKey, signer *seal.Signer, assignments []staff.Assignment) staff.Change {
	id := staff.ID(ident.New())
	return staff.Change{
		Type: staff.Enrol, Member: id, Reading: reading, Signing: signer.Public(), Person: staff.Commit(staff.Salt(), "Somebody New", "new@desk.example"),
		Proof: signer.Sign(staff.ProofContext(instance, id), reading), Assignments: assignments,
	}
}

// TryVouchBy asks whether the directory takes a new member for whom id vouches.
func (i *Instance) TryVouchBy(id staff.ID) error {
	i.T.Helper()
	ch, _ := Enrolment(i.Instance(), staff.Assignment{Role: staff.RoleAuditor})
	_, err := i.SignedBy(ch, string(id))
	return err
}

// TryEnrol asks whether the directory takes a new member with this reading key, for
// whom an active member vouches.
func (i *Instance) TryEnrol(reading seal.PublicKey) error {
	i.T.Helper()
	dir, err := i.Custody.Directory(context.Background())
	i.check(err)
	ch := enrolment(i.Instance(), reading, seal.NewMemberSecret().Signer(), []staff.Assignment{{Role: staff.RoleAuditor}})
	_, err = i.SignedBy(ch, string(dir.Active()[0].ID))
	return err
}
