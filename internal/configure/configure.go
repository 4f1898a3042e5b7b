// Package configure keeps what an organisation has otherwise than its built-in profile:
// texts, look, questions, dates, how long cases are kept. It keeps numbered versions that
// are never overwritten, each with a line in the log that holds the hash of its bytes, and
// puts the newest together with the profile. It must never let a configuration take effect
// that is not valid as a whole or that does not fit the log, and never decide who receives
// a key: where complaints go is signed in the directory, and only laid over the version
// that holds. It fails with ErrAltered, with faults that
// say what to do, and with *Refused that names the places that cannot be as they were typed.
package configure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Configure is the use case. It is safe for concurrent use.
type Configure struct {
	Store   *store.Store
	Custody *custody.Custody
	Name    string                                // of the built-in profile
	Words   *lang.Catalogue                       // the program's own texts
	Holds   func(store.Leaf) bool                 // whether this installation wrote a line of the log
	Try     func(*profile.Profile) error          // whether everything could be served with a profile
	Take    func(context.Context, *Version) error // lets a version take effect; nil where nothing is served

	mu    sync.Mutex
	known map[int64]*Version // as saved, without what the directory says; guarded by mu
	laid  map[state]*Version // with it; guarded by mu
}

// Version is one version of the configuration, whole and checked. Number 0 is the built-in
// profile as it is.
type Version struct {
	Number  int64
	Made    time.Time
	By      staff.ID // empty: the operator, or nobody yet
	Why     string
	Changes profile.Changes
	Routing int64 // number of the directory's event that says where complaints go; -1: the profile does
	Profile *profile.Profile

	hash string // of its bytes in the database
}

// ErrAltered tells that a version in the database is not the one that the log tells of, or
// that one is missing.
var ErrAltered = errors.New("the configuration in the database does not fit the log; put the newest backup of database and state folder back")

// Faults of changing the configuration.
var (
	errDenied = fault.New(fault.Denied, "error.not-allowed")
	errMoved  = fault.New(fault.Conflict, "settings.error-moved")
	errNoWhy  = fault.New(fault.Invalid, "settings.error-why")
	errFile   = fault.New(fault.Invalid, "settings.error-file")
	errNewer  = fault.New(fault.Conflict, "settings.error-cannot")
)

// The bounds of a version.
const (
	MostBytes = 1 << 20 // of its file
	mostWhy   = 200
)

// IsWhy reports whether what was refused is the reason that was given.
func IsWhy(err error) bool { return errors.Is(err, errNoWhy) }

// Refused names the places that cannot be as they were typed.
type Refused struct{ Problems map[string]profile.Problem }

// Error counts them; it is for logs and never for pages.
func (r *Refused) Error() string { return fmt.Sprintf("%d places cannot be so", len(r.Problems)) }

// Newest is the number of the newest version in the database, unchecked.
func (c *Configure) Newest(ctx context.Context) (n int64, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		n, err = tx.ConfigurationNumber()
		return err
	})
	return n, err
}

// Base reads the newest version as it was saved: over it a change of where complaints go is
// laid. It fails with ErrAltered when that, or one before it, does not fit the log.
func (c *Configure) Base(ctx context.Context) (*Version, error) {
	row, err := c.newest(ctx)
	if err != nil {
		return nil, err
	}
	if row.Number == 0 {
		return c.version(ctx, 0)
	}
	if err := sound(row); err != nil {
		return nil, err
	}
	c.mu.Lock()
	if v := c.known[row.Number]; v != nil && v.hash != string(row.Hash) {
		c.known, c.laid = nil, nil
	}
	c.mu.Unlock()
	return c.version(ctx, row.Number)
}

// sound fails where the bytes of a version are not those of its hash.
func sound(row store.Configuration) error {
	if sum := sha256.Sum256(row.Body); string(sum[:]) != string(row.Hash) {
		return fmt.Errorf("%w: the bytes of version %d", ErrAltered, row.Number)
	}
	return nil
}

// Kept is the newest version as it lies in the database, held against the log and not put
// together with the profile, of which a newer program may have another. It has no Profile.
func (c *Configure) Kept(ctx context.Context) (*Version, error) {
	row, err := c.newest(ctx)
	if err != nil || row.Number == 0 {
		return &Version{Changes: profile.Changes{}}, err
	}
	changes, err := c.changes(row)
	if err != nil {
		return nil, err
	}
	return &Version{Number: row.Number, Made: row.Made, By: row.By, Why: row.Why, Changes: changes}, nil
}

