package deadline

import (
	"slices"
	"strings"
	"time"
)

// Kind is what a clock is about; its words stand in the catalogue under
// "common.clock." and its name.
type Kind string

// The kinds of clock, with their numbers in the list of deadlines.
const (
	KindAcknowledgement Kind = "acknowledgement" // D2
	KindFeedback        Kind = "feedback"        // D3
	KindReferral        Kind = "referral"        // D4: Directive (EU) 2019/1937 art. 11(2)(d)
	KindTriage          Kind = "triage"          // D5
	KindPlan            Kind = "plan"            // D6
	KindFirstAnswer     Kind = "first-answer"    // D7
	KindFullAnswer      Kind = "full-answer"     // D8
	KindProgress        Kind = "progress"        // D9
	KindUpdate          Kind = "update"          // D10
	KindBreachNotice    Kind = "breach-notice"   // D11: GDPR art. 33(1)
	KindBreachPersons   Kind = "breach-persons"  // D12: GDPR art. 34
	KindPersonNotice    Kind = "person-notice"   // D13: GDPR art. 14(3)
	KindDataRequest     Kind = "data-request"    // D14: GDPR art. 12(3)
	KindMinutes         Kind = "minutes"         // D15
	KindMeeting         Kind = "meeting"         // D16
	KindReview          Kind = "review"          // D17
	KindCheckIn         Kind = "check-in"        // D19
	KindSerious         Kind = "serious"         // D21
)

// Kinds returns every kind.
func Kinds() []Kind {
	return []Kind{
		KindAcknowledgement, KindFeedback, KindReferral, KindTriage, KindPlan, KindFirstAnswer,
		KindFullAnswer, KindProgress, KindUpdate, KindBreachNotice, KindBreachPersons,
		KindPersonNotice, KindDataRequest, KindMinutes, KindMeeting, KindReview,
		KindCheckIn, KindSerious,
	}
}

// Event is something that happens to a case and starts or stops a clock.
type Event string

// The events.
const (
	EventReceipt         Event = "receipt"
	EventAcknowledgement Event = "acknowledgement"
	EventTriage          Event = "triage" // the decision whether it is admissible
	EventPlan            Event = "plan"
	EventFirstAnswer     Event = "first-answer"
	EventFeedback        Event = "feedback"
	EventUpdate          Event = "update" // the parties were last told how it stands
	EventBreachKnown     Event = "breach-known"
	EventBreachNotified  Event = "breach-notified"
	EventMeetingAsked    Event = "meeting-asked"
	EventMeetingHeld     Event = "meeting-held"
	EventMinutes         Event = "minutes" // the person was offered the minutes
	EventDataAnswer      Event = "data-answer"
	EventMissed          Event = "missed"   // a date that the complainant was promised
	EventReferral        Event = "referral" // to an authority or another body
	EventReferralAnswer  Event = "referral-answer"
	EventInvestigation   Event = "investigation"
	EventBreachRisk      Event = "breach-risk" // the decision that the risk for people is high
	EventPersonsTold     Event = "persons-told"
	EventPersonKnown     Event = "person-known" // data of somebody who is named were received
	EventPersonTold      Event = "person-told"
	EventSerious         Event = "serious" // the decision that a donor or a supervisor is told
	EventSeriousTold     Event = "serious-told"
	EventDecision        Event = "decision"
	EventClosing         Event = "closing"
	EventDataAsked       Event = "data-asked" // somebody else than the complainant, about their data
	EventReviewAsked     Event = "review-asked"
	EventReviewed        Event = "reviewed" // somebody else looked again and said what they found
	EventCheckIn         Event = "check-in"
)

// Facts are the events that have happened, and when.
type Facts map[Event]time.Time

// Rule is one deadline as the organisation has set it.
type Rule struct {
	ID     string // such as "D3"; unique among the rules of a route
	Kind   Kind
	Start  Event
	Target Length // what the organisation aims at; none where there is only Due
	Due    Length
	More   Length // by how much the law lets a hard date be moved, once; none: not at all
	Hard   bool   // set by law, not by the organisation
	Met    Event  // what stops it
}

// acknowledgementTerm is the term after which silence no longer wins time: feedback
// is due three months after the acknowledgement or, if none was sent, after the end
// of these seven days. Directive (EU) 2019/1937 art. 9(1)(f).
const acknowledgementTerm = 7

