package custody

import (
	"context"
	"fmt"
	"time"

	"klankbord/internal/blob"
	"klankbord/internal/store"
)

// Eraser finishes what the erasure of a case left: its sealed files, and what the
// database's own journal still holds of it. The keys went with the case, so that until
// then nothing of it opens. It may be stopped anywhere and begins again.
type Eraser struct {
	Store *store.Store
	Blobs blob.Place
	Empty func(context.Context) error // empties the journal of the database
}

// Finish removes the sealed files of an erased case. It fails when one cannot be
// removed, or while somebody reads the journal, and is then tried again.
func (e *Eraser) Finish(ctx context.Context, id string) (again time.Time, err error) {
	var names []string
	err = e.Store.Read(ctx, func(tx *store.Tx) (err error) {
		names, err = tx.ErasedBlobs(id)
		return err
	})
	if err != nil {
		return again, fmt.Errorf("list files of erased case: %w", err)
	}
	for _, name := range names {
		if err := e.Blobs.Delete(ctx, name); err != nil {
			return again, fmt.Errorf("remove file of erased case: %w", err)
		}
	}
	if len(names) > 0 {
		if err := e.Store.Write(ctx, func(tx *store.Tx) error { return tx.ForgetErasedBlobs(id) }); err != nil {
			return again, fmt.Errorf("forget files of erased case: %w", err)
		}
	}
	if err := e.Empty(ctx); err != nil {
		return again, fmt.Errorf("empty journal: %w", err)
	}
	return again, nil
}
