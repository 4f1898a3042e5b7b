package custody

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/blob"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Sweeper removes what is past its time: drafts, what is known of sent mail, sessions, receipts, keys of members
// who left, and blobs that nothing refers to. While there is an alarm it leaves keys
// and blobs: a database that was rolled back does not know what it refers to.
type Sweeper struct {
	Store   *store.Store
	Blobs   blob.Place
	Custody *Custody
	Trim    func(context.Context) error // empties the journal of the database where nobody is in the way; nil: it is left
}

// unreferenced is how old a blob is before it is swept, and how long a receipt is
// kept for a retry.
const unreferenced = 24 * time.Hour

// UnsentLife is how long a text that a member does not send is kept after its last
// change, and a file that a complainant does not send.
const UnsentLife = 14 * 24 * time.Hour

// sentLife is how long it is known which mails have left.
const sentLife = 7 * 24 * time.Hour

// Sweep does all of it once, and what it can of it where something fails.
func (s *Sweeper) Sweep(ctx context.Context) error { return errors.Join(s.sweep(ctx), s.trim(ctx)) }

func (s *Sweeper) trim(ctx context.Context) error {
	if s.Trim == nil {
		return nil
	}
	if err := s.Trim(ctx); err != nil {
		return fmt.Errorf("empty journal: %w", err)
	}
	return nil
}

func (s *Sweeper) sweep(ctx context.Context) error {
	err := s.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.DeleteExpiredDrafts(); err != nil {
			return err
		}
		if _, err := tx.DeleteExpiredUploads(); err != nil {
			return err
		}
		if _, err := tx.DeleteSubmissionsBefore(tx.Now().Add(-unreferenced)); err != nil {
			return err
		}
		if _, err := tx.DeleteStaleDrafts(tx.Now().Add(-UnsentLife)); err != nil {
			return err
		}
		if _, err := tx.DeleteStaleBlobRefs(tx.Now().Add(-UnsentLife)); err != nil {
			return err
		}
		if _, err := tx.DeleteSentMails(tx.Now().Add(-sentLife)); err != nil {
			return err
		}
		if err := tx.ForgetWhoWasHere(); err != nil {
			return err
		}
		if err := errors.Join(tx.DeleteExpiredLinks(), tx.DeletePassedThreads()); err != nil {
			return err
		}
		return tx.DeleteEndedSessions()
	})
	if err != nil {
		return fmt.Errorf("sweep rows: %w", err)
	}
	switch err := s.Custody.Watch(ctx); {
	case errors.Is(err, ErrUnknown) || err == nil && len(s.Custody.Alarms()) > 0:
		return nil
	case err != nil:
		return err
	}
	if err := s.departed(ctx); err != nil {
		return err
	}
	return s.blobs(ctx)
}

// departed takes away what members who left still hold, because their leaving was
// interrupted.
func (s *Sweeper) departed(ctx context.Context) error {
	var members []staff.ID
	err := s.Store.Read(ctx, func(tx *store.Tx) (err error) {
		members, err = tx.DepartedHolders()
		return err
	})
	if err != nil {
		return fmt.Errorf("look for keys of who left: %w", err)
	}
	for _, id := range members {
		if err := s.Custody.Release(ctx, id, BySystem()); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sweeper) blobs(ctx context.Context) error {
	before := s.Store.Now().Add(-unreferenced)
	err := s.Blobs.List(ctx, func(name string, _ int64, modified time.Time) error {
		if modified.After(before) {
			return nil
		}
		alive := false
		err := s.Store.Read(ctx, func(tx *store.Tx) (err error) {
			alive, err = tx.BlobAlive(name)
			return err
		})
		if err != nil || alive {
			return err
		}
		return s.Blobs.Delete(ctx, name)
	})
	if err != nil {
		return fmt.Errorf("sweep blobs: %w", err)
	}
	return nil
}
