package casework_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
)

func TestACaseIsAssessedBeforeItGoesOn(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.DeliverMail()
	i.Move(s.Manager, n, casefile.StateTriage)
	c := i.Case(s.Manager, n)
	if c.Next.Key != "declare" || c.Next.To != "/records/conflict" {
		t.Errorf("the next step is %s at %q", c.Next.Key, c.Next.To)
	}
	to := casework.Transition{To: casefile.StateInvestigation, Revision: c.Revision}
	var no *casefile.Refusal
	if err := i.Casework.ChangeState(t.Context(), s.Manager, n, to); !errors.As(err, &no) ||
		!slices.Contains(no.Guards, casefile.GuardTriage) || !slices.Contains(no.Guards, casefile.GuardConflict) {
		t.Fatalf("an investigation starts without an assessment: %v", err)
	}
	i.Keep(s.Manager, n, casefile.SheetConflict, map[string][]string{"none": {"none"}})
	must(t, i.Casework.Assign(t.Context(), s.Manager, n, s.Manager.Member, i.Case(s.Manager, n).Revision))
	if c := i.Case(s.Manager, n); c.Next.Key != "triage" || !c.Asks(casefile.SheetTriage) {
		t.Errorf("then the next step is %s", c.Next.Key)
	}
	i.Keep(s.Manager, n, casefile.SheetTriage, apptest.Triage("corruption", "theft"))
	c = i.Case(s.HR, n) // now a second member has read it
	to.Revision = c.Revision
	if err := i.Casework.ChangeState(t.Context(), s.Manager, n, to); !errors.As(err, &no) || !slices.Contains(no.Guards, casefile.GuardConflict) {
		t.Errorf("a member read the case and did not say whether they are impartial: %v", err)
	}
	i.Keep(s.HR, n, casefile.SheetConflict, map[string][]string{"none": {"known"}, "words": {"We worked together in 2019."}})
	i.Move(s.Manager, n, casefile.StateInvestigation)
	if c := i.Case(s.Manager, n); !slices.Equal(c.Work.Assessed(), []string{"corruption", "theft"}) || len(c.Topics) != 1 {
		t.Errorf("assessed as %v, ticked %d", c.Work.Assessed(), len(c.Topics))
	}
}

func TestListFilterAndSearchKnowTheAssessment(t *testing.T) {
	i, s := apptest.Staffed(t)
	me := s.Service[0]
	n := i.Complain("nl", apptest.Answers("communication"), nil).Number
	other := i.Complain("nl", apptest.Answers("communication"), nil).Number
	triage := apptest.Triage("unwanted-contact")
	triage["severity"], triage["evidence"] = []string{"3"}, []string{"de opname van het gesprek met kanarie"}
	i.Keep(me, n, casefile.SheetTriage, triage)
	for _, f := range []casework.Filter{{View: casework.ViewAll, Severity: 3}, {View: casework.ViewAll, Topic: "unwanted-contact"}} {
		in, err := i.Casework.Inbox(t.Context(), me, f)
		if err != nil || len(in.Rows) != 1 || in.Rows[0].Number != n || in.Rows[0].Severity != 3 {
			t.Fatalf("%+v lists %d cases, %v", f, len(in.Rows), err)
		}
	}
	if in, err := i.Casework.Inbox(t.Context(), me, casework.Filter{View: casework.ViewAll, Severity: 4}); err != nil || len(in.Rows) != 0 {
		t.Errorf("severity 4 lists %d cases, %v", len(in.Rows), err)
	}
	hits, err := i.Casework.Search(t.Context(), me, "kanarie", 1)
	if err != nil || hits.Total != 1 || hits.Rows[0].Number != n || hits.Rows[0].Word == "" {
		t.Fatalf("search finds %d, %v; the other case is %s", hits.Total, err, other)
	}
}

