package casework

import (
	"context"
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

// Term is that a case is kept until a claim is time-barred. After that day its erasure
// is proposed like any other, which a hold is not.
type Term struct {
	By     Person
	Since  time.Time
	Until  time.Time
	Reason string
}

// String hides the reason.
func (Term) String() string { return "[sealed]" }

// The faults of such a day.
var (
	errTermDate = fault.New(fault.Invalid, "error.term-date")
	errNoTerm   = fault.New(fault.Conflict, "error.term-none")
)

// termMost bounds how far off the day may lie: the longest claims of Belgian civil law.
const termMost = 30 // years

// term reads the day that stands, with who set it; nil where none does.
func (c *Casework) term(o *custody.Opened, a around) *Term {
	until := o.Barred()
	if until.IsZero() {
		return nil
	}
	t := &Term{Until: until}
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryHold || e.Damaged || e.Locked {
			continue
		}
		if p, err := casefile.DecodePayload[casefile.HoldEvent](e.Payload); err == nil && p.Act == casefile.TermSet {
			id := staff.ID(e.AuthorID)
			t.By, t.Since, t.Reason = Person{id, a.names[id]}, e.Created, p.Why
		}
	}
	return t
}

// SetTerm keeps a case at least until the end of a day on which a claim is time-barred,
// for a reason, in place of an earlier such day. One member suffices. Faults: no reason;
// the day is past or more than thirty years off. GDPR art. 17(3)(e).
func (c *Casework) SetTerm(ctx context.Context, actor access.Actor, n casefile.Number, why string, day deadline.Date) error {
	now, until := c.Store.Now(), c.Calendar.EndOf(day)
	if day == (deadline.Date{}) || !until.After(now) || until.After(now.AddDate(termMost, 0, 1)) {
		return errTermDate
	}
	return c.changeTerm(ctx, actor, n, why, casefile.HoldEvent{Act: casefile.TermSet, Until: until.UTC()}, custody.Event{Kind: audit.TermSet})
}

// EndTerm lets the rules of retention alone say until when a case is kept. Faults: no
// reason; no such day stands.
func (c *Casework) EndTerm(ctx context.Context, actor access.Actor, n casefile.Number, why string) error {
	return c.changeTerm(ctx, actor, n, why, casefile.HoldEvent{Act: casefile.TermEnded}, custody.Event{Kind: audit.TermEnded})
}

func (c *Casework) changeTerm(ctx context.Context, actor access.Actor, n casefile.Number, why string, e casefile.HoldEvent, logged custody.Event) (err error) {
	if e.Why, err = reasonOf(why); err != nil {
		return err
	}
	return custody.Retry(func() error {
		o, clocks, err := c.openRunning(ctx, actor, n)
		switch {
		case err != nil:
			return err
		case !o.Case.Channel.Complaint():
			return errNothing
		case e.Act == casefile.TermEnded && o.Barred().IsZero():
			return errNoTerm
		}
		entry, err := item(actor.Member, "", casefile.EntryHold, e)
		if err != nil {
			return err
		}
		return c.apply(ctx, actor, o, change{
			items: []custody.Item{entry}, event: logged,
			edit: func(ch *store.CaseChange) {
				ch.Barred = e.Until
				c.rerule(ch, o, clocks)
			},
		})
	})
}

// rerule brings the dates of a closed case in line with the day until which it is kept.
func (c *Casework) rerule(ch *store.CaseChange, o *custody.Opened, clocks []deadline.Clock) {
	k, ok := o.KeepingUntil(c.retention(), c.Calendar, clocks, ch.Barred)
	if !ok {
		return
	}
	ch.EraseAfter, _ = k.Ruled.Whole()
	ch.PartAfter = time.Time{}
	if _, first, apart := k.Ruled.First(); apart && len(k.Gone) == 0 {
		ch.PartAfter = first
	}
}
