package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/letter"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// receipt reads how the complainant learned that the complaint arrived.
func receipt(o *custody.Opened, a around) Receipt {
	r := Receipt{State: ReceiptDone}
	if o.Case.Unreached {
		r.State = ReceiptByHand
	}
	r.Lost = lostSince(a.mails)
	for _, m := range a.mails {
		if m.State == "dead" {
			r.Dead = append(r.Dead, m.ID)
		}
		if m.Kind != string(letter.Acknowledgement) || o.Case.Unreached {
			continue
		}
		switch m.State {
		case "sent":
			r.State, r.At = ReceiptSent, m.Sent
		case "dead":
			r.State = ReceiptDead
		default:
			r.State = ReceiptWaiting
		}
	}
	if r.State == ReceiptDead && o.Case.State != casefile.StateReceived {
		r.State = ReceiptDone // a member confirmed it since
	}
	return r
}

// lostSince tells since when it is known that the newest mail to the complainant did not
// arrive: the one that left last, or was given up last.
func lostSince(mails []store.Mail) (lost time.Time) {
	var newest time.Time
	for _, m := range mails {
		at := m.Sent
		if at.IsZero() {
			at = m.Failed
		}
		if m.Member == "" && m.State != "waiting" && !at.Before(newest) {
			newest, lost = at, m.Failed
		}
	}
	return lost
}

// moves are the steps that the case may take now. Erasing is left to the rules of
// retention.
func (c *Casework) moves(actor staff.ID, o *custody.Opened, a around) []Move {
	facts := c.facts(actor, o, a)
	var list []Move
	for _, m := range casefile.Moves(o.Case.Route, o.Case.State) {
		if m.To != casefile.StateErased && movable(o, m.To) {
			list = append(list, Move{To: m.To, Missing: casefile.Check(m, facts)})
		}
	}
	return list
}

// movable reports whether a step makes sense: a file that is no complaint, as that of
// somebody who helped, cannot be handled as one, and where the story was erased there is nothing to be looked at again. Both can
// only be put away.
func movable(o *custody.Opened, to casefile.State) bool {
	if o.Case.State == casefile.StateUnsorted {
		return false // Release does more than move it
	}
	last := !o.Case.Channel.Complaint() && !practice(o) || !o.Gone(casefile.ScopeStory).IsZero()
	return !last || to == casefile.StateArchived
}

// Transition asks for a step. Revision is the one that the page was made from.
type Transition struct {
	To       casefile.State
	Why      string
	Revision int64
}

// ChangeState moves a case along the table. It fails with *casefile.Refusal when
// the step is not allowed yet, and with error.changed-meanwhile.
func (c *Casework) ChangeState(ctx context.Context, actor access.Actor, n casefile.Number, t Transition) error {
	return custody.Retry(func() error {
		o, err := c.openAt(ctx, actor, n, t.Revision)
		if err != nil {
			return err
		}
		a, err := c.around(ctx, actor, o)
		if err != nil {
			return err
		}
		if t.To == casefile.StateErased || !movable(o, t.To) {
			return &casefile.Refusal{From: o.Case.State, To: t.To, Guards: []casefile.Guard{casefile.GuardNoSuchMove}}
		}
		if err := casefile.Permit(o.Case.Route, o.Case.State, t.To, c.facts(actor.Member, o, a)); err != nil {
			return err
		}
		return c.move(ctx, actor, o, t)
	})
}

func (c *Casework) move(ctx context.Context, actor access.Actor, o *custody.Opened, t Transition) error {
	now, why := c.Store.Now(), strings.TrimSpace(t.Why)
	step, err := moved(actor.Member, o.Case.State, t.To, now, why)
	if err != nil {
		return err
	}
	record := o.Outcome()
	return c.apply(ctx, actor, o, change{
		items: []custody.Item{step}, to: t.To, facts: happened(now, eventsOf(o.Case.State, t.To)...), words: why,
		edit: func(ch *store.CaseChange) { c.settleClosing(ch, o.Case, record.Outcome, now) },
		event: custody.Event{Kind: audit.StateChanged, Detail: map[string]string{
			"from": string(o.Case.State), "to": string(t.To),
		}},
	})
}

// openAt opens a case that is still at the revision a form was made from.
func (c *Casework) openAt(ctx context.Context, actor access.Actor, n casefile.Number, revision int64) (*custody.Opened, error) {
	o, err := c.open(ctx, actor, n)
	if err == nil && o.Case.Revision != revision {
		return nil, errChanged
	}
	return o, err
}

