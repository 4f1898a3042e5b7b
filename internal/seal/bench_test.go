package seal

import (
	"io"
	"testing"
)

func BenchmarkSeal1K(b *testing.B) {
	k, c, plain := NewKey(), note(), content(1024)
	b.SetBytes(1024)
	b.ReportAllocs()
	for b.Loop() {
		k.Seal(c, plain)
	}
}

func BenchmarkOpen1K(b *testing.B) {
	k, c := NewKey(), note()
	box := k.Seal(c, content(1024))
	b.SetBytes(1024)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Open(c, box); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGrant(b *testing.B) {
	ck, to := NewCaseKeys("desk", "case-a", 1), recipient(b, RecipientMember, "m1", fixedKeys(1).Public())
	gate := NewKey()
	for b.Loop() {
		grant(b, ck, to, everything, gate)
	}
}

func BenchmarkOpenGrant(b *testing.B) {
	member := fixedKeys(1)
	box := grant(b, NewCaseKeys("desk", "case-a", 1), recipient(b, RecipientMember, "m1", member.Public()), everything, nil)
	for b.Loop() {
		if _, err := member.OpenGrant("desk", "case-a", 1, RecipientMember, "m1", box); err != nil {
			b.Fatal(err)
		}
	}
}

// One summary in a scan over many cases: keyring row, then the object.
func BenchmarkScan(b *testing.B) {
	member, ck := fixedKeys(1), fixedCase()
	row := member.SealKeyring("m1", ck)
	c := note()
	key, _ := ck.Compartment(c.Compartment)
	box := key.Seal(c, content(1024))
	scan := member.Scan("m1")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := scan.Open(1, row, c, box); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStamp(b *testing.B) {
	s, c, payload := NewInstanceKey().Stamper(), note(), content(1024)
	for b.Loop() {
		s.Stamp(c, 1, payload, "m1")
	}
}

type discard struct{ io.Writer }

func (discard) Close() error { return nil }

func BenchmarkSealFile(b *testing.B) {
	plain := content(4 * PartSize)
	b.SetBytes(int64(len(plain)))
	for b.Loop() {
		w := NewFileWriter(func(int) (io.WriteCloser, error) { return discard{io.Discard}, nil })
		if _, err := w.Write(plain); err != nil {
			b.Fatal(err)
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenFile(b *testing.B) {
	s := newShelf()
	m := sealFile(b, s, PartSize, content(4*PartSize))
	b.SetBytes(m.Size)
	for b.Loop() {
		if n, err := io.Copy(io.Discard, m.Open(s.fetch)); err != nil || n != m.Size {
			b.Fatal(n, err)
		}
	}
}
