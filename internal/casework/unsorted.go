package casework

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/retention"
	"klankbord/internal/store"
)

// UnsortedLife is how long a mail that nobody took for a complaint waits for a member. One that
// answers a case waits as long as that is there.
const UnsortedLife = 30 * 24 * time.Hour

// The faults of sorting mail.
var (
	errSorted      = fault.New(fault.Conflict, "error.mail-sorted")
	errSenderFirst = fault.New(fault.Conflict, "error.mail-sender-first")
	errAttachSame  = fault.New(fault.Invalid, "error.mail-attach-same")
)

// Unsorted is a mail that waits for a member.
type Unsorted struct {
	Number   casefile.Number
	Subject  string
	Route    casefile.Route
	Received time.Time
	Until    time.Time // then it is erased; zero: not before the case that it answers
	Damaged  bool
	Thread   casefile.ThreadMark // what it is as a reply; empty: it answers nothing of ours
}

// String hides the content.
func (Unsorted) String() string { return "[sealed]" }

// LogValue hides the content.
func (Unsorted) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// viewUnsorted is the name under which looking at the list is logged.
const viewUnsorted View = "unsorted"

// CountUnsorted counts the mails that wait and that the member can read.
func (c *Casework) CountUnsorted(ctx context.Context, actor access.Actor) (n int, err error) {
	if !actor.Handler() {
		return 0, nil
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		n, err = tx.CountInbox(store.InboxFilter{Member: actor.Member, Unsorted: true}, CountMost)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count mail: %w", err)
	}
	return n, nil
}

// UnsortedMails lists the mails that wait for a member of the team, the oldest first.
func (c *Casework) UnsortedMails(ctx context.Context, actor access.Actor) ([]Unsorted, error) {
	if !actor.Handler() {
		return nil, nil
	}
	var rows []store.InboxRow
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.Inbox(store.InboxFilter{Member: actor.Member, Unsorted: true, Limit: CountMost})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read mail: %w", err)
	}
	var list []Unsorted
	var rings []store.Ring
	for _, r := range rows {
		o, ring := c.openRow(actor, r)
		if ring != nil {
			rings = append(rings, *ring)
		}
		m := Unsorted{
			Number: r.Number, Subject: o.summary.Subject, Route: r.Route, Received: r.Received, Damaged: o.damaged, Thread: o.summary.Thread,
		}
		if !m.Thread.OfCase() {
			m.Until = r.Received.Add(UnsortedLife)
		}
		list = append(list, m)
	}
	return list, c.noteInbox(ctx, actor, viewUnsorted, rings)
}

// unsorted opens a mail that still waits.
func (c *Casework) unsorted(ctx context.Context, actor access.Actor, n casefile.Number) (*custody.Opened, error) {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	var waits bool
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		waits, err = c.Custody.NoComplaint(tx, o.Case)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read mail: %w", err)
	}
	if !waits {
		return nil, errSorted
	}
	return o, nil
}

// Release takes a mail for a complaint: its clocks start at the time at which it came
// in, and its sender gets a confirmation, where there is one to write to who was not
// written to in the last day. Faults: somebody sorted it before.
func (c *Casework) Release(ctx context.Context, actor access.Actor, n casefile.Number) error {
	return custody.Retry(func() error {
		o, err := c.unsorted(ctx, actor, n)
		if err != nil {
			return err
		}
		notice, err := c.Custody.NoticeOf(ctx, o.Case.ID)
		if err != nil {
			return err
		}
		step, err := moved(actor.Member, o.Case.State, casefile.StateReceived, c.Store.Now(), "")
		if err != nil {
			return err
		}
		clocks := c.reckon(o, routing(o), nil, nil)
		mail, link, err := c.Custody.MailReceipt(c.Mails, o, o.Case, notice, deadline.AnswerBy(clocks))
		if err != nil {
			return err
		}
		answers := len(notice.Mark) > 0 && answerable(o)
		receipt := custody.Receipt(c.Store.Now(), o.Case.ID, o.Case.Number)
		return c.apply(ctx, actor, o, change{
			items: []custody.Item{step}, to: casefile.StateReceived,
			edit: func(ch *store.CaseChange) { ch.Unreached = !answers },
			event: custody.Event{Kind: audit.StateChanged, Detail: map[string]string{
				"from": string(casefile.StateUnsorted), "to": string(casefile.StateReceived),
			}},
			more: func(tx *store.Tx) error {
				if !answers {
					return tx.InsertLeaf(receipt)
				}
				return errors.Join(tx.InsertLink(link), tx.QueueMail(*mail, tx.Now()), tx.InsertLeaf(receipt))
			},
		})
	})
}