// Assign puts a member in charge, or nobody. Only members with a key to what is
// written now can be. Faults: no such colleague; error.changed-meanwhile.
func (c *Casework) Assign(ctx context.Context, actor access.Actor, n casefile.Number, to staff.ID, revision int64) error {
	return custody.Retry(func() error {
		o, err := c.openAt(ctx, actor, n, revision)
		if err != nil || o.Case.InCharge == to {
			return err
		}
		a, err := c.around(ctx, actor, o)
		if err != nil {
			return err
		}
		if to != "" && c.decidedBefore(o, to) {
			return errReviewOther
		}
		may := slices.ContainsFunc(people(o, a), func(p Person) bool { return p.ID == to })
		if to != "" && !may {
			return fault.New(fault.Invalid, "error.member-missing")
		}
		return c.apply(ctx, actor, o, change{
			edit:  func(ch *store.CaseChange) { ch.InCharge = to },
			event: custody.Event{Kind: audit.Assigned, Object: string(to)},
		})
	})
}

// Acknowledgement tells that receipt was confirmed by post, by phone or in person.
type Acknowledgement struct {
	How      string // post, phone, person; goes into the log
	On       time.Time
	Words    string // the same in words, for the timeline
	Revision int64
}

// MarkAcknowledged records that a member confirmed receipt outside the desk, as the
// complainant has no address for mail or no server took it. Faults: a date before
// the receipt or in the future; error.changed-meanwhile.
func (c *Casework) MarkAcknowledged(ctx context.Context, actor access.Actor, n casefile.Number, k Acknowledgement) error {
	if !slices.Contains([]string{"post", "phone", "person"}, k.How) {
		return fault.New(fault.Invalid, "error.choose-one")
	}
	return custody.Retry(func() error {
		o, err := c.openAt(ctx, actor, n, k.Revision)
		if err != nil {
			return err
		}
		now := c.Store.Now()
		day, today := c.Calendar.Today(k.On), c.Calendar.Today(now)
		if today.Before(day) || day.Before(c.Calendar.Today(o.Case.Received)) {
			return fault.New(fault.Invalid, "error.acknowledged-when")
		}
		at := k.On
		if day == today || at.Before(o.Case.Received) {
			at = now
		}
		to := o.Case.State
		if to == casefile.StateReceived {
			to = casefile.StateAcknowledged
		}
		step, err := moved(actor.Member, o.Case.State, to, at, k.Words)
		if err != nil {
			return err
		}
		return c.apply(ctx, actor, o, change{
			items: []custody.Item{step}, to: to, facts: happened(at, deadline.EventAcknowledgement),
			edit: func(ch *store.CaseChange) { ch.Unreached = false },
			event: custody.Event{Kind: audit.StateChanged, Detail: map[string]string{
				"from": string(o.Case.State), "to": string(to), "how": k.How,
			}},
		})
	})
}

// StopClock records that what a clock waits for was done outside the desk, with a
// note that says how. Faults: no such clock; nothing was written.
func (c *Casework) StopClock(ctx context.Context, actor access.Actor, n casefile.Number, clock, how string, revision int64) error {
	how = strings.TrimSpace(how)
	if how == "" {
		return fault.New(fault.Invalid, "error.text-missing")
	}
	return custody.Retry(func() error {
		o, stored, err := c.openClocks(ctx, actor, n, revision)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(stored, func(k deadline.Clock) bool { return k.ID == clock && stoppable(k, c.Store.Now()) }) {
			return errNothing
		}
		note, err := item(actor.Member, "", casefile.EntryNote, casefile.Note{Text: how})
		if err != nil {
			return err
		}
		now := c.Store.Now()
		return c.apply(ctx, actor, o, change{
			items: []custody.Item{note}, words: how,
			fix: func(clocks []deadline.Clock) {
				for i := range clocks {
					if clocks[i].ID == clock {
						clocks[i].Met = &now
					}
				}
			},
			event: custody.Event{Kind: audit.EntryAdded, Detail: map[string]string{"clock": clock}},
		})
	})
}

// RetryMail sends a mail again that no server took. fault.ErrNotFound when the case
// has no such mail.
func (c *Casework) RetryMail(ctx context.Context, actor access.Actor, n casefile.Number, mail string) error {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return err
	}
	leaf := custody.Leaf(c.Store.Now(), custody.Event{
		Kind: audit.SettingChanged, Actor: custody.ByMember(actor.Member), Case: o.Case.ID, Object: mail,
		Detail: map[string]string{"what": "mail sent again"},
	})
	err = c.writeIn(ctx, actor, o.Case.ID, func(tx *store.Tx) error {
		m, err := tx.Mail(mail)
		if err != nil {
			return err
		}
		if m.Case != o.Case.ID {
			return store.ErrNone
		}
		return errors.Join(tx.RetryMail(mail), tx.InsertLeaf(leaf))
	})
	switch {
	case errors.Is(err, store.ErrNone):
		return errNothing
	case errors.Is(err, store.ErrStale):
		return nil // it waits already
	case err != nil:
		return fmt.Errorf("retry mail: %w", err)
	}
	c.wake()
	return nil
}
