// Package blob keeps sealed attachments outside the database. It sees sealed bytes
// only and never a name, size or type that a person gave. A blob, once committed,
// is whole, durable and never changes. It must never make a blob visible before
// all of it is kept, nor reach outside its folder or the prefix of its bucket. It fails with ErrMissing
// where there is no such blob, with fault.ErrFull where the disk has no room, with
// fault.ErrDown where it fails to write or the bucket is out of reach, with the error
// of the context, and otherwise with the file system's.
package blob

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"klankbord/internal/ident"
)

// ErrMissing is returned by Open for a blob that does not exist.
var ErrMissing = errors.New("blob does not exist")

const (
	folderMode = 0o700
	fileMode   = 0o600
	unfinished = ".part" // ends the name of a file that is still written
)

// Folder keeps blobs as files in up to 256 subfolders. Safe for concurrent use, by
// several processes too.
type Folder struct {
	root  *os.Root
	spare int64 // bytes of the disk that no blob may take; set before use

	mu      sync.Mutex
	durable map[string]bool // subfolders of which this process knows it; guarded by mu
}

// NewFolder opens the folder at dir, made when missing, for its owner only.
func NewFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return nil, fmt.Errorf("make folder for blobs: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open folder for blobs: %w", err)
	}
	f := &Folder{root: root, durable: map[string]bool{}}
	above, err := os.Open(filepath.Dir(filepath.Clean(dir)))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the folder above the blobs: %w", err), root.Close())
	}
	if err := errors.Join(f.sync("."), above.Sync(), above.Close()); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return f, nil
}

// OpenFolder opens a folder that is there, such as that of a backup, and changes
// nothing in it.
func OpenFolder(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open folder of blobs: %w", err)
	}
	return &Folder{root: root, durable: map[string]bool{}}, nil
}

// Size is how many bytes a blob has; ErrMissing where there is none.
func (f *Folder) Size(ctx context.Context, name string) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	at, ok := file(name)
	if !ok {
		return 0, fmt.Errorf("size of blob %q: %w", name, ErrMissing)
	}
	info, err := f.root.Stat(at)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("size of blob %s: %w", name, ErrMissing)
	}
	if err != nil {
		return 0, fmt.Errorf("size of blob: %w", err)
	}
	return info.Size(), nil
}

// needs makes the subfolder where it is missing, and durable. Each process does so before its
// first upload into one: that it is there does not say that whoever made it got so far.
func (f *Folder) needs(sub string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.durable[sub] {
		return nil
	}
	if err := f.root.Mkdir(sub, folderMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make folder for blobs: %w", full(err))
	}
	if err := f.sync("."); err != nil {
		return full(err)
	}
	f.durable[sub] = true
	return nil
}

// Close gives the folder back. Uploads and readers that are open stay usable.
func (f *Folder) Close() error { return f.root.Close() }

// file is where the blob of a name lies. Only names made by ident pass, so that
// no name, wherever it comes from, leads elsewhere.
func file(name string) (string, bool) {
	if !ident.Valid(name) {
		return "", false
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))                                       // never fails
	return path.Join(fmt.Sprintf("%02x", byte(h.Sum32())), name), true //nolint:gosec // one byte of a hash
}

// Open returns a reader of the blob, which the caller closes. Reading fails once
// ctx ends.
func (f *Folder) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	at, ok := file(name)
	if !ok {
		return nil, fmt.Errorf("open blob %q: %w", name, ErrMissing)
	}
	r, err := f.root.Open(at)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open blob %s: %w", name, ErrMissing)
	}
	if err != nil {
		return nil, fmt.Errorf("open blob: %w", err)
	}
	return &reader{ctx, r}, nil
}

type reader struct {
	ctx  context.Context
	file *os.File
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.file.Read(p)
}

func (r *reader) Close() error { return r.file.Close() }

// Delete removes a blob, or what is left of an upload of that name, durably. That
// there is none is no error, so that an erasure can be repeated.
func (f *Folder) Delete(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	at, ok := file(name)
	if !ok {
		return nil
	}
	for _, victim := range []string{at, at + unfinished} {
		if err := f.root.Remove(victim); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("delete blob: %w", err)
		}
	}
	// Also where nothing was found: a process killed here before may not have got to it.
	return gone(f.sync(path.Dir(at)))
}

// List calls each for every blob, and for every upload that was neither committed
// nor aborted, under the name that Delete takes. modified is when it was last
// written. It ends with the first error of each.
func (f *Folder) List(ctx context.Context, each func(name string, size int64, modified time.Time) error) error {
	return fs.WalkDir(f.root.FS(), ".", func(at string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || entry.IsDir() {
			return gone(err)
		}
		name := strings.TrimSuffix(path.Base(at), unfinished)
		if want, ok := file(name); !ok || want != strings.TrimSuffix(at, unfinished) {
			return nil // not ours: nothing to sweep
		}
		info, err := entry.Info()
		if err != nil {
			return gone(err)
		}
		return each(name, info.Size(), info.ModTime())
	})
}

// gone forgives what is not there: deleted, committed while we looked, or never made.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// sync makes the entries of a folder durable.
func (f *Folder) sync(dir string) error {
	d, err := f.root.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder of blobs: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync folder of blobs: %w", err)
	}
	return nil
}
