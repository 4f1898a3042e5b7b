package dialogue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// NewCode is a new code that a member asked for, as whoever is in the mailbox sees it.
type NewCode struct {
	Asked time.Time
	Ready time.Time // not before this time does it take effect
}

// CodeTurn is something that happened to the code of a case.
type CodeTurn struct {
	At   time.Time
	Act  casefile.CodeAct
	Why  string
	Mine bool // by whoever was in the mailbox
}

func (d *Dialogue) codeTurns(o *custody.Opened) []CodeTurn {
	var list []CodeTurn
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryCode || e.Damaged || e.Locked {
			continue
		}
		if p, err := casefile.DecodePayload[casefile.CodeEvent](e.Payload); err == nil {
			list = append(list, CodeTurn{e.Created, p.Act, p.Why, e.AuthorKind == custody.AuthorComplainant})
		}
	}
	return list
}

// newCode is the new code on its way that somebody in the mailbox can stop.
func (d *Dialogue) newCode(row store.CodeChange) *NewCode {
	if row.Case == "" || row.Member == "" || !d.Custody.CodeChangeHolds(row) {
		return nil
	}
	return &NewCode{row.Started, row.Ready}
}

// StopCode calls off the new code that a member asked for. Members are told.
func (d *Dialogue) StopCode(ctx context.Context, tok seal.Token, s Sending) error {
	return d.send(ctx, tok, s, func(v *visit) (*change, error) {
		row, err := d.changeOf(ctx, v.opened.Case.ID)
		if err != nil {
			return nil, err
		}
		if d.newCode(row) == nil {
			return nil, errNoNewCode
		}
		plain, err := casefile.EncodePayload(casefile.CodeEvent{Act: casefile.CodeStopped})
		if err != nil {
			return nil, err
		}
		return &change{
			items: []custody.Item{item(s.Key, casefile.EntryCode, seal.Dialogue, plain)}, logged: audit.CodeStopped,
			more: func(tx *store.Tx) error {
				return errors.Join(tx.EndCodeChange(row), tx.DeleteLinks(row.Case, custody.LinkCode))
			},
		}, nil
	})
}

func (d *Dialogue) changeOf(ctx context.Context, id casefile.ID) (row store.CodeChange, err error) {
	err = d.Store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.CodeChange(id)
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		return err
	})
	if err != nil {
		return row, fmt.Errorf("read new code: %w", err)
	}
	return row, nil
}

// Handed reports whether the code of a session was given by a member, who knows it, so
// that the person is to draw their own first.
func (d *Dialogue) Handed(ctx context.Context, tok seal.Token) (bool, error) {
	v, err := d.visit(ctx, tok)
	if err != nil {
		return false, err
	}
	return v.opened.Handed, nil
}

// OwnCode shows the code that this session drew; empty before.
func (d *Dialogue) OwnCode(ctx context.Context, tok seal.Token) (string, error) {
	v, err := d.visit(ctx, tok)
	if err != nil {
		return "", err
	}
	row, err := d.changeOf(ctx, v.opened.Case.ID)
	if err != nil {
		return "", err
	}
	if code, ok := d.own(row, tok); ok {
		return code.Text(), nil
	}
	return "", nil
}

// DrawOwn draws the code that takes the place of one that a member gave, for this
// session; drawing again draws nothing. fault.ErrNotFound where the code of the session
// is the person's own.
func (d *Dialogue) DrawOwn(ctx context.Context, tok seal.Token) error {
	v, err := d.visit(ctx, tok)
	if err != nil {
		return err
	}
	if !v.opened.Handed {
		return fault.ErrNotFound
	}
	row, err := d.changeOf(ctx, v.opened.Case.ID)
	if err != nil {
		return err
	}
	if _, ok := d.own(row, tok); ok {
		return nil
	}
	now := d.Store.Now()
	next := d.draw(store.CodeChange{Case: v.opened.Case.ID, ID: ident.New(), Started: now, Ready: now}, tok)
	leaf := custody.Leaf(now, custody.Event{Kind: audit.CodeDrawn, Actor: custody.ByComplainant(), Case: next.Case, Object: next.ID})
	err = d.write(ctx, func(tx *store.Tx) error {
		return errors.Join(tx.PutCodeChange(next), tx.DeleteLinks(next.Case, custody.LinkCode), tx.InsertLeaf(leaf), d.touch(tx, v))
	})
	if err != nil {
		return fmt.Errorf("draw own code: %w", err)
	}
	return nil
}

// own opens the code that this session drew for itself.
func (d *Dialogue) own(row store.CodeChange, tok seal.Token) (seal.Code, bool) {
	if row.Member != "" || !d.Custody.CodeChangeHolds(row) {
		return seal.Code{}, false
	}
	return d.drawn(row, &tok)
}

// KeepOwn lets the code that this session drew take the place of the one that a member
// gave, which is dead from then on, and returns the token of a session with it.
func (d *Dialogue) KeepOwn(ctx context.Context, tok seal.Token) (seal.Token, error) {
	fresh := seal.NewToken()
	err := custody.Retry(func() error {
		v, err := d.visit(ctx, tok)
		if err != nil {
			return err
		}
		row, err := d.changeOf(ctx, v.opened.Case.ID)
		if err != nil {
			return err
		}
		code, ok := d.own(row, tok)
		if !v.opened.Handed || !ok {
			return fault.ErrNotFound
		}
		return d.keepOwn(ctx, v, row, code, fresh)
	})
	if err != nil {
		return fresh, fmt.Errorf("keep own code: %w", err)
	}
	return fresh, nil
}

// turnTo gives a case fresh keys for its members and a code that its complainant drew.
func (d *Dialogue) turnTo(ctx context.Context, o *custody.Opened, row store.CodeChange) (*custody.Addition, error) {
	dir, err := d.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	next, err := d.Custody.NewCode(row)
	if err != nil {
		return nil, err
	}
	plain, err := casefile.EncodePayload(casefile.CodeEvent{Act: casefile.CodeOwn})
	if err != nil {
		return nil, err
	}
	return d.Custody.Turn(dir, o, custody.Turn{To: o.Recipients(dir), Code: &next}, item("", casefile.EntryCode, seal.Dialogue, plain))
}

func (d *Dialogue) keepOwn(ctx context.Context, v *visit, row store.CodeChange, code seal.Code, fresh seal.Token) error {
	o, now := v.opened, d.Store.Now()
	added, err := d.turnTo(ctx, o, row)
	if err != nil {
		return err
	}
	session := store.MailboxSession{
		ID: fresh.ID(), Case: o.Case.ID, Box: seal.SealCode(fresh.Key(), d.sessionContext(fresh), code), Created: now,
		Expires: now.Add(d.Limits.SessionLife),
	}
	leaf := custody.Leaf(now, custody.Event{Kind: audit.CodeReplaced, Actor: custody.ByComplainant(), Case: o.Case.ID, Object: row.ID})
	return d.write(ctx, func(tx *store.Tx) error {
		if err := added.Insert(tx); err != nil {
			return err
		}
		return errors.Join(tx.EndCodeChange(row), tx.DeleteMailboxSessions(o.Case.ID), tx.InsertMailboxSession(session), tx.InsertLeaf(leaf))
	})
}
