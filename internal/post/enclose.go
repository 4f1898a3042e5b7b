package post

import (
	"context"
	"errors"

	"klankbord/internal/custody"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/openpgp"
	"klankbord/internal/seal"
)

// enclose encrypts a mail to the OpenPGP key of the member to whom it goes, where there
// is one that can be used; else the mail goes as it is, which holds no content. What was
// encrypted is kept before it leaves: trying again sends the same bytes.
func (o *Office) enclose(ctx context.Context, row custody.Waiting, order letter.Order, m letter.Mail) (letter.Mail, error) {
	if row.Member == "" || order.To == "" || !order.Encrypts() {
		return m, nil
	}
	k, err := o.Outbox.KeyOf(ctx, row.Member)
	if errors.Is(err, custody.ErrNoKey) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	outer := m.Covered(o.Words.Text(lang.Lang(m.Lang), "mail.encrypted.subject", nil))
	if order.Enclosed == nil || order.Enclosed.Fingerprint != k.Fingerprint {
		body, err := o.encrypted(k, m, outer)
		if errors.Is(err, errNotUsable) {
			return m, nil
		}
		if err != nil {
			return m, err
		}
		order.Enclosed = &letter.Enclosed{Fingerprint: k.Fingerprint, Body: body}
		if err := o.keep(ctx, row, order); err != nil {
			return m, err
		}
	}
	outer.Encrypted = order.Enclosed.Body
	return outer, nil
}

// errNotUsable tells that a key has expired or been revoked.
var errNotUsable = errors.New("openpgp key cannot be used now")

func (o *Office) encrypted(k custody.OpenPGPKey, m, outer letter.Mail) ([]byte, error) {
	now := o.Outbox.Now()
	key, err := openpgp.Load(k.Key)
	if err != nil || key.Usable(now) != nil {
		return nil, errNotUsable
	}
	inside, err := m.Inside(outer)
	if err != nil {
		return nil, &Permanent{"unwritable"}
	}
	return key.Encrypt(inside, now)
}

func (o *Office) keep(ctx context.Context, row custody.Waiting, order letter.Order) error {
	plain, err := letter.Pack(order)
	if err != nil {
		return err
	}
	return o.Outbox.KeepMail(ctx, row.ID, o.Mails.Seal(custody.MailContext(o.Instance, row.Mail), plain))
}

// Keeper opens what the use cases sealed for us, and seals it anew.
type Keeper interface {
	Opener
	Seal(c seal.Context, plain []byte) seal.Box
}
