package bucket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/minio/minio-go/v7"

	"klankbord/internal/fault"
)

// Open reads an object, which the caller closes. A stream that breaks off is taken up
// again where it broke, for as many times as the limits say.
func (b *Bucket) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	r := &reader{ctx: ctx, bucket: b, name: name, left: b.limits.Attempts}
	if err := r.open(); err != nil { //nolint:contextcheck // it has the one it was made with
		return nil, err
	}
	return r, nil
}

// reader is an object that is being read, by one goroutine.
type reader struct {
	ctx    context.Context //nolint:containedctx // ends with whoever reads
	bucket *Bucket
	name   string
	etag   string // of what is read; what is written meanwhile is another object
	size   int64
	at     int64
	left   int // attempts
	body   io.ReadCloser
	cancel context.CancelFunc
	pause  *time.Timer // ends a stream that stands still
}

func (r *reader) open() error {
	var o minio.GetObjectOptions
	if r.etag != "" {
		if err := errors.Join(o.SetMatchETag(r.etag), o.SetRange(r.at, 0)); err != nil {
			return fmt.Errorf("read object: %w", err)
		}
	}
	ctx, cancel := context.WithCancel(r.ctx)
	pause := time.AfterFunc(r.bucket.limits.Whole, cancel) // until the answer begins
	body, info, _, err := r.bucket.core.GetObject(ctx, r.bucket.at.Bucket, r.bucket.at.Prefix+r.name, o)
	if err != nil {
		pause.Stop()
		cancel()
		return told(r.ctx, "read object", err)
	}
	if r.etag == "" {
		r.etag, r.size = info.ETag, info.Size
	}
	r.body, r.cancel, r.pause = body, cancel, pause
	return nil
}

// Read ends where the object ends.
func (r *reader) Read(p []byte) (int, error) {
	for {
		if err := r.ctx.Err(); err != nil {
			return 0, err
		}
		if r.at >= r.size {
			return 0, io.EOF
		}
		var err error
		if r.body == nil {
			err = r.open()
		}
		if err == nil {
			var n int
			r.pause.Reset(r.bucket.limits.Pause)
			n, err = r.body.Read(p[:min(int64(len(p)), r.size-r.at)])
			r.pause.Stop()
			r.at += int64(n)
			if n > 0 || err == nil {
				return n, nil // what came with it is met again at the next call
			}
		}
		_ = r.Close() // broken
		if r.left--; r.left < 1 {
			return 0, fmt.Errorf("read object: it broke off at byte %d of %d: %w: %w", r.at, r.size, fault.ErrDown, err)
		}
	}
}

// Close ends reading.
func (r *reader) Close() error {
	if r.body == nil {
		return nil
	}
	r.pause.Stop()
	r.cancel()
	err := r.body.Close()
	r.body = nil
	return err
}

// holds reports whether an object has just these bytes.
func (b *Bucket) holds(ctx context.Context, name string, want io.Reader, size int64) (bool, error) {
	r, err := b.Open(ctx, name)
	if err != nil {
		return false, err
	}
	defer func() { _ = r.Close() }() // was only read
	mine, theirs := make([]byte, 64<<10), make([]byte, 64<<10)
	for at := int64(0); ; {
		n, err := io.ReadFull(want, mine)
		m, err2 := io.ReadFull(r, theirs)
		at += int64(n)
		switch {
		case err2 != nil && !errors.Is(err2, io.EOF) && !errors.Is(err2, io.ErrUnexpectedEOF):
			return false, err2
		case !bytes.Equal(mine[:n], theirs[:m]):
			return false, nil
		case err != nil:
			return at == size, nil
		}
	}
}
