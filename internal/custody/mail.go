package custody

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/ident"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// NoticeContext is the context under which a case's notice address is sealed.
func NoticeContext(instance string, id casefile.ID) seal.Context {
	return seal.Context{Instance: instance, Case: string(id), Kind: "notice-address"}
}

// MailContext is the context under which a waiting mail is sealed. It names case,
// member and kind of the row: whoever changes in the database whom a mail is for, or
// what follows once it is sent, makes it one that does not open.
func MailContext(instance string, m store.Mail) seal.Context {
	return seal.Context{Instance: instance, Case: string(m.Case), Kind: "mail", Object: strings.Join([]string{m.ID, string(m.Member), m.Kind}, "/")}
}

// SealMail seals an order under key as a mail that waits. The row says about which
// case it is, to which member it goes (none: to the notice address of its case), and
// its kind where that is not the template's name.
func (c *Custody) SealMail(key Sealer, row store.Mail, o letter.Order) (store.Mail, error) {
	plain, err := letter.Pack(o)
	if err != nil {
		return store.Mail{}, err
	}
	row.ID = ident.New()
	if row.Kind == "" {
		row.Kind = string(o.Template)
	}
	row.Box = key.Seal(MailContext(c.instance, row), plain)
	return row, nil
}

// MemberMails makes mails about a case to members, those who are active; they hold
// its number and nothing else of it.
func (c *Custody) MemberMails(ctx context.Context, key Sealer, o *Opened, t letter.Template, to []staff.ID) ([]store.Mail, error) {
	return c.MemberMailsOn(ctx, key, o, letter.Order{Template: t, At: c.store.Now()}, to)
}

// MemberMailsOn is MemberMails with the date of what the mail tells in the order.
func (c *Custody) MemberMailsOn(ctx context.Context, key Sealer, o *Opened, what letter.Order, to []staff.ID) ([]store.Mail, error) {
	var members []store.Member
	err := c.store.Read(ctx, func(tx *store.Tx) error {
		for _, id := range to {
			m, err := tx.Member(id)
			if errors.Is(err, store.ErrNone) {
				continue
			}
			if err != nil {
				return err
			}
			members = append(members, m)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	var mails []store.Mail
	for _, m := range members {
		if !m.Active {
			continue
		}
		order := letter.Order{Template: what.Template, At: what.At, Lang: m.Language, To: m.Email, Number: string(o.Case.Number)}
		mail, err := c.SealMail(key, store.Mail{Case: o.Case.ID, Member: m.ID}, order)
		if err != nil {
			return nil, err
		}
		mails = append(mails, mail)
	}
	return mails, nil
}

// QueueMails has mails leave at once.
func QueueMails(tx *store.Tx, mails []store.Mail) error {
	for _, m := range mails {
		if err := tx.QueueMail(m, tx.Now()); err != nil {
			return err
		}
	}
	return nil
}

// NoticeOf reads where news of a case goes; the zero row where nowhere.
func (c *Custody) NoticeOf(ctx context.Context, id casefile.ID) (n store.Notice, err error) {
	err = c.store.Read(ctx, func(tx *store.Tx) (err error) {
		n, err = tx.Notice(id)
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		return err
	})
	if err != nil {
		return n, fmt.Errorf("read notice address: %w", err)
	}
	return n, nil
}

// Holders lists the members who may read a case, as far as that is known without
// opening it: those with a grant of the present epoch that holds, for the key that
// they have now. Whoever was excluded has none.
func (c *Custody) Holders(d *staff.Directory, row store.Case, grants []store.Grant) []staff.ID {
	return c.holding(d, row, grants).Members
}

// holding is who holds the keys of the present epoch, recovery keys included.
func (c *Custody) holding(d *staff.Directory, row store.Case, grants []store.Grant) access.Selection {
	now := &access.Holding{Blind: true}
	for _, g := range grants {
		switch {
		case g.Epoch != row.Epoch || !c.grantHolds(g):
		case g.Kind == seal.RecipientRecovery:
			now.Recovery = append(now.Recovery, g.Recipient)
		case g.Kind == seal.RecipientMember:
			if e, ok := d.Entry(staff.ID(g.Recipient)); ok && e.Reading.Fingerprint() == g.Fingerprint {
				now.Members = append(now.Members, e.ID)
			}
		}
	}
	return access.Recipients(d, access.Want{Team: row.Team, Now: now})
}
