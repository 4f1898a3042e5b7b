package custody

import (
	"errors"

	"golang.org/x/mod/sumdb/tlog"

	"klankbord/internal/audit"
	"klankbord/internal/store"
)

// Proven tells of each placed line whether it stands in the log as it was signed: its
// record is the one of its hash, and its hash leads to the root of the newest
// checkpoint. Lines that stand near each other share most of what is read.
func (o *Oversight) Proven(tx *store.Tx, leaves []store.Leaf) ([]bool, error) {
	list := make([]bool, len(leaves))
	last, err := tx.LatestCheckpoint()
	if errors.Is(err, store.ErrNone) {
		return list, nil
	}
	if err != nil {
		return nil, err
	}
	c, err := audit.OpenCheckpoint(last.Note, o.Verifier)
	if err != nil {
		return list, nil //nolint:nilerr // then nothing is proven
	}
	tree := &rememberingNodes{under: nodes{tx}, known: map[int64]tlog.Hash{}}
	for i, l := range leaves {
		e := LogEntry(l)
		if l.Position < 0 || l.Position >= c.Size || e.Revealed && audit.Leaf(e.Salt, e.Record) != e.Leaf {
			continue
		}
		// A tree with a gap proves nothing.
		path, err := audit.ProveInclusion(c.Size, l.Position, tree)
		list[i] = err == nil && audit.CheckInclusion(path, c, l.Position, e.Leaf) == nil
	}
	return list, nil
}

// rememberingNodes reads each hash of the tree once.
type rememberingNodes struct {
	under nodes
	known map[int64]tlog.Hash
}

// errNodes tells that the tree did not give as many hashes as were asked for.
var errNodes = errors.New("hashes of the tree are missing")

// ReadHashes returns the hashes at indexes.
func (n *rememberingNodes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var missing []int64
	for _, i := range indexes {
		if _, ok := n.known[i]; !ok {
			missing = append(missing, i)
		}
	}
	read, err := n.under.ReadHashes(missing)
	if err != nil {
		return nil, err
	}
	if len(read) != len(missing) {
		return nil, errNodes
	}
	for k, i := range missing {
		n.known[i] = read[k]
	}
	hashes := make([]tlog.Hash, len(indexes))
	for k, i := range indexes {
		hashes[k] = n.known[i]
	}
	return hashes, nil
}
