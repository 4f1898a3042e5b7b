package casework_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// reminded lets the background remind, and returns to whom the mails went and which
// subjects they had.
func reminded(t *testing.T, i *apptest.Instance) (to []staff.ID, subjects []string) {
	t.Helper()
	i.DeliverMail() // what waited before
	before := len(i.Box.Mails())
	if err := i.Work.Remind(t.Context()); err != nil {
		t.Fatal(err)
	}
	i.DeliverMail()
	all := i.Box.Mails() // the newest first
	for _, m := range all[:len(all)-before] {
		var who store.Member
		if err := i.Store.Read(t.Context(), func(tx *store.Tx) (err error) {
			who, err = tx.MemberByEmail(m.To)
			return err
		}); err != nil {
			t.Fatalf("a reminder %q to %s: %v", m.Subject, m.To, err)
		}
		to, subjects = append(to, who.ID), append(subjects, m.Subject)
		for _, word := range []string{"diefstal", "theft", "integri", "eerste", "bevestig", "beslis"} {
			if strings.Contains(strings.ToLower(m.Subject+m.Text), word) {
				t.Errorf("a reminder says %q", word)
			}
		}
	}
	slices.Sort(to)
	return to, subjects
}

func members(list ...access.Actor) (ids []staff.ID) {
	for _, a := range list {
		ids = append(ids, a.Member)
	}
	slices.Sort(ids)
	return ids
}

// at puts the clock where a share of the time of a clock is over.
func at(t *testing.T, i *apptest.Instance, k casework.Clock, hundredths int64) {
	t.Helper()
	i.Clock.Set(k.Start.Add(k.Due.Sub(k.Start) / 100 * time.Duration(hundredths)).Add(time.Second))
}

func assign(t *testing.T, i *apptest.Instance, by access.Actor, n casefile.Number, to staff.ID) {
	t.Helper()
	if err := i.Casework.Assign(t.Context(), by, n, to, i.Case(by, n).Revision); err != nil {
		t.Fatal(err)
	}
}

