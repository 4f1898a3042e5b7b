package casework

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/letter"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Want says for what colleagues want a member.
type Want string

// The wants.
const (
	WantMention Want = Want(store.BesideMention) // to read a note
	WantCheck   Want = Want(store.BesideAsked)   // to check a text
	WantTake    Want = Want(store.BesideChecked) // to take over their own text, which was checked
)

// Wanted is what colleagues want a member for in a case, as far as it stands in the clear.
type Wanted struct {
	Number casefile.Number
	Kind   Want
	What   string // the entry
	At     time.Time
}

// LogValue hides the case.
func (Wanted) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Wanted lists for what colleagues want a member: a text to check, a note that mentions
// them, their own text that was checked. It reads nothing that is sealed.
func (c *Casework) Wanted(ctx context.Context, actor access.Actor) (list []Wanted, err error) {
	if !actor.Handler() || !actor.Entry.Active {
		return nil, nil
	}
	var rows []store.Beside
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.WantedIn(actor.Member, actor.Keys.Public().Fingerprint(), waitingMost)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list what a member is wanted for: %w", err)
	}
	for _, b := range rows {
		list = append(list, Wanted{b.Number, Want(b.Kind), b.What, b.At})
	}
	return list, nil
}

// mentioned are the members whom a note mentions, of those who may read it, but for its
// author.
func mentioned(actor access.Actor, people []Person, d Draft) (list []Person) {
	for _, p := range people {
		if p.ID != actor.Member && slices.Contains(d.Mention, string(p.ID)) {
			list = append(list, p)
		}
	}
	return list
}

func idsOf(people []Person) (list []string) {
	for _, p := range people {
		list = append(list, string(p.ID))
	}
	return list
}

func staffOf(people []Person) (list []staff.ID) {
	for _, p := range people {
		list = append(list, p.ID)
	}
	return list
}

// wanted marks for members that they are wanted for an entry.
func wanted(kind store.BesideKind, what string, people []Person) func(int64, *store.Tx, casefile.ID) error {
	return func(seq int64, tx *store.Tx, of casefile.ID) error {
		for _, p := range people {
			if err := tx.PutBeside(store.Beside{Case: of, Member: p.ID, Kind: kind, What: what, Seq: seq}); err != nil {
				return err
			}
		}
		return nil
	}
}

// watching are the mails to those who want to be told what happens in a case, but for the
// member who does it and whoever was told already and has not looked since.
func (c *Casework) watching(ctx context.Context, actor access.Actor, o *custody.Opened) (mails []store.Mail, err error) {
	var rows []store.Beside
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.BesideOf(o.Case.ID, "")
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read who watches: %w", err)
	}
	var to []staff.ID
	may := o.MayRead()
	for _, b := range rows {
		if b.Kind == store.BesideWatch && b.Member != actor.Member && slices.Contains(may, b.Member) && readUpTo(o, b.Member).Seq >= b.Seq {
			to = append(to, b.Member)
		}
	}
	if len(to) == 0 {
		return nil, nil
	}
	return c.Custody.MemberMails(ctx, c.Mails, o, letter.ToMember, to)
}

// tell queues the mails to members that go with a change, one to each, and marks for what
// they are wanted. Whoever loses the keys with the change is told nothing.
func (c *Casework) tell(tx *store.Tx, o *custody.Opened, ch change, added *custody.Addition, mails, watching []store.Mail) error {
	seq := o.Case.Head.Count
	if added != nil {
		seq = added.Count()
	}
	if ch.marks != nil {
		if err := ch.marks(seq, tx, o.Case.ID); err != nil {
			return err
		}
	}
	for _, m := range watching {
		told := slices.ContainsFunc(mails, func(other store.Mail) bool { return other.Member == m.Member })
		if told || added != nil && added.Lost(m.Member) {
			continue
		}
		mails = append(mails, m)
		if err := tx.PutBeside(store.Beside{Case: o.Case.ID, Member: m.Member, Kind: store.BesideWatch, Seq: seq}); err != nil {
			return err
		}
	}
	return custody.QueueMails(tx, mails)
}
