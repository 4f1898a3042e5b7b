package dialogue_test

import (
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/dialogue"
	"klankbord/internal/figures"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

func TestHowItWentIsCountedOnceAndTellsNobodyWho(t *testing.T) {
	i, s := apptest.Staffed(t)
	by := s.Service[0]
	say := func(visit seal.Token, n casefile.Number, said dialogue.Said) error {
		return i.Dialogue.SayHowItWent(t.Context(), visit, n, said)
	}
	first := i.Complain("nl", apptest.With(apptest.Answers("response-time"), profile.FieldSurvey, "yes"), nil)
	visit := i.Enter(first.Code)
	if m, err := i.Dialogue.Mailbox(t.Context(), visit); err != nil || m.Survey.Open || !m.Survey.Wanted {
		t.Fatalf("before closing: %+v, %v", m.Survey, err)
	}
	if err := say(visit, first.Number, dialogue.Said{Clear: "yes"}); err == nil {
		t.Error("an open case said how it went")
	}
	i.DeliverMail()
	i.Close(by, first.Number, "Wij antwoordden.", "Het antwoord kwam te laat.")
	entries := len(i.Case(by, first.Number).Timeline)
	if err := say(visit, first.Number, dialogue.Said{}); err == nil {
		t.Error("no answer was counted")
	}
	lines := linesOf(t, i)
	for range 2 {
		if err := say(visit, first.Number, dialogue.Said{Clear: "yes", Fair: "no"}); err != nil {
			t.Fatal(err)
		}
	}
	if m, err := i.Dialogue.Mailbox(t.Context(), visit); err != nil || m.Survey.Open {
		t.Errorf("after answering: %+v, %v", m.Survey, err)
	}
	if n := len(i.Case(by, first.Number).Timeline); n != entries {
		t.Errorf("the case has %d entries, before it had %d", n, entries)
	}
	if n := linesOf(t, i); n > lines+1 { // the reading of the mailbox and of the case
		t.Errorf("%d lines of the log were written", n-lines)
	}
	for range 5 {
		r := i.Complain("nl", apptest.Answers("response-time"), nil)
		i.DeliverMail()
		i.Close(by, r.Number, "Wij antwoordden.", "Het antwoord kwam te laat.")
		if err := say(i.Enter(r.Code), r.Number, dialogue.Said{Clear: "yes"}); err != nil {
			t.Fatal(err)
		}
	}
	if v := howItWent(t, i, s, "clear"); v.N != 0 || v.Of != 0 {
		t.Errorf("in the running year it shows %+v", v)
	}
	i.Clock.Set(time.Date(2027, time.January, 11, 9, 0, 0, 0, time.UTC))
	if v := howItWent(t, i, s, "clear"); v.N != 6 || v.Of != 6 {
		t.Errorf("six said that it was clear: %+v", v)
	}
	if v := howItWent(t, i, s, "fair"); v.Base == figures.Shown || v.N != 0 || v.Of != 0 {
		t.Errorf("one said that it was not fair: %+v", v)
	}
}

func howItWent(t *testing.T, i *apptest.Instance, s apptest.Staff, id string) figures.Value {
	t.Helper()
	n, err := i.Casework.Numbers(t.Context(), s.Service[0], casework.NumbersFilter{Period: figures.YearOf(2026), For: figures.Team})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range n.Figures {
		if f.ID == id {
			return f.Whole.Now
		}
	}
	t.Fatalf("no figure %s", id)
	return figures.Value{}
}

func linesOf(t *testing.T, i *apptest.Instance) (n int) {
	t.Helper()
	err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM log_leaf`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
