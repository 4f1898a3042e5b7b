package custody

import (
	"context"
	"slices"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// AlarmKind says what is not as it was seen before.
type AlarmKind string

// The kinds of alarm.
const (
	AlarmAltered    AlarmKind = "altered"    // the chain of events does not verify
	AlarmOlder      AlarmKind = "older"      // events are missing that were seen
	AlarmForked     AlarmKind = "forked"     // other events stand where some were seen
	AlarmMissing    AlarmKind = "missing"    // what was kept outside the database is gone
	AlarmUnreadable AlarmKind = "unreadable" // what was kept outside cannot be read
	AlarmUnwritable AlarmKind = "unwritable" // what was seen cannot be kept outside
	AlarmPin        AlarmKind = "pin"        // a member saw another directory before
	AlarmGhost      AlarmKind = "ghost"      // a grant to a key that nobody vouched for
	AlarmPerson     AlarmKind = "person"     // a member's name or address is not the one vouched for
	AlarmProfile    AlarmKind = "profile"    // another profile than the directory was founded with
	AlarmInvitation AlarmKind = "invitation" // an invitation is not as it was made
	AlarmLog        AlarmKind = "log"        // the log is older than the one that was seen
)

// AlarmKinds lists every kind, in the order of the constants.
func AlarmKinds() []AlarmKind {
	return []AlarmKind{
		AlarmAltered, AlarmOlder, AlarmForked, AlarmMissing, AlarmUnreadable, AlarmUnwritable, AlarmPin, AlarmGhost,
		AlarmPerson, AlarmProfile, AlarmInvitation, AlarmLog,
	}
}

// Alarm is something that is wrong, since a time.
type Alarm struct {
	Kind  AlarmKind
	Since time.Time
}

// ErrStopped tells that nothing may be granted, signed or closed because of an
// alarm.
var ErrStopped = fault.New(fault.Denied, "error.directory-alarm")

// Granting returns the directory for whoever makes a grant, signs a change of the
// directory or closes a case. Every such act asks it first; it fails with ErrStopped
// while there is an alarm.
func (c *Custody) Granting(ctx context.Context) (*staff.Directory, error) {
	d, err := c.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return d, c.stopped()
}

// stopped is what Granting and Turn, through which every grant but those of a new
// case goes, both ask.
func (c *Custody) stopped() error {
	if len(c.Alarms()) > 0 {
		return ErrStopped
	}
	return nil
}

// Alarms lists what is wrong, as far as this process has noticed.
func (c *Custody) Alarms() []Alarm {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.alarms)
}

// Raise notes that something is wrong: in the log, outside the database, and for
// Granting. Raising what is raised does nothing. It cannot fail: what cannot be
// written is still known here.
func (c *Custody) Raise(ctx context.Context, kind AlarmKind) {
	if c.alarmed(kind) {
		return
	}
	since, before := c.store.Now(), c.noted(kind)
	if !before.IsZero() {
		since = before
	}
	c.mu.Lock()
	twice := slices.ContainsFunc(c.alarms, func(a Alarm) bool { return a.Kind == kind })
	if !twice {
		c.alarms = append(c.alarms, Alarm{kind, since})
	}
	c.mu.Unlock()
	if !twice && before.IsZero() {
		c.note(ctx, kind, since, "raised")
	}
}

// noted is since when a kind of alarm stands outside the database; zero: it does not.
func (c *Custody) noted(kind AlarmKind) time.Time {
	noted, err := c.outside.Alarms()
	if err != nil {
		return time.Time{}
	}
	return noted[string(kind)]
}

// Settle notes that something is no longer wrong.
func (c *Custody) Settle(ctx context.Context, kinds ...AlarmKind) {
	for _, kind := range kinds {
		c.mu.Lock()
		before := len(c.alarms)
		c.alarms = slices.DeleteFunc(c.alarms, func(a Alarm) bool { return a.Kind == kind })
		settled := len(c.alarms) < before
		c.mu.Unlock()
		if settled || !c.noted(kind).IsZero() {
			c.note(ctx, kind, time.Time{}, "settled")
		}
	}
}

func (c *Custody) note(ctx context.Context, kind AlarmKind, since time.Time, state string) {
	_ = c.outside.NoteAlarm(string(kind), since)
	leaf := Leaf(c.store.Now(), Event{
		Kind: audit.DirectoryAlarm, Actor: BySystem(), Object: string(kind), Detail: map[string]string{"state": state},
	})
	_ = c.store.Write(ctx, func(tx *store.Tx) error { return tx.InsertLeaf(leaf) })
}

func (c *Custody) alarmed(kinds ...AlarmKind) bool {
	return slices.ContainsFunc(c.Alarms(), func(a Alarm) bool { return slices.Contains(kinds, a.Kind) })
}
