package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Folder is a shelf in a folder, such as a disk of another machine that is mounted there.
type Folder struct{ root *os.Root }

const (
	folderMode = 0o700
	fileMode   = 0o600
	unfinished = ".part"
)

// OpenFolder opens a folder that is there: one that is made when missing would hide that
// a disk is not mounted.
func OpenFolder(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open folder of backups: %w", err)
	}
	return &Folder{root}, nil
}

// Close gives the folder back.
func (f *Folder) Close() error { return f.root.Close() }

// Put writes beside where it will lie, and makes it seen once all of it is on the disk.
func (f *Folder) Put(ctx context.Context, name string, write func(io.Writer) error) (err error) {
	dir := path.Dir(name)
	if err := f.root.Mkdir(dir, folderMode); err != nil && !errors.Is(err, fs.ErrExist) && dir != "." {
		return fmt.Errorf("make folder of backups: %w", err)
	}
	w, err := f.root.OpenFile(name+unfinished, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode)
	if err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	if err := errors.Join(write(&bound{ctx, w}), ctx.Err()); err != nil {
		return errors.Join(err, w.Close(), f.root.Remove(name+unfinished))
	}
	if err := errors.Join(w.Sync(), w.Close()); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	if err := f.root.Rename(name+unfinished, name); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	return errors.Join(f.sync(dir), f.sync("."))
}

// bound ends writing with its context.
type bound struct {
	ctx context.Context //nolint:containedctx // of one Put
	w   io.Writer
}

func (b *bound) Write(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return b.w.Write(p)
}

// Open reads what was put; ErrMissing.
func (f *Folder) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r, err := f.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrMissing
	}
	if err != nil {
		return nil, fmt.Errorf("read backup: %w", err)
	}
	return r, nil
}

// Delete removes what was put; that there is nothing is no error.
func (f *Folder) Delete(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove backup: %w", err)
	}
	return f.sync(path.Dir(name))
}

// List calls each for all that was put; what was not finished is not among it.
func (f *Folder) List(ctx context.Context, each func(Item) error) error {
	return fs.WalkDir(f.root.FS(), ".", func(at string, entry fs.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err != nil || entry.IsDir() || strings.HasSuffix(at, unfinished) {
			return gone(err)
		}
		info, err := entry.Info()
		if err != nil {
			return gone(err)
		}
		return each(Item{at, info.Size()})
	})
}

// Sweep removes what was begun and never whole; nobody may be writing.
func (f *Folder) Sweep(ctx context.Context) error {
	var parts []string
	err := fs.WalkDir(f.root.FS(), ".", func(at string, entry fs.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err == nil && !entry.IsDir() && strings.HasSuffix(at, unfinished) {
			parts = append(parts, at)
		}
		return gone(err)
	})
	for _, at := range parts {
		err = errors.Join(err, f.root.Remove(at))
	}
	if err != nil {
		return fmt.Errorf("remove an unfinished backup: %w", err)
	}
	return nil
}

// gone forgives what was removed while we looked.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (f *Folder) sync(dir string) error {
	d, err := f.root.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sync folder of backups: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync folder of backups: %w", err)
	}
	return nil
}
