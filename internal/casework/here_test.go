package casework_test

import (
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/store"
)

func TestColleaguesSeeWhoIsAtACaseAtThisMoment(t *testing.T) {
	i, s := apptest.Staffed(t)
	one, two := s.Service[0], s.Service[1]
	n := i.Complain("nl", apptest.Answers("communication"), nil).Number
	sees := func(who access.Actor) []casework.Here { t.Helper(); return i.Case(who, n).Here }
	i.Case(one, n)
	if got := sees(two); len(got) != 1 || got[0].Who.ID != one.Member || got[0].Working {
		t.Fatalf("the second reader sees %+v", got)
	}
	if got := sees(one); len(got) != 1 || got[0].Who.ID != two.Member {
		t.Errorf("the first sees %+v, and never themselves", got)
	}
	assign(t, i, one, n, one.Member)
	if got := sees(two); len(got) != 1 || !got[0].Working {
		t.Errorf("once the first has changed something the second sees %+v", got)
	}
	i.Clock.Add(3 * time.Minute)
	i.Case(one, n) // reads on
	i.Clock.Add(3 * time.Minute)
	if got := sees(two); len(got) != 1 || got[0].Working {
		t.Errorf("six minutes after the change, three after reading on, the second sees %+v", got)
	}
	i.Clock.Add(6 * time.Minute)
	if got := sees(two); len(got) != 0 {
		t.Errorf("long after the first left the second sees %+v", got)
	}
}

// Who writes a text that is kept is told of once, by that text.
func TestWhoWritesIsToldOfOnce(t *testing.T) {
	i, s := apptest.Staffed(t)
	one, two := s.Service[0], s.Service[1]
	n := i.Complain("nl", apptest.Answers("communication"), nil).Number
	c := i.Case(one, n)
	if _, err := i.Casework.SaveDraft(t.Context(), one, n, casework.Writing{Kind: casework.DraftNote, Was: casework.DraftNote, Seen: c.Seen, Text: "Ask the bank", Lang: "nl"}); err != nil {
		t.Fatal(err)
	}
	if c := i.Case(two, n); len(c.Beside) != 1 || len(c.Here) != 0 {
		t.Errorf("a colleague sees texts %+v and people %+v", c.Beside, c.Here)
	}
}

// Whoever is left out of a case is not seen at it, and leaves nothing of having been there.
func TestWhoIsLeftOutIsNotSeenAtACase(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.Case(s.HR, r.Number)
	i.Case(s.Manager, r.Number)
	if err := i.Exclude(s.Manager, r.Number, s.HR.Member); err != nil {
		t.Fatal(err)
	}
	for _, h := range i.Case(s.Manager, r.Number).Here {
		if h.Who.ID == s.HR.Member {
			t.Error("somebody who was left out is seen at the case")
		}
	}
	if _, err := i.Casework.Case(t.Context(), s.HR, r.Number); err == nil {
		t.Fatal("somebody who was left out opens the case")
	}
	if got := hereRows(t, i, r.Case, s.HR); got != 0 {
		t.Errorf("%d rows tell that they were there", got)
	}
	if err := i.StepAside(s.Manager, r.Number); err != nil {
		t.Fatal(err)
	}
	if got := hereRows(t, i, r.Case, s.Manager); got != 0 {
		t.Errorf("who stepped aside leaves %d rows", got)
	}
}

// That somebody was there is forgotten, and no line of the log is written for it.
func TestWhoWasAtACaseIsForgottenAndNotLogged(t *testing.T) {
	i, s := apptest.Staffed(t)
	one := s.Service[0]
	r := i.Complain("nl", apptest.Answers("communication"), nil)
	i.Case(one, r.Number)
	lines := func() (n int) {
		t.Helper()
		if err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
			list, err := tx.LeavesOf(r.Case)
			n = len(list)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := lines()
	i.Clock.Add(2 * time.Minute)
	i.Case(one, r.Number)
	if got := lines(); got != before {
		t.Errorf("reading on within a quarter of an hour wrote %d lines", got-before)
	}
	i.Clock.Add(time.Hour)
	if err := i.Work.Sweeper.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := hereRows(t, i, r.Case, one); got != 0 {
		t.Errorf("an hour later %d rows tell that they were there", got)
	}
}

func hereRows(t *testing.T, i *apptest.Instance, id casefile.ID, who access.Actor) (n int) {
	t.Helper()
	if err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.BesideOf(id, who.Member)
		for _, b := range rows {
			if b.Kind == store.BesideHere {
				n++
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}
