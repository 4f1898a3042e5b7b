package casework

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/store"
)

// toldBy is how a member came to register a case, here or in a register before; false where
// the person wrote it.
func toldBy(o *custody.Opened) (casefile.Told, bool) {
	for _, e := range o.Entries {
		if e.Kind == casefile.EntryTold && !e.Damaged && !e.Locked {
			t, err := casefile.DecodePayload[casefile.Told](e.Payload)
			return t, err == nil
		}
		if e.Kind == casefile.EntryBrought && !e.Damaged && !e.Locked {
			b, err := casefile.DecodePayload[casefile.Brought](e.Payload)
			return casefile.Told{Channel: b.Channel, At: b.Received, Unknown: b.Unknown}, err == nil && b.From == casefile.FromCSV
		}
	}
	return casefile.Told{}, false
}

// nobody reports whether a case is a letter without a sender, whom nobody came to know.
func nobody(o *custody.Opened) bool {
	t, ok := toldBy(o)
	if !ok || !t.Unknown {
		return false
	}
	for _, e := range o.Entries {
		if e.Kind == casefile.EntryContactChange {
			return false
		}
	}
	return true
}

// toSomebody reports whether a clock waits until receipt was confirmed to the person.
func toSomebody(k deadline.Kind) bool {
	return k == deadline.KindAcknowledgement || k == deadline.KindFirstAnswer
}

// Sender is who turned out to have written a letter without a sender.
type Sender struct{ First, Last, Email, Phone, Post string }

// String hides the content.
func (Sender) String() string { return "[sealed]" }

// The faults of telling who wrote a letter without a sender.
var (
	errSenderKnown = fault.New(fault.Conflict, "error.sender-known")
	errSenderName  = fault.New(fault.Invalid, "error.sender-name")
	errSenderReach = fault.New(fault.Invalid, "error.sender-reach")
	errSenderMail  = fault.New(fault.Invalid, "error.sender-mail")
)

// identity is the record of who it is, with the answers of the form that it consists of.
func (s Sender) identity(l lang.Lang) (casefile.Identity, error) {
	trim := strings.TrimSpace
	who := casefile.Identity{First: trim(s.First), Last: trim(s.Last), Phone: trim(s.Phone), Post: trim(s.Post), Lang: l, Answers: map[string][]string{}}
	if mail := trim(s.Email); mail != "" {
		bare, ok := profile.ParseEmail(mail)
		if !ok {
			return who, errSenderMail
		}
		who.Email = bare
	}
	for field, v := range map[string]string{
		profile.FieldFirstName: who.First, profile.FieldLastName: who.Last, profile.FieldEmail: who.Email,
		profile.FieldPhone: who.Phone, profile.FieldAddress: who.Post, profile.FieldLanguage: string(l),
	} {
		if v != "" {
			who.Answers[field] = []string{v}
		}
	}
	switch {
	case !who.Named():
		return who, errSenderName
	case !who.Reachable():
		return who, errSenderReach
	default:
		return who, nil
	}
}

// NameSender tells who wrote a letter without a sender, once somebody knows. Where there is
// an address for mail, the person gets the confirmation that they could not get before; a code
// can be given from now on. Faults: no name, no way to reach them, an address that cannot be
// right; it is known already.
func (c *Casework) NameSender(ctx context.Context, actor access.Actor, n casefile.Number, s Sender) error {
	return custody.Retry(func() error {
		o, err := c.open(ctx, actor, n)
		if err != nil {
			return err
		}
		if !nobody(o) {
			return errSenderKnown
		}
		who, err := s.identity(lang.Lang(o.Case.Language))
		if err != nil {
			return err
		}
		entry, err := item(actor.Member, "", casefile.EntryContactChange, who)
		if err != nil {
			return err
		}
		ch := change{
			items: []custody.Item{entry}, edit: func(row *store.CaseChange) { row.Unreached = true },
			event: custody.Event{Kind: audit.EntryAdded, Detail: map[string]string{"kind": string(casefile.EntryContactChange)}},
		}
		if who.Email != "" {
			if err := c.confirmTo(ctx, o, who, &ch); err != nil {
				return err
			}
		}
		return c.apply(ctx, actor, o, ch)
	})
}

// confirmTo adds to a change that receipt is confirmed by mail.
func (c *Casework) confirmTo(ctx context.Context, o *custody.Opened, who casefile.Identity, ch *change) error {
	notice, err := c.Custody.NewNotice(c.Notices, o.Case.ID, who.Email, who.Lang)
	if err != nil {
		return err
	}
	var clocks []deadline.Clock
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		clocks, err = tx.Clocks(o.Case.ID)
		return err
	})
	if err != nil {
		return err
	}
	mail, link, err := c.Custody.ToldReceipt(c.Mails, o, o.Case, notice, deadline.AnswerBy(clocks))
	if err != nil {
		return err
	}
	ch.edit = func(row *store.CaseChange) { row.Unreached = false }
	ch.facts = happened(c.Store.Now(), deadline.EventAcknowledgement)
	ch.more = func(tx *store.Tx) error {
		return errors.Join(tx.PutNotice(notice), tx.InsertLink(link), tx.QueueMail(*mail, tx.Now()))
	}
	return nil
}

// giveUp takes the clocks away that wait until nobody was told.
func giveUp(stored []deadline.Clock) (kept []deadline.Clock, gone []string) {
	for _, k := range stored {
		if toSomebody(k.Kind) && k.Met == nil {
			gone = append(gone, k.ID)
			continue
		}
		kept = append(kept, k)
	}
	return kept, gone
}

// LeaveUnknown records what was tried to find out who wrote a letter without a sender, and
// that it goes on without them. They can still be named later. Faults: nothing was written;
// it is known already.
func (c *Casework) LeaveUnknown(ctx context.Context, actor access.Actor, n casefile.Number, tried string) error {
	tried, err := reasonOf(tried)
	if err != nil {
		return err
	}
	return custody.Retry(func() error {
		o, err := c.open(ctx, actor, n)
		if err != nil {
			return err
		}
		if !nobody(o) {
			return errSenderKnown
		}
		to := o.Case.State
		if to == casefile.StateReceived {
			to = casefile.StateTriage
		}
		step, err := moved(actor.Member, o.Case.State, to, c.Store.Now(), tried)
		if err != nil {
			return err
		}
		return c.apply(ctx, actor, o, change{
			items: []custody.Item{step}, to: to, words: tried, before: giveUp, edit: func(ch *store.CaseChange) { ch.Unreached = false },
			event: custody.Event{Kind: audit.StateChanged, Detail: map[string]string{"from": string(o.Case.State), "to": string(to), "how": "unknown"}},
		})
	})
}

// TakeLetter notes in the log that a paper about a case is made, to be sent or handed over,
// before it is.
func (c *Casework) TakeLetter(ctx context.Context, actor access.Actor, n casefile.Number, what string) error {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return err
	}
	leaf := custody.Leaf(c.Store.Now(), custody.Event{
		Kind: audit.Export, Actor: custody.ByMember(actor.Member), Case: o.Case.ID, Detail: map[string]string{"what": what, "form": "pdf"},
	})
	if err := c.write(ctx, func(tx *store.Tx) error { return tx.InsertLeaf(leaf) }); err != nil {
		return fmt.Errorf("log paper: %w", err)
	}
	return nil
}
