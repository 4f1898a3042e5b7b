package deadline_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"klankbord/internal/deadline"
)

func soft(c deadline.Calendar, start time.Time) deadline.Clock {
	return deadline.Clock{
		ID: "D5", Kind: deadline.KindTriage, Start: start, Due: c.After(start, deadline.Length{N: 10, Unit: deadline.WorkingDays}),
	}
}

func TestASoftClockIsGivenMoreTimeAndTheFirstDateStaysKnown(t *testing.T) {
	c := belgium(t)
	start := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	k := soft(c, start)
	first := k.Due // 16 March
	limit := c.EndOf(day(2026, time.April, 1))
	more, o := c.Extend(k, day(2026, time.March, 20), limit, start)
	if o != "" || more.Due != c.EndOf(day(2026, time.March, 20)) || more.Promised != first {
		t.Fatalf("%q: %+v", o, more)
	}
	again, o := c.Extend(more, day(2026, time.March, 25), limit, start)
	if o != "" || again.Promised != first {
		t.Errorf("the second time %q: first promised %v", o, again.Promised)
	}
	for want, try := range map[deadline.Obstacle]func() (deadline.Clock, deadline.Obstacle){
		deadline.ObstacleEarlier: func() (deadline.Clock, deadline.Obstacle) {
			return c.Extend(more, day(2026, time.March, 20), limit, start)
		},
		deadline.ObstacleBeyond: func() (deadline.Clock, deadline.Obstacle) {
			return c.Extend(more, day(2026, time.April, 2), limit, start)
		},
		deadline.ObstaclePassed: func() (deadline.Clock, deadline.Obstacle) {
			return c.Extend(more, day(2026, time.March, 30), limit, c.EndOf(day(2026, time.March, 21)))
		},
		deadline.ObstacleAhead: func() (deadline.Clock, deadline.Obstacle) { return c.Renew(more, day(2026, time.March, 30), start) },
		deadline.ObstacleRuns: func() (deadline.Clock, deadline.Obstacle) {
			return c.Resume(more, deadline.WorkingDays, limit, start)
		},
	} {
		if got, o := try(); o != want || got != more {
			t.Errorf("want %s, got %q and %+v", want, o, got)
		}
	}
}

// A clock that rests has, when it runs again, as many working days as it had left.
func TestAClockRunsAgainWithTheDaysThatWereLeft(t *testing.T) {
	c := belgium(t)
	local := func(m time.Month, d, h int) time.Time { return time.Date(2026, m, d, h, 0, 0, 0, c.Location) }
	k := soft(c, local(time.March, 23, 9)) // due on 7 April, as Easter Monday is the 6th
	if k.Due != c.EndOf(day(2026, time.April, 7)) {
		t.Fatalf("due %v", k.Due)
	}
	rest, o := k.Pause(local(time.March, 27, 12)) // six working days are left
	if o != "" || rest.State(local(time.May, 1, 0)) != deadline.Resting || c.Phrase(rest, local(time.May, 1, 0)).Key != "common.due.resting" {
		t.Fatalf("%q, %s", o, rest.State(local(time.May, 1, 0)))
	}
	if _, o := rest.Pause(local(time.March, 28, 12)); o != deadline.ObstacleRests {
		t.Errorf("pausing twice: %q", o)
	}
	on, o := c.Resume(rest, deadline.WorkingDays, time.Time{}, local(time.April, 30, 8))
	if want := c.EndOf(day(2026, time.May, 11)); o != "" || on.Due != want || on.Promised != k.Due || !on.Paused.IsZero() {
		t.Errorf("%q: due %v, want %v", o, on.Due, want)
	}
	same, _ := c.Resume(rest, deadline.WorkingDays, time.Time{}, local(time.March, 27, 15))
	if same.Due != k.Due || !same.Promised.IsZero() {
		t.Errorf("on the same day: due %v, promised %v", same.Due, same.Promised)
	}
	limit := c.EndOf(day(2026, time.May, 4))
	if bound, _ := c.Resume(rest, deadline.WorkingDays, limit, local(time.April, 30, 8)); bound.Due != limit {
		t.Errorf("beyond what does not move: %v", bound.Due)
	}
	days, _ := c.Resume(rest, deadline.Days, time.Time{}, local(time.April, 30, 8))
	if want := c.EndOf(day(2026, time.May, 11)); days.Due != want {
		t.Errorf("in calendar days: %v, want %v", days.Due, want)
	}
}

