package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"klankbord/internal/blob"
	"klankbord/internal/bucket"
	"klankbord/internal/config"
)

// openBlobs opens where the sealed files of the settings lie. A bucket is not asked yet.
func openBlobs(c config.Config) (blob.Place, error) {
	if c.Bucket == "" {
		folder, err := blob.NewFolder(filepath.Join(c.State, "blobs"))
		if err != nil {
			return nil, err
		}
		folder.Spare(c.MinFreeMB << 20)
		return folder, nil
	}
	to, err := openBucket(c.Bucket)
	if err != nil {
		return nil, err
	}
	b, err := blob.NewBucket(to, filepath.Join(c.State, "uploads"), c.MinFreeMB<<20)
	if err != nil {
		return nil, errors.Join(err, to.Close())
	}
	return b, nil
}

func openBucket(address string) (*bucket.Bucket, error) {
	at, err := bucket.ParseAddress(address)
	if err != nil {
		return nil, fmt.Errorf("bucket: %w", err)
	}
	return bucket.Open(at, bucket.DefaultLimits())
}

// tryBlobs refuses a bucket that does not do what is asked of it.
func tryBlobs(ctx context.Context, p blob.Place) error {
	if b, ok := p.(*blob.Bucket); ok {
		return b.Try(ctx)
	}
	return nil // the folder was made, or opened, and synced
}

// examineBucket says whether the bucket does what is asked of it.
func (a *App) examineBucket(ctx context.Context) []Finding {
	if a.Config.Bucket == "" {
		return nil
	}
	if err := tryBlobs(ctx, a.Blobs); err != nil {
		return []Finding{{true, "sealed files cannot be kept: " + err.Error(), "see whether the bucket is there and reachable, whether its key may read, write, list and delete in it, and whether its server knows If-None-Match"}}
	}
	return []Finding{{What: "sealed files are kept in a bucket that takes, gives, lists and deletes, and overwrites nothing"}}
}

// BlobsOf is where the sealed files of the settings lie: a bucket, or the folder in the
// state folder; empty when there is none.
func BlobsOf(c config.Config) string {
	if c.Bucket != "" {
		return c.Bucket
	}
	dir := filepath.Join(c.State, "blobs")
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return dir
}

// sameBucket reports whether sealed files of two would lie below one prefix.
func sameBucket(one, other string) bool {
	if one == "" || other == "" {
		return false
	}
	a, err1 := bucket.ParseAddress(one)
	b, err2 := bucket.ParseAddress(other)
	return err1 == nil && err2 == nil && a.String() == b.String()
}
