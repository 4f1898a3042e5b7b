package custody

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"klankbord/internal/audit"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Handled lists who has, or ever had, anything to do with a case: whoever holds keys to
// any of it or waits for them, was given keys that were taken away since, opened it, or
// is in charge. Whoever holds the code may ask; none of it says why.
func (c *Custody) Handled(ctx context.Context, o *Opened) ([]staff.ID, error) {
	var openings []store.Opening
	var leaves []store.Leaf
	err := c.store.Read(ctx, func(tx *store.Tx) (err error) {
		if openings, err = tx.Openings(o.Case.ID); err != nil {
			return err
		}
		leaves, err = tx.LeavesOf(o.Case.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read who handled a case: %w", err)
	}
	ids := append(o.MayRead(), o.waiting()...)
	for _, g := range o.Grants {
		if g.Kind == seal.RecipientMember {
			ids = append(ids, staff.ID(g.Recipient))
		}
	}
	for _, op := range openings {
		ids = append(ids, op.Member)
	}
	for _, leaf := range leaves {
		ids = append(ids, givenKeys(leaf)...)
	}
	if o.Case.InCharge != "" {
		ids = append(ids, o.Case.InCharge)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// givenKeys are the members to whom a line of the log says that keys were given.
func givenKeys(leaf store.Leaf) (list []staff.ID) {
	r, err := audit.DecodeRecord(leaf.Record)
	if err != nil || r.Kind != audit.GrantMade {
		return nil
	}
	for to := range r.Detail {
		if id, ok := strings.CutPrefix(to, string(seal.RecipientMember)+"/"); ok {
			list = append(list, staff.ID(id))
		}
	}
	return list
}
