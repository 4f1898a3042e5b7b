// Package audit is the log: what a record of a touch is, how it becomes the leaf
// of an append-only Merkle tree (RFC 6962, Certificate Transparency), and how
// checkpoints, proofs and a whole log are checked without any secret. It is pure:
// the tree lies in the database, which hands its hashes in. It must never put into
// a leaf what erasure could not take back: a leaf is a hash over the record and 32
// random bytes, and both go with the record. It fails on what does not decode or
// does not verify, and never repairs.
package audit

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// ErrRecord is in every error of DecodeRecord.
var ErrRecord = errors.New("not a log record")

// recordVersion is the first byte of an encoded record.
const recordVersion = 1

// Record says who did what to which case and object, and when. It holds ids and
// facts about the deed, never content: no names, no words of a complaint.
type Record struct {
	ID     string
	At     time.Time // UTC, to the microsecond
	Kind   Kind
	Actor  Actor
	Case   string            // case id; empty where none is concerned
	Object string            // id of the entry, grant, file, member or setting; may be empty
	Detail map[string]string // e.g. state, epoch; never words that somebody typed

	// Turn counts the changes of the case, or of the desk where Case is empty, from
	// one; 0 where the record says nothing about them. State is the SHA-256 of what
	// the database held about it once the change was made, so that a row that was
	// altered, removed or rolled back since differs from the newest Turn.
	Turn  uint64
	State [32]byte
}

// Encode returns the one encoding of the record: version, microseconds since 1970
// as 8 bytes, then each text after its length as 4 bytes, big-endian; the details
// in the order of their keys, after their number; turn as 8 bytes, and state.
// Different records have different encodings; a nil Detail is an empty one.
func (r Record) Encode() []byte {
	b := []byte{recordVersion}
	b = binary.BigEndian.AppendUint64(b, uint64(r.At.UnixMicro()))
	for _, s := range r.fields() {
		b = appendText(b, *s)
	}
	b = appendLength(b, len(r.Detail))
	for _, key := range slices.Sorted(maps.Keys(r.Detail)) {
		b = appendText(appendText(b, key), r.Detail[key])
	}
	return append(binary.BigEndian.AppendUint64(b, r.Turn), r.State[:]...)
}

// fields are the texts of a record in the order of their encoding.
func (r *Record) fields() []*string {
	return []*string{&r.ID, (*string)(&r.Kind), (*string)(&r.Actor.Kind), &r.Actor.ID, &r.Case, &r.Object}
}

// DecodeRecord is the inverse of Encode. It takes kinds it does not know, so that
// an older program reads a newer log, and refuses every other encoding.
func DecodeRecord(b []byte) (Record, error) {
	d := decoder{rest: b}
	if v := d.take(1); len(v) != 1 || v[0] != recordVersion {
		return Record{}, fmt.Errorf("%w: unknown version", ErrRecord)
	}
	var r Record
	if at := d.take(8); at != nil {
		r.At = time.UnixMicro(int64(binary.BigEndian.Uint64(at))).UTC() //nolint:gosec // as in Encode
	}
	for _, s := range r.fields() {
		*s = d.text()
	}
	r.Detail = d.details()
	if turn := d.take(8); turn != nil {
		r.Turn = binary.BigEndian.Uint64(turn)
	}
	copy(r.State[:], d.take(len(r.State)))
	if d.short || len(d.rest) != 0 {
		return Record{}, fmt.Errorf("%w: wrong length", ErrRecord)
	}
	if d.disorder {
		return Record{}, fmt.Errorf("%w: details out of order", ErrRecord)
	}
	return r, nil
}

// Leaf is the hash that stands for the record in the tree. Without the salt,
// which is random and used once, nobody can find the record by trying.
func Leaf(salt [32]byte, record []byte) tlog.Hash {
	// RFC 6962 2.1: a leaf is hashed with the prefix 0x00, which RecordHash adds.
	return tlog.RecordHash(append(salt[:len(salt):len(salt)], record...))
}

func appendLength(b []byte, n int) []byte {
	return binary.BigEndian.AppendUint32(b, uint32(n)) //nolint:gosec // records are far below 4 GiB
}

func appendText(b []byte, s string) []byte { return append(appendLength(b, len(s)), s...) }

// decoder reads parts off a buffer; once one is missing, all that follow are.
type decoder struct {
	rest     []byte
	short    bool
	disorder bool
}

func (d *decoder) take(n int) []byte {
	if d.short || n < 0 || n > len(d.rest) {
		d.short = true
		return nil
	}
	part := d.rest[:n]
	d.rest = d.rest[n:]
	return part
}

func (d *decoder) length() int {
	b := d.take(4)
	if b == nil {
		return 0
	}
	return int(binary.BigEndian.Uint32(b))
}

func (d *decoder) text() string { return string(d.take(d.length())) }

func (d *decoder) details() map[string]string {
	n := d.length()
	detail := map[string]string{}
	last := ""
	for i := range n {
		key := d.text()
		if d.short {
			return nil
		}
		d.disorder = d.disorder || i > 0 && key <= last
		last = key
		detail[key] = d.text()
	}
	if n == 0 {
		return nil
	}
	return detail
}
