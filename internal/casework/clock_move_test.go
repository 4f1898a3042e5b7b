package casework_test

import (
	"slices"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/deadline"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
)

func clockOf(t *testing.T, c *casework.Case, id string) casework.Clock {
	t.Helper()
	for _, k := range c.Clocks {
		if k.ID == id {
			return k
		}
	}
	t.Fatalf("the case has no clock %s: %v", id, c.Clocks)
	return casework.Clock{}
}

func wantFault(t *testing.T, what, key string, err error) {
	t.Helper()
	if f, ok := fault.As(err); !ok || f.Key != key {
		t.Errorf("%s: %v, want %s", what, err, key)
	}
}

func promise(t *testing.T, i *apptest.Instance, code, id string) dialogue.Promise {
	t.Helper()
	m, err := i.Dialogue.Mailbox(t.Context(), i.Enter(code))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range m.Promises {
		if p.Clock.ID == id {
			return p
		}
	}
	t.Fatalf("the mailbox tells nothing of %s", id)
	return dialogue.Promise{}
}

// change does something about a clock as the page would.
func change(t *testing.T, i *apptest.Instance, actor access.Actor, n casefile.Number, w casework.ClockChange) error {
	t.Helper()
	w.Revision = i.Case(actor, n).Revision
	return i.Casework.ChangeClock(t.Context(), actor, n, w)
}

func TestTheComplainantSeesThatAPromisedDateWasMovedAndWhy(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	first := clockOf(t, i.Case(s.HR, r.Number), "D5").Due
	mails := len(i.Box.Mails())
	to := i.Casework.Calendar.Today(first).AddDays(4)
	wantFault(t, "without a reason", "error.reason-missing", change(t, i, s.HR, r.Number, casework.ClockChange{Act: casefile.ClockExtended, Clock: "D5", To: to}))
	if err := change(t, i, s.HR, r.Number, casework.ClockChange{Act: casefile.ClockExtended, Clock: "D5", To: to, Why: "De bank antwoordt later."}); err != nil {
		t.Fatal(err)
	}
	i.DeliverMail()
	if n := len(i.Box.Mails()) - mails; n != 1 {
		t.Errorf("%d mails tell that there is news", n)
	}
	p := promise(t, i, r.Code, "D5")
	if !p.Clock.Promised.Equal(first) || p.Why != "De bank antwoordt later." || !p.Unread || p.Clock.Due != i.Casework.Calendar.EndOf(to) {
		t.Errorf("the mailbox shows %+v", p)
	}
	c := i.Case(s.Manager, r.Number)
	if k := clockOf(t, c, "D5"); !slices.Equal(k.Acts, []casefile.ClockAct{casefile.ClockExtended, casefile.ClockPaused}) || k.Limit.IsZero() {
		t.Errorf("of D5 members can do %v, up to %v", k.Acts, k.Limit)
	}
	if !slices.ContainsFunc(c.Timeline, func(it casework.Item) bool {
		return it.Kind == casefile.EntryPromise && it.Clock.Act == casefile.ClockExtended
	}) {
		t.Error("the timeline tells nothing of it")
	}
}

func TestAHardDateIsMovedByNobody(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	k := clockOf(t, i.Case(s.HR, r.Number), "D3")
	if !k.Law || len(k.Acts) != 0 {
		t.Errorf("law %v, and members can do %v", k.Law, k.Acts)
	}
	for _, act := range []casefile.ClockAct{casefile.ClockExtended, casefile.ClockPaused} {
		w := casework.ClockChange{Act: act, Clock: "D3", To: i.Casework.Calendar.Today(k.Due).AddDays(9), Why: "x"}
		wantFault(t, string(act), "error.clock-hard", change(t, i, s.HR, r.Number, w))
	}
	i.Move(s.HR, r.Number, casefile.StateTriage)
	i.Close(s.HR, r.Number, "Wij betaalden terug.", "De factuur was dubbel.")
	i.Move(s.HR, r.Number, casefile.StateReview)
	if again := clockOf(t, i.Case(s.HR, r.Number), "D3"); !again.Due.Equal(k.Due) || again.Met == nil {
		t.Errorf("opened again it is due %v, met %v", again.Due, again.Met)
	}
}

func TestAClockThatRestsIsNotLateAndRunsAgain(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	due := clockOf(t, i.Case(s.HR, r.Number), "D5").Due
	i.Clock.Add(24 * time.Hour)
	do := func(act casefile.ClockAct) {
		t.Helper()
		if err := change(t, i, s.HR, r.Number, casework.ClockChange{Act: act, Clock: "D5", Why: "Wij wachten op de politie."}); err != nil {
			t.Fatal(err)
		}
	}
	do(casefile.ClockPaused)
	i.Clock.Add(21 * 24 * time.Hour)
	if k := clockOf(t, i.Case(s.HR, r.Number), "D5"); k.State != deadline.Resting || !slices.Equal(k.Acts, []casefile.ClockAct{casefile.ClockResumed}) {
		t.Errorf("it is %s, members can do %v", k.State, k.Acts)
	}
	if p := promise(t, i, r.Code, "D5"); p.Late() || !p.Rests() {
		t.Errorf("the mailbox shows %s", p.State)
	}
	do(casefile.ClockResumed)
	if k := clockOf(t, i.Case(s.HR, r.Number), "D5"); k.State == deadline.Passed || !k.Due.After(due.AddDate(0, 0, 20)) || !k.Promised.Equal(due) {
		t.Errorf("it is %s and due %v", k.State, k.Due)
	}
}

