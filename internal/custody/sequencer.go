package custody

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"klankbord/internal/audit"
	"klankbord/internal/store"
)

const (
	sequencerName  = "sequencer" // of the lease
	sequencerLease = 10 * time.Second
	leafBatch      = 1000
)

// Sequencer gives the leaves of the log their positions and signs the head. One
// instance at a time does so, under a lease with a fence. It never signs a log that
// is older than the last seen head or does not continue it; leaves then wait. A leaf
// that this installation did not write waits for ever.
type Sequencer struct {
	Store  *store.Store
	Origin string // audit.Origin of the instance
	Signer note.Signer
	Head   *LogHead
	Holds  func(store.Leaf) bool // from LeafHolds
	Refuse func(context.Context) // tells that it refuses; may be nil

	followed []byte // the checkpoint that was last found to continue the head; of Step alone
}

// Step places the leaves that wait and signs a checkpoint if there were any.
// ErrElsewhere: another instance does it. audit.ErrOlder, audit.ErrForked and
// ErrHeadLost: it refuses. Calls follow one another.
func (s *Sequencer) Step(ctx context.Context, holder string) error {
	err := s.step(ctx, holder)
	if TroubleOf(err) != "" && s.Refuse != nil {
		s.Refuse(ctx)
	}
	return err
}

func (s *Sequencer) step(ctx context.Context, holder string) error {
	waiting, err := s.follow(ctx, holder)
	if err != nil || !waiting {
		return err
	}
	var signed []byte
	seen := s.Head.Sight()
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		fence, err := tx.TakeLease(sequencerName, holder, sequencerLease)
		if err != nil {
			return err
		}
		last, err := s.Head.Check(tx, seen)
		if err != nil {
			return err
		}
		if signed, err = s.place(tx, last.Size); err != nil {
			return err
		}
		return tx.HoldLease(sequencerName, holder, fence)
	})
	if errors.Is(err, store.ErrStale) {
		return ErrElsewhere
	}
	if err != nil || signed == nil {
		return err
	}
	s.followed = signed
	return s.Head.Advance(signed)
}

// follow takes note of what another instance signed, and tells whether leaves wait.
// ErrElsewhere: they do, and another instance has the lease.
func (s *Sequencer) follow(ctx context.Context, holder string) (waiting bool, err error) {
	var last store.Checkpoint
	elsewhere := false
	seen := s.Head.Sight()
	err = s.Store.Read(ctx, func(tx *store.Tx) error {
		leaves, err := tx.WaitingLeaves(1)
		if err != nil {
			return err
		}
		if waiting = len(leaves) > 0; waiting {
			if elsewhere, err = tx.Leased(sequencerName, holder); err != nil {
				return err
			}
		}
		if last, err = tx.LatestCheckpoint(); err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		if !bytes.Equal(last.Note, s.followed) {
			_, err = s.Head.Check(tx, seen)
			return err
		}
		return nil
	})
	if err == nil && !bytes.Equal(last.Note, s.followed) {
		if err = s.Head.Advance(last.Note); err == nil {
			s.followed = last.Note
		}
	}
	if err == nil && elsewhere {
		err = ErrElsewhere
	}
	return waiting, err
}

// place gives positions from size on and returns the signed checkpoint; nil when no
// leaf waits.
func (s *Sequencer) place(tx *store.Tx, size int64) ([]byte, error) {
	leaves, err := tx.WaitingLeaves(leafBatch)
	if err != nil {
		return nil, err
	}
	leaves = slices.DeleteFunc(leaves, func(l store.Leaf) bool { return !s.Holds(l) })
	if len(leaves) == 0 {
		return nil, nil
	}
	hashes := make([]tlog.Hash, len(leaves))
	for i, l := range leaves {
		if copy(hashes[i][:], l.Hash) != tlog.HashSize {
			return nil, fmt.Errorf("leaf %s: hash is not %d bytes", l.ID, tlog.HashSize)
		}
		if err := tx.PlaceLeaf(l, size+int64(i)); err != nil {
			return nil, err
		}
	}
	stored, root, err := audit.Grow(size, hashes, nodes{tx})
	if err != nil {
		return nil, err
	}
	for i, h := range stored {
		if err := tx.InsertNode(audit.FirstIndex(size)+int64(i), h[:]); err != nil {
			return nil, err
		}
	}
	grown := audit.Checkpoint{Origin: s.Origin, Size: size + int64(len(leaves)), Root: root}
	signed, err := grown.Sign(s.Signer)
	if err != nil {
		return nil, err
	}
	return signed, tx.InsertCheckpoint(store.Checkpoint{Size: grown.Size, Note: signed, At: tx.Now()})
}

// nodes reads the hashes of the tree from the database.
type nodes struct{ tx *store.Tx }

// ReadHashes returns the hashes at indexes.
func (n nodes) ReadHashes(indexes []int64) ([]tlog.Hash, error) { return n.tx.Nodes(indexes) }
