package casework

import (
	"slices"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
)

// recordStep is what members have to record next in the state of the case; empty
// when nothing is missing.
func (v *Case) recordStep() string {
	strict := v.Route.SealsIdentityApart()
	switch {
	case v.Question:
		return ""
	case v.Work.Single(casefile.SheetBreach).One("breach") == "yes" && !v.has(deadline.KindBreachNotice):
		return stepBreachKnown
	case v.Work.BreachOpen():
		return stepBreachDecide
	case strict && v.noticeDue():
		return stepNotice
	case len(v.Work.Unsent()) > 0 && v.Work.Severity() >= serious:
		return stepNotify
	}
	switch v.State {
	case casefile.StateAcknowledged, casefile.StateTriage:
		if !v.Work.Full(casefile.SheetTriage, v.Route) && (strict || v.State == casefile.StateTriage) {
			return stepTriage
		}
		if v.State == casefile.StateTriage && v.Route == casefile.Integrity && !v.Work.Full(casefile.SheetRegime, v.Route) {
			return stepRegime
		}
	case casefile.StateInvestigation:
		return v.investigationStep()
	case casefile.StateDecision:
		return v.decisionStep()
	case casefile.StateMeasures:
		if len(v.Work.Unplanned()) > 0 {
			return stepPlan
		}
	case casefile.StateReferred:
		if !v.Work.Confirmed() {
			return stepConfirm
		}
	default: // the state itself says what to do
	}
	return ""
}

// serious is the severity from which somebody outside is told at once.
const serious = 3

func (v *Case) investigationStep() string {
	switch {
	case len(v.Work.Of(casefile.SheetAllegation)) == 0 && v.Route == casefile.Integrity:
		return stepAllegation
	case len(v.Work.Unheard()) > 0:
		return stepReply
	case v.Route == casefile.Integrity && !v.Work.Full(casefile.SheetReport, v.Route):
		return stepReport
	default:
		return ""
	}
}

func (v *Case) decisionStep() string {
	two := v.Route == casefile.Integrity || v.Work.FalselyTold()
	switch {
	case len(v.Work.Of(casefile.SheetAllegation)) == 0 && v.Route == casefile.Integrity:
		return stepAllegation
	case len(v.Work.Unfound()) > 0:
		return stepFindings
	case two && v.Work.Single(casefile.SheetDecision).ID == "":
		return stepDecision
	case two && v.Decided.By.ID == "" && !v.Decided.Alone:
		return stepAgree
	case len(v.Work.Unplanned()) > 0:
		return stepPlan
	default:
		return ""
	}
}

// noticeDue reports whether somebody has to be told within a week that the case holds
// their data, or whether that was put off has to be looked at again.
func (v *Case) noticeDue() bool {
	return slices.ContainsFunc(v.Clocks, func(k Clock) bool {
		return k.Kind == deadline.KindPersonNotice && k.Open() && k.Due.Before(v.now.Add(week))
	})
}

// Due is the date by which something that a record plans has to be done; false when it is
// done, or has no date.
func (v *Case) Due(k casefile.Kept) (time.Time, bool) {
	if k.Sheet != casefile.SheetPerson {
		return k.Due()
	}
	for _, clock := range v.Clocks {
		if clock.Kind == deadline.KindPersonNotice && clock.Open() && clock.ID == deadline.ObjectID(deadline.RuleOf(clock.ID), string(k.ID)) {
			return clock.Due, true
		}
	}
	return time.Time{}, false
}

const week = 7 * 24 * time.Hour

// kindsOf are the clocks that run for what is to be recorded.
func kindsOf(step string) []deadline.Kind {
	switch step {
	case stepTriage:
		return []deadline.Kind{deadline.KindTriage, deadline.KindFirstAnswer}
	case stepBreachDecide:
		return []deadline.Kind{deadline.KindBreachNotice}
	case stepNotice:
		return []deadline.Kind{deadline.KindPersonNotice}
	case stepRegime:
		return []deadline.Kind{deadline.KindTriage, deadline.KindPlan}
	default:
		return nil
	}
}

// mustDeclare reports whether the member reads the case and has not said whether
// they are impartial.
func (v *Case) mustDeclare() bool {
	return v.Route.SealsIdentityApart() && len(v.Undeclared) > 0 && v.Undeclared[0].ID == v.me
}

// pageOf is where a step is done, behind the address of the case: a page below it, or
// a place on the page of the case itself; empty where there is no one place.
func pageOf(step string) string {
	var sheet casefile.Sheet
	switch step {
	case stepSort:
		return "/sort"
	case stepUnknown:
		return "/sender"
	case stepDeclare:
		sheet = casefile.SheetConflict
	case stepTriage:
		sheet = casefile.SheetTriage
	case stepBreachDecide:
		sheet = casefile.SheetBreach
	case stepRegime:
		sheet = casefile.SheetRegime
	case stepReport:
		sheet = casefile.SheetReport
	case stepChecks:
		sheet = casefile.SheetChecks
	case stepDecision, stepAgree:
		sheet = casefile.SheetDecision
	case stepAllegation:
		sheet = casefile.SheetAllegation
	case stepNotice, stepReply, stepFindings, stepPlan, stepConfirm, stepNotify, stepCorrected:
		return "/records"
	case stepClose:
		return "/close"
	case stepBreachKnown, stepBreach, stepPersons:
		return "/breach"
	case stepData:
		return "/data"
	case stepErase, stepHeld:
		return "/erase"
	case stepMeasures:
		return "/records"
	case stepAcknowledge, stepAnswer, stepMeeting, stepUpdate:
		return "#compose"
	case stepAssign:
		return "#s-charge"
	case stepByHand, stepDead:
		return "#s-receipt"
	case stepAssess, stepDecide:
		return "#s-step"
	case stepLate, stepWish, stepSilent:
		return "#s-clocks"
	default:
		return ""
	}
	return "/records/" + string(sheet)
}
