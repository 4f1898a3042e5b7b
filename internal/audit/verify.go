package audit

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Entry is one position of a log as found in a database or an export.
type Entry struct {
	Position int64
	Leaf     tlog.Hash
	Revealed bool // record and salt are here; not so once erased
	Salt     [32]byte
	Record   []byte
}

// Report says what Verify found.
type Report struct {
	Checkpoint Checkpoint
	Revealed   int64 // records that are present and match their leaf
	Hidden     int64 // leaves without a record: erased, or not ours to see
	Newer      int64 // entries after the checkpoint, which it says nothing about
	Missing    int64 // positions below the checkpoint's size that were not there
	FirstGap   int64 // the first of them; -1 when none is missing
	Bad        int64 // entries out of place, or whose record does not match its leaf
	FirstBad   int64 // the position of the first of them; -1 when there is none
	Root       tlog.Hash
	RootHolds  bool         // the leaves, all present, hash to the checkpoint's root
	Others     int64        // further checkpoints that hold as well
	Forks      []Checkpoint // those that do not, or that are newer than the last leaf
}

// OK reports whether everything below the checkpoints is as it was signed and every
// record that is present is the one that was logged.
func (r Report) OK() bool {
	return r.RootHolds && r.Missing == 0 && r.Bad == 0 && len(r.Forks) == 0
}

// Verify reads the entries of a log in the order of their positions and compares
// them with a signed checkpoint, and with others that were opened before. It fails
// only where the checkpoint is not one of this log, or the entries cannot be read;
// what is wrong with them is in the report. A root that does not hold where no
// entry is bad means that leaves were altered whose records are gone, or altered
// with them.
func Verify(entries iter.Seq2[Entry, error], signed []byte, v note.Verifier, others ...Checkpoint) (Report, error) {
	c, err := OpenCheckpoint(signed, v)
	if err != nil {
		return Report{}, err
	}
	r := Report{Checkpoint: c, FirstGap: -1, FirstBad: -1}
	tree := newWalk(c, others)
	next := int64(0)
	for e, err := range entries {
		if err != nil {
			return Report{}, fmt.Errorf("read entry after %d: %w", next-1, err)
		}
		if e.Position < next || e.Position == math.MaxInt64 {
			r.bad(e.Position)
			continue
		}
		r.gap(next, min(e.Position, c.Size))
		tree.broken = tree.broken || e.Position > next
		next = e.Position + 1
		r.count(e)
		tree.add(e.Leaf)
	}
	r.gap(next, c.Size)
	r.Root = tree.root()
	r.Others, r.RootHolds = tree.others, r.Missing == 0
	for _, f := range append(tree.forks, tree.ahead...) {
		if f == c {
			r.RootHolds = false
		} else {
			r.Forks = append(r.Forks, f)
		}
	}
	return r, nil
}

// walk follows the growing tree past the checkpoints, the smallest first.
type walk struct {
	tree   Tree
	main   Checkpoint
	ahead  []Checkpoint
	others int64
	forks  []Checkpoint
	broken bool      // a leaf is missing: no root after it holds
	at     tlog.Hash // root at the size of main
}

func newWalk(main Checkpoint, others []Checkpoint) *walk {
	w := &walk{main: main, ahead: append(slices.Clone(others), main)}
	slices.SortFunc(w.ahead, func(a, b Checkpoint) int { return cmp.Compare(a.Size, b.Size) })
	w.pass()
	return w
}

func (w *walk) add(leaf tlog.Hash) {
	w.tree.Add(leaf)
	w.pass()
}

// pass compares the checkpoints of the size that the tree has now.
func (w *walk) pass() {
	for len(w.ahead) > 0 && uint64(w.ahead[0].Size) == w.tree.count { //nolint:gosec // sizes are never negative
		root := w.tree.Root()
		c := w.ahead[0]
		w.ahead = w.ahead[1:]
		if c.Size == w.main.Size {
			w.at = root
		}
		if w.broken || root != c.Root {
			w.forks = append(w.forks, c)
		} else if c != w.main {
			w.others++
		}
	}
}

// root is that of the tree at the size of the main checkpoint, or as far as the
// leaves go.
func (w *walk) root() tlog.Hash {
	if slices.Contains(w.ahead, w.main) {
		return w.tree.Root()
	}
	return w.at
}

func (r *Report) bad(position int64) {
	if r.Bad++; r.FirstBad < 0 {
		r.FirstBad = position
	}
}

// gap counts the positions from, up to and without to, as missing.
func (r *Report) gap(from, to int64) {
	if from >= to {
		return
	}
	r.Missing += to - from
	if r.FirstGap < 0 {
		r.FirstGap = from
	}
}

func (r *Report) count(e Entry) {
	if e.Position >= r.Checkpoint.Size {
		r.Newer++
	}
	switch {
	case !e.Revealed:
		r.Hidden++
	case Leaf(e.Salt, e.Record) == e.Leaf:
		r.Revealed++
	default:
		r.bad(e.Position)
	}
}

// Tree hashes leaves one after the other into a root (RFC 6962 2.1) and keeps one
// hash per complete subtree: as many as the count of leaves has binary ones. The
// zero Tree is empty.
type Tree struct {
	count    uint64
	subtrees []tlog.Hash // the largest first
}

// Add appends a leaf and returns the hashes that are stored for it: its own and
// those of the subtrees that it completes, in the order of their indexes.
func (f *Tree) Add(leaf tlog.Hash) []tlog.Hash {
	h := leaf
	stored := []tlog.Hash{leaf}
	for range bits.TrailingZeros64(^f.count) { // each completes a larger subtree
		last := len(f.subtrees) - 1
		h = tlog.NodeHash(f.subtrees[last], h)
		f.subtrees, stored = f.subtrees[:last], append(stored, h)
	}
	f.subtrees = append(f.subtrees, h)
	f.count++
	return stored
}

// Root is the root of the leaves so far.
func (f *Tree) Root() tlog.Hash {
	if f.count == 0 {
		empty, _ := tlog.TreeHash(0, nil) // reads nothing
		return empty
	}
	root := f.subtrees[len(f.subtrees)-1]
	for _, h := range slices.Backward(f.subtrees[:len(f.subtrees)-1]) {
		root = tlog.NodeHash(h, root)
	}
	return root
}
