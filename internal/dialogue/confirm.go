package dialogue

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// askAgainAfter is how long the mail that confirms an address is on its way before
// another can be asked for.
const askAgainAfter = 10 * time.Minute

// LinkState says what a link from a mail is good for.
type LinkState string

// The states of a link.
const (
	LinkOpen LinkState = "open" // the button does what it says
	LinkUsed LinkState = "used" // it was pressed
	LinkGone LinkState = "gone" // expired, replaced, unknown, or for an address that is no longer ours
)

// Confirming tells what the link to confirm an address is good for. It changes
// nothing, so that a program that follows links in mail does nothing.
func (d *Dialogue) Confirming(ctx context.Context, secret string) (LinkState, error) {
	state, _, _, err := d.link(ctx, secret, custody.LinkConfirm)
	return state, err
}

// link finds the link that carries a secret, and the address of its case.
func (d *Dialogue) link(ctx context.Context, secret, purpose string) (state LinkState, l store.Link, n store.Notice, err error) {
	tok, wrong := seal.ParseToken(secret)
	if wrong != nil {
		return LinkGone, l, n, nil //nolint:nilerr // a link that says nothing is no failure
	}
	err = d.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if l, err = tx.Link(tok.LookupID(purpose), purpose); err != nil {
			return err
		}
		n, err = tx.Notice(l.Case)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNone):
		return LinkGone, l, n, nil
	case err != nil:
		return "", l, n, fmt.Errorf("read link: %w", err)
	case !d.Custody.LinkHolds(l, n):
		return LinkGone, l, n, nil
	case !l.Used.IsZero():
		return LinkUsed, l, n, nil
	}
	return LinkOpen, l, n, nil
}

// ConfirmContact notes that what we sent to the address of a case came back to us.
// Pressing the button twice confirms once. fault mailbox.link-gone where the link is
// good for nothing any more.
func (d *Dialogue) ConfirmContact(ctx context.Context, secret string) error {
	err := custody.Retry(func() error {
		state, l, n, err := d.link(ctx, secret, custody.LinkConfirm)
		switch {
		case err != nil:
			return err
		case state == LinkUsed:
			return nil
		case state == LinkGone:
			return ErrLinkGone
		}
		used := d.Custody.UsedLink(l)
		n.Verified = used.Used
		d.Custody.StampNotice(&n)
		first, err := d.firstCode(ctx, secret, l, n)
		if err != nil {
			return err
		}
		leaf := custody.Leaf(n.Verified, custody.Event{Kind: audit.AddressProven, Actor: custody.ByComplainant(), Case: l.Case})
		return d.write(ctx, func(tx *store.Tx) error {
			if err := tx.UseLink(used); err != nil {
				return err
			}
			now, err := tx.Notice(l.Case)
			if err != nil || !bytes.Equal(now.Mark, n.Mark) {
				return errors.Join(store.ErrStale, err) // changed meanwhile
			}
			return errors.Join(tx.PutNotice(n), tx.InsertLeaf(leaf), first.insert(tx))
		})
	})
	if err != nil {
		return fmt.Errorf("confirm address: %w", err)
	}
	d.wake()
	return nil
}

// ErrLinkGone tells that a link is good for nothing any more.
var ErrLinkGone = fault.New(fault.Invalid, "mailbox.link-gone")

// SendConfirmation sends the mail that confirms the address once more. Faults: there
// is no address; it was sent a moment ago. One that is confirmed needs none.
func (d *Dialogue) SendConfirmation(ctx context.Context, tok seal.Token) error {
	v, err := d.visit(ctx, tok)
	if err != nil {
		return err
	}
	id := v.opened.Case.ID
	n, err := d.Custody.NoticeOf(ctx, id)
	if err != nil {
		return err
	}
	if len(n.Mark) == 0 {
		return fault.New(fault.Invalid, "mailbox.mail-no-address")
	}
	if d.verified(n) {
		return nil
	}
	a := &address{notice: &n}
	if err := d.asks(v.opened, a, n.Mark); err != nil {
		return err
	}
	err = d.write(ctx, func(tx *store.Tx) error {
		last, err := tx.LinkOf(id, custody.LinkConfirm)
		if err == nil && tx.Now().Before(last.Created.Add(askAgainAfter)) {
			return fault.New(fault.Limit, "mailbox.confirm-wait")
		}
		if err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		return errors.Join(tx.InsertLink(*a.link), custody.QueueMails(tx, a.mails), d.touch(tx, v))
	})
	if err != nil {
		return fmt.Errorf("send confirmation: %w", err)
	}
	d.wake()
	return nil
}

func (d *Dialogue) verified(n store.Notice) bool {
	return !n.Verified.IsZero() && d.Custody.NoticeHolds(n)
}
