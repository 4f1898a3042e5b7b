package prior

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrNoMaildir tells that a folder is no mail folder.
var ErrNoMaildir = errors.New("this is no mail folder (Maildir): it has no folders cur and new")

// Maildir lists the mails of a mail folder: those in cur and new. What lies in tmp was never
// delivered whole. Folders below it are folders of their own. https://cr.yp.to/proto/maildir.html
func Maildir(dir fs.FS) ([]Mail, error) {
	type named struct {
		folder, name string
		at           time.Time
	}
	var found []named
	for _, folder := range []string{"cur", "new"} {
		entries, err := fs.ReadDir(dir, folder)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, ErrNoMaildir
		}
		if err != nil {
			return nil, fmt.Errorf("read mail folder: %w", err)
		}
		for _, e := range entries {
			if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
				found = append(found, named{folder, e.Name(), delivered(e.Name())})
			}
		}
	}
	slices.SortFunc(found, func(a, b named) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.name, b.name))
	})
	var list []Mail
	for n, f := range found {
		_, flags, _ := strings.Cut(f.name, ":2,")
		list = append(list, Mail{
			Position: n + 1, At: f.at, Gone: strings.ContainsAny(flags, "TD"),
			Open: func() (io.ReadCloser, error) {
				file, err := dir.Open(path.Join(f.folder, f.name))
				if err != nil {
					return nil, fmt.Errorf("read mail: %w", err)
				}
				return &wired{newWire(file, quotedNot), file}, nil
			},
		})
	}
	return list, nil
}

// wired closes what is read through a wire.
type wired struct {
	*wire
	file io.Closer
}

// Close closes the file.
func (w *wired) Close() error { return w.file.Close() }

// delivered is the time with which the name of a mail begins.
func delivered(name string) time.Time {
	first, _, _ := strings.Cut(name, ".")
	n, err := strconv.ParseInt(first, 10, 64)
	if err != nil || n < 100_000_000 || n > 10_000_000_000 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}
