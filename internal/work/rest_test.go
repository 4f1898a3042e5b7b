package work

import "testing"

// An instance in which nothing happens looks for lines of others every two seconds; one
// that wrote looks at the next turn.
func TestTheSequencerRestsWhileNothingIsWritten(t *testing.T) {
	wrote := int64(0)
	w := &Work{Wrote: func() int64 { return wrote }}
	looks := func(turns int) (n int) {
		for range turns {
			if !w.rests() {
				n++
				w.resting = rest // as after a look that went well
			}
		}
		return n
	}
	if got := looks(100); got != 10 {
		t.Errorf("%d looks in 100 turns without a write", got)
	}
	wrote++
	if w.rests() {
		t.Error("it rests although something was written")
	}
	if !(&Work{Wrote: w.Wrote, written: 1, resting: 1}).rests() || (&Work{}).rests() {
		t.Error("it rests where it cannot know, or does not where it can")
	}
	failing := &Work{Wrote: func() int64 { return 0 }}
	for range 5 { // nothing sets resting: the look failed
		if failing.rests() {
			t.Error("it rests after a failure")
		}
	}
}
