package deadline_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"klankbord/internal/deadline"
)

func updates() deadline.Rule {
	return deadline.Rule{
		ID: "D10", Kind: deadline.KindUpdate, Start: deadline.EventInvestigation,
		Due: deadline.Length{N: 14, Unit: deadline.Days}, Met: deadline.EventUpdate,
	}
}

// During an investigation the parties are told how it stands every fourteen days,
// counted from the last time; a round that was late is not made good by the next.
func TestAnUpdateIsOwedAgainAfterEachOne(t *testing.T) {
	c := belgium(t)
	begun := brussels(time.March, 2, 10)
	list := c.Round(nil, updates(), deadline.Course{On: true, Told: false}, begun)
	if len(list) != 1 || list[0].ID != "D10.1" || list[0].Due != c.EndOf(day(2026, time.March, 16)) {
		t.Fatalf("the first round is %+v", list)
	}
	if same := c.Round(list, updates(), deadline.Course{On: true, Told: false}, begun.Add(time.Hour)); len(same) != 1 || same[0] != list[0] {
		t.Errorf("without an update it is %+v", same)
	}
	late := brussels(time.March, 20, 10)
	list = c.Round(list, updates(), deadline.Course{On: true, Told: true}, late)
	if len(list) != 2 || list[0].State(late) != deadline.MetLate || list[1].ID != "D10.2" || list[1].Due != c.EndOf(day(2026, time.April, 3)) {
		t.Fatalf("after a late update: %+v", list)
	}
	over := brussels(time.March, 25, 10)
	list = c.Round(list, updates(), deadline.Course{On: false, Told: false}, over)
	if len(list) != 2 || list[1].State(over) != deadline.Met || list[0].State(over) != deadline.MetLate {
		t.Errorf("after the investigation: %+v", list)
	}
	if again := c.Round(list, updates(), deadline.Course{On: true, Told: false}, over); len(again) != 3 || again[2].ID != "D10.3" {
		t.Errorf("in a second investigation: %+v", again)
	}
}

func TestAtMostOneRoundRuns(t *testing.T) {
	c := belgium(t)
	rapid.Check(t, func(t *rapid.T) {
		var list []deadline.Clock
		now := brussels(time.January, 5, 9)
		missed := map[string]bool{}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 30*24).Draw(t, "hours")) * time.Hour)
			for _, k := range list {
				if k.State(now) == deadline.Passed {
					missed[k.ID] = true
				}
			}
			on := rapid.Bool().Draw(t, "on")
			list = c.Round(list, updates(), deadline.Course{On: on, Told: rapid.Bool().Draw(t, "told")}, now)
			open, ids := 0, map[string]bool{}
			for _, k := range list {
				if k.Open() {
					open++
				}
				if ids[k.ID] {
					t.Fatalf("two clocks are called %s", k.ID)
				}
				ids[k.ID] = true
				if missed[k.ID] && k.Met != nil && k.State(now) != deadline.MetLate {
					t.Fatalf("%s was missed and is %s", k.ID, k.State(now))
				}
			}
			if open != map[bool]int{true: 1}[on] {
				t.Fatalf("%d rounds run while it goes on: %v", open, on)
			}
		}
	})
}

// A missed promise asks for a new date until one is told or it is kept, and asks
// again when that date is missed as well.
func TestAMissedDateAsksForANewOne(t *testing.T) {
	c := belgium(t)
	rule := deadline.Rule{
		ID: "D9", Kind: deadline.KindProgress, Start: deadline.EventMissed, Due: deadline.Length{N: 1, Unit: deadline.WorkingDays},
	}
	k := deadline.Clock{ID: "D5", Kind: deadline.KindTriage, Start: brussels(time.March, 2, 10), Due: c.EndOf(day(2026, time.March, 13))}
	list := []deadline.Clock{k}
	asks, ok := c.Missed(rule, k, list)
	if !ok || asks.ID != "D9.D5.1" || asks.Due != c.EndOf(day(2026, time.March, 16)) {
		t.Fatalf("after a Friday it asks %+v, %v", asks, ok)
	}
	list = append(list, asks)
	if _, ok := c.Missed(rule, k, list); ok {
		t.Error("it asks twice")
	}
	now := brussels(time.March, 14, 9)
	if same := deadline.Told(list, now); !same[1].Open() {
		t.Error("it stops though nothing was told")
	}
	renewed, obstacle := c.Renew(k, day(2026, time.March, 18), now)
	if obstacle != "" {
		t.Fatal(obstacle)
	}
	list[0] = renewed
	if list = deadline.Told(list, now); list[1].State(now) != deadline.Met {
		t.Errorf("after a new date it is %+v", list[1])
	}
	again, ok := c.Missed(rule, renewed, list)
	if !ok || again.ID != "D9.D5.2" || again.Start != renewed.Again {
		t.Errorf("after the new date was missed it asks %+v, %v", again, ok)
	}
	list = append(list, again)
	done := brussels(time.March, 30, 9)
	list[0].Met = &done
	if list = deadline.Told(list, done); list[2].State(done) != deadline.MetLate {
		t.Errorf("once it is done it is %+v", list[2])
	}
	if _, obstacle := c.Extend(again, day(2026, time.May, 1), time.Time{}, again.Start); obstacle != deadline.ObstacleHard {
		t.Errorf("what asks for a date can be moved: %q", obstacle)
	}
}

