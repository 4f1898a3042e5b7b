package casework

import (
	"context"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
)

// Templates are the texts with which a member can begin in a case: those whose
// placeholders can all be filled in.
func (c *Casework) Templates(v *Case) (list []profile.Template) {
	for _, t := range c.Profile.Templates {
		if !t.Off && (!t.Needs(profile.PlaceAnswer) || !v.promisedAnswer().IsZero()) {
			list = append(list, t)
		}
	}
	return list
}

// promisedAnswer is the day by which the complainant was promised an answer: the date that
// was told last, of those that are still to be kept. Zero: none runs.
func (v *Case) promisedAnswer() (by time.Time) {
	for _, k := range v.Clocks {
		answer := k.Kind == deadline.KindFeedback || k.Kind == deadline.KindFullAnswer
		if !answer || !k.Open() || k.State == deadline.Resting {
			continue
		}
		due := k.Due
		if !k.Again.IsZero() {
			due = k.Again
		}
		if by.IsZero() || due.Before(by) {
			by = due
		}
	}
	return by
}

// FillTemplate returns a template in a language with everything filled in. Faults:
// error.template-missing. fault.ErrNotFound: the case is not the member's.
func (c *Casework) FillTemplate(ctx context.Context, actor access.Actor, n casefile.Number, id string, l lang.Lang) (string, error) {
	v, err := c.Case(ctx, actor, n)
	if err != nil {
		return "", err
	}
	list := c.Templates(v)
	i := slices.IndexFunc(list, func(t profile.Template) bool { return t.ID == id })
	if i < 0 {
		return "", fault.New(fault.Invalid, "error.template-missing")
	}
	if !l.Known() {
		l = lang.Lang(v.Language)
	}
	args := map[string]string{
		"number": string(v.Number), "organisation": c.Profile.Organisation.Name.In(string(l)), "received": lang.DateLong(l, v.Received),
	}
	if by := v.promisedAnswer(); !by.IsZero() {
		args["answer"] = lang.DateLong(l, by)
	}
	return list[i].Text.Fill(string(l), args), nil
}
