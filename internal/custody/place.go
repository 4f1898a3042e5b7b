package custody

import (
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Compose writes a change of the directory as it is signed. The directory must be
// Granting's.
func (c *Custody) Compose(d *staff.Directory, ch staff.Change) ([]byte, error) {
	return d.Chain().Compose(c.store.Now(), ch)
}

// Gathered reads a change with the signatures that it has so far.
func Gathered(tx *store.Tx, id string) (row store.DirectoryChange, list []staff.Signature, err error) {
	if row, err = tx.DirectoryChange(id); err != nil {
		return row, nil, err
	}
	rows, err := tx.DirectorySignatures(id)
	for _, s := range rows {
		list = append(list, staff.Signature{By: s.Signer, Value: s.Value})
	}
	return row, list, err
}

// Place gives a change that has all its signatures its place in the chain. Nothing is
// written; the event goes into the database in the transaction of the change.
func (c *Custody) Place(d *staff.Directory, statement []byte, signatures []staff.Signature) (staff.Event, error) {
	return d.Chain().Place(statement, signatures, c.store.Now(), c.signer)
}

// SignAsInstance signs a change in the installation's own name: for the first member,
// and where an operator stands in for members who are missing.
func (c *Custody) SignAsInstance(statement []byte) staff.Signature {
	return staff.Sign(c.instance, staff.ByInstance, c.signer, statement)
}
