package casework

import (
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
)

// The keys of the next step; the words stand in the catalogue under "desk.next."
// and the key.
const (
	stepDamaged      = "damaged"
	stepUnknown      = "unknown"
	stepByHand       = "by-hand"
	stepDead         = "dead"
	stepLost         = "lost"
	stepBreach       = "breach"
	stepPersons      = "persons"
	stepLate         = "late"
	stepAcknowledge  = "acknowledge"
	stepAssign       = "assign"
	stepAnswer       = "answer"
	stepMeeting      = "meeting"
	stepAssess       = "assess"
	stepHandle       = "handle"
	stepWait         = "wait"
	stepUpdate       = "update"
	stepDecide       = "decide"
	stepClose        = "close"
	stepMeasures     = "measures"
	stepReview       = "review"
	stepReferred     = "referred"
	stepMonitor      = "monitor"
	stepNone         = "none"
	stepSort         = "sort"
	stepWish         = "wish"
	stepSilent       = "silent"
	stepHelper       = "helper"
	stepData         = "data"
	stepDataDone     = "data-done"
	stepTranslator   = "translator"
	stepErase        = "erase"
	stepHeld         = "held"
	stepDeclare      = "declare"
	stepTriage       = "triage"
	stepBreachDecide = "breach-decide"
	stepBreachKnown  = "breach-known"
	stepRegime       = "regime"
	stepNotice       = "notice"
	stepReply        = "reply"
	stepReport       = "report"
	stepAllegation   = "allegation"
	stepFindings     = "findings"
	stepDecision     = "decision"
	stepAgree        = "agree"
	stepNotify       = "notify"
	stepPlan         = "plan"
	stepConfirm      = "confirm"
	stepCorrected    = "corrected"
	stepChecks       = "checks"
)

// StepKeys lists every key of a next step, for tests of the catalogue.
func StepKeys() []string {
	return []string{
		stepDamaged, stepBreach, stepPersons, stepUnknown, stepByHand, stepDead, stepLost, stepLate, stepAcknowledge, stepAssign, stepAnswer, stepMeeting, stepAssess, stepHandle,
		stepWait, stepUpdate, stepDecide, stepClose, stepMeasures, stepReview, stepReferred, stepMonitor, stepNone, stepSort, stepErase, stepHeld,
		stepWish, stepSilent, stepHelper, stepData, stepDataDone, stepTranslator,
		stepDeclare, stepTriage, stepBreachDecide, stepBreachKnown, stepRegime, stepNotice, stepReply, stepReport, stepAllegation, stepFindings,
		stepDecision, stepAgree, stepNotify, stepPlan, stepConfirm, stepCorrected, stepChecks,
	}
}

// next says what the right thing to do now is, with the deadline that runs for it.
func (c *Casework) next(v *Case) Step {
	key, kinds := v.step()
	s := Step{Key: key, To: pageOf(key)}
	if !v.State.Open() {
		return s
	}
	best := v.nextClock(kinds...)
	if best == nil {
		best = v.nextClock()
	}
	if best != nil && key != stepDamaged && key != stepSort {
		s.Clock, s.Due, s.Phrase = *best, best.Due, best.Phrase
	}
	return s
}

// nextClock is the open clock due first among the kinds, or among all.
func (v *Case) nextClock(kinds ...deadline.Kind) *Clock {
	var open []deadline.Clock
	for _, k := range v.Clocks {
		if len(kinds) == 0 || slices.Contains(kinds, k.Kind) {
			open = append(open, k.Clock)
		}
	}
	first, ok := deadline.Next(open)
	if !ok {
		return nil
	}
	for i := range v.Clocks {
		if v.Clocks[i].ID == first.ID {
			return &v.Clocks[i]
		}
	}
	return nil
}

func (v *Case) step() (string, []deadline.Kind) {
	switch {
	case v.Damaged:
		return stepDamaged, nil
	case v.State == casefile.StateUnsorted:
		return stepSort, nil
	case !v.State.Open():
		return v.restingStep(), nil
	case v.runs(deadline.KindBreachNotice):
		return stepBreach, []deadline.Kind{deadline.KindBreachNotice}
	case v.runs(deadline.KindBreachPersons):
		return stepPersons, []deadline.Kind{deadline.KindBreachPersons}
	case v.Nobody && v.Receipt.State == ReceiptByHand:
		return stepUnknown, []deadline.Kind{deadline.KindAcknowledgement, deadline.KindFirstAnswer}
	case v.Receipt.State == ReceiptByHand:
		return stepByHand, []deadline.Kind{deadline.KindAcknowledgement, deadline.KindFirstAnswer}
	case v.Receipt.State == ReceiptDead:
		return stepDead, []deadline.Kind{deadline.KindAcknowledgement, deadline.KindFirstAnswer}
	case v.Charge.ID == "" && v.State == casefile.StateReview:
		return stepReview, []deadline.Kind{deadline.KindReview}
	case v.mustDeclare():
		return stepDeclare, nil
	case v.Charge.ID == "":
		return stepAssign, nil
	case v.untold() != "":
		return stepLate, []deadline.Kind{v.untold()}
	case v.lost():
		return stepLost, nil
	case v.State == casefile.StateReceived:
		return stepAcknowledge, []deadline.Kind{deadline.KindAcknowledgement, deadline.KindFirstAnswer}
	case v.owes(casefile.EntryMeetingRequest):
		return stepMeeting, []deadline.Kind{deadline.KindMeeting}
	case v.corrected():
		return stepCorrected, nil
	case v.owes(casefile.EntryMessageIn):
		return stepAnswer, nil
	default:
		return v.handlingStep()
	}
}

