package casework_test

import (
	"slices"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/figures"
	"klankbord/internal/profile"
)

func TestWhatMembersRecordIsCounted(t *testing.T) {
	onBoth(t, func(t *testing.T, i *apptest.Instance, s apptest.Staff) {
		told := apptest.StrictAnswers("retaliation")
		told = apptest.With(told, profile.FieldRelation, "supplier")
		told = apptest.With(told, profile.FieldHappened+".day", "20")
		told = apptest.With(told, profile.FieldHappened+".month", "2")
		told = apptest.With(told, profile.FieldHappened+".year", "2026")
		first := i.Complain("nl", told, nil).Number
		i.Complain("nl", apptest.StrictAnswers("corruption"), nil)
		i.DeliverMail()
		words := []string{"as it was found"}
		triage := apptest.Triage("retaliation", "child-abuse")
		triage["severity"], triage["admissible"], triage["refused"], triage["why"] = []string{"3"}, []string{"no"}, []string{"court"}, words
		i.Keep(s.Manager, first, casefile.SheetTriage, triage)
		i.Keep(s.Manager, first, casefile.SheetMeasure, map[string][]string{"what": words, "kind": {"refund"}, "owner": words, "due": {"2026-03-20"}})
		i.Keep(s.Manager, first, casefile.SheetMeasure, map[string][]string{"what": words, "kind": {"audit"}, "owner": words, "due": {"2026-04-20"}})
		i.Keep(s.Manager, first, casefile.SheetCause, map[string][]string{"causes": {"rule", "training"}})
		i.Keep(s.Manager, first, casefile.SheetNotification, map[string][]string{"body": {"police"}, "duty": words, "sent": {"2026-03-02"}, "proof": words})

		c := figuresOf(t, i, s.HR, casework.NumbersFilter{For: figures.Team})
		c.is("retaliation", "", 1, 2)
		c.is("protection", "", 1, 2)
		c.is("relation", "supplier", 1, 1)
		c.is("told", "police", 1, 1)
		c.is("improvements", "planned", 1, 1)
		c.is("measures", "refund", 0, 0) // of cases that were closed
		if d := c.line("delay", "integrity").Now; d.Middle != 10 || d.Of != 1 {
			t.Errorf("the complaint came %d days after it happened, of %d cases", d.Middle, d.Of)
		}

		i.Clock.Add(30 * 24 * time.Hour)
		figuresOf(t, i, s.HR, casework.NumbersFilter{For: figures.Team}).is("improvements", "late", 1, 1)
		i.Keep(s.Manager, first, casefile.SheetMoney, map[string][]string{"alleged": {"€ 1.200"}, "recovered": {"200"}})
		i.CloseWith(s.Manager, first, casefile.OutcomeNotAdmissible, "We put it right.", "It was shown.")
		for _, k := range i.Case(s.Manager, first).Work.Of(casefile.SheetMeasure) {
			i.Amend(s.Manager, first, k, map[string][]string{"done": {"2026-03-30"}, "proof": words})
		}
		c = figuresOf(t, i, s.HR, casework.NumbersFilter{For: figures.Team})
		c.is("measures", "refund", 1, 1)
		c.is("measures", "audit", 1, 1)
		c.is("measure-groups", "complainant", 1, 1)
		c.is("measure-groups", "organisation", 1, 1)
		c.is("causes", "training", 1, 1)
		c.is("refused", "court", 1, 1)
		c.is("improvements", "done", 1, 1)
		if v := c.line("money-alleged", "").Now; v.Sum != 1200 || v.N != 1 {
			t.Errorf("the money is %d in %d cases", v.Sum, v.N)
		}
		if d := c.line("duration-severity", "3").Now; d.Middle != 30 || d.Of != 1 {
			t.Errorf("it took %d days, of %d cases", d.Middle, d.Of)
		}
	})
}

func TestTheFileOfSomebodyWhoHelpedOpensInTheList(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	helper := casework.Helper{First: "Bart", Last: "Wouters", Email: "bart@mail.example", Lang: "nl", Agreed: true, About: "wie hielp bij de kas"}
	if _, err := i.Casework.AddHelper(t.Context(), s.Manager, n, helper, i.Password(s.Manager)); err != nil {
		t.Fatal(err)
	}
	in, err := i.Casework.Inbox(t.Context(), s.Manager, casework.Filter{View: casework.ViewAll, Page: 1})
	if err != nil || !slices.ContainsFunc(in.Rows, func(r casework.Row) bool { return r.Subject == "wie hielp bij de kas" }) {
		t.Errorf("the list shows %+v, %v", in.Rows, err)
	}
	found, err := i.Casework.Search(t.Context(), s.Manager, "kas hielp", 1)
	if err != nil || len(found.Rows) != 1 {
		t.Errorf("searching for its words finds %d, %v", len(found.Rows), err)
	}
}
