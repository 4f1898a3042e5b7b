package dialogue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// CheckIn is a question after closing: how somebody is treated since they spoke.
type CheckIn struct {
	Clock    string
	Asked    time.Time // when it is, or was, asked
	Until    time.Time // an answer helps most until then
	Now      bool      // it waits for an answer
	Answered time.Time // zero: not, or not yet
	Over     bool      // no answer is wanted any more
}

// errNotAsked tells that no question waits for an answer.
var errNotAsked = fault.New(fault.Conflict, "watch.not-asked")

// checkIns are the questions of a case, by date. No says that the person wants no more of
// them.
func (d *Dialogue) checkIns(o *custody.Opened, clocks []deadline.Clock) (list []CheckIn, no bool) {
	now, answers := d.Store.Now(), answersIn(o)
	for _, k := range clocks {
		if !k.CheckIn() {
			continue
		}
		x := CheckIn{Clock: k.ID, Asked: k.Target, Until: k.Due, Over: !k.Open(), Answered: answers[k.ID]}
		x.Now = k.Asked(now) && x.Answered.IsZero()
		list = append(list, x)
	}
	slices.SortFunc(list, func(x, y CheckIn) int { return x.Asked.Compare(y.Asked) })
	return list, !answers[declined].IsZero()
}

// declined is the key of the wish for no more questions among the answers.
const declined = ""

// answersIn are the answers since a case was last closed, by check-in.
func answersIn(o *custody.Opened) map[string]time.Time {
	found := map[string]time.Time{}
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryCheckIn || e.Damaged || e.Locked || e.Created.Before(o.Case.Closed) {
			continue
		}
		if p, err := casefile.DecodePayload[casefile.CheckIn](e.Payload); err == nil {
			found[p.Clock] = e.Created
		}
	}
	return found
}

// answerCheckIn writes that the question that waits was answered. A wish makes the case
// one that members have to look at, until one of them says what was done. errNotAsked
// where no question waits.
func (d *Dialogue) answerCheckIn(ctx context.Context, tok seal.Token, s Sending, l lang.Lang, wish string) error {
	return d.send(ctx, tok, s, func(v *visit) (*change, error) {
		clocks, err := d.clocks(ctx, v.opened.Case.ID)
		if err != nil {
			return nil, err
		}
		list, _ := d.checkIns(v.opened, clocks)
		n := slices.IndexFunc(list, func(x CheckIn) bool { return x.Now })
		if n < 0 {
			return nil, errNotAsked
		}
		answer := casefile.CheckIn{Lang: l, Clock: list[n].Clock, Wish: wish}
		return d.watched(v.opened, s.Key, clocks, answer, func(k deadline.Clock, now time.Time) deadline.Clock {
			switch {
			case k.ID != answer.Clock:
			case answer.Asks():
				k = k.Pressed(now)
			default:
				k.Met = &now
			}
			return k
		})
	})
}

// DeclineCheckIns ends the questions that wait or would follow. What was answered stays
// with the members.
func (d *Dialogue) DeclineCheckIns(ctx context.Context, tok seal.Token, s Sending) error {
	return d.send(ctx, tok, s, func(v *visit) (*change, error) {
		clocks, err := d.clocks(ctx, v.opened.Case.ID)
		if err != nil {
			return nil, err
		}
		list, no := d.checkIns(v.opened, clocks)
		if no || len(list) == 0 {
			return nil, nil
		}
		answered := func(id string) bool {
			return slices.ContainsFunc(list, func(x CheckIn) bool { return x.Clock == id && !x.Answered.IsZero() })
		}
		answer := casefile.CheckIn{Lang: identityOf(v.opened).Lang, Declined: true}
		return d.watched(v.opened, s.Key, clocks, answer, func(k deadline.Clock, now time.Time) deadline.Clock {
			if k.CheckIn() && k.Open() && !answered(k.ID) {
				k.Met = &now
			}
			return k
		})
	})
}