// answerable reports whether the sender of a mail that a member released may be written
// to: no program is, and nobody whose name somebody else used.
func answerable(o *custody.Opened) bool {
	facts, ok := mailFacts(o)
	return ok && facts.DMARC != "fail" && (facts.Sort == casefile.MailPersonal || facts.Sort == casefile.MailSpam)
}

// mailFacts is what was found about the mail that a case came from; false for a case
// that came otherwise.
func mailFacts(o *custody.Opened) (casefile.MailFacts, bool) {
	for _, e := range o.Entries {
		if e.Kind == casefile.EntryMailFacts && e.Parent == "" && !e.Damaged && !e.Locked {
			f, err := casefile.DecodePayload[casefile.MailFacts](e.Payload)
			return f, err == nil
		}
	}
	return casefile.MailFacts{}, false
}

// Discard erases a mail that is no complaint, at once and for good. What stays is a row
// in the register, which counts it apart, and the line of the log. Faults: somebody
// sorted it before; it is damaged; custody.ErrStopped.
func (c *Casework) Discard(ctx context.Context, actor access.Actor, n casefile.Number) error {
	if _, err := c.Custody.Granting(ctx); err != nil {
		return err
	}
	return custody.Retry(func() error {
		o, err := c.unsorted(ctx, actor, n)
		if err != nil {
			return err
		}
		dir, err := c.Custody.Directory(ctx)
		if err != nil {
			return err
		}
		e := erasing{o: o, dir: dir}
		e.left = c.leftOf(e, actor)
		e.left.Rule, e.left.Due = string(retention.ReasonSpam), c.Store.Now()
		return c.erase(ctx, actor, e)
	})
}

// ForgetUnsorted erases the mails that waited for a member for long enough, some in one go.
func (c *Casework) ForgetUnsorted(ctx context.Context) (gone int, err error) {
	var last store.Case
	for gone < forgetAtOnce {
		rows, err := c.passed(ctx, last)
		if err != nil || len(rows) == 0 {
			return gone, err
		}
		if _, err := c.Custody.Granting(ctx); err != nil {
			return gone, nil //nolint:nilerr // nothing is erased while the database is in doubt; the desk tells so
		}
		for _, file := range rows {
			switch err := c.forget(ctx, file); {
			case err == nil:
				gone++
			case !errors.Is(err, store.ErrStale):
				return gone, fmt.Errorf("erase mail: %w", err)
			}
		}
		last = rows[len(rows)-1]
		c.wake()
	}
	return gone, nil
}

// passed lists the next mails that waited for long enough and answer no case that is there.
func (c *Casework) passed(ctx context.Context, last store.Case) (list []store.Case, err error) {
	before := c.Store.Now().Add(-UnsortedLife)
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		for len(list) == 0 {
			rows, err := tx.UnsortedBefore(before, last, forgetAtOnce)
			if err != nil || len(rows) == 0 {
				return err
			}
			for _, file := range rows {
				answers, err := c.Custody.Answers(tx, file)
				if err != nil {
					return err
				}
				if !answers {
					list = append(list, file)
				}
			}
			last = rows[len(rows)-1]
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read mail: %w", err)
	}
	return list, nil
}

// forgetAtOnce is how many of them are looked at in one go, and about how many erased.
const forgetAtOnce = 100

func (c *Casework) forget(ctx context.Context, file store.Case) error {
	now := c.Store.Now()
	leaf := custody.Leaf(now, custody.Event{
		Kind: audit.Erased, Actor: custody.BySystem(), Case: file.ID, Object: string(file.Number),
		Detail: map[string]string{"rule": string(retention.ReasonSpam)},
	})
	left := store.ErasedCase{
		Case: file.ID, Number: file.Number, Route: file.Route, Team: file.Team, Channel: file.Channel, Language: file.Language,
		Rule: string(retention.ReasonSpam), Due: file.Received.Add(UnsortedLife), Received: c.month(file.Received), Closed: c.month(now),
		Days: int64(now.Sub(file.Received) / (24 * time.Hour)), Acknowledged: "none", Answered: "none", Leaf: leaf.ID,
	}
	err := c.write(ctx, func(tx *store.Tx) error {
		switch waits, err := c.Custody.NoComplaint(tx, file); {
		case err != nil:
			return err
		case !waits: // whoever holds the database says so, and it is not true
			return store.ErrStale
		}
		if answers, err := c.Custody.Answers(tx, file); err != nil || answers {
			return errors.Join(err, store.ErrStale)
		}
		return errors.Join(tx.EraseCase(file, left), tx.InsertLeaf(leaf))
	})
	if err == nil {
		c.logged.forget(file.ID)
		c.forgetCase(file.ID)
	}
	return err
}
