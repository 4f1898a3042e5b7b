package custody

import (
	"context"
	"errors"
	"fmt"

	"klankbord/internal/casefile"
	"klankbord/internal/store"
)

// Leads are what a mail of a correspondence that was kept before is known by, so that what
// belongs to it finds its case when it is brought later: what is left of a run that was
// ended, or the mails of another folder. Box is to whom the mails go.
type Leads struct {
	Box string
	IDs []string
}

func leadSign(box, id string) string { return "brought/" + box + "\x00" + id }

// KeepLeads writes, in the transaction in which a mail is brought, what leads to its case. Of
// two cases that a lead could mean the first one stays: an id in a mail is anybody's to write.
// A row holds neither address nor seed, so that no reply of now comes into a case by it.
func (c *Custody) KeepLeads(tx *store.Tx, id casefile.ID, l Leads) error {
	for _, lead := range l.IDs {
		sign := leadSign(l.Box, lead)
		row := store.MailThread{Lookup: c.threadLookup(sign), Case: id, Mark: []byte{}, Seed: []byte{}, Until: tx.Now().Add(ThreadLife)}
		_, err := tx.MailThread(row.Lookup)
		if errors.Is(err, store.ErrNone) {
			_, err = c.rowOf(tx, sign)
		}
		if err == nil {
			continue
		}
		if !errors.Is(err, store.ErrNone) {
			return err
		}
		row.Stamp = c.stampThread(row)
		if err := tx.PutMailThread(row); err != nil {
			return err
		}
	}
	return nil
}

// FindLead finds the case to which the first of the leads that is known leads; store.ErrNone
// where none is.
func (c *Custody) FindLead(ctx context.Context, l Leads) (id casefile.ID, err error) {
	err = c.store.Read(ctx, func(tx *store.Tx) error {
		for _, lead := range l.IDs {
			row, err := c.rowOf(tx, leadSign(l.Box, lead))
			if errors.Is(err, store.ErrNone) {
				continue
			}
			id = row.Case
			return err
		}
		return store.ErrNone
	})
	if err != nil {
		return "", fmt.Errorf("find the case of a correspondence: %w", err)
	}
	return id, nil
}
