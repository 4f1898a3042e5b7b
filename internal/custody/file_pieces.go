package custody

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"klankbord/internal/blob"
	"klankbord/internal/clamd"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/store"
)

// UploadLife is how long an upload waits for its next bytes, and how long it is known
// that it is whole.
const UploadLife = 24 * time.Hour

// From the 256th part on a piece that broke off is kept only if it has 128 KiB, so that a
// file never falls into more parts than a thousand or so.
const (
	manyParts  = 256
	leastPiece = 128 << 10
)

// ErrOffset tells that bytes were sent that do not follow those which are here.
var ErrOffset = errors.New("custody: bytes that do not follow those that are here")

// Pieces takes files that come in pieces: each piece is sealed and durable before it is
// counted, and the next one may come in another request, to another process. The
// manifest of what is here is kept sealed under a key of the person who sends it.
type Pieces struct {
	Store *store.Store
	Blobs blob.Place
	Kind  string // of who owns the parts: draft, mailbox, desk
	Owner string // whose they are
	Key   PieceKey
	At    seal.Context // instance and case; on the desk what else they are bound to
	Bytes int64        // the most of a file
	Files int          // the most at once
	// Scanner looks through a file that is whole; nil: nobody does.
	Scanner *clamd.Scanner
	// May is asked in every transaction that keeps anything; nil: nobody can have lost it.
	May func(*store.Tx) error
	// Loose says that a whole file belongs to nothing until it is taken, with which its upload
	// ends: given up before, it goes.
	Loose bool
}

// PieceKey seals how far a file has come: the key of a draft, of a browser, or of a case.
type PieceKey interface {
	Seal(at seal.Context, plain []byte) seal.Box
	Open(at seal.Context, box seal.Box) ([]byte, error)
}

// Arriving is a file of which a part is here.
type Arriving struct {
	ID       string
	Size     int64 // of the whole, in bytes
	Received int64 // that are here, durable
	Expires  time.Time

	row      store.Upload
	manifest seal.Manifest
}

// Whole reports whether all of it is here, and gives its manifest then.
func (a *Arriving) Whole() (seal.Manifest, bool) { return a.manifest, a.manifest.Complete }

// Begin makes room for a file. Faults: empty, too big, too many.
func (p Pieces) Begin(ctx context.Context, name string, size int64) (*Arriving, error) {
	name = SafeName(name)
	switch {
	case size < 1:
		return nil, fault.New(fault.Invalid, "error.file-empty").With("name", name)
	case size > p.Bytes:
		return nil, fault.New(fault.Invalid, "error.file-too-big").With("name", name).With("max", megabytes(p.Bytes))
	}
	if err := p.Blobs.Room(); err != nil {
		return nil, err
	}
	m := seal.Manifest{Name: name}
	row := store.Upload{ID: ident.New(), Owner: p.Owner, Size: size, Expires: p.Store.Now().Add(UploadLife)}
	row.Box = p.Key.Seal(p.context(row), m.Encode())
	err := p.write(ctx, func(tx *store.Tx) error {
		n, err := tx.Uploads(p.Owner)
		if err == nil && n >= 2*p.Files { // some may have been given up
			err = fault.New(fault.Limit, "error.file-too-many").With("max", strconv.Itoa(p.Files))
		}
		if err != nil {
			return err
		}
		return tx.InsertUpload(row)
	})
	if err != nil {
		return nil, fmt.Errorf("begin upload: %w", err)
	}
	return &Arriving{ID: row.ID, Size: size, Expires: row.Expires, row: row, manifest: m}, nil
}

// write is a transaction of whoever may still send files.
func (p Pieces) write(ctx context.Context, fn func(*store.Tx) error) error {
	return p.Store.Write(ctx, func(tx *store.Tx) error {
		if p.May != nil {
			if err := p.May(tx); err != nil {
				return err
			}
		}
		return fn(tx)
	})
}

// Find reads how far a file has come; fault.ErrNotFound where there is none of this
// owner.
func (p Pieces) Find(ctx context.Context, id string) (*Arriving, error) {
	var row store.Upload
	err := p.Store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Upload(p.Owner, id)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return nil, fault.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	plain, err := p.Key.Open(p.context(row), row.Box)
	if err != nil {
		return nil, fault.ErrNotFound
	}
	m, err := seal.DecodeManifest(bytes.Clone(plain))
	if err != nil || m.Size != row.Received || m.Complete != (row.Received == row.Size) {
		return nil, fault.ErrNotFound
	}
	return &Arriving{ID: row.ID, Size: row.Size, Received: row.Received, Expires: row.Expires, row: row, manifest: m}, nil
}

