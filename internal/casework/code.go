package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/store"
)

// The faults of a new code.
var (
	ErrNoChannel = fault.New(fault.Conflict, "error.code-no-channel")
	errNoChange  = fault.New(fault.Conflict, "error.code-none-on-its-way")
	errNotKept   = fault.New(fault.Conflict, "error.code-not-drawn")
)

// CodeState says how far a new code for the complainant is.
type CodeState string

// The states of a new code.
const (
	CodeNone  CodeState = "none"  // none is on its way
	CodeAsked CodeState = "asked" // the link is with the person
	CodeKept  CodeState = "kept"  // the person has it; the time to stop it runs
	CodeReady CodeState = "ready" // a member can let it take effect
)

// CodeStanding is what members see of the complainant's code.
type CodeStanding struct {
	Has     bool // the complainant has one
	State   CodeState
	By      Person    // who asked for the new one
	Started time.Time // when
	Ready   time.Time // from when it can take effect
	Channel bool      // there is an address that the person confirmed
	Way     Way       // how this member can give a code in person
	Request string    // the member's own request for it
}

func (c *Casework) codeStanding(actor access.Actor, o *custody.Opened, a around, v *Case) CodeStanding {
	k := CodeStanding{Has: o.HasCode(), State: CodeNone, Channel: !v.Contact.Verified.IsZero()}
	k.Way, k.Request = c.codeWay(actor, o, a.dir, v.Requests)
	row := a.change
	if row.Case == "" || !c.Custody.CodeChangeHolds(row) {
		return k
	}
	k.By, k.Started, k.Ready = Person{row.Member, a.names[row.Member]}, row.Started, row.Ready
	switch {
	case row.Kept.IsZero():
		k.State = CodeAsked
	case c.Store.Now().Before(row.Ready):
		k.State = CodeKept
	default:
		k.State = CodeReady
	}
	return k
}

// StartCode sends the confirmed address of a case a link on which the person draws a
// new code. Whoever holds the old one sees it in the mailbox and can stop it until
// the delay of the profile is over. The password is asked for once more. Faults: no
// reason; ErrNoChannel where no address was confirmed.
func (c *Casework) StartCode(ctx context.Context, actor access.Actor, n casefile.Number, why, password string) error {
	why, err := reasonOf(why)
	if err != nil {
		return err
	}
	if _, err := c.open(ctx, actor, n); err != nil {
		return err
	}
	if err := c.SignIn.StepUp(ctx, actor, password); err != nil {
		return err
	}
	return custody.Retry(func() error {
		o, err := c.open(ctx, actor, n)
		if err != nil {
			return err
		}
		notice, err := c.Custody.NoticeOf(ctx, o.Case.ID)
		if err != nil {
			return err
		}
		if c.contact(notice).Verified.IsZero() {
			return ErrNoChannel
		}
		return c.startCode(ctx, actor, o, notice, why)
	})
}

func (c *Casework) startCode(ctx context.Context, actor access.Actor, o *custody.Opened, notice store.Notice, why string) error {
	now := c.Store.Now()
	row := store.CodeChange{Case: o.Case.ID, ID: ident.New(), Member: actor.Member, Started: now, Ready: now}
	if o.HasCode() { // a first code takes nothing from anybody
		row.Ready = now.AddDate(0, 0, c.Profile.Settings.CodeDelayDays)
	}
	c.Custody.StampCodeChange(&row)
	tok, link := c.Custody.NewLink(o.Case.ID, custody.LinkCode, notice.Mark)
	mail, err := c.mailComplainant(o, letter.Order{Template: letter.CodeLink, Confirm: tok.Cookie(), Until: link.Expires, AnswerBy: row.Ready})
	if err != nil {
		return err
	}
	told, err := item(actor.Member, row.ID, casefile.EntryCode, casefile.CodeEvent{Act: casefile.CodeAsked, Why: why})
	if err != nil {
		return err
	}
	return c.apply(ctx, actor, o, change{
		items: []custody.Item{told}, event: custody.Event{Kind: audit.CodeAsked, Object: row.ID},
		more: func(tx *store.Tx) error {
			return errors.Join(tx.PutCodeChange(row), tx.InsertLink(link), tx.QueueMail(mail, tx.Now()))
		},
	})
}

