package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/backup"
	"klankbord/internal/config"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
)

type backupCommands struct {
	Key     backupKeyCommand     `cmd:"" help:"Make what opens backups, to be kept away from the server, and print to whom they are sealed."`
	Make    backupMakeCommand    `cmd:"" help:"Make a backup now. The service makes them by itself where backup-to is set."`
	List    backupListCommand    `cmd:"" help:"List the backups that are there."`
	Check   backupCheckCommand   `cmd:"" help:"Restore a backup to try it, check it, open the practice case, and throw it away. Best on another machine."`
	Restore backupRestoreCommand `cmd:"" help:"Make an instance of a backup, in an empty state folder."`
}

type backupKeyCommand struct {
	To string `arg:"" type:"path" help:"File to be written. Move it off this machine."`
}

// Run draws an identity and writes it where nothing is yet.
func (c *backupKeyCommand) Run(e *env) error {
	id, err := seal.NewBackupIdentity()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(c.To, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write %s: %w", c.To, err)
	}
	_, err = f.Write(seal.MarshalBackupIdentity(id))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", c.To, err)
	}
	e.say("%s opens backups, and nothing else does. Copy it to two places away from this", c.To)
	e.say("server, then remove it here. Set on the server:")
	e.say("")
	e.say("   backup-recipient  %s", id.Recipient())
	return nil
}

type backupMakeCommand struct{ config.Config }

// Run makes a backup while the service may go on.
func (c *backupMakeCommand) Run(e *env) (err error) {
	a, err := app.Open(e.ctx, c.Config, app.Options{Log: e.logger("error")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	made, err := a.Backup(e.ctx)
	if err != nil {
		return err
	}
	e.say("%s: %d rows and %d sealed files, of which %d were new.", made.Archive.Name, made.Rows, made.Files, made.Copied)
	if made.Gone > 0 {
		e.say("%d files were erased meanwhile and are not in it.", made.Gone)
	}
	return nil
}

// shelfFlags say where backups lie; they need no instance.
type shelfFlags struct {
	From    string `name:"from" env:"KLANKBORD_BACKUP_TO" required:"" help:"Folder in which the backups lie, or address of their bucket."`
	Archive string `name:"archive" help:"Which one, as backup list names it; empty: the newest."`
}

// open opens the shelf and chooses a backup.
func (f shelfFlags) open(ctx context.Context) (backup.Shelf, string, error) {
	if err := config.NotHome("from", f.From); err != nil {
		return nil, "", err
	}
	shelf, err := backup.OpenShelf(f.From)
	if err != nil {
		return nil, "", err
	}
	if f.Archive != "" {
		return shelf, filepath.Base(f.Archive), nil
	}
	list, err := backup.Archives(ctx, shelf)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("there is no backup in %s", f.From)
	}
	if err != nil {
		return nil, "", errors.Join(err, shelf.Close())
	}
	return shelf, list[0].Name, nil
}

func readIdentity(name string) (id seal.BackupIdentity, err error) {
	f, err := os.Open(name) //nolint:gosec // the operator names it
	if err != nil {
		return id, fmt.Errorf("read what opens backups: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return seal.ReadBackupIdentity(f)
}

type backupListCommand struct{ shelfFlags }

// Run lists backups, the newest first.
func (c *backupListCommand) Run(e *env) (err error) {
	shelf, _, err := c.open(e.ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shelf.Close()) }()
	list, err := backup.Archives(e.ctx, shelf)
	if err != nil {
		return err
	}
	for _, a := range list {
		note := ""
		if n, err := backup.Missing(e.ctx, shelf, a.Name); err != nil {
			note = "its list of files is missing"
		} else if n > 0 {
			note = fmt.Sprintf("%d of its sealed files are missing", n)
		}
		e.say("%s  %s  %d KiB  %s", a.Name, stamp(a.Made), a.Size>>10, note)
	}
	return nil
}

type backupRestoreCommand struct {
	shelfFlags
	Identity string `name:"identity" required:"" type:"existingfile" help:"File that opens backups, as backup key wrote it."`
	State    string `name:"state" env:"KLANKBORD_STATE" required:"" type:"path" help:"State folder to be made; it must not hold an instance."`
	Database string `name:"database" env:"KLANKBORD_DATABASE" help:"Empty database, as sqlite:FILE or postgres://…; empty: SQLite in the state folder."`
	Bucket   string `name:"bucket" env:"KLANKBORD_BUCKET" help:"Bucket for the sealed files; empty: the folder blobs in the state folder."`
}

// errIncomplete tells that not all of a backup was there.
var errIncomplete = errors.New("the backup is not complete; see above")

// Run restores a backup and tells what is left to do.
func (c *backupRestoreCommand) Run(e *env) error {
	got, err := restoreTo(e.ctx, c.shelfFlags, c.Identity, config.Config{State: c.State, Database: c.Database, Bucket: c.Bucket})
	if err != nil {
		return err
	}
	tellContent(e, got)
	e.say("")
	e.say("The key files are in no backup. Next:")
	e.say("   klankbord recover keys --state %s --file recovery.age", c.State)
	e.say("   klankbord restore --state %s                 shows how it differs from what was seen", c.State)
	e.say("   klankbord doctor --state %s", c.State)
	if len(got.Missing) > 0 {
		return errIncomplete
	}
	return nil
}

func restoreTo(ctx context.Context, from shelfFlags, identity string, to config.Config) (got *backup.Content, err error) {
	if err := errors.Join(config.NotHome("database", to.Database), config.NotHome("bucket", to.Bucket)); err != nil {
		return nil, err
	}
	id, err := readIdentity(identity)
	if err != nil {
		return nil, err
	}
	shelf, archive, err := from.open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, shelf.Close()) }()
	got, err = app.RestoreBackup(ctx, to, shelf, archive, id)
	if errors.Is(err, seal.ErrOpen) {
		return nil, fmt.Errorf("%s does not open %s: it was sealed to another key, or its beginning was changed", identity, archive)
	}
	return got, err
}

