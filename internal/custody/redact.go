package custody

import (
	"crypto/sha256"
	"errors"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Removal is what goes for good from one entry of a case, and what is left of it.
type Removal struct {
	Entry  string
	Reason casefile.RedactReason
	Left   []byte // empty: nothing; the entry is a file
}

// errNoEntry tells that what is to be removed is not there, or lies behind a gate.
var errNoEntry = errors.New("no such entry to be removed from")

// Remove prepares a removal: the items that stand in place of the entries, and what
// the same transaction does to them. There an entry loses its ciphertext, in which the
// random part of its key lies, and the key that was derived from it; its stamp, its
// number and the SHA-256 of what lay there stay, so that the chain of the case holds and
// nobody can empty an entry without an item that says so.
func (o *Opened) Remove(author Item, list []Removal) (items []Item, destroy func(*store.Tx) error, err error) {
	type emptied struct {
		id  string
		sum []byte
	}
	var gone []emptied
	for _, r := range list {
		e, ok := o.entry(r.Entry)
		raw := e.Kind == casefile.EntryRawMail // of the identity only a mail as it came goes, whole
		if !ok || e.Damaged || e.Locked || e.Compartment == seal.Identity && !(raw && len(r.Left) == 0) || e.Kind.Redacts() {
			return nil, nil, errNoEntry
		}
		payload, err := casefile.EncodePayload(casefile.Redaction{Reason: r.Reason, Left: r.Left})
		if err != nil {
			return nil, nil, err
		}
		item := author
		item.Kind, item.Compartment, item.Parent, item.Payload = casefile.EntryRedaction, e.Compartment, e.ID, payload
		if e.Compartment == seal.Investigation || raw {
			item.Kind, item.Compartment = casefile.EntryInternalRedaction, seal.Investigation
		}
		items = append(items, item)
		for _, x := range o.Entries { // the entry, or what stood in its place until now
			if (x.ID == e.ID || x.Kind.Redacts() && x.Parent == e.ID) && len(x.Box) > 0 {
				sum := sha256.Sum256(x.Box)
				gone = append(gone, emptied{x.ID, sum[:]})
			}
		}
	}
	return items, func(tx *store.Tx) error {
		for _, x := range gone {
			if err := tx.EmptyEntry(o.Case.ID, x.id, x.sum); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func (o *Opened) entry(id string) (Entry, bool) {
	for _, e := range o.Entries {
		if e.ID == id {
			return e, true
		}
	}
	return Entry{}, false
}

// boxSum is what a stamp covers of the ciphertext of an entry, also when that is gone.
func boxSum(e store.Entry) []byte {
	if len(e.Gone) > 0 && len(e.Box) == 0 {
		return e.Gone
	}
	sum := sha256.Sum256(e.Box)
	return sum[:]
}

// standsFor finds, for each entry that was redacted, the number of the newest redaction
// of it.
func standsFor(entries []store.Entry) map[string]int64 {
	newest := map[string]int64{}
	for _, e := range entries {
		if e.Kind.Redacts() {
			newest[e.Parent] = max(newest[e.Parent], e.Seq)
		}
	}
	return newest
}

// emptyAsTold reports whether an entry is empty exactly where a later redaction says so:
// neither emptied by itself, nor put back.
func emptyAsTold(e store.Entry, newest map[string]int64) bool {
	of := e.ID
	if e.Kind.Redacts() {
		of = e.Parent
	}
	later := newest[of] > e.Seq
	return later == (len(e.Box) == 0) && later == (len(e.Gone) > 0)
}

// redact puts what is left in place of what was removed.
func (o *Opened) redact() {
	type remains struct {
		casefile.Redaction
		at     time.Time
		locked bool
	}
	left := map[string]remains{}
	for _, e := range o.Entries {
		if !e.Kind.Redacts() || len(e.Box) == 0 || e.Damaged {
			continue
		}
		r := remains{at: e.Created, locked: e.Locked}
		if !e.Locked {
			p, err := casefile.DecodePayload[casefile.Redaction](e.Payload)
			if err != nil {
				continue
			}
			r.Redaction = p
		}
		left[e.Parent] = r
	}
	for i := range o.Entries {
		e := &o.Entries[i]
		r, ok := left[e.ID]
		switch {
		case len(e.Gone) == 0 || e.Damaged || e.Kind.Redacts():
		case !ok:
			e.Damaged, o.Damaged = true, true
		default:
			e.Payload, e.Locked, e.Redacted, e.Reason = r.Left, r.locked, r.at, r.Reason
		}
	}
}
