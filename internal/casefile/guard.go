package casefile

// Guard names the reason for which a step is refused.
type Guard string

// The guards.
const (
	// GuardNoSuchMove refuses a step that the route's table does not hold.
	GuardNoSuchMove Guard = "no-such-move"
	// GuardAcknowledgement asks that receipt was confirmed to the complainant.
	// Directive (EU) 2019/1937 art. 9(1)(b).
	GuardAcknowledgement Guard = "acknowledgement"
	// GuardOutcome asks that an outcome was recorded.
	GuardOutcome Guard = "outcome"
	// GuardFeedback asks that the complainant was told what was done and why.
	// Directive (EU) 2019/1937 art. 9(1)(f) and 5(13).
	GuardFeedback Guard = "feedback"
	// GuardSpam asks that it is manifestly no complaint, where a case is erased before it
	// was closed. Directive (EU) 2019/1937 art. 17.
	GuardSpam Guard = "spam"
	// GuardLegalHold refuses erasure while a hold stands. GDPR art. 17(3)(e).
	GuardLegalHold Guard = "legal-hold"
	// GuardTriage asks that the first assessment was recorded. ISO 37002:2021 8.3.
	GuardTriage Guard = "triage"
	// GuardConflict asks that every member who read the case said whether they know
	// somebody it is about. ISO/TS 37008:2023.
	GuardConflict Guard = "conflict"
	// GuardRegime asks under which law the investigation is done, with all that this
	// law asks. Act of 18 May 2024 on private investigation.
	GuardRegime Guard = "regime"
	// GuardReply asks that whoever it is about could reply. Directive (EU) 2019/1937
	// art. 22.
	GuardReply Guard = "reply"
	// GuardReport asks for the report of the investigation. ISO/TS 37008:2023.
	GuardReport Guard = "report"
	// GuardAllegation asks what is said to have happened, one by one.
	GuardAllegation Guard = "allegation"
	// GuardFindings asks what was found about each.
	GuardFindings Guard = "findings"
	// GuardAgreed asks that a second member agreed to the decision.
	GuardAgreed Guard = "agreed"
	// GuardAgreedFalse asks the same where somebody is said to have told what they knew
	// was false.
	GuardAgreedFalse Guard = "agreed-false"
	// GuardMeasures asks that each measure is done, or has somebody and a date.
	GuardMeasures Guard = "measures"
	// GuardBreach asks whether a personal-data breach is notified, and why. GDPR
	// art. 33.
	GuardBreach Guard = "breach"
	// GuardReferral asks to whom the case goes, and why.
	GuardReferral Guard = "referral"
	// GuardConfirmed asks that they confirmed that they have it.
	GuardConfirmed Guard = "confirmed"
	// GuardReminded asks that somebody who does not answer was reminded and had time.
	GuardReminded Guard = "reminded"
)

// Guards lists every guard.
func Guards() []Guard {
	return []Guard{
		GuardNoSuchMove, GuardAcknowledgement, GuardOutcome, GuardFeedback, GuardLegalHold, GuardSpam, GuardTriage, GuardConflict,
		GuardRegime, GuardReply, GuardReport, GuardAllegation, GuardFindings, GuardAgreed, GuardAgreedFalse, GuardMeasures,
		GuardBreach, GuardReferral, GuardConfirmed, GuardReminded,
	}
}

// Sheet is the sheet that a guard waits for; empty for one that waits for something
// else.
func (g Guard) Sheet() Sheet {
	switch g {
	case GuardTriage:
		return SheetTriage
	case GuardConflict:
		return SheetConflict
	case GuardRegime:
		return SheetRegime
	case GuardReply:
		return SheetPerson
	case GuardReport:
		return SheetReport
	case GuardAllegation, GuardFindings:
		return SheetAllegation
	case GuardAgreed, GuardAgreedFalse:
		return SheetDecision
	case GuardMeasures:
		return SheetMeasure
	case GuardBreach:
		return SheetBreach
	case GuardReferral, GuardConfirmed:
		return SheetReferral
	default:
		return ""
	}
}

// Facts are what is true of a case when a step is asked for.
type Facts struct {
	AcknowledgementSent bool
	FeedbackSent        bool
	Outcome             Outcome
	Question            bool // a question, not a complaint: it needs no outcome
	NobodyToTell        bool // a letter without a sender: there is no complainant to reach
	LegalHold           bool
	Spam                bool // manifestly no complaint
	Triaged             bool // the first assessment is there, with all that the route asks
	Regime              bool // the law of the investigation is chosen, with what it asks
	Replied             bool // whoever it is about could reply
	Reported            bool // there is a report of the investigation
	Allegations         int
	Unfound             int     // allegations without a finding
	Agreed              Outcome // the outcome to which a second member agreed; empty: to none
	Alone               bool    // nobody else may read the case, who could agree
	FalselyTold         bool    // somebody is said to have told what they knew was false
	Planned             bool    // every measure is done or has somebody and a date
	BreachOpen          bool    // a breach waits for the decision to notify it
	Referred            bool    // it says to whom the case goes
	Confirmed           bool    // they confirmed that they have it
	Reminded            bool    // the complainant answered, or was reminded and had time
	Declared            bool    // nobody who read the case still has to say whether they are impartial
}

func (f Facts) satisfy(g Guard) bool {
	switch g {
	case GuardAcknowledgement:
		return f.AcknowledgementSent || f.NobodyToTell
	case GuardOutcome:
		return f.Outcome.Known() || f.Question
	case GuardFeedback:
		return f.FeedbackSent || f.NobodyToTell
	case GuardLegalHold:
		return !f.LegalHold
	case GuardSpam:
		return f.Spam
	case GuardTriage:
		return f.Triaged || f.Question
	case GuardConflict:
		return f.Declared
	case GuardRegime:
		return f.Regime
	case GuardReply:
		return f.Replied
	case GuardReport:
		return f.Reported
	case GuardAllegation:
		return f.Allegations > 0
	case GuardFindings:
		return f.Unfound == 0
	case GuardAgreed:
		return f.agreed() || f.Question && f.Outcome == ""
	case GuardAgreedFalse:
		return f.agreed() || !f.FalselyTold && f.Outcome != OutcomeKnowinglyFalse
	case GuardMeasures:
		return f.Planned
	case GuardBreach:
		return !f.BreachOpen
	case GuardReferral:
		return f.Referred
	case GuardConfirmed:
		return f.Confirmed
	case GuardReminded:
		return f.Outcome != OutcomeStopped || f.Reminded || f.NobodyToTell
	default:
		return false
	}
}

// agreed reports whether a second member agreed to the outcome that is wanted, or
// to one where none was said yet. Where nobody else may read the case, one decides.
func (f Facts) agreed() bool {
	return f.Alone || f.Agreed != "" && (f.Outcome == "" || f.Agreed == f.Outcome)
}
