package audit

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

func TestSignedCheckpointNeverChanges(t *testing.T) {
	l := newTree(t)
	text, err := VerifierKey("test", key(t, 1).Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "checkpoint.golden", append(l.grow(t, 3), text+"\n"...))
}

func TestProofFileNeverChanges(t *testing.T) {
	l := newTree(t)
	signed := l.grow(t, 3)
	p, err := Prove(signed, l.verifier(), 1, l.entries[1].Salt, l.entries[1].Record, l)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "proof.golden", p.Encode())
}

func TestCheckpointOpensWithThePrintedKeyOnly(t *testing.T) {
	l := newTree(t)
	signed := l.grow(t, 3)
	open := func(instance string, seed byte) error {
		text, err := VerifierKey(instance, key(t, seed).Public().(ed25519.PublicKey))
		if err != nil {
			t.Fatal(err)
		}
		v, err := note.NewVerifier(text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = OpenCheckpoint(signed, v)
		return err
	}
	if err := open("test", 1); err != nil {
		t.Errorf("the log's own key: %v", err)
	}
	if err := open("test", 2); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("another key: %v", err)
	}
	if err := open("other", 1); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("another instance with the same key: %v", err)
	}
	for i := range signed {
		altered := bytes.Clone(signed)
		altered[i] ^= 1
		if c, err := OpenCheckpoint(altered, l.verifier()); !errors.Is(err, ErrCheckpoint) {
			t.Errorf("with byte %d altered: %+v, %v", i, c, err)
		}
	}
}

func TestWitnessMaySignAsWell(t *testing.T) {
	l := newTree(t)
	n, err := note.Open(l.grow(t, 3), note.VerifierList(l.verifier()))
	if err != nil {
		t.Fatal(err)
	}
	witness, err := NewSigner("witness", key(t, 9))
	if err != nil {
		t.Fatal(err)
	}
	both, err := note.Sign(n, witness)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := OpenCheckpoint(both, l.verifier()); err != nil || c.Size != 3 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestCheckpointIsSignedUnderItsOwnNameOnly(t *testing.T) {
	l := newTree(t)
	if _, err := (Checkpoint{Origin: Origin("other")}).Sign(l.signer); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("Sign = %v", err)
	}
	for _, instance := range []string{"two words", "a+b", "line\nbreak"} {
		if _, err := NewSigner(instance, key(t, 1)); err == nil {
			t.Errorf("NewSigner(%q) gave a signer", instance)
		}
	}
}

func TestParseCheckpointRefuses(t *testing.T) {
	good := string(Checkpoint{Origin: "klankbord/x", Size: 7}.Text())
	for name, text := range map[string]string{
		"nothing":       "",
		"no last line":  strings.TrimSuffix(good, "\n"),
		"an extension":  good + "more\n",
		"sign":          strings.Replace(good, "7", "+7", 1),
		"zero in front": strings.Replace(good, "7", "07", 1),
		"negative":      strings.Replace(good, "7", "-7", 1),
		"no origin":     strings.TrimPrefix(good, "klankbord/x"),
		"short root":    strings.Replace(good, "AAAA", "", 1),
		"loose base64":  strings.Replace(good, "A=", "B=", 1),
	} {
		t.Run(name, func(t *testing.T) {
			if c, err := ParseCheckpoint([]byte(text)); !errors.Is(err, ErrCheckpoint) {
				t.Errorf("ParseCheckpoint(%q) = %+v, %v", text, c, err)
			}
		})
	}
}

func FuzzParseCheckpoint(f *testing.F) {
	f.Add(Checkpoint{Origin: "klankbord/x", Size: 7}.Text())
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseCheckpoint(text)
		if err == nil && !bytes.Equal(c.Text(), text) {
			t.Errorf("%q parses to %+v, which is %q", text, c, c.Text())
		}
	})
}

func FuzzDecodeProof(f *testing.F) {
	l := newTree(f)
	signed := l.grow(f, 3)
	p, err := Prove(signed, l.verifier(), 1, l.entries[1].Salt, l.entries[1].Record, l)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p.Encode())
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := DecodeProof(file)
		if err == nil && !bytes.Equal(p.Encode(), file) {
			t.Errorf("%q decodes to %+v, which is %q", file, p, p.Encode())
		}
	})
}
