package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"klankbord/internal/audit"
	"klankbord/internal/blob"
	"klankbord/internal/clock"
	"klankbord/internal/config"
	"klankbord/internal/custody"
	"klankbord/internal/move"
	"klankbord/internal/sqldb"
	"klankbord/internal/store"
)

// ErrMovesNothing tells that both sides are the same.
var ErrMovesNothing = errors.New("it lies there already: name another database or another place for the sealed files")

// errMoved tells what the last look at what arrived found.
var errMoved = errors.New("what was moved does not hold: go on with what was there before")

// Moved is what was moved, and what the check of the log said of it.
type Moved struct {
	*move.Done
	Log *custody.Examined // nil: nothing of the log was ever signed
}

// MoveInstance brings database and sealed files from where the settings say to where
// others say, with the same state folder, and looks at all of it there. What it moves from
// stays as it was.
func MoveInstance(ctx context.Context, from, to config.Config) (_ *Moved, err error) {
	if err := errors.Join(from.Check(), to.Check()); err != nil {
		return nil, err
	}
	if from.DSN() == to.DSN() && from.Bucket == to.Bucket {
		return nil, ErrMovesNothing
	}
	if _, err := loadKeys(from.State); err != nil {
		return nil, err
	}
	m, end, err := sides(ctx, from, to)
	if err != nil {
		return nil, err
	}
	done, err := m.Run(ctx)
	if err = errors.Join(err, end()); err != nil {
		return nil, err
	}
	moved := &Moved{Done: done}
	if moved.Log, err = lookOver(ctx, to); err != nil {
		return moved, err
	}
	return moved, settle(ctx, from, to)
}

// sides opens both; end closes what was opened.
func sides(ctx context.Context, from, to config.Config) (m *move.Move, end func() error, err error) {
	var closers []func() error
	end = func() error {
		var errs []error
		for _, c := range closers {
			errs = append(errs, c())
		}
		return errors.Join(errs...)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, end())
		}
	}()
	database := func(c config.Config) (*store.Store, error) {
		db, err := sqldb.Open(ctx, c.DSN())
		if err != nil {
			return nil, err
		}
		closers = append(closers, db.Close)
		return store.Open(ctx, db, clock.System{})
	}
	files := func(c config.Config) (blob.Place, error) {
		p, err := openBlobs(c)
		if err != nil {
			return nil, err
		}
		closers = append(closers, p.Close)
		return p, tryBlobs(ctx, p)
	}
	m = &move.Move{}
	if m.From, err = database(from); err != nil {
		return nil, end, err
	}
	if m.Files, err = files(from); err != nil {
		return nil, end, err
	}
	m.To, m.NewFiles = m.From, m.Files
	if from.DSN() != to.DSN() {
		if m.To, err = database(to); err != nil {
			return nil, end, err
		}
	}
	if from.Bucket != to.Bucket {
		m.NewFiles, err = files(to)
	}
	return m, end, err
}

// lookOver holds the database that was moved against its log and each sealed file against
// what refers to it, with the key files.
func lookOver(ctx context.Context, c config.Config) (r *custody.Examined, err error) {
	l, err := OpenLog(ctx, c, "")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if blobs := BlobsOf(c); blobs != "" {
		if err := l.WithBlobs(blobs); err != nil {
			return nil, err
		}
	}
	r, err = l.Examine(ctx, nil)
	if errors.Is(err, store.ErrNone) {
		return nil, nil //nolint:nilnil // nothing was signed yet
	}
	if err == nil && !r.Sound() {
		err = errMoved
	}
	return r, err
}

// settle holds what was moved against what was seen outside the database, and notes the
// move in its log: from then on the one it came from is the older one.
func settle(ctx context.Context, from, to config.Config) (err error) {
	a, err := Open(ctx, to, Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	d, err := a.Compare(ctx)
	if err != nil {
		return err
	}
	if len(d.Alarms) > 0 {
		return fmt.Errorf("%w: %s", errMoved, d.Findings[0].What)
	}
	leaf := custody.Leaf(a.Store.Now(), custody.Event{Kind: audit.InstanceMoved, Actor: audit.Actor{Kind: audit.Operator}, Detail: map[string]string{
		"from": placeOf(from), "to": placeOf(to),
	}})
	if err := a.Store.Write(ctx, func(tx *store.Tx) error { return tx.InsertLeaf(leaf) }); err != nil {
		return fmt.Errorf("note the move: %w", err)
	}
	return nil
}

// placeOf names the kinds of database and place, never where they are.
func placeOf(c config.Config) string {
	database, files := "PostgreSQL", "bucket"
	if strings.HasPrefix(c.DSN(), "sqlite:") {
		database = "SQLite"
	}
	if c.Bucket == "" {
		files = "folder"
	}
	return database + ", " + files
}
