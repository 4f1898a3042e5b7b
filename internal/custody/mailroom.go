package custody

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/store"
)

// MailSource is how far a mailbox was read, and how that went last.
type MailSource = store.MailSource

// StuckMail is a mail that could not be taken in yet.
type StuckMail = store.StuckMail

// Mailroom keeps how far each mailbox was read, and has one instance at a time read it.
// What was taken in is known by the mails themselves: a number that is lost or wrong
// costs work and no mail.
type Mailroom struct{ Store *store.Store }

// Hold takes a mailbox for holder, or keeps it, for a while. ErrElsewhere: another
// instance reads it.
func (m *Mailroom) Hold(ctx context.Context, id, holder string, d time.Duration) error {
	err := m.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.TakeLease("mail-in/"+id, holder, d)
		return err
	})
	if errors.Is(err, store.ErrStale) {
		return ErrElsewhere
	}
	if err != nil {
		return fmt.Errorf("take mailbox: %w", err)
	}
	return nil
}

// State reads how far a mailbox was read, and the mails that are stuck in it.
func (m *Mailroom) State(ctx context.Context, id string) (s MailSource, stuck []StuckMail, err error) {
	err = m.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if s, err = tx.MailSource(id); err != nil {
			return err
		}
		stuck, err = tx.StuckMails(id)
		return err
	})
	if err != nil {
		return s, nil, fmt.Errorf("read state of mailbox: %w", err)
	}
	return s, stuck, nil
}

// Keep writes how far a mailbox was read.
func (m *Mailroom) Keep(ctx context.Context, s MailSource) error {
	return m.write(ctx, func(tx *store.Tx) error { return tx.PutMailSource(s) })
}

// Tried notes that a mail is about to be fetched once more, before it is: one that ends
// the process or the connection is counted as well.
func (m *Mailroom) Tried(ctx context.Context, id string, k StuckMail) error {
	return m.write(ctx, func(tx *store.Tx) error { return tx.PutStuckMail(id, k) })
}

// Settled forgets a mail that was dealt with.
func (m *Mailroom) Settled(ctx context.Context, id string, uid uint32) error {
	return m.write(ctx, func(tx *store.Tx) error { return tx.DeleteStuckMail(id, uid) })
}

func (m *Mailroom) write(ctx context.Context, fn func(*store.Tx) error) error {
	if err := m.Store.Write(ctx, fn); err != nil {
		return fmt.Errorf("keep state of mailbox: %w", err)
	}
	return nil
}

// Now is the time of the store's clock.
func (m *Mailroom) Now() time.Time { return m.Store.Now() }
