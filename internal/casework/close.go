package casework

import (
	"context"
	"strings"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// closable returns nil when a case may be closed with this draft, and otherwise a
// *casefile.Refusal with every reason: no closing without an outcome, nor without
// telling the complainant what was done and why. Directive (EU) 2019/1937
// art. 9(1)(f).
func (c *Casework) closable(actor staff.ID, o *custody.Opened, a around, d Draft) error {
	question := routing(o).Question
	told := d.told()
	if question && d.Outcome == "" {
		told = strings.TrimSpace(d.Feedback) != "" || len(messagesOut(o)) > 0
	}
	facts := c.facts(actor, o, a)
	facts.AcknowledgementSent, facts.Outcome, facts.FeedbackSent = true, d.Outcome, told
	return casefile.Permit(o.Case.Route, o.Case.State, casefile.StateClosed, facts)
}

func (d Draft) told() bool {
	return strings.TrimSpace(d.Feedback) != "" && strings.TrimSpace(d.Why) != ""
}

// Close ends a case with the outcome that was checked: the complainant reads it in
// the same moment. Closing twice closes once. It fails as Check does, and with
// error.changed-meanwhile, and with custody.ErrStopped.
func (c *Casework) Close(ctx context.Context, actor access.Actor, n casefile.Number, s Sending) error {
	s.Kind = DraftOutcome
	if _, err := c.Custody.Granting(ctx); err != nil {
		return err
	}
	return custody.Retry(func() error {
		o, d, done, err := c.toSend(ctx, actor, n, s)
		if err != nil || done {
			return err
		}
		if o.Case.State == casefile.StateClosed {
			return errChanged
		}
		a, err := c.around(ctx, actor, o)
		if err != nil {
			return err
		}
		if c.decidedBefore(o, actor.Member) {
			return errReviewOther
		}
		if err := c.closable(actor.Member, o, a, d); err != nil {
			return err
		}
		ch, err := c.closing(actor, o, d)
		if err != nil {
			return err
		}
		return c.apply(ctx, actor, o, ch)
	})
}

func (c *Casework) closing(actor access.Actor, o *custody.Opened, d Draft) (change, error) {
	now := c.Store.Now()
	ch := change{
		to: casefile.StateClosed, words: d.words(), news: true, more: d.consume(actor, o.Case.ID),
		facts: happened(now, deadline.EventAcknowledgement, deadline.EventTriage, deadline.EventPlan, deadline.EventFirstAnswer,
			deadline.EventUpdate, deadline.EventFeedback, deadline.EventDataAnswer, deadline.EventDecision, deadline.EventReviewed, deadline.EventClosing),
		edit:  func(next *store.CaseChange) { c.settleClosing(next, o.Case, d.Outcome, now) },
		event: custody.Event{Kind: audit.CaseClosed, Object: d.ID, Detail: map[string]string{"outcome": string(d.Outcome)}},
	}
	told, err := d.toldItem(actor)
	if err != nil {
		return ch, err
	}
	step, err := moved(actor.Member, o.Case.State, casefile.StateClosed, now, "")
	if err != nil {
		return ch, err
	}
	if len(told) == 0 {
		step.ID = d.ID // so that closing twice is noticed
	}
	ch.items = append(told, step)
	return ch, nil
}

// toldItem is what the complainant reads: the outcome, or for a question the last
// answer; nothing where the question was answered before.
func (d Draft) toldItem(actor access.Actor) ([]custody.Item, error) {
	feedback, why := strings.TrimSpace(d.Feedback), strings.TrimSpace(d.Why)
	if d.Outcome != "" {
		i, err := item(actor.Member, d.ID, casefile.EntryOutcome, casefile.OutcomeRecord{
			Outcome: d.Outcome, Lang: d.Lang, Feedback: feedback, Why: why,
		})
		return []custody.Item{i}, err
	}
	if feedback == "" {
		return nil, nil
	}
	text := strings.TrimSpace(feedback + "\n\n" + why)
	i, err := item(actor.Member, d.ID, casefile.EntryMessageOut, casefile.Message{Lang: d.Lang, Text: text})
	return []custody.Item{i}, err
}
