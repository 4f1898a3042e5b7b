package custody

import (
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// DeskPieces takes the files that a member adds to a case. What came of one is sealed under
// the investigation of that case, and bound to that member: a colleague does not go on with
// it, nor the member once their keys are taken away. The caller sets the bounds.
func (c *Custody) DeskPieces(o *Opened, member staff.ID) (Pieces, error) {
	keys := o.latest()
	if keys == nil {
		return Pieces{}, errOlder
	}
	room, ok := keys.Compartment(seal.Investigation)
	if !ok {
		return Pieces{}, seal.ErrOpen
	}
	at := c.context(o.Case.ID, "desk/"+string(member)+"/", "", 0)
	at.Compartment = seal.Investigation
	id := o.Case.ID
	return Pieces{
		Kind: "desk", Owner: store.DeskOwner(id, member), Key: deskKey{room, o}, At: at, Loose: true,
		May: func(tx *store.Tx) error {
			granted, err := tx.Granted(id, member)
			if err == nil && !granted {
				return fault.ErrNotFound
			}
			return err
		},
	}, nil
}

// deskKey seals under the newest keys of a case. What was begun before they were renewed
// still opens.
type deskKey struct {
	*seal.CompartmentKey
	o *Opened
}

// Open tries every key that the member has.
func (d deskKey) Open(at seal.Context, box seal.Box) ([]byte, error) {
	plain, err := d.CompartmentKey.Open(at, box)
	for _, keys := range d.o.keys {
		if err == nil {
			break
		}
		if room, ok := keys.Compartment(seal.Investigation); ok {
			plain, err = room.Open(at, box)
		}
	}
	return plain, err
}
