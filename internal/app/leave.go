package app

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"klankbord/internal/custody"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
	"klankbord/internal/leaving"
	"klankbord/internal/seal"
)

// Along tells what was taken along.
type Along struct {
	leaving.Taken
	SHA256 string // of the sealed file
}

// TakeAlong writes everything that the recovery key opens to a new file, sealed to an age
// recipient. Nothing lies there under its name before it is whole.
func (a *App) TakeAlong(ctx context.Context, o leaving.Order, to seal.BackupRecipient, path string) (got Along, err error) {
	// What was logged up to now gets its place, so that the log goes along signed.
	if err := a.Work.Sequencer.Step(ctx, ident.New()); err != nil && !errors.Is(err, custody.ErrElsewhere) {
		return got, err
	}
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // named by the operator
	if err != nil {
		return got, fmt.Errorf("make file: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(part))
		}
	}()
	sum := sha256.New()
	buffered := bufio.NewWriterSize(io.MultiWriter(f, sum), 1<<20)
	sealed, err := to.Seal(buffered)
	if err != nil {
		return got, err
	}
	if got.Taken, err = a.leaving().Take(ctx, o, sealed); err != nil {
		return got, err
	}
	if err = errors.Join(sealed.Close(), buffered.Flush(), f.Sync()); err != nil {
		return got, fmt.Errorf("write file: %w", err)
	}
	got.SHA256 = hex.EncodeToString(sum.Sum(nil))
	if err = os.Link(part, path); err != nil { // never over another file
		return got, fmt.Errorf("name file: %w", err)
	}
	return got, errors.Join(f.Close(), os.Remove(part), syncFolder(filepath.Dir(path)))
}

func (a *App) leaving() *leaving.Leaving {
	readme := map[string]string{}
	for _, l := range lang.All() {
		readme[string(l)] = a.now().words.Text(l, "leaving.readme", map[string]string{
			"organisation": a.Current().Organisation.Name.In(string(l)), "date": lang.DateTime(l, a.Now()),
		})
	}
	return &leaving.Leaving{
		Store: a.Store, Custody: a.Custody, Oversight: a.Oversight, Mails: a.mailKey, Readme: readme, Wake: a.Work.Wake,
		Open: func(ctx context.Context, m seal.Manifest) io.Reader { return custody.OpenFile(ctx, a.Blobs, m) },
	}
}
