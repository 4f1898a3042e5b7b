package custody

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"unicode"

	"github.com/gabriel-vasile/mimetype"

	"klankbord/internal/blob"
	"klankbord/internal/clamd"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// sniffBytes is how much of a file its type is recognised from.
const sniffBytes = 3072

// SealFile streams a file of at most limit bytes into sealed, durable blobs, and lets the
// scanner, if there is one, look through it. When it fails, what was written is left to
// the sweep. Faults: too big, empty.
func SealFile(ctx context.Context, blobs blob.Place, scanner *clamd.Scanner, name string, limit int64, r io.Reader) (seal.Manifest, error) {
	m, err := SealRecord(ctx, blobs, scanner, name, limit, r)
	if err == nil && m.Size == 0 { // the sweep finds its part
		err = fault.New(fault.Invalid, "error.file-empty").With("name", SafeName(name))
	}
	return m, err
}

// SealRecord is SealFile for what is kept as it is, also where nothing is in it.
func SealRecord(ctx context.Context, blobs blob.Place, scanner *clamd.Scanner, name string, limit int64, r io.Reader) (seal.Manifest, error) {
	name = SafeName(name)
	head := make([]byte, sniffBytes)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return seal.Manifest{}, fmt.Errorf("receive file: %w", err)
	}
	head = head[:n]
	sink := &parts{ctx: ctx, blobs: blobs}
	defer sink.wait() //nolint:errcheck // asked for below; after another failure nothing more is to be said
	w := seal.NewFileWriter(sink.next)
	size, err := io.Copy(w, io.LimitReader(io.MultiReader(strings.NewReader(string(head)), r), limit+1))
	if err != nil {
		return seal.Manifest{}, errors.Join(fmt.Errorf("receive file: %w", err), w.Abort())
	}
	if size > limit {
		tooBig := fault.New(fault.Invalid, "error.file-too-big").With("name", name).With("max", megabytes(limit))
		if err := w.Abort(); err != nil {
			return seal.Manifest{}, fmt.Errorf("%w: %w", tooBig, err)
		}
		return seal.Manifest{}, tooBig
	}
	if err := errors.Join(w.Close(), sink.wait()); err != nil {
		return seal.Manifest{}, fmt.Errorf("seal file: %w", err)
	}
	m := w.Manifest()
	m.Name, m.Type = name, contentType(head)
	m.Scan = LookThrough(ctx, scanner, blobs, m).String()
	return m, nil
}

func megabytes(n int64) string { return fmt.Sprintf("%d MB", n>>20) }

func contentType(head []byte) string {
	if t := mimetype.Detect(head); t != nil {
		return t.String()
	}
	return http.DetectContentType(head)
}

// PlainName keeps a file's name from leading anywhere when it is unpacked.
func PlainName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 100 {
		s = string(r[len(r)-100:])
	}
	return strings.TrimLeft(s, ". ")
}

// SafeName keeps the last element of a name that a browser or a mail sent, without
// control characters and of at most 200 bytes; letters of any script stay as they
// are.
func SafeName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "\uFFFD"), "\\", "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf) {
			return -1
		}
		return r
	}, name)
	name = strings.TrimSpace(name)
	if len(name) > 200 {
		ext := path.Ext(name)
		if len(ext) > 20 {
			ext = ""
		}
		name = strings.ToValidUTF8(name[:200-len(ext)], "") + ext
	}
	if name == "" || name == "." || name == ".." || name == "/" {
		return "file"
	}
	return name
}

// HoldBlobs keeps the blobs of a file alive for their owner.
func HoldBlobs(tx *store.Tx, m seal.Manifest, kind, owner, object string) error {
	for _, p := range m.Parts {
		if err := tx.InsertBlobRef(store.BlobRef{Name: p.Blob, OwnerKind: kind, Owner: owner, Object: object, Size: p.SealedSize}); err != nil {
			return fmt.Errorf("keep blob: %w", err)
		}
	}
	return nil
}

// OpenFile streams the content of a sealed file; every part is checked before its
// first byte leaves.
func OpenFile(ctx context.Context, blobs blob.Place, m seal.Manifest) io.Reader {
	return m.Open(func(name string) (io.ReadCloser, error) { return blobs.Open(ctx, name) })
}

// SeekFile is OpenFile for whoever goes back and forth in a file, such as a player; only
// the parts that are read are fetched.
func SeekFile(ctx context.Context, blobs blob.Place, m seal.Manifest) io.ReadSeeker {
	return &seeker{ctx: ctx, blobs: blobs, m: m}
}

type seeker struct {
	ctx   context.Context //nolint:containedctx // ends with the request that plays the file
	blobs blob.Place
	m     seal.Manifest
	at    int64
	r     io.Reader // from at on; nil: not opened yet
}

// Read reads from where Seek led.
func (s *seeker) Read(p []byte) (int, error) {
	if s.r == nil {
		s.r = s.m.OpenRange(func(name string) (io.ReadCloser, error) { return s.blobs.Open(s.ctx, name) }, s.at, max(0, s.m.Size-s.at))
	}
	n, err := s.r.Read(p)
	s.at += int64(n)
	return n, err
}

var errSeek = errors.New("custody: seek before the file")

// Seek fetches nothing.
func (s *seeker) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += s.m.Size
	}
	if offset < 0 {
		return 0, errSeek
	}
	if offset != s.at {
		s.at, s.r = offset, nil
	}
	return offset, nil
}
