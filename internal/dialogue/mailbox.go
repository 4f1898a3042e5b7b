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
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Mailbox reads the case of a browser's session and notes how far it was read, so
// that members see "read on". Reading is logged once per session, before anything
// is returned.
func (d *Dialogue) Mailbox(ctx context.Context, tok seal.Token) (*Mailbox, error) {
	var m *Mailbox
	err := custody.Retry(func() error {
		v, err := d.visit(ctx, tok)
		if err != nil {
			return err
		}
		if m, err = d.read(ctx, v); err != nil {
			return err
		}
		return d.noteRead(ctx, v)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Copy reads the mailbox for a text file to keep. Each copy is logged.
func (d *Dialogue) Copy(ctx context.Context, tok seal.Token) (*Mailbox, error) {
	m, err := d.Mailbox(ctx, tok) // what is copied is read
	if err != nil {
		return nil, err
	}
	v, err := d.visit(ctx, tok)
	if err != nil {
		return nil, err
	}
	leaf := custody.Leaf(d.Store.Now(), custody.Event{Kind: audit.Export, Actor: custody.ByComplainant(), Case: v.opened.Case.ID})
	err = d.write(ctx, func(tx *store.Tx) error {
		if err := d.touch(tx, v); err != nil {
			return err
		}
		return tx.InsertLeaf(leaf)
	})
	if err != nil {
		return nil, fmt.Errorf("log copy: %w", err)
	}
	return m, nil
}

// noteRead writes what reading leaves behind: the line of the log, how far was
// read, and the longer life of the session. Where something new is shown it fails with
// store.ErrStale when the case has changed meanwhile: a message that was taken back is not
// shown any more, and one that is shown cannot be taken back.
func (d *Dialogue) noteRead(ctx context.Context, v *visit) error {
	id, now, seen := v.opened.Case.ID, d.Store.Now(), d.lastSeen(v.opened)
	moved := seen > readUpTo(v.opened)
	if !v.first() && !moved && !d.due(v, now) {
		return nil
	}
	leaf := custody.ReadingLeaf(now, id, max(seen, readUpTo(v.opened)))
	err := d.write(ctx, func(tx *store.Tx) error {
		if v.first() || moved {
			if err := tx.InsertLeaf(leaf); err != nil {
				return err
			}
		}
		if moved {
			if err := unchanged(tx, v.opened); err != nil {
				return err
			}
			if err := tx.SetReadMark(id, "", seen); err != nil {
				return err
			}
		}
		return d.touch(tx, v)
	})
	if err != nil {
		return fmt.Errorf("log reading of mailbox: %w", err)
	}
	return nil
}

// unchanged fails with store.ErrStale where something was added to a case since it was
// opened, or where it is gone.
func unchanged(tx *store.Tx, o *custody.Opened) error {
	now, err := tx.Case(o.Case.ID)
	if errors.Is(err, store.ErrNone) || err == nil && now.Head.Count != o.Case.Head.Count {
		return store.ErrStale
	}
	return err
}

// lastSeen is the number of the newest entry that a complainant is shown, before the first
// that waits to go.
func (d *Dialogue) lastSeen(o *custody.Opened) int64 {
	var seq int64
	back := o.Recalled()
	for _, e := range o.Entries {
		if m, ok := e.MessageOut(); ok && m.Waits(d.Store.Now()) && back[e.ID].At.IsZero() {
			break
		}
		if e.Kind.Seen() {
			seq = max(seq, e.Seq)
		}
	}
	return seq
}

// readUpTo is how far the complainant has read.
func readUpTo(o *custody.Opened) int64 {
	for _, m := range o.Marks {
		if m.Member == "" {
			return m.Seq
		}
	}
	return 0
}

// read puts the view together.
func (d *Dialogue) read(ctx context.Context, v *visit) (*Mailbox, error) {
	o := v.opened
	var openings []store.Opening
	var clocks []Promise
	var running []deadline.Clock
	var notice store.Notice
	var onItsWay store.CodeChange
	surveyed, mark := false, d.Custody.SurveyMark(o.Case.ID)
	err := d.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if openings, err = tx.Openings(o.Case.ID); err != nil {
			return err
		}
		if clocks, running, err = d.promises(tx, o.Case.ID); err != nil {
			return err
		}
		if notice, err = tx.Notice(o.Case.ID); err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		if surveyed, err = tx.Surveyed(mark); err != nil {
			return err
		}
		onItsWay, err = tx.CodeChange(o.Case.ID)
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read mailbox: %w", err)
	}
	m := &Mailbox{
		Number: o.Case.Number, Route: o.Case.Route, Team: o.Case.Team, Stage: casefile.StageOf(o.Case.State),
		Received: o.Case.Received, Closed: o.Case.Closed, EraseAfter: o.Case.EraseAfter, Held: !o.Case.Held.IsZero(), Damaged: o.Damaged, Promises: clocks, Mail: notice.Case != "",
		Outside: d.Profile.ExternalOn(o.Case.Route), Identity: identityOf(o),
	}
	if d.verified(notice) {
		m.Verified = notice.Verified
	}
	m.Handed, m.Helper = o.Handed, o.Case.Channel == casefile.ChannelWatch
	m.CheckIns, m.Declined = d.checkIns(o, running)
	m.Review, m.Survey = d.review(o), d.survey(o, surveyed)
	m.NewCode, m.Codes = d.newCode(onItsWay), d.codeTurns(o)
	m.Late = o.Case.State.Open() && slices.ContainsFunc(clocks, Promise.Late)
	moved(m.Promises, o)
	m.Language, m.OnlyOutside = m.Identity.Lang, len(o.MayRead()) == 0
	if m.Kept = d.kept(o, running); !m.WhoGone().IsZero() {
		m.Language = lang.Lang(o.Case.Language)
	}
	d.fill(m, o, openings)
	m.Openings = d.openings(ctx, o, openings)
	return m, nil
}

// promises are the clocks whose dates the complainant was told, and all clocks.
func (d *Dialogue) promises(tx *store.Tx, id casefile.ID) (list []Promise, clocks []deadline.Clock, err error) {
	if clocks, err = tx.Clocks(id); err != nil {
		return nil, nil, err
	}
	for _, k := range clocks {
		rule, ok := d.Profile.Clocks.Rule(k.ID)
		if !ok || !rule.ToComplainant {
			continue
		}
		list = append(list, Promise{Label: rule.Label, Clock: k, State: k.State(tx.Now()), Phrase: d.Calendar.Phrase(k, tx.Now())})
	}
	return list, clocks, nil
}

// moved adds to what was promised why members last moved it.
func moved(list []Promise, o *custody.Opened) {
	seen := readUpTo(o)
	for _, e := range o.Entries {
		p, err := casefile.DecodePayload[casefile.ClockEvent](e.Payload)
		if e.Kind != casefile.EntryPromise || err != nil {
			continue
		}
		for i := range list {
			if list[i].Clock.ID == p.Clock {
				list[i].Why, list[i].Lang, list[i].Unread = p.Why, p.Lang, e.Seq > seen
			}
		}
	}
}

// identityOf is the newest record of who the complainant is.
func identityOf(o *custody.Opened) casefile.Identity {
	for _, e := range slices.Backward(o.Entries) {
		if e.Kind != casefile.EntryIdentity && e.Kind != casefile.EntryContactChange || e.Damaged || e.Locked {
			continue
		}
		if id, err := casefile.DecodePayload[casefile.Identity](e.Payload); err == nil {
			return id
		}
	}
	return casefile.Identity{}
}

// openings tells who opened the file by what they are. Several on one day by the
// same team and function for the same thing count as one.
func (d *Dialogue) openings(ctx context.Context, o *custody.Opened, rows []store.Opening) []Opening {
	// Without a directory that verifies, nobody's function is known; the rest still is.
	dir, err := d.Custody.Directory(ctx)
	var list []Opening
	for _, row := range slices.Backward(rows) {
		x := Opening{At: row.At, What: row.What, Team: o.Case.Team, Purpose: d.Custody.Purpose(o, row)}
		if err == nil {
			entry, _ := dir.Entry(row.Member)
			x.Team, x.Function = roleOf(entry, o.Case.Team)
		}
		if !slices.ContainsFunc(list, func(y Opening) bool { return d.sameDay(x, y) }) {
			list = append(list, x)
		}
	}
	slices.Reverse(list)
	return list
}

func (d *Dialogue) sameDay(x, y Opening) bool {
	day := d.Calendar.Today(y.At)
	y.At = x.At
	return x == y && d.Calendar.Today(x.At) == day
}

// roleOf is the team in which a member handles the case, and their function in it.
func roleOf(e staff.Entry, team casefile.Team) (casefile.Team, staff.Function) {
	for _, t := range []casefile.Team{team, casefile.Alternative} {
		for _, a := range e.Assignments {
			if a.Role == staff.RoleHandler && a.Team == t {
				return t, a.Function
			}
		}
	}
	return team, ""
}

// firstRead is when a member first read an entry: the first opening since it was
// written, once somebody's mark has passed it.
func firstRead(o *custody.Opened, openings []store.Opening, e custody.Entry) time.Time {
	var at time.Time
	for _, mark := range o.Marks {
		if mark.Member != "" && mark.Seq >= e.Seq && (at.IsZero() || mark.At.Before(at)) {
			at = mark.At
		}
	}
	if at.IsZero() {
		return at
	}
	for _, op := range openings {
		if !op.At.Before(e.Created) && op.At.Before(at) {
			at = op.At
		}
	}
	return at
}
