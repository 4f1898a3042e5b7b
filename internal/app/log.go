package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"golang.org/x/mod/sumdb/note"

	"klankbord/internal/audit"
	"klankbord/internal/blob"
	"klankbord/internal/bucket"
	"klankbord/internal/clock"
	"klankbord/internal/config"
	"klankbord/internal/custody"
	"klankbord/internal/heads"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/store"
)

// LogFile is the log of a database, opened to be looked at and never changed. Without
// the key files it needs no secret; with them more can be checked.
type LogFile struct {
	*custody.Oversight

	Anchor   seal.SigningPublic // that founds the directory; nil: not known
	Stamped  bool               // the key files are at hand, and stamps can be checked
	db       *sqldb.DB
	custody  *custody.Custody // nil where Stamped is false
	blobs    blob.Place       // nil: not at hand
	verifier note.Verifier
}

// LogVerifier reads a public key as LogFile.Key gives it.
func LogVerifier(key string) (note.Verifier, error) {
	v, err := note.NewVerifier(key)
	if err != nil {
		return nil, fmt.Errorf("public key of the log: %w", err)
	}
	return v, nil
}

// OpenLog opens the log of the settings' database. An empty key is taken from the
// state folder.
func OpenLog(ctx context.Context, c config.Config, key string) (_ *LogFile, err error) {
	l := &LogFile{Oversight: &custody.Oversight{Key: key}}
	if l.db, err = sqldb.OpenReadOnly(ctx, c.DSN()); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close())
		}
	}()
	if l.Store, err = store.OpenReadOnly(ctx, l.db, clock.System{}); err != nil {
		return nil, err
	}
	if err := l.ownKeys(ctx, c.State, key); err != nil {
		return nil, err
	}
	l.verifier, err = LogVerifier(l.Key)
	l.Verifier = l.verifier
	return l, err
}

// ownKeys takes what the key files of the state folder tell, if they are those of the
// database. Without them a key must have been given.
func (l *LogFile) ownKeys(ctx context.Context, state, given string) error {
	keys, err := loadKeys(state)
	if err != nil {
		if given != "" {
			return nil
		}
		return err
	}
	var row store.InstanceRow
	err = l.Store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Instance()
		return err
	})
	if err != nil {
		return fmt.Errorf("read instance: %w", err)
	}
	if keys, err = lyingUnder(ctx, l.Store, row.ID, state, keys, true); err != nil {
		return err
	}
	own, err := newLogKeys(keys, row.ID)
	if err != nil {
		return err
	}
	if given != "" && given != own.text {
		return nil // the state folder is another instance's
	}
	signer := keys.Instance.Signer()
	outside := heads.In(state)
	l.Key, l.Anchor, l.Stamped = own.text, signer.Public(), true
	l.Head = &custody.LogHead{Outside: outside, Instance: row.ID, Verifier: own.verifier, Now: l.Store.Now}
	l.custody = custody.New(l.Store, row.ID, keys.Instance.Stamper(), keys.Instance.Subkey("gates"), signer, outside)
	return nil
}

// WithBlobs has the sealed files looked at that lie in a folder, or in a bucket, of which
// the address is given.
func (l *LogFile) WithBlobs(at string) error {
	if bucket.IsAddress(at) {
		to, err := openBucket(at)
		if err != nil {
			return err
		}
		l.blobs = blob.ReadBucket(to)
		return nil
	}
	folder, err := blob.OpenFolder(at)
	if err != nil {
		return err
	}
	l.blobs = folder
	return nil
}

// Close closes the database.
func (l *LogFile) Close() error {
	var err error
	if l.blobs != nil {
		err = l.blobs.Close()
	}
	return errors.Join(err, l.db.Close())
}

// Latest is the newest signed checkpoint in the database.
func (l *LogFile) Latest(ctx context.Context) ([]byte, error) {
	var c store.Checkpoint
	err := l.Store.Read(ctx, func(tx *store.Tx) (err error) {
		c, err = tx.LatestCheckpoint()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read checkpoint: %w", err)
	}
	return c.Note, nil
}

// Verify compares the log alone with a signed checkpoint.
func (l *LogFile) Verify(ctx context.Context, signed []byte) (r audit.Report, err error) {
	err = l.Store.Read(ctx, func(tx *store.Tx) (err error) {
		r, err = audit.Verify(custody.Entries(tx), signed, l.verifier)
		return err
	})
	return r, err
}

// Examine compares the log with a signed checkpoint, or the newest where it is nil,
// and the whole database with the log.
func (l *LogFile) Examine(ctx context.Context, signed []byte) (r *custody.Examined, err error) {
	e := custody.Examination{Verifier: l.verifier, Signed: signed, Anchor: l.Anchor, Custody: l.custody, Blobs: l.blobs}
	err = l.Store.Read(ctx, func(tx *store.Tx) (err error) {
		r, err = e.Run(tx)
		return err
	})
	return r, err
}

// Entries turns rows into the entries that audit.Verify reads.
func Entries(rows []store.Leaf) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for _, row := range rows {
			if !yield(custody.LogEntry(row), nil) {
				return
			}
		}
	}
}

// LogExport is an exported log that is being read.
type LogExport struct {
	audit.ExportFile
	Entries iter.Seq2[audit.Entry, error]
	file    *os.File
}

// Close closes the file.
func (l *LogExport) Close() error { return l.file.Close() }

// Verify compares the export with a signed checkpoint, and with those in it.
func (l *LogExport) Verify(signed []byte, v note.Verifier) (audit.Report, error) {
	var others []audit.Checkpoint
	for _, c := range l.Checkpoints {
		opened, err := audit.OpenCheckpoint(c, v)
		if err != nil {
			return audit.Report{}, fmt.Errorf("checkpoint in the export: %w", err)
		}
		others = append(others, opened)
	}
	if signed == nil && len(l.Checkpoints) > 0 {
		signed = l.Checkpoints[len(l.Checkpoints)-1]
	}
	return audit.Verify(l.Entries, signed, v, others...)
}

// OpenLogExport opens a file if it is an exported log; nil when it is anything else,
// such as a database.
func OpenLogExport(name string) (*LogExport, error) {
	f, err := os.Open(name) //nolint:gosec // named by the operator
	if err != nil {
		return nil, fmt.Errorf("open export: %w", err)
	}
	r := bufio.NewReader(f)
	begin, err := r.Peek(32)
	if err != nil && !errors.Is(err, io.EOF) || !audit.IsExport(begin) {
		return nil, f.Close()
	}
	head, entries, err := audit.ReadExport(r)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &LogExport{head, entries, f}, nil
}
