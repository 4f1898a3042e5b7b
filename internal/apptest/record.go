package apptest

import (
	"context"
	"maps"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
)

// Keep records a sheet of a case, as its next version where there is one.
func (i *Instance) Keep(actor access.Actor, n casefile.Number, s casefile.Sheet, answers map[string][]string) {
	i.T.Helper()
	i.check(i.TryKeep(actor, n, s, answers))
}

// TryKeep records a sheet of a case, or says why not.
func (i *Instance) TryKeep(actor access.Actor, n casefile.Number, s casefile.Sheet, answers map[string][]string) error {
	i.T.Helper()
	c, form := i.Case(actor, n), formOf(i, s)
	f := casework.Filling{Sheet: s, Answers: answers}
	switch {
	case form.Own:
		f.Version = string(c.Work.By(s, string(actor.Member)).Version)
	case !form.Many:
		f.Version = string(c.Work.Single(s).Version)
	}
	return i.Casework.Keep(context.Background(), actor, n, f)
}

func formOf(i *Instance, s casefile.Sheet) casefile.Form {
	form, ok := casefile.FormOf(s)
	if !ok {
		i.T.Fatalf("there is no sheet %s", s)
	}
	return form
}

// Complete records what still stands in the way of a step, by whom it falls to.
func (i *Instance) Complete(actor access.Actor, n casefile.Number, to casefile.State) {
	i.T.Helper()
	for range 2 { // whoever agrees to a decision has read the case by then
		for _, m := range i.Case(actor, n).Moves {
			if m.To != to {
				continue
			}
			for _, g := range m.Missing {
				i.satisfy(actor, n, g)
			}
		}
	}
}

// Present says which keys a member has by now, after new ones were made for them.
func (i *Instance) Present(actor access.Actor) {
	for n, a := range i.joined {
		if a.Member == actor.Member {
			i.joined[n] = actor
		}
	}
}

func (i *Instance) satisfy(actor access.Actor, n casefile.Number, g casefile.Guard) {
	i.T.Helper()
	words := []string{"as it was told"}
	work := i.Case(actor, n).Work
	switch g {
	case casefile.GuardTriage:
		i.Keep(actor, n, casefile.SheetTriage, Triage("communication"))
	case casefile.GuardConflict:
		for _, p := range i.Case(actor, n).Undeclared {
			at := slices.IndexFunc(i.joined, func(a access.Actor) bool { return a.Member == p.ID })
			if at < 0 {
				i.T.Fatalf("nobody can declare for %s", p.Name)
			}
			i.Keep(i.joined[at], n, casefile.SheetConflict, map[string][]string{"none": {"none"}})
		}
	case casefile.GuardRegime:
		i.Keep(actor, n, casefile.SheetRegime, map[string][]string{"regime": {"follow-up"}, "why": words})
	case casefile.GuardReport:
		i.Keep(actor, n, casefile.SheetReport, map[string][]string{"mandate": words, "done": words, "facts": words, "findings": words})
	case casefile.GuardAllegation:
		i.Keep(actor, n, casefile.SheetAllegation, map[string][]string{"what": words, "finding": {"upheld"}, "why": words})
	case casefile.GuardReply:
		i.amend(actor, n, work.Unheard(), map[string][]string{"reply": {"declined"}})
	case casefile.GuardFindings:
		i.amend(actor, n, work.Unfound(), map[string][]string{"finding": {"upheld"}, "why": words})
	case casefile.GuardMeasures:
		i.amend(actor, n, work.Unplanned(), map[string][]string{"owner": words, "due": {"2026-06-01"}})
	case casefile.GuardBreach:
		i.amend(actor, n, work.Of(casefile.SheetBreach), map[string][]string{"notify": {"no"}, "reasons": words})
	case casefile.GuardReferral, casefile.GuardConfirmed:
		i.Keep(actor, n, casefile.SheetReferral, map[string][]string{
			"body": words, "why": words, "agreed": {"yes"}, "sent": {"2026-03-02"}, "confirmed": {"2026-03-02"}, "proof": words,
		})
	case casefile.GuardAgreed, casefile.GuardAgreedFalse:
		i.Agree(actor, n, casefile.OutcomeUpheld)
	default: // not a matter of what is recorded
	}
}

// amend writes a next version of records with some answers changed.
func (i *Instance) amend(actor access.Actor, n casefile.Number, list []casefile.Kept, change map[string][]string) {
	i.T.Helper()
	for _, k := range list {
		i.Amend(actor, n, k, change)
	}
}

// Amend writes the next version of a record with some answers changed.
func (i *Instance) Amend(actor access.Actor, n casefile.Number, k casefile.Kept, change map[string][]string) {
	i.T.Helper()
	answers := maps.Clone(k.Fields)
	maps.Copy(answers, change)
	i.check(i.Casework.Keep(context.Background(), actor, n, casework.Filling{
		Sheet: k.Sheet, Record: string(k.ID), Version: string(k.Version), Answers: answers,
	}))
}

// Agree decides a case with an outcome, to which another of its members agrees where
// there is one.
func (i *Instance) Agree(actor access.Actor, n casefile.Number, outcome casefile.Outcome) {
	i.T.Helper()
	i.Keep(actor, n, casefile.SheetDecision, map[string][]string{"outcome": {string(outcome)}, "why": {"it was shown"}})
	c := i.Case(actor, n)
	if c.Decided.Alone {
		return
	}
	k := c.Work.Single(casefile.SheetDecision)
	shown := casework.Filling{Version: string(k.Version), Answers: k.Fields}
	i.check(i.Casework.AskAgreement(context.Background(), actor, n, shown, "please read what we decided"))
	for _, other := range i.joined {
		c, err := i.Casework.Case(context.Background(), other, n)
		if err != nil {
			continue
		}
		for _, a := range c.Requests {
			if a.MayDecide && a.Matter == casefile.MatterClosing {
				i.check(i.Decide(other, n, a.ID, casefile.VerdictApproved))
				return
			}
		}
	}
	i.T.Fatal("nobody can agree to the decision")
}

// Triage is a first assessment that fits every route.
func Triage(topics ...string) map[string][]string {
	return map[string][]string{
		"topics": topics, "severity": {"2"}, "urgency": {"normal"}, "admissible": {"yes"}, "act": {"no"}, "risk": {"low"},
	}
}
