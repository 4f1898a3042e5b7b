package casework

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
)

func (c *Casework) pieces(ctx context.Context, actor access.Actor, n casefile.Number) (custody.Pieces, error) {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return custody.Pieces{}, err
	}
	p, err := c.Custody.DeskPieces(o, actor.Member)
	p.Store, p.Blobs, p.Bytes, p.Files, p.Scanner = c.Store, c.Blobs, c.Limits.FileBytes, c.Limits.Files, c.Scanner
	return p, err
}

// BeginFile makes room for a file that a member adds to a case in pieces. Faults: too big,
// empty, too many, not the member's case.
func (c *Casework) BeginFile(ctx context.Context, actor access.Actor, n casefile.Number, name string, size int64) (*custody.Arriving, error) {
	p, err := c.pieces(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	return p.Begin(ctx, name, size)
}

// ArrivingFile tells how far a file of this member has come; fault.ErrNotFound.
func (c *Casework) ArrivingFile(ctx context.Context, actor access.Actor, n casefile.Number, id string) (*custody.Arriving, error) {
	p, err := c.pieces(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	return p.Find(ctx, id)
}

// AppendFile takes what follows of a file. It belongs to no text before TakeFiles and
// SaveDraft. custody.ErrOffset: it does not follow.
func (c *Casework) AppendFile(ctx context.Context, actor access.Actor, n casefile.Number, id string, offset int64, r io.Reader) (*custody.Arriving, error) {
	p, err := c.pieces(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	a, err := p.Find(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := p.Append(ctx, a, offset, r, nil); err != nil {
		return a, fmt.Errorf("add piece to case: %w", err)
	}
	return a, nil
}

// DropFile forgets a file that was not taken; fault.ErrNotFound.
func (c *Casework) DropFile(ctx context.Context, actor access.Actor, n casefile.Number, id string) error {
	p, err := c.pieces(ctx, actor, n)
	if err != nil {
		return err
	}
	a, err := p.Find(ctx, id)
	if err != nil {
		return err
	}
	return p.Drop(ctx, a)
}

// TakeFiles gives the files of this member that came in pieces and are whole, for
// SaveDraft; the others are left out.
func (c *Casework) TakeFiles(ctx context.Context, actor access.Actor, n casefile.Number, ids []string) ([]*Incoming, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	p, err := c.pieces(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	var list []*Incoming
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			continue
		}
		a, err := p.Find(ctx, id)
		if errors.Is(err, fault.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if m, ok := a.Whole(); ok {
			list = append(list, &Incoming{manifest: m, upload: id})
		}
	}
	return list, nil
}
