package deadline_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"klankbord/internal/deadline"
)

func feedback() deadline.Rule {
	return deadline.Rule{
		ID: "D3", Kind: deadline.KindFeedback, Start: deadline.EventAcknowledgement,
		Target: deadline.Length{N: 60, Unit: deadline.Days},
		Due:    deadline.Length{N: 3, Unit: deadline.Months},
		Hard:   true, Met: deadline.EventFeedback,
	}
}

func acknowledgement() deadline.Rule {
	return deadline.Rule{
		ID: "D2", Kind: deadline.KindAcknowledgement, Start: deadline.EventReceipt,
		Target: deadline.Length{N: 2, Unit: deadline.WorkingDays},
		Due:    deadline.Length{N: 7, Unit: deadline.Days},
		Hard:   true, Met: deadline.EventAcknowledgement,
	}
}

// Directive (EU) 2019/1937 art. 9(1)(f): three months from the acknowledgement or,
// if none was sent, from the end of the seven days after receipt.
func TestFeedbackRunsFromTheAcknowledgementOrTheSeventhDay(t *testing.T) {
	c := belgium(t)
	received := time.Date(2026, time.March, 1, 9, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name string
		ack  time.Duration
		want deadline.Date
	}{
		{"never acknowledged", -1, day(2026, time.June, 8)},
		{"acknowledged at once", 0, day(2026, time.June, 1)},
		{"acknowledged on the third day", 48 * time.Hour, day(2026, time.June, 3)},
		{"acknowledged on the seventh day", 7 * 24 * time.Hour, day(2026, time.June, 8)},
		{"acknowledged late, which wins no time", 20 * 24 * time.Hour, day(2026, time.June, 8)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			facts := deadline.Facts{}
			if tc.ack >= 0 {
				facts[deadline.EventAcknowledgement] = received.Add(tc.ack)
			}
			clocks := c.Start([]deadline.Rule{feedback()}, received, facts)
			if len(clocks) != 1 || clocks[0].Due != c.EndOf(tc.want) {
				t.Errorf("got %+v, want due on %v", clocks, tc.want)
			}
		})
	}
}

func TestSilenceNeverWinsTime(t *testing.T) {
	c := belgium(t)
	rapid.Check(t, func(t *rapid.T) {
		received := time.Unix(rapid.Int64Range(1_600_000_000, 2_500_000_000).Draw(t, "received"), 0).UTC()
		delay := time.Duration(rapid.Int64Range(0, 400*24*3600).Draw(t, "delay")) * time.Second
		silent := c.Start([]deadline.Rule{feedback()}, received, nil)[0]
		told := c.Start([]deadline.Rule{feedback()}, received,
			deadline.Facts{deadline.EventAcknowledgement: received.Add(delay)})[0]
		if told.Due.After(silent.Due) {
			t.Fatalf("acknowledged after %v: due %v, silent %v", delay, told.Due, silent.Due)
		}
	})
}

func TestAClockStartsOnlyWithItsEvent(t *testing.T) {
	c := belgium(t)
	received := time.Date(2026, time.March, 1, 9, 0, 0, 0, time.UTC)
	breach := deadline.Rule{
		ID: "D11", Kind: deadline.KindBreachNotice, Start: deadline.EventBreachKnown,
		Due: deadline.Length{N: 72, Unit: deadline.Hours}, Hard: true, Met: deadline.EventBreachNotified,
	}
	if got := c.Start([]deadline.Rule{breach}, received, nil); len(got) != 0 {
		t.Errorf("runs before the breach is known: %+v", got)
	}
	known := received.Add(time.Hour)
	got := c.Start([]deadline.Rule{breach}, received, deadline.Facts{deadline.EventBreachKnown: known})
	if len(got) != 1 || got[0].Due != known.Add(72*time.Hour) || !got[0].Target.IsZero() {
		t.Errorf("got %+v", got)
	}
	breach.Due = deadline.Length{}
	if got := c.Start([]deadline.Rule{breach}, received, deadline.Facts{deadline.EventBreachKnown: known}); len(got) != 0 {
		t.Errorf("a rule without length starts %+v", got)
	}
}

