// Package custody keeps the keys of cases: it opens a case for a member or for
// the complainant's code, adds sealed entries to it, lifts the gate over an
// identity in the transaction that logs it, and follows the verified directory.
// It must never return a case whose stamps and head do not hold as if they did:
// what is altered or missing is told as damage. Everything it refuses looks like
// fault.ErrNotFound from outside.
package custody

import (
	"context"
	"fmt"
	"sync"

	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Custody holds what is needed to keep and open cases. It is safe for concurrent
// use.
type Custody struct {
	store    *store.Store
	instance string
	stamps   *seal.Stamper
	gates    *seal.Key
	anchor   seal.SigningPublic

	mu        sync.Mutex
	directory *staff.Directory // guarded by mu; only ever moves forwards
}

// New returns the custody of one instance. anchor is the instance's public
// signing key, gates the subkey under which gate keys lie.
func New(s *store.Store, instance string, stamps *seal.Stamper, gates *seal.Key, anchor seal.SigningPublic) *Custody {
	return &Custody{store: s, instance: instance, stamps: stamps, gates: gates, anchor: anchor}
}

// Instance is the id of the instance.
func (c *Custody) Instance() string { return c.instance }

// Directory returns the verified directory as it stands in the database now. It
// fails with staff.ErrDirectory when the chain does not verify or is older than
// the one seen before; then nothing may be wrapped to anyone.
func (c *Custody) Directory(ctx context.Context) (*staff.Directory, error) {
	c.mu.Lock()
	known := c.directory
	c.mu.Unlock()
	after := int64(-1)
	if known != nil {
		count, _ := known.Head()
		after = count - 2 // the last known event is read again, to notice a fork
	}
	var events []staff.Event
	err := c.store.Read(ctx, func(tx *store.Tx) (err error) {
		events, err = tx.DirectoryEvents(after)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read directory: %w", err)
	}
	next, err := c.follow(known, events)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.directory == nil || count(next) >= count(c.directory) {
		c.directory = next
	}
	return c.directory, nil
}

func count(d *staff.Directory) int64 {
	n, _ := d.Head()
	return n
}

func (c *Custody) follow(known *staff.Directory, events []staff.Event) (*staff.Directory, error) {
	if known == nil {
		return staff.Verify(c.instance, c.anchor, events)
	}
	_, head := known.Head()
	if len(events) == 0 || string(events[0].Hash) != string(head) {
		return nil, fmt.Errorf("%w: it is older than or differs from the one seen before", staff.ErrDirectory)
	}
	if len(events) == 1 {
		return known, nil
	}
	return known.Follow(events[1:])
}
