package custody

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/mod/sumdb/note"

	"klankbord/internal/audit"
	"klankbord/internal/store"
)

// ErrHeadLost tells that the file of the last seen head is gone although the log has
// begun; nobody can tell any more whether the database is the one that was seen.
var ErrHeadLost = errors.New("the last seen head of the log is lost")

// HeadFile keeps the newest signed checkpoint that this installation saw, in a file
// outside the database and its backup. It only ever goes forward. A database that is
// older, or that continues otherwise, shows when it is held against it.
type HeadFile struct {
	path     string
	verifier note.Verifier

	mu     sync.Mutex
	signed []byte // guarded by mu; as in the file
	seen   audit.Checkpoint
}

// OpenHeadFile reads the file at path. One that is not there yet is no error; one
// that is no checkpoint of this log is.
func OpenHeadFile(path string, v note.Verifier) (*HeadFile, error) {
	h := &HeadFile{path: path, verifier: v}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h, h.read()
}

// read takes over what the file holds now, which another process may have moved.
func (h *HeadFile) read() error {
	b, err := os.ReadFile(h.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // what this process saw stays seen
	}
	if err != nil {
		return fmt.Errorf("read last seen head: %w", err)
	}
	if bytes.Equal(b, h.signed) {
		return nil
	}
	c, err := audit.OpenCheckpoint(b, h.verifier)
	if err != nil {
		return fmt.Errorf("read last seen head: %w", err)
	}
	h.signed, h.seen = b, c
	return nil
}

// Seen is the last seen head; false when there is none.
func (h *HeadFile) Seen() (audit.Checkpoint, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seen, h.signed != nil
}

// Advance keeps a checkpoint that is newer than the one seen before; an older one
// changes nothing. The caller has shown that it continues that one.
func (h *HeadFile) Advance(signed []byte) error {
	c, err := audit.OpenCheckpoint(signed, h.verifier)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.read(); err != nil {
		return err
	}
	if h.signed != nil && c.Size <= h.seen.Size {
		if c.Size == h.seen.Size && c.Root != h.seen.Root {
			return audit.ErrForked
		}
		return nil
	}
	return h.write(signed, c)
}

// Reset keeps a checkpoint even where it is older or of another history. Only an
// operator's recorded decision calls it.
func (h *HeadFile) Reset(signed []byte) error {
	c, err := audit.OpenCheckpoint(signed, h.verifier)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.write(signed, c)
}

// write replaces the file as a whole, durably: after a crash it holds the old head
// or the new one.
func (h *HeadFile) write(signed []byte, c audit.Checkpoint) error {
	fresh := h.path + ".new"
	f, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("keep last seen head: %w", err)
	}
	_, err = f.Write(signed)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(fresh, h.path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(h.path))
	}
	if err != nil {
		return fmt.Errorf("keep last seen head: %w", err)
	}
	h.signed, h.seen = signed, c
	return nil
}

func syncFolder(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the instance's own folder
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Check holds the log of a database against the last seen head: it fails with
// audit.ErrOlder, audit.ErrForked or ErrHeadLost, and then nothing of it may be
// signed or sent. It returns the newest checkpoint, whose size is 0 where there is
// none.
func (h *HeadFile) Check(tx *store.Tx) (store.Checkpoint, error) {
	last, err := tx.LatestCheckpoint()
	if err != nil && !errors.Is(err, store.ErrNone) {
		return last, err
	}
	seen, known := h.Seen()
	if !known && last.Size > 0 {
		return last, ErrHeadLost
	}
	if last.Size < seen.Size {
		return last, fmt.Errorf("%w: it has %d leaves, %d were seen", audit.ErrOlder, last.Size, seen.Size)
	}
	if last.Size > 0 {
		c, err := audit.OpenCheckpoint(last.Note, h.verifier)
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
