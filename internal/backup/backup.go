// Package backup copies an instance to a shelf outside it and makes an instance of such
// a copy. A copy is one archive of the database at one moment, and beside it each sealed
// file once, however many archives name it. All of it is sealed to a recipient whose
// identity is kept away from the server, so that what makes copies can never read them.
// A copy never holds the key files, and an archive is not seen before all that it names
// is there. It fails with the errors of the shelf, the database and the files.
package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"klankbord/internal/blob"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Shelf is where copies lie: names with bytes. What is put is whole and durable once Put
// returns, or not there at all; putting a name again replaces it.
type Shelf interface {
	Put(ctx context.Context, name string, write func(io.Writer) error) error
	Open(ctx context.Context, name string) (io.ReadCloser, error) // ErrMissing
	Delete(ctx context.Context, name string) error
	List(ctx context.Context, each func(Item) error) error
	Sweep(ctx context.Context) error // removes what was begun and never whole
	Close() error
}

// Item is something on a shelf.
type Item struct {
	Name string
	Size int64
}

// ErrMissing means that a shelf does not have what was asked of it.
var ErrMissing = errors.New("it is not among the backups")

// Names on a shelf: archives, beside each a plain list of the sealed files that it names,
// which are random and tell nothing, and those files.
const (
	archiveStart = "klankbord-"
	archiveEnd   = ".age"
	listEnd      = ".list"
	fileStart    = "files/"
	stampLayout  = "20060102T150405Z"
)

func archiveName(at time.Time) string {
	return archiveStart + at.UTC().Format(stampLayout) + archiveEnd
}
func listName(archive string) string { return strings.TrimSuffix(archive, archiveEnd) + listEnd }
func fileName(file string) string    { return fileStart + file + archiveEnd }

// madeAt reads when an archive was made out of its name.
func madeAt(name string) (time.Time, bool) {
	stamp, ok := strings.CutPrefix(name, archiveStart)
	stamp, ends := strings.CutSuffix(stamp, archiveEnd)
	at, err := time.Parse(stampLayout, stamp)
	return at, ok && ends && err == nil
}

// Archive is a copy on a shelf.
type Archive struct {
	Name string
	Made time.Time
	Size int64 // of the archive alone
}

// Archives lists the copies on a shelf, the newest first.
func Archives(ctx context.Context, shelf Shelf) ([]Archive, error) {
	var list []Archive
	err := shelf.List(ctx, func(i Item) error {
		if at, ok := madeAt(i.Name); ok {
			list = append(list, Archive{i.Name, at, i.Size})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list backups: %w", err)
	}
	slices.SortFunc(list, func(a, b Archive) int { return b.Made.Compare(a.Made) })
	return list, nil
}

// Maker makes copies of one instance.
type Maker struct {
	Store    *store.Store
	Blobs    blob.Place
	Instance string
	Program  string // the version, as a copy tells it
	To       seal.BackupRecipient
	Shelf    Shelf
}

// Made tells what was copied.
type Made struct {
	Archive Archive
	Rows    int64
	Files   int // that the archive names
	Copied  int // of these, that were not on the shelf yet
	Gone    int // that were erased while they were copied
}

// Make copies the instance as it is now, while it goes on.
func (m *Maker) Make(ctx context.Context) (*Made, error) {
	there := map[string]int64{}
	err := m.Shelf.List(ctx, func(i Item) error {
		there[i.Name] = i.Size
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look at the shelf: %w", err)
	}
	now := m.Store.Now()
	made := &Made{Archive: Archive{Name: archiveName(now), Made: now.UTC().Truncate(time.Second)}}
	if _, again := there[made.Archive.Name]; again {
		return nil, fmt.Errorf("%s is there already", made.Archive.Name)
	}
	err = m.Shelf.Put(ctx, made.Archive.Name, func(w io.Writer) error {
		counted := &counter{w: w}
		files, err := m.write(ctx, counted, there, made)
		if err != nil {
			return err
		}
		made.Archive.Size = counted.n
		return m.Shelf.Put(ctx, listName(made.Archive.Name), func(w io.Writer) error { // before the archive is seen
			_, err := io.WriteString(w, strings.Join(append(files, ""), "\n"))
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("make backup: %w", err)
	}
	return made, nil
}

// write seals the database and then copies the files that it refers to.
func (m *Maker) write(ctx context.Context, w io.Writer, there map[string]int64, made *Made) (files []string, err error) {
	sealed, err := m.To.Seal(w)
	if err != nil {
		return nil, err
	}
	out := newWriter(sealed)
	out.head(head{Format: format, Instance: m.Instance, Program: m.Program, Made: made.Archive.Made})
	var wanted []string
	err = m.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if err := tx.Dump(out.table, out.row); err != nil {
			return err
		}
		wanted, err = tx.BlobNames()
		return err
	})
	if err != nil {
		return nil, err
	}
	wanted = slices.Compact(wanted)
	for _, name := range wanted {
		got, err := m.copy(ctx, name, there)
		switch {
		case err != nil:
			return nil, err
		case !got:
			made.Gone++
			continue
		case there[fileName(name)] == 0:
			made.Copied++
		}
		files = append(files, name)
		out.file(name)
	}
	made.Rows, made.Files = out.rows, len(files)
	return files, errors.Join(out.end(), sealed.Close())
}

// copy puts a sealed file on the shelf, unless it lies there; false: it was erased after
// the moment of the database.
func (m *Maker) copy(ctx context.Context, name string, there map[string]int64) (bool, error) {
	if there[fileName(name)] > 0 {
		return true, nil
	}
	r, err := m.Blobs.Open(ctx, name)
	if errors.Is(err, blob.ErrMissing) {
		return false, m.erased(ctx, name)
	}
	if err != nil {
		return false, err
	}
	err = m.Shelf.Put(ctx, fileName(name), func(w io.Writer) error {
		sealed, err := m.To.Seal(w)
		if err != nil {
			return err
		}
		_, err = io.Copy(sealed, r)
		return errors.Join(err, sealed.Close())
	})
	return err == nil, errors.Join(err, r.Close())
}

// errLost means that the instance itself lacks a file: there is nothing to be proud of in
// a copy of that.
var errLost = errors.New("a sealed file that the database refers to is not there; see klankbord doctor")

func (m *Maker) erased(ctx context.Context, name string) error {
	return m.Store.Read(ctx, func(tx *store.Tx) error {
		alive, err := tx.BlobAlive(name)
		if err == nil && alive {
			return fmt.Errorf("%s: %w", name, errLost)
		}
		return err
	})
}

// listMost bounds what is read of a list of files.
const listMost = 256 << 20

func namesOf(ctx context.Context, shelf Shelf, archive string) ([]string, error) {
	r, err := shelf.Open(ctx, listName(archive))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(r, listMost))
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("read list of files: %w", err)
	}
	return strings.Fields(string(text)), nil
}

// Missing counts the files that an archive names and that are not on the shelf. It needs
// no identity, and so cannot tell whether they are whole.
func Missing(ctx context.Context, shelf Shelf, archive string) (int, error) {
	files, err := namesOf(ctx, shelf, archive)
	if err != nil {
		return 0, err
	}
	missing, err := absent(ctx, shelf, files)
	return len(missing), err
}

// counter counts what is written through it.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