func TestNobodyWritesOverAColleagueUnseen(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	first := casework.Filling{Sheet: casefile.SheetTriage, ID: ident.New(), Answers: apptest.Triage("theft")}
	keep := func(who int, f casework.Filling) error {
		actor := s.Manager
		if who == 1 {
			actor = s.HR
		}
		return i.Casework.Keep(t.Context(), actor, n, f)
	}
	for range 2 { // the same form twice
		must(t, keep(0, first))
	}
	if k := i.Case(s.HR, n).Work.Single(casefile.SheetTriage); k.Count != 1 || k.By != string(s.Manager.Member) {
		t.Errorf("%d versions by %s", k.Count, k.By)
	}
	stale := first
	stale.ID = ident.New()
	if err := keep(1, stale); !says(err, "error.changed-meanwhile") {
		t.Errorf("a form made before the first version: %v", err)
	}
	next := stale
	next.Version, next.Answers = first.ID, maps.Clone(first.Answers)
	next.Answers["severity"] = []string{"4"}
	must(t, keep(1, next))
	if k := i.Case(s.Manager, n).Work.Single(casefile.SheetTriage); k.Count != 2 || string(k.ID) != first.ID || k.One("severity") != "4" {
		t.Errorf("%d versions, severity %s", k.Count, k.One("severity"))
	}
	struck := casework.Filling{Sheet: casefile.SheetTriage, Version: next.ID, Strike: true}
	must(t, keep(0, struck))
	if c := i.Case(s.Manager, n); c.Work.Severity() != 0 {
		t.Error("what was struck still counts")
	}
}

func TestARecordIsRefusedWhereItDoesNotBelong(t *testing.T) {
	i, s := apptest.Staffed(t)
	general, strict := i.Complain("nl", apptest.Answers("communication"), nil).Number, i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	none := map[string][]string{"none": {"none"}}
	i.Keep(s.Manager, strict, casefile.SheetConflict, none)
	mine := i.Case(s.Manager, strict).Work.Single(casefile.SheetConflict)
	for name, f := range map[string]struct {
		n casefile.Number
		f casework.Filling
	}{
		"a sheet of another route":   {general, casework.Filling{Sheet: casefile.SheetConflict, Answers: none}},
		"a sheet that is none":       {strict, casework.Filling{Sheet: "made-up"}},
		"a record that is none":      {strict, casework.Filling{Sheet: casefile.SheetTriage, Record: ident.New()}},
		"the declaration of another": {strict, casework.Filling{Sheet: casefile.SheetConflict, Record: string(mine.ID), Version: string(mine.Version), Answers: none}},
		"an id of one's own making":  {strict, casework.Filling{Sheet: casefile.SheetTriage, ID: "../x", Answers: apptest.Triage("theft")}},
	} {
		actor := s.HR
		if f.n == general {
			actor = s.Service[0]
		}
		if err := i.Casework.Keep(t.Context(), actor, f.n, f.f); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := i.Casework.Keep(t.Context(), s.Service[0], strict, casework.Filling{Sheet: casefile.SheetTriage, Answers: apptest.Triage("theft")}); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("somebody without a key: %v", err)
	}
	var unfit *casefile.Unfit
	if err := i.TryKeep(s.HR, strict, casefile.SheetTriage, apptest.Triage("no-such-topic")); !errors.As(err, &unfit) || strings.Contains(unfit.Error(), "no-such-topic") {
		t.Errorf("a topic that is none: %v", err)
	}
}

func TestAMemberWhomAColleagueRecordsAsConcernedIsAskedAbout(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	person := map[string][]string{"name": {"Dubois, Thomas"}, "role": {"witness"}}
	i.Keep(s.Manager, n, casefile.SheetPerson, person)
	if c := i.Case(s.Manager, n); len(c.Named) != 0 {
		t.Errorf("a witness is taken for whom it is about: %d", len(c.Named))
	}
	person["role"], person["name"] = []string{"concerned"}, []string{"Thomas Dubois"}
	i.Amend(s.Manager, n, i.Case(s.Manager, n).Work.Single(casefile.SheetPerson), person)
	if c := i.Case(s.Manager, n); len(c.Named) != 1 || c.Named[0].ID != s.HR.Member {
		t.Errorf("the member is not asked about: %d", len(c.Named))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
