package audit

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

func TestProofRevealsOneRecord(t *testing.T) {
	l := newTree(t)
	signed := l.grow(t, 13)
	for _, e := range l.entries {
		p, err := Prove(signed, l.verifier(), e.Position, e.Salt, e.Record, l)
		if err != nil {
			t.Fatal(err)
		}
		read, err := DecodeProof(p.Encode())
		if err != nil {
			t.Fatal(err)
		}
		r, err := CheckProof(read, l.verifier())
		if err != nil || r.ID != fmt.Sprint(e.Position) {
			t.Errorf("position %d: %+v, %v", e.Position, r, err)
		}
		for _, other := range l.entries {
			if other.Position != e.Position && bytes.Contains(p.Encode(), other.Record) {
				t.Errorf("proof of %d holds record %d", e.Position, other.Position)
			}
		}
	}
}

func TestFalseProofsFail(t *testing.T) {
	l := newTree(t)
	signed := l.grow(t, 13)
	e := l.entries[6]
	good, err := Prove(signed, l.verifier(), e.Position, e.Salt, e.Record, l)
	if err != nil {
		t.Fatal(err)
	}
	forged := newTree(t)
	forged.signer, err = NewSigner("test", key(t, 2))
	if err != nil {
		t.Fatal(err)
	}
	for name, alter := range map[string]func(*Proof){
		"record":     func(p *Proof) { p.Record = Record{ID: "6", Kind: FileRead}.Encode() },
		"salt":       func(p *Proof) { p.Salt[0]++ },
		"position":   func(p *Proof) { p.Position++ },
		"beyond":     func(p *Proof) { p.Position = 13 },
		"path":       func(p *Proof) { p.Path = slices.Clone(p.Path); p.Path[1][0]++ },
		"path short": func(p *Proof) { p.Path = p.Path[:len(p.Path)-1] },
		"other key":  func(p *Proof) { p.Checkpoint = forged.grow(t, 13) },
	} {
		t.Run(name, func(t *testing.T) {
			p := good
			alter(&p)
			if r, err := CheckProof(p, l.verifier()); err == nil {
				t.Errorf("CheckProof = %+v", r)
			}
		})
	}
	if _, err := Prove(signed, l.verifier(), 13, e.Salt, e.Record, l); err == nil {
		t.Error("proved a record after the checkpoint")
	}
	if _, err := Prove(signed, l.verifier(), 5, e.Salt, e.Record, l); !errors.Is(err, ErrProof) {
		t.Errorf("proved a record at another position: %v", err)
	}
}

func TestConsistency(t *testing.T) {
	l := newTree(t)
	var checkpoints []Checkpoint
	for _, n := range []int{0, 1, 4, 1, 11, 16} {
		c, err := OpenCheckpoint(l.grow(t, n), l.verifier())
		if err != nil {
			t.Fatal(err)
		}
		checkpoints = append(checkpoints, c)
	}
	fork := newTree(t)
	fork.entries = []Entry{{}} // positions and so records differ from l's
	fork.hashes = []tlog.Hash{{1}}
	forked, err := OpenCheckpoint(fork.grow(t, 4), l.verifier())
	if err != nil {
		t.Fatal(err)
	}
	for i, older := range checkpoints {
		for _, newer := range checkpoints[i:] {
			proof, err := ProveConsistency(newer.Size, older.Size, l)
			if err != nil {
				t.Fatal(err)
			}
			if err := CheckConsistency(proof, newer, older); err != nil {
				t.Errorf("%d after %d: %v", newer.Size, older.Size, err)
			}
			if older.Size == forked.Size {
				if err := CheckConsistency(proof, newer, forked); !errors.Is(err, ErrProof) {
					t.Errorf("%d after a fork at %d: %v", newer.Size, forked.Size, err)
				}
			}
			older := older
			older.Root[0]++
			if err := CheckConsistency(proof, newer, older); !errors.Is(err, ErrProof) {
				t.Errorf("%d after a false root at %d: %v", newer.Size, older.Size, err)
			}
		}
	}
}
