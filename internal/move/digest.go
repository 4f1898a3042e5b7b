package move

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"

	"klankbord/internal/store"
)

// digests tells what each table holds, whatever the order of its rows.
type digests map[string]*tableSum

type tableSum struct {
	rows int64
	sum  [4]uint64
}

func (d digests) rows() (n int64) {
	for _, t := range d {
		n += t.rows
	}
	return n
}

func (d digests) same(other digests) bool {
	for name, t := range d {
		if o, ok := other[name]; name != volatile && (!ok || *o != *t) {
			return false
		}
	}
	return len(d) == len(other)
}

// volatile names the table that tells who is at work: other processes end meanwhile.
const volatile = "lease"

// add counts a row. The sums of their hashes are the same in every order.
func (t *tableSum) add(sum [sha256.Size]byte) {
	t.rows++
	for i := range t.sum {
		t.sum[i] += binary.BigEndian.Uint64(sum[8*i:])
	}
}

func digest(ctx context.Context, s *store.Store) (digests, error) {
	all, at := digests{}, (*tableSum)(nil)
	h := sha256.New()
	err := s.Read(ctx, func(tx *store.Tx) error {
		return tx.Dump(func(t store.Table) error {
			at = &tableSum{}
			all[t.Name] = at
			return nil
		}, func(row []any) error {
			h.Reset()
			for _, v := range row {
				value(h, v)
			}
			at.add([sha256.Size]byte(h.Sum(nil)))
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read database: %w", err)
	}
	return all, nil
}

// value writes one value so that no two rows are written alike.
func value(h hash.Hash, v any) {
	var b []byte
	kind := byte('-')
	switch v := v.(type) {
	case string:
		kind, b = 't', []byte(v)
	case []byte:
		kind, b = 'b', v
	case int64:
		kind, b = 'i', binary.BigEndian.AppendUint64(nil, uint64(v)) //nolint:gosec // only its bits
	}
	_, _ = h.Write(binary.BigEndian.AppendUint64([]byte{kind}, uint64(len(b)))) // never fails
	_, _ = h.Write(b)
}
