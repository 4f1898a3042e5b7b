package casefile

import "time"

// Unheard lists the people concerned who have not had the chance to reply.
// Directive (EU) 2019/1937 art. 22.
func (w Worked) Unheard() []Kept {
	return w.where(SheetPerson, func(k Kept) bool {
		reply := k.One("reply")
		return k.One("role") == "concerned" && (reply == "" || reply == "asked")
	})
}

// Unfound lists the allegations without a finding.
func (w Worked) Unfound() []Kept {
	return w.where(SheetAllegation, func(k Kept) bool { return k.One("finding") == "" })
}

// FalselyTold reports whether members found that somebody told what they knew was
// false, or want to decide so.
func (w Worked) FalselyTold() bool {
	for _, k := range w.Of(SheetAllegation) {
		if Outcome(k.One("finding")) == OutcomeKnowinglyFalse {
			return true
		}
	}
	return Outcome(w.Single(SheetDecision).One("outcome")) == OutcomeKnowinglyFalse
}

// Unplanned lists the measures that are neither done nor planned with somebody who
// does them and a date.
func (w Worked) Unplanned() []Kept {
	return w.where(SheetMeasure, func(k Kept) bool {
		return k.One("done") == "" && (k.One("owner") == "" || k.One("due") == "")
	})
}

// Unsent lists what somebody outside still has to be told.
func (w Worked) Unsent() []Kept {
	return w.where(SheetNotification, func(k Kept) bool { return k.One("sent") == "" })
}

func (w Worked) where(s Sheet, so func(Kept) bool) (list []Kept) {
	for _, k := range w.Of(s) {
		if so(k) {
			list = append(list, k)
		}
	}
	return list
}

// Confirmed reports whether whoever a case was referred to confirmed that they have
// it.
func (w Worked) Confirmed() bool {
	return len(w.where(SheetReferral, func(k Kept) bool { return k.One("confirmed") != "" })) > 0
}

// BreachOpen reports whether a personal-data breach waits for the decision to notify
// it or not. GDPR art. 33(1).
func (w Worked) BreachOpen() bool {
	k := w.Single(SheetBreach)
	return k.One("breach") == "yes" && k.One("notify") == ""
}

// Due is the date by which something that a record plans has to be done; false when
// it is done, or has no date. By when a person is told is a deadline of the case.
func (k Kept) Due() (time.Time, bool) {
	switch k.Sheet {
	case SheetMeasure, SheetTask:
		if k.One("done") != "" {
			return time.Time{}, false
		}
		return k.Day("due")
	case SheetNotification:
		if k.One("sent") != "" {
			return time.Time{}, false
		}
		return k.Day("due")
	case SheetMeeting:
		if k.One("held") != "" {
			return time.Time{}, false
		}
		return k.Day("planned")
	default:
		return time.Time{}, false
	}
}
