package backup

import (
	"context"
	"errors"
	"fmt"
	"io"

	"klankbord/internal/bucket"
)

// Bucket is a shelf in an S3-compatible bucket.
type Bucket struct{ at *bucket.Bucket }

// OpenShelf opens the shelf of a setting: the address of a bucket, which is not asked yet,
// or a folder that is there.
func OpenShelf(at string) (Shelf, error) {
	if !bucket.IsAddress(at) {
		folder, err := OpenFolder(at)
		if err != nil {
			return nil, err
		}
		return folder, nil
	}
	address, err := bucket.ParseAddress(at)
	if err != nil {
		return nil, fmt.Errorf("bucket for backups: %w", err)
	}
	b, err := bucket.Open(address, bucket.DefaultLimits())
	if err != nil {
		return nil, err
	}
	return &Bucket{b}, nil
}

// Close gives the connections back.
func (b *Bucket) Close() error { return b.at.Close() }

// String names the bucket.
func (b *Bucket) String() string { return b.at.String() }

// Try tells whether backups can be kept there.
func (b *Bucket) Try(ctx context.Context) error { return b.at.Try(ctx) }

// Put is seen once all of it is there.
func (b *Bucket) Put(ctx context.Context, name string, write func(io.Writer) error) error {
	return b.at.Put(ctx, name, write)
}

// Open reads what was put; ErrMissing.
func (b *Bucket) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	r, err := b.at.Open(ctx, name)
	if errors.Is(err, bucket.ErrMissing) {
		return nil, ErrMissing
	}
	return r, err
}

// Delete removes what was put, with all its versions.
func (b *Bucket) Delete(ctx context.Context, name string) error { return b.at.Delete(ctx, name) }

// List calls each for all that was put.
func (b *Bucket) List(ctx context.Context, each func(Item) error) error {
	return b.at.List(ctx, "", func(i bucket.Item) error { return each(Item{i.Name, i.Size}) })
}

// Sweep removes what was begun and never whole; nobody may be writing.
func (b *Bucket) Sweep(ctx context.Context) error { return b.at.Sweep(ctx) }
