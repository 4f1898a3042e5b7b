package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/letter"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// whyOf checks the reason for a change of who may read. Faults: none; too long.
func whyOf(s string) (string, error) {
	s = strings.TrimSpace(s)
	length := utf8.RuneCountInString(s)
	if length == 0 {
		return "", fault.New(fault.Invalid, "error.access-reason")
	}
	if length > PurposeMost {
		return "", fault.New(fault.Invalid, "error.text-too-long").With("max", decimal(PurposeMost)).With("length", decimal(int64(length)))
	}
	return s, nil
}

// turning is a change of who may read a case, as a part of a change of it.
type turning struct {
	dir    *staff.Directory
	turn   custody.Turn
	event  casefile.AccessEvent
	deputy staff.ID // who is in charge where the one who was goes; empty: as passOn says
}

// turn carries out a change of who may read a case. The entry that tells of it, the
// keys, the fresh epoch and who is in charge from here on are one transaction.
func (c *Casework) turn(ctx context.Context, actor access.Actor, o *custody.Opened, t turning, ch change) error {
	told, err := item(actor.Member, "", casefile.EntryAccess, t.event)
	if err != nil {
		return err
	}
	ch.items = append([]custody.Item{told}, ch.items...)
	ch.turn = &t
	ch.event = accessEvent(t.event)
	if was := o.Case.InCharge; was != "" && !slices.Contains(t.turn.To.Members, was) {
		c.passOn(actor, o, t, &ch)
	}
	if err := c.apply(ctx, actor, o, ch); err != nil {
		return err
	}
	c.logged.forget(o.Case.ID)
	return nil
}

func accessEvent(e casefile.AccessEvent) custody.Event {
	return custody.Event{Kind: audit.AccessChanged, Object: e.Member, Detail: map[string]string{"act": string(e.Act)}}
}

// passOn puts a deputy in charge: the one who was chosen where they can read it, the
// member who acts where they stay, the first of those who stay otherwise, nobody
// where nobody is left.
func (c *Casework) passOn(actor access.Actor, o *custody.Opened, t turning, ch *change) {
	deputy, to := staff.ID(""), t.turn.To
	switch {
	case slices.Contains(to.Members, t.deputy):
		deputy = t.deputy
	case slices.Contains(to.Members, actor.Member):
		deputy = actor.Member
	case len(to.Members) > 0:
		deputy = to.Members[0]
	}
	leaf := custody.Leaf(c.Store.Now(), custody.Event{
		Kind: audit.Assigned, Actor: custody.ByMember(actor.Member), Case: o.Case.ID, Object: string(deputy),
	})
	edit, more := ch.edit, ch.more
	ch.edit = func(next *store.CaseChange) {
		if edit != nil {
			edit(next)
		}
		next.InCharge = deputy
	}
	ch.more = func(tx *store.Tx) error {
		if more != nil {
			if err := more(tx); err != nil {
				return err
			}
		}
		return tx.InsertLeaf(leaf)
	}
}

// arrivals are the mails to members who come to a case: they hold its number only.
func (c *Casework) arrivals(ctx context.Context, o *custody.Opened, added *custody.Addition) ([]store.Mail, error) {
	if added == nil || len(added.Came()) == 0 {
		return nil, nil
	}
	mails, err := c.Custody.MemberMails(ctx, c.Mails, o, letter.ToMember, added.Came())
	if err != nil {
		return nil, fmt.Errorf("tell who comes: %w", err)
	}
	return mails, nil
}
