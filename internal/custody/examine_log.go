package custody

import (
	"bytes"
	"encoding/base64"
	"iter"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"klankbord/internal/audit"
	"klankbord/internal/store"
)

const rowsAtOnce = 1000

// Entries reads the placed leaves of a log for audit.Verify.
func Entries(tx *store.Tx) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for l, err := range placed(tx) {
			if !yield(LogEntry(l), err) {
				return
			}
		}
	}
}

// placed reads the leaves that have a position, in their order.
func placed(tx *store.Tx) iter.Seq2[store.Leaf, error] {
	return func(yield func(store.Leaf, error) bool) {
		for from := int64(-1 << 62); ; {
			leaves, err := tx.Leaves(from, rowsAtOnce)
			if err != nil {
				yield(store.Leaf{}, err)
				return
			}
			for _, l := range leaves {
				from = l.Position + 1
				if !yield(l, nil) {
					return
				}
			}
			if len(leaves) < rowsAtOnce {
				return
			}
		}
	}
}

// LogEntry turns a row into what audit.Verify reads.
func LogEntry(l store.Leaf) audit.Entry {
	e := audit.Entry{Position: l.Position, Record: l.Record, Revealed: len(l.Salt) == 32}
	copy(e.Leaf[:], l.Hash)
	copy(e.Salt[:], l.Salt)
	return e
}

// log checks the leaves against every checkpoint, and what stands beside each
// record against the record.
func (x *examiner) log() error {
	checkpoints, err := x.checkpoints()
	if err != nil {
		return err
	}
	signed := x.Signed
	if signed == nil {
		last, err := x.tx.LatestCheckpoint()
		if err != nil {
			return err
		}
		signed = last.Note
	}
	entries := func(yield func(audit.Entry, error) bool) {
		for l, err := range placed(x.tx) {
			if err == nil {
				x.line(l)
			}
			if !yield(LogEntry(l), err) {
				return
			}
		}
	}
	if x.result.Log, err = audit.Verify(entries, signed, x.Verifier, checkpoints...); err != nil {
		return err
	}
	for _, f := range x.result.Log.Forks {
		x.result.found("checkpoint "+strconv.FormatInt(f.Size, 10), "the leaves do not hash to it")
	}
	if newest := len(checkpoints); newest > 0 && x.result.Log.Newer > 0 {
		if last := checkpoints[newest-1].Size; x.result.Log.Checkpoint.Size+x.result.Log.Newer > last {
			x.result.found("log", "leaves after position %d have positions that nobody signed", last-1)
		}
	}
	return x.waiting()
}

func (x *examiner) checkpoints() (list []audit.Checkpoint, err error) {
	for after := int64(-1 << 62); ; {
		rows, err := x.tx.Checkpoints(after, rowsAtOnce)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			after = row.Size
			x.result.Checkpoints++
			c, err := audit.OpenCheckpoint(row.Note, x.Verifier)
			if err != nil || c.Size != row.Size {
				x.result.found("checkpoint "+strconv.FormatInt(row.Size, 10), "it is not signed by this log, or stands at another size")
				continue
			}
			list = append(list, c)
		}
		if len(rows) < rowsAtOnce {
			return list, nil
		}
	}
}

// waiting looks at the leaves that have no position yet.
func (x *examiner) waiting() error {
	leaves, err := x.tx.WaitingLeaves(1 << 30)
	if err != nil {
		return err
	}
	x.result.Waiting = int64(len(leaves))
	for _, l := range leaves {
		e := LogEntry(l)
		erased := len(l.Record) == 0 && len(l.Salt) == 0 && l.Case != "" // with the case, before it had a position
		if !erased && (!e.Revealed || audit.Leaf(e.Salt, e.Record) != e.Leaf) {
			x.result.found("line "+l.ID, "its record does not match its hash")
		}
		x.line(l)
	}
	return nil
}

