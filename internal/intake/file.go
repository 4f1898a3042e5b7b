package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"klankbord/internal/custody"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// File is a file added to a draft.
type File struct {
	ID   string
	Name string
	Type string // as recognised from the content
	Size int64  // in bytes

	manifest seal.Manifest
}

// AddFile streams a file into sealing and adds it to the draft. Nothing of it
// touches the disk in clear. Faults: too big, empty, too many; the file that was
// refused leaves nothing behind.
func (i *Intake) AddFile(ctx context.Context, tok seal.Token, lang, name string, r io.Reader) (File, error) {
	d, err := i.Ensure(ctx, tok, lang)
	if err != nil {
		return File{}, err
	}
	if len(d.Files) >= i.Limits.Files {
		return File{}, i.tooMany()
	}
	m, err := custody.SealFile(ctx, i.Blobs, i.Scanner, name, i.Limits.FileBytes, r)
	if err != nil {
		return File{}, err
	}
	f := File{ID: ident.New(), Name: m.Name, Type: m.Type, Size: m.Size, manifest: m}
	row := store.DraftFile{
		ID: f.ID, Draft: d.ID, Size: m.Size, Created: i.Store.Now(),
		Box: d.key.Seal(i.draftContext("draft-file", f.ID, 0), m.Encode()),
	}
	err = i.write(ctx, func(tx *store.Tx) error {
		if err := tx.InsertDraftFile(row); err != nil {
			return err
		}
		return custody.HoldBlobs(tx, m, "draft", d.ID, f.ID)
	})
	if err != nil {
		return File{}, fmt.Errorf("add file to draft: %w", err)
	}
	return f, nil
}

// RemoveFile takes a file away from the draft; one that is gone is no error.
func (i *Intake) RemoveFile(ctx context.Context, tok seal.Token, id string) error {
	d, err := i.Draft(ctx, tok)
	if err != nil {
		return err
	}
	err = i.write(ctx, func(tx *store.Tx) error { return tx.DeleteDraftFile(d.ID, id) })
	if err != nil && !errors.Is(err, store.ErrNone) {
		return fmt.Errorf("remove file from draft: %w", err)
	}
	return nil
}

func (i *Intake) openManifest(d *Draft, f store.DraftFile) (seal.Manifest, error) {
	plain, err := d.key.Open(i.draftContext("draft-file", f.ID, 0), f.Box)
	if err != nil {
		return seal.Manifest{}, fmt.Errorf("open file of draft: %w", err)
	}
	m, err := seal.DecodeManifest(bytes.Clone(plain))
	if err != nil {
		return m, fmt.Errorf("open file of draft: %w", err)
	}
	return m, nil
}
