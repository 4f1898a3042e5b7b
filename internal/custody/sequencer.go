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
	Head   *HeadFile
	Holds  func(store.Leaf) bool // from LeafHolds

	followed []byte // the checkpoint that was last found to continue the head; of Step alone
}

// Step places the leaves that wait and signs a checkpoint if there were any.
// ErrElsewhere: another instance does it. audit.ErrOlder, audit.ErrForked and
// ErrHeadLost: it refuses. Calls follow one another.
func (s *Sequencer) Step(ctx context.Context, holder string) error {
	waiting, err := s.follow(ctx)
	if err != nil || !waiting {
		return err
	}
	var signed []byte
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		fence, err := tx.TakeLease("sequencer", holder, sequencerLease)
		if err != nil {
			return err
		}
		last, err := s.Head.Check(tx)
		if err != nil {
			return err
		}
		if signed, err = s.place(tx, last.Size); err != nil {
			return err
		}
		return tx.HoldLease("sequencer", holder, fence)
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
func (s *Sequencer) follow(ctx context.Context) (waiting bool, err error) {
	var last store.Checkpoint
	err = s.Store.Read(ctx, func(tx *store.Tx) error {
		leaves, err := tx.WaitingLeaves(1)
		if err != nil {
			return err
		}
		waiting = len(leaves) > 0
		if last, err = tx.LatestCheckpoint(); err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		if !bytes.Equal(last.Note, s.followed) {
			_, err = s.Head.Check(tx)
			return err
		}
		return nil
	})
	if err != nil || bytes.Equal(last.Note, s.followed) {
		return waiting, err
	}
	if err := s.Head.Advance(last.Note); err != nil {
		return waiting, err
	}
	s.followed = last.Note
	return waiting, nil
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
		if err := tx.PlaceLeaf(l.ID, size+int64(i)); err != nil {
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

// Accept goes on from the log of the database although it is older than, or differs
// from, what was seen before: the line of the log that says who decided it and why
// comes first. It is what a restored backup needs, and nothing else calls it.
func (s *Sequencer) Accept(ctx context.Context, why store.Leaf) error {
	if err := s.Store.Write(ctx, func(tx *store.Tx) error { return tx.InsertLeaf(why) }); err != nil {
		return fmt.Errorf("log acceptance: %w", err)
	}
	var last store.Checkpoint
	err := s.Store.Read(ctx, func(tx *store.Tx) (err error) {
		last, err = tx.LatestCheckpoint()
		return err
	})
	if errors.Is(err, store.ErrNone) {
		last.Note, err = FirstCheckpoint(s.Origin, s.Signer)
	}
	if err != nil {
		return fmt.Errorf("read newest checkpoint: %w", err)
	}
	s.followed = nil
	return s.Head.Reset(last.Note)
}

// FirstCheckpoint is that of a log without leaves, from which a new installation
// starts.
func FirstCheckpoint(origin string, signer note.Signer) ([]byte, error) {
	root, err := audit.Root(0, nil)
	if err != nil {
		return nil, err
	}
	return audit.Checkpoint{Origin: origin, Root: root}.Sign(signer)
}

// nodes reads the hashes of the tree from the database.
type nodes struct{ tx *store.Tx }

// ReadHashes returns the hashes at indexes.
func (n nodes) ReadHashes(indexes []int64) ([]tlog.Hash, error) { return n.tx.Nodes(indexes) }
