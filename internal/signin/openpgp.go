package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/fault"
	"klankbord/internal/letter"
	"klankbord/internal/openpgp"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// expiresSoon is how long before its end a member is told that their key ends.
const expiresSoon = 30 * 24 * time.Hour

// OpenPGPState is how it stands with the key to which mails to a member are encrypted.
type OpenPGPState string

// The states.
const (
	OpenPGPNone    OpenPGPState = ""        // no key: mails are not encrypted
	OpenPGPGood    OpenPGPState = "good"    // mails are encrypted to it
	OpenPGPEnding  OpenPGPState = "ending"  // the same, and it ends within 30 days
	OpenPGPEnded   OpenPGPState = "ended"   // expired: mails are not encrypted
	OpenPGPAltered OpenPGPState = "altered" // not as it was kept: mails are not encrypted
)

// OpenPGPView is what a member is shown of their key.
type OpenPGPView struct {
	State OpenPGPState
	Added time.Time
	openpgp.Facts
}

// OpenPGP tells a member how it stands with their key.
func (s *SignIn) OpenPGP(ctx context.Context, actor access.Actor) (v OpenPGPView, err error) {
	row, err := s.openpgpRow(ctx, actor)
	if errors.Is(err, store.ErrNone) {
		return v, nil
	}
	if err != nil {
		return v, err
	}
	v.State = OpenPGPAltered
	if !s.custody.OpenPGPHolds(row) {
		return v, nil
	}
	now := s.store.Now()
	k, err := openpgp.Load(row.Key)
	if err != nil {
		return v, nil //nolint:nilerr // a key that this version does not read is shown as one that is not used
	}
	if v.Facts, err = k.Facts(now); err != nil {
		return v, nil //nolint:nilerr // as above
	}
	v.Added = row.Added
	switch {
	case k.Usable(now) != nil:
		v.State = OpenPGPEnded
	case !v.Until.IsZero() && v.Until.Before(now.Add(expiresSoon)):
		v.State = OpenPGPEnding
	default:
		v.State = OpenPGPGood
	}
	return v, nil
}

func (s *SignIn) openpgpRow(ctx context.Context, actor access.Actor) (row store.OpenPGPKey, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.OpenPGPKey(actor.Member)
		return err
	})
	if err != nil && !errors.Is(err, store.ErrNone) {
		return row, fmt.Errorf("read openpgp key: %w", err)
	}
	return row, err
}

// SetOpenPGP keeps the public key to which mails to the member are encrypted from then
// on, within an act for it. Faults: what is the matter with the key.
func (s *SignIn) SetOpenPGP(ctx context.Context, actor access.Actor, tok seal.Token, sent []byte) error {
	if err := s.Acting(ctx, actor, ForOpenPGP, tok); err != nil {
		return err
	}
	now := s.store.Now()
	k, err := openpgp.Parse(sent, now)
	if err != nil {
		return refusedKey(err)
	}
	f, err := k.Facts(now)
	if err != nil {
		return refusedKey(err)
	}
	row := store.OpenPGPKey{Member: actor.Member, Fingerprint: f.Fingerprint, Key: k.Bytes(), Added: now}
	s.custody.StampOpenPGP(&row)
	return s.changeOf(ctx, actor, letter.OpenPGPSet, row.Fingerprint, func(tx *store.Tx) error {
		return errors.Join(endAct(tx, ForOpenPGP, tok), tx.PutOpenPGPKey(row))
	})
}

// RemoveOpenPGP forgets the member's key: mails to them are not encrypted any more.
func (s *SignIn) RemoveOpenPGP(ctx context.Context, actor access.Actor, a Anew) error {
	shown, err := s.again(ctx, actor, a)
	if err != nil {
		return err
	}
	row, err := s.openpgpRow(ctx, actor)
	if errors.Is(err, store.ErrNone) {
		return fault.ErrNotFound
	}
	if err != nil {
		return err
	}
	told := row.Fingerprint
	if !s.custody.OpenPGPHolds(row) {
		told = "" // whatever stands there, nobody here wrote it
	}
	return s.changeOf(ctx, actor, letter.OpenPGPRemoved, told, func(tx *store.Tx) error {
		return errors.Join(shown.use(tx), tx.DeleteOpenPGPKey(actor.Member))
	})
}

// refusedKey is what a member is told of a key that is not taken.
func refusedKey(err error) error {
	for _, k := range []struct {
		why error
		key string
	}{
		{openpgp.ErrPrivate, "error.openpgp-private"}, {openpgp.ErrLarge, "error.openpgp-large"}, {openpgp.ErrSeveral, "error.openpgp-several"},
		{openpgp.ErrExpired, "error.openpgp-expired"}, {openpgp.ErrRevoked, "error.openpgp-revoked"}, {openpgp.ErrWeak, "error.openpgp-weak"},
		{openpgp.ErrCannot, "error.openpgp-cannot"},
	} {
		if errors.Is(err, k.why) {
			return fault.New(fault.Invalid, k.key)
		}
	}
	return fault.New(fault.Invalid, "error.openpgp-none")
}
