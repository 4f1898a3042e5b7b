package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/blob"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/store"
)

// Difference is how the database differs from what lies outside it: what was seen,
// and the sealed files.
type Difference struct {
	*custody.Difference
	Findings     []Finding // what is wrong, in words
	NewerFiles   int       // sealed files that came after the database
	MissingFiles int       // sealed files that the database refers to and that are not there
}

// Compare tells how the database differs from what lies outside it. It changes
// nothing.
func (a *App) Compare(ctx context.Context) (*Difference, error) {
	c, err := a.Custody.Compare(ctx)
	if err != nil {
		return nil, err
	}
	d := &Difference{Difference: c}
	for _, alarm := range c.Alarms {
		d.Findings = append(d.Findings, alarmFinding(alarm))
	}
	if d.MissingFiles, err = a.missingFiles(ctx); err != nil {
		return nil, err
	}
	d.NewerFiles, err = a.newerFiles(ctx, c.LastLeaf)
	return d, err
}

// missingFiles counts the sealed files that a row refers to and that are not there.
func (a *App) missingFiles(ctx context.Context) (n int, err error) {
	var names []string
	err = a.Store.Read(ctx, func(tx *store.Tx) (err error) {
		names, err = tx.BlobNames()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("list sealed files: %w", err)
	}
	for _, name := range names {
		_, err := a.Blobs.Size(ctx, name)
		if errors.Is(err, blob.ErrMissing) {
			n++
			continue
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// newerFiles counts the sealed files that were written after the newest line of the
// log and that the database does not know.
func (a *App) newerFiles(ctx context.Context, last time.Time) (n int, err error) {
	err = a.Blobs.List(ctx, func(name string, _ int64, modified time.Time) error {
		if last.IsZero() || !modified.After(last) {
			return nil
		}
		return a.Store.Read(ctx, func(tx *store.Tx) error {
			alive, err := tx.BlobAlive(name)
			if err == nil && !alive {
				n++
			}
			return err
		})
	})
	if err != nil {
		return n, fmt.Errorf("list sealed files: %w", err)
	}
	return n, nil
}

// examineFiles says whether the sealed files that the database refers to are there.
func (a *App) examineFiles(ctx context.Context) (Finding, error) {
	n, err := a.missingFiles(ctx)
	if errors.Is(err, fault.ErrDown) {
		return Finding{true, "whether sealed files are there cannot be told: " + err.Error(), "run doctor again once storage is within reach"}, nil
	}
	if n > 0 {
		return Finding{true, fmt.Sprintf("%d sealed files that the database refers to are not there", n), "restore the sealed files of the same backup as the database"}, err
	}
	return Finding{What: "every sealed file that the database refers to is there"}, err
}
