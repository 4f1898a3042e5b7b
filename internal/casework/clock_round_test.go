package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/deadline"
)

// clocksOf are the clocks of a case that a rule has, by id.
func clocksOf(c *casework.Case, rule string) (list []casework.Clock) {
	for _, k := range c.Clocks {
		if deadline.RuleOf(k.ID) == rule {
			list = append(list, k)
		}
	}
	slices.SortFunc(list, func(a, b casework.Clock) int { return strings.Compare(a.ID, b.ID) })
	return list
}

// While an investigation goes on, the parties are told how it stands; a round that was
// missed stays visible, one that was kept does not fill the page.
func TestDuringAnInvestigationAnUpdateIsOwedAgainAndAgain(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.DeliverMail()
	i.Move(s.HR, n, casefile.StateTriage)
	if early := clocksOf(i.Case(s.HR, n), "D10"); len(early) != 0 {
		t.Fatalf("before the investigation an update is owed: %v", early)
	}
	i.Move(s.HR, n, casefile.StateInvestigation)
	first := clocksOf(i.Case(s.HR, n), "D10")
	if len(first) != 1 || first[0].Kind != deadline.KindUpdate || first[0].Told || first[0].Due.Before(i.Clock.Now().AddDate(0, 0, 13)) {
		t.Fatalf("in the investigation it is %+v", first)
	}
	i.Clock.Add(5 * 24 * time.Hour)
	i.Write(s.HR, n, casework.DraftNote, "Gebeld met de bank")
	if same := clocksOf(i.Case(s.HR, n), "D10"); len(same) != 1 || same[0].Due != first[0].Due {
		t.Errorf("a note counts as an update: %+v", same)
	}
	i.Write(s.HR, n, casework.DraftMessage, "Wij wachten op de bank.")
	second := clocksOf(i.Case(s.HR, n), "D10")
	if len(second) != 1 || second[0].ID != "D10.2" || !second[0].Due.After(first[0].Due) {
		t.Fatalf("after a message it is %+v", second)
	}
	i.Clock.Set(second[0].Due.Add(48 * time.Hour))
	i.Write(s.HR, n, casework.DraftMessage, "De bank heeft geantwoord.")
	third := clocksOf(i.Case(s.HR, n), "D10")
	if len(third) != 2 || third[0].State != deadline.MetLate || !third[1].Open() {
		t.Fatalf("after a late message it is %+v", third)
	}
	i.Move(s.HR, n, casefile.StateDecision)
	if after := clocksOf(i.Case(s.HR, n), "D10"); len(after) != 1 || after[0].State != deadline.MetLate {
		t.Errorf("after the investigation it is %+v", after)
	}
}

// ISO 10002:2018 7.3: of a promise that was missed the complainant is told, with a new
// date; the system asks for it by itself.
func TestAMissedPromiseBecomesATaskUntilANewDateIsTold(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	assign(t, i, s.HR, r.Number, s.HR.Member)
	due := clockOf(t, i.Case(s.HR, r.Number), "D5").Due
	i.Clock.Set(due.Add(time.Second))
	for range 2 {
		reminded(t, i)
	}
	asks := clocksOf(i.Case(s.HR, r.Number), "D9")
	if len(asks) != 1 || asks[0].ID != "D9.D5.1" || asks[0].Start.Sub(due).Abs() > time.Second || len(asks[0].Acts) != 0 || asks[0].ByHand {
		t.Fatalf("after the date: %+v", asks)
	}
	if d2 := clocksOf(i.Case(s.HR, r.Number), "D2"); len(d2) != 1 {
		t.Errorf("a date that nobody was promised asks as well: %v", d2)
	}
	to := i.Casework.Calendar.Today(due).AddDays(10)
	if err := change(t, i, s.HR, r.Number, casework.ClockChange{Act: casefile.ClockRenewed, Clock: "D5", To: to, Why: "Iemand was ziek."}); err != nil {
		t.Fatal(err)
	}
	if told := clocksOf(i.Case(s.HR, r.Number), "D9"); len(told) != 0 {
		t.Errorf("after a new date: %+v", told)
	}
	i.Clock.Set(i.Casework.Calendar.EndOf(to).Add(time.Second))
	reminded(t, i)
	if again := clocksOf(i.Case(s.HR, r.Number), "D9"); len(again) != 1 || again[0].ID != "D9.D5.2" || !again[0].Open() {
		t.Errorf("after the new date was missed as well: %+v", again)
	}
	i.Close(s.HR, r.Number, "Wij betaalden terug.", "De factuur was dubbel.")
	for _, k := range clocksOf(i.Case(s.HR, r.Number), "D9") {
		if k.Open() {
			t.Errorf("a closed case still asks: %+v", k)
		}
	}
}