// newest is the row of the newest version, without a number where there is none. All rows
// are held against the log.
func (c *Configure) newest(ctx context.Context) (row store.Configuration, err error) {
	var rows []store.Configuration
	var leaves []store.Leaf
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if rows, err = tx.Configurations(); err != nil {
			return err
		}
		if leaves, err = tx.DeskLeaves(audit.ConfigurationSet); err != nil || len(rows) == 0 {
			return err
		}
		row, err = tx.Configuration(rows[0].Number)
		return err
	})
	if err != nil {
		return row, fmt.Errorf("read configuration: %w", err)
	}
	told, err := c.told(leaves)
	if err != nil {
		return row, err
	}
	if len(told) != len(rows) {
		return row, fmt.Errorf("%w: it tells of %d versions, and there are %d", ErrAltered, len(told), len(rows))
	}
	for _, r := range rows {
		if told[r.Number] != hex.EncodeToString(r.Hash) {
			return row, fmt.Errorf("%w: version %d", ErrAltered, r.Number)
		}
	}
	return row, nil
}

// told are the hashes that lines of the log give, by version. A line that this installation
// did not write tells nothing.
func (c *Configure) told(leaves []store.Leaf) (map[int64]string, error) {
	told := map[int64]string{}
	for _, l := range leaves {
		r, err := audit.DecodeRecord(l.Record)
		if err != nil || len(l.Salt) != 32 {
			return nil, fmt.Errorf("%w: a line cannot be read", ErrAltered)
		}
		sum := audit.Leaf([32]byte(l.Salt), l.Record)
		n, err := strconv.ParseInt(r.Object, 10, 64)
		if err != nil || string(sum[:]) != string(l.Hash) || !c.Holds(l) || told[n] != "" {
			return nil, fmt.Errorf("%w: a line about it was altered", ErrAltered)
		}
		told[n] = r.Detail["hash"]
	}
	return told, nil
}

// Built is version 0: the built-in profile as it is.
func (c *Configure) Built() (*Version, error) {
	p, err := profile.Load(c.Name)
	if err != nil {
		return nil, err
	}
	v := &Version{Changes: profile.Changes{}, Routing: unrouted, Profile: p}
	c.keep(v)
	return v, nil
}

// version reads one version and puts it together with the profile; it is kept, for it does
// not change.
func (c *Configure) version(ctx context.Context, number int64) (*Version, error) {
	c.mu.Lock()
	v := c.known[number]
	c.mu.Unlock()
	if v != nil {
		return v, nil
	}
	if number == 0 {
		return c.Built()
	}
	var row store.Configuration
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Configuration(number)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return nil, fault.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	changes, err := c.changes(row)
	if err != nil {
		return nil, err
	}
	v = &Version{Number: number, Made: row.Made, By: row.By, Why: row.Why, Changes: changes, Routing: unrouted, hash: string(row.Hash)}
	if v.Profile, err = profile.LoadChanged(c.Name, changes); err != nil {
		return nil, fmt.Errorf("configuration, version %d: %w", number, err)
	}
	c.keep(v)
	return v, nil
}

// changes are those of one version, whose bytes are held against their hash.
func (c *Configure) changes(row store.Configuration) (profile.Changes, error) {
	if err := sound(row); err != nil {
		return nil, err
	}
	name, changes, err := profile.DecodeChanges(row.Body)
	if err == nil && name != c.Name {
		err = fmt.Errorf("%w: it is of the profile %q", profile.ErrChanges, name)
	}
	if err != nil {
		return nil, fmt.Errorf("configuration, version %d: %w", row.Number, err)
	}
	return changes, nil
}

// mostKnown bounds how many versions lie in memory.
const mostKnown = 20

func (c *Configure) keep(v *Version) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= mostKnown {
		c.known = map[int64]*Version{}
	}
	c.known[v.Number] = v
}

// At is the profile as it stood at a time: the one that a complaint of then was made with,
// with where complaints went then, for that decides which questions it was asked.
func (c *Configure) At(ctx context.Context, when time.Time) (*profile.Profile, error) {
	var rows []store.Configuration
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.Configurations()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	number := int64(0)
	for _, row := range rows { // the newest first
		if !row.Made.After(when) {
			number = row.Number
			break
		}
	}
	v, err := c.version(ctx, number)
	if err != nil {
		return nil, err
	}
	dir, err := c.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	if v, err = c.with(v, dir.Chain().At(when).Routing()); err != nil {
		return nil, err
	}
	return v.Profile, nil
}
