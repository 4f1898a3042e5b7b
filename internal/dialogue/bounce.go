package dialogue

import (
	"context"
	"errors"
	"fmt"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/letter"
	"klankbord/internal/store"
)

// MailBounced carries out what follows when a mail that the next server took came back
// for good: id is ours, which nobody else knows. A case whose confirmation came back
// asks to be confirmed by post or phone, and its clock for that runs again. Calling it
// again changes nothing; an id that is not ours is no error.
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
	if mail.Case == "" || mail.Member != "" || mail.Kind != string(letter.Acknowledgement) {
		return nil
	}
	return custody.Retry(func() error { return d.cameBack(ctx, mail) })
}

func (d *Dialogue) cameBack(ctx context.Context, mail store.Mail) error {
	c, clocks, err := d.caseAndClocks(ctx, mail.Case)
	if errors.Is(err, store.ErrNone) {
		return nil // erased meanwhile
	}
	if err != nil {
		return fmt.Errorf("note mail that came back: %w", err)
	}
	early := c.State == casefile.StateReceived || c.State == casefile.StateAcknowledged
	if c.Unreached || !early { // known, or somebody has heard of the person since
		return nil
	}
	row := c.Change()
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
	leaf := custody.Leaf(d.Store.Now(), custody.Event{
		Kind: audit.MailDead, Actor: custody.BySystem(), Case: c.ID, Object: mail.ID, Detail: map[string]string{"kind": mail.Kind, "came": "back"},
	})
	return d.writeRow(ctx, c, row, rest{clocks: again, leaves: []store.Leaf{leaf}})
}