func TestTheAnswerOfAnotherBodyIsAwaitedWhileTheCaseLiesThere(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.DeliverMail()
	i.Move(s.HR, n, casefile.StateTriage)
	i.Move(s.HR, n, casefile.StateReferred)
	k := clocksOf(i.Case(s.HR, n), "D4")
	if len(k) != 1 || k[0].Due != i.Casework.Calendar.EndOf(i.Casework.Calendar.Today(i.Clock.Now()).AddMonths(3)) {
		t.Fatalf("while it lies there: %+v", k)
	}
	want := []casefile.ClockAct{casefile.ClockExtended, casefile.ClockPaused}
	if k[0].Hard || !slices.Equal(k[0].Acts, want) || !k[0].ByHand {
		t.Errorf("members can do %v", k[0].Acts)
	}
	i.Close(s.HR, n, "De politie behandelt dit.", "Het is een misdrijf.")
	for _, k := range clocksOf(i.Case(s.HR, n), "D4") {
		if k.Open() {
			t.Errorf("after closing it runs: %+v", k)
		}
	}
}

// Regulation (EU) 2016/679 art. 34: once the risk is high, the people are told without
// undue delay.
func TestAHighRiskStartsTheTimeInWhichPeopleAreTold(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.DeliverMail()
	risk := func(actor access.Actor, why string) error {
		return i.Casework.NoteRisk(t.Context(), actor, n, casework.RiskNote{Why: why, Revision: i.Case(s.HR, n).Revision})
	}
	wantFault(t, "without a reason", "error.reason-missing", risk(s.HR, " "))
	if err := risk(s.HR, "Rekeningnummers"); err == nil {
		t.Error("without a breach a risk is noted")
	}
	if err := i.Casework.NoteBreach(t.Context(), s.HR, n, casework.BreachNote{
		Known: i.Clock.Now().Add(-time.Hour), Why: "IT belde", Revision: i.Case(s.HR, n).Revision,
	}); err != nil {
		t.Fatal(err)
	}
	if err := risk(s.Service[0], "Rekeningnummers"); err == nil {
		t.Error("somebody without a key notes a risk")
	}
	decided := i.Clock.Now()
	if err := risk(s.HR, "Rekeningnummers"); err != nil {
		t.Fatal(err)
	}
	k := clockOf(t, i.Case(s.HR, n), "D12")
	if k.Due.Sub(decided).Round(time.Minute) != 24*time.Hour || !k.ByHand {
		t.Errorf("due %v", k.Due)
	}
	wantFault(t, "a second time", "error.risk-known", risk(s.HR, "Meer rekeningnummers"))
	if err := i.Casework.StopClock(t.Context(), s.HR, n, "D12", "Brief aan 600 mensen", i.Case(s.HR, n).Revision); err != nil {
		t.Fatal(err)
	}
	if k := clockOf(t, i.Case(s.HR, n), "D12"); k.State != deadline.Met {
		t.Errorf("after they were told it is %s", k.State)
	}
}

// Regulation (EU) 2016/679 art. 12(3).
func TestARequestAboutDataIsAnsweredInAMonthOrMovedOnceWithAReason(t *testing.T) {
	i, s := apptest.Staffed(t)
	for n, rule := range i.Profile.Clocks.Rules {
		if rule.ID == "D14" {
			i.Profile.Clocks.Rules[n].Topics = []string{"privacy-violation"} // the form offers no topic of its own for it
		}
	}
	r := i.Complain("nl", apptest.StrictAnswers("privacy-violation"), nil)
	i.DeliverMail()
	k := clockOf(t, i.Case(s.HR, r.Number), "D14")
	month := i.Casework.Calendar.Today(i.Clock.Now()).AddMonths(1)
	if !k.Law || !k.Told || k.Due != i.Casework.Calendar.EndOf(month) || !slices.Equal(k.Acts, []casefile.ClockAct{casefile.ClockExtended}) {
		t.Fatalf("%+v", k)
	}
	more := casework.ClockChange{Act: casefile.ClockExtended, Clock: "D14", To: month.AddMonths(2).AddDays(1), Why: "Veel mappen."}
	wantFault(t, "more than two months", "error.clock-beyond", change(t, i, s.HR, r.Number, more))
	more.To = month.AddMonths(2)
	if err := change(t, i, s.HR, r.Number, more); err != nil {
		t.Fatal(err)
	}
	if p := promise(t, i, r.Code, "D14"); p.Why != "Veel mappen." || p.Clock.Due != i.Casework.Calendar.EndOf(more.To) || !p.Clock.Promised.Equal(k.Due) {
		t.Errorf("the mailbox shows %+v", p)
	}
	more.To = month.AddMonths(2).AddDays(-1)
	wantFault(t, "once more", "error.clock-hard", change(t, i, s.HR, r.Number, more))
	paused := casework.ClockChange{Act: casefile.ClockPaused, Clock: "D14", Why: "x"}
	wantFault(t, "on hold", "error.clock-hard", change(t, i, s.HR, r.Number, paused))
	i.Close(s.HR, r.Number, "U kreeg een kopie.", "U vroeg die.")
	if k := clockOf(t, i.Case(s.HR, r.Number), "D14"); k.State != deadline.Met {
		t.Errorf("after the answer it is %s", k.State)
	}
}
