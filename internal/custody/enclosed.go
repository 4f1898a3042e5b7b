package custody

import (
	"context"
	"fmt"

	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// KeyHolder is whoever holds the keys of a case at the moment: it was just founded, or
// was opened.
type KeyHolder interface {
	// enclosable are the keys to be enclosed in a link; nil where they are not all there is.
	enclosable(c *Custody) (*seal.CaseKeys, error)
}

func (f *Foundation) enclosable(*Custody) (*seal.CaseKeys, error) { return f.keys, nil } //nolint:unparam // as the interface has it

func (o *Opened) enclosable(c *Custody) (*seal.CaseKeys, error) {
	keys := o.latest()
	if keys == nil || o.Case.Epoch != 0 || o.Damaged || o.renewal != nil {
		return nil, nil //nolint:nilnil // then a member lets the code take effect
	}
	if !keys.IdentityGated() {
		return keys, nil
	}
	gate, err := seal.UnwrapKey(c.gates, c.gateContext(o.Case.ID, 0), o.caseKey[0].Gate)
	if err != nil {
		return nil, fmt.Errorf("open gate: %w", err)
	}
	keys = keys.Clone()
	return keys, keys.LiftGate(gate)
}

// Enclose wraps what a complainant's code opens to the secret of a link, so that the
// person gets a code by it without a member. Who has the database opens nothing by it,
// who has the link needs the database, and it goes with the link.
func (c *Custody) Enclose(l *store.Link, tok seal.Token, h KeyHolder) error {
	keys, err := h.enclosable(c)
	if err != nil || keys == nil {
		return err
	}
	return c.enclose(l, tok, keys)
}

func (c *Custody) enclose(l *store.Link, tok seal.Token, keys *seal.CaseKeys) (err error) {
	to := tok.Code(l.Purpose).Recipient(c.instance)
	if l.Box, err = keys.Grant(to, seal.Share{seal.Identity, seal.Dialogue}, nil); err != nil {
		return fmt.Errorf("enclose keys: %w", err)
	}
	c.stampLink(l)
	return nil
}

// enclosed opens what a link holds; false where it holds nothing, or nothing of ours.
func (c *Custody) enclosed(l store.Link, tok seal.Token) (*seal.CaseKeys, bool) {
	if len(l.Box) == 0 || !c.linkHolds(l) {
		return nil, false
	}
	code := tok.Code(l.Purpose)
	keys, err := code.Keys(c.instance).OpenGrant(c.instance, string(l.Case), 0, seal.RecipientCode, code.LookupID(c.instance, "mailbox"), l.Box)
	return keys, err == nil
}

// PassOn encloses in a link what the one before it held; nothing where that held nothing.
func (c *Custody) PassOn(from store.Link, tok seal.Token, to *store.Link, next seal.Token) error {
	keys, ok := c.enclosed(from, tok)
	if !ok {
		return nil
	}
	return c.enclose(to, next, keys)
}

// OpenLink opens the case of a link by what the link holds. fault.ErrNotFound where it
// holds nothing, or the case has other keys by now.
func (c *Custody) OpenLink(ctx context.Context, l store.Link, tok seal.Token) (*Opened, error) {
	keys, ok := c.enclosed(l, tok)
	if !ok {
		return nil, fault.ErrNotFound
	}
	var r rows
	err := c.store.Read(ctx, func(tx *store.Tx) error {
		file, err := tx.Case(l.Case)
		if err != nil {
			return err
		}
		r, err = readRows(tx, file, "")
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open case of link: %w", err)
	}
	o := c.newOpened(ctx, r, ByComplainant())
	if !o.fits(keys) || r.file.Epoch != 0 || o.HasCode() {
		return nil, fault.ErrNotFound
	}
	o.keys[0] = keys
	c.openEntries(o, r)
	return o, nil
}
