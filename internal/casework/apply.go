package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// change is one change of a case, made ready before the transaction: entries to
// add, what moves in the clear, which clocks stop, and the line of the log.
type change struct {
	items []custody.Item
	to    casefile.State // empty: stays where it is
	facts deadline.Facts
	edit  func(*store.CaseChange) // may be nil
	event custody.Event
	words string                                              // to be found by search from now on
	news  bool                                                // tell the complainant by mail, where they have an address
	more  func(*store.Tx) error                               // may be nil
	fix   func([]deadline.Clock)                              // may be nil; changes the clocks themselves
	turn  *turning                                            // may be nil; changes who may read
	sum   func(*casefile.Summary)                             // may be nil; changes what list and search open
	whole bool                                                // does not happen where list and search cannot be brought along
	scrub bool                                                // the summary loses every word of the case
	mails []store.Mail                                        // to members
	marks func(seq int64, tx *store.Tx, of casefile.ID) error // may be nil; what colleagues are wanted for
	goes  time.Time                                           // when the complainant is told; zero: at once
	// before is what the change makes of the clocks as they stood, before they are reckoned,
	// and which of them go; may be nil.
	before  func([]deadline.Clock) ([]deadline.Clock, []string)
	without string                                  // id of a message that the change takes back
	begin   func([]deadline.Clock) []deadline.Clock // may be nil; adds clocks of its own
}

// routing is what the case says about itself once the change is made.
func (ch change) routing(o *custody.Opened) access.Routing {
	if ch.turn == nil {
		return routing(o)
	}
	return routing(o).After(ch.turn.event)
}

// apply writes a change in one transaction; store.ErrStale when somebody else was
// first.
func (c *Casework) apply(ctx context.Context, actor access.Actor, o *custody.Opened, ch change) error {
	stored, row, err := c.stored(ctx, actor, o)
	if err != nil {
		return err
	}
	var gone []string
	if ch.before != nil {
		stored, gone = ch.before(stored)
	}
	clocks := c.rounds(o, ch, c.reckon(remaining(o, ch.without), ch.routing(o), stored, ch.facts))
	if ch.begin != nil {
		clocks = ch.begin(clocks)
	}
	if ch.fix != nil {
		ch.fix(clocks)
	}
	clocks = deadline.Told(clocks, c.Store.Now())
	next := o.Case.Change()
	if ch.to != "" {
		next.State = ch.to
	}
	if next.State == casefile.StateUnsorted {
		clocks = nil // nothing is owed before it is a complaint
	}
	clocks, asks := c.watch(o, next.State, clocks)
	if ch.edit != nil {
		ch.edit(&next)
	}
	next.NextDue = due(next.State, clocks)
	added, err := c.seal(actor, o, ch, row)
	if err != nil {
		return err
	}
	mail, err := c.news(o)
	if err != nil {
		return err
	}
	arrivals, err := c.arrivals(ctx, o, added)
	if err != nil {
		return err
	}
	watching, err := c.watching(ctx, actor, o)
	if err != nil {
		return err
	}
	ch.event.Actor, ch.event.Case = custody.ByMember(actor.Member), o.Case.ID
	leaf := custody.Leaf(c.Store.Now(), ch.event)
	err = c.write(ctx, func(tx *store.Tx) error {
		if added != nil {
			if err := added.Insert(tx); err != nil {
				return err
			}
		}
		if err := tx.UpdateCase(o.Case.ID, o.Case.Revision, next); err != nil {
			return err
		}
		if err := errors.Join(putClocks(tx, o.Case.ID, clocks), tx.DeleteClocks(o.Case.ID, gone), putJobs(tx, asks)); err != nil {
			return err
		}
		if err := c.rest(tx, actor, o, ch, added, mail); err != nil {
			return err
		}
		if err := c.tell(tx, o, ch, added, append(arrivals, ch.mails...), watching); err != nil {
			return err
		}
		return tx.InsertLeaf(leaf)
	})
	if err != nil {
		return fmt.Errorf("change case: %w", err)
	}
	c.wake()
	return nil
}

func (c *Casework) stored(ctx context.Context, actor access.Actor, o *custody.Opened) (clocks []deadline.Clock, row []store.InboxRow, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if clocks, err = tx.Clocks(o.Case.ID); err != nil {
			return err
		}
		row, err = tx.Inbox(store.InboxFilter{Member: actor.Member, Cases: []casefile.ID{o.Case.ID}, Practice: practice(o), Limit: 1})
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read clocks: %w", err)
	}
	return clocks, row, nil
}

