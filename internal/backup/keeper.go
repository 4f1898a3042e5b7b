package backup

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/store"
)

const (
	leaseName = "backup"
	lease     = time.Hour
)

// Keeper makes a copy whenever one is due and removes those that are too old.
type Keeper struct {
	Maker *Maker
	Every time.Duration
	Keep  int // days that the oldest archive is kept; 0: for ever
}

// Step makes a copy when the newest on the shelf is as old as Every, and tells what it
// made; nil: none was due. custody.ErrElsewhere: another instance does it.
func (k *Keeper) Step(ctx context.Context, holder string) (*Made, error) {
	list, err := Archives(ctx, k.Maker.Shelf)
	if err != nil {
		return nil, err
	}
	if len(list) > 0 && k.Maker.Store.Now().Sub(list[0].Made) < k.Every {
		return nil, nil //nolint:nilnil // none was due
	}
	return k.Now(ctx, holder, custody.BySystem())
}

// Now makes a copy for somebody, notes it in the log, and removes what is too old.
// custody.ErrElsewhere: another process is at it.
func (k *Keeper) Now(ctx context.Context, holder string, by audit.Actor) (*Made, error) {
	var fence int64
	err := k.Maker.Store.Write(ctx, func(tx *store.Tx) (err error) {
		fence, err = tx.TakeLease(leaseName, holder, lease)
		return err
	})
	if errors.Is(err, store.ErrStale) {
		return nil, custody.ErrElsewhere
	}
	if err != nil {
		return nil, fmt.Errorf("begin backup: %w", err)
	}
	made, err := k.make(ctx, by)
	return made, errors.Join(err, k.release(ctx, holder, fence))
}

func (k *Keeper) make(ctx context.Context, by audit.Actor) (*Made, error) {
	if err := k.Maker.Shelf.Sweep(ctx); err != nil {
		return nil, err
	}
	made, err := k.Maker.Make(ctx)
	if err != nil {
		return nil, err
	}
	leaf := custody.Leaf(k.Maker.Store.Now(), custody.Event{Kind: audit.BackupMade, Actor: by, Detail: map[string]string{
		"name": made.Archive.Name, "files": strconv.Itoa(made.Files),
	}})
	if err := k.Maker.Store.Write(ctx, func(tx *store.Tx) error { return tx.InsertLeaf(leaf) }); err != nil {
		return nil, fmt.Errorf("note backup: %w", err)
	}
	if k.Keep == 0 {
		return made, nil
	}
	// One that will be too old before the next copy is made goes now.
	_, err = Prune(ctx, k.Maker.Shelf, k.Maker.Store.Now().AddDate(0, 0, -k.Keep).Add(k.Every))
	return made, err
}

func (k *Keeper) release(ctx context.Context, holder string, fence int64) error {
	err := k.Maker.Store.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.EndLease(leaseName, holder, fence) })
	if errors.Is(err, store.ErrStale) {
		return nil // another took it meanwhile
	}
	return err
}
