package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Receipt is what the complainant keeps: number, code and dated promises. It is
// shown only after everything is durable, and again on a retry, until the code is
// confirmed or a day has passed.
type Receipt struct {
	Draft       string           `json:"draft"`
	Case        casefile.ID      `json:"case"`
	Number      casefile.Number  `json:"number"`
	Code        string           `json:"code"`
	Received    time.Time        `json:"received"`
	Lang        string           `json:"lang"`
	Route       casefile.Route   `json:"route"`
	Routes      []casefile.Route `json:"routes"`
	Team        casefile.Team    `json:"team"`
	Topics      []string         `json:"topics"`
	Question    bool             `json:"question"`
	Dates       []letter.Dated   `json:"dates"`
	Excluded    bool             `json:"excluded"`
	Alternative bool             `json:"alternative"`
	OnlyOutside bool             `json:"only_outside"`
	Mail        bool             `json:"mail"` // an acknowledgement by mail is on its way
}

// String keeps number and code out of whatever prints a receipt.
func (Receipt) String() string { return "[sealed]" }

// LogValue keeps number and code out of logs.
func (Receipt) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// ErrNoReceipt is returned when this browser has sent nothing, or the code was
// confirmed, or a day has passed.
var ErrNoReceipt = errors.New("no receipt")

// Receipt shows the newest receipt of a browser again.
func (i *Intake) Receipt(ctx context.Context, tok seal.Token) (*Receipt, error) {
	return i.receipt(ctx, tok, func(tx *store.Tx) (store.Submission, error) { return tx.LatestSubmission(tok.ID()) })
}

func (i *Intake) receiptOf(ctx context.Context, tok seal.Token, draft string) (*Receipt, error) {
	return i.receipt(ctx, tok, func(tx *store.Tx) (store.Submission, error) { return tx.SubmissionOfDraft(draft) })
}

func (i *Intake) receipt(ctx context.Context, tok seal.Token, find func(*store.Tx) (store.Submission, error)) (*Receipt, error) {
	var row store.Submission
	err := i.Store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = find(tx)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return nil, ErrNoReceipt
	}
	if err != nil {
		return nil, fmt.Errorf("read receipt: %w", err)
	}
	plain, err := tok.Key().Open(i.draftContext("receipt", row.Draft, 0), row.Box)
	if err != nil {
		return nil, ErrNoReceipt // another browser's
	}
	r := &Receipt{}
	if err := json.Unmarshal(plain, r); err != nil {
		return nil, fmt.Errorf("open receipt: %w", err)
	}
	return r, nil
}

// Proof shows anyone that the complaint of a receipt was registered: its number and
// the time, and nothing else. custody.ErrNoLine: its line is not signed yet.
func (i *Intake) Proof(ctx context.Context, r *Receipt) (audit.Proof, error) {
	return i.Oversight.ProveReceipt(ctx, r.Case)
}

// LogKey is the public key with which such a proof is checked.
func (i *Intake) LogKey() string { return i.Oversight.Key }

// Confirm notes that the person kept the code; number and code are then forgotten
// here.
func (i *Intake) Confirm(ctx context.Context, tok seal.Token, draft string) error {
	r, err := i.receiptOf(ctx, tok, draft)
	if err != nil {
		return err
	}
	leaf := custody.Leaf(i.Store.Now(), custody.Event{Kind: audit.CodeConfirmed, Actor: custody.ByComplainant(), Case: r.Case})
	err = i.write(ctx, func(tx *store.Tx) error {
		if err := tx.DeleteSubmission(draft); err != nil {
			return err
		}
		return tx.InsertLeaf(leaf)
	})
	if err != nil {
		return fmt.Errorf("confirm code: %w", err)
	}
	return nil
}

func (i *Intake) sealReceipt(tok seal.Token, r *Receipt) (store.Submission, error) {
	plain, err := json.Marshal(r)
	if err != nil {
		return store.Submission{}, fmt.Errorf("write receipt: %w", err)
	}
	return store.Submission{
		Draft: r.Draft, Session: tok.ID(), Box: tok.Key().Seal(i.draftContext("receipt", r.Draft, 0), plain),
	}, nil
}
