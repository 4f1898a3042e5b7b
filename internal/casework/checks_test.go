package casework_test

import (
	"slices"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
)

func TestAChecklistFollowsTheTopicAndLosesNothing(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.DeliverMail()
	lists := func() (ids []string) {
		for _, l := range i.Case(s.Manager, n).Checklists {
			ids = append(ids, l.ID)
		}
		return ids
	}
	if got := lists(); !slices.Equal(got, []string{"money"}) {
		t.Fatalf("what the complainant ticked asks for %v", got)
	}
	i.Move(s.Manager, n, casefile.StateTriage)
	i.Keep(s.Manager, n, casefile.SheetConflict, map[string][]string{"none": {"none"}})
	i.Keep(s.Manager, n, casefile.SheetTriage, apptest.Triage("theft"))
	i.Move(s.Manager, n, casefile.StateInvestigation)
	must(t, i.Casework.Assign(t.Context(), s.Manager, n, s.Manager.Member, i.Case(s.Manager, n).Revision))
	i.Keep(s.Manager, n, casefile.SheetAllegation, map[string][]string{"what": {"x"}})
	i.Keep(s.Manager, n, casefile.SheetReport, map[string][]string{"mandate": {"x"}, "done": {"x"}, "facts": {"x"}, "findings": {"x"}})
	if c := i.Case(s.Manager, n); c.Next.Key != "checks" || c.Next.To != "/records/checks" {
		t.Errorf("the next step is %s at %q", c.Next.Key, c.Next.To)
	}
	i.Keep(s.Manager, n, casefile.SheetChecks, map[string][]string{"money": {"secure", "police"}})
	amend := func(sheet casefile.Sheet, change map[string][]string) {
		i.Amend(s.Manager, n, i.Case(s.Manager, n).Work.Single(sheet), change)
	}
	amend(casefile.SheetTriage, map[string][]string{"topics": {"bullying"}})
	if got := lists(); !slices.Equal(got, []string{"money", "conduct"}) {
		t.Errorf("after the topic changed: %v", got)
	}
	if l, _ := i.Case(s.HR, n).Checklist("money"); l.Done != 2 || l.Topic || l.Open() != 5 {
		t.Errorf("of what was ticked %d are left, asked for %v", l.Done, l.Topic)
	}
	amend(casefile.SheetChecks, map[string][]string{"sets": {"interest"}})
	if got := lists(); !slices.Equal(got, []string{"money", "conduct", "interest"}) {
		t.Errorf("after one was added: %v", got)
	}
	conduct, _ := casefile.FormOf(casefile.SheetChecks)
	all, _ := conduct.Field("conduct")
	amend(casefile.SheetChecks, map[string][]string{"conduct": all.Options})
	if c := i.Case(s.Manager, n); c.Next.Key == "checks" {
		t.Error("a checklist that is done still is the next step")
	}
}
