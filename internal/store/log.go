package store

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
)

// Leaf is one line of the log. Record and Salt are gone after erasure; Hash
// stays. Position is -1 until the sequencer has given one. Hash is empty until the
// leaf is inserted.
type Leaf struct {
	ID       string
	Position int64
	Case     casefile.ID
	At       time.Time
	Kind     string
	Record   []byte
	Salt     []byte
	Hash     []byte
	Stamp    []byte // over Hash, by this installation
}

const leafColumns = `id, position, case_id, at, kind, record, salt, hash, stamp`

func scanLeaf(row scanner) (Leaf, error) {
	l := Leaf{Position: -1}
	var position *int64
	var when int64
	err := row.Scan(&l.ID, &position, &l.Case, &when, &l.Kind, &l.Record, &l.Salt, &l.Hash, &l.Stamp)
	if position != nil {
		l.Position = *position
	}
	l.At = at(when)
	return l, err
}

// InsertLeaf adds a line to the log in the transaction of the change it tells of.
// The line is written when the function given to Write has returned, so that its
// record can say how the change leaves the case or the desk.
func (t *Tx) InsertLeaf(l Leaf) error {
	t.leaves = append(t.leaves, l)
	return nil
}

func (t *Tx) writeLeaf(l Leaf) error {
	_, err := t.Exec(`INSERT INTO log_leaf (id, case_id, at, kind, record, salt, hash, stamp) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		l.ID, l.Case, micros(l.At), l.Kind, l.Record, l.Salt, l.Hash, nonNil(l.Stamp))
	return err
}

// WaitingLeaves lists leaves without position, oldest first.
func (t *Tx) WaitingLeaves(limit int) ([]Leaf, error) {
	rows, err := t.Query(`SELECT `+leafColumns+` FROM log_leaf WHERE position IS NULL ORDER BY at, id LIMIT $1`, limit)
	return all(rows, err, scanLeaf)
}

// PlaceLeaf gives a leaf its position; a position can be given once.
func (t *Tx) PlaceLeaf(l Leaf, position int64) error {
	n, err := t.Exec(`UPDATE log_leaf SET position = $1 WHERE case_id = $2 AND id = $3 AND position IS NULL`, position, l.Case, l.ID)
	return changed(n, err, ErrStale)
}

// Leaves lists placed leaves from a position on.
func (t *Tx) Leaves(from int64, limit int) ([]Leaf, error) {
	rows, err := t.Query(`SELECT `+leafColumns+` FROM log_leaf WHERE position >= $1 ORDER BY position LIMIT $2`, from, limit)
	return all(rows, err, scanLeaf)
}

// LeavesOf lists the leaves of a case, oldest first.
func (t *Tx) LeavesOf(id casefile.ID) ([]Leaf, error) {
	rows, err := t.Query(`SELECT `+leafColumns+` FROM log_leaf WHERE case_id = $1 ORDER BY at, id`, id)
	return all(rows, err, scanLeaf)
}

// LeafSince reports whether a leaf from a position on is of none of the kinds.
func (t *Tx) LeafSince(from int64, without ...audit.Kind) (bool, error) {
	args := []any{from}
	for _, k := range without {
		args = append(args, string(k))
	}
	var n int64
	err := t.QueryRow(`SELECT count(*) FROM (SELECT 1 FROM log_leaf WHERE position >= $1 AND kind NOT IN (`+numbered(2, len(without))+`) LIMIT 1) AS l`,
		args...).Scan(&n)
	return n > 0, err
}

// CaseLeafFrom reports whether anything was written down about a case at a time or later.
func (t *Tx) CaseLeafFrom(when time.Time) (bool, error) {
	var n int64
	err := t.QueryRow(`SELECT count(*) FROM (SELECT 1 FROM log_leaf WHERE case_id <> '' AND at >= $1 LIMIT 1) AS l`, micros(when)).Scan(&n)
	return n > 0, err
}

// ReceiptOf reads the leaf that proves that a case was registered; ErrNone when
// there is none, or it was erased.
func (t *Tx) ReceiptOf(id casefile.ID) (Leaf, error) {
	return one(t.QueryRow(`SELECT `+leafColumns+` FROM log_leaf WHERE case_id = $1 AND kind = $2 AND record IS NOT NULL ORDER BY at, id LIMIT 1`,
		id, string(audit.Receipt)), scanLeaf)
}

// LeafFilter narrows a list of leaves. Zero values do not narrow.
type LeafFilter struct {
	From, To int64 // positions, From and up to but not To
	Kind     audit.Kind
	Case     casefile.ID
	Since    time.Time
	Before   time.Time
}

// LeavesBy lists placed leaves, the newest first.
func (t *Tx) LeavesBy(f LeafFilter) ([]Leaf, error) {
	where, args := `position >= $1 AND position < $2`, []any{f.From, f.To}
	add := func(sql string, value any) {
		args = append(args, value)
		where += fmt.Sprintf(sql, len(args))
	}
	if f.Kind != "" {
		add(` AND kind = $%d`, string(f.Kind))
	}
	if f.Case != "" {
		add(` AND case_id = $%d`, f.Case)
	}
	if !f.Since.IsZero() {
		add(` AND at >= $%d`, micros(f.Since))
	}
	if !f.Before.IsZero() {
		add(` AND at < $%d`, micros(f.Before))
	}
	rows, err := t.Query(`SELECT `+leafColumns+` FROM log_leaf WHERE `+where+` ORDER BY position DESC`, args...)
	return all(rows, err, scanLeaf)
}

// LatestCheck reads the newest placed leaf that tells that the whole log was checked;
// ErrNone when there is none.
func (t *Tx) LatestCheck() (Leaf, error) {
	return one(t.QueryRow(`SELECT `+leafColumns+` FROM log_leaf WHERE kind = 'log-checked' AND position IS NOT NULL ORDER BY position DESC LIMIT 1`),
		scanLeaf)
}

// numbered lists n placeholders from $first on.
func numbered(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", first+i)
	}
	return b.String()
}

// InsertNode keeps a hash of the tree at its index.
func (t *Tx) InsertNode(index int64, hash []byte) error {
	_, err := t.Exec(`INSERT INTO log_node (id, hash) VALUES ($1, $2)`, index, hash)
	return err
}

// Node reads a hash of the tree.
func (t *Tx) Node(index int64) ([]byte, error) {
	return one(t.QueryRow(`SELECT hash FROM log_node WHERE id = $1`, index), func(row scanner) ([]byte, error) {
		var h []byte
		err := row.Scan(&h)
		return h, err
	})
}

// Checkpoint is a signed head of the log.
type Checkpoint struct {
	Size int64
	Note []byte
	At   time.Time
}

// InsertCheckpoint keeps a signed head.
func (t *Tx) InsertCheckpoint(c Checkpoint) error {
	_, err := t.Exec(`INSERT INTO checkpoint (size, note, at) VALUES ($1, $2, $3)`, c.Size, c.Note, micros(c.At))
	return err
}

// Checkpoints lists signed heads with a size above after, the smallest first.
func (t *Tx) Checkpoints(after int64, limit int) ([]Checkpoint, error) {
	rows, err := t.Query(`SELECT size, note, at FROM checkpoint WHERE size > $1 ORDER BY size LIMIT $2`, after, limit)
	return all(rows, err, scanCheckpoint)
}

func scanCheckpoint(row scanner) (Checkpoint, error) {
	var c Checkpoint
	var when int64
	err := row.Scan(&c.Size, &c.Note, &when)
	c.At = at(when)
	return c, err
}

// LatestCheckpoint reads the newest signed head; ErrNone when none is there yet.
func (t *Tx) LatestCheckpoint() (Checkpoint, error) {
	return one(t.QueryRow(`SELECT size, note, at FROM checkpoint ORDER BY size DESC LIMIT 1`), scanCheckpoint)
}

// NodesFrom lists stored hashes of the tree from an index on.
func (t *Tx) NodesFrom(index int64, limit int) ([]Node, error) {
	rows, err := t.Query(`SELECT id, hash FROM log_node WHERE id >= $1 ORDER BY id LIMIT $2`, index, limit)
	return all(rows, err, func(row scanner) (Node, error) {
		var n Node
		err := row.Scan(&n.Index, &n.Hash)
		return n, err
	})
}

// Node is a stored hash of the tree.
type Node struct {
	Index int64
	Hash  []byte
}

// Nodes reads hashes of the tree by index, all of which must be there.
func (t *Tx) Nodes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		b, err := t.Node(index)
		if err != nil {
			return nil, fmt.Errorf("read tree at %d: %w", index, err)
		}
		if copy(hashes[i][:], b) != tlog.HashSize {
			return nil, fmt.Errorf("tree at %d: hash is not %d bytes", index, tlog.HashSize)
		}
	}
	return hashes, nil
}
