package custody

import (
	"errors"
	"fmt"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Turn is a change of who may read a case. Everyone in To has every epoch after it;
// everyone else has nothing.
type Turn struct {
	To    access.Selection
	Out   []staff.ID     // lose drafts and mail of the case also where they hold no key
	Anew  []staff.ID     // get each grant anew, for the key that they have now
	Named []staff.ID     // whose coming the items tell of
	Place casefile.Place // where the case is handled from here on; zero: where it was
	Code  *store.Code    // the one code from here on, from Custody.Code; nil: as before
	Part  casefile.Scope // a part of the case that is erased with it; empty: none
}

// Turn seals items onto an opened case together with a change of who may read it.
// Whoever comes gets the keys of every epoch that the giver holds; whoever goes
// loses every row, and what follows lies under a fresh epoch that they never had. An
// identity that is sealed apart from here on is put under a gate in every epoch, and
// one that was stays so. It fails as Add does.
//
// While there is an alarm no key is given. A turn that only takes keys away does so
// nevertheless, and whoever writes first once it is settled draws the fresh epoch;
// every other turn fails with ErrStopped.
func (c *Custody) Turn(d *staff.Directory, o *Opened, t Turn, items ...Item) (*Addition, error) {
	stopped := c.stopped()
	if stopped != nil && !t.onlyTakes() {
		return nil, stopped
	}
	if o.latest() == nil {
		return nil, errOlder
	}
	if o.Damaged {
		return nil, errDamaged
	}
	s := &shift{c: c, d: d, o: o, t: t, seq: o.Case.Head.Count, at: c.store.Now(), keys: o.latest(), stopped: stopped != nil}
	s.drop()
	for _, step := range []func() error{s.takeAway, s.putUnderGate, s.passOver, s.bring, s.freshen} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	s.back = o.strangers(d, t.Place)
	a := &Addition{id: o.Case.ID, from: o.Case.Head, keys: s.keys, turned: &s.turned}
	called, err := s.calledIn()
	if err != nil {
		return nil, err
	}
	for _, item := range append(called, items...) {
		e, err := c.sealEntry(s.keys, o.Case.ID, item, s.next(), s.at)
		if err != nil {
			return nil, err
		}
		a.Entries = append(a.Entries, e)
	}
	a.to = c.stampHead(o.Case.ID, s.head(a.Entries))
	s.tell()
	return a, nil
}

// onlyTakes reports whether a turn is about taking keys away and nothing else.
func (t Turn) onlyTakes() bool {
	return len(t.Out) > 0 && len(t.Anew) == 0 && t.Code == nil && t.Place == (casefile.Place{})
}

// turned is what a turn writes beside the entries.
type turned struct {
	directory int64 // length of the directory by which it was decided
	removed   []store.Grant
	grants    []store.Grant
	gated     []gated
	fresh     *store.CaseKey
	out       []staff.ID    // who lose what they have beside the grants
	rings     []store.Grant // whose keyring rows are of another form
	code      *store.Code
	dead      []string      // look-ups of codes that die
	dropped   []store.Entry // erased with a part of the case
	leaves    []store.Leaf
	came      []staff.ID // who held no key before, and hold every one now
	back      []staff.ID // who wait no longer: their access is restored, or the case went elsewhere
}

// gated is an epoch whose identity is put under a gate.
type gated struct {
	key store.CaseKey
	was []byte // its stamp before
}

// Came lists the members who held no key of the case before.
func (a *Addition) Came() []staff.ID {
	if a.turned == nil {
		return nil
	}
	return a.turned.came
}

// Lost reports whether the addition takes a member's keys away.
func (a *Addition) Lost(member staff.ID) bool {
	return a.turned != nil && slices.Contains(a.turned.out, member)
}

// Turned reports whether the entries lie under a fresh epoch.
func (a *Addition) Turned() bool { return a.turned != nil && a.turned.fresh != nil }

// write removes and adds what the turn changes. ErrStale: somebody else changed the
// case or the directory first.
func (w *turned) write(tx *store.Tx, id casefile.ID) error {
	if err := sameDirectory(tx, w.directory); err != nil {
		return err
	}
	var errs []error
	for _, g := range w.removed {
		errs = append(errs, tx.DeleteGrant(g))
	}
	for _, member := range w.out {
		errs = append(errs, tx.ForgetReader(id, member), tx.ForgetLost(id, member))
	}
	for _, member := range slices.Concat(w.back, w.came) {
		errs = append(errs, tx.ForgetLost(id, member))
	}
	for _, g := range w.rings {
		errs = append(errs, tx.DeleteRing(id, staff.ID(g.Recipient), g.Epoch))
	}
	for _, g := range w.gated {
		errs = append(errs, tx.RenewCaseKey(g.key, g.was))
	}
	for _, e := range w.dropped {
		errs = append(errs, tx.DeleteEntry(e))
	}
	for _, lookup := range w.dead {
		errs = append(errs, tx.DeleteCode(lookup))
	}
	if w.code != nil {
		errs = append(errs, tx.InsertCode(*w.code))
	}
	if w.fresh != nil {
		errs = append(errs, tx.InsertCaseKey(*w.fresh), tx.MoveEpoch(id, w.fresh.Epoch-1, w.fresh.Epoch))
	}
	for _, g := range w.grants {
		errs = append(errs, tx.InsertGrant(g))
	}
	for _, leaf := range w.leaves {
		errs = append(errs, tx.InsertLeaf(leaf))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("turn case: %w", err)
	}
	return nil
}

// sameDirectory fails with ErrStale when the directory has grown since recipients
// were chosen by it, so that nobody receives a key who has left meanwhile.
func sameDirectory(tx *store.Tx, length int64) error {
	if length == unfollowed {
		return nil
	}
	now, err := tx.DirectoryLength()
	if err == nil && now != length {
		err = store.ErrStale
	}
	return err
}
