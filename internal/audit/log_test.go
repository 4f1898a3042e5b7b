package audit

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// tree is a log in memory.
type tree struct {
	entries []Entry
	hashes  []tlog.Hash
	signer  note.Signer
}

func (l *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, 0, len(indexes))
	for _, i := range indexes {
		if i >= int64(len(l.hashes)) {
			return nil, errHash
		}
		hashes = append(hashes, l.hashes[i])
	}
	return hashes, nil
}

func key(t testing.TB, seed byte) ed25519.PrivateKey {
	t.Helper()
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

func newTree(t testing.TB) *tree {
	t.Helper()
	s, err := NewSigner("test", key(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	return &tree{signer: s}
}

func (l *tree) verifier() note.Verifier { return l.signer.(signer).Verifier }

// grow appends n records in one batch and returns the signed checkpoint.
func (l *tree) grow(t testing.TB, n int) []byte {
	t.Helper()
	size := int64(len(l.entries))
	var leaves []tlog.Hash
	for range n {
		i := int64(len(l.entries))
		e := Entry{Position: i, Revealed: true, Salt: [32]byte{byte(i), byte(i >> 8)}, Record: Record{ID: fmt.Sprint(i), Kind: CaseRead}.Encode()}
		e.Leaf = Leaf(e.Salt, e.Record)
		l.entries, leaves = append(l.entries, e), append(leaves, e.Leaf)
	}
	stored, root, err := Grow(size, leaves, l)
	if err != nil {
		t.Fatal(err)
	}
	if FirstIndex(size) != int64(len(l.hashes)) {
		t.Fatalf("FirstIndex(%d) = %d, %d hashes are stored", size, FirstIndex(size), len(l.hashes))
	}
	l.hashes = append(l.hashes, stored...)
	return l.sign(t, Checkpoint{Origin("test"), int64(len(l.entries)), root})
}

func (l *tree) sign(t testing.TB, c Checkpoint) []byte {
	t.Helper()
	signed, err := c.Sign(l.signer)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func all(entries []Entry) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func TestUntouchedLogVerifies(t *testing.T) {
	for _, size := range []int{0, 1, 2, 3, 7, 8, 9, 100, 257} {
		l := newTree(t)
		signed := l.grow(t, size)
		for i := range l.entries { // every third is erased
			if i%3 == 2 {
				l.entries[i].Revealed, l.entries[i].Record, l.entries[i].Salt = false, nil, [32]byte{}
			}
		}
		r, err := Verify(all(l.entries), signed, l.verifier())
		if err != nil {
			t.Fatal(err)
		}
		if !r.OK() || r.FirstBad != -1 || r.FirstGap != -1 || r.Hidden != int64(size)/3 || r.Revealed != int64(size-size/3) {
			t.Errorf("%d leaves: %+v", size, r)
		}
	}
}

func TestEveryMeddlingIsFound(t *testing.T) {
	const size = 21
	for name, c := range map[string]struct {
		meddle func([]Entry) []Entry
		want   Report // without checkpoint and root
	}{
		"record altered": {
			func(e []Entry) []Entry { e[5].Record = Record{ID: "5", Kind: FileRead}.Encode(); return e },
			Report{Revealed: 20, Bad: 1, FirstBad: 5, FirstGap: -1, RootHolds: true},
		},
		"salt altered": {
			func(e []Entry) []Entry { e[0].Salt[9]++; return e },
			Report{Revealed: 20, Bad: 1, FirstBad: 0, FirstGap: -1, RootHolds: true},
		},
		"leaf altered with its record": {
			func(e []Entry) []Entry {
				e[7].Record = Record{ID: "7", Kind: FileRead}.Encode()
				e[7].Leaf = Leaf(e[7].Salt, e[7].Record)
				return e
			},
			Report{Revealed: 21, FirstBad: -1, FirstGap: -1},
		},
		"two records exchanged": {
			func(e []Entry) []Entry {
				e[3].Record, e[4].Record, e[3].Salt, e[4].Salt = e[4].Record, e[3].Record, e[4].Salt, e[3].Salt
				return e
			},
			Report{Revealed: 19, Bad: 2, FirstBad: 3, FirstGap: -1, RootHolds: true},
		},
		"entry removed": {
			func(e []Entry) []Entry { return slices.Delete(e, 9, 10) },
			Report{Revealed: 20, Missing: 1, FirstGap: 9, FirstBad: -1},
		},
		"entry removed and the rest moved up": {
			func(e []Entry) []Entry {
				e = slices.Delete(e, 9, 10)
				for i := range e {
					e[i].Position = int64(i)
				}
				return e
			},
			Report{Revealed: 20, Missing: 1, FirstGap: 20, FirstBad: -1},
		},
		"end cut off": {
			func(e []Entry) []Entry { return e[:18] },
			Report{Revealed: 18, Missing: 3, FirstGap: 18, FirstBad: -1},
		},
		"everything gone": {
			func([]Entry) []Entry { return nil },
			Report{Missing: size, FirstGap: 0, FirstBad: -1},
		},
		"entry twice": {
			func(e []Entry) []Entry { return slices.Insert(e, 4, e[3]) },
			Report{Revealed: 21, Bad: 1, FirstBad: 3, FirstGap: -1, RootHolds: true},
		},
		"position below zero": {
			func(e []Entry) []Entry { return slices.Insert(e, 0, Entry{Position: -1}) },
			Report{Revealed: 21, Bad: 1, FirstBad: -1, FirstGap: -1, RootHolds: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newTree(t)
			signed := l.grow(t, size)
			r, err := Verify(all(c.meddle(l.entries)), signed, l.verifier())
			if err != nil {
				t.Fatal(err)
			}
			if r.OK() {
				t.Error("went unnoticed")
			}
			r.Checkpoint, r.Root = Checkpoint{}, tlog.Hash{}
			if diff := cmp.Diff(c.want, r); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEntriesAfterTheCheckpointAreNotItsConcern(t *testing.T) {
	l := newTree(t)
	signed := l.grow(t, 5)
	l.grow(t, 4)
	r, err := Verify(all(l.entries), signed, l.verifier())
	if err != nil || !r.OK() || r.Newer != 4 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestVerifyFailsWhereEntriesCannotBeRead(t *testing.T) {
	l := newTree(t)
	signed := l.grow(t, 5)
	broken := errors.New("disk")
	_, err := Verify(func(yield func(Entry, error) bool) { yield(Entry{}, broken) }, signed, l.verifier())
	if !errors.Is(err, broken) {
		t.Errorf("Verify = %v", err)
	}
}

func TestRootIsTheOneOfRFC6962(t *testing.T) {
	l := newTree(t)
	for n := range 70 {
		c, err := OpenCheckpoint(l.grow(t, min(n, 1)), l.verifier())
		if err != nil {
			t.Fatal(err)
		}
		want, err := tlog.TreeHash(int64(n), l)
		if err != nil {
			t.Fatal(err)
		}
		var f Tree
		var stored []tlog.Hash
		for _, e := range l.entries {
			stored = append(stored, f.Add(e.Leaf)...)
		}
		if c.Root != want || f.Root() != want || !slices.Equal(stored, l.hashes) {
			t.Errorf("%d leaves: checkpoint %v, tree %v, want %v, and %d hashes", n, c.Root, f.Root(), want, len(l.hashes))
		}
	}
}
