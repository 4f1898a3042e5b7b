package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"klankbord/internal/blob"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Content tells what an archive holds, read to its end.
type Content struct {
	Instance, Program string
	Made              time.Time
	Rows              int64
	Files             []string
	Missing           []string // of these, that are not on the shelf
}

// Look reads an archive to its end and writes nothing. It fails with ErrArchive where it
// is not whole, and with seal.ErrOpen for another identity's.
func Look(ctx context.Context, shelf Shelf, archive string, id seal.BackupIdentity) (c *Content, err error) {
	a, closer, err := open(ctx, shelf, archive, id)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closer.Close()) }()
	if c, err = readAll(a); err != nil {
		return nil, err
	}
	c.Missing, err = absent(ctx, shelf, c.Files)
	return c, err
}

// readAll reads to the end and keeps the names of files.
func readAll(a *reader) (*Content, error) {
	for _, err := a.Next(); !errors.Is(err, io.EOF); _, err = a.Next() {
		for err == nil {
			_, err = a.Row()
		}
		if !errors.Is(err, io.EOF) {
			return nil, err
		}
	}
	c := &Content{Instance: a.head.Instance, Program: a.head.Program, Made: a.head.Made}
	name, err := a.file()
	for ; err == nil; name, err = a.file() {
		c.Files = append(c.Files, name)
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	c.Rows = a.rows
	return c, nil
}

func absent(ctx context.Context, shelf Shelf, files []string) (missing []string, err error) {
	there := map[string]bool{}
	err = shelf.List(ctx, func(i Item) error {
		there[i.Name] = i.Size > 0
		return nil
	})
	for _, f := range files {
		if !there[fileName(f)] {
			missing = append(missing, f)
		}
	}
	return missing, err
}

func open(ctx context.Context, shelf Shelf, archive string, id seal.BackupIdentity) (*reader, io.Closer, error) {
	sealed, err := shelf.Open(ctx, archive)
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", archive, err)
	}
	plain, err := id.Open(sealed)
	if err == nil {
		var a *reader
		if a, err = newReader(plain); err == nil {
			return a, sealed, nil
		}
	}
	return nil, nil, errors.Join(fmt.Errorf("open %s: %w", archive, err), sealed.Close())
}

// Restore makes of an archive an instance in a database and a folder that hold none. It
// reads the archive to its end before it writes anything. It fails with store.ErrNotEmpty,
// ErrArchive and seal.ErrOpen. Files that are missing on the shelf are told, and the rest
// is restored.
func Restore(ctx context.Context, shelf Shelf, archive string, id seal.BackupIdentity, into *store.Store, blobs blob.Place) (c *Content, err error) {
	if c, err = Look(ctx, shelf, archive, id); err != nil {
		return nil, err
	}
	var closers []io.Closer
	defer func() {
		for _, opened := range closers {
			err = errors.Join(err, opened.Close())
		}
	}()
	err = into.Fill(ctx, func() (store.Dumped, error) {
		a, closer, err := open(ctx, shelf, archive, id)
		if err != nil {
			return nil, err
		}
		closers = append(closers, closer)
		return a, nil
	})
	if err != nil {
		return nil, err
	}
	missing := map[string]bool{}
	for _, name := range c.Missing {
		missing[name] = true
	}
	for _, name := range c.Files {
		if missing[name] {
			continue
		}
		if err := bring(ctx, shelf, name, id, blobs); err != nil {
			return nil, fmt.Errorf("restore sealed file %s: %w", name, err)
		}
	}
	return c, nil
}

func bring(ctx context.Context, shelf Shelf, name string, id seal.BackupIdentity, blobs blob.Place) (err error) {
	sealed, err := shelf.Open(ctx, fileName(name))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sealed.Close()) }()
	plain, err := id.Open(sealed)
	if err != nil {
		return err
	}
	u, err := blobs.CreateAs(ctx, name)
	if err != nil {
		return err
	}
	defer u.Abort()
	if _, err := io.Copy(u, plain); err != nil {
		return err
	}
	return u.Commit()
}
