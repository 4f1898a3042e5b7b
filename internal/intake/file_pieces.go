package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

func (i *Intake) pieces(d *Draft) custody.Pieces {
	return custody.Pieces{
		Store: i.Store, Blobs: i.Blobs, Kind: "draft", Owner: d.ID, Key: d.key, At: i.draftContext("", "", 0),
		Bytes: i.Limits.FileBytes, Files: i.Limits.Files, Scanner: i.Scanner,
	}
}

// BeginFile makes room for a file of the draft that comes in pieces. Faults: too big,
// empty, too many.
func (i *Intake) BeginFile(ctx context.Context, tok seal.Token, lang, name string, size int64) (*custody.Arriving, error) {
	d, err := i.Ensure(ctx, tok, lang)
	if err != nil {
		return nil, err
	}
	if len(d.Files) >= i.Limits.Files {
		return nil, i.tooMany()
	}
	return i.pieces(d).Begin(ctx, name, size)
}

func (i *Intake) tooMany() error {
	return fault.New(fault.Limit, "error.file-too-many").With("max", strconv.Itoa(i.Limits.Files))
}

// ArrivingFile tells how far a file has come; fault.ErrNotFound.
func (i *Intake) ArrivingFile(ctx context.Context, tok seal.Token, id string) (*custody.Arriving, error) {
	_, a, err := i.arriving(ctx, tok, id)
	return a, err
}

func (i *Intake) arriving(ctx context.Context, tok seal.Token, id string) (*Draft, *custody.Arriving, error) {
	d, err := i.Draft(ctx, tok)
	if errors.Is(err, ErrNoDraft) {
		return nil, nil, fault.ErrNotFound
	}
	if err != nil {
		return nil, nil, err
	}
	a, err := i.pieces(d).Find(ctx, id)
	return d, a, err
}

// AppendFile takes what follows of a file; with its last byte it is a file of the draft.
// custody.ErrOffset: it does not follow. Faults: too many, not found.
func (i *Intake) AppendFile(ctx context.Context, tok seal.Token, id string, offset int64, r io.Reader) (*custody.Arriving, error) {
	d, a, err := i.arriving(ctx, tok, id)
	if err != nil {
		return nil, err
	}
	err = i.pieces(d).Append(ctx, a, offset, r, func(tx *store.Tx, m seal.Manifest) error {
		there, err := tx.DraftFiles(d.ID)
		if err == nil && len(there) >= i.Limits.Files {
			err = i.tooMany()
		}
		if err != nil {
			return err
		}
		return tx.InsertDraftFile(store.DraftFile{
			ID: id, Draft: d.ID, Size: m.Size, Created: i.Store.Now(), Box: d.key.Seal(i.draftContext("draft-file", id, 0), m.Encode()),
		})
	})
	if err != nil {
		return a, fmt.Errorf("add piece to draft: %w", err)
	}
	return a, nil
}

// DropFile forgets a file that did not come whole; fault.ErrNotFound.
func (i *Intake) DropFile(ctx context.Context, tok seal.Token, id string) error {
	d, a, err := i.arriving(ctx, tok, id)
	if err != nil {
		return err
	}
	return i.pieces(d).Drop(ctx, a)
}
