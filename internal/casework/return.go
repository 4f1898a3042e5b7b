package casework

import (
	"context"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
)

// AskReturn asks the others on a case to let a member in again who was left out.
// Faults: those of Ask; the member is not left out.
func (c *Casework) AskReturn(ctx context.Context, actor access.Actor, n casefile.Number, who staff.ID, why string) (id string, err error) {
	o, dir, err := c.openWith(ctx, actor, n)
	if err != nil {
		return "", err
	}
	entry, known := dir.Entry(who)
	if !known || !routing(o).Exclusion.Covers(entry) {
		return "", fault.New(fault.Invalid, "error.member-missing")
	}
	return c.Ask(ctx, actor, n, Question{Matter: casefile.MatterExclusion, For: who, Reason: why})
}

// LetBackIn undoes an exclusion: whoever asked for it carries it out after another
// member approved with their signature, neither of them being the one it is about.
// Who read the case before, or is of its team, gets every key again; others can be
// given one from then on. Faults: ErrNeedsApproval; the member is not left out.
func (c *Casework) LetBackIn(ctx context.Context, actor access.Actor, n casefile.Number, who staff.ID) error {
	return custody.Retry(func() error {
		o, dir, err := c.openWith(ctx, actor, n)
		if err != nil {
			return err
		}
		r, ok := c.approval(o, dir, actor.Member, casefile.MatterExclusion, func(q casefile.Request) bool { return q.For == string(who) })
		if !ok {
			return ErrNeedsApproval
		}
		entry, known := dir.Entry(who)
		if !known || !routing(o).Exclusion.Covers(entry) {
			return fault.New(fault.Invalid, "error.member-missing")
		}
		spent, err := used(actor.Member, r)
		if err != nil {
			return err
		}
		e := casefile.AccessEvent{Act: casefile.AccessReturned, Member: string(who), Why: r.Reason}
		ch := change{items: []custody.Item{spent}}
		if entry.In(o.Case.Team) || heldBefore(o, who) {
			return c.admit(ctx, actor, o, dir, e, ch)
		}
		return c.turn(ctx, actor, o, turning{dir: dir, event: e, turn: custody.Turn{To: access.Recipients(dir, after(o, dir, e))}}, ch)
	})
}

// heldBefore reports whether a member read the case when they were last left out.
func heldBefore(o *custody.Opened, who staff.ID) bool {
	for _, e := range slices.Backward(accessEvents(o)) {
		if e.Member == string(who) && (e.Act == casefile.AccessAside || e.Act == casefile.AccessExcluded) {
			return e.Held
		}
	}
	return false
}
