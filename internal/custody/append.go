package custody

import (
	"fmt"
	"slices"

	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Append seals items onto a case that nobody opened, each to the public key of its
// compartment: whoever brings them cannot read a word of the case. Nothing is written;
// Insert does. It fails with seal.ErrOpen where the stamp of that key does not hold: then
// it may be a key that somebody planted.
func (c *Custody) Append(file store.Case, keys []store.CaseKey, items ...Item) (*Addition, error) {
	i := slices.IndexFunc(keys, func(k store.CaseKey) bool { return k.Epoch == file.Epoch })
	if i < 0 || !c.keyHolds(keys[i]) {
		return nil, fmt.Errorf("append: no key of the case holds: %w", seal.ErrOpen)
	}
	a, head := &Addition{id: file.ID, from: file.Head}, file.Head
	for _, item := range items {
		e, err := c.appendEntry(keys[i], file, head.Count+1, item)
		if err != nil {
			return nil, err
		}
		a.Entries = append(a.Entries, e)
		head = chain(head, store.Mark{Seq: e.Seq, Stamp: e.Stamp})
	}
	a.to = c.stampHead(file.ID, head)
	return a, nil
}

// appendEntry seals an item to the public key of its compartment, which the caller found to
// hold.
func (c *Custody) appendEntry(key store.CaseKey, file store.Case, seq int64, item Item) (store.Entry, error) {
	to, err := seal.NewRecipient(seal.RecipientCompartment, item.Compartment.String(), key.Public[item.Compartment])
	if err != nil {
		return store.Entry{}, fmt.Errorf("append %s: %w", item.Kind, err)
	}
	e := store.Entry{
		Case: file.ID, ID: item.ID, Seq: seq, Epoch: key.Epoch, Compartment: item.Compartment, Kind: item.Kind,
		Parent: item.Parent, AuthorKind: item.AuthorKind, AuthorID: item.AuthorID, Appended: true, Created: c.store.Now(),
	}
	if e.ID == "" {
		e.ID = ident.New()
	}
	if e.Box, err = seal.Append(to, entryContext(c.instance, e), item.Payload); err != nil {
		return e, fmt.Errorf("append %s: %w", item.Kind, err)
	}
	c.stampEntry(&e)
	return e, nil
}
