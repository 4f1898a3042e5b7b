package custody

import (
	"context"
	"errors"
	"fmt"

	"klankbord/internal/fault"
	"klankbord/internal/heads"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// known is what was verified last. It does not change.
type known struct {
	chain    *staff.Chain
	events   []staff.Event
	people   []Person
	accepted int64 // of the heads that it was checked against
}

// ErrUnknown tells that there is no verified directory at all, neither in the
// database nor outside; then nobody can be given a key.
var ErrUnknown = fault.New(fault.Unavailable, "error.directory-unknown")

// Directory returns the newest verified directory, as it is now: the database's, or,
// while there is an alarm, the last one before. Whoever makes a grant asks Granting
// instead; only intake goes on. It fails with ErrUnknown.
func (c *Custody) Directory(ctx context.Context) (*staff.Directory, error) {
	k, err := c.current(ctx)
	if err != nil {
		return nil, err
	}
	return k.chain.At(c.store.Now()), nil
}

// chainAlarms are those that following the chain raises and settles.
func chainAlarms() []AlarmKind {
	return []AlarmKind{AlarmAltered, AlarmOlder, AlarmForked, AlarmMissing, AlarmUnreadable, AlarmUnwritable}
}

// current follows the chain in the database. It reads only what is new, unless
// there is an alarm or nothing is known yet.
func (c *Custody) current(ctx context.Context) (*known, error) {
	seen, err := c.outside.Seen()
	c.mu.Lock()
	k := c.known
	if k != nil && err == nil && k.accepted != seen.Accepted {
		k, c.known, c.alarms = nil, nil, nil // an operator accepted another database
	}
	c.mu.Unlock()
	if k == nil || err != nil || c.alarmed(chainAlarms()...) {
		return c.verifyAll(ctx, k)
	}
	next, kind, err := c.follow(ctx, k, seen)
	if err != nil {
		return nil, err
	}
	if kind != "" {
		c.Raise(ctx, kind)
		return k, nil
	}
	return c.keep(ctx, next, seen), nil
}

// follow reads what came after the known chain; the last known event is read again,
// to notice a fork.
func (c *Custody) follow(ctx context.Context, k *known, seen heads.Seen) (*known, AlarmKind, error) {
	count, head := k.chain.Head()
	var events []staff.Event
	err := c.store.Read(ctx, func(tx *store.Tx) (err error) {
		events, err = tx.DirectoryEvents(count - 2)
		return err
	})
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("read directory: %w", err)
	case len(events) == 0:
		return nil, AlarmOlder, nil
	case events[0].Seq != count-1 || string(events[0].Hash) != string(head):
		return nil, AlarmForked, nil
	case len(events) == 1:
		return k, c.against(k.chain, seen), nil
	}
	chain, err := k.chain.Follow(events[1:])
	if err != nil {
		return nil, AlarmAltered, nil //nolint:nilerr // it is the alarm
	}
	next := &known{chain: chain, events: append(k.events[:len(k.events):len(k.events)], events[1:]...), people: k.people, accepted: seen.Accepted}
	return next, c.against(chain, seen), nil
}

// against compares a verified chain with what was seen before.
func (c *Custody) against(chain *staff.Chain, seen heads.Seen) AlarmKind {
	count, _ := chain.Head()
	switch {
	case seen.Directory.Count == 0 || chain.Holds(seen.Directory.Count, seen.Directory.Hash):
		return ""
	case count < seen.Directory.Count:
		return AlarmOlder
	default:
		return AlarmForked
	}
}

