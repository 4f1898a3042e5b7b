package apptest

import (
	"context"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/staff"
)

// why is a reason that no test looks for.
const why = "they know each other"

// StepAside takes a member off a case at their own wish.
func (i *Instance) StepAside(actor access.Actor, n casefile.Number) error {
	return i.Casework.StepAside(context.Background(), actor, n, why)
}

// Exclude lets a member leave a colleague out of a case.
func (i *Instance) Exclude(actor access.Actor, n casefile.Number, who staff.ID) error {
	return i.Casework.Exclude(context.Background(), actor, n, who, why)
}

// AddReader gives a colleague the keys of a case.
func (i *Instance) AddReader(actor access.Actor, n casefile.Number, who staff.ID) error {
	return i.Casework.AddReader(context.Background(), actor, n, who, why)
}

// Hand moves a case to the team of another route, about none of whom it is.
func (i *Instance) Hand(actor access.Actor, n casefile.Number, r casefile.Route) error {
	ctx := context.Background()
	o, err := i.Custody.OpenMember(ctx, actor, n)
	if err != nil {
		return err
	}
	m, err := i.Casework.PreviewMove(ctx, actor, n, r)
	if err != nil {
		return err
	}
	answers := map[staff.ID]string{}
	for _, p := range m.Asked {
		answers[p.ID] = "no"
	}
	return i.Casework.Move(ctx, actor, n, casework.Moving{Route: r, Why: why, Answers: answers, Revision: o.Case.Revision})
}

// LetBackIn undoes an exclusion: one member asks and carries it out, another
// approves with their password.
func (i *Instance) LetBackIn(actor, approver access.Actor, n casefile.Number, who staff.ID) error {
	i.T.Helper()
	ctx := context.Background()
	id, err := i.Casework.AskReturn(ctx, actor, n, who, "it is about somebody else of that name")
	if err != nil {
		return err
	}
	if err := i.Decide(approver, n, id, casefile.VerdictApproved); err != nil {
		return err
	}
	return i.Casework.LetBackIn(ctx, actor, n, who)
}
