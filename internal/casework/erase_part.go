package casework

import (
	"context"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/profile"
	"klankbord/internal/store"
)

// ErasePart erases what of a closed case need not be kept as long as the rest. With the
// story go all that was told, written and found, every file, and every word of it that
// search knew. With the identity go name and contact details, the address for mail, and
// the secrets that opened them: nobody has them from then on. Who may read the case stays,
// the mailbox goes on, and a line of the log and an entry tell of it. The faults are those
// of Erase.
func (c *Casework) ErasePart(ctx context.Context, actor access.Actor, n casefile.Number, p casefile.Scope, password string) error {
	if p != casefile.ScopeStory && p != casefile.ScopeIdentity {
		return fault.New(fault.Invalid, "error.choose-one")
	}
	if _, err := c.Custody.Granting(ctx); err != nil {
		return err
	}
	var e erasing
	if _, err := c.due(ctx, actor, n, p, &e); err != nil {
		return err
	}
	if err := c.SignIn.StepUp(ctx, actor, password); err != nil {
		return err
	}
	err := custody.Retry(func() error {
		var e erasing
		k, err := c.due(ctx, actor, n, p, &e)
		if err != nil {
			return err
		}
		return c.erasePart(ctx, actor, e, k, p)
	})
	if err != nil {
		return err
	}
	c.logged.forget(e.o.Case.ID)
	c.forgetCase(e.o.Case.ID)
	return nil
}

func (c *Casework) erasePart(ctx context.Context, actor access.Actor, e erasing, k keeping, p casefile.Scope) error {
	_, rule := k.Of(p)
	event := casefile.PartEvent{Part: p, Rule: string(rule), Outcome: e.o.Outcome().Outcome, Closed: k.Closed.UTC()}
	for _, e := range e.o.Entries {
		if s, err := casefile.DecodePayload[casefile.Story](e.Payload); e.Kind == casefile.EntryStory && err == nil {
			event.Concerns, event.LeftOut = s.Answers[profile.FieldConcerns], s.LeftOut
		}
	}
	told, err := item(actor.Member, "", casefile.EntryPart, event)
	if err != nil {
		return err
	}
	items, detail := []custody.Item{told}, map[string]string{"part": string(p), "rule": string(rule)}
	if e.request.id != "" {
		detail["request"], detail["second"] = e.request.id, string(e.second)
		if p == casefile.ScopeIdentity { // with the story the request goes as well
			spent, err := used(actor.Member, e.request)
			if err != nil {
				return err
			}
			items = append(items, spent)
		}
	}
	job := ident.New()
	return c.apply(ctx, actor, e.o, change{
		items: items, event: custody.Event{Kind: audit.PartErased, Detail: detail}, scrub: p == casefile.ScopeStory,
		turn: &turning{dir: e.dir, turn: custody.Turn{To: e.o.Recipients(e.dir), Part: p}},
		edit: func(ch *store.CaseChange) {
			ch.EraseAfter, _ = k.Whole()
			ch.PartAfter = time.Time{}
		},
		more: func(tx *store.Tx) error { return tx.ErasePart(e.o.Case.ID, p, job) },
	})
}
