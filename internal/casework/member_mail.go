package casework

import (
	"context"
	"errors"
	"fmt"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/letter"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// mailMembers makes mails to members who are active; they hold the number of the
// case and nothing else of it.
func (c *Casework) mailMembers(ctx context.Context, o *custody.Opened, t letter.Template, to []staff.ID) ([]store.Mail, error) {
	var members []store.Member
	err := c.Store.Read(ctx, func(tx *store.Tx) error {
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
		order, err := letter.Pack(letter.Order{Template: t, Lang: m.Language, To: m.Email, Number: string(o.Case.Number)})
		if err != nil {
			return nil, err
		}
		row := store.Mail{Case: o.Case.ID, Member: m.ID, Kind: string(t)}
		mails = append(mails, custody.SealMail(c.Mails, c.Custody.Instance(), row, order))
	}
	return mails, nil
}

func queued(mails []store.Mail) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		for _, m := range mails {
			if err := tx.QueueMail(m, tx.Now()); err != nil {
				return err
			}
		}
		return nil
	}
}

// mailComplainant is a mail to the notice address of a case.
func (c *Casework) mailComplainant(o *custody.Opened, order letter.Order) (store.Mail, error) {
	order.Lang, order.Number = o.Case.Language, string(o.Case.Number)
	plain, err := letter.Pack(order)
	if err != nil {
		return store.Mail{}, err
	}
	return custody.SealMail(c.Mails, c.Custody.Instance(), store.Mail{Case: o.Case.ID, Kind: string(order.Template)}, plain), nil
}

// mailIfReached queues a mail where the complainant has an address for it.
func (c *Casework) mailIfReached(tx *store.Tx, o *custody.Opened, mail store.Mail) error {
	switch _, err := tx.Notice(o.Case.ID); {
	case errors.Is(err, store.ErrNone):
		return nil
	case err != nil:
		return err
	}
	return tx.QueueMail(mail, tx.Now())
}

func (c *Casework) noticeOf(ctx context.Context, id casefile.ID) (n store.Notice, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
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
