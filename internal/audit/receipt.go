package audit

import (
	"errors"
	"fmt"
	"time"
)

// ErrReceipt tells that a proof is of another record than a receipt.
var ErrReceipt = errors.New("not the receipt of a complaint")

// NewReceipt is the record that a complainant can hand to anyone: that a complaint
// with this number was registered at this time, and nothing else. It names neither
// case, route, topic nor person, and its Turn is 0.
func NewReceipt(id string, at time.Time, number string) Record {
	return Record{ID: id, At: at, Kind: Receipt, Actor: Actor{Kind: System}, Object: number}
}

// ReceiptOf returns the number that a receipt tells of. It fails with ErrReceipt for
// every other record, and for a receipt that tells more than it may.
func ReceiptOf(r Record) (number string, err error) {
	plain := NewReceipt(r.ID, r.At, r.Object)
	if r.Object == "" || string(r.Encode()) != string(plain.Encode()) {
		return "", fmt.Errorf("%w: %s", ErrReceipt, r.Kind)
	}
	return r.Object, nil
}
