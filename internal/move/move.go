// Package move brings an instance from one database, or one place of sealed files, to
// another, such as from SQLite and a folder to PostgreSQL and a bucket. It must never
// change what it moves from, nor write where another instance lies, and believes nothing
// that it did not read back: every row and every byte of every file is compared. What was
// interrupted is taken up again. It fails with ErrServing, ErrInUse, ErrForeign and
// ErrChanged, and with the errors of databases and places.
package move

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"klankbord/internal/blob"
	"klankbord/internal/store"
)

// What stops a move.
var (
	ErrServing = errors.New("the instance is being served: stop every process that serves it")
	ErrInUse   = errors.New("the database to move to holds an instance already, and not what would be moved")
	ErrForeign = errors.New("there are sealed files where these would go that are not of this instance")
	ErrChanged = errors.New("the instance changed while it was moved: empty the database that was moved to, and begin again")
	ErrDiffers = errors.New("what arrived is not what was sent")
)

// Move is where an instance lies, and where it goes. What is the same on both sides stays.
type Move struct {
	From, To        *store.Store
	Files, NewFiles blob.Place
}

// Done tells what was moved and compared.
type Done struct {
	Tables  int
	Rows    int64
	Files   int      // sealed files that were compared
	Bytes   int64    // of these
	Copied  int      // of the files, now; the others were there from an earlier attempt
	Missing []string // that the database refers to and that were not there before either
}

// Run moves, compares, and tells what it did.
func (m *Move) Run(ctx context.Context) (*Done, error) {
	done := &Done{}
	if err := m.stopped(ctx); err != nil {
		return nil, err
	}
	before, err := digest(ctx, m.From)
	if err != nil {
		return nil, err
	}
	done.Tables, done.Rows = len(before), before.rows()
	if m.From != m.To {
		// Before the files, so that nothing is copied where it cannot stay.
		if err := m.free(ctx, before); err != nil {
			return nil, err
		}
	}
	if m.Files != m.NewFiles {
		if err := m.files(ctx, done); err != nil {
			return nil, err
		}
	}
	if m.From != m.To {
		if err := m.rows(ctx, before); err != nil {
			return nil, err
		}
	}
	after, err := digest(ctx, m.From)
	if err != nil {
		return nil, err
	}
	if !after.same(before) {
		return nil, ErrChanged
	}
	return done, m.stopped(ctx)
}

// stopped refuses an instance that is served; what is served says so every half minute.
func (m *Move) stopped(ctx context.Context) error {
	var until time.Time
	err := m.From.Read(ctx, func(tx *store.Tx) (err error) {
		until, err = tx.ServedUntil()
		return err
	})
	if err != nil {
		return fmt.Errorf("look whether it is served: %w", err)
	}
	if until.After(m.From.Now()) {
		return fmt.Errorf("%w; one that was killed is over at %s", ErrServing, until.UTC().Format("15:04:05 UTC"))
	}
	return nil
}

// free refuses a database that holds anything but what is moved.
func (m *Move) free(ctx context.Context, before digests) error {
	err := m.To.Read(ctx, func(tx *store.Tx) error {
		_, err := tx.Instance()
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the database to move to: %w", err)
	}
	there, err := digest(ctx, m.To)
	if err != nil {
		return err
	}
	if !there.same(before) {
		return ErrInUse
	}
	return nil // from an attempt that was cut off afterwards
}

// rows fills the other database, unless an earlier attempt did, and compares.
func (m *Move) rows(ctx context.Context, before digests) error {
	p := &pump{from: m.From}
	defer p.stop()
	err := m.To.Fill(ctx, func() (store.Dumped, error) {
		p.stop() // the database wants to start over
		return p.start(ctx), nil
	})
	if err != nil && !errors.Is(err, store.ErrNotEmpty) {
		return err
	}
	there, err := digest(ctx, m.To)
	if err != nil {
		return err
	}
	if !there.same(before) {
		return fmt.Errorf("database: %w", ErrDiffers)
	}
	return nil
}

// files copies every sealed file that is not there yet, and reads each back.
func (m *Move) files(ctx context.Context, done *Done) error {
	wanted := map[string]int64{}
	err := m.From.Read(ctx, func(tx *store.Tx) error {
		const most = 1000
		for after := ""; ; {
			refs, err := tx.BlobRefs(after, most)
			if err != nil {
				return err
			}
			for _, r := range refs {
				wanted[r.Name], after = r.Size, r.Name
			}
			if len(refs) < most {
				return nil
			}
		}
	})
	if err != nil {
		return fmt.Errorf("list sealed files: %w", err)
	}
	err = m.NewFiles.List(ctx, func(name string, _ int64, _ time.Time) error {
		if _, ours := wanted[name]; !ours {
			return fmt.Errorf("%w: %s", ErrForeign, name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for name := range wanted {
		if err := m.file(ctx, name, done); err != nil {
			return fmt.Errorf("sealed file %s: %w", name, err)
		}
	}
	return nil
}

func (m *Move) file(ctx context.Context, name string, done *Done) error {
	sum, size, err := sumOf(ctx, m.Files, name)
	if errors.Is(err, blob.ErrMissing) {
		done.Missing = append(done.Missing, name)
		return nil
	}
	if err != nil {
		return err
	}
	there, _, err := sumOf(ctx, m.NewFiles, name)
	if err != nil && !errors.Is(err, blob.ErrMissing) {
		return err
	}
	if err != nil || there != sum {
		if err := m.copy(ctx, name); err != nil {
			return err
		}
		done.Copied++
		if there, _, err = sumOf(ctx, m.NewFiles, name); err != nil {
			return err
		}
	}
	if there != sum {
		return ErrDiffers
	}
	done.Files++
	done.Bytes += size
	return nil
}

// copy brings a file; what an attempt left that was cut off goes first.
func (m *Move) copy(ctx context.Context, name string) error {
	if err := m.NewFiles.Delete(ctx, name); err != nil {
		return err
	}
	r, err := m.Files.Open(ctx, name)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // was only read
	u, err := m.NewFiles.CreateAs(ctx, name)
	if err != nil {
		return err
	}
	defer u.Abort()
	if _, err := io.Copy(u, r); err != nil {
		return err
	}
	return u.Commit()
}

func sumOf(ctx context.Context, p blob.Place, name string) (sum [sha256.Size]byte, size int64, err error) {
	r, err := p.Open(ctx, name)
	if err != nil {
		return sum, 0, err
	}
	defer func() { _ = r.Close() }() // was only read
	h := sha256.New()
	size, err = io.Copy(h, r)
	copy(sum[:], h.Sum(nil))
	return sum, size, err
}
