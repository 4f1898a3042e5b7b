package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"klankbord/internal/bucket"
	"klankbord/internal/ident"
)

// under is what the name of every blob in a bucket begins with.
const under = "blobs/"

// Bucket keeps blobs as objects. What is written waits, sealed, in files without a name on
// this machine's disk until it is whole: the bucket gets it at once or not at all, and an
// attempt that failed can be made again.
type Bucket struct {
	to    *bucket.Bucket
	wait  *os.Root
	spare int64
}

// NewBucket keeps blobs in a bucket; those that are written wait in the folder dir, made
// when missing. Spare bytes of its disk are kept free.
func NewBucket(to *bucket.Bucket, dir string, spare int64) (*Bucket, error) {
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return nil, fmt.Errorf("make folder for uploads: %w", err)
	}
	wait, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open folder for uploads: %w", err)
	}
	return &Bucket{to: to, wait: wait, spare: spare}, nil
}

// ReadBucket only reads blobs of a bucket.
func ReadBucket(to *bucket.Bucket) *Bucket { return &Bucket{to: to} }

// Close gives folder and connections back.
func (b *Bucket) Close() error {
	err := b.to.Close()
	if b.wait != nil {
		err = errors.Join(err, b.wait.Close())
	}
	return err
}

// Try tells whether blobs can be kept there; see bucket.Bucket.
func (b *Bucket) Try(ctx context.Context) error { return b.to.Try(ctx) }

// String names the bucket.
func (b *Bucket) String() string { return b.to.String() }

// Free is the room on this machine's disk: a bucket does not tell of its own.
func (b *Bucket) Free() (bytes int64, known bool, err error) { return freeIn(b.wait) }

// Room fails with fault.ErrFull when no more than the spare bytes are free here.
func (b *Bucket) Room() error { return room(b.wait, b.spare) }

// Size is how many bytes a blob has; ErrMissing where there is none.
func (b *Bucket) Size(ctx context.Context, name string) (int64, error) {
	if !ident.Valid(name) {
		return 0, fmt.Errorf("size of blob %q: %w", name, ErrMissing)
	}
	n, err := b.to.Size(ctx, under+name)
	return n, missing(err)
}

// Open reads a blob.
func (b *Bucket) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !ident.Valid(name) {
		return nil, fmt.Errorf("open blob %q: %w", name, ErrMissing)
	}
	r, err := b.to.Open(ctx, under+name)
	if err != nil {
		return nil, missing(err)
	}
	return r, nil
}

func missing(err error) error {
	if errors.Is(err, bucket.ErrMissing) {
		return fmt.Errorf("%w: %w", ErrMissing, err)
	}
	return err
}

// Delete removes a blob with all its versions.
func (b *Bucket) Delete(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !ident.Valid(name) {
		return nil
	}
	return b.to.Delete(ctx, under+name)
}

// List calls each for every blob.
func (b *Bucket) List(ctx context.Context, each func(name string, size int64, modified time.Time) error) error {
	return b.to.List(ctx, under, func(i bucket.Item) error {
		name := strings.TrimPrefix(i.Name, under)
		if !ident.Valid(name) {
			return nil // not ours: nothing to sweep
		}
		return each(name, i.Size, i.Modified)
	})
}

// Create begins a blob under a fresh random name.
func (b *Bucket) Create(ctx context.Context) (Upload, error) { return b.CreateAs(ctx, ident.New()) }

// CreateAs is Create under a name that is given. To write a blob again that is there, with
// the same bytes, is no error; with others it is.
func (b *Bucket) CreateAs(ctx context.Context, name string) (Upload, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := b.Room(); err != nil {
		return nil, err
	}
	if !ident.Valid(name) {
		return nil, fmt.Errorf("create blob: name %q", name)
	}
	at := ident.New()
	f, err := b.wait.OpenFile(at, os.O_RDWR|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return nil, fmt.Errorf("create blob: %w", full(err))
	}
	// From now on it has no name: it goes with the process, however that ends.
	if err := b.wait.Remove(at); err != nil {
		return nil, errors.Join(fmt.Errorf("create blob: %w", full(err)), f.Close())
	}
	return &bucketUpload{ctx: ctx, to: b.to, name: name, file: f}, nil
}

// bucketUpload is an Upload into a bucket.
type bucketUpload struct {
	ctx    context.Context //nolint:containedctx // of one upload
	to     *bucket.Bucket
	name   string
	file   *os.File // nil once ended
	size   int64
	failed error // of the first Write that failed; then nothing commits
}

// Name is the name under which the blob can be opened after Commit.
func (u *bucketUpload) Name() string { return u.name }

// Write appends sealed bytes.
func (u *bucketUpload) Write(p []byte) (int, error) {
	if u.file == nil {
		return 0, errEnded
	}
	if u.failed == nil {
		u.failed = u.ctx.Err()
	}
	if u.failed != nil {
		return 0, u.failed
	}
	n, err := u.file.Write(p)
	u.size += int64(n)
	u.failed = full(err)
	return n, u.failed
}

// Commit sends the blob.
func (u *bucketUpload) Commit() error {
	if u.file == nil {
		return errEnded
	}
	defer u.Abort()
	err := u.failed
	if err == nil {
		err = u.ctx.Err()
	}
	if err == nil {
		_, err = u.file.Seek(0, io.SeekStart)
	}
	if err == nil {
		err = u.to.Create(u.ctx, under+u.name, u.file, u.size)
	}
	if err != nil {
		return fmt.Errorf("commit blob: %w", full(err))
	}
	return nil
}

// Abort lets go of what was written.
func (u *bucketUpload) Abort() {
	if u.file != nil {
		_ = u.file.Close() // it has no name any more
		u.file = nil
	}
}
