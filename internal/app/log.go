package app

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"iter"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"klankbord/internal/audit"
	"klankbord/internal/clock"
	"klankbord/internal/config"
	"klankbord/internal/sqldb"
	"klankbord/internal/store"
)

// LogFile is the log of a database, opened without any secret.
type LogFile struct {
	Key      string // public key with which checkpoints are checked
	db       *sqldb.DB
	store    *store.Store
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
	l := &LogFile{Key: key}
	if l.db, err = sqldb.Open(ctx, c.DSN()); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.db.Close())
		}
	}()
	if l.store, err = store.Open(ctx, l.db, clock.System{}); err != nil {
		return nil, err
	}
	if l.Key == "" {
		if l.Key, err = l.ownKey(ctx, c); err != nil {
			return nil, err
		}
	}
	l.verifier, err = LogVerifier(l.Key)
	return l, err
}

func (l *LogFile) ownKey(ctx context.Context, c config.Config) (string, error) {
	keys, err := loadKeys(c.State)
	if err != nil {
		return "", err
	}
	var row store.InstanceRow
	err = l.store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Instance()
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read instance: %w", err)
	}
	public, ok := keys.Instance.CheckpointKey().Public().(ed25519.PublicKey)
	if !ok {
		return "", errors.New("checkpoint key is not Ed25519")
	}
	return audit.VerifierKey(row.ID, public)
}

// Verifier checks the signatures of the log's checkpoints.
func (l *LogFile) Verifier() note.Verifier { return l.verifier }

// Close closes the database.
func (l *LogFile) Close() error { return l.db.Close() }

// Latest is the newest signed checkpoint in the database.
func (l *LogFile) Latest(ctx context.Context) ([]byte, error) {
	var c store.Checkpoint
	err := l.store.Read(ctx, func(tx *store.Tx) (err error) {
		c, err = tx.LatestCheckpoint()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read checkpoint: %w", err)
	}
	return c.Note, nil
}

// Verify compares the log with a signed checkpoint.
func (l *LogFile) Verify(ctx context.Context, signed []byte) (audit.Report, error) {
	return audit.Verify(l.entries(ctx), signed, l.verifier)
}

const entriesAtOnce = 1000

func (l *LogFile) entries(ctx context.Context) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for from := int64(0); ; {
			var leaves []store.Leaf
			err := l.store.Read(ctx, func(tx *store.Tx) (err error) {
				leaves, err = tx.Leaves(from, entriesAtOnce)
				return err
			})
			if err != nil {
				yield(audit.Entry{}, err)
				return
			}
			for _, leaf := range leaves {
				from = leaf.Position + 1
				if !yield(entryOf(leaf), nil) {
					return
				}
			}
			if len(leaves) < entriesAtOnce {
				return
			}
		}
	}
}

// Entries turns rows into the entries that audit.Verify reads.
func Entries(rows []store.Leaf) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for _, row := range rows {
			if !yield(entryOf(row), nil) {
				return
			}
		}
	}
}

func entryOf(leaf store.Leaf) audit.Entry {
	e := audit.Entry{Position: leaf.Position, Record: leaf.Record, Revealed: len(leaf.Salt) == 32}
	copy(e.Leaf[:], leaf.Hash)
	copy(e.Salt[:], leaf.Salt)
	return e
}

// Prove reveals one record, under the newest checkpoint.
func (l *LogFile) Prove(ctx context.Context, position int64) (p audit.Proof, err error) {
	signed, err := l.Latest(ctx)
	if err != nil {
		return p, err
	}
	err = l.store.Read(ctx, func(tx *store.Tx) error {
		leaves, err := tx.Leaves(position, 1)
		if err != nil {
			return err
		}
		if len(leaves) == 0 || leaves[0].Position != position || len(leaves[0].Salt) != 32 {
			return fmt.Errorf("no record at position %d, or it was erased", position)
		}
		p, err = audit.Prove(signed, l.verifier, position, [32]byte(leaves[0].Salt), leaves[0].Record, treeNodes{tx})
		return err
	})
	return p, err
}

// treeNodes reads the hashes of the tree from the database.
type treeNodes struct{ tx *store.Tx }

// ReadHashes returns the hashes at indexes.
func (n treeNodes) ReadHashes(indexes []int64) ([]tlog.Hash, error) { return n.tx.Nodes(indexes) }
