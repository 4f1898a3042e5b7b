package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
)

// shelf is a blob store in memory.
type shelf struct {
	blobs   map[string][]byte
	fetched []string
	aborted int
}

type slot struct {
	bytes.Buffer
	shelf *shelf
	name  string
}

func (s *slot) Close() error { s.shelf.blobs[s.name] = slices.Clone(s.Bytes()); return nil }
func (s *slot) Blob() string { return s.name }
func (s *slot) Abort() error { s.shelf.aborted++; return nil }

func newShelf() *shelf { return &shelf{blobs: map[string][]byte{}} }

func (s *shelf) open(part int) (io.WriteCloser, error) {
	return &slot{shelf: s, name: fmt.Sprintf("blob-%d", part)}, nil
}

func (s *shelf) fetch(blob string) (io.ReadCloser, error) {
	s.fetched = append(s.fetched, blob)
	b, ok := s.blobs[blob]
	if !ok {
		return nil, errors.New("no such blob")
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

const testPart = 100_000 // two chunks, the second of them short

func content(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

func sealFile(t testing.TB, s *shelf, part int64, plain []byte) Manifest {
	t.Helper()
	w := NewFileWriter(s.open)
	w.partSize = part
	if _, err := io.Copy(w, bytes.NewReader(plain)); err != nil {
		t.Fatal(err)
	}
	if w.Manifest().Complete {
		t.Fatal("complete before it was closed")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	m := w.Manifest()
	m.Name, m.Type = "proof.pdf", "application/pdf"
	return m
}

func TestFileRoundTripAroundPartBoundaries(t *testing.T) {
	for parts := range 4 {
		for _, d := range []int{-1, 0, 1} {
			n := parts*testPart + d
			if n < 0 {
				continue
			}
			s, plain := newShelf(), content(n)
			m, err := DecodeManifest(sealFile(t, s, testPart, plain).Encode())
			if err != nil {
				t.Fatal(err)
			}
			if want := (n + testPart - 1) / testPart; len(m.Parts) != want || m.Size != int64(n) || !m.Complete {
				t.Fatalf("%d bytes: %d parts of %d, want %d", n, len(m.Parts), m.Size, want)
			}
			got, err := io.ReadAll(m.Open(s.fetch))
			if err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("%d bytes: got %d, %v", n, len(got), err)
			}
		}
	}
}

func TestFileRoundTripAroundChunkBoundaries(t *testing.T) {
	for _, n := range []int{1, ageChunk - 1, ageChunk, ageChunk + 1, 2 * ageChunk, 2*ageChunk + 1} {
		s, plain := newShelf(), content(n)
		m := sealFile(t, s, PartSize, plain)
		if got, err := io.ReadAll(m.Open(s.fetch)); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%d bytes: %v", n, err)
		}
	}
}

func TestFileOfRealPartsInSmallPieces(t *testing.T) {
	s, plain := newShelf(), content(2*PartSize+1)
	w := NewFileWriter(s.open)
	for rest := plain; len(rest) > 0; {
		n := min(len(rest), 999_983)
		if _, err := w.Write(rest[:n]); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(w.Manifest().Open(s.fetch)); err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("got %d bytes, %v", len(got), err)
	}
}

func TestRangeFetchesOnlyItsParts(t *testing.T) {
	s, plain := newShelf(), content(3*testPart+10)
	m := sealFile(t, s, testPart, plain)
	for _, r := range [][2]int64{{0, 0}, {0, 1}, {testPart - 1, 2}, {testPart, testPart}, {2*testPart + 5, testPart}, {m.Size, 0}, {m.Size - 1, 1}} {
		s.fetched = nil
		got, err := io.ReadAll(m.OpenRange(s.fetch, r[0], r[1]))
		if err != nil || !bytes.Equal(got, plain[r[0]:r[0]+r[1]]) {
			t.Fatalf("range %v: %d bytes, %v", r, len(got), err)
		}
		want := 0
		if r[1] > 0 {
			want = int((r[0]+r[1]-1)/testPart - r[0]/testPart + 1)
		}
		if len(s.fetched) != want {
			t.Errorf("range %v fetched %v, want %d parts", r, s.fetched, want)
		}
	}
	for _, r := range [][2]int64{{-1, 1}, {0, -1}, {0, m.Size + 1}, {m.Size + 1, 0}, {1, 1<<63 - 1}} {
		_, err := io.ReadAll(m.OpenRange(s.fetch, r[0], r[1]))
		wantShut(t, fmt.Sprint("range ", r), err)
	}
}

func TestUploadResumesAfterItsFinishedParts(t *testing.T) {
	s, plain := newShelf(), content(2*testPart+50)
	first := NewFileWriter(s.open)
	first.partSize = testPart
	if _, err := first.Write(plain[:testPart+7]); err != nil {
		t.Fatal(err)
	}
	if err := first.Abort(); err != nil || s.aborted != 1 {
		t.Fatalf("abort: %v, %d", err, s.aborted)
	}
	if err := first.Close(); err == nil || first.Manifest().Complete {
		t.Fatal("a file that was given up closed as complete")
	}
	upload, err := DecodeManifest(first.Manifest().Encode())
	if err != nil || upload.Size != testPart {
		t.Fatalf("upload: %d bytes, %v", upload.Size, err)
	}
	_, err = io.ReadAll(upload.Open(s.fetch))
	wantShut(t, "upload read as a file", err)

	second := NewFileWriter(s.open)
	second.partSize = testPart
	if err := second.resume(upload); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Write(plain[upload.Size:]); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(second.Close(), second.Close()); err != nil {
		t.Fatal(err)
	}
	m := second.Manifest()
	if got, err := io.ReadAll(m.Open(s.fetch)); err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("resumed: %v", err)
	}
	if _, err := ResumeFileWriter(m, s.open); !errors.Is(err, ErrManifest) {
		t.Errorf("complete file resumed: %v", err)
	}
}

func TestFailingStoreEndsTheFile(t *testing.T) {
	full := errors.New("disk full")
	for name, open := range map[string]func(int) (io.WriteCloser, error){
		"open":  func(int) (io.WriteCloser, error) { return nil, full },
		"write": func(int) (io.WriteCloser, error) { return brokenSlot{write: full}, nil },
		"close": func(int) (io.WriteCloser, error) { return brokenSlot{close: full}, nil },
	} {
		w := NewFileWriter(open)
		_, err := w.Write(content(3 * ageChunk))
		if err = errors.Join(err, w.Close()); !errors.Is(err, full) || w.Manifest().Complete {
			t.Errorf("%s: %v, complete %v", name, err, w.Manifest().Complete)
		}
		if _, err := w.Write([]byte("x")); !errors.Is(err, full) {
			t.Errorf("%s: written after a failure: %v", name, err)
		}
	}
	s := newShelf()
	m := sealFile(t, s, testPart, content(10))
	if _, err := io.ReadAll(m.Open(func(string) (io.ReadCloser, error) { return nil, full })); !errors.Is(err, full) {
		t.Errorf("fetch: %v", err)
	}
}

type brokenSlot struct{ write, close error }

func (b brokenSlot) Write(p []byte) (int, error) { return len(p), b.write }
func (b brokenSlot) Close() error                { return b.close }
