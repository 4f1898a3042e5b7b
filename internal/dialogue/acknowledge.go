package dialogue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/letter"
	"klankbord/internal/store"
)

// MailAccepted notes that the next server took a mail and carries out what follows.
// For the one that confirms receipt the case is acknowledged: the clock of the
// acknowledgement stops and that of the feedback starts. Directive (EU) 2019/1937
// art. 9(1)(b) and (f). Calling it again changes nothing.
func (d *Dialogue) MailAccepted(ctx context.Context, mail store.Mail) error {
	sent := func(tx *store.Tx) error { return tx.MailSent(mail.ID) }
	if mail.Case == "" || mail.Kind != string(letter.Acknowledgement) {
		return d.noteSent(ctx, sent)
	}
	return custody.Retry(func() error { return d.acknowledge(ctx, mail.Case, sent) })
}

func (d *Dialogue) noteSent(ctx context.Context, sent func(*store.Tx) error) error {
	if err := d.write(ctx, sent); err != nil {
		return fmt.Errorf("note mail: %w", err)
	}
	return nil
}

// MailDead carries out what follows when a mail about a case was given up. Without
// the one that confirms receipt, the case asks to be acknowledged by post or phone.
func (d *Dialogue) MailDead(ctx context.Context, mail store.Mail) error {
	if mail.Case == "" {
		return nil
	}
	return custody.Retry(func() error { return d.unreached(ctx, mail) })
}

func (d *Dialogue) acknowledge(ctx context.Context, id casefile.ID, sent func(*store.Tx) error) error {
	c, clocks, err := d.caseAndClocks(ctx, id)
	if errors.Is(err, store.ErrNone) {
		return d.noteSent(ctx, sent) // erased meanwhile
	}
	if err != nil {
		return fmt.Errorf("acknowledge case: %w", err)
	}
	now := d.Store.Now()
	clocks, moved := d.acknowledged(c, clocks, now)
	row := c.Change()
	row.Unreached = false
	event := custody.Event{Kind: audit.Acknowledged, Actor: custody.BySystem(), Case: id}
	if casefile.Permit(c.Route, c.State, casefile.StateAcknowledged, casefile.Facts{AcknowledgementSent: true}) == nil {
		row.State = casefile.StateAcknowledged
		event.Kind, event.Detail = audit.StateChanged, map[string]string{"from": string(c.State), "to": string(row.State)}
	}
	if len(moved) > 0 {
		row.NextDue = time.Time{}
		if next, ok := deadline.Next(clocks); ok {
			row.NextDue = next.Due
		}
	}
	if row == c.Change() {
		return d.noteSent(ctx, sent)
	}
	return d.writeRow(ctx, c, row, rest{moved, []store.Leaf{custody.Leaf(now, event)}, sent})
}

// acknowledged returns the clocks as they run once receipt was confirmed at a time,
// and those among them that changed. Those that run from the acknowledgement are
// reckoned anew by their own rule.
func (d *Dialogue) acknowledged(c store.Case, clocks []deadline.Clock, now time.Time) (all, moved []deadline.Clock) {
	for _, k := range clocks {
		if k.Kind == deadline.KindAcknowledgement && k.Met != nil && k.Met.Before(now) {
			now = *k.Met // a member had confirmed it before
		}
	}
	rules := map[string]deadline.Rule{}
	for _, r := range d.everyRule() {
		rules[r.ID] = r
	}
	for _, k := range clocks {
		next, changed := k, false
		switch r, known := rules[k.ID]; {
		case k.Kind == deadline.KindAcknowledgement && k.Open():
			met := now
			next.Met, changed = &met, true
		case known && r.Start == deadline.EventAcknowledgement && k.Open():
			again := d.Calendar.Start([]deadline.Rule{r}, c.Received, deadline.Facts{deadline.EventAcknowledgement: now})
			if len(again) == 1 {
				next = k.Next(again[0])
				changed = next != k
			}
		}
		all = append(all, next)
		if changed {
			moved = append(moved, next)
		}
	}
	return all, moved
}

func (d *Dialogue) unreached(ctx context.Context, mail store.Mail) error {
	c, _, err := d.caseAndClocks(ctx, mail.Case)
	if errors.Is(err, store.ErrNone) {
		return nil // erased meanwhile
	}
	if err != nil {
		return fmt.Errorf("note dead mail: %w", err)
	}
	row := c.Change()
	if mail.Kind == string(letter.Acknowledgement) && c.State == casefile.StateReceived {
		row.Unreached = true
	}
	return d.writeRow(ctx, c, row, rest{leaves: []store.Leaf{custody.Undelivered(d.Store.Now(), mail, custody.MailGivenUp)}})
}

// rest is what changes together with the row of a case.
type rest struct {
	clocks []deadline.Clock
	leaves []store.Leaf
	more   func(*store.Tx) error // may be nil
}

func (d *Dialogue) writeRow(ctx context.Context, c store.Case, row store.CaseChange, r rest) error {
	err := d.write(ctx, func(tx *store.Tx) error {
		for _, k := range r.clocks {
			if err := tx.PutClock(c.ID, k); err != nil {
				return err
			}
		}
		if err := tx.UpdateCase(c.ID, c.Revision, row); err != nil {
			return err
		}
		if r.more != nil {
			if err := r.more(tx); err != nil {
				return err
			}
		}
		return insertLeaves(tx, r.leaves)
	})
	if err != nil {
		return fmt.Errorf("change case: %w", err)
	}
	return nil
}

func (d *Dialogue) caseAndClocks(ctx context.Context, id casefile.ID) (c store.Case, clocks []deadline.Clock, err error) {
	err = d.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if c, err = tx.Case(id); err != nil {
			return err
		}
		clocks, err = tx.Clocks(id)
		return err
	})
	return c, clocks, err
}

func (d *Dialogue) clocks(ctx context.Context, id casefile.ID) ([]deadline.Clock, error) {
	_, clocks, err := d.caseAndClocks(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read clocks: %w", err)
	}
	return clocks, nil
}

// everyRule is every deadline of the profile: which of them run on a case stands in
// the rows of its clocks, because its topics are sealed.
func (d *Dialogue) everyRule() []deadline.Rule {
	var topics []string
	for _, t := range d.Profile.Topics {
		topics = append(topics, t.ID)
	}
	return d.Profile.Clocks.Deadlines([]casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity}, topics)
}

// rulesOf is the deadlines of an opened case, by the topics that its complainant
// ticked and the route it is on.
func (d *Dialogue) rulesOf(o *custody.Opened) []deadline.Rule {
	routes := []casefile.Route{o.Case.Route}
	var topics []string
	if s := d.story(o); s != nil {
		topics = s.Topics
		for _, id := range topics {
			if t, ok := d.Profile.Topic(id); ok {
				routes = append(routes, t.Route)
			}
		}
	}
	return d.Profile.Clocks.Deadlines(routes, topics)
}
