package casework_test

import (
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/deadline"
	"klankbord/internal/retention"
)

func TestACaseIsKeptUntilAClaimIsTimeBarred(t *testing.T) {
	onBoth(t, func(t *testing.T, i *apptest.Instance, s apptest.Staff) {
		r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
		n, by := r.Number, s.Manager
		i.DeliverMail()
		barred := deadline.Date{Year: 2036, Month: time.May, Day: 31}
		wantFault(t, "no reason", "error.purpose-short", i.Casework.SetTerm(t.Context(), by, n, " ", barred))
		wantFault(t, "a day that is past", "error.term-date", i.Casework.SetTerm(t.Context(), by, n, "somebody may still claim", deadline.Date{Year: 2025, Month: time.May, Day: 1}))
		wantFault(t, "a day too far off", "error.term-date", i.Casework.SetTerm(t.Context(), by, n, "somebody may still claim", deadline.Date{Year: 2060, Month: time.May, Day: 1}))
		wantFault(t, "no such day", "error.term-none", i.Casework.EndTerm(t.Context(), by, n, "nobody can claim"))
		ask := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		ask(i.Casework.SetTerm(t.Context(), by, n, "somebody may still claim", barred))
		i.CloseWith(by, n, casefile.OutcomeNotProven, "Wij zochten het uit.", "Er was te weinig bewijs.")

		e := i.Case(by, n).Erasure
		if i.Casework.Calendar.Today(e.After) != barred || e.Rule != retention.ReasonBarred || e.Term == nil || e.Term.Reason != "somebody may still claim" || e.Term.By.ID != by.Member {
			t.Errorf("the team sees that it is kept until %s, %q, %+v", e.After, e.Rule, e.Term)
		}
		visit := i.Enter(r.Code)
		m, err := i.Dialogue.Mailbox(t.Context(), visit)
		if err != nil || !m.EraseAfter.Equal(e.After) || m.Kept[0].Why != retention.ReasonBarred || !m.Kept[1].Until.Equal(e.After) {
			t.Errorf("the complainant sees %s, %+v, %v", m.EraseAfter, m.Kept, err)
		}
		i.Clock.Set(time.Date(2033, time.January, 10, 9, 0, 0, 0, time.UTC))
		if e := i.Case(by, n).Erasure; e.Due != "" {
			t.Errorf("before that day erasing %s is proposed", e.Due)
		}
		wantFault(t, "erased too early", "error.erase-early", i.Casework.Erase(t.Context(), by, n, i.Password(by)))
		i.Clock.Set(time.Date(2036, time.June, 2, 9, 0, 0, 0, time.UTC))
		if e := i.Case(by, n).Erasure; e.Due != casefile.ScopeWhole {
			t.Errorf("after that day it may be erased: %+v", e)
		}
		in, err := i.Casework.Inbox(t.Context(), by, casework.Filter{View: casework.ViewErase, Page: 1})
		if err != nil || len(in.Rows) != 1 {
			t.Errorf("%d cases are listed to be erased, %v", len(in.Rows), err)
		}
	})
}

func TestWithoutTheDayTheRulesHoldAgain(t *testing.T) {
	i, s := apptest.Staffed(t)
	by := s.Service[0]
	n := i.Complain("nl", apptest.Answers("response-time"), nil).Number
	i.DeliverMail()
	i.Close(by, n, "Wij antwoordden.", "Het antwoord kwam te laat.")
	usual := i.Case(by, n).Erasure.After
	if err := i.Casework.SetTerm(t.Context(), by, n, "somebody may still claim", deadline.Date{Year: 2031, Month: time.June, Day: 1}); err != nil {
		t.Fatal(err)
	}
	if e := i.Case(by, n).Erasure; !e.After.After(usual) {
		t.Errorf("it is kept until %s", e.After)
	}
	if err := i.Casework.SetHold(t.Context(), by, n, "there is a court case", i.Clock.Now().AddDate(0, 6, 0)); err != nil {
		t.Fatal(err)
	}
	if err := i.Casework.EndTerm(t.Context(), by, n, "the claim was settled"); err != nil {
		t.Fatal(err)
	}
	if e := i.Case(by, n).Erasure; !e.After.Equal(usual) || e.Term != nil || e.Hold == nil {
		t.Errorf("afterwards it is kept until %s, %+v, %+v", e.After, e.Term, e.Hold)
	}
}