// watched is a change of the check-ins of a closed case with the answer that brings it.
func (d *Dialogue) watched(o *custody.Opened, key string, clocks []deadline.Clock, answer casefile.CheckIn,
	alter func(deadline.Clock, time.Time) deadline.Clock,
) (*change, error) {
	payload, err := casefile.EncodePayload(answer)
	if err != nil {
		return nil, err
	}
	c := &change{items: []custody.Item{item(key, casefile.EntryCheckIn, seal.Dialogue, payload)}, logged: audit.EntryAdded, quiet: !answer.Asks()}
	for i := range clocks {
		clocks[i] = alter(clocks[i], d.Store.Now())
	}
	c.clocks = clocks
	if !o.Case.State.Open() {
		row := c.changed(o)
		row.NextDue = deadline.Watching(clocks)
		if answer.Declined {
			d.keepShorter(o, clocks, row)
		}
	}
	return c, nil
}

// AskCheckIn carries out the work of a check-in: at its time it mails the person, where
// they confirmed an address, that there is a question for them. again is when to come
// back; the zero time: never. Until members are reminded that it is due, an open clock has
// this work: the examination of the database finds one without.
func (d *Dialogue) AskCheckIn(ctx context.Context, ref string) (again time.Time, err error) {
	id, clock := custody.CheckInOf(ref)
	c, clocks, err := d.caseAndClocks(ctx, id)
	if errors.Is(err, store.ErrNone) {
		return again, nil // erased meanwhile
	}
	if err != nil {
		return again, fmt.Errorf("ask check-in: %w", err)
	}
	n := slices.IndexFunc(clocks, func(k deadline.Clock) bool { return k.ID == clock })
	now := d.Store.Now()
	if n < 0 || c.State.Open() || !clocks[n].Asked(now) {
		return again, nil // answered, declined, or planned anew: that has work of its own
	}
	k := clocks[n]
	switch {
	case !now.After(k.Due):
		return k.Due.Add(waitForReminder), d.mailCheckIn(ctx, c, k)
	case k.Reminded.IsZero():
		return now.Add(waitForReminder), nil
	default:
		return again, nil
	}
}

// mailCheckIn mails the person once.
func (d *Dialogue) mailCheckIn(ctx context.Context, c store.Case, k deadline.Clock) error {
	notice, err := d.Custody.NoticeOf(ctx, c.ID)
	if err != nil || !d.verified(notice) {
		return err
	}
	mail, err := d.Custody.SealMail(d.Mails, store.Mail{Case: c.ID}, letter.Order{
		Template: letter.CheckIn, Lang: c.Language, Number: string(c.Number), At: k.Target, Until: k.Due,
	})
	if err != nil {
		return err
	}
	return d.mailOnce(ctx, c, k.Target, letter.CheckIn, []store.Mail{mail})
}

// waitForReminder is how long after it is due a check-in is looked at again.
const waitForReminder = 24 * time.Hour

// mailOnce queues mails of a kind unless one was queued since a time: work can be done
// twice.
func (d *Dialogue) mailOnce(ctx context.Context, c store.Case, since time.Time, kind letter.Template, mails []store.Mail) error {
	leaf := custody.Leaf(d.Store.Now(), custody.Event{
		Kind: audit.CheckInAsked, Actor: custody.BySystem(), Case: c.ID, Detail: map[string]string{"what": string(kind)},
	})
	err := d.write(ctx, func(tx *store.Tx) error {
		sent, err := tx.MailsOf(c.ID)
		if err != nil {
			return err
		}
		if len(mails) == 0 || slices.ContainsFunc(sent, func(m store.Mail) bool { return m.Kind == string(kind) && m.Created.After(since) }) {
			return nil
		}
		return errors.Join(custody.QueueMails(tx, mails), tx.InsertLeaf(leaf))
	})
	if err != nil {
		return fmt.Errorf("mail about check-in: %w", err)
	}
	d.wake()
	return nil
}
