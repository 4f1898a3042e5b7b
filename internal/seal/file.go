package seal

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"

	"filippo.io/age"
)

// Construction 4, file: parts of at most 8 MiB, each an age stream (age-encryption.org/v1)
// with a file key of its own, which lies in the manifest instead of in the header.
// Memory does not grow with the file: writing holds a chunk, reading two parts.

// A part's age header: one stanza, always the same, which carries nothing.
const (
	stanzaType = "klankbord"
	stanzaArg  = "1"
	// "age-encryption.org/v1\n", "-> klankbord 1\n", "\n", "--- " and 43
	// symbols and "\n"; then the nonce of 16 bytes.
	ageHeader = 22 + 15 + 1 + 48 + 16
	ageChunk  = 64 << 10
)

// sealedSize is the length of the age stream of size > 0 bytes.
func sealedSize(size int64) int64 {
	return ageHeader + size + 16*((size+ageChunk-1)/ageChunk)
}

// keyCatcher is the age recipient that keeps the file key for the manifest.
type keyCatcher struct{ part *partSecret }

// Wrap keeps the file key and writes the stanza that stands for it.
func (c keyCatcher) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	c.part.key = [16]byte(fileKey)
	return []*age.Stanza{{Type: stanzaType, Args: []string{stanzaArg}}}, nil
}

// Unwrap gives the file key if the header is ours and nothing else.
func (c keyCatcher) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if len(stanzas) != 1 || stanzas[0].Type != stanzaType || len(stanzas[0].Body) != 0 ||
		!slices.Equal(stanzas[0].Args, []string{stanzaArg}) {
		return nil, age.ErrIncorrectIdentity
	}
	return c.part.key[:], nil
}

// FileWriter seals a file as it comes. It belongs to one goroutine.
type FileWriter struct {
	hidden
	open     func(part int) (io.WriteCloser, error)
	partSize int64
	manifest Manifest
	part     *partWriter // nil between parts
	err      error       // the first failure; nothing is written after it
}

// partWriter seals one part, and counts and hashes what it writes.
type partWriter struct {
	dst    io.WriteCloser
	age    io.WriteCloser
	sum    hash.Hash
	size   int64
	sealed int64
	secret *partSecret
}

// Write takes sealed bytes on their way to the blob.
func (p *partWriter) Write(b []byte) (int, error) {
	n, err := p.dst.Write(b)
	p.sum.Write(b[:n])
	p.sealed += int64(n)
	return n, err
}

// NewFileWriter starts a file. open gives the place for the sealed bytes of a
// part, counted from 0; closing it makes them durable. If the place has a method
// Blob() string, its answer after closing becomes the part's Blob; otherwise the
// caller fills that in. If it has Abort() error, that is called instead of Close
// when the part is given up.
func NewFileWriter(open func(part int) (io.WriteCloser, error)) *FileWriter {
	return &FileWriter{open: open, partSize: PartSize}
}

// ResumeFileWriter continues an upload after the parts that its manifest has. It
// fails with ErrManifest when that one is complete.
func ResumeFileWriter(m Manifest, open func(part int) (io.WriteCloser, error)) (*FileWriter, error) {
	w := NewFileWriter(open)
	return w, w.resume(m)
}

func (w *FileWriter) resume(m Manifest) error {
	for _, p := range m.Parts {
		if p.Size > w.partSize {
			return ErrManifest
		}
	}
	if m.Complete || !m.sound() {
		return ErrManifest
	}
	w.manifest = m
	w.manifest.Parts = slices.Clone(m.Parts)
	return nil
}

// Write seals p. After a failure it only repeats it; call Abort then.
func (w *FileWriter) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 && w.err == nil {
		if w.part == nil && !w.start() {
			break
		}
		n, err := w.part.age.Write(p[:min(int64(len(p)), w.partSize-w.part.size)])
		if err != nil {
			w.err = fmt.Errorf("seal part %d: %w", len(w.manifest.Parts), err)
			break
		}
		w.part.size += int64(n)
		written += n
		p = p[n:]
		if w.part.size == w.partSize {
			w.finish()
		}
	}
	return written, w.err
}

func (w *FileWriter) start() bool {
	n := len(w.manifest.Parts)
	dst, err := w.open(n)
	if err != nil {
		w.err = fmt.Errorf("open part %d: %w", n, err)
		return false
	}
	w.part = &partWriter{dst: dst, sum: sha256.New(), secret: &partSecret{}}
	if w.part.age, err = age.Encrypt(w.part, keyCatcher{w.part.secret}); err != nil {
		w.err = fmt.Errorf("seal part %d: %w", n, err)
		return false
	}
	return true
}

func (w *FileWriter) finish() {
	p := w.part
	if err := p.age.Close(); err != nil {
		w.err = fmt.Errorf("seal part %d: %w", len(w.manifest.Parts), err)
		return
	}
	w.part = nil
	if err := p.dst.Close(); err != nil {
		w.err = fmt.Errorf("close part %d: %w", len(w.manifest.Parts), err)
		return
	}
	p.secret.sum = [32]byte(p.sum.Sum(nil))
	done := Part{Size: p.size, SealedSize: p.sealed, secret: veil(p.secret)}
	if named, ok := p.dst.(interface{ Blob() string }); ok {
		done.Blob = named.Blob()
	}
	w.manifest.Parts = append(w.manifest.Parts, done)
	w.manifest.Size += p.size
}

// Cut ends the part that is being written, however short it is, so that it is kept and
// the upload can be resumed right after it.
func (w *FileWriter) Cut() error {
	if w.err == nil && w.part != nil {
		w.finish()
	}
	return w.err
}

// errFileEnded is what a file that was closed or given up answers to more bytes.
var errFileEnded = errors.New("seal: file has ended")

// Close ends the file. Only when it succeeds is the manifest complete.
func (w *FileWriter) Close() error {
	if w.manifest.Complete {
		return nil
	}
	if w.err == nil && w.part != nil {
		w.finish()
	}
	if w.err != nil {
		return w.err
	}
	w.manifest.Complete, w.err = true, errFileEnded
	return nil
}

// Abort gives up the part that is being written. Finished parts stay, and
// Manifest still lists them, so that the upload can be resumed.
func (w *FileWriter) Abort() error {
	p := w.part
	w.part = nil
	if w.err == nil {
		w.err = errFileEnded
	}
	if p == nil {
		return nil
	}
	if a, ok := p.dst.(interface{ Abort() error }); ok {
		return a.Abort()
	}
	return p.dst.Close()
}

// Manifest describes the parts that are finished. Name and Type are the caller's
// to fill in.
func (w *FileWriter) Manifest() Manifest {
	m := w.manifest
	m.Parts = slices.Clone(m.Parts)
	return m
}
