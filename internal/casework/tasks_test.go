package casework_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
)

func tasks(t *testing.T, i *apptest.Instance, actor access.Actor, f casework.TaskFilter) *casework.Tasks {
	t.Helper()
	list, err := i.Casework.Tasks(t.Context(), actor, f)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func numbers(list *casework.Tasks) (out []casefile.Number) {
	for _, task := range slices.Concat(list.Late, list.Ahead) {
		if !slices.Contains(out, task.Number) {
			out = append(out, task.Number)
		}
	}
	return out
}

func TestTasksAreThoseOfTheCasesThatAMemberKeeps(t *testing.T) {
	i, s := apptest.Staffed(t)
	mine := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	theirs := i.Complain("nl", apptest.StrictAnswers("corruption"), nil).Number
	general := i.Complain("nl", apptest.Answers("response-time"), nil).Number
	i.DeliverMail()
	assign(t, i, s.HR, mine, s.HR.Member)
	assign(t, i, s.HR, theirs, s.Manager.Member)
	if got := numbers(tasks(t, i, s.HR, casework.TaskFilter{})); !slices.Equal(got, []casefile.Number{mine}) {
		t.Errorf("mine are %v", got)
	}
	all := tasks(t, i, s.HR, casework.TaskFilter{Everyone: true})
	if got := numbers(all); len(got) != 2 || slices.Contains(got, general) {
		t.Errorf("everybody's are %v", got)
	}
	if !slices.IsSortedFunc(all.Ahead, func(a, b casework.Task) int { return a.Due.Compare(b.Due) }) {
		t.Error("they do not stand by date")
	}
	today := i.Casework.Calendar.Today(i.Clock.Now())
	if err := i.Casework.SetAbsence(t.Context(), s.Manager, casework.Leave{Deputy: s.HR.Member, From: today, To: today.AddDays(3)}); err != nil {
		t.Fatal(err)
	}
	if got := numbers(tasks(t, i, s.HR, casework.TaskFilter{})); len(got) != 2 {
		t.Errorf("while I stand in, mine are %v", got)
	}
	i.Clock.Set(clockOf(t, i.Case(s.HR, mine), "D5").Due.Add(time.Minute))
	if late := tasks(t, i, s.HR, casework.TaskFilter{}).Late; len(late) == 0 || late[0].Number != mine {
		t.Errorf("late are %+v", late)
	}
	i.Close(s.HR, mine, "Wij betaalden terug.", "De factuur was dubbel.")
	if got := numbers(tasks(t, i, s.HR, casework.TaskFilter{})); slices.Contains(got, mine) {
		t.Errorf("of a closed case it shows %v", got)
	}
}

// Whoever is excluded sees none of it, neither in the list nor in a calendar that they
// made before.
func TestWhoIsExcludedSeesNoTaskOfTheCase(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.DeliverMail()
	assign(t, i, s.HR, n, s.HR.Member)
	tok, err := i.Casework.MakeCalendar(t.Context(), s.HR)
	if err != nil {
		t.Fatal(err)
	}
	if days, err := i.Casework.CalendarDays(t.Context(), tok); err != nil || len(days) == 0 {
		t.Fatalf("before: %v, %v", days, err)
	}
	if err := i.Exclude(s.Manager, n, s.HR.Member); err != nil {
		t.Fatal(err)
	}
	if got := numbers(tasks(t, i, s.HR, casework.TaskFilter{Everyone: true})); len(got) != 0 {
		t.Errorf("it shows %v", got)
	}
	if days, err := i.Casework.CalendarDays(t.Context(), tok); err != nil || len(days) != 0 {
		t.Errorf("the calendar shows %v, %v", days, err)
	}
}

func TestACalendarShowsDaysAndEndsWhenItsMemberSaysSoOrLeaves(t *testing.T) {
	i, s := apptest.Staffed(t)
	third := i.Enrol(s.Manager, "Lotte Claes", staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.DeliverMail()
	assign(t, i, s.HR, n, third.Member)
	first, err := i.Casework.MakeCalendar(t.Context(), third.Actor)
	if err != nil {
		t.Fatal(err)
	}
	days, err := i.Casework.CalendarDays(t.Context(), first)
	due := i.Casework.Calendar.Today(clockOf(t, i.Case(s.HR, n), "D5").Due)
	if err != nil || !slices.Contains(days, casework.CalendarDay{Number: n, Day: due}) {
		t.Fatalf("%v, %v", days, err)
	}
	second, err := i.Casework.MakeCalendar(t.Context(), third.Actor)
	if err != nil {
		t.Fatal(err)
	}
	gone := func(what string, tok seal.Token) {
		t.Helper()
		if days, err := i.Casework.CalendarDays(t.Context(), tok); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s: %v, %v", what, days, err)
		}
	}
	gone("the address before it", first)
	gone("an address that nobody has", seal.NewToken())
	if err := i.Setup.Leave(t.Context(), s.Manager, setup.Leaving{Member: third.Member, Password: i.Password(s.Manager)}); err != nil {
		t.Fatal(err)
	}
	gone("of a member who left", second)
	mine, err := i.Casework.MakeCalendar(t.Context(), s.HR)
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Casework.EndCalendar(t.Context(), s.HR); err != nil {
		t.Fatal(err)
	}
	gone("that was ended", mine)
	if since, err := i.Casework.CalendarSince(t.Context(), s.HR); err != nil || !since.IsZero() {
		t.Errorf("there is one since %v, %v", since, err)
	}
}
