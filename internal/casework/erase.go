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
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// The faults of an erasure.
var (
	errNotDue      = fault.New(fault.Conflict, "error.erase-early")
	errUnrulable   = fault.New(fault.Conflict, "error.erase-no-rule")
	errDataFirst   = fault.New(fault.Conflict, "error.erase-data")
	errEraseBroken = fault.New(fault.Conflict, "error.erase-damaged")
)

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
	dir     *staff.Directory
	left    store.ErasedCase
	request request  // whose approval allows it; the zero request: nobody had to agree
	second  staff.ID // who agreed
}

func (c *Casework) erasable(ctx context.Context, actor access.Actor, n casefile.Number) (e erasing, err error) {
	k, err := c.due(ctx, actor, n, casefile.ScopeWhole, &e)
	if err != nil {
		return e, err
	}
	until, rule := k.Whole()
	e.left = c.leftOf(e, actor)
	e.left.Rule, e.left.Due, e.left.Outcome = string(rule), until, e.o.Outcome().Outcome
	e.left.StoryErased, e.left.WhoErased = k.Gone[casefile.ScopeStory], k.Gone[casefile.ScopeIdentity]
	e.left.Second = e.second
	return e, nil
}

// due opens a case of which a part may be erased now, with the approval that allows it
// where one is needed.
func (c *Casework) due(ctx context.Context, actor access.Actor, n casefile.Number, p casefile.Scope, e *erasing) (k keeping, err error) {
	if e.o, e.dir, err = c.openWith(ctx, actor, n); err != nil {
		return k, err
	}
	clocks, err := c.clocksOf(ctx, e.o.Case.ID)
	if err != nil {
		return k, err
	}
	if err := c.Store.Read(ctx, func(tx *store.Tx) error { return c.givenOut(tx, e.o) }); err != nil {
		return k, err
	}
	k, ok := c.keeping(e.o, clocks)
	_, _, stopped := standing(e.o)
	switch {
	case !ok:
		return k, errUnrulable
	case e.o.Damaged:
		return k, errEraseBroken
	case k.due(c.Store.Now()) != p:
		return k, errNotDue
	case slices.ContainsFunc(clocks, func(k deadline.Clock) bool { return k.Kind == deadline.KindDataRequest && k.Open() }):
		return k, errDataFirst
	}
	if err := casefile.Permit(e.o.Case.Route, e.o.Case.State, casefile.StateErased, casefile.Facts{LegalHold: stopped}); err != nil {
		return k, err
	}
	if !k.Two || !c.second(actor, e.o, e.dir) {
		return k, nil
	}
	r, ok := c.approval(e.o, e.dir, actor.Member, casefile.MatterErasure, about(objectOf(p)))
	if !ok {
		return k, ErrNeedsApproval
	}
	e.request, e.second = r, r.decider
	return k, nil
}

// leftOf is what is left of a case, but for why and since when it may go.
func (c *Casework) leftOf(e erasing, actor access.Actor) store.ErasedCase {
	file := e.o.Case
	left := store.ErasedCase{
		Case: file.ID, Number: file.Number, Route: file.Route, Team: file.Team, Channel: file.Channel,
		Language: file.Language, Topics: routing(e.o).Topics, Member: actor.Member,
	}
	held := func(id staff.ID) bool { return slices.Contains(e.o.MayRead(), id) }
	left.Apart = c.apart(e.dir, left.Team, left.Route, file.Received, held)
	return left
}

func (c *Casework) erase(ctx context.Context, actor access.Actor, e erasing) error {
	file := e.o.Case
	if practice(e.o) {
		return c.endPractice(ctx, custody.ByMember(actor.Member), file.ID)
	}
	clocks, err := c.clocksOf(ctx, file.ID)
	if err != nil {
		return err
	}
	leaf, survey := c.certify(&e, actor, clocks), c.Custody.SurveyMark(file.ID)
	err = c.writeIn(ctx, actor, file.ID, func(tx *store.Tx) error {
		if err := tx.ForgetSurveyed(survey); err != nil {
			return err
		}
		if err := tx.EraseCase(file, e.left); err != nil {
			return err
		}
		return tx.InsertLeaf(leaf)
	})
	if err != nil {
		return fmt.Errorf("erase case: %w", err)
	}
	c.logged.forget(file.ID)
	c.forgetCase(file.ID)
	c.wake()
	return nil
}

// certify fills in what is left of a case, and makes the line of the log that tells of
// its erasure.
func (c *Casework) certify(e *erasing, actor access.Actor, clocks []deadline.Clock) store.Leaf {
	e.left.Acknowledged = judged(clocks, deadline.KindAcknowledgement, deadline.KindFirstAnswer)
	e.left.Answered = judged(clocks, deadline.KindFeedback, deadline.KindFullAnswer)
	file := e.o.Case
	closed := file.Closed
	if closed.IsZero() { // it was no complaint, and ends here
		closed = c.Store.Now()
	}
	e.left.Received, e.left.Closed = c.month(file.Received), c.month(closed)
	e.left.Days = int64(closed.Sub(file.Received) / (24 * time.Hour))
	detail := map[string]string{"rule": e.left.Rule}
	if e.request.id != "" {
		detail["request"], detail["second"] = e.request.id, string(e.left.Second)
	}
	leaf := custody.Leaf(c.Store.Now(), custody.Event{
		Kind: audit.Erased, Actor: custody.ByMember(actor.Member), Case: file.ID, Object: string(file.Number), Detail: detail,
	})
	e.left.Leaf = leaf.ID
	return leaf
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
