package apptest

import (
	"context"

	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Revoke lets a member leave the directory, by the first member's signature.
func (i *Instance) Revoke(id staff.ID) {
	i.T.Helper()
	event, err := i.directoryEvent(i.first, staff.Change{Type: staff.Revoke, Member: id})
	i.check(err)
	i.check(i.Store.Write(context.Background(), func(tx *store.Tx) error { return tx.InsertDirectoryEvent(event) }))
}

// TryVouchBy asks whether the directory takes a new member for whom id vouches.
func (i *Instance) TryVouchBy(id staff.ID) error {
	i.T.Helper()
	return i.try(id, seal.NewMemberSecret().Keys().Public())
}

// TryEnrol asks whether the directory takes a new member with this reading key, for
// whom the first member vouches.
func (i *Instance) TryEnrol(reading seal.PublicKey) error {
	i.T.Helper()
	return i.try(i.first, reading)
}

func (i *Instance) try(by staff.ID, reading seal.PublicKey) error {
	i.T.Helper()
	id, signer := staff.ID(ident.New()), seal.NewMemberSecret().Signer()
	event, err := i.directoryEvent(by, staff.Change{
		Type: staff.Enrol, Member: id, Reading: reading, Signing: signer.Public(), Proof: signer.Sign(staff.ProofContext(i.Instance(), id), reading),
		Assignments: []staff.Assignment{{Role: staff.RoleAuditor}},
	})
	i.check(err)
	dir, err := i.Custody.Directory(context.Background())
	i.check(err)
	_, err = dir.Follow([]staff.Event{event})
	return err
}

// directoryEvent signs a change in the name of a member who joined.
func (i *Instance) directoryEvent(by staff.ID, c staff.Change) (staff.Event, error) {
	i.T.Helper()
	dir, err := i.Custody.Directory(context.Background())
	i.check(err)
	body, err := staff.Compose(dir, i.Instance(), i.Clock.Now(), c)
	i.check(err)
	return staff.Complete(body, []staff.Signature{{By: string(by), Value: i.signers[by].Sign(staff.SigningContext(i.Instance()), body)}})
}