// Regulation (EU) 2016/679 art. 12(3): one month, and where necessary two further
// months, of which the person is told within the first one.
func TestTheAnswerToARequestAboutDataIsMovedOnceAsTheLawHasIt(t *testing.T) {
	c := belgium(t)
	rule := deadline.Rule{
		ID: "D14", Kind: deadline.KindDataRequest, Start: deadline.EventReceipt, Due: deadline.Length{N: 1, Unit: deadline.Months},
		More: deadline.Length{N: 2, Unit: deadline.Months}, Hard: true, Met: deadline.EventDataAnswer,
	}
	k := c.Begin(rule, rule.ID, brussels(time.January, 30, 16))
	if k.Due != c.EndOf(day(2026, time.February, 28)) {
		t.Fatalf("due %v", k.Due)
	}
	most, now := c.Most(k, rule), brussels(time.February, 20, 9)
	if most != c.EndOf(day(2026, time.April, 28)) {
		t.Errorf("it can be moved to %v", most)
	}
	if _, o := c.Stretch(k, day(2026, time.April, 29), most, now); o != deadline.ObstacleBeyond {
		t.Errorf("beyond what the law allows: %q", o)
	}
	if _, o := c.Stretch(k, day(2026, time.April, 1), most, brussels(time.March, 1, 9)); o != deadline.ObstaclePassed {
		t.Errorf("after the month: %q", o)
	}
	if _, o := c.Stretch(k, day(2026, time.February, 28), most, now); o != deadline.ObstacleEarlier {
		t.Errorf("to the same day: %q", o)
	}
	moved, o := c.Stretch(k, day(2026, time.April, 10), most, now)
	if o != "" || moved.Due != c.EndOf(day(2026, time.April, 10)) || moved.Promised != k.Due || !moved.Hard {
		t.Fatalf("%q: %+v", o, moved)
	}
	if _, o := c.Stretch(moved, day(2026, time.April, 20), c.Most(moved, rule), now); o != deadline.ObstacleHard {
		t.Errorf("a second time: %q", o)
	}
	if none := c.Most(k, deadline.Rule{}); !none.IsZero() {
		t.Errorf("a rule without more time gives until %v", none)
	}
	if _, o := c.Stretch(k, day(2026, time.April, 10), time.Time{}, now); o != deadline.ObstacleHard {
		t.Errorf("a date for which the law knows no more time: %q", o)
	}
}

func TestOfACheckInMembersAreRemindedOnlyOnceItsAnswerIsLate(t *testing.T) {
	c := belgium(t)
	k := deadline.Clock{
		ID: "D19-12", Kind: deadline.KindCheckIn, Start: brussels(time.January, 5, 9), Target: brussels(time.December, 1, 9), Due: c.EndOf(day(2026, time.December, 15)),
	}
	if at, ok := k.NextReminder(); !ok || !at.After(k.Due) {
		t.Errorf("first reminder at %v", at)
	}
	if got := k.State(brussels(time.October, 1, 9)); got != deadline.Running {
		t.Errorf("before it is asked it is %s", got)
	}
}

// brussels is an hour in Belgium in 2026.
func brussels(m time.Month, d, hour int) time.Time {
	loc, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		panic(err)
	}
	return time.Date(2026, m, d, hour, 0, 0, 0, loc)
}