func TestRemindersGoToWhoIsInChargeThenTheStandInThenTheTeam(t *testing.T) {
	i, s := apptest.Staffed(t)
	third := i.Join("Lotte Claes", staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.DeliverMail()
	assign(t, i, s.HR, n, s.HR.Member)
	if err := i.Casework.SetAbsence(t.Context(), s.HR, casework.Leave{Deputy: s.Manager.Member}); err != nil {
		t.Fatal(err)
	}
	k := clockOf(t, i.Case(s.HR, n), "D5")
	everyone := members(s.HR, s.Manager, third)
	for _, step := range []struct {
		hundredths int64
		want       []staff.ID
		subject    string
	}{
		{49, nil, ""}, {50, members(s.HR), "near"}, {79, nil, ""}, {80, members(s.HR, s.Manager), "near"}, {99, nil, ""}, {101, everyone, "passed"},
	} {
		at(t, i, k, step.hundredths)
		to, subjects := reminded(t, i)
		if !slices.Equal(to, step.want) {
			t.Errorf("at %d%% it goes to %v, want %v", step.hundredths, to, step.want)
		}
		for _, subject := range subjects {
			if !strings.Contains(subject, string(n)) {
				t.Errorf("the subject is %q", subject)
			}
		}
		if again, _ := reminded(t, i); len(again) != 0 {
			t.Errorf("at %d%% again to %v", step.hundredths, again)
		}
	}
}

func TestAReminderBeginsAnewWhenSomethingHappened(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.DeliverMail()
	assign(t, i, s.HR, n, s.HR.Member)
	k := clockOf(t, i.Case(s.HR, n), "D5")
	at(t, i, k, 50)
	reminded(t, i)
	i.Clock.Add(time.Hour)
	i.Write(s.HR, n, casework.DraftNote, "Gebeld met de bank")
	at(t, i, k, 80)
	if to, _ := reminded(t, i); !slices.Equal(to, members(s.HR)) {
		t.Errorf("though they worked on it, it goes to %v", to)
	}
	i.Close(s.HR, n, "Wij betaalden terug.", "De factuur was dubbel.")
	at(t, i, k, 200)
	if to, _ := reminded(t, i); len(to) != 0 {
		t.Errorf("of a closed case it goes to %v", to)
	}
}

func TestWhoIsAwayIsRemindedOfNothing(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.DeliverMail()
	assign(t, i, s.HR, n, s.HR.Member)
	k := clockOf(t, i.Case(s.HR, n), "D5")
	today := i.Casework.Calendar.Today(i.Clock.Now())
	for key, wrong := range map[string]casework.Leave{
		"error.deputy-choice": {Deputy: s.Service[0].Member, From: today, To: today},
		"error.absence-when":  {Deputy: s.Manager.Member, From: today, To: today.AddDays(-1)},
	} {
		wantFault(t, key, key, i.Casework.SetAbsence(t.Context(), s.HR, wrong))
	}
	if err := i.Casework.SetAbsence(t.Context(), s.HR, casework.Leave{Deputy: s.Manager.Member, From: today, To: today.AddDays(10)}); err != nil {
		t.Fatal(err)
	}
	at(t, i, k, 50)
	if to, _ := reminded(t, i); !slices.Equal(to, members(s.Manager)) {
		t.Errorf("it goes to %v, want who stands in", to)
	}
	in, err := i.Casework.Inbox(t.Context(), s.Manager, casework.Filter{View: casework.ViewAll})
	if err != nil || len(in.Rows) != 1 || in.Rows[0].Away.Deputy.ID != s.Manager.Member || in.Rows[0].Away.To.IsZero() {
		t.Errorf("the list shows %+v, %v", in.Rows, err)
	}
}

// Whoever is left out is reminded of nothing, in whatever part they stand: in charge,
// standing in, or in the team.
func TestNobodyWhoIsExcludedIsReminded(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.DeliverMail()
	assign(t, i, s.HR, n, s.Manager.Member)
	if err := i.Casework.SetAbsence(t.Context(), s.Manager, casework.Leave{Deputy: s.HR.Member}); err != nil {
		t.Fatal(err)
	}
	if err := i.Exclude(s.Manager, n, s.HR.Member); err != nil {
		t.Fatal(err)
	}
	i.DeliverMail()
	k := clockOf(t, i.Case(s.Manager, n), "D5")
	for _, hundredths := range []int64{50, 80, 101} {
		at(t, i, k, hundredths)
		to, _ := reminded(t, i)
		if len(to) == 0 || slices.Contains(to, s.HR.Member) {
			t.Errorf("at %d%% it goes to %v", hundredths, to)
		}
	}
}

// Two processes that look at the same moment, and one that starts again, send each
// reminder once.
func TestEachReminderIsSentOnce(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.DeliverMail()
	assign(t, i, s.HR, n, s.HR.Member)
	at(t, i, clockOf(t, i.Case(s.HR, n), "D5"), 50)
	before := len(i.Box.Mails())
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := i.Casework.Remind(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	i.Reopen()
	if err := i.Work.Remind(t.Context()); err != nil {
		t.Fatal(err)
	}
	i.DeliverMail()
	if n := len(i.Box.Mails()) - before; n != 1 {
		t.Errorf("%d mails", n)
	}
	lines := 0
	if err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		leaves, err := tx.LeavesOf(caseID(t, tx, n))
		for _, l := range leaves {
			if l.Kind == string(audit.Reminded) {
				lines++
			}
		}
		return err
	}); err != nil || lines == 0 {
		t.Errorf("%d lines in the log, %v", lines, err)
	}
}

func caseID(t *testing.T, tx *store.Tx, n casefile.Number) casefile.ID {
	t.Helper()
	c, err := tx.CaseByNumber(n)
	if err != nil {
		t.Fatal(err)
	}
	return c.ID
}
