package audit

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// updates returns the update from each size of a growing log to its last one, and
// the checkpoint of that size.
func updates(t *testing.T, l *tree, sizes ...int) (held []Checkpoint, list []Update) {
	t.Helper()
	var signed []byte
	for _, n := range sizes {
		signed = l.grow(t, n)
		c, err := OpenCheckpoint(signed, l.verifier())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, c)
	}
	for _, c := range held {
		u, err := NewUpdate(signed, l.verifier(), c.Size, l)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, u)
	}
	return held, list
}

func TestUpdateFileNeverChanges(t *testing.T) {
	_, list := updates(t, newTree(t), 3, 4)
	golden(t, "update.golden", list[0].Encode())
}

func TestWitnessFollowsFromWhatTheyHold(t *testing.T) {
	l := newTree(t)
	held, list := updates(t, l, 0, 1, 4, 11, 16)
	for i, u := range list {
		read, err := DecodeUpdate(u.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if c, err := read.Follow(held[i], l.verifier()); err != nil || c != held[len(held)-1] {
			t.Errorf("from %d leaves: %+v, %v", held[i].Size, c, err)
		}
		if i > 0 && i < len(list)-2 {
			if _, err := read.Follow(held[i+1], l.verifier()); !errors.Is(err, ErrProof) {
				t.Errorf("an update from %d leaves, to a witness of %d: %v", held[i].Size, held[i+1].Size, err)
			}
		}
	}
}

func TestWitnessRefusesAnotherLog(t *testing.T) {
	l := newTree(t)
	held, list := updates(t, l, 5, 7)
	first, err := NewUpdate(mustSign(t, l, held[0]), l.verifier(), 5, l)
	if err != nil {
		t.Fatal(err)
	}
	fork := newTree(t)
	fork.entries, fork.hashes = []Entry{{}}, []tlog.Hash{{1}}
	forkHeld, forkList := updates(t, fork, 4, 7)
	for name, c := range map[string]struct {
		update Update
		held   Checkpoint
		want   error
	}{
		"an old checkpoint again":         {first, held[1], ErrOlder},
		"other leaves before":             {forkList[0], held[0], ErrForked},
		"as long and different":           {forkList[1], held[1], ErrForked},
		"the honest log after a fork":     {list[0], forkHeld[0], ErrForked},
		"a proof from elsewhere":          {Update{3, list[0].Proof, list[0].Checkpoint}, held[0], ErrProof},
		"a proof with one hash too few":   {Update{5, list[0].Proof[1:], list[0].Checkpoint}, held[0], ErrForked},
		"a checkpoint that is not signed": {Update{5, list[0].Proof, held[1].Text()}, held[0], ErrCheckpoint},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := c.update.Follow(c.held, l.verifier()); !errors.Is(err, c.want) {
				t.Errorf("Follow = %v, want %v", err, c.want)
			}
		})
	}
	if _, err := NewUpdate(first.Checkpoint, l.verifier(), 12, l); !errors.Is(err, ErrOlder) {
		t.Errorf("NewUpdate to a smaller log = %v", err)
	}
}

func mustSign(t *testing.T, l *tree, c Checkpoint) []byte {
	t.Helper()
	return l.sign(t, c)
}

// What a mail program does to a text file hurts nothing that is signed.
func TestFilesSurviveTheMail(t *testing.T) {
	l := newTree(t)
	held, list := updates(t, l, 5, 7)
	proof, err := Prove(list[0].Checkpoint, l.verifier(), 2, l.entries[2].Salt, l.entries[2].Record, l)
	if err != nil {
		t.Fatal(err)
	}
	mailed := func(file []byte) []byte {
		s := "Dag,\n\nold friends read klankbord/x with care.\n\n" + string(file) + "\n\n"
		return []byte("\ufeff" + strings.ReplaceAll(s, "\n", "\r\n"))
	}
	u, err := FindUpdate(mailed(list[0].Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := u.Follow(held[0], l.verifier()); err != nil {
		t.Error(err)
	}
	p, err := FindProof(mailed(proof.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := CheckProof(p, l.verifier()); err != nil {
		t.Error(err)
	}
	for name, file := range map[string][]byte{"update": list[0].Encode(), "proof": proof.Encode(), "checkpoint": proof.Checkpoint} {
		signed, err := FindCheckpoint(mailed(file))
		if err != nil {
			t.Fatal(err)
		}
		if c, err := OpenCheckpoint(signed, l.verifier()); err != nil || c != held[1] {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	if _, err := FindUpdate([]byte("nothing")); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("FindUpdate = %v", err)
	}
	if _, err := FindProof([]byte("nothing")); !errors.Is(err, ErrProof) {
		t.Errorf("FindProof = %v", err)
	}
}

func FuzzDecodeUpdate(f *testing.F) {
	f.Add([]byte("old 0\n\nklankbord/x\n0\nAAAA\n\n"))
	f.Add([]byte("old 7\nMnJQ8tOJJyQBHwg9nOmvBzuShOXHDbjm9/5raxMO3bg=\n\nx"))
	f.Fuzz(func(t *testing.T, file []byte) {
		u, err := DecodeUpdate(file)
		if err == nil && !bytes.Equal(u.Encode(), file) {
			t.Errorf("%q decodes to %+v, which is %q", file, u, u.Encode())
		}
	})
}
