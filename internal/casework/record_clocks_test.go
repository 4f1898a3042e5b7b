package casework_test

import (
	"slices"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/deadline"
)

func TestABreachThatIsDecidedOnStopsTheSeventyTwoHours(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("data-breach"), nil).Number
	i.DeliverMail()
	words := []string{"A list went to the wrong address"}
	answers := map[string][]string{
		"breach": {"yes"}, "facts": words, "data": {"contact"}, "people": {"12"}, "effects": words, "measures": words,
	}
	must(t, i.Casework.Assign(t.Context(), s.Manager, n, s.Manager.Member, i.Case(s.Manager, n).Revision))
	i.Keep(s.Manager, n, casefile.SheetConflict, map[string][]string{"none": {"none"}})
	i.Move(s.Manager, n, casefile.StateTriage)
	i.Keep(s.Manager, n, casefile.SheetBreach, answers)
	if c := i.Case(s.Manager, n); c.Next.Key != "breach-known" || c.Next.To != "/breach" {
		t.Errorf("a breach is there and nobody noted since when it is known: the next step is %s at %q", c.Next.Key, c.Next.To)
	}
	known := i.Clock.Now().Add(-time.Hour)
	must(t, i.Casework.NoteBreach(t.Context(), s.Manager, n, casework.BreachNote{Known: known, Why: "IT called", Revision: i.Case(s.Manager, n).Revision}))
	if k := clockOf(t, i.Case(s.Manager, n), "D11"); k.Met != nil {
		t.Error("nothing is decided and the 72 hours are over")
	}
	answers["high"] = []string{"yes"}
	i.Keep(s.Manager, n, casefile.SheetBreach, answers)
	if k := clockOf(t, i.Case(s.Manager, n), "D12"); k.Met != nil || k.Kind != deadline.KindBreachPersons {
		t.Error("the risk is high and no date runs for telling people")
	}
	i.Clock.Add(time.Hour)
	answers["notify"], answers["reasons"], answers["told"] = []string{"no"}, words, []string{"2026-03-02"}
	i.Keep(s.Manager, n, casefile.SheetBreach, answers)
	for _, id := range []string{"D11", "D12"} {
		if k := clockOf(t, i.Case(s.Manager, n), id); k.Met == nil || !k.Met.Equal(i.Clock.Now()) {
			t.Errorf("%s goes on after it was decided: %v", id, k.Met)
		}
	}
}

func TestEachPersonNamedHasADateByWhichTheyAreTold(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	person := func(name string) casefile.Kept {
		i.Keep(s.Manager, n, casefile.SheetPerson, map[string][]string{"name": {name}, "role": {"witness"}})
		list := i.Case(s.Manager, n).Work.Of(casefile.SheetPerson)
		return list[len(list)-1]
	}
	clock := func(k casefile.Kept) casework.Clock {
		return clockOf(t, i.Case(s.Manager, n), deadline.ObjectID("D13", string(k.ID)))
	}
	runs := func(k casefile.Kept) bool {
		return slices.ContainsFunc(i.Case(s.Manager, n).Clocks, func(c casework.Clock) bool {
			return c.ID == deadline.ObjectID("D13", string(k.ID)) && c.Open()
		})
	}
	first := person("Joris Peeters")
	i.Clock.Add(24 * time.Hour)
	second := person("Hanne Maes")
	month := i.Clock.Now().AddDate(0, 1, 0)
	if k := clock(second); !k.Law || k.Due.Before(month) || k.Due.After(month.Add(24*time.Hour)) || !clock(first).Due.Before(k.Due) {
		t.Errorf("due %v and %v, a month from now is %v", clock(first).Due, k.Due, month)
	}
	was := clock(first).Due
	if due, ok := i.Case(s.Manager, n).Due(second); !ok || !due.Equal(clock(second).Due) {
		t.Errorf("the record says %v", due)
	}
	i.Amend(s.Manager, n, first, map[string][]string{"deferred": {was.AddDate(0, 0, 20).Format(time.DateOnly)}, "deferred-why": {"They could destroy papers"}})
	if k := clock(first); k.Due.Format(time.DateOnly) != was.AddDate(0, 0, 20).Format(time.DateOnly) || !k.Promised.Equal(was) {
		t.Errorf("put off by 20 days it is due %v, first %v", k.Due, k.Promised)
	}
	i.Amend(s.Manager, n, i.Case(s.Manager, n).Work.Of(casefile.SheetPerson)[0], map[string][]string{"deferred": {"2026-03-04"}})
	if k := clock(first); !k.Due.Equal(was) && k.Due.Before(was) {
		t.Errorf("the law's month became shorter: %v", k.Due)
	}
	i.Amend(s.Manager, n, second, map[string][]string{"told": {"2026-03-03"}})
	if _, ok := i.Case(s.Manager, n).Due(second); ok || runs(second) || !runs(first) {
		t.Error("whoever was told still has a date, or somebody else has none any more")
	}
}

func TestWhatIsSeriousIsToldAtOnce(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	triage := apptest.Triage("theft")
	triage["severity"], triage["notify"] = []string{"4"}, []string{"donor"}
	i.Keep(s.Manager, n, casefile.SheetTriage, triage)
	if k := clockOf(t, i.Case(s.Manager, n), "D21"); !k.Due.Equal(i.Clock.Now().Add(24 * time.Hour)) {
		t.Errorf("due %v", k.Due)
	}
	i.Clock.Add(time.Hour)
	i.Keep(s.Manager, n, casefile.SheetNotification, map[string][]string{"body": {"donor"}, "duty": {"The contract says so"}, "sent": {"2026-03-02"}, "proof": {"Their answer"}})
	if k := clockOf(t, i.Case(s.Manager, n), "D21"); k.Met == nil {
		t.Error("the donor was told and the date runs on")
	}
}
