package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/retention"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// The faults of an erasure.
var (
	errNotDue      = fault.New(fault.Conflict, "error.erase-early")
	errUnrulable   = fault.New(fault.Conflict, "error.erase-no-rule")
	errEraseBroken = fault.New(fault.Conflict, "error.erase-damaged")
)

// Erasure says until when a case is kept, and how this member can erase it.
type Erasure struct {
	After   time.Time // end of the last day on which it is kept; zero: it is open, or no rule fits
	Rule    retention.Reason
	Due     bool
	Hold    *Hold  // nil: none stands
	Way     Way    // how it is erased, once it is due
	Request string // the member's own request for it
	Lift    Way    // how the hold is lifted
	Lifting string // the member's own request for that
}

func (c *Casework) erasure(actor access.Actor, o *custody.Opened, dir *staff.Directory, names map[staff.ID]string, asked []Asked) Erasure {
	var e Erasure
	if until, rule, ok := c.keptUntil(o); ok {
		e.After, e.Rule, e.Due = until, rule, c.Store.Now().After(until)
	}
	if h, by, stands := standing(o); stands {
		id := staff.ID(by.AuthorID)
		e.Hold = &Hold{By: Person{id, names[id]}, Since: by.Created, Reason: h.Why, Review: h.Review, Late: c.Store.Now().After(h.Review)}
	}
	e.Way, e.Lift = WayReason, WayReason
	if c.twoToErase(actor, o, dir) {
		e.Way, e.Request = c.wayTo(actor, o, dir, asked, casefile.MatterErasure)
		e.Lift, e.Lifting = c.wayTo(actor, o, dir, asked, casefile.MatterHold)
	}
	return e
}

// keptUntil is the end of the last day on which a closed case is kept, and by which
// rule. The row of the case may be written by whoever holds the database, so that the
// sealed entry that tells of the closing counts as well; the later day holds.
func (c *Casework) keptUntil(o *custody.Opened) (time.Time, retention.Reason, bool) {
	if o.Case.State.Open() || o.Case.EraseAfter.IsZero() {
		return time.Time{}, "", false
	}
	if o.Case.Channel == casefile.ChannelWatch {
		return o.Case.EraseAfter, retention.ReasonWatch, true
	}
	closed := o.Case.Closed
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryStateEvent || e.Damaged || e.Locked {
			continue
		}
		if p, err := casefile.DecodePayload[casefile.StateEvent](e.Payload); err == nil && p.From.Open() && !p.To.Open() && p.At.After(closed) {
			closed = p.At
		}
	}
	until, rule, ok := c.retention().Until(c.Calendar, o.Case.Route, outcomeOf(o).Outcome, closed)
	if o.Case.EraseAfter.After(until) {
		until = o.Case.EraseAfter
	}
	return until, rule, ok
}

// Erase erases a case whose time has come, at once and for good: keys, entries, mail,
// drafts and what the log could tell go in one transaction, sealed files right after
// it. What stays is a row in the register and the line of the log. The password is asked
// for once more. Faults: the time has not come; a hold stands (*casefile.Refusal);
// ErrNeedsApproval; the case is damaged; custody.ErrStopped.
func (c *Casework) Erase(ctx context.Context, actor access.Actor, n casefile.Number, password string) error {
	if _, err := c.Custody.Granting(ctx); err != nil {
		return err
	}
	if _, err := c.erasable(ctx, actor, n); err != nil {
		return err
	}
	if err := c.SignIn.StepUp(ctx, actor, password); err != nil {
		return err
	}
	return custody.Retry(func() error {
		e, err := c.erasable(ctx, actor, n)
		if err != nil {
			return err
		}
		return c.erase(ctx, actor, e)
	})
}

// erasing is a case that may be erased, and what stays of it.
type erasing struct {
	o       *custody.Opened
	left    store.ErasedCase
	request string // whose approval allows it; empty: nobody had to agree
}

func (c *Casework) erasable(ctx context.Context, actor access.Actor, n casefile.Number) (e erasing, err error) {
	var dir *staff.Directory
	if e.o, dir, err = c.openWith(ctx, actor, n); err != nil {
		return e, err
	}
	until, rule, ok := c.keptUntil(e.o)
	_, _, stopped := standing(e.o)
	switch {
	case !ok:
		return e, errUnrulable
	case e.o.Damaged:
		return e, errEraseBroken
	case !c.Store.Now().After(until):
		return e, errNotDue
	}
	if err := casefile.Permit(e.o.Case.Route, e.o.Case.State, casefile.StateErased, casefile.Facts{LegalHold: stopped}); err != nil {
		return e, err
	}
	e.left = store.ErasedCase{
		Case: e.o.Case.ID, Number: e.o.Case.Number, Route: e.o.Case.Route, Team: e.o.Case.Team, Channel: e.o.Case.Channel,
		Language: e.o.Case.Language, Topics: routing(e.o).Topics, Outcome: outcomeOf(e.o).Outcome,
		Rule: string(rule), Due: until, Member: actor.Member,
	}
	held := func(id staff.ID) bool { return slices.Contains(e.o.MayRead(), id) }
	e.left.Apart = c.apart(dir, e.left.Team, e.left.Route, e.o.Case.Received, held)
	if !c.twoToErase(actor, e.o, dir) {
		return e, nil
	}
	r, ok := c.approval(e.o, dir, actor.Member, casefile.MatterErasure, nil)
	if !ok {
		return e, ErrNeedsApproval
	}
	e.request, e.left.Second = r.id, r.decider
	return e, nil
}

func (c *Casework) erase(ctx context.Context, actor access.Actor, e erasing) error {
	file := e.o.Case
	clocks, err := c.clocksOf(ctx, file.ID)
	if err != nil {
		return err
	}
	e.left.Acknowledged = judged(clocks, deadline.KindAcknowledgement, deadline.KindFirstAnswer)
	e.left.Answered = judged(clocks, deadline.KindFeedback, deadline.KindFullAnswer)
	e.left.Received, e.left.Closed = c.month(file.Received), c.month(file.Closed)
	e.left.Days = int64(file.Closed.Sub(file.Received) / (24 * time.Hour))
	detail := map[string]string{"rule": e.left.Rule}
	if e.request != "" {
		detail["request"], detail["second"] = e.request, string(e.left.Second)
	}
	leaf := custody.Leaf(c.Store.Now(), custody.Event{
		Kind: audit.Erased, Actor: custody.ByMember(actor.Member), Case: file.ID, Object: string(file.Number), Detail: detail,
	})
	e.left.Leaf = leaf.ID
	err = c.writeIn(ctx, actor, file.ID, func(tx *store.Tx) error {
		if err := tx.EraseCase(file, e.left); err != nil {
			return err
		}
		return tx.InsertLeaf(leaf)
	})
	if err != nil {
		return fmt.Errorf("erase case: %w", err)
	}
	c.logged.forget(file.ID)
	c.searches.erase(file.ID)
	c.wake()
	return nil
}

// month is the month of a time on the calendar of the desk.
func (c *Casework) month(t time.Time) string { return t.In(c.Calendar.Location).Format("2006-01") }

// judged says whether the first of a case's clocks of these kinds was met in time.
func judged(clocks []deadline.Clock, kinds ...deadline.Kind) string {
	i := slices.IndexFunc(clocks, func(k deadline.Clock) bool { return slices.Contains(kinds, k.Kind) })
	switch {
	case i < 0:
		return "none"
	case clocks[i].Met != nil && !clocks[i].Met.After(clocks[i].Due):
		return "in-time"
	default:
		return "late"
	}
}
