package casework

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// PracticeDays is for how many days a complaint that was made up can be practised on.
const PracticeDays = 14

// errPracticeAlone tells that a made-up complaint stays with the one who made it: nobody
// else gets its keys, no code of it leaves, and no real case leads to it.
var errPracticeAlone = fault.New(fault.Conflict, "error.practice-alone")

// practice reports whether a case was made up to practise on.
func practice(o *custody.Opened) bool { return o.Case.Channel == casefile.ChannelPractice }

// PracticeStory is what the made-up complaint tells, in the language of the member.
type PracticeStory struct {
	Route                      casefile.Route // empty: the one that suits best
	Subject, Text, First, Last string
}

// Practice is a complaint that a member made up, as far as it stands in the clear.
type Practice struct {
	Route  casefile.Route
	Number casefile.Number
	Begun  time.Time
	Ends   time.Time
	Steps  []PracticeStep
}

// PracticeStep is something that a real case asks for as well.
type PracticeStep struct {
	Key  string // the last part of a catalogue key
	To   string // the page on which it is done, below the address of the case
	Done bool
}

// LogValue hides what it tells.
func (PracticeStory) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// String hides what it tells.
func (PracticeStory) String() string { return "[sealed]" }

// Practices tells a member what they have made up, and how far they are. fault.ErrNotFound
// for whoever handles no cases.
func (c *Casework) Practices(ctx context.Context, actor access.Actor) (list []Practice, err error) {
	if !actor.Handler() || !actor.Entry.Active {
		return nil, fault.ErrNotFound
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		list = nil
		files, err := tx.PracticesOf(actor.Member, actor.Keys.Public().Fingerprint())
		for _, file := range files {
			done, err := tx.DoneIn(file.ID, actor.Member)
			if err != nil {
				return err
			}
			list = append(list, Practice{
				Route: file.Route, Number: file.Number, Begun: file.Received, Ends: practiceEnds(file.Received), Steps: practiceSteps(file, done),
			})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read practice: %w", err)
	}
	return list, nil
}

// PracticeRoutes are those on which a complaint can be made up: every one to which the form
// leads. Whoever handles complaints of one team can practise those of another.
func (c *Casework) PracticeRoutes() []casefile.Route {
	var list []casefile.Route
	for _, route := range []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity} {
		if _, ok := c.practiceTopic(route); ok {
			list = append(list, route)
		}
	}
	return list
}

func practiceEnds(begun time.Time) time.Time { return begun.AddDate(0, 0, PracticeDays) }

func practiceSteps(file store.Case, done store.Done) []PracticeStep {
	wrote := func(k casefile.EntryKind) bool { return done.Entries[k] > 0 }
	opened := func(what string) bool { return slices.Contains(done.Openings, what) }
	steps := []PracticeStep{
		{Key: "read", Done: opened("case")},
		{Key: "charge", Done: file.InCharge != ""},
		{Key: "acknowledge", Done: file.State != casefile.StateReceived},
	}
	before := 0 // sheets that come before the assessment
	if file.Route.SealsIdentityApart() {
		before++
		steps = append(steps, PracticeStep{Key: "impartial", To: "/records/" + string(casefile.SheetConflict), Done: wrote(casefile.EntryRecord)})
	}
	steps = append(steps,
		PracticeStep{Key: "assess", To: "/records/" + string(casefile.SheetTriage), Done: done.Entries[casefile.EntryRecord] > before},
		PracticeStep{Key: "note", To: "?write=note#compose", Done: wrote(casefile.EntryNote)},
	)
	if file.Route.SealsIdentityApart() {
		steps = append(steps, PracticeStep{Key: "identity", To: "/identity", Done: opened("identity")})
	}
	return append(steps,
		PracticeStep{Key: "answer", To: "?write=message#compose", Done: wrote(casefile.EntryMessageOut)},
		PracticeStep{Key: "close", To: "/close", Done: wrote(casefile.EntryOutcome)},
	)
}

