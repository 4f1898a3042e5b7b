package dialogue

import (
	"context"
	"errors"
	"fmt"
	"io"

	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

func (d *Dialogue) pieces(v *visit) custody.Pieces {
	id := string(v.opened.Case.ID)
	return custody.Pieces{
		Store: d.Store, Blobs: d.Blobs, Kind: ownerMailbox, Owner: id, Key: v.tok.Key(), At: seal.Context{Instance: d.instance(), Case: id},
		Bytes: d.Limits.FileBytes, Files: d.Limits.Files, Scanner: d.Scanner,
		May: func(tx *store.Tx) error { // erased meanwhile: nothing of it comes back
			_, err := tx.Case(v.opened.Case.ID)
			return err
		},
	}
}

// BeginFile makes room for a file of a message that comes in pieces. Faults: too big,
// empty, too many; ErrNoSession.
func (d *Dialogue) BeginFile(ctx context.Context, tok seal.Token, name string, size int64) (*custody.Arriving, error) {
	v, err := d.visit(ctx, tok)
	if err != nil {
		return nil, err
	}
	return d.pieces(v).Begin(ctx, name, size)
}

// ArrivingFile tells how far a file has come; fault.ErrNotFound, ErrNoSession.
func (d *Dialogue) ArrivingFile(ctx context.Context, tok seal.Token, id string) (*custody.Arriving, error) {
	v, err := d.visit(ctx, tok)
	if err != nil {
		return nil, err
	}
	return d.pieces(v).Find(ctx, id)
}

// AppendFile takes what follows of a file. custody.ErrOffset: it does not follow.
func (d *Dialogue) AppendFile(ctx context.Context, tok seal.Token, id string, offset int64, r io.Reader) (*custody.Arriving, error) {
	v, err := d.visit(ctx, tok)
	if err != nil {
		return nil, err
	}
	a, err := d.pieces(v).Find(ctx, id)
	if err != nil {
		return nil, err
	}
	err = d.pieces(v).Append(ctx, a, offset, r, func(tx *store.Tx, _ seal.Manifest) error { return d.touch(tx, v) })
	if err != nil {
		return a, fmt.Errorf("add piece to message: %w", err)
	}
	return a, nil
}

// DropFile forgets a file that did not come whole; fault.ErrNotFound, ErrNoSession.
func (d *Dialogue) DropFile(ctx context.Context, tok seal.Token, id string) error {
	v, err := d.visit(ctx, tok)
	if err != nil {
		return err
	}
	a, err := d.pieces(v).Find(ctx, id)
	if err != nil {
		return err
	}
	return d.pieces(v).Drop(ctx, a)
}

// TakeFiles gives the tickets of files that came in pieces and are whole; the others are
// left out.
func (d *Dialogue) TakeFiles(ctx context.Context, tok seal.Token, ids []string) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	v, err := d.visit(ctx, tok)
	if err != nil {
		return nil, err
	}
	var tickets []string
	for _, id := range ids {
		a, err := d.pieces(v).Find(ctx, id)
		if errors.Is(err, fault.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if m, ok := a.Whole(); ok {
			tickets = append(tickets, d.ticket(tok, v.opened.Case.ID, id, m).Ticket)
		}
	}
	return tickets, nil
}
