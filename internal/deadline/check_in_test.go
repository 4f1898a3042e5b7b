package deadline_test

import (
	"testing"
	"time"

	"klankbord/internal/deadline"
	"klankbord/internal/lang"
)

func TestCheckInsAreAskedInTheMorningAndWantAnAnswerByADay(t *testing.T) {
	c := deadline.Belgium(lang.Brussels())
	closed := time.Date(2026, 1, 31, 15, 0, 0, 0, time.UTC)
	list := c.CheckIns(closed, []int{1, 3}, deadline.Length{N: 14, Unit: deadline.Days})
	if len(list) != 2 || list[0].ID != "D19-1" || !list[0].CheckIn() {
		t.Fatalf("got %v", list)
	}
	k := list[0]
	if want := time.Date(2026, 2, 28, 8, 0, 0, 0, time.UTC); !k.Target.Equal(want) || !k.Due.Equal(c.EndOf(deadline.DateOf(want.AddDate(0, 0, 14), c.Location))) {
		t.Errorf("asked %v, due %v", k.Target, k.Due)
	}
	if k.Asked(k.Target.Add(-1)) || !k.Asked(k.Target) {
		t.Error("it is not asked at its target")
	}
	if !deadline.Watching(list).Equal(k.Due) {
		t.Error("the first that waits is not the one to watch")
	}
	now := k.Target.Add(time.Hour)
	pressed := k.Pressed(now)
	if pressed.State(now) != deadline.Passed {
		t.Errorf("pressed, it is %s", pressed.State(now))
	}
	pressed.Met = &now
	if pressed.Asked(now) || !deadline.Watching([]deadline.Clock{pressed}).IsZero() {
		t.Error("what was met still waits")
	}
}