// seal makes the entries and the summary that goes with them; nil when the change
// adds nothing.
func (c *Casework) seal(actor access.Actor, o *custody.Opened, ch change, row []store.InboxRow) (*custody.Addition, error) {
	if len(ch.items) == 0 {
		return nil, nil //nolint:nilnil // nothing to add is no failure
	}
	added, err := c.addTo(o, ch)
	if err != nil {
		return nil, fmt.Errorf("seal entries: %w", err)
	}
	record, closes := outcomeIn(ch.items)
	if ch.whole && len(row) != 1 {
		return nil, errRedactDamaged
	}
	if ch.words == "" && ch.sum == nil && !closes && !added.Turned() || len(row) != 1 {
		return added, nil
	}
	r, _ := c.openRow(actor, row[0])
	if r.damaged && ch.whole {
		return nil, errRedactDamaged
	}
	if r.damaged {
		return added, nil // shown as damaged in the list; what is in the case stays whole
	}
	s := r.summary
	news := []string{unheard(o, r.Summary.Revision), ch.words}
	if ch.scrub {
		s.Subject, s.Words, s.Tally, s.Distress, news = "", "", casefile.Tally{}, false, nil
	}
	for _, words := range news {
		if words != "" {
			s.Words += casefile.FindForm(words)
		}
	}
	if closes {
		if s.Tally.First == "" && has(o, casefile.EntryReview) {
			s.Tally.First = s.Outcome
		}
		s.Outcome = record.Outcome
	}
	if ch.sum != nil {
		ch.sum(&s)
	}
	plain, err := casefile.EncodeSummary(s)
	if err != nil {
		return nil, err
	}
	if err := c.Custody.Summarise(o, added, plain); err != nil {
		return nil, fmt.Errorf("seal summary: %w", err)
	}
	return added, nil
}

func (c *Casework) addTo(o *custody.Opened, ch change) (*custody.Addition, error) {
	if ch.turn == nil {
		return c.Custody.Add(o, ch.items...)
	}
	if practice(o) {
		return nil, errPracticeAlone
	}
	return c.Custody.Turn(ch.turn.dir, o, ch.turn.turn, ch.items...)
}

func outcomeIn(items []custody.Item) (casefile.OutcomeRecord, bool) {
	for _, i := range items {
		if i.Kind == casefile.EntryOutcome {
			r, err := casefile.DecodePayload[casefile.OutcomeRecord](i.Payload)
			return r, err == nil
		}
	}
	return casefile.OutcomeRecord{}, false
}

// rest writes what goes with every change: the mail, the member's own read mark,
// keyring rows, and what the change itself brings.
func (c *Casework) rest(tx *store.Tx, actor access.Actor, o *custody.Opened, ch change, added *custody.Addition, mail store.Mail) error {
	if ch.more != nil {
		if err := ch.more(tx); err != nil {
			return err
		}
	}
	if ch.news {
		switch _, err := tx.Notice(o.Case.ID); {
		case err == nil:
			if err := tx.QueueMail(mail, latest(tx.Now(), ch.goes)); err != nil {
				return err
			}
		case !errors.Is(err, store.ErrNone): // without an address nobody is mailed
			return err
		}
	}
	if added == nil {
		return errors.Join(o.Keep(tx, actor.Member), c.putHere(tx, actor, o.Case.ID, hereWorking))
	}
	if added.Lost(actor.Member) {
		return nil
	}
	if err := c.putHere(tx, actor, o.Case.ID, hereWorking); err != nil {
		return err
	}
	if readUpTo(o, actor.Member).Seq >= o.Case.Head.Count {
		if err := tx.SetReadMark(o.Case.ID, actor.Member, added.Count()); err != nil {
			return err
		}
	}
	if added.Turned() {
		return nil // what was opened may have another form by now
	}
	return o.Keep(tx, actor.Member)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// news is the mail that tells the complainant to look; it holds no word of the case.
func (c *Casework) news(o *custody.Opened) (store.Mail, error) {
	return c.mailComplainant(o, letter.Order{Template: letter.News, Received: o.Case.Received})
}

// item seals a payload as an entry by a member.
func item[P casefile.Payload](actor staff.ID, id string, kind casefile.EntryKind, p P) (custody.Item, error) {
	plain, err := casefile.EncodePayload(p)
	return custody.Item{
		ID: id, Kind: kind, Compartment: room(kind), AuthorKind: custody.AuthorMember, AuthorID: string(actor), Payload: plain,
	}, err
}

func room(kind casefile.EntryKind) seal.Compartment {
	for _, c := range []seal.Compartment{seal.Identity, seal.Dialogue} {
		if c.String() == kind.Compartment() {
			return c
		}
	}
	return seal.Investigation
}

// moved is the entry that tells of a step.
func moved(actor staff.ID, from, to casefile.State, at time.Time, why string) (custody.Item, error) {
	return item(actor, "", casefile.EntryStateEvent, casefile.StateEvent{From: from, To: to, At: at.UTC(), Why: why})
}
