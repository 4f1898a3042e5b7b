package promises_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
)

// shelf is a case with two files, one of several parts, whose sealed bytes an
// attacker can reach.
type shelf struct {
	*apptest.Instance
	member access.Actor
	number casefile.Number
	files  map[string][]byte   // what was sent, by entry
	blobs  map[string][]string // paths of the parts of each entry, in order
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	i, team := apptest.Staffed(t)
	large := make([]byte, 8<<20+3*(64<<10)+100) // two parts; the second of four chunks
	_, _ = rand.Read(large)
	s := &shelf{Instance: i, member: team.Manager, files: map[string][]byte{}, blobs: map[string][]string{}}
	before := s.stored()
	add := func(content []byte) casefile.Number {
		r := i.Complain("nl", apptest.StrictAnswers("theft"), map[string]string{"proof.bin": string(content)})
		entry := i.Case(team.Manager, r.Number).Story.Files[0].ID
		s.files[entry] = content
		s.blobs[entry] = slices.DeleteFunc(s.stored(), func(p string) bool { return slices.Contains(before, p) })
		before = s.stored()
		return r.Number
	}
	s.number = add(large)
	parts := s.blobs[s.entry()]
	if len(parts) != 2 {
		t.Fatalf("%d parts, want 2", len(parts))
	}
	slices.SortFunc(parts, func(a, b string) int { return int(size(t, b) - size(t, a)) }) // the first part is the longer
	return s
}

// entry is the file of several parts.
func (s *shelf) entry() string {
	for id, parts := range s.blobs {
		if len(parts) == 2 {
			return id
		}
	}
	s.T.Fatal("no file of two parts")
	return ""
}