func TestAMissedDateIsToldHonestly(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	c := i.Case(s.HR, r.Number)
	if err := i.Casework.Assign(t.Context(), s.HR, r.Number, s.HR.Member, c.Revision); err != nil {
		t.Fatal(err)
	}
	i.Keep(s.HR, r.Number, casefile.SheetConflict, map[string][]string{"none": {"none"}})
	due := clockOf(t, c, "D5").Due
	i.Clock.Set(due.Add(time.Hour))
	if next := i.Case(s.HR, r.Number).Next; next.Key != "late" || !next.Due.Equal(due) {
		t.Errorf("the next step is %q, due %v", next.Key, next.Due)
	}
	to := i.Casework.Calendar.Today(due).AddDays(10)
	wantFault(t, "more time", "error.clock-passed", change(t, i, s.HR, r.Number, casework.ClockChange{Act: casefile.ClockExtended, Clock: "D5", To: to, Why: "x"}))
	if err := change(t, i, s.HR, r.Number, casework.ClockChange{Act: casefile.ClockRenewed, Clock: "D5", To: to, Why: "Iemand was ziek."}); err != nil {
		t.Fatal(err)
	}
	p := promise(t, i, r.Code, "D5")
	if !p.Late() || !p.Clock.Due.Equal(due) || p.Clock.Again != i.Casework.Calendar.EndOf(to) || p.Why != "Iemand was ziek." {
		t.Errorf("the mailbox shows %+v", p)
	}
	if next := i.Case(s.HR, r.Number).Next; next.Key == "late" {
		t.Error("the next step is still to tell a new date")
	}
}

// Feedback was given in a message while measures are still taken: from then on the
// case is not late. Directive (EU) 2019/1937 art. 9(1)(f).
func TestFeedbackInAMessageStopsTheClock(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	i.Clock.Add(20 * 24 * time.Hour)
	i.Write(s.HR, r.Number, casework.DraftMessage, "Wij betalen het bedrag terug, omdat de factuur dubbel was.")
	sent := i.Clock.Now()
	var message string
	for _, it := range i.Case(s.HR, r.Number).Timeline {
		if it.Kind == casefile.EntryMessageOut {
			message = it.ID
		}
	}
	i.Clock.Add(100 * 24 * time.Hour)
	wantFault(t, "no such message", "error.choose-one", change(t, i, s.HR, r.Number, casework.ClockChange{Act: casefile.ClockFeedback, Clock: "D3", Message: "x"}))
	if k := clockOf(t, i.Case(s.HR, r.Number), "D3"); k.State != deadline.Passed {
		t.Fatalf("before it is noted D3 is %s", k.State)
	}
	if err := change(t, i, s.HR, r.Number, casework.ClockChange{Act: casefile.ClockFeedback, Clock: "D3", Message: message}); err != nil {
		t.Fatal(err)
	}
	if k := clockOf(t, i.Case(s.HR, r.Number), "D3"); k.State != deadline.Met || k.Met.Sub(sent).Abs() > time.Second {
		t.Errorf("D3 is %s, met %v", k.State, k.Met)
	}
}

func TestTheSeventyTwoHoursOfABreachRunFromAwareness(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil) // no topic of a breach was ticked
	i.DeliverMail()
	note := func(known time.Time) error {
		return i.Casework.NoteBreach(t.Context(), s.HR, r.Number, casework.BreachNote{
			Known: known, Why: "IT belde", Revision: i.Case(s.HR, r.Number).Revision,
		})
	}
	known := i.Clock.Now().Add(-5*time.Hour - 17*time.Minute)
	wantFault(t, "in the future", "error.breach-when", note(i.Clock.Now().Add(time.Minute)))
	if err := note(known); err != nil {
		t.Fatal(err)
	}
	k := clockOf(t, i.Case(s.HR, r.Number), "D11")
	if !k.Due.Equal(known.Add(72*time.Hour)) || !k.Law || k.State != deadline.Running {
		t.Errorf("due %v, law %v, %s", k.Due, k.Law, k.State)
	}
	wantFault(t, "once more", "error.breach-known", note(known))
	wantFault(t, "later", "error.breach-known", note(known.Add(time.Hour)))
	if err := note(known.Add(-time.Hour)); err != nil {
		t.Fatalf("earlier: %v", err)
	}
	c := i.Case(s.HR, r.Number)
	if k = clockOf(t, c, "D11"); !k.Due.Equal(known.Add(71 * time.Hour)) {
		t.Errorf("after an earlier time due %v", k.Due)
	}
	i.Move(s.HR, r.Number, casefile.StateTriage)
	if again := clockOf(t, i.Case(s.HR, r.Number), "D11"); !again.Due.Equal(k.Due) {
		t.Errorf("after another step due %v", again.Due)
	}
	if err := i.Casework.StopClock(t.Context(), s.HR, r.Number, "D11", "Gemeld", i.Case(s.HR, r.Number).Revision); err != nil {
		t.Fatal(err)
	}
	wantFault(t, "after it was notified", "error.clock-met", note(known.Add(-2*time.Hour)))
	if err := note(known); err == nil {
		t.Error("the clock starts again")
	}
}
