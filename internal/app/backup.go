package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/backup"
	"klankbord/internal/clock"
	"klankbord/internal/config"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/store"
)

// ErrNoShelf tells that nobody said where backups go.
var ErrNoShelf = errors.New("backup-to is not set: name a folder on another disk or machine, or a bucket; see doc/backup.md")

// keeper opens what makes backups; its shelf is closed by the caller.
func (a *App) keeper() (*backup.Keeper, backup.Shelf, error) {
	if a.Config.BackupTo == "" {
		return nil, nil, ErrNoShelf
	}
	to, err := seal.ParseBackupRecipient(a.Config.BackupRecipient)
	if err != nil {
		return nil, nil, err
	}
	shelf, err := backup.OpenShelf(a.Config.BackupTo)
	if err != nil {
		return nil, nil, err
	}
	m := &backup.Maker{Store: a.Store, Blobs: a.Blobs, Instance: a.Instance, Program: Version(), To: to, Shelf: shelf}
	return &backup.Keeper{Maker: m, Every: a.Config.BackupEvery, Keep: a.Config.BackupDays}, shelf, nil
}

// Backup makes a backup now, for an operator.
func (a *App) Backup(ctx context.Context) (made *backup.Made, err error) {
	k, shelf, err := a.keeper()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, shelf.Close()) }()
	return k.Now(ctx, ident.New(), audit.Actor{Kind: audit.Operator})
}

// newestBackup is when the newest backup was made; zero: there is none.
func (a *App) newestBackup(ctx context.Context) (at time.Time, err error) {
	k, shelf, err := a.keeper()
	if err != nil {
		return at, err
	}
	defer func() { err = errors.Join(err, shelf.Close()) }()
	list, err := backup.Archives(ctx, k.Maker.Shelf)
	if err != nil || len(list) == 0 {
		return at, err
	}
	return list[0].Made, nil
}

// backups makes one when it is due.
func (a *App) backups(ctx context.Context, holder string) (err error) {
	k, shelf, err := a.keeper()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shelf.Close()) }()
	_, err = k.Step(ctx, holder)
	return err
}

// examineCopies looks whether backups are made as they should be. Whether they can be read
// needs what opens them, which is not here.
func (a *App) examineCopies(ctx context.Context) Finding {
	const do = "see whether the folder is mounted or the bucket is within reach, and has room, look for \"backup\" in what the service logs, and try `klankbord backup make`"
	if a.Config.BackupTo == "" {
		return Finding{What: "Klankbord makes no backups (backup-to is not set); see to it that something else does"}
	}
	shelf, err := backup.OpenShelf(a.Config.BackupTo)
	if err != nil {
		return Finding{true, "the place for backups cannot be opened: " + err.Error(), do}
	}
	defer func() { _ = shelf.Close() }()
	if b, ok := shelf.(*backup.Bucket); ok {
		if err := b.Try(ctx); err != nil {
			return Finding{true, "backups cannot be kept: " + err.Error(), do}
		}
	}
	list, err := backup.Archives(ctx, shelf)
	if err != nil {
		return Finding{true, "the backups cannot be looked at: " + err.Error(), do}
	}
	if len(list) == 0 {
		return Finding{true, "there is no backup yet in " + a.Config.BackupTo, do}
	}
	newest := list[0]
	missing, err := backup.Missing(ctx, shelf, newest.Name)
	age := a.clock.Now().Sub(newest.Made)
	switch {
	case err != nil:
		return Finding{true, "the newest backup has no list of its files: " + err.Error(), do}
	case missing > 0:
		return Finding{true, fmt.Sprintf("%d sealed files that the newest backup names are not in %s", missing, a.Config.BackupTo), "make a new one with `klankbord backup make`; it brings what is missing"}
	case age > 2*a.Config.BackupEvery:
		return Finding{true, "the newest backup is of " + newest.Made.Format(time.DateOnly), do}
	}
	return Finding{What: fmt.Sprintf("the newest of %d backups is of %s; whether they open, `klankbord backup check` tells on another machine", len(list), newest.Made.Format("2006-01-02 15:04 UTC"))}
}

// RestoreBackup makes an instance of a backup, in a state folder that holds none. The key
// files are not in it; see RestoreKeys. It fails with store.ErrNotEmpty, backup.ErrArchive
// and seal.ErrOpen.
func RestoreBackup(ctx context.Context, c config.Config, shelf backup.Shelf, archive string, id seal.BackupIdentity) (got *backup.Content, err error) {
	if err := os.MkdirAll(c.State, 0o700); err != nil {
		return nil, fmt.Errorf("make state folder: %w", err)
	}
	db, err := sqldb.Open(ctx, c.DSN())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	into, err := store.Open(ctx, db, clock.System{})
	if err != nil {
		return nil, err
	}
	blobs, err := openBlobs(c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, blobs.Close()) }()
	return backup.Restore(ctx, shelf, archive, id, into, blobs)
}
