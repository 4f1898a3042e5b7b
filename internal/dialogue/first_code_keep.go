package dialogue

import (
	"context"
	"errors"
	"fmt"

	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// works reports whether the code that was drawn on the page of a link took effect: the
// link was used, and the case has a code.
func (d *Dialogue) works(ctx context.Context, l store.Link) (bool, error) {
	if l.Case == "" || l.Used.IsZero() {
		return false, nil
	}
	var codes []store.Code
	err := d.Store.Read(ctx, func(tx *store.Tx) (err error) {
		codes, err = tx.Codes(l.Case)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("read codes: %w", err)
	}
	return len(codes) > 0, nil
}

// keepFirst lets a first code take effect that the person kept, by the keys that the
// link holds. False where a member has to do so: the link holds none, the case has other
// keys by now, or no key is given while there is an alarm.
func (d *Dialogue) keepFirst(ctx context.Context, secret string, browser *seal.Token) (done bool, err error) {
	err = custody.Retry(func() error {
		state, l, row, err := d.codeLink(ctx, secret)
		if err != nil {
			return err
		}
		if state == LinkGone {
			done, err = d.works(ctx, l)
			return err
		}
		tok, wrong := seal.ParseToken(secret)
		if _, mine := d.drawn(row, browser); wrong != nil || !mine || state != LinkUsed || row.Member != "" || !row.Kept.IsZero() {
			return nil //nolint:nilerr // what is wrong with it is told by whoever keeps it otherwise
		}
		o, err := d.Custody.OpenLink(ctx, l, tok)
		if errors.Is(err, fault.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := d.giveFirst(ctx, o, l, row); err != nil {
			if errors.Is(err, store.ErrStale) {
				return err
			}
			if f, ok := fault.As(err); ok && f.Kind == fault.Conflict || errors.Is(err, custody.ErrStopped) {
				return nil
			}
			return err
		}
		done = true
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("keep first code: %w", err)
	}
	if done {
		d.wake()
	}
	return done, nil
}

func (d *Dialogue) giveFirst(ctx context.Context, o *custody.Opened, l store.Link, row store.CodeChange) error {
	added, err := d.turnTo(ctx, o, row)
	if err != nil {
		return err
	}
	now := d.Store.Now()
	kept := custody.Leaf(now, custody.Event{Kind: audit.CodeConfirmed, Actor: custody.ByComplainant(), Case: row.Case, Object: row.ID})
	holds := custody.Leaf(now, custody.Event{Kind: audit.CodeReplaced, Actor: custody.ByComplainant(), Case: row.Case, Object: row.ID})
	return d.write(ctx, func(tx *store.Tx) error {
		if err := added.Insert(tx); err != nil {
			return err
		}
		return errors.Join(tx.EndCodeChange(row), tx.EmptyLink(d.Custody.EmptiedLink(l)), tx.InsertLeaf(kept), tx.InsertLeaf(holds))
	})
}
