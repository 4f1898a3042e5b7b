package custody

import (
	"errors"
	"strings"

	"klankbord/internal/audit"
	"klankbord/internal/blob"
	"klankbord/internal/casefile"
)

// gone looks for cases that the log tells of and that are neither there nor erased.
func (x *examiner) gone() error {
	list, err := x.tx.GoneCases()
	if err != nil {
		return err
	}
	for _, g := range list {
		if g.Erased || g.Waits && x.Custody != nil { // which tells who wrote the line
			if g.Made {
				continue // it was no case; nothing of it is kept
			}
			x.result.Erased++
			if err := x.left(g.Case); err != nil {
				return err
			}
			continue
		}
		x.result.found("case with the id "+string(g.Case), "it is gone: %d lines of the log tell of it, and none that is signed that it was erased", g.Lines)
	}
	return nil
}

// left holds what is left of an erased case against the line that tells of its erasure.
func (x *examiner) left(id casefile.ID) error {
	about := "erased case with the id " + string(id)
	number, state, err := x.tx.ErasedState(id)
	if isNone(err) {
		x.result.found(about, "its row in the register is not there")
		return nil
	}
	if err != nil {
		return err
	}
	leaves, err := x.tx.LeavesOf(id)
	if err != nil {
		return err
	}
	for _, l := range leaves {
		r, err := audit.DecodeRecord(l.Record)
		if err == nil && r.Kind == audit.Erased && r.Turn == uint64(number) && r.State == state { //nolint:gosec // counts from one
			return nil
		}
	}
	x.result.found(about, "its row in the register differs from what the log says")
	return nil
}

// orphans looks for rows that stand for nothing.
func (x *examiner) orphans() error {
	list, err := x.tx.Orphans()
	if err != nil {
		return err
	}
	for _, o := range list {
		x.result.found(strings.ReplaceAll(o.Table, "_", " ")+" "+o.ID, "what it belongs to is not there")
	}
	return x.practice()
}

// practice checks the stamps of practice cases, which stand in tables of their own.
func (x *examiner) practice() error {
	if x.Custody == nil {
		return nil
	}
	drills, err := x.tx.Drills()
	if err != nil {
		return err
	}
	for _, d := range drills {
		p := Practice{Drill: d}
		if p.Grants, err = x.tx.DrillGrants(d); err != nil {
			return err
		}
		if !x.Custody.practiceHolds(p) {
			x.result.found("practice case "+string(d.ID), "its stamps do not hold")
		}
	}
	return nil
}

// blobs looks whether the sealed files that cases refer to are there, as long as
// they were.
func (x *examiner) blobs() error {
	if x.Blobs == nil {
		return nil
	}
	ctx := x.tx.Context()
	for after := ""; ; {
		refs, err := x.tx.BlobRefs(after, rowsAtOnce)
		if err != nil {
			return err
		}
		for _, r := range refs {
			after = r.Name
			if r.OwnerKind == "erased" {
				continue // on its way out
			}
			x.result.Blobs++
			switch size, err := x.Blobs.Size(ctx, r.Name); {
			case errors.Is(err, blob.ErrMissing):
				x.result.found("sealed file "+r.Name, "it is not there")
			case err != nil:
				return err
			case size != r.Size:
				x.result.found("sealed file "+r.Name, "it has %d bytes, and had %d", size, r.Size)
			}
		}
		if len(refs) < rowsAtOnce {
			return nil
		}
	}
}
