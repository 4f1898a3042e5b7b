package dialogue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// ErrProofWaits tells that the line about a complaint is not signed yet; a minute
// later it is.
var ErrProofWaits = fault.New(fault.Conflict, "error.proof-waits")

// RegisteredProof shows anyone that a complaint was registered: its number and the
// time, and nothing else.
type RegisteredProof struct {
	Number casefile.Number
	At     time.Time
	Proof  audit.Proof
	Key    string // public key of the log
}

// Proof makes the proof for the case of a browser's session. Each one is logged.
// Fault: ErrProofWaits.
func (d *Dialogue) Proof(ctx context.Context, tok seal.Token) (*RegisteredProof, error) {
	v, err := d.visit(ctx, tok)
	if err != nil {
		return nil, err
	}
	p, err := d.Oversight.ProveReceipt(ctx, v.opened.Case.ID)
	if errors.Is(err, custody.ErrNoLine) {
		return nil, ErrProofWaits
	}
	if err != nil {
		return nil, err
	}
	leaf := custody.Leaf(d.Store.Now(), custody.Event{
		Kind: audit.Export, Actor: custody.ByComplainant(), Case: v.opened.Case.ID, Detail: map[string]string{"what": "proof"},
	})
	err = d.write(ctx, func(tx *store.Tx) error {
		if err := d.touch(tx, v); err != nil {
			return err
		}
		return tx.InsertLeaf(leaf)
	})
	if err != nil {
		return nil, fmt.Errorf("log proof: %w", err)
	}
	return &RegisteredProof{v.opened.Case.Number, v.opened.Case.Received, p, d.Oversight.Key}, nil
}
