package sqldb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
)

// ErrNewer is in the error of Migrate when a later version of the program has already
// changed the database, and of everything else once one did so while this one runs.
var ErrNewer = errors.New("start the version of klankbord that last ran on it, or a later one; to go back, restore a backup made before the upgrade")

// ErrHistory is in the error of Migrate when the database was made by migrations
// other than those given.
var ErrHistory = errors.New("its history is not this program's: the database or the program is not what it seems")

var (
	migrationName = regexp.MustCompile(`^([0-9]{4})_([a-z0-9_]+)\.sql$`)
	placeholder   = regexp.MustCompile(`\{[a-z]+\}`)
	deferrable    = regexp.MustCompile(`(?i)\bDEFERR`)
)

// migration is one numbered step of the schema.
type migration struct {
	version          int64
	name, text, hash string
}

// Migrate brings the schema up to date with the files 0001_name.sql, 0002_… of
// files, all in one transaction, and refuses a database that is newer or has
// another history. In their text {int}, {bytes}, {text} and {strict} stand for the
// words of the database at hand. Applied files must never change.
func (db *DB) Migrate(ctx context.Context, files fs.FS) error {
	steps, err := readMigrations(files)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	err = db.engine.alone(ctx, func(t *Tx) error {
		done, err := applied(t, db.dialect)
		if err != nil {
			return fmt.Errorf("read the schema's history: %w", err)
		}
		if err := sameHistory(done, steps); err != nil {
			return err
		}
		for _, step := range steps[len(done):] {
			if err := step.apply(t, db.dialect); err != nil {
				return fmt.Errorf("migration %04d_%s: %w", step.version, step.name, err)
			}
		}
		return nil
	})
	if err == nil {
		db.engine.migrated(int64(len(steps)))
	}
	return err
}

// newerError tells of a schema of so many steps to a program that knows fewer.
func newerError(has, knows int64) error {
	return fmt.Errorf("the database's schema is at %d, this program knows up to %d: %w", has, knows, ErrNewer)
}

// readMigrations returns the steps in order, from 1 without a gap.
func readMigrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "*.sql") // sorted
	if err != nil {
		return nil, err
	}
	steps := make([]migration, 0, len(names))
	for i, name := range names {
		m := migrationName.FindStringSubmatch(name)
		if m == nil {
			return nil, fmt.Errorf("%s: want a name such as 0001_name.sql", name)
		}
		version, err := strconv.ParseInt(m[1], 10, 32)
		if err != nil || version != int64(i)+1 {
			return nil, fmt.Errorf("%s: number %d is expected next", name, i+1)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(text)
		steps = append(steps, migration{version, m[2], string(text), hex.EncodeToString(sum[:])})
	}
	return steps, nil
}

// applied makes the table of the history where missing and returns what it holds.
func applied(t *Tx, d Dialect) ([]migration, error) {
	table, err := d.words("CREATE TABLE IF NOT EXISTS schema_migration (version {int} PRIMARY KEY, name {text} NOT NULL, hash {text} NOT NULL) {strict}")
	if err != nil {
		return nil, err
	}
	if _, err := t.Exec(table); err != nil {
		return nil, err
	}
	return history(t)
}

// history returns what the table of the history holds.
func history(t *Tx) ([]migration, error) {
	rows, err := t.Query("SELECT version, name, hash FROM schema_migration ORDER BY version")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var done []migration
	for rows.Next() {
		var m migration
		if err := rows.Scan(&m.version, &m.name, &m.hash); err != nil {
			return nil, err
		}
		done = append(done, m)
	}
	return done, rows.Err()
}

// sameHistory refuses a history that is not a beginning of steps.
func sameHistory(done, steps []migration) error {
	for i, m := range done {
		if i == len(steps) {
			return newerError(int64(len(done)), int64(len(steps)))
		}
		if s := steps[i]; m.version != s.version || m.name != s.name || m.hash != s.hash {
			return fmt.Errorf("schema step %04d_%s differs from %04d_%s: %w", m.version, m.name, s.version, s.name, ErrHistory)
		}
	}
	return nil
}

func (m migration) apply(t *Tx, d Dialect) error {
	text, err := d.words(m.text)
	if err != nil {
		return err
	}
	if err := t.on.script(t.run, text); err != nil {
		return t.fail(err)
	}
	_, err = t.Exec("INSERT INTO schema_migration (version, name, hash) VALUES ($1, $2, $3)", m.version, m.name, m.hash)
	return err
}

// words puts the words of the database into a text.
func (d Dialect) words(text string) (string, error) {
	if deferrable.MatchString(text) {
		return "", errors.New("a deferred constraint would fail the commit that others share")
	}
	to := map[string]string{"{int}": "INTEGER", "{bytes}": "BLOB", "{text}": "TEXT", "{strict}": "STRICT"}
	if d == PostgreSQL {
		to = map[string]string{"{int}": "BIGINT", "{bytes}": "BYTEA", "{text}": `TEXT COLLATE "C"`, "{strict}": ""}
	}
	var unknown []string
	text = placeholder.ReplaceAllStringFunc(text, func(word string) string {
		by, ok := to[word]
		if !ok {
			unknown = append(unknown, word)
		}
		return by
	})
	if unknown != nil {
		return "", fmt.Errorf("unknown word %s", strings.Join(unknown, ", "))
	}
	return text, nil
}
