package custody

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Outbox is the mail that waits, sealed for package post.
type Outbox struct {
	Store *store.Store
	// Threads gives the sign by which a reply finds its case, and tells which key of a
	// member was kept here; nil: no sign is written, and nothing is encrypted.
	Threads *Custody
}

// Mail is a row of the outbox.
type Mail = store.Mail

// Waiting is a mail to be sent now, and the notice address of its case, both
// sealed; Address is empty where there is none.
type Waiting struct {
	Mail
	Address seal.Box
	Thread  string // by which a reply of whoever reads at that address finds the case; may be empty
}

// ErrSettled tells that a mail was sent before, is dead until a member tries
// again, or was erased.
var ErrSettled = errors.New("mail is settled")

// Take reads a mail that waits.
func (o *Outbox) Take(ctx context.Context, id string) (w Waiting, err error) {
	var n store.Notice
	err = o.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if w.Mail, err = tx.Mail(id); err != nil || w.Case == "" {
			return err
		}
		n, err = tx.Notice(w.Case)
		w.Address = n.Box
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		return err
	})
	if errors.Is(err, store.ErrNone) || err == nil && w.State != "waiting" {
		return w, ErrSettled
	}
	if err != nil {
		return w, fmt.Errorf("read mail: %w", err)
	}
	if o.Threads != nil && w.Member == "" && len(n.Mark) > 0 {
		w.Thread, err = o.Threads.Thread(ctx, n)
	}
	return w, err
}

// Sent notes that the next server took a mail.
func (o *Outbox) Sent(ctx context.Context, id string) error {
	return o.note(ctx, func(tx *store.Tx) error { return tx.MailSent(id) })
}

// Failed notes a failure after which the mail is tried again.
func (o *Outbox) Failed(ctx context.Context, id, class string) error {
	return o.note(ctx, func(tx *store.Tx) error { return tx.MailFailed(id, class) })
}

// Bury notes a failure for good. Of a mail about no case the line is written with it; of one
// about a case, with what follows there.
func (o *Outbox) Bury(ctx context.Context, m Mail, class string) error {
	leaf := Undelivered(o.Store.Now(), m, MailGivenUp)
	return o.note(ctx, func(tx *store.Tx) error {
		if err := tx.BuryMail(m.ID, class); err != nil || m.Case != "" {
			return err
		}
		return tx.InsertLeaf(leaf)
	})
}

// How a mail did not arrive.
const (
	MailGivenUp = "given-up"
	MailBack    = "back"
)

// Undelivered is the line about a mail that did not arrive: whether it came back or was given
// up, and whether it was for the complainant or a member. Of one about no case that went to
// neither, to somebody who was invited or to a witness, it says only which mail it was.
func Undelivered(at time.Time, m Mail, how string) store.Leaf {
	detail := map[string]string{"kind": m.Kind}
	switch {
	case m.Member != "":
		detail["to"] = AuthorMember
	case m.Case != "":
		detail["to"] = AuthorComplainant
	}
	if how == MailBack {
		detail["came"] = how
	}
	return Leaf(at, Event{Kind: audit.MailDead, Actor: BySystem(), Case: m.Case, Object: m.ID, Detail: detail})
}

func (o *Outbox) note(ctx context.Context, fn func(*store.Tx) error) error {
	if err := o.Store.Write(ctx, fn); err != nil {
		return fmt.Errorf("note mail: %w", err)
	}
	return nil
}

// Now is the time of the store's clock.
func (o *Outbox) Now() time.Time { return o.Store.Now() }
