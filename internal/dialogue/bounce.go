package dialogue

import (
	"context"
	"errors"
	"fmt"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/letter"
	"klankbord/internal/store"
)

// MailBounced carries out what follows when a mail that the next server took came back
// for good. Id is ours: besides us only who got the mail and the servers on its way know
// it, so that whoever makes up such a report can say it of their own mail alone. The mail
// and its case show since when it is known; a case whose confirmation came back asks to
// be confirmed by post or phone, and its clock for that runs again. Calling it again
// changes nothing; an id that is not ours is no error. Of a mail about no case, to somebody who
// was invited or a witness, the line in the log is all that follows.
func (d *Dialogue) MailBounced(ctx context.Context, id string) error {
	var mail store.Mail
	err := d.Store.Read(ctx, func(tx *store.Tx) (err error) {
		mail, err = tx.Mail(id)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return nil // not ours, or so long ago that nobody knows of it any more
	}
	if err != nil {
		return fmt.Errorf("read mail that came back: %w", err)
	}
	if mail.State != "sent" || !mail.Failed.IsZero() {
		return nil // not under way, or known
	}
	if mail.Case == "" {
		leaf := custody.Undelivered(d.Store.Now(), mail, custody.MailBack)
		return known(d.noteSent(ctx, func(tx *store.Tx) error {
			if err := returned(id)(tx); err != nil {
				return err
			}
			return tx.InsertLeaf(leaf)
		}))
	}
	return known(custody.Retry(func() error { return d.cameBack(ctx, mail) }))
}

// known leaves out that somebody noted it meanwhile.
func known(err error) error {
	if errors.Is(err, errKnown) {
		return nil
	}
	return err
}

// errKnown tells that the mail is known to have come back.
var errKnown = errors.New("mail is known to have come back")

func returned(id string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		if err := tx.MailReturned(id); errors.Is(err, store.ErrStale) {
			return errKnown
		} else if err != nil {
			return err
		}
		return nil
	}
}

func (d *Dialogue) cameBack(ctx context.Context, mail store.Mail) error {
	c, clocks, err := d.caseAndClocks(ctx, mail.Case)
	if errors.Is(err, store.ErrNone) {
		return nil // erased meanwhile
	}
	if err != nil {
		return fmt.Errorf("note mail that came back: %w", err)
	}
	row, clocks := d.unconfirmed(c, mail, clocks)
	return d.writeRow(ctx, c, row, rest{clocks: clocks, leaves: []store.Leaf{custody.Undelivered(d.Store.Now(), mail, custody.MailBack)}, more: returned(mail.ID)})
}

// unconfirmed is the case once its confirmation came back, and the clocks that run again:
// none where it was no confirmation, or somebody has heard of the person since.
func (d *Dialogue) unconfirmed(c store.Case, mail store.Mail, clocks []deadline.Clock) (store.CaseChange, []deadline.Clock) {
	row := c.Change()
	early := c.State == casefile.StateReceived || c.State == casefile.StateAcknowledged
	if mail.Member != "" || mail.Kind != string(letter.Acknowledgement) || c.Unreached || !early {
		return row, nil
	}
	row.Unreached, row.State = true, casefile.StateReceived
	var again []deadline.Clock
	for _, k := range clocks {
		if k.Kind == deadline.KindAcknowledgement && k.Met != nil {
			k.Met = nil
			again = append(again, k)
			if row.NextDue.IsZero() || k.Due.Before(row.NextDue) {
				row.NextDue = k.Due
			}
		}
	}
	return row, again
}
