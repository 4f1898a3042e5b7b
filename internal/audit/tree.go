package audit

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// HashReader reads hashes of the tree by the index under which Grow returned
// them; the database implements it.
type HashReader = tlog.HashReader

// ErrProof is in every error about a proof that does not hold.
var ErrProof = errors.New("proof does not hold")

// errHash says that a reader was asked for a hash that it does not have.
var errHash = errors.New("no such hash in the tree")

// Grow appends leaves to a tree of size leaves. It returns the hashes to store,
// the first under index FirstIndex(size) and the others following, and the root of
// the grown tree.
func Grow(size int64, leaves []tlog.Hash, r HashReader) (stored []tlog.Hash, root tlog.Hash, err error) {
	grown := overlay{first: FirstIndex(size), under: r}
	for i, leaf := range leaves {
		more, err := tlog.StoredHashesForRecordHash(size+int64(i), leaf, &grown)
		if err != nil {
			return nil, root, fmt.Errorf("append leaf %d: %w", size+int64(i), err)
		}
		grown.added = append(grown.added, more...)
	}
	root, err = tlog.TreeHash(size+int64(len(leaves)), &grown)
	if err != nil {
		return nil, root, fmt.Errorf("root of the tree: %w", err)
	}
	return grown.added, root, nil
}

// FirstIndex is the index of the first hash that leaf number size adds, which is
// the number of hashes stored before it.
func FirstIndex(size int64) int64 { return tlog.StoredHashCount(size) }

// LeafIndex is the index under which leaf n itself is stored.
func LeafIndex(n int64) int64 { return tlog.StoredHashIndex(0, n) }

// overlay adds hashes that are not stored yet to those that are.
type overlay struct {
	first int64
	added []tlog.Hash
	under HashReader
}

// ReadHashes returns the hashes at indexes, from the added ones where they lie.
func (o *overlay) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	var below, at []int64
	for i, index := range indexes {
		switch n := index - o.first; {
		case n < 0:
			below, at = append(below, index), append(at, int64(i))
		case n < int64(len(o.added)):
			hashes[i] = o.added[n]
		default:
			return nil, fmt.Errorf("%w: index %d", errHash, index)
		}
	}
	if len(below) == 0 {
		return hashes, nil
	}
	found, err := o.under.ReadHashes(below)
	if err != nil {
		return nil, err
	}
	if len(found) != len(below) {
		return nil, errHash
	}
	for i, h := range found {
		hashes[at[i]] = h
	}
	return hashes, nil
}

// Root is the root of the tree of the first size leaves.
func Root(size int64, r HashReader) (tlog.Hash, error) { return tlog.TreeHash(size, r) }

// ProveInclusion returns the path from leaf n to the root of the first size
// leaves (RFC 6962 2.1.1).
func ProveInclusion(size, n int64, r HashReader) (tlog.RecordProof, error) {
	return tlog.ProveRecord(size, n, r)
}

// CheckInclusion fails unless path shows that leaf stands at n under c.
func CheckInclusion(path tlog.RecordProof, c Checkpoint, n int64, leaf tlog.Hash) error {
	if err := tlog.CheckRecord(path, c.Size, c.Root, n, leaf); err != nil {
		return fmt.Errorf("%w: leaf %d of %d: %w", ErrProof, n, c.Size, err)
	}
	return nil
}

// ProveConsistency shows that the first newer leaves begin with the first older
// ones (RFC 6962 2.1.2). Every tree begins with an empty one; that proof is empty.
func ProveConsistency(newer, older int64, r HashReader) (tlog.TreeProof, error) {
	if older == 0 {
		return tlog.TreeProof{}, nil
	}
	return tlog.ProveTree(newer, older, r)
}

// CheckConsistency fails unless proof shows that newer only appends to older.
func CheckConsistency(proof tlog.TreeProof, newer, older Checkpoint) error {
	if newer.Origin != older.Origin {
		return fmt.Errorf("%w: the checkpoints are of different logs", ErrProof)
	}
	if older.Size == 0 {
		empty, err := tlog.TreeHash(0, nil)
		if err != nil || older.Root != empty || len(proof) != 0 {
			return fmt.Errorf("%w: an empty log has one root and needs no proof", ErrProof)
		}
		return nil
	}
	if err := tlog.CheckTree(proof, newer.Size, newer.Root, older.Size, older.Root); err != nil {
		return fmt.Errorf("%w: %d leaves after %d: %w", ErrProof, newer.Size, older.Size, err)
	}
	return nil
}
