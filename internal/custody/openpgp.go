package custody

import (
	"context"
	"errors"
	"fmt"

	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// OpenPGPKey is the public key to which mails to a member are encrypted.
type OpenPGPKey = store.OpenPGPKey

// StampOpenPGP stamps the key of a member, so that the database alone cannot put another
// in its place.
func (c *Custody) StampOpenPGP(k *OpenPGPKey) {
	ctx, record := c.openpgpRecord(*k)
	k.Stamp = c.stamps.Stamp(ctx, 0, record, "system")
}

// OpenPGPHolds reports whether the row is the one that was stamped.
func (c *Custody) OpenPGPHolds(k OpenPGPKey) bool {
	ctx, record := c.openpgpRecord(k)
	return c.stamps.Verify(ctx, 0, record, "system", k.Stamp)
}

func (c *Custody) openpgpRecord(k OpenPGPKey) (seal.Context, []byte) {
	return c.context("", "openpgp-key", string(k.Member), 0), fields([]byte(k.Fingerprint), k.Key, number(micros(k.Added)))
}

// KeyOf reads the key of a member that was stamped here; ErrNoKey where there is none.
func (o *Outbox) KeyOf(ctx context.Context, m staff.ID) (k OpenPGPKey, err error) {
	if m == "" || o.Threads == nil {
		return k, ErrNoKey
	}
	err = o.Store.Read(ctx, func(tx *store.Tx) (err error) {
		k, err = tx.OpenPGPKey(m)
		return err
	})
	if errors.Is(err, store.ErrNone) || err == nil && !o.Threads.OpenPGPHolds(k) {
		return OpenPGPKey{}, ErrNoKey
	}
	if err != nil {
		return k, fmt.Errorf("read openpgp key: %w", err)
	}
	return k, nil
}

// ErrNoKey tells that a member has no key that mails are encrypted to.
var ErrNoKey = errors.New("no openpgp key")

// KeepMail replaces what a mail that waits says by what it says encrypted, so that every
// attempt sends the same bytes.
func (o *Outbox) KeepMail(ctx context.Context, id string, box seal.Box) error {
	return o.note(ctx, func(tx *store.Tx) error { return tx.KeepMail(id, box) })
}
