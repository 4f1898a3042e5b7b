package casework

import (
	"slices"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
)

// recordFacts is what a version of a record says has happened that starts or stops a
// clock. When the organisation learned of a breach is noted apart, to the minute.
func recordFacts(r casefile.Record, at time.Time) deadline.Facts {
	facts := deadline.Facts{}
	when := func(so bool, e deadline.Event) {
		if so && !r.Struck {
			facts[e] = at
		}
	}
	switch r.Sheet {
	case casefile.SheetTriage:
		when(true, deadline.EventTriage)
		when(casefile.Worked{{Record: r}}.Severity() >= serious && len(r.Fields["notify"]) > 0, deadline.EventSerious)
	case casefile.SheetPlan:
		when(true, deadline.EventPlan)
	case casefile.SheetBreach:
		// A breach that need not be notified is decided on, with the reasons. GDPR art. 33(1).
		when(r.One("notify") == "no" || r.One("sent") != "", deadline.EventBreachNotified)
		when(r.One("high") == "yes", deadline.EventBreachRisk)
		when(r.One("told") != "", deadline.EventPersonsTold)
	case casefile.SheetNotification:
		when(r.One("sent") != "", deadline.EventSeriousTold)
		when(r.One("sent") != "" && r.One("body") == "data-protection", deadline.EventBreachNotified)
	case casefile.SheetMeeting:
		when(r.One("held") != "", deadline.EventMeetingHeld)
	case casefile.SheetInterview:
		when(r.One("checked") != "", deadline.EventMinutes)
	default: // moves no clock
	}
	return facts
}

// personClock keeps the clock of a person who is named in step with their record: it
// runs from the day on which the case held their data, until they are told. Where
// telling them was put off with a reason, it runs to the day on which that is looked
// at again. GDPR art. 14(3)(a) and 14(5)(b).
func (c *Casework) personClock(o *custody.Opened, k casefile.Kept, clocks []deadline.Clock) []deadline.Clock {
	routing := routing(o)
	for _, rule := range c.Profile.Clocks.Deadlines(routing.Routes, routing.Topics) {
		if rule.Kind != deadline.KindPersonNotice {
			continue
		}
		id, over := deadline.ObjectID(rule.ID, string(k.ID)), k.Struck || k.One("told") != ""
		i := slices.IndexFunc(clocks, func(k deadline.Clock) bool { return k.ID == id })
		if i < 0 && !over {
			clocks = append(clocks, c.Calendar.Begin(rule, id, k.Since))
			i = len(clocks) - 1
		}
		if i < 0 || !clocks[i].Open() {
			continue
		}
		if over {
			met := c.Store.Now().UTC()
			clocks[i].Met, clocks[i].Paused = &met, time.Time{}
		} else if day, ok := k.Day("deferred"); ok {
			clocks[i] = clocks[i].PutOff(c.Calendar.EndOf(c.Calendar.Today(day)))
		}
	}
	return clocks
}