func (s *shelf) stored() (paths []string) {
	err := filepath.WalkDir(filepath.Join(s.State, "blobs"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		s.T.Fatal(err)
	}
	return paths
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// read downloads the file and returns what left before it failed, if it did.
func (s *shelf) read(ctx context.Context) ([]byte, error) {
	d, err := s.Casework.Open(ctx, s.member, s.number, s.entry(), casework.Take{Original: true})
	if err != nil {
		return nil, err
	}
	return io.ReadAll(d.Body)
}

// attacked puts other bytes in place of a part. Nothing of that part may leave.
func (s *shelf) attacked(t *testing.T, part int, sealed []byte) {
	t.Helper()
	path := s.blobs[s.entry()][part]
	honest, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { s.put(t, path, honest) }()
	s.put(t, path, sealed)
	got, err := s.read(ctx)
	if err == nil {
		t.Error("the file reads as if nothing were wrong")
	}
	first := min(len(got), 8<<20)
	if part == 0 && len(got) > 0 || len(got) > 8<<20 || !bytes.Equal(got[:first], s.files[s.entry()][:first]) {
		t.Errorf("%d bytes left an unchecked part", len(got))
	}
}

func (s *shelf) put(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := errors.Join(os.Remove(path), os.WriteFile(path, b, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// The parts of a sealed file: the header of age with its nonce, then chunks.
const (
	partHead  = 22 + 15 + 1 + 48 + 16
	partChunk = 64<<10 + 16
)

// AT6: a file whose parts were truncated, extended, reordered, doubled, joined or
// changed does not leave, not even in part.
func TestAT6_ChangedFileDoesNotLeave(t *testing.T) {
	s := newShelf(t)
	if got, err := s.read(ctx); err != nil || !bytes.Equal(got, s.files[s.entry()]) {
		t.Fatalf("the file does not read before the attack: %v", err)
	}
	one, err1 := os.ReadFile(s.blobs[s.entry()][0])
	two, err2 := os.ReadFile(s.blobs[s.entry()][1])
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	chunk := func(b []byte, n int) []byte { return b[partHead+n*partChunk : partHead+(n+1)*partChunk] }
	join := func(parts ...[]byte) []byte { return slices.Concat(parts...) }
	for part, b := range [][]byte{one, two} {
		other := [][]byte{two, one}[part]
		for name, sealed := range map[string][]byte{
			"emptied":                    {},
			"truncated by a byte":        b[:len(b)-1],
			"cut after its header":       b[:partHead],
			"cut at a chunk":             b[:partHead+2*partChunk],
			"last chunk dropped":         b[:partHead+(len(b)-partHead-1)/partChunk*partChunk],
			"extended by a byte":         join(b, []byte{0}),
			"twice":                      join(b, b),
			"joined with the other part": join(b, other),
			"the other part":             other,
			"header of the other part":   join(other[:partHead], b[partHead:]),
			"chunks reordered":           join(b[:partHead], chunk(b, 1), chunk(b, 0), b[partHead+2*partChunk:]),
			"chunk doubled":              join(b[:partHead], chunk(b, 0), chunk(b, 0), b[partHead+partChunk:]),
			"chunk over the next":        join(b[:partHead], chunk(b, 0), chunk(b, 0), b[partHead+2*partChunk:]),
			"first chunk dropped":        join(b[:partHead], b[partHead+partChunk:]),
			"chunk of the other part":    join(b[:partHead], chunk(other, 0), b[partHead+partChunk:]),
			"zeros":                      make([]byte, len(b)),
		} {
			t.Run(name, func(t *testing.T) { s.attacked(t, part, sealed) })
		}
		for _, at := range []int{0, 30, 90, partHead - 1, partHead, partHead + partChunk - 1, partHead + partChunk, len(b) / 2, len(b) - 1} {
			changed := slices.Clone(b)
			changed[at] ^= 0x10
			s.attacked(t, part, changed)
		}
	}
	if got, err := s.read(ctx); err != nil || !bytes.Equal(got, s.files[s.entry()]) {
		t.Errorf("the file does not read after everything was put back: %v", err)
	}
}

// AT17: what the store of blobs answers instead of what was asked for is not taken:
// somebody else's blob, nothing, something without end, or something that never
// comes.
func TestAT17_StoreThatLiesIsNotBelieved(t *testing.T) {
	s := newShelf(t)
	path := s.blobs[s.entry()][0]
	honest, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("somebody else's blob", func(t *testing.T) {
		s.Complain("nl", apptest.StrictAnswers("theft"), map[string]string{"other.bin": strings.Repeat("another", 9<<20/7)})
		for _, p := range s.stored() {
			if slices.Contains(s.blobs[s.entry()], p) {
				continue
			}
			b, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			s.attacked(t, 0, b)
		}
	})
	t.Run("no blob", func(t *testing.T) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.WriteFile(path, honest, 0o600) }()
		if got, err := s.read(ctx); err == nil || len(got) > 0 {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	})
	t.Run("a blob of a terabyte", func(t *testing.T) {
		s.put(t, path, honest)
		if err := os.Truncate(path, 1<<40); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := s.read(ctx)
		runtime.ReadMemStats(&after)
		if err == nil || len(got) > 0 {
			t.Errorf("%d bytes left, %v", len(got), err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 {
			t.Errorf("%d MiB were taken to refuse it", used>>20)
		}
		s.put(t, path, honest)
	})
	t.Run("a blob that comes a byte at a time", func(t *testing.T) {
		if err := errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)); err != nil {
			t.Fatal(err)
		}
		impatient, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		stop, dripped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(dripped)
			drip(path, honest, stop)
		}()
		begun := time.Now()
		got, err := s.read(impatient)
		if err == nil || len(got) > 0 {
			t.Errorf("%d bytes left, %v", len(got), err)
		}
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("the request ended, the reading went on for %v", took)
		}
		close(stop)
		<-dripped
		s.put(t, path, honest)
	})
	if got, err := s.read(ctx); err != nil || !bytes.Equal(got, s.files[s.entry()]) {
		t.Errorf("the file does not read after everything was put back: %v", err)
	}
}

// drip writes a pipe byte by byte until it is told to stop, for half a minute at most.
// It opens the pipe for reading too, which does not wait for a reader.
func drip(path string, b []byte, stop <-chan struct{}) {
	pipe, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer pipe.Close()
	for i := range min(len(b), 30_000) {
		if _, err := pipe.Write(b[i : i+1]); err != nil {
			return
		}
		select {
		case <-stop:
			return
		case <-time.After(time.Millisecond):
		}
	}
}
