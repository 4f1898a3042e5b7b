package custody

import (
	"slices"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/retention"
)

// Keeping is until when the parts of a closed case are kept, and which is gone.
type Keeping struct {
	retention.Dates                 // never sooner than what was written down at closing
	Ruled           retention.Dates // as the rules alone have it now
	Two             bool            // a second member must agree to an erasure
	Closed          time.Time
	Gone            map[casefile.Scope]time.Time
}

// Keeping reckons it anew, for members and complainants alike. The row of the case may be
// written by whoever holds the database, so that the sealed entries that tell of the closing
// count as well; the later day holds. False: the case is open, or no rule fits.
func (o *Opened) Keeping(rules retention.Rules, c deadline.Calendar, clocks []deadline.Clock) (k Keeping, ok bool) {
	return o.KeepingUntil(rules, c, clocks, o.Barred())
}

// Barred is the day until which members keep the case because a claim is not time-barred;
// zero: they set none. The row tells it to the complainant, who cannot read the entry that
// says why; of the two the later day holds.
func (o *Opened) Barred() (until time.Time) {
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryHold || e.Damaged || e.Locked {
			continue
		}
		p, err := casefile.DecodePayload[casefile.HoldEvent](e.Payload)
		if err == nil && (p.Act == casefile.TermSet || p.Act == casefile.TermEnded) {
			until = p.Until
		}
	}
	if o.Case.Barred.After(until) {
		return o.Case.Barred
	}
	return until
}

// KeepingUntil is Keeping with another such day than stands in the case.
func (o *Opened) KeepingUntil(rules retention.Rules, c deadline.Calendar, clocks []deadline.Clock, barred time.Time) (k Keeping, ok bool) {
	if o.Case.State.Open() || o.Case.EraseAfter.IsZero() {
		return k, false
	}
	k.Closed, k.Gone = o.closing()
	if o.Case.Channel == casefile.ChannelTranslate {
		k.Ruled = alike(o.Case.EraseAfter, retention.ReasonTranslated)
		k.Dates = k.Ruled
		return k, true
	}
	if o.Case.Channel == casefile.ChannelWatch {
		k.Ruled = alike(o.Case.EraseAfter, retention.ReasonWatch)
		k.Dates, k.Two = k.Ruled, rules.Two(o.Case.Route)
		return k, true
	}
	rule, ok := rules.For(o.Case.Route, o.Outcome().Outcome)
	if !ok {
		return k, false
	}
	k.Two = rule.Two
	k.Ruled = rule.Dates(c, k.Closed, deadline.LastAnswer(clocks)).Until(barred)
	k.Dates = k.Ruled.NotBefore(o.Case.EraseAfter, o.Case.PartAfter)
	return k, true
}

// alike keeps both parts until the same day.
func alike(until time.Time, why retention.Reason) retention.Dates {
	return retention.Dates{Story: until, Identity: until, Reason: why, Who: why}
}

// closing is when a case was last closed, and which part of it was erased since.
func (o *Opened) closing() (closed time.Time, gone map[casefile.Scope]time.Time) {
	closed, gone = o.Case.Closed, map[casefile.Scope]time.Time{}
	for _, e := range o.Entries {
		if e.Damaged || e.Locked {
			continue
		}
		at := time.Time{}
		switch e.Kind {
		case casefile.EntryStateEvent:
			if p, err := casefile.DecodePayload[casefile.StateEvent](e.Payload); err == nil && p.From.Open() && !p.To.Open() {
				at = p.At
			}
		case casefile.EntryPart:
			if p, err := casefile.DecodePayload[casefile.PartEvent](e.Payload); err == nil {
				at, gone[p.Part] = p.Closed, e.Created
			}
		default: // tells of neither
		}
		if at.After(closed) {
			closed = at
		}
	}
	return closed, gone
}

// Gone is when a part of the case was erased before the rest; the zero time: it was not.
func (o *Opened) Gone(p casefile.Scope) time.Time {
	_, gone := o.closing()
	return gone[p]
}

// Part is what tells that a part of the case was erased before the rest; false where
// none was.
func (o *Opened) Part() (casefile.PartEvent, bool) {
	for _, e := range slices.Backward(o.Entries) {
		if e.Kind != casefile.EntryPart || e.Damaged || e.Locked {
			continue
		}
		if p, err := casefile.DecodePayload[casefile.PartEvent](e.Payload); err == nil {
			return p, true
		}
	}
	return casefile.PartEvent{}, false
}

// Outcome is the newest outcome that was recorded; the empty one when none was. Where the
// words went with the story, the outcome alone is left; so it is where a case was closed
// before it was brought onto the desk.
func (o *Opened) Outcome() casefile.OutcomeRecord {
	for _, e := range slices.Backward(o.Entries) {
		if e.Damaged || e.Locked {
			continue
		}
		if e.Kind == casefile.EntryBrought {
			if b, err := casefile.DecodePayload[casefile.Brought](e.Payload); err == nil && b.Outcome != "" {
				return casefile.OutcomeRecord{Outcome: b.Outcome}
			}
		}
		if e.Kind != casefile.EntryOutcome {
			continue
		}
		if r, err := casefile.DecodePayload[casefile.OutcomeRecord](e.Payload); err == nil {
			return r
		}
	}
	was, _ := o.Part()
	return casefile.OutcomeRecord{Outcome: was.Outcome}
}
