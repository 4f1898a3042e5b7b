package custody

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/heads"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// A pin is how far the directory had come when a member was last here, sealed under
// their own key: nobody else writes one.

func (c *Custody) pinContext(member staff.ID) seal.Context {
	return seal.Context{Instance: c.instance, Kind: "directory-pin", Object: string(member)}
}

// Greet compares the directory with what the member saw when they were last here, and
// keeps what they see now. It raises an alarm when the directory does not go on from
// that, unless an operator accepted an older database since: then it returns what was
// accepted, which the member reads before Repin.
func (c *Custody) Greet(ctx context.Context, member staff.ID, keys *seal.Keys) (*Acceptance, error) {
	k, err := c.current(ctx)
	if errors.Is(err, ErrUnknown) {
		return nil, nil //nolint:nilnil // there is nothing to compare
	}
	if err != nil {
		return nil, err
	}
	var box []byte
	first := false
	var latest store.Acceptance
	err = c.store.Read(ctx, func(tx *store.Tx) (err error) {
		box, err = tx.DirectoryPin(member, keys.Public().Fingerprint())
		if first = errors.Is(err, store.ErrNone); err != nil && !first {
			return err
		}
		if latest, err = tx.LatestAcceptance(); errors.Is(err, store.ErrNone) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read pin: %w", err)
	}
	if first {
		return nil, c.Repin(ctx, member, keys)
	}
	pin, whole := c.openPin(member, keys, box)
	accepted, ok := c.accepted(latest)
	switch {
	case whole && ok && accepted.At.After(pin.At) && k.chain.Holds(accepted.To.Count, accepted.To.Hash):
		return &accepted, nil
	case !whole || !k.chain.Holds(pin.Count, pin.Hash):
		c.Raise(ctx, AlarmPin)
		return nil, nil //nolint:nilnil // nothing was accepted
	case chainLength(k) > pin.Count:
		return nil, c.Repin(ctx, member, keys)
	default:
		return nil, nil //nolint:nilnil // nothing was accepted
	}
}

func (c *Custody) openPin(member staff.ID, keys *seal.Keys, box []byte) (pin heads.Directory, whole bool) {
	plain, err := keys.Personal().Open(c.pinContext(member), box)
	return pin, err == nil && json.Unmarshal(plain, &pin) == nil
}

// Repin keeps for a member how far the directory has come now. While there is an
// alarm it keeps what they saw before.
func (c *Custody) Repin(ctx context.Context, member staff.ID, keys *seal.Keys) error {
	k, err := c.current(ctx)
	if err != nil || len(c.Alarms()) > 0 {
		return err
	}
	count, hash := k.chain.Head()
	plain, err := json.Marshal(heads.Directory{Count: count, Hash: hash, At: c.store.Now()})
	if err != nil {
		return fmt.Errorf("encode pin: %w", err)
	}
	box := keys.Personal().Seal(c.pinContext(member), plain)
	if err := c.store.Write(ctx, func(tx *store.Tx) error { return tx.PutDirectoryPin(member, keys.Public().Fingerprint(), box) }); err != nil {
		return fmt.Errorf("keep pin: %w", err)
	}
	return nil
}

// Acceptance is that an operator accepted an older database: from what was seen to
// what is there now, and why.
type Acceptance struct {
	Instance string          `json:"instance"`
	At       time.Time       `json:"at"`
	Reason   string          `json:"reason"`
	From     heads.Directory `json:"from"`
	To       heads.Directory `json:"to"`
	LogFrom  int64           `json:"log_from"` // leaves of the log
	LogTo    int64           `json:"log_to"`
}

func acceptanceContext(instance string) seal.Context {
	return seal.Context{Instance: instance, Kind: "restore-accepted"}
}

// accepted opens the newest acceptance; false where the installation did not sign it.
func (c *Custody) accepted(row store.Acceptance) (a Acceptance, ok bool) {
	if len(row.Record) == 0 || !seal.VerifySignature(c.signer.Public(), acceptanceContext(c.instance), row.Record, row.Signature) {
		return a, false
	}
	return a, json.Unmarshal(row.Record, &a) == nil && a.Instance == c.instance
}
