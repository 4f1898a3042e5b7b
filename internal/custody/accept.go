package custody

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/fault"
	"klankbord/internal/heads"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Difference is how the database differs from what was seen outside it.
type Difference struct {
	Alarms   []Alarm
	Outside  bool // there is a file of what was seen
	Seen     heads.Seen
	Database heads.Directory // the directory as the database has it; Count 0: it does not verify
	Log      int64           // leaves of the log that the database has signed
	LastLeaf time.Time       // of the newest line of the log
	Lost     []Passed        // events that were seen and that the database does not have
	Other    []Passed        // events that the database has in their place
}

// Passed is an event of the directory, told for an operator.
type Passed struct {
	Seq  int64
	At   time.Time
	Type staff.EventType
	Who  string // name, where it is known outside, or id of the member
}

// Compare tells how the database differs from what was seen.
func (c *Custody) Compare(ctx context.Context) (*Difference, error) {
	if err := c.Watch(ctx); err != nil && !errors.Is(err, ErrUnknown) {
		return nil, err
	}
	d := &Difference{Alarms: c.Alarms()}
	seen, err := c.outside.Seen()
	d.Seen, d.Outside = seen, err == nil
	outside := c.last(nil, seen)
	var events []staff.Event
	err = c.store.Read(ctx, func(tx *store.Tx) (err error) {
		if events, err = tx.DirectoryEvents(-1); err != nil {
			return err
		}
		if d.LastLeaf, err = tx.LastLeaf(); err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		point, err := tx.LatestCheckpoint()
		d.Log = point.Size
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	if chain, err := staff.Verify(c.instance, c.signer.Public(), events); err == nil {
		d.Database.Count, d.Database.Hash = chain.Head()
	}
	if outside != nil {
		d.Lost, d.Other = outside.differs(events)
	}
	return d, nil
}

// differs splits two chains where they part.
func (k *known) differs(events []staff.Event) (lost, other []Passed) {
	same := 0
	for same < len(events) && same < len(k.events) && string(events[same].Hash) == string(k.events[same].Hash) {
		same++
	}
	for _, e := range k.events[same:] {
		lost = append(lost, k.passed(e))
	}
	for _, e := range events[same:] {
		other = append(other, k.passed(e))
	}
	return lost, other
}

func (k *known) passed(e staff.Event) Passed {
	p := Passed{Seq: e.Seq}
	ch, at, err := e.Reads()
	if err != nil {
		return p
	}
	p.At, p.Type, p.Who = at, ch.Type, string(ch.Member)
	if person, ok := find(k.people, ch.Member); ok {
		p.Who = person.Name
	}
	return p
}

// Faults of accepting.
var (
	ErrReason  = fault.New(fault.Invalid, "error.reason-missing")
	ErrNothing = errors.New("the database goes on from what was seen: there is nothing to accept")
	ErrAltered = errors.New("the directory in the database does not verify: it cannot be accepted, only replaced by a backup")
)

// Accept makes the database's directory and log the ones that hold, although others
// were seen, and records why. Only an operator's command calls it. Members are told
// when they are next here.
func (c *Custody) Accept(ctx context.Context, reason string) error {
	if reason = strings.TrimSpace(reason); reason == "" {
		return ErrReason
	}
	d, err := c.Compare(ctx)
	switch {
	case err != nil:
		return err
	case d.Database.Count == 0:
		return ErrAltered
	case !c.alarmed(AlarmOlder, AlarmForked, AlarmMissing, AlarmUnreadable, AlarmPin, AlarmLog):
		return ErrNothing
	}
	now := c.store.Now()
	a := Acceptance{
		Instance: c.instance, At: now, Reason: reason, From: d.Seen.Directory, To: d.Database, LogFrom: d.Seen.Log.Size, LogTo: d.Log,
	}
	a.To.At = now
	record, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("encode acceptance: %w", err)
	}
	row := store.Acceptance{At: now, Record: record, Signature: c.signer.Sign(acceptanceContext(c.instance), record)}
	leaf := Leaf(now, Event{Kind: audit.OlderAccepted, Actor: audit.Actor{Kind: audit.Operator}, Object: "directory", Detail: a.detail()})
	var point store.Checkpoint
	err = c.store.Write(ctx, func(tx *store.Tx) (err error) {
		if point, err = tx.LatestCheckpoint(); err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		return errors.Join(tx.InsertAcceptance(row), tx.InsertLeaf(leaf))
	})
	if err != nil {
		return fmt.Errorf("record acceptance: %w", err)
	}
	return c.takeOver(ctx, heads.Seen{
		Instance: c.instance, Directory: a.To, Log: heads.Log{Size: point.Size, Note: point.Note, At: now},
	})
}

func (a Acceptance) detail() map[string]string {
	return map[string]string{
		"reason": a.Reason, "from": fmt.Sprint(a.From.Count), "to": fmt.Sprint(a.To.Count),
		"log-from": fmt.Sprint(a.LogFrom), "log-to": fmt.Sprint(a.LogTo),
	}
}

// takeOver replaces what was seen, outside and here.
func (c *Custody) takeOver(ctx context.Context, seen heads.Seen) error {
	var events []staff.Event
	err := c.store.Read(ctx, func(tx *store.Tx) (err error) {
		events, err = tx.DirectoryEvents(-1)
		return err
	})
	if err != nil {
		return fmt.Errorf("read directory: %w", err)
	}
	chain, err := staff.Verify(c.instance, c.signer.Public(), events)
	if err != nil {
		return errors.Join(ErrAltered, err)
	}
	next := &known{chain: chain, events: events, people: c.people(ctx, chain, c.kept())}
	if err := errors.Join(c.outside.Accept(seen), c.keepCopy(next)); err != nil {
		return fmt.Errorf("keep what was accepted: %w", err)
	}
	c.mu.Lock()
	c.known, c.alarms = nil, nil
	c.mu.Unlock()
	_, err = c.current(ctx)
	return err
}

// kept is who the members were, as this process knows it.
func (c *Custody) kept() []Person {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil {
		return nil
	}
	return c.known.people
}
