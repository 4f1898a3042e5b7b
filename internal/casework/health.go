package casework

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// The bounds of a check: how many cases one page tries, how many numbers and rows it
// names.
const (
	HealthSize  = 100
	healthNamed = 20
	healthRows  = 10
	healthMail  = 30 * 24 * time.Hour
	healthPages = 10_000        // beyond it nobody has cases
	viewHealth  = View("check") // as the log calls it; no view of the inbox
)

// Health is whether a member can open what they should, tried with their own keys, and
// what changed while they were away. Nothing in it tells of a case without a key for
// them.
type Health struct {
	NoCases bool // the member handles no cases: only what follows Since is filled
	Page    int  // counts from one
	More    bool // there is a page after it
	From    int  // the first case that was tried, counted from one; 0: none
	To      int
	Total   int // at most CountMost
	Failed  []casefile.Number
	Lost    int      // cases for which they wait until colleagues restore access
	Ask     []Person // the colleagues of the same teams, who could

	Undelivered []casefile.Number // with a mail to the complainant that did not arrive
	Unreached   int               // mails to the member themselves, this month
	Email       string

	Since         time.Time // when they signed in before; zero: never
	Came, Closed  []Row     // since then, the first of each
	CameMore      bool
	ClosedMore    bool
	Entered, Left []Person // colleagues
}

// String hides the content.
func (*Health) String() string { return "[sealed]" }

// LogValue hides the content.
func (*Health) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// healthRead is what one check read before anything was opened.
type healthRead struct {
	tried, came, closed []store.InboxRow
	names               map[staff.ID]string
}

// Health tries the keys of a member on one page of their cases, by next deadline, and
// tells what is new. It is logged like the reading of a list.
func (c *Casework) Health(ctx context.Context, actor access.Actor, number int) (*Health, error) {
	if !actor.Entry.Active {
		return nil, fault.New(fault.Denied, "error.not-allowed")
	}
	dir, err := c.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	v := &Health{NoCases: !actor.Handler(), Page: min(max(number, 1), healthPages)}
	var read healthRead
	if err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		read, err = c.readHealth(tx, actor, v)
		return err
	}); err != nil {
		return nil, fmt.Errorf("check keys: %w", err)
	}
	c.colleaguesSince(v, dir, read.names)
	if v.NoCases {
		return v, nil
	}
	for _, id := range colleagues(dir, actor.Entry) {
		v.Ask = append(v.Ask, Person{id, read.names[id]})
	}
	rings := c.try(actor, v, read.tried)
	v.Came, v.CameMore = c.rowsSince(actor, read.came, read.names)
	v.Closed, v.ClosedMore = c.rowsSince(actor, read.closed, read.names)
	if err := c.noteInbox(ctx, actor, viewHealth, rings); err != nil {
		return nil, err
	}
	return v, nil
}

func (c *Casework) readHealth(tx *store.Tx, actor access.Actor, v *Health) (r healthRead, err error) {
	me, err := tx.Member(actor.Member)
	if err != nil {
		return r, err
	}
	v.Email = me.Email
	visit, err := tx.VisitOf(actor.Member)
	if err != nil {
		return r, err
	}
	v.Since = visit.Before
	if r.names, err = memberNames(tx); err != nil {
		return r, err
	}
	if v.Unreached, err = tx.UnreachedMember(actor.Member, c.Store.Now().Add(-healthMail)); err != nil || v.NoCases {
		return r, err
	}
	if v.Lost, err = tx.CountLost(actor.Member, CountMost); err != nil {
		return r, err
	}
	if v.Undelivered, err = tx.Undelivered(actor.Member, healthNamed); err != nil {
		return r, err
	}
	return r, c.readChecked(tx, actor, v, &r)
}

// readChecked reads the page of cases to try, and those that came and went.
func (c *Casework) readChecked(tx *store.Tx, actor access.Actor, v *Health, r *healthRead) (err error) {
	k, err := c.counting(tx, actor)
	if err != nil {
		return err
	}
	mine := store.InboxFilter{Member: actor.Member}
	if v.Total, err = k.count(mine, string(viewHealth), CountMost); err != nil {
		return err
	}
	mine.Limit = HealthSize + 1
	for {
		mine.Offset = (v.Page - 1) * HealthSize
		if r.tried, err = tx.Inbox(mine); err != nil {
			return err
		}
		if len(r.tried) > 0 || v.Page == 1 {
			break
		}
		v.Page = 1 // they have fewer than whoever made the address
	}
	if v.More = len(r.tried) > HealthSize; v.More {
		r.tried = r.tried[:HealthSize]
	}
	if v.Since.IsZero() {
		return nil
	}
	if r.came, err = tx.Inbox(store.InboxFilter{Member: actor.Member, Came: v.Since, Limit: healthRows + 1}); err != nil {
		return err
	}
	r.closed, err = tx.Inbox(store.InboxFilter{Member: actor.Member, Closed: true, Ended: v.Since, Limit: healthRows + 1})
	return err
}

// try opens the summary of each case, which needs the member's key to it.
func (c *Casework) try(actor access.Actor, v *Health, rows []store.InboxRow) []store.Ring {
	opened, rings := c.openRows(actor, rows)
	for i, o := range opened {
		if o.damaged {
			v.Failed = append(v.Failed, o.Number)
		}
		v.To = (v.Page-1)*HealthSize + i + 1
		v.From = (v.Page-1)*HealthSize + 1
	}
	return rings
}

func (c *Casework) rowsSince(actor access.Actor, rows []store.InboxRow, names map[staff.ID]string) (list []Row, more bool) {
	for _, r := range rows[:min(len(rows), healthRows)] {
		o, _ := c.openRow(actor, r)
		list = append(list, c.row(o, names))
	}
	return list, len(rows) > healthRows
}

// colleaguesSince compares the directory with how it was at the sign-in before.
func (c *Casework) colleaguesSince(v *Health, dir *staff.Directory, names map[staff.ID]string) {
	if v.Since.IsZero() {
		return
	}
	then := dir.Chain().At(v.Since)
	for _, e := range dir.Active() {
		if _, was := then.Entry(e.ID); !was {
			v.Entered = append(v.Entered, Person{e.ID, names[e.ID]})
		}
	}
	for _, e := range then.Active() {
		if _, is := dir.Entry(e.ID); !is {
			v.Left = append(v.Left, Person{e.ID, names[e.ID]})
		}
	}
}
