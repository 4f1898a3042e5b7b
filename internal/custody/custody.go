// Package custody keeps the keys of cases: it opens a case for a member or for
// the complainant's code, adds sealed entries to it, lifts the gate over an
// identity in the transaction that logs it, and follows the verified directory.
// It must never return a case whose stamps and head do not hold as if they did:
// what is altered or missing is told as damage. While the directory in the database
// is not the one that was seen before, it lets nobody make a grant or close a case,
// and hands out the keys of the last verified one. Everything it refuses looks like
// fault.ErrNotFound from outside.
package custody

import (
	"encoding/hex"
	"sync"

	"klankbord/internal/heads"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Custody holds what is needed to keep and open cases. It is safe for concurrent
// use.
type Custody struct {
	store    *store.Store
	instance string
	stamps   *seal.Stamper
	gates    *seal.Key
	signer   *seal.Signer
	outside  *heads.Folder
	former   []*seal.Stamper // of the keys before this one; see Formerly
	head     *LogHead        // nil: the log is not watched

	mu     sync.Mutex
	known  *known  // guarded by mu; only ever moves forwards, but for an acceptance
	alarms []Alarm // guarded by mu
}

// New returns the custody of one instance. gates is the subkey under which gate keys
// lie, signer the installation's own, outside the files in its state folder.
func New(s *store.Store, instance string, stamps *seal.Stamper, gates *seal.Key, signer *seal.Signer, outside *heads.Folder) *Custody {
	return &Custody{store: s, instance: instance, stamps: stamps, gates: gates, signer: signer, outside: outside}
}

// WatchLog has Watch hold the log against its last seen head. It is called once,
// before the custody is used.
func (c *Custody) WatchLog(h *LogHead) { c.head = h }

// Formerly has what is only kept as a keyed hash, such as that a mail was taken in before,
// found as well where it was kept under a key before this one. Stamps of such a key hold
// nothing. It is called once, before the custody is used.
func (c *Custody) Formerly(former []*seal.Stamper) { c.former = former }

// marks is one keyed hash under the key of now and under those before it, the newest first.
func (c *Custody) marks(ctx seal.Context, content []byte) (list []string) {
	for _, s := range append([]*seal.Stamper{c.stamps}, c.former...) {
		list = append(list, hex.EncodeToString(s.Stamp(ctx, 0, content, AuthorSystem)))
	}
	return list
}

// Instance is the id of the instance.
func (c *Custody) Instance() string { return c.instance }
