package bucket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"klankbord/internal/fault"
	"klankbord/internal/ident"
)

// Item is an object in a bucket.
type Item struct {
	Name     string // below the prefix
	Size     int64
	Modified time.Time
}

// List calls each for every object whose name begins with prefix, also for one of which
// only older versions are left. It ends with the first error of each.
func (b *Bucket) List(ctx context.Context, prefix string, each func(Item) error) error {
	versions, err := b.versions(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends what lists, when each ends first
	last := ""
	for o := range b.core.ListObjectsIter(ctx, b.at.Bucket, minio.ListObjectsOptions{Prefix: b.at.Prefix + prefix, Recursive: true, WithVersions: versions}) {
		if o.Err != nil {
			return told(ctx, "list objects", o.Err)
		}
		if o.Key == last || strings.HasSuffix(o.Key, "/") { // an older version, or what some servers call a folder
			continue
		}
		last = o.Key
		if err := each(Item{strings.TrimPrefix(o.Key, b.at.Prefix), o.Size, o.LastModified}); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// versions reports whether the bucket keeps, or kept, what was deleted.
func (b *Bucket) versions(ctx context.Context) (bool, error) {
	within, cancel := b.bound(ctx)
	defer cancel()
	v, err := b.core.GetBucketVersioning(within, b.at.Bucket)
	switch code := minio.ToErrorResponse(err).Code; {
	case code == "NotImplemented", code == "VersioningNotConfigured":
		return false, nil // a server that keeps none
	case err != nil:
		return false, told(ctx, "ask for versions", err)
	}
	return v.Status != "", nil
}

// Delete removes an object with all its versions. That there is none is no error.
func (b *Bucket) Delete(ctx context.Context, name string) error {
	versions, err := b.versions(ctx)
	if err != nil {
		return err
	}
	key := b.at.Prefix + name
	if !versions {
		return b.remove(ctx, key, "")
	}
	var ids []string
	within, cancel := b.bound(ctx)
	defer cancel()
	for o := range b.core.ListObjectsIter(within, b.at.Bucket, minio.ListObjectsOptions{Prefix: key, Recursive: true, WithVersions: true}) {
		if o.Err != nil {
			return told(ctx, "list versions", o.Err)
		}
		if o.Key == key {
			ids = append(ids, o.VersionID)
		}
	}
	if err := within.Err(); err != nil {
		return told(ctx, "list versions", err)
	}
	slices.Reverse(ids) // the newest last: until then it is found, and tried again
	for _, id := range ids {
		if err := b.remove(ctx, key, id); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bucket) remove(ctx context.Context, key, version string) error {
	within, cancel := b.bound(ctx)
	defer cancel()
	err := told(ctx, "delete object", b.core.RemoveObject(within, b.at.Bucket, key, minio.RemoveObjectOptions{VersionID: version}))
	if errors.Is(err, ErrMissing) {
		return nil
	}
	return err
}

// Sweep removes objects that were begun and never whole. They are seen nowhere, but cost
// room. Nobody may be writing.
func (b *Bucket) Sweep(ctx context.Context) error {
	within, cancel := b.bound(ctx)
	defer cancel()
	keyMarker, idMarker := "", ""
	for {
		list, err := b.core.ListMultipartUploads(within, b.at.Bucket, b.at.Prefix, keyMarker, idMarker, "", 1000)
		if err != nil {
			return told(ctx, "list what was begun", err)
		}
		for _, u := range list.Uploads {
			err := b.core.AbortMultipartUpload(within, b.at.Bucket, u.Key, u.UploadID)
			if err != nil && minio.ToErrorResponse(err).Code != "NoSuchUpload" {
				return told(ctx, "remove what was begun", err)
			}
		}
		if !list.IsTruncated {
			return nil
		}
		keyMarker, idMarker = list.NextKeyMarker, list.NextUploadIDMarker
	}
}

// errTry tells which promise a bucket does not keep.
var errTry = errors.New("the bucket does not keep what it must")

// Try writes a small object, reads it, tries to overwrite it, and deletes it again: a
// bucket that does any of it otherwise than this package says is not to be used.
func (b *Bucket) Try(ctx context.Context) (err error) {
	name, mine := "try-"+ident.New(), []byte("klankbord\n")
	if err := b.Create(ctx, name, bytes.NewReader(mine), int64(len(mine))); err != nil {
		return fmt.Errorf("write to bucket %s: %w", b, err)
	}
	defer func() {
		if gone := b.Delete(ctx, name); gone != nil {
			err = errors.Join(err, fmt.Errorf("delete from bucket %s: %w", b, gone))
		}
	}()
	other := []byte("overwritten\n")
	if err := b.Create(ctx, name, bytes.NewReader(other), int64(len(other))); !errors.Is(err, ErrThere) {
		return errors.Join(fmt.Errorf("bucket %s overwrites objects: %w", b, errTry), err)
	}
	r, err := b.Open(ctx, name)
	if err != nil {
		return fmt.Errorf("read from bucket %s: %w", b, err)
	}
	got, err := io.ReadAll(io.LimitReader(r, 1<<10))
	if err = errors.Join(err, r.Close()); err != nil {
		return fmt.Errorf("read from bucket %s: %w", b, err)
	}
	if !bytes.Equal(got, mine) {
		return fmt.Errorf("bucket %s gives back other bytes: %w", b, errors.Join(errTry, fault.ErrDown))
	}
	found := false
	err = b.List(ctx, name, func(i Item) error {
		found = found || i.Name == name
		return nil
	})
	if err == nil && !found {
		err = fmt.Errorf("bucket %s does not list what is in it: %w", b, errTry)
	}
	return err
}