// Append takes the bytes that follow, as far as they come, and counts them in a. What
// came before the body broke off is kept. When the whole is here, whole runs in the
// transaction that counts the last piece, unless it is nil. ErrOffset: they do not follow, or somebody else
// was faster.
func (p Pieces) Append(ctx context.Context, a *Arriving, offset int64, body io.Reader, whole func(*store.Tx, seal.Manifest) error) error {
	if offset != a.Received {
		return ErrOffset
	}
	from := &source{r: body}
	for a.Received < a.Size && from.err == nil {
		// What has come is kept although whoever sent it is gone.
		if err := p.piece(context.WithoutCancel(ctx), a, from, whole); err != nil {
			return err
		}
	}
	if from.err != nil && !errors.Is(from.err, io.EOF) {
		return fmt.Errorf("receive piece of file: %w", from.err)
	}
	return nil
}

// source remembers why it ended.
type source struct {
	r   io.Reader
	err error
}

// Read ends like a file wherever the body ends.
func (s *source) Read(b []byte) (int, error) {
	if s.err != nil {
		return 0, io.EOF
	}
	n, err := s.r.Read(b)
	if err != nil {
		s.err = err
		err = io.EOF
	}
	return n, err
}

// piece seals at most one part, makes it durable, and counts it.
func (p Pieces) piece(ctx context.Context, a *Arriving, from *source, whole func(*store.Tx, seal.Manifest) error) error {
	sink := &parts{ctx: ctx, blobs: p.Blobs}
	defer sink.wait() //nolint:errcheck // asked for below; after another failure nothing more is to be said
	w, err := seal.ResumeFileWriter(a.manifest, sink.next)
	if err != nil {
		return fmt.Errorf("go on with upload: %w", err)
	}
	head := &bytes.Buffer{}
	most := min(seal.PartSize, a.Size-a.Received)
	n, err := io.Copy(w, io.TeeReader(io.LimitReader(from, most), &prefix{head}))
	if err != nil {
		return errors.Join(fmt.Errorf("seal piece of file: %w", err), w.Abort())
	}
	if n == 0 || n < leastPiece && n < most && len(a.manifest.Parts) >= manyParts {
		return w.Abort()
	}
	end := w.Cut
	if a.Received+n == a.Size {
		end = w.Close
	}
	if err := errors.Join(end(), sink.wait()); err != nil {
		return fmt.Errorf("seal piece of file: %w", err)
	}
	m := w.Manifest()
	m.Name, m.Type = a.manifest.Name, a.manifest.Type
	if a.Received == 0 {
		m.Type = contentType(head.Bytes())
	}
	if m.Complete {
		m.Scan = LookThrough(ctx, p.Scanner, p.Blobs, m).String()
	}
	return p.keep(ctx, a, m, whole)
}

// prefix keeps the first bytes, from which the type is recognised.
type prefix struct{ *bytes.Buffer }

// Write never fails.
func (p *prefix) Write(b []byte) (int, error) {
	if left := sniffBytes - p.Len(); left > 0 {
		p.Buffer.Write(b[:min(left, len(b))])
	}
	return len(b), nil
}

// keep counts a part that is durable.
func (p Pieces) keep(ctx context.Context, a *Arriving, m seal.Manifest, whole func(*store.Tx, seal.Manifest) error) error {
	next := a.row
	next.Received, next.Revision, next.Expires = m.Size, a.row.Revision+1, p.Store.Now().Add(UploadLife)
	next.Box = p.Key.Seal(p.context(next), m.Encode())
	err := p.write(ctx, func(tx *store.Tx) error {
		if err := tx.ContinueUpload(a.row, next); err != nil {
			return err
		}
		part := m
		part.Parts = m.Parts[len(a.manifest.Parts):]
		if err := HoldBlobs(tx, part, p.Kind, p.Owner, a.ID); err != nil || !m.Complete || whole == nil {
			return err
		}
		return whole(tx, m)
	})
	if errors.Is(err, store.ErrStale) || sqldb.IsUnique(err) {
		return ErrOffset
	}
	if err != nil {
		return fmt.Errorf("keep piece of file: %w", err)
	}
	a.row, a.manifest, a.Received, a.Expires = next, m, m.Size, next.Expires
	return nil
}

// Drop forgets an upload that did not become a file; one that is gone is no error.
func (p Pieces) Drop(ctx context.Context, a *Arriving) error {
	err := p.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Upload(p.Owner, a.ID); err != nil {
			if errors.Is(err, store.ErrNone) { // taken, or past its time
				return nil
			}
			return err
		}
		if !a.manifest.Complete || p.Loose {
			if err := tx.DeleteBlobRefs(p.Kind, p.Owner, a.ID); err != nil {
				return err
			}
		}
		return tx.DeleteUpload(p.Owner, a.ID)
	})
	if err != nil {
		return fmt.Errorf("drop upload: %w", err)
	}
	return nil
}

func (p Pieces) context(u store.Upload) seal.Context {
	c := p.At
	c.Kind += "upload"
	c.Object, c.Revision = u.ID+"/"+strconv.FormatInt(u.Size, 10), uint64(u.Revision) //nolint:gosec // never negative
	return c
}
