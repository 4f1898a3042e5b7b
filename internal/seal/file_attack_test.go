package seal

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"testing"

	"filippo.io/age"
)

func TestAT6FileTruncatedExtendedReorderedOrChanged(t *testing.T) {
	s, plain := newShelf(), content(2*testPart+100)
	m := sealFile(t, s, testPart, plain)
	honest := s.blobs
	chunk := ageChunk + 16
	for name, blobs := range map[string]map[string][]byte{
		"part missing its last chunk": {"blob-0": honest["blob-0"][:ageHeader+chunk]},
		"part truncated":              {"blob-0": honest["blob-0"][:len(honest["blob-0"])-1]},
		"part emptied":                {"blob-0": {}},
		"part extended":               {"blob-0": append(slices.Clone(honest["blob-0"]), 0)},
		"part doubled":                {"blob-0": append(slices.Clone(honest["blob-0"]), honest["blob-0"]...)},
		"parts swapped":               {"blob-0": honest["blob-1"], "blob-1": honest["blob-0"]},
		"chunk repeated":              {"blob-0": append(append(slices.Clone(honest["blob-0"][:ageHeader+chunk]), honest["blob-0"][ageHeader:ageHeader+chunk]...), honest["blob-0"][ageHeader+chunk:]...)},
		"header of another":           {"blob-0": append(slices.Clone(honest["blob-1"][:ageHeader]), honest["blob-0"][ageHeader:]...)},
	} {
		s.blobs = map[string][]byte{"blob-0": honest["blob-0"], "blob-1": honest["blob-1"], "blob-2": honest["blob-2"]}
		maps.Copy(s.blobs, blobs)
		got, err := io.ReadAll(m.Open(s.fetch))
		wantShut(t, name, err)
		if len(got) != 0 {
			t.Errorf("%s: %d bytes left an unchecked part", name, len(got))
		}
	}
	for i := 0; i < len(honest["blob-0"]); i += 997 {
		s.blobs["blob-0"] = slices.Clone(honest["blob-0"])
		s.blobs["blob-0"][i] ^= 0x10
		got, err := io.ReadAll(m.Open(s.fetch))
		wantShut(t, fmt.Sprint("byte ", i), err)
		if len(got) != 0 {
			t.Fatalf("byte %d: %d bytes left an unchecked part", i, len(got))
		}
	}
}

func TestAT6ManifestTruncatedReorderedOrUnfinished(t *testing.T) {
	s := newShelf()
	m := sealFile(t, s, testPart, content(2*testPart+100))
	change := func(f func(*Manifest)) Manifest {
		c := m
		c.Parts = slices.Clone(m.Parts)
		f(&c)
		return c
	}
	for name, c := range map[string]Manifest{
		"last part dropped": change(func(m *Manifest) { m.Parts = m.Parts[:2] }),
		"parts reordered":   change(func(m *Manifest) { m.Parts[0], m.Parts[1] = m.Parts[1], m.Parts[0]; m.Parts[0].Blob = "blob-0" }),
		"part doubled":      change(func(m *Manifest) { m.Parts = append(m.Parts, m.Parts[2]) }),
		"total lowered":     change(func(m *Manifest) { m.Size-- }),
		"total negative":    change(func(m *Manifest) { m.Size = -1 }),
		"part size raised":  change(func(m *Manifest) { m.Parts[2].Size++; m.Size++ }),
		"sealed size huge":  change(func(m *Manifest) { m.Parts[0].SealedSize = 1 << 40 }),
		"part emptied":      change(func(m *Manifest) { m.Parts[2].Size = 0; m.Size -= 100 }),
		"not complete":      change(func(m *Manifest) { m.Complete = false }),
		"part without key":  change(func(m *Manifest) { m.Parts[0].secret = nil }),
	} {
		_, err := io.ReadAll(c.Open(s.fetch))
		wantShut(t, name, err)
	}
	for i := range m.Encode() {
		_, err := DecodeManifest(m.Encode()[:i])
		wantShut(t, "manifest truncated", err)
	}
}

func TestPartIsAnAgeFile(t *testing.T) {
	s, plain := newShelf(), content(1000)
	m := sealFile(t, s, testPart, plain)
	r, err := age.Decrypt(bytes.NewReader(s.blobs["blob-0"]), age.NewInjectedFileKeyIdentity(m.Parts[0].secret().key[:]))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("age: %v", err)
	}
	var other bytes.Buffer
	key := &partSecret{}
	w, err := age.Encrypt(&other, foreignRecipient{keyCatcher{key}})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := age.Decrypt(&other, keyCatcher{key}); err == nil {
		t.Error("a foreign stanza was accepted")
	}
}

type foreignRecipient struct{ keyCatcher }

func (f foreignRecipient) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	s, err := f.keyCatcher.Wrap(fileKey)
	s[0].Args = []string{"2"}
	return s, err
}

func TestNoTwoPartsShareAKey(t *testing.T) {
	m := sealFile(t, newShelf(), 10, content(1000))
	seen := map[[16]byte]bool{}
	for _, p := range m.Parts {
		if seen[p.secret().key] {
			t.Fatal("a file key was used twice")
		}
		seen[p.secret().key] = true
	}
}

func FuzzDecodeManifest(f *testing.F) {
	s := newShelf()
	f.Add(sealFile(f, s, 10, content(25)).Encode())
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := DecodeManifest(b)
		if err == nil && !bytes.Equal(m.Encode(), b) {
			t.Fatalf("two encodings of one manifest: %x", b)
		}
	})
}