// Practising is until when a case that was made up can be practised on; the zero time for
// every other, whether it exists or not. Pages say so above everything else.
func (c *Casework) Practising(ctx context.Context, actor access.Actor, n casefile.Number) (until time.Time, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		file, err := tx.CaseFor(actor.Member, n)
		if err == nil && file.Channel == casefile.ChannelPractice {
			until = practiceEnds(file.Received)
		}
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		return err
	})
	if err != nil {
		return until, fmt.Errorf("read practice: %w", err)
	}
	return until, nil
}

// EndPractice throws away at once what the member made up on a route, or, where none is named,
// everything; where there is nothing that is no error. fault.ErrNotFound for whoever handles
// no cases.
func (c *Casework) EndPractice(ctx context.Context, actor access.Actor, route casefile.Route) error {
	if !actor.Handler() || !actor.Entry.Active {
		return fault.ErrNotFound
	}
	var files []store.Case
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		files, err = tx.PracticesOf(actor.Member, actor.Keys.Public().Fingerprint())
		return err
	})
	if err != nil {
		return fmt.Errorf("read practice: %w", err)
	}
	for _, file := range files {
		if route != "" && file.Route != route {
			continue
		}
		if err := custody.Retry(func() error { return c.endPractice(ctx, custody.ByMember(actor.Member), file.ID) }); err != nil {
			return err
		}
	}
	return nil
}

// ExpirePractice ends what was made up at its time. One that is gone is no error.
func (c *Casework) ExpirePractice(ctx context.Context, ref string) error {
	err := custody.Retry(func() error { return c.endPractice(ctx, custody.BySystem(), casefile.ID(ref)) })
	switch {
	case errors.Is(err, fault.ErrNotFound):
		return nil
	case err == nil:
		return custody.ErrEnded // with its job
	default:
		return err
	}
}

// endPractice removes a made-up complaint with its keys. Nothing of it stays but the line of
// the log. fault.ErrNotFound for every other case.
func (c *Casework) endPractice(ctx context.Context, by audit.Actor, id casefile.ID) error {
	var file store.Case
	made := false
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if file, err = tx.Case(id); err == nil {
			made, err = c.Custody.MadeUp(tx, file)
		}
		return err
	})
	if errors.Is(err, store.ErrNone) || err == nil && !made {
		return fault.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("read practice: %w", err)
	}
	leaf, files := custody.Leaf(c.Store.Now(), custody.Event{Kind: audit.PracticeEnded, Actor: by, Case: id, Object: string(file.Number)}), ident.New()
	err = c.write(ctx, func(tx *store.Tx) error {
		return errors.Join(c.practised(tx, by, file), tx.EndPractice(file, files), tx.InsertLeaf(leaf))
	})
	if err != nil {
		return fmt.Errorf("end practice: %w", err)
	}
	c.logged.forget(id)
	c.forgetCase(id)
	c.wake()
	return nil
}

// practised notes, before a made-up complaint is gone, that somebody answered one: the set-up
// of a new desk asks for it. What is noted there names no complaint.
func (c *Casework) practised(tx *store.Tx, by audit.Actor, file store.Case) error {
	member := file.InCharge
	if by.Kind == audit.Member {
		member = staff.ID(by.ID)
	}
	marks, err := tx.SetupMarks()
	asked := slices.ContainsFunc(marks, func(m store.SetupMark) bool { return m.Step != store.SetupPractice })
	noted := slices.ContainsFunc(marks, func(m store.SetupMark) bool { return m.Step == store.SetupPractice })
	if err != nil || !asked || noted || member == "" {
		return err
	}
	answered, err := tx.Practised()
	if err != nil || !answered {
		return err
	}
	leaf := custody.Leaf(tx.Now(), custody.Event{Kind: audit.SetupConfirmed, Actor: by, Object: store.SetupPractice})
	return errors.Join(tx.PutSetupMark(store.SetupMark{Step: store.SetupPractice, Member: member}), tx.InsertLeaf(leaf))
}
