package custody

import (
	"fmt"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Code is the stamped row by which whoever does not hold a code wraps to it.
func (c *Custody) Code(id casefile.ID, to seal.Recipient, at time.Time) store.Code {
	return c.stampCode(store.Code{Lookup: to.ID(), Case: id, Public: to.Public(), Created: at})
}

// HandedCode is the same of a code that a member gives to the person, and so knows.
func (c *Custody) HandedCode(id casefile.ID, to seal.Recipient, at time.Time) store.Code {
	return c.stampCode(store.Code{Lookup: to.ID(), Case: id, Public: to.Public(), Handed: true, Created: at})
}

func (c *Custody) stampCode(k store.Code) store.Code {
	ctx, record := c.codeRecord(k)
	k.Stamp = c.stamps.Stamp(ctx, 0, record, "system")
	return k
}

// codeRecipient is the holder of a code as a recipient; errDamaged where the row is
// not the one that was stamped.
func (c *Custody) codeRecipient(k store.Code) (seal.Recipient, error) {
	if !c.codeHolds(k) {
		return seal.Recipient{}, errDamaged
	}
	r, err := seal.NewRecipient(seal.RecipientCode, k.Lookup, k.Public)
	if err != nil {
		return r, fmt.Errorf("key of code: %w", err)
	}
	return r, nil
}

// live are the codes of a case that hold a grant of the present epoch, for exactly
// that key. A code that was replaced has none; false when a grant has no such code.
func (c *Custody) live(r rows) ([]store.Code, bool) {
	var list []store.Code
	whole := true
	for _, g := range r.grants {
		if g.Kind != seal.RecipientCode || g.Epoch != r.file.Epoch {
			continue
		}
		found := false
		for _, k := range r.codes {
			if k.Lookup == g.Recipient && k.Public.Fingerprint() == g.Fingerprint && c.codeHolds(k) {
				list, found = append(list, k), true
			}
		}
		whole = whole && found
	}
	return list, whole
}