// lost reports whether the newest mail to the complainant did not arrive and nobody has
// heard from them, or written down how they were told, since that is known.
func (v *Case) lost() bool {
	since := v.Receipt.Lost
	return !since.IsZero() && v.Contact.Mail && !slices.ContainsFunc(v.Timeline, func(it Item) bool {
		heard := it.From.Kind == custody.AuthorComplainant && it.Kind != ""
		return it.At.After(since) && (heard || it.Kind == casefile.EntryNote)
	})
}

// untold is a deadline that the complainant was promised, that was missed, and for
// which they were told no new date. ISO 10002:2018 7.3: the status at set deadlines.
func (v *Case) untold() deadline.Kind {
	for _, k := range v.Clocks {
		if k.Told && k.State == deadline.Passed && k.Again.IsZero() {
			return k.Kind
		}
	}
	return ""
}

// runs reports whether a clock of a kind is open and, where states are given, in one
// of them.
func (v *Case) runs(kind deadline.Kind, states ...deadline.State) bool {
	return slices.ContainsFunc(v.Clocks, func(k Clock) bool {
		return k.Kind == kind && k.Open() && (len(states) == 0 || slices.Contains(states, k.State))
	})
}

// has reports whether a clock of a kind runs or ran.
func (v *Case) has(kind deadline.Kind) bool {
	return slices.ContainsFunc(v.Clocks, func(k Clock) bool { return k.Kind == kind })
}

func (v *Case) handlingStep() (string, []deadline.Kind) {
	answer := []deadline.Kind{deadline.KindFeedback, deadline.KindFullAnswer}
	if recorded := v.recordStep(); recorded != "" {
		return recorded, append(kindsOf(recorded), answer...)
	}
	if v.unchecked() && (v.State == casefile.StateInvestigation || v.State == casefile.StateHandling && v.Route.SealsIdentityApart()) {
		return stepChecks, append([]deadline.Kind{deadline.KindPlan}, answer...)
	}
	switch v.State {
	case casefile.StateAcknowledged, casefile.StateTriage:
		return stepAssess, append(kindsOf(stepTriage), answer...)
	case casefile.StateWaiting:
		return stepWait, answer
	case casefile.StateHandling, casefile.StateMediation:
		return stepHandle, answer
	case casefile.StateInvestigation:
		if v.runs(deadline.KindUpdate, deadline.Pressing, deadline.Passed) {
			return stepUpdate, []deadline.Kind{deadline.KindUpdate}
		}
		return stepDecide, append([]deadline.Kind{deadline.KindPlan}, answer...)
	case casefile.StateMeasures:
		return stepMeasures, answer
	case casefile.StateReview:
		return stepReview, []deadline.Kind{deadline.KindReview}
	case casefile.StateReferred:
		return stepReferred, answer
	default:
		return stepClose, answer
	}
}

func (v *Case) restingStep() string {
	for _, k := range v.Clocks {
		if k.CheckIn() && k.State == deadline.Passed {
			return v.watchStep(k.ID)
		}
	}
	switch {
	case v.Channel == casefile.ChannelData && v.runs(deadline.KindDataRequest):
		return stepData
	case v.Erasure.Hold != nil && v.Erasure.Hold.Late:
		return stepHeld
	case v.Erasure.Due != "" && v.Erasure.Hold == nil:
		return stepErase
	}
	if v.Channel == casefile.ChannelData {
		return stepDataDone
	}
	if v.Channel == casefile.ChannelTranslate {
		return stepTranslator
	}
	if v.State == casefile.StateMonitoring && v.Channel == casefile.ChannelWatch {
		return stepHelper
	}
	if v.State == casefile.StateMonitoring {
		return stepMonitor
	}
	return stepNone
}

// owes reports whether the newest item of the complainant is of a kind and nothing
// was sent to them since.
func (v *Case) owes(kind casefile.EntryKind) bool {
	for i := len(v.Timeline) - 1; i >= 0; i-- {
		switch it := v.Timeline[i]; {
		case !it.Standing.Taken.IsZero(): // nobody reads it
		case it.Kind == casefile.EntryMessageOut || it.Kind == casefile.EntryOutcome:
			return false
		case it.From.Kind == custody.AuthorComplainant && it.Kind != casefile.EntryContactChange && it.Kind != "":
			return it.Kind == kind
		}
	}
	return false
}
