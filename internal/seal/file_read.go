package seal

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"

	"filippo.io/age"
)

// Open reads the whole file. fetch gives the sealed bytes of a blob. Each part is
// checked before its first byte leaves: reading fails with ErrOpen when a part or
// the manifest is not what it should be, and with fetch's own error.
func (m Manifest) Open(fetch func(blob string) (io.ReadCloser, error)) io.Reader {
	return m.OpenRange(fetch, 0, m.Size)
}

// OpenRange reads n bytes from off, fetching only the parts that hold them.
func (m Manifest) OpenRange(fetch func(blob string) (io.ReadCloser, error), off, n int64) io.Reader {
	r := &fileReader{fetch: fetch, left: n}
	switch {
	case !m.Complete || !m.sound() || off < 0 || n < 0 || off > m.Size || n > m.Size-off:
		r.err = ErrOpen
	case n > 0:
		r.parts, r.skip = m.Parts, off
		for r.skip >= r.parts[0].Size {
			r.parts, r.skip = r.parts[1:], r.skip-r.parts[0].Size
		}
	}
	return r
}

// fileReader decrypts one part after another. While one is read, the next is fetched and
// checked.
type fileReader struct {
	fetch  func(blob string) (io.ReadCloser, error)
	parts  []Part // still to be fetched
	skip   int64  // bytes to pass over in the next part
	left   int64  // bytes still to give
	part   io.Reader
	inPart int64       // bytes of part still to come
	sealed []byte      // what part reads
	ahead  chan loaded // gets the next part; nil: it is not on its way
	err    error
}

// loaded is the sealed bytes of a part, which are what they should be.
type loaded struct {
	sealed []byte
	err    error
}

// Read gives checked plaintext only.
func (r *fileReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, r.err
	}
	if r.err == nil && r.left == 0 {
		r.err = io.EOF
	}
	if r.err == nil && r.inPart == 0 {
		r.err = r.next()
	}
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.part.Read(p[:min(int64(len(p)), r.left, r.inPart)])
	r.left -= int64(n)
	r.inPart -= int64(n)
	if err != nil && (!errors.Is(err, io.EOF) || r.inPart > 0) {
		r.err = ErrOpen
	}
	return n, nil
}

// next takes a part that is checked, passes over what was not asked for, and sends for the
// one after it.
func (r *fileReader) next() error {
	part := r.parts[0]
	r.parts = r.parts[1:]
	got, free := r.take(part), r.sealed
	if got.err != nil {
		return got.err
	}
	plain, err := age.Decrypt(bytes.NewReader(got.sealed), keyCatcher{part.secret()})
	if err != nil {
		return ErrOpen
	}
	if _, err := io.CopyN(io.Discard, plain, r.skip); err != nil {
		return ErrOpen
	}
	r.part, r.inPart, r.skip, r.sealed = plain, part.Size-r.skip, 0, got.sealed
	if r.left > r.inPart && len(r.parts) > 0 {
		ahead, coming := make(chan loaded, 1), r.parts[0] // with room, so that nobody has to wait for it
		go func() { ahead <- load(r.fetch, coming, free) }()
		r.ahead = ahead
	}
	return nil
}

// take waits for the part that was sent for, or fetches it.
func (r *fileReader) take(part Part) loaded {
	if r.ahead == nil {
		return load(r.fetch, part, nil)
	}
	got := <-r.ahead
	r.ahead = nil
	return got
}

// load reads the sealed bytes of a part, no more than there should be, into room, and checks
// them.
func load(fetch func(blob string) (io.ReadCloser, error), part Part, room []byte) loaded {
	src, err := fetch(part.Blob)
	if err != nil {
		return loaded{err: fmt.Errorf("fetch part: %w", err)}
	}
	defer func() { _ = src.Close() }()
	room = slices.Grow(room[:0], int(part.SealedSize)+1)[:part.SealedSize+1]
	n, err := io.ReadFull(src, room)
	switch {
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return loaded{err: fmt.Errorf("fetch part: %w", err)}
	case int64(n) != part.SealedSize || sha256.Sum256(room[:n]) != part.secret().sum:
		return loaded{err: ErrOpen}
	default:
		return loaded{sealed: room[:n]}
	}
}