func tellContent(e *env, c *backup.Content) {
	e.say("backup       of %s, instance %s", stamp(c.Made), c.Instance)
	e.say("made by      %s", c.Program)
	e.say("database     %d rows", c.Rows)
	e.say("files        %d sealed files", len(c.Files))
	for n, name := range c.Missing {
		if n == mostShown {
			e.say("MISSING      and %d more", len(c.Missing)-mostShown)
			break
		}
		e.say("MISSING      %s", name)
	}
}

type backupCheckCommand struct {
	shelfFlags
	Identity string `name:"identity" required:"" type:"existingfile" help:"File that opens backups, as backup key wrote it."`
	KeyCopy  string `name:"key-copy" type:"existingfile" help:"recovery.age. With it the recovery key is asked for, the log is checked with it, and the practice case of the yearly drill is opened."`
	Scratch  string `name:"scratch" type:"existingdir" help:"Folder in which the backup is restored for as long as this takes; empty: that of the system."`
}

// Run restores a backup to a folder that it removes again.
func (c *backupCheckCommand) Run(e *env) (err error) {
	dir, err := os.MkdirTemp(c.Scratch, "klankbord-check-")
	if err != nil {
		return fmt.Errorf("make a folder to try the backup in: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	at := config.Config{State: filepath.Join(dir, "state"), Listen: "127.0.0.1:0", MaxFileMB: 1, SessionIdle: time.Hour} // nothing is served
	got, err := restoreTo(e.ctx, c.shelfFlags, c.Identity, at)
	if err != nil {
		return err
	}
	tellContent(e, got)
	if c.KeyCopy == "" {
		e.say("not checked  the log and whether cases open: give --key-copy recovery.age")
	} else if err := c.open(e, at); err != nil {
		return err
	}
	if len(got.Missing) > 0 {
		return errIncomplete
	}
	e.say("The backup is whole.")
	return nil
}

// open brings the key files back, checks the log and opens the practice case.
func (c *backupCheckCommand) open(e *env, at config.Config) (err error) {
	file, err := app.ReadKeyCopy(at.State, c.KeyCopy)
	if err != nil {
		return err
	}
	code, err := e.askRecovery(unknown())
	if err != nil {
		return err
	}
	if err := app.RestoreKeys(at.State, file, code); err != nil {
		return err
	}
	verify := &verifyCommand{logSource: logSource{Config: at}, File: filepath.Join(at.State, "klankbord.db"), Blobs: app.BlobsOf(at)}
	if err := verify.Run(e); err != nil {
		return err
	}
	a, err := app.Open(e.ctx, at, app.Options{Log: e.logger("error"), Older: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	word, started, err := a.Setup.OpenDrillByRecovery(e.ctx, code)
	if errors.Is(err, setup.ErrNoDrill) {
		return errDrill
	}
	if err != nil {
		return err
	}
	e.say("opened       the practice case of %s; the word in it is %s, as on the desk", started.Format("2006-01-02"), word)
	return nil
}
