package custody

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"

	"klankbord/internal/audit"
	"klankbord/internal/heads"
	"klankbord/internal/store"
)

// ErrHeadLost tells that what was seen outside the database is gone although the log
// has begun; nobody can tell any more whether the database is the one that was seen.
var ErrHeadLost = errors.New("the last seen head of the log is lost")

// LogHead is the newest signed checkpoint that this installation saw, kept outside the
// database and its backup. It only ever goes forward, but for an operator's Accept. A
// database that is older, or that continues otherwise, shows when it is held against
// it.
type LogHead struct {
	Outside  *heads.Folder
	Instance string
	Verifier note.Verifier
	Now      func() time.Time
}

// Seen is the last seen head, of size 0 before anything was signed. It fails with
// ErrHeadLost where nothing is kept outside.
func (h *LogHead) Seen() (audit.Checkpoint, error) {
	seen, err := h.Outside.Seen()
	if errors.Is(err, heads.ErrNone) || errors.Is(err, heads.ErrDamaged) {
		return audit.Checkpoint{}, fmt.Errorf("%w: %w", ErrHeadLost, err)
	}
	if err != nil || len(seen.Log.Note) == 0 {
		return audit.Checkpoint{}, err
	}
	c, err := audit.OpenCheckpoint(seen.Log.Note, h.Verifier)
	if err != nil {
		return c, fmt.Errorf("%w: %w", ErrHeadLost, err)
	}
	return c, nil
}

// Sighting is the last seen head as it was at one moment, or why nobody can say.
type Sighting struct {
	head audit.Checkpoint
	err  error
}

// Sight looks at the last seen head. It comes before the database is read: what is signed
// goes there first and is kept outside after that, so that a database that was read
// earlier would look older than it is.
func (h *LogHead) Sight() Sighting {
	c, err := h.Seen()
	return Sighting{c, err}
}

// Advance keeps a checkpoint that is newer than the one seen before; an older one
// changes nothing. The caller has shown that it continues that one.
func (h *LogHead) Advance(signed []byte) error {
	c, err := audit.OpenCheckpoint(signed, h.Verifier)
	if err != nil {
		return err
	}
	err = h.Outside.Advance(h.Instance, func(s *heads.Seen) {
		if c.Size > s.Log.Size {
			s.Log = heads.Log{Size: c.Size, Note: signed, At: h.Now()}
		}
	})
	if err != nil {
		return fmt.Errorf("keep last seen head: %w", err)
	}
	return nil
}

// Check holds the log of a database against the head that was seen before: it fails with
// audit.ErrOlder, audit.ErrForked or ErrHeadLost, and then nothing of it may be
// signed or sent. It returns the newest checkpoint, whose size is 0 where there is
// none.
func (h *LogHead) Check(tx *store.Tx, before Sighting) (store.Checkpoint, error) {
	last, err := tx.LatestCheckpoint()
	if err != nil && !errors.Is(err, store.ErrNone) {
		return last, err
	}
	seen, err := before.head, before.err
	if errors.Is(err, ErrHeadLost) && last.Size == 0 {
		err = nil // nothing is lost where nothing was signed
	}
	if err != nil {
		return last, err
	}
	if last.Size < seen.Size {
		return last, fmt.Errorf("%w: it has %d leaves, %d were seen", audit.ErrOlder, last.Size, seen.Size)
	}
	if last.Size > 0 {
		c, err := audit.OpenCheckpoint(last.Note, h.Verifier)
		if err != nil || c.Size != last.Size {
			return last, errors.Join(audit.ErrForked, err)
		}
		if err := rooted(tx, c); err != nil || c == seen {
			return last, err
		}
	}
	return last, rooted(tx, seen)
}

// rooted fails with audit.ErrForked unless the tree of the database begins as a
// checkpoint says.
func rooted(tx *store.Tx, c audit.Checkpoint) error {
	if c.Size == 0 {
		return nil
	}
	root, err := audit.Root(c.Size, nodes{tx})
	switch {
	case errors.Is(err, store.ErrNone):
		return fmt.Errorf("%w: its tree has a gap: %w", audit.ErrForked, err)
	case err != nil:
		return err
	case root != c.Root:
		return fmt.Errorf("%w: the tree of %d leaves has another root", audit.ErrForked, c.Size)
	}
	return nil
}

// Adopt puts the newest checkpoint of a database, which is signed by the key of now, in the
// place of a last seen head that a key before it signed: after that key was renewed nothing
// else tells that the one continues the other. It does nothing where the head is signed by
// the key of now, and fails with audit.ErrForked where the database does not continue it.
func (h *LogHead) Adopt(ctx context.Context, s *store.Store, former []note.Verifier) error {
	seen, err := h.Outside.Seen()
	if err != nil || len(seen.Log.Note) == 0 {
		return nil //nolint:nilerr // what became of that file is told by an alarm
	}
	if _, err := audit.OpenCheckpoint(seen.Log.Note, h.Verifier); err == nil {
		return nil
	}
	i := slices.IndexFunc(former, func(v note.Verifier) bool {
		_, err := audit.OpenCheckpoint(seen.Log.Note, v)
		return err == nil
	})
	if i < 0 {
		return nil // of nobody; the log says that it is lost
	}
	before, err := audit.OpenCheckpoint(seen.Log.Note, former[i])
	if err != nil {
		return err
	}
	var last store.Checkpoint
	err = s.Read(ctx, func(tx *store.Tx) (err error) {
		if err := rooted(tx, before); err != nil {
			return err
		}
		last, err = tx.LatestCheckpoint()
		return err
	})
	if err != nil {
		return fmt.Errorf("last seen head: %w", err)
	}
	if c, err := audit.OpenCheckpoint(last.Note, h.Verifier); err != nil || c.Size < before.Size {
		return fmt.Errorf("last seen head: %w", errors.Join(audit.ErrForked, err))
	}
	err = h.Outside.Advance(h.Instance, func(s *heads.Seen) {
		s.Log = heads.Log{Size: last.Size, Note: last.Note, At: h.Now()}
	})
	if err != nil {
		return fmt.Errorf("keep last seen head: %w", err)
	}
	return nil
}
