package deadline

import "time"

// Reason is why members are reminded of a case, in the two forms that a mail may tell:
// never which deadline it is, nor what the case is about.
type Reason string

// The reasons.
const (
	ReasonNear   Reason = "near"
	ReasonPassed Reason = "passed"
)

// The rungs: whom a reminder goes to. Each reminder after which nothing happened is
// followed by one on the next rung.
const (
	RungCharge = 1 + iota // the member in charge, or who stands in
	RungDeputy            // whoever stands in for them, as well
	RungTeam              // everybody who may read the case
)

// steps are the moments at which members are reminded of a clock, in order: when half
// and four fifths of the time are gone, when it has passed, and when the new date that
// was told then has passed as well.
func (k Clock) steps() []time.Time {
	list := []time.Time{k.half(), k.late(), k.Due.Add(time.Microsecond)}
	if k.tied() { // members were just reminded of the missed date; nobody owes an answer but the complainant
		list = list[2:]
	}
	if !k.Again.IsZero() {
		list = append(list, k.Again.Add(time.Microsecond))
	}
	return list
}

// NextReminder returns when members are to be reminded next; false when no more.
func (k Clock) NextReminder() (time.Time, bool) {
	if k.Met != nil || !k.Paused.IsZero() {
		return time.Time{}, false
	}
	for _, at := range k.steps() {
		if at.After(k.Reminded) {
			return at, true
		}
	}
	return time.Time{}, false
}

// Remind returns the clock once its members were reminded at a time, and why they
// are. Stirred is when a member last did something in the case; where that is after
// the reminder before, it begins again at the first rung.
func (k Clock) Remind(now, stirred time.Time) (Clock, Reason) {
	reason := ReasonNear
	if now.After(k.Due) {
		reason = ReasonPassed
	}
	if k.Reminded.IsZero() || stirred.After(k.Reminded) {
		k.Rung = RungCharge
	} else {
		k.Rung = min(k.Rung+1, RungTeam)
	}
	k.Reminded = now.UTC()
	return k, reason
}