func TestStatesOfAClock(t *testing.T) {
	start := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	k := deadline.Clock{Start: start, Due: start.Add(100 * time.Hour)}
	withTarget := k
	withTarget.Target = start.Add(10 * time.Hour)
	met := func(k deadline.Clock, h int) deadline.Clock {
		at := start.Add(time.Duration(h) * time.Hour)
		k.Met = &at
		return k
	}
	for _, tc := range []struct {
		name  string
		clock deadline.Clock
		hours int
		want  deadline.State
	}{
		{"at the start", k, 0, deadline.Running},
		{"just before half", k, 49, deadline.Running},
		{"at half", k, 50, deadline.Near},
		{"just before four fifths", k, 79, deadline.Near},
		{"at four fifths", k, 80, deadline.Pressing},
		{"at the last moment", k, 100, deadline.Pressing},
		{"past", k, 101, deadline.Passed},
		{"before it starts", k, -5, deadline.Running},
		{"target not yet missed", withTarget, 10, deadline.Running},
		{"target missed", withTarget, 11, deadline.Pressing},
		{"met at the last moment", met(k, 100), 500, deadline.Met},
		{"met late", met(k, 101), 500, deadline.MetLate},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.clock.State(start.Add(time.Duration(tc.hours) * time.Hour)); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestAClockStopsWhenItsEventHappens(t *testing.T) {
	c := belgium(t)
	received := time.Date(2026, time.March, 1, 9, 0, 0, 0, time.UTC)
	rules := []deadline.Rule{acknowledgement(), feedback()}
	open := func(f deadline.Facts) (ids []string) {
		for _, k := range c.Start(rules, received, f) {
			if k.Open() {
				ids = append(ids, k.ID)
			}
		}
		return ids
	}
	if got := open(nil); !slices.Equal(got, []string{"D2", "D3"}) {
		t.Errorf("at first %v are open", got)
	}
	f := deadline.Facts{deadline.EventAcknowledgement: received}
	if got := open(f); !slices.Equal(got, []string{"D3"}) {
		t.Errorf("after the acknowledgement %v are open", got)
	}
	// An answer within the first days counts, though the clock starts only later.
	f = deadline.Facts{deadline.EventFeedback: received.Add(time.Hour)}
	if got := open(f); !slices.Equal(got, []string{"D2"}) {
		t.Errorf("after early feedback %v are open", got)
	}
}

func TestTheNextClockIsTheOpenOneDueFirst(t *testing.T) {
	at := func(d int) time.Time { return time.Date(2026, time.March, d, 0, 0, 0, 0, time.UTC) }
	done := at(1)
	clocks := []deadline.Clock{
		{ID: "d", Due: at(9)},
		{ID: "c", Due: at(5)},
		{ID: "b", Due: at(5), Hard: true},
		{ID: "a", Due: at(2), Met: &done},
	}
	got, ok := deadline.Next(clocks)
	if !ok || got.ID != "b" {
		t.Errorf("next is %q, %v", got.ID, ok)
	}
	if clocks[0].ID != "d" || len(clocks) != 4 {
		t.Error("asking for the next clock changed the list")
	}
	if _, ok := deadline.Next(clocks[3:]); ok {
		t.Error("a clock that has been met is still next")
	}
	if _, ok := deadline.Next(nil); ok {
		t.Error("there is a next of no clocks")
	}
}

func TestPhrases(t *testing.T) {
	c := belgium(t)
	due := c.EndOf(day(2026, time.March, 29)) // the day the clocks go forward
	k := deadline.Clock{Due: due}
	met := func(at time.Time) deadline.Clock { return deadline.Clock{Due: due, Met: &at} }
	local := func(d, h, m int) time.Time {
		return time.Date(2026, time.March, d, h, m, 0, 0, c.Location)
	}
	for _, tc := range []struct {
		name  string
		clock deadline.Clock
		now   time.Time
		key   string
		n     int
	}{
		{"ten days before", k, local(19, 12, 0), "common.due.by", 10},
		{"two days before", k, local(27, 23, 59), "common.due.by", 2},
		{"the day before, just after midnight", k, local(28, 0, 1), "common.due.tomorrow", 0},
		{"on the day, early", k, local(29, 0, 1), "common.due.today", 0},
		{"on the day, late", k, local(29, 23, 59), "common.due.today", 0},
		{"just after midnight", k, local(30, 0, 0), "common.due.late", 1},
		{"two days after", k, local(31, 8, 0), "common.due.late", 2},
		{"met in time", met(local(29, 23, 0)), local(31, 8, 0), "common.due.met", 0},
		{"met late", met(local(31, 8, 0)), local(31, 9, 0), "common.due.met-late", 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := c.Phrase(tc.clock, tc.now)
			if got.Key != tc.key || got.N != tc.n {
				t.Errorf("got %s %d, want %s %d", got.Key, got.N, tc.key, tc.n)
			}
			if !slices.Contains(deadline.PhraseKeys(), got.Key) {
				t.Errorf("%s is not among the keys", got.Key)
			}
		})
	}
	hours := deadline.Clock{Due: local(29, 10, 0)}
	if got := c.Phrase(hours, local(29, 11, 0)); got.Key != "common.due.late" || got.N != 1 {
		t.Errorf("an hour late on the day itself: %+v", got)
	}
}