func TestAMissedDateStaysAndANewOneIsTold(t *testing.T) {
	c := belgium(t)
	due := c.EndOf(day(2026, time.June, 2))
	k := deadline.Clock{ID: "D3", Kind: deadline.KindFeedback, Start: due.AddDate(0, -3, 0), Due: due, Hard: true}
	late := due.Add(time.Hour)
	told, o := c.Renew(k, day(2026, time.June, 20), late)
	if o != "" || told.Due != due || told.Again != c.EndOf(day(2026, time.June, 20)) || told.State(late) != deadline.Passed {
		t.Fatalf("%q: %+v, %s", o, told, told.State(late))
	}
	if _, o := c.Renew(told, day(2026, time.June, 19), late); o != deadline.ObstacleEarlier {
		t.Errorf("an earlier one is taken: %q", o)
	}
	met := late.Add(time.Hour)
	told.Met = &met
	if told.State(met) != deadline.MetLate {
		t.Errorf("in time for the new date it is %s", told.State(met))
	}
	if _, o := c.Renew(told, day(2026, time.July, 1), met); o != deadline.ObstacleMet {
		t.Errorf("after it was met: %q", o)
	}
}

// Whatever members try, in whatever order and however often, a date that is hard
// stays or comes nearer; and a date that was missed stays missed.
func TestAHardDateNeverMovesToLater(t *testing.T) {
	c := belgium(t)
	rapid.Check(t, func(t *rapid.T) {
		received := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "received"), 0).UTC()
		rules := []deadline.Rule{acknowledgement(), feedback()}
		k := c.Start(rules, received, nil)[1]
		first, now := k.Due, received
		for range rapid.IntRange(1, 12).Draw(t, "acts") {
			now = now.Add(time.Duration(rapid.Int64Range(0, 40*24*3600).Draw(t, "later")) * time.Second)
			to := c.Today(now).AddDays(rapid.IntRange(-5, 200).Draw(t, "to"))
			before := k
			switch rapid.IntRange(0, 4).Draw(t, "act") {
			case 0:
				k, _ = c.Extend(k, to, time.Time{}, now)
			case 1:
				k, _ = k.Pause(now)
			case 2:
				k, _ = c.Resume(k, deadline.Days, time.Time{}, now)
			case 3:
				k, _ = c.Renew(k, to, now)
			default: // acknowledged, or reckoned anew after the case was opened again
				k = k.Next(c.Start(rules, received, deadline.Facts{deadline.EventAcknowledgement: now})[1])
			}
			if k.Due.After(before.Due) || k.Due.After(first) || !k.Paused.IsZero() || !k.Promised.IsZero() || !k.Hard {
				t.Fatalf("moved from %+v to %+v", before, k)
			}
			if now.After(before.Due) && k.State(now) != deadline.Passed {
				t.Fatalf("the missed date is %s", k.State(now))
			}
		}
	})
}

