package casework_test

import (
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
)

// What was counted is kept until something changes; whether the change has its place in
// the log already makes no difference.
func TestCountsFollowEveryChange(t *testing.T) {
	i, s := apptest.Staffed(t)
	shows := func(when string, actor access.Actor, view casework.View, want int) {
		t.Helper()
		for range 2 {
			list, err := i.Casework.Inbox(t.Context(), actor, casework.Filter{View: view, Page: 1})
			if err != nil || list.Counts[view] != want || list.Total != want {
				t.Errorf("%s: %d counted, %d in the list, %v; want %d", when, list.Counts[view], list.Total, err, want)
			}
		}
	}
	settled := func(when string, actor access.Actor, view casework.View, want int) {
		t.Helper()
		shows(when, actor, view, want)
		i.Sequence()
		shows(when+", in the log", actor, view, want)
	}
	settled("nothing yet", s.Manager, casework.ViewAll, 0)
	first := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	settled("one came in", s.Manager, casework.ViewAll, 1)
	i.Complain("nl", apptest.StrictAnswers("corruption"), nil)
	settled("another came in", s.Manager, casework.ViewUnread, 2)
	i.Case(s.Manager, first.Number)
	settled("one was read", s.Manager, casework.ViewUnread, 1)
	if err := i.StepAside(s.Manager, first.Number); err != nil {
		t.Fatal(err)
	}
	settled("one was left to others", s.Manager, casework.ViewAll, 1)
	settled("nothing is due", s.HR, casework.ViewErase, 0)
	i.Clock.Add(time.Hour)
	for _, to := range []casefile.State{casefile.StateAcknowledged, casefile.StateTriage} {
		i.DeliverMail()
		if to == casefile.StateTriage {
			i.Move(s.HR, first.Number, to)
		}
	}
	settled("it is assessed", s.HR, casework.ViewAll, 2)
}
