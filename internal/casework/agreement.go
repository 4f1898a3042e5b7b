package casework

import (
	"context"
	"maps"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/fault"
)

// AskAgreement asks the others on a case to agree to its decision, in the version
// that was shown and as it stands in the form. A later version needs a new agreement.
// Faults: nothing is decided yet; the decision changed since it was shown, or was
// changed in the form and not saved; and those of Ask.
func (c *Casework) AskAgreement(ctx context.Context, actor access.Actor, n casefile.Number, shown Filling, reason string) error {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return err
	}
	k := recorded(o).Single(casefile.SheetDecision)
	switch {
	case k.ID == "":
		return errNothing
	case string(k.Version) != shown.Version:
		return errChanged
	}
	form, _ := casefile.FormOf(casefile.SheetDecision)
	if !maps.EqualFunc(form.Tidy(o.Case.Route, shown.Answers), k.Fields, slices.Equal) {
		return fault.New(fault.Invalid, "work.agree-save")
	}
	_, err = c.Ask(ctx, actor, n, Question{Matter: casefile.MatterClosing, Object: string(k.Version), Reason: reason})
	return err
}