// line holds what stands beside a record against the record.
func (x *examiner) line(l store.Leaf) {
	about := "line " + l.ID
	if l.Position >= 0 {
		about = "line at position " + strconv.FormatInt(l.Position, 10)
	}
	if len(l.Hash) != tlog.HashSize {
		x.result.found(about, "its hash has %d bytes", len(l.Hash))
	}
	if x.Custody != nil && !LeafHolds(x.Custody.instance, x.Custody.stamps)(l) {
		x.result.found(about, "this installation did not write it")
	}
	if (len(l.Record) == 0) != (len(l.Salt) == 0) || len(l.Salt) != 0 && len(l.Salt) != 32 {
		x.result.found(about, "it has a record without its salt, or a salt without record")
	}
	if len(l.Record) == 0 {
		if l.Case == "" {
			x.result.found(about, "it has no record, which only erasure of a case takes, and is about none")
		}
		return
	}
	r, err := audit.DecodeRecord(l.Record)
	if err != nil {
		x.result.found(about, "%v", err)
		return
	}
	of := string(l.Case)
	if r.Kind == audit.Receipt {
		of = ""
	}
	if r.ID != l.ID || string(r.Kind) != l.Kind || !r.At.Equal(l.At) || r.Case != of {
		x.result.found(about, "id, time, kind or case beside the record are not those in it")
	}
	switch {
	case r.Kind == audit.CheckpointSent:
		x.sent[r.Object] = r
	case l.Case == "":
		x.desk.add(r)
	}
}

// nodes compares the stored hashes of the tree with those of the leaves.
func (x *examiner) nodes() error {
	stored := x.storedNodes()
	var tree audit.Tree
	index := int64(0)
	size := int64(0)
	if last, err := x.tx.LatestCheckpoint(); err == nil {
		size = last.Size
	}
	for l, err := range placed(x.tx) {
		if err != nil {
			return err
		}
		if l.Position >= size {
			break
		}
		for _, want := range tree.Add(LogEntry(l).Leaf) {
			n, ok, err := stored()
			if err != nil {
				return err
			}
			if !ok || n.Index != index || !bytes.Equal(n.Hash, want[:]) {
				x.result.found("tree", "the stored hash at index %d is not that of the leaves", index)
				return nil // what follows differs as well
			}
			index++
		}
	}
	if n, ok, err := stored(); err != nil || ok {
		x.result.found("tree", "there is a stored hash at index %d beyond the last leaf", n.Index)
		return err
	}
	return nil
}

// storedNodes reads the stored hashes one by one.
func (x *examiner) storedNodes() func() (store.Node, bool, error) {
	var rows []store.Node
	next := int64(-1 << 62)
	return func() (store.Node, bool, error) {
		if len(rows) == 0 {
			var err error
			if rows, err = x.tx.NodesFrom(next, rowsAtOnce); err != nil || len(rows) == 0 {
				return store.Node{}, false, err
			}
			next = rows[len(rows)-1].Index + 1
		}
		n := rows[0]
		rows = rows[1:]
		return n, true, nil
	}
}

// witnesses holds the list of what was sent against the lines that tell of it.
func (x *examiner) witnesses() error {
	mails, err := x.tx.WitnessMails("", 1<<30)
	if err != nil {
		return err
	}
	for _, m := range mails {
		r, ok := x.sent[m.ID]
		delete(x.sent, m.ID)
		c, err := audit.OpenCheckpoint(m.Note, x.Verifier)
		same := ok && err == nil && r.At.Equal(m.At) && r.Detail["witness"] == m.Witness && r.Detail["old"] == strconv.FormatInt(m.Old, 10) &&
			r.Detail["size"] == strconv.FormatInt(m.Size, 10) && r.Detail["root"] == base64.StdEncoding.EncodeToString(c.Root[:]) && c.Size == m.Size
		if !same {
			x.result.found("checkpoint sent "+m.ID, "it is not what the log says was sent")
		}
	}
	for id := range x.sent {
		x.result.found("checkpoint sent "+id, "the log tells of it, the list does not")
	}
	return nil
}
