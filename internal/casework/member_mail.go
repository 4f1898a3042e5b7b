package casework

import (
	"errors"

	"klankbord/internal/custody"
	"klankbord/internal/letter"
	"klankbord/internal/store"
)

func queued(mails []store.Mail) func(*store.Tx) error {
	return func(tx *store.Tx) error { return custody.QueueMails(tx, mails) }
}

// mailComplainant is a mail to the notice address of a case.
func (c *Casework) mailComplainant(o *custody.Opened, order letter.Order) (store.Mail, error) {
	order.Lang, order.Number = o.Case.Language, string(o.Case.Number)
	return c.Custody.SealMail(c.Mails, store.Mail{Case: o.Case.ID}, order)
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