// verifyAll reads the whole chain and compares it with what was kept outside.
func (c *Custody) verifyAll(ctx context.Context, k *known) (*known, error) {
	seen, seenErr := c.outside.Seen()
	var events []staff.Event
	var members []store.Member
	err := c.store.Read(ctx, func(tx *store.Tx) (err error) {
		if events, err = tx.DirectoryEvents(-1); err != nil {
			return err
		}
		members, err = tx.Members()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read directory: %w", err)
	}
	return c.weigh(ctx, k, seen, seenErr, events, len(members) == 0)
}

// weigh decides which directory holds: the database's if that goes on from everything
// that was seen, or else the one that was seen. An instance that nobody has entered
// may have nothing outside yet.
func (c *Custody) weigh(ctx context.Context, k *known, seen heads.Seen, seenErr error, events []staff.Event, empty bool) (*known, error) {
	if k == nil && !c.noted(AlarmPin).IsZero() {
		c.Raise(ctx, AlarmPin) // what a member saw is not looked at again before they are here
	}
	k = c.last(k, seen)
	kind := AlarmKind("")
	chain, err := staff.Verify(c.instance, c.signer.Public(), events)
	switch {
	case err != nil || len(events) == 0:
		kind = AlarmAltered
	case errors.Is(seenErr, heads.ErrNone) && (len(events) > 1 || !empty):
		kind = AlarmMissing
	case seenErr != nil && !errors.Is(seenErr, heads.ErrNone):
		kind = AlarmUnreadable
	case k != nil:
		count, hash := k.chain.Head()
		kind = c.against(chain, heads.Seen{Directory: heads.Directory{Count: count, Hash: hash}})
	}
	if kind == "" {
		kind = c.against(chain, seen)
	}
	return c.decide(ctx, k, &known{chain: chain, events: events, accepted: seen.Accepted}, kind, seen)
}

func (c *Custody) decide(ctx context.Context, last, database *known, kind AlarmKind, seen heads.Seen) (*known, error) {
	if kind == "" {
		c.Settle(ctx, AlarmAltered, AlarmOlder, AlarmForked, AlarmMissing, AlarmUnreadable)
		if last == nil { // the copy is gone or was not whole
			seen.Directory.Count = 0
		} else {
			database.people = last.people
		}
		return c.keep(ctx, database, seen), nil
	}
	c.Raise(ctx, kind)
	c.Settle(ctx, without(kind, AlarmAltered, AlarmOlder, AlarmForked, AlarmMissing, AlarmUnreadable)...)
	if last == nil && (kind == AlarmMissing || kind == AlarmUnreadable) {
		last = database // it verifies; nothing outside says otherwise
	}
	if last == nil {
		return nil, ErrUnknown
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known = last
	return last, nil
}

func without(kind AlarmKind, kinds ...AlarmKind) (list []AlarmKind) {
	for _, k := range kinds {
		if k != kind {
			list = append(list, k)
		}
	}
	return list
}

// keep makes next what is known, and keeps it outside the database if it is newer
// than what was seen.
func (c *Custody) keep(ctx context.Context, next *known, seen heads.Seen) *known {
	count, hash := next.chain.Head()
	if next.people == nil || count > seen.Directory.Count {
		fresh := *next
		fresh.people = c.people(ctx, next.chain, next.people)
		next = &fresh
	}
	c.mu.Lock()
	if c.known == nil || chainLength(next) >= chainLength(c.known) {
		c.known = next
	}
	next = c.known
	c.mu.Unlock()
	if count <= seen.Directory.Count {
		return next
	}
	err := c.keepCopy(next)
	if err == nil {
		err = c.outside.Advance(c.instance, func(s *heads.Seen) {
			if s.Directory.Count < count {
				s.Directory = heads.Directory{Count: count, Hash: hash, At: c.store.Now()}
			}
		})
	}
	if err != nil {
		c.Raise(ctx, AlarmUnwritable)
	} else {
		c.Settle(ctx, AlarmUnwritable)
	}
	return next
}

func chainLength(k *known) int64 {
	n, _ := k.chain.Head()
	return n
}

func count(d *staff.Directory) int64 {
	n, _ := d.Head()
	return n
}

// unfollowed stands for the length of a directory that is not the database's.
const unfollowed = -1

// length is how many events the database must still have when a case is written whose
// recipients d chose. While the database is not the one that was seen, d is another
// one, and nothing can be added to it meanwhile.
func (c *Custody) length(d *staff.Directory) int64 {
	if c.alarmed(chainAlarms()...) {
		return unfollowed
	}
	return count(d)
}