// Awareness counts to the minute, also over the nights on which the clocks change.
// Regulation (EU) 2016/679 art. 33(1).
func TestABreachIsDueSeventyTwoHoursAfterAwareness(t *testing.T) {
	c := belgium(t)
	rule := deadline.Rule{
		ID: "D11", Kind: deadline.KindBreachNotice, Start: deadline.EventBreachKnown,
		Due: deadline.Length{N: 72, Unit: deadline.Hours}, Hard: true, Met: deadline.EventBreachNotified,
	}
	rapid.Check(t, func(t *rapid.T) {
		aware := time.Unix(rapid.Int64Range(28_333_333, 40_000_000).Draw(t, "minute")*60, 0).UTC()
		k := c.Start([]deadline.Rule{rule}, aware.AddDate(0, 0, -3), deadline.Facts{deadline.EventBreachKnown: aware})[0]
		if k.Due.Sub(aware) != 72*time.Hour || k.State(k.Due) == deadline.Passed || k.State(k.Due.Add(time.Minute)) != deadline.Passed {
			t.Fatalf("known at %v, due %v", aware, k.Due)
		}
		at, ok := k.NextReminder()
		if !ok || at.Sub(aware) != 24*time.Hour {
			t.Fatalf("first reminder after %v", at.Sub(aware))
		}
		k, _ = k.Remind(at, time.Time{})
		if at, _ = k.NextReminder(); at.Sub(aware) != 48*time.Hour {
			t.Fatalf("second reminder after %v", at.Sub(aware))
		}
		later := c.Start([]deadline.Rule{rule}, aware, deadline.Facts{deadline.EventBreachKnown: aware.Add(time.Hour)})[0]
		if next := k.Next(later); next.Due != k.Due {
			t.Fatalf("a later time of awareness moves it to %v", next.Due)
		}
	})
	night := time.Date(2026, time.October, 24, 14, 30, 0, 0, c.Location) // an hour longer than others
	k := c.Start([]deadline.Rule{rule}, night, deadline.Facts{deadline.EventBreachKnown: night})[0]
	if want := time.Date(2026, time.October, 27, 13, 30, 0, 0, c.Location); !k.Due.Equal(want) {
		t.Errorf("over the end of summer time due %v, want %v", k.Due, want)
	}
}

// Half, four fifths and the end: three reminders, each once, each on the next rung
// where nothing happened.
func TestRemindersGoUpTheRungsWhileNothingHappens(t *testing.T) {
	start := time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
	k := deadline.Clock{ID: "D5", Kind: deadline.KindTriage, Start: start, Due: start.Add(100 * time.Hour)}
	stirred := time.Time{}
	for _, want := range []struct {
		hours  int
		rung   int
		reason deadline.Reason
	}{
		{50, deadline.RungCharge, deadline.ReasonNear}, {80, deadline.RungDeputy, deadline.ReasonNear}, {100, deadline.RungTeam, deadline.ReasonPassed},
	} {
		at, ok := k.NextReminder()
		if !ok || at.Sub(start).Truncate(time.Hour) != time.Duration(want.hours)*time.Hour {
			t.Fatalf("next reminder at %v, want after %d hours", at, want.hours)
		}
		var why deadline.Reason
		if k, why = k.Remind(at, stirred); k.Rung != want.rung || why != want.reason {
			t.Errorf("after %d hours rung %d, %s", want.hours, k.Rung, why)
		}
	}
	if at, ok := k.NextReminder(); ok {
		t.Errorf("a fourth at %v", at)
	}
	k.Again = k.Due.Add(50 * time.Hour)
	if at, ok := k.NextReminder(); !ok || !at.After(k.Again) {
		t.Errorf("the new date is not reminded of: %v", at)
	}
	busy, _ := k.Remind(k.Again.Add(time.Second), k.Due.Add(time.Hour))
	if busy.Rung != deadline.RungCharge {
		t.Errorf("though somebody did something it goes to rung %d", busy.Rung)
	}
	met := start
	for name, still := range map[string]deadline.Clock{
		"met":     {Start: start, Due: start.Add(time.Hour), Met: &met},
		"resting": {Start: start, Due: start.Add(time.Hour), Paused: start},
	} {
		if _, ok := still.NextReminder(); ok {
			t.Errorf("of a clock that is %s somebody is reminded", name)
		}
	}
}