// StopCode calls a new code off that is on its way.
func (c *Casework) StopCode(ctx context.Context, actor access.Actor, n casefile.Number) error {
	return custody.Retry(func() error {
		o, row, err := c.codeOnItsWay(ctx, actor, n)
		if err != nil {
			return err
		}
		told, err := item(actor.Member, "", casefile.EntryCode, casefile.CodeEvent{Act: casefile.CodeStopped})
		if err != nil {
			return err
		}
		return c.apply(ctx, actor, o, change{
			items: []custody.Item{told}, event: custody.Event{Kind: audit.CodeStopped, Object: row.ID},
			more: func(tx *store.Tx) error {
				return errors.Join(tx.EndCodeChange(row), tx.DeleteLinks(o.Case.ID, custody.LinkCode))
			},
		})
	})
}

func (c *Casework) codeOnItsWay(ctx context.Context, actor access.Actor, n casefile.Number) (*custody.Opened, store.CodeChange, error) {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return nil, store.CodeChange{}, err
	}
	var row store.CodeChange
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.CodeChange(o.Case.ID)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return nil, row, errNoChange
	}
	if err != nil {
		return nil, row, fmt.Errorf("read new code: %w", err)
	}
	return o, row, nil
}

// CompleteCode lets the new code take effect that the person drew and kept: it gets
// dialogue and identity of every epoch, and the old one, with every session that it
// opened, is dead from then on. The password is asked for once more. Faults: not
// drawn or not kept yet; the time to stop it is not over; none is on its way.
func (c *Casework) CompleteCode(ctx context.Context, actor access.Actor, n casefile.Number, password string) error {
	if _, _, err := c.completable(ctx, actor, n); err != nil {
		return err
	}
	if err := c.SignIn.StepUp(ctx, actor, password); err != nil {
		return err
	}
	return custody.Retry(func() error {
		o, row, err := c.completable(ctx, actor, n)
		if err != nil {
			return err
		}
		code, err := c.Custody.NewCode(row)
		if err != nil {
			return err
		}
		return c.replaceCode(ctx, actor, o, code, casefile.CodeEvent{Act: casefile.CodeReplaced}, change{
			event: custody.Event{Kind: audit.CodeReplaced, Object: row.ID},
			more:  func(tx *store.Tx) error { return tx.EndCodeChange(row) },
		})
	})
}

func (c *Casework) completable(ctx context.Context, actor access.Actor, n casefile.Number) (*custody.Opened, store.CodeChange, error) {
	o, row, err := c.codeOnItsWay(ctx, actor, n)
	switch {
	case err != nil:
		return nil, row, err
	case !c.Custody.CodeChangeHolds(row):
		return nil, row, fault.New(fault.Conflict, "error.case-damaged")
	case row.Lookup == "" || row.Kept.IsZero():
		return nil, row, errNotKept
	case c.Store.Now().Before(row.Ready):
		return nil, row, fault.New(fault.Conflict, "error.code-too-early").With("date", lang.DateTime(lang.Lang(actor.Language), row.Ready))
	}
	return o, row, nil
}

// replaceCode gives a case another code: the keys go to it, the one before dies, and
// the complainant is told where they confirmed that they read mail.
func (c *Casework) replaceCode(ctx context.Context, actor access.Actor, o *custody.Opened, code store.Code, e casefile.CodeEvent, ch change) error {
	dir, err := c.Custody.Directory(ctx)
	if err != nil {
		return err
	}
	told, err := item(actor.Member, "", casefile.EntryCode, e)
	if err != nil {
		return err
	}
	mail, err := c.mailComplainant(o, letter.Order{Template: letter.CodeReplaced})
	if err != nil {
		return err
	}
	more := ch.more
	ch.items = append([]custody.Item{told}, ch.items...)
	ch.turn = &turning{dir: dir, turn: custody.Turn{To: o.Recipients(dir), Code: &code}}
	ch.more = func(tx *store.Tx) error {
		if err := more(tx); err != nil {
			return err
		}
		return errors.Join(tx.DeleteLinks(o.Case.ID, custody.LinkCode), tx.DeleteMailboxSessions(o.Case.ID), c.mailIfReached(tx, o, mail))
	}
	if err := c.apply(ctx, actor, o, ch); err != nil {
		return err
	}
	c.logged.forget(o.Case.ID)
	return nil
}
