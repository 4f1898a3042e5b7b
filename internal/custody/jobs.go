package custody

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/store"
)

// Jobs is the background work that waits: ids only. SkipLocked comes from sqldb.
type Jobs struct {
	Store      *store.Store
	SkipLocked string
}

// Job is one piece of background work.
type Job = store.Job

// ErrEnded tells that a job was done and went in the transaction that did it.
var ErrEnded = errors.New("job has ended")

// ErrElsewhere tells that another instance does it.
var ErrElsewhere = errors.New("another instance does this")

// Claim leases jobs that are due to holder; it writes nothing when none is due.
func (j *Jobs) Claim(ctx context.Context, holder string, limit int, lease time.Duration) (list []Job, err error) {
	due := false
	err = j.Store.Read(ctx, func(tx *store.Tx) error {
		at, err := tx.NextJob()
		due = err == nil && !at.After(tx.Now())
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		return err
	})
	if err != nil || !due {
		return nil, err
	}
	err = j.Store.Write(ctx, func(tx *store.Tx) (err error) {
		list, err = tx.ClaimJobs(holder, limit, lease, j.SkipLocked)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim jobs: %w", err)
	}
	return list, nil
}

// Finish ends a job, or gives it back for later when again is set. ErrElsewhere:
// our lease ran out.
func (j *Jobs) Finish(ctx context.Context, id, holder string, again time.Time) error {
	err := j.Store.Write(ctx, func(tx *store.Tx) error {
		if again.IsZero() {
			return tx.FinishJob(id, holder)
		}
		return tx.PostponeJob(id, holder, again)
	})
	if errors.Is(err, store.ErrStale) {
		return ErrElsewhere
	}
	if err != nil {
		return fmt.Errorf("finish job: %w", err)
	}
	return nil
}

// Now is the time of the store's clock.
func (j *Jobs) Now() time.Time { return j.Store.Now() }

// Serve says that holder serves this instance for as long as d.
func (j *Jobs) Serve(ctx context.Context, holder string, d time.Duration) error {
	if err := j.Store.Write(ctx, func(tx *store.Tx) error { return tx.Serve(holder, d) }); err != nil {
		return fmt.Errorf("say that this is served: %w", err)
	}
	return nil
}

// StopServing says that holder serves it no more.
func (j *Jobs) StopServing(ctx context.Context, holder string) error {
	if err := j.Store.Write(ctx, func(tx *store.Tx) error { return tx.StopServing(holder) }); err != nil {
		return fmt.Errorf("say that this is no longer served: %w", err)
	}
	return nil
}
