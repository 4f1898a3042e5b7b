package demo

import (
	"context"
	"maps"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
)

// declare lets a member who comes to a case say that they are impartial, as the desk
// asks before anything else.
func (w *work) declare(ctx context.Context) error {
	c := w.opened
	if !c.Route.SealsIdentityApart() || c.State == casefile.StateReceived || len(c.Undeclared) == 0 || c.Undeclared[0].ID != w.actor.Member {
		return nil
	}
	err := w.s.app.Casework.Keep(ctx, w.actor, w.p.number, casework.Filling{
		Sheet: casefile.SheetConflict, Answers: map[string][]string{"none": {"none"}},
	})
	if err != nil {
		return err
	}
	w.opened, err = w.s.app.Casework.Case(ctx, w.actor, w.p.number)
	return err
}

// record fills in a sheet, or the next version of it.
func (w work) record(ctx context.Context, x step) error {
	f := casework.Filling{Sheet: x.Sheet, Answers: map[string][]string{}}
	was := w.opened.Work.Single(x.Sheet)
	if form, _ := casefile.FormOf(x.Sheet); !form.Many || x.Again {
		f.Version, f.Record = string(was.Version), string(was.ID)
		maps.Copy(f.Answers, was.Fields)
	}
	for field, values := range x.Filled {
		f.Answers[field] = nil
		for _, v := range values {
			f.Answers[field] = append(f.Answers[field], w.p.fill(v))
		}
	}
	return w.s.app.Casework.Keep(ctx, w.actor, w.p.number, f)
}

// agree asks a colleague to agree to the decision, who reads it and does.
func (w work) agree(ctx context.Context, x step) error {
	c, n := w.s.app.Casework, w.p.number
	k := w.opened.Work.Single(casefile.SheetDecision)
	shown := casework.Filling{Version: string(k.Version), Answers: k.Fields}
	if err := c.AskAgreement(ctx, w.actor, n, shown, w.p.fill(x.Why)); err != nil {
		return err
	}
	if _, err := w.s.memberID(x.To); err != nil {
		return err
	}
	other := work{s: w.s, p: w.p, actor: w.s.members[x.To].actor}
	var err error
	if other.opened, err = c.Case(ctx, other.actor, n); err != nil {
		return err
	}
	if err := other.declare(ctx); err != nil {
		return err
	}
	for _, a := range other.opened.Requests {
		if a.MayDecide && a.Matter == casefile.MatterClosing {
			return c.Decide(ctx, other.actor, n, casework.Ruling{
				Request: a.ID, Verdict: casefile.VerdictApproved, Words: w.p.fill(x.Text), Password: other.password(),
			})
		}
	}
	return errDeed
}
