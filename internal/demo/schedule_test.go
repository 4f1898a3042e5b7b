package demo

import (
	"iter"
	"net/http"
	"path"
	"strings"
	"testing"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
)

// Whatever day the demo is founded on, nothing in it lies in the future, everything
// keeps its order and members work on working days.
func TestScheduleOnAnyDay(t *testing.T) {
	calendar := deadline.Belgium(lang.Brussels())
	for hour := 0; hour < 24*40; hour += 7 {
		now := time.Date(2026, time.April, 20, 0, 3, 0, 0, time.UTC).Add(time.Duration(hour) * time.Hour)
		list, err := read()
		if err != nil {
			t.Fatal(err)
		}
		events, err := schedule(list, calendar, now)
		if err != nil {
			t.Fatal(err)
		}
		last := map[*played]int{}
		for i, e := range events {
			if !e.at.Before(now) || now.Sub(e.at) > founded*24*time.Hour {
				t.Fatalf("%v: %s happens at %v", now, e.of.script.Name, e.at)
			}
			if i > 0 && e.at.Before(events[i-1].at) {
				t.Fatalf("%v: %s goes back in time", now, e.of.script.Name)
			}
			if e.step.Day < last[e.of] {
				t.Fatalf("%v: the steps of %s are out of order", now, e.of.script.Name)
			}
			last[e.of] = e.step.Day
			old := now.Sub(e.at) > 5*24*time.Hour // what is pressed before now may fall on any day
			if day := calendar.Today(e.at); old && e.step.By != "" && !calendar.WorkingDay(day) {
				t.Fatalf("%v: %s works on %v", now, e.step.By, day)
			}
		}
	}
}

func TestFillPutsDatesIntoTexts(t *testing.T) {
	p := &played{script: script{Lang: lang.NL}, received: time.Date(2026, time.March, 3, 23, 30, 0, 0, time.UTC)}
	got := p.fill("op {d-2}, {day+0}/{month+0}/{year-365}, {niets}")
	if want := lang.Date(lang.NL, p.received.AddDate(0, 0, -2).In(lang.Brussels())); !strings.HasPrefix(got, "op "+want) {
		t.Errorf("got %q, want a date such as %q", got, want)
	}
	if !strings.HasSuffix(got, ", 4/3/2025, {niets}") {
		t.Errorf("got %q", got)
	}
}

func TestFilesAreWhatTheyAreCalled(t *testing.T) {
	for name, want := range map[string]string{
		"a.pdf": "application/pdf", "a.txt": "text/plain; charset=utf-8", "a.png": "image/png", "a.jpg": "image/jpeg",
	} {
		r, err := file{Name: name, Lines: []string{"Één (regel) met \\ en {d+1}"}}.content(func(s string) string { return s })
		if err != nil {
			t.Fatal(err)
		}
		head := make([]byte, 512)
		n, err := r.Read(head)
		if err != nil {
			t.Fatal(err)
		}
		if got := http.DetectContentType(head[:n]); got != want {
			t.Errorf("%s is %s", path.Base(name), got)
		}
	}
	if _, err := (file{Name: "a.exe"}).content(nil); err == nil {
		t.Error("a kind of file that cannot be drawn was drawn")
	}
}

func TestScriptsAreRefusedOutOfOrder(t *testing.T) {
	for name, s := range map[string]script{
		"out of order":      {Ago: 5, Steps: []step{{Day: 3}, {Day: 2}}},
		"later than today":  {Ago: 5, Steps: []step{{Day: 6}}},
		"before it came in": {Ago: 5, Steps: []step{{Day: -1}}},
	} {
		if s.check() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// A new date is told once the first has passed: on whatever days the holidays fall, the
// sample cases have missed it by then.
func TestADateThatASampleCaseMissesIsPastOnAnyDay(t *testing.T) {
	calendar, p := deadline.Belgium(lang.Brussels()), wwf(t)
	rules, seen := p.Clocks.Of(deadline.KindMinutes), 0
	for now, events := range onEachDay(t, calendar) {
		held := map[*played]time.Time{}
		for _, e := range events {
			switch {
			case e.step.Do == deedClock && e.step.Clock == "D16":
				held[e.of] = e.at
			case e.step.Do == deedDeadline && e.step.Act == casefile.ClockRenewed:
				if seen++; e.step.Clock != rules[0].ID {
					t.Fatalf("%s misses %s, of which this test knows nothing", e.of.script.Name, e.step.Clock)
				}
				if due := calendar.After(held[e.of], rules[0].Due); !e.at.After(due) {
					t.Fatalf("founded on %v, %s misses %v on %v", now, e.of.script.Name, due, e.at)
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no sample case misses a date")
	}
}

// A check-in is answered once it was asked, which is some months after the case closed; and
// a case that would close on a free day closes later.
func TestACheckInOfASampleCaseWasAskedOnAnyDay(t *testing.T) {
	calendar, p := deadline.Belgium(lang.Brussels()), wwf(t)
	rule, seen := p.Settings.CheckIns, 0
	for now, events := range onEachDay(t, calendar) {
		asked := map[*played][]deadline.Clock{}
		for _, e := range events {
			switch {
			case e.step.Do == deedClose:
				asked[e.of] = calendar.CheckIns(e.at, rule.Months, rule.Answer())
			case e.step.Do == deedCheckIn:
				clocks := asked[e.of]
				if seen++; len(clocks) == 0 || e.at.Before(clocks[0].Target) {
					t.Fatalf("founded on %v, %s answers on %v what was not asked yet: %v", now, e.of.script.Name, e.at, clocks)
				}
				asked[e.of] = clocks[1:]
			}
		}
	}
	if seen == 0 {
		t.Error("no sample case answers a check-in")
	}
}

func wwf(t *testing.T) *profile.Profile {
	t.Helper()
	p, err := profile.Load("wwf-belgium")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// onEachDay gives what happens in the sample cases when the demo is founded on a day, for
// every day of three years.
func onEachDay(t *testing.T, calendar deadline.Calendar) iter.Seq2[time.Time, []event] {
	t.Helper()
	list, err := read()
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(time.Time, []event) bool) {
		for day := range 3 * 366 {
			now := time.Date(2026, time.April, 20, 9, 0, 0, 0, time.UTC).AddDate(0, 0, day)
			events, err := schedule(list, calendar, now)
			if err != nil {
				t.Fatal(err)
			}
			if !yield(now, events) {
				return
			}
		}
	}
}
