package blob

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"

	"klankbord/internal/ident"
)

var errEnded = errors.New("upload has ended")

// folderUpload is an Upload into a folder.
type folderUpload struct {
	ctx    context.Context
	folder *Folder
	name   string
	at     string   // where the blob will lie
	file   *os.File // nil once ended
	failed error    // of the first Write that failed; then nothing commits
}

// Create begins a blob under a fresh random name, next to where it will lie.
// Writing fails once ctx ends.
func (f *Folder) Create(ctx context.Context) (Upload, error) { return f.CreateAs(ctx, ident.New()) }

// CreateAs is Create under the name that a blob has in the backup out of which it comes.
func (f *Folder) CreateAs(ctx context.Context, name string) (Upload, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := f.Room(); err != nil {
		return nil, err
	}
	at, ok := file(name)
	if !ok {
		return nil, fmt.Errorf("create blob: name %q", name)
	}
	if err := f.needs(path.Dir(at)); err != nil {
		return nil, fmt.Errorf("create blob: %w", err)
	}
	w, err := f.root.OpenFile(at+unfinished, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return nil, fmt.Errorf("create blob: %w", full(err))
	}
	return &folderUpload{ctx: ctx, folder: f, name: name, at: at, file: w}, nil
}

// Name is the name under which the blob can be opened after Commit.
func (u *folderUpload) Name() string { return u.name }

// Write appends sealed bytes.
func (u *folderUpload) Write(p []byte) (int, error) {
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
	u.failed = full(err)
	return n, u.failed
}

// Commit makes the blob durable and then visible. After an error there may be a
// blob that nothing refers to, which List finds.
func (u *folderUpload) Commit() error {
	if u.file == nil {
		return errEnded
	}
	if u.failed != nil {
		u.Abort()
		return fmt.Errorf("commit blob: %w", u.failed)
	}
	err := errors.Join(u.file.Sync(), u.file.Close())
	u.file = nil
	if err == nil {
		err = u.folder.root.Rename(u.at+unfinished, u.at)
	}
	if err != nil {
		_ = u.folder.root.Remove(u.at + unfinished) // the sweep finds it otherwise
		return fmt.Errorf("commit blob: %w", full(err))
	}
	return full(u.folder.sync(path.Dir(u.at)))
}

// Abort ends the upload and removes what was written. What it can't remove, List
// finds.
func (u *folderUpload) Abort() {
	if u.file == nil {
		return
	}
	_ = u.file.Close()
	_ = u.folder.root.Remove(u.at + unfinished)
	u.file = nil
}
