package blob

import (
	"context"
	"io"
	"time"
)

// Place keeps blobs: a Folder or a Bucket. Safe for concurrent use, by several processes
// too.
type Place interface {
	// Create begins a blob under a fresh random name. Writing fails once ctx ends.
	Create(ctx context.Context) (Upload, error)
	// CreateAs is Create under the name that a blob has in the place out of which it comes.
	CreateAs(ctx context.Context, name string) (Upload, error)
	// Open returns a reader of the blob, which the caller closes.
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	// Size is how many bytes a blob has; ErrMissing where there is none.
	Size(ctx context.Context, name string) (int64, error)
	// Delete removes a blob with all its versions, durably. That there is none is no error.
	Delete(ctx context.Context, name string) error
	// List calls each for every blob, and for what is left of one that was begun.
	List(ctx context.Context, each func(name string, size int64, modified time.Time) error) error
	// Room fails with fault.ErrFull where no blob may begin.
	Room() error
	// Free is how many bytes of the disk on which blobs are written are free; known is
	// false where the system does not tell.
	Free() (bytes int64, known bool, err error)
	// Close gives back what it holds. Uploads and readers that are open stay usable.
	Close() error
}

// Upload is a blob being written, by one goroutine. It ends with Commit or Abort;
// Abort after Commit does nothing, so that it can be deferred.
type Upload interface {
	io.Writer
	// Name is the name under which the blob can be opened after Commit.
	Name() string
	// Commit makes the blob durable and then visible. After an error there may be a blob
	// that nothing refers to, which List finds.
	Commit() error
	// Abort ends the upload and removes what was written.
	Abort()
}
