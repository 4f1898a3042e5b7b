package custody

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/store"
)

// ErrNoLine tells that there is no such line, that it was erased, or that its position
// is not signed yet; a moment later it may be.
var ErrNoLine = errors.New("no signed line with its record there")

// Prove reveals one line, under the newest checkpoint. It fails with ErrNoLine.
func (o *Oversight) Prove(ctx context.Context, position int64) (audit.Proof, error) {
	return o.prove(ctx, func(tx *store.Tx) (store.Leaf, error) {
		leaves, err := tx.Leaves(position, 1)
		if err != nil || len(leaves) == 0 || leaves[0].Position != position {
			return store.Leaf{}, errors.Join(err, ErrNoLine)
		}
		return leaves[0], nil
	})
}

// ProveReceipt proves that a case was registered, revealing its number and the time
// and nothing else. It fails with ErrNoLine.
func (o *Oversight) ProveReceipt(ctx context.Context, id casefile.ID) (audit.Proof, error) {
	return o.prove(ctx, func(tx *store.Tx) (store.Leaf, error) {
		l, err := tx.ReceiptOf(id)
		if errors.Is(err, store.ErrNone) {
			return l, ErrNoLine
		}
		return l, err
	})
}

// ProveNumber is ProveReceipt for the number that people see.
func (o *Oversight) ProveNumber(ctx context.Context, n casefile.Number) (audit.Proof, error) {
	var file store.Case
	err := o.Store.Read(ctx, func(tx *store.Tx) (err error) {
		file, err = tx.CaseByNumber(n)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return audit.Proof{}, ErrNoLine
	}
	if err != nil {
		return audit.Proof{}, fmt.Errorf("read case: %w", err)
	}
	return o.ProveReceipt(ctx, file.ID)
}

func (o *Oversight) prove(ctx context.Context, find func(*store.Tx) (store.Leaf, error)) (p audit.Proof, err error) {
	err = o.Store.Read(ctx, func(tx *store.Tx) error {
		l, err := find(tx)
		if err != nil {
			return err
		}
		last, err := tx.LatestCheckpoint()
		if errors.Is(err, store.ErrNone) || err == nil && (l.Position < 0 || l.Position >= last.Size || len(l.Salt) != 32) {
			return ErrNoLine
		}
		if err != nil {
			return err
		}
		p, err = audit.Prove(last.Note, o.Verifier, l.Position, [32]byte(l.Salt), l.Record, nodes{tx})
		return err
	})
	if err != nil {
		return p, fmt.Errorf("prove line: %w", err)
	}
	return p, nil
}

// Update is the newest checkpoint with the proof that it continues one of a size.
func (o *Oversight) Update(ctx context.Context, old int64) (u audit.Update, err error) {
	err = o.Store.Read(ctx, func(tx *store.Tx) error {
		last, err := tx.LatestCheckpoint()
		if err != nil {
			return err
		}
		u, err = audit.NewUpdate(last.Note, o.Verifier, old, nodes{tx})
		return err
	})
	if err != nil {
		return u, fmt.Errorf("prove checkpoint: %w", err)
	}
	return u, nil
}

// Export writes the log as a file that outsiders can check: every leaf, the newest
// checkpoint and those that witnesses got. reveal says of which lines the record
// goes along; without any the file reveals nothing.
func (o *Oversight) Export(ctx context.Context, w io.Writer, reveal func(store.Leaf) bool) error {
	e := audit.ExportFile{Key: o.Key}
	err := o.Store.Read(ctx, func(tx *store.Tx) error {
		last, err := tx.LatestCheckpoint()
		if err != nil {
			return err
		}
		sent, err := tx.WitnessMails("", exportWitnessed)
		seen := map[int64]bool{last.Size: true}
		for i := len(sent) - 1; i >= 0; i-- {
			if !seen[sent[i].Size] && sent[i].Size < last.Size {
				seen[sent[i].Size] = true
				e.Checkpoints = append(e.Checkpoints, sent[i].Note)
			}
		}
		e.Checkpoints, e.Leaves = append(e.Checkpoints, last.Note), last.Size
		return err
	})
	if err != nil {
		return fmt.Errorf("export log: %w", err)
	}
	if err := e.Write(w, o.entries(ctx, e.Leaves, reveal)); err != nil {
		return fmt.Errorf("export log: %w", err)
	}
	return nil
}

// exportWitnessed is how many of the checkpoints that witnesses got go along.
const exportWitnessed = 1000

// entries reads the first lines of the log, which never change but by erasure, a
// thousand at a time.
func (o *Oversight) entries(ctx context.Context, size int64, reveal func(store.Leaf) bool) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for from := int64(0); from < size; {
			var leaves []store.Leaf
			err := o.Store.Read(ctx, func(tx *store.Tx) (err error) {
				leaves, err = tx.Leaves(from, rowsAtOnce)
				return err
			})
			if err != nil || len(leaves) == 0 {
				yield(audit.Entry{}, errors.Join(err, ErrNoLine))
				return
			}
			for _, l := range leaves {
				from = l.Position + 1
				entry := LogEntry(l)
				if !reveal(l) {
					entry.Revealed, entry.Salt, entry.Record = false, [32]byte{}, nil
				}
				if l.Position >= size || !yield(entry, nil) {
					return
				}
			}
		}
	}
}

// NoteExport logs that somebody takes the log along, before the first byte leaves.
func (o *Oversight) NoteExport(ctx context.Context, by audit.Actor, detail map[string]string) error {
	leaf := Leaf(o.Store.Now(), Event{Kind: audit.LogExported, Actor: by, Detail: detail})
	if err := o.Store.Write(ctx, func(tx *store.Tx) error { return tx.InsertLeaf(leaf) }); err != nil {
		return fmt.Errorf("log export: %w", err)
	}
	return nil
}