// Clock is one deadline of one case. Times are in UTC.
type Clock struct {
	ID     string
	Kind   Kind
	Start  time.Time
	Target time.Time  // zero where there is no target apart from Due
	Due    time.Time  // the end of a day, save where the rule counts hours
	Hard   bool       // set by law, or by a promise to everybody
	Met    *time.Time // when what it waits for happened

	Promised time.Time // what Due was before members first gave more time; zero: they never did
	Paused   time.Time // since when it stands still; zero: it runs
	Again    time.Time // the new date that was given once Due had passed, which stays; zero: none
	Reminded time.Time // when members were last reminded of it; zero: never
	Rung     int       // whom that reminder went to; see Rungs
}

// Start returns the clocks that run or have run in a case that was received at a
// time, in the order of the rules. A rule whose event has not happened has no clock
// yet; only the one that starts with the acknowledgement has one from the receipt.
func (c Calendar) Start(rules []Rule, received time.Time, facts Facts) []Clock {
	var clocks []Clock
	for _, r := range rules {
		start, ok := c.startOf(r, received, facts)
		if !ok || r.Due.None() {
			continue
		}
		k := c.Begin(r, r.ID, start)
		if met, ok := facts[r.Met]; ok && !met.Before(start) || ok && r.Start == EventAcknowledgement {
			met = met.UTC()
			k.Met = &met
		}
		clocks = append(clocks, k)
	}
	return clocks
}

func (c Calendar) startOf(r Rule, received time.Time, facts Facts) (time.Time, bool) {
	switch r.Start {
	case EventReceipt:
		return received, true
	case EventAcknowledgement:
		latest := c.After(received, Length{acknowledgementTerm, Days})
		if ack, ok := facts[EventAcknowledgement]; ok && ack.Before(latest) {
			return ack, true
		}
		return latest, true
	default:
		t, ok := facts[r.Start]
		return t, ok
	}
}

// State says how urgent a clock is.
type State string

// The states of a clock.
const (
	Running  State = "running"
	Resting  State = "resting"  // members let it stand still
	Near     State = "near"     // half of the time is gone
	Pressing State = "pressing" // four fifths are gone, or the target was missed
	Passed   State = "passed"
	Met      State = "met"
	MetLate  State = "met-late"
)

// State returns the state of the clock at a time.
func (k Clock) State(now time.Time) State {
	switch {
	case k.Met != nil && k.Met.After(k.Due):
		return MetLate
	case k.Met != nil:
		return Met
	case !k.Paused.IsZero():
		return Resting
	case now.After(k.Due):
		return Passed
	case !k.Target.IsZero() && now.After(k.Target), !now.Before(k.late()):
		return Pressing
	case !now.Before(k.half()):
		return Near
	default:
		return Running
	}
}

// half and late are when half, and four fifths, of the time are gone; of the notice of
// a breach one day and two of the three, of a check-in since it is asked.
func (k Clock) half() time.Time { return k.part(50) }
func (k Clock) late() time.Time { return k.part(80) }

func (k Clock) part(share int64) time.Time {
	start := k.Start
	switch {
	case k.Kind == KindBreachNotice:
		return start.Add(k.Due.Sub(start) / 3 * time.Duration(1+share/80))
	case k.Kind == KindCheckIn && !k.Target.IsZero():
		start = k.Target
	}
	return start.Add(time.Duration(k.Due.Sub(start).Nanoseconds() / 100 * share))
}

// Open reports whether the clock still waits for what it is about.
func (k Clock) Open() bool { return k.Met == nil }

// Next returns the open clock to show and to sort by, which is none that rests: the one
// due first, at the same time the one set by law, then by id. It reports false when none is open.
func Next(clocks []Clock) (Clock, bool) {
	open := slices.DeleteFunc(slices.Clone(clocks), func(k Clock) bool { return !k.Open() || !k.Paused.IsZero() })
	if len(open) == 0 {
		return Clock{}, false
	}
	return slices.MinFunc(open, func(a, b Clock) int {
		if n := a.Due.Compare(b.Due); n != 0 {
			return n
		}
		if a.Hard != b.Hard {
			if a.Hard {
				return -1
			}
			return 1
		}
		return strings.Compare(a.ID, b.ID)
	}), true
}
