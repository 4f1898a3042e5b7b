package custody

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"klankbord/internal/audit"
	"klankbord/internal/store"
)

const (
	sequencerLease = 10 * time.Second
	leafBatch      = 1000
)

// Sequencer gives the leaves of the log their positions and signs the head. One
// instance at a time does so, under a lease with a fence.
type Sequencer struct {
	Store  *store.Store
	Origin string // audit.Origin of the instance
	Signer note.Signer
}

// Step places the leaves that wait and signs a checkpoint if there were any.
// ErrElsewhere: another instance does it.
func (s *Sequencer) Step(ctx context.Context, holder string) error {
	waiting := false
	err := s.Store.Read(ctx, func(tx *store.Tx) error {
		leaves, err := tx.WaitingLeaves(1)
		waiting = len(leaves) > 0
		return err
	})
	if err != nil || !waiting {
		return err
	}
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		fence, err := tx.TakeLease("sequencer", holder, sequencerLease)
		if err != nil {
			return err
		}
		if err := s.place(tx); err != nil {
			return err
		}
		return tx.HoldLease("sequencer", holder, fence)
	})
	if errors.Is(err, store.ErrStale) {
		return ErrElsewhere
	}
	return err
}

func (s *Sequencer) place(tx *store.Tx) error {
	size := int64(0)
	switch last, err := tx.LatestCheckpoint(); {
	case err == nil:
		size = last.Size
	case !errors.Is(err, store.ErrNone):
		return err
	}
	leaves, err := tx.WaitingLeaves(leafBatch)
	if err != nil || len(leaves) == 0 {
		return err
	}
	hashes := make([]tlog.Hash, len(leaves))
	for i, l := range leaves {
		if copy(hashes[i][:], l.Hash) != tlog.HashSize {
			return fmt.Errorf("leaf %s: hash is not %d bytes", l.ID, tlog.HashSize)
		}
		if err := tx.PlaceLeaf(l.ID, size+int64(i)); err != nil {
			return err
		}
	}
	stored, root, err := audit.Grow(size, hashes, nodes{tx})
	if err != nil {
		return err
	}
	for i, h := range stored {
		if err := tx.InsertNode(audit.FirstIndex(size)+int64(i), h[:]); err != nil {
			return err
		}
	}
	return s.sign(tx, size+int64(len(leaves)), root)
}

func (s *Sequencer) sign(tx *store.Tx, size int64, root tlog.Hash) error {
	signed, err := audit.Checkpoint{Origin: s.Origin, Size: size, Root: root}.Sign(s.Signer)
	if err != nil {
		return err
	}
	return tx.InsertCheckpoint(store.Checkpoint{Size: size, Note: signed, At: tx.Now()})
}

// nodes reads the hashes of the tree from the database.
type nodes struct{ tx *store.Tx }

// ReadHashes returns the hashes at indexes.
func (n nodes) ReadHashes(indexes []int64) ([]tlog.Hash, error) { return n.tx.Nodes(indexes) }
