package casework_test

import (
	"errors"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/figures"
	"klankbord/internal/profile"
)

// tally is what one actor counts of 2026, by figure and line.
type tally struct {
	t *testing.T
	n *casework.Numbers
}

func figuresOf(t *testing.T, i *apptest.Instance, actor access.Actor, f casework.NumbersFilter) tally {
	t.Helper()
	if f.Period.To == 0 {
		f.Period = figures.YearOf(2026)
	}
	n, err := i.Casework.Numbers(t.Context(), actor, f)
	if err != nil {
		t.Fatal(err)
	}
	return tally{t, n}
}

func (c tally) line(id, key string) figures.Line {
	c.t.Helper()
	for _, f := range c.n.Figures {
		if f.ID != id {
			continue
		}
		if key == "" {
			return *f.Whole
		}
		for _, l := range f.Lines {
			if l.Key == key {
				return l
			}
		}
		return figures.Line{}
	}
	c.t.Fatalf("there is no figure %q", id)
	return figures.Line{}
}

func (c tally) is(id, key string, n, of int) {
	c.t.Helper()
	if l := c.line(id, key); l.Now.N != n || l.Now.Of != of {
		c.t.Errorf("%s %q counts %d of %d, want %d of %d", id, key, l.Now.N, l.Now.Of, n, of)
	}
}

func TestFiguresOfRealCasesAsCountedByHand(t *testing.T) {
	onBoth(t, func(t *testing.T, i *apptest.Instance, s apptest.Staff) {
		sofie := s.Service[0]
		var general []casefile.Number
		for range 3 {
			general = append(general, i.Complain("nl", apptest.Answers("communication"), nil).Number)
		}
		general = append(general, i.Complain("fr", apptest.With(apptest.Answers("communication"), profile.FieldLanguage, "fr"), nil).Number)
		strict := i.Complain("de", apptest.StrictAnswers("corruption"), nil).Number
		i.DeliverMail()
		i.Clock.Add(5 * time.Hour)
		i.Write(sofie, general[0], casework.DraftMessage, "Thank you, we look into it.")
		i.Clock.Add(9 * 24 * time.Hour) // the other first answers are late now
		i.Move(sofie, general[0], casefile.StateTriage)
		i.Close(sofie, general[0], "We put it right.", "It was our mistake.")
		i.Move(sofie, general[1], casefile.StateTriage)
		i.Complete(sofie, general[1], casefile.StateClosed)
		if err := i.TryClose(sofie, general[1], casefile.OutcomeUnfounded, "We looked.", "It was not us."); err != nil {
			t.Fatal(err)
		}

		c := figuresOf(t, i, sofie, casework.NumbersFilter{For: figures.Team})
		c.is("received", "", 4, 4)
		c.is("received", "general", 4, 4)
		c.is("received", "integrity", 0, 0)
		c.is("received-month", "2", 4, 4)
		c.is("received-topic", "communication", 4, 4)
		c.is("received-language", "nl", 3, 3)
		c.is("received-channel", "web", 4, 4)
		c.is("flow", "open", 2, 2)
		c.is("flow", "closed", 2, 2)
		c.is("age", "30", 2, 2)
		c.is("acknowledged", "", 1, 4)
		c.is("answered", "", 2, 2)
		c.is("outcome", "upheld", 1, 1)
		c.is("outcome", "unfounded", 1, 1)
		c.is("substantiated", "", 1, 2)
		c.is("replied", "", 0, 1)
		if d := c.line("duration", "").Now; d.Middle != 9 || d.Of != 2 {
			t.Errorf("it took %d days of %d cases", d.Middle, d.Of)
		}
		if d := c.line("waited", "").Now; d.Of != 2 || d.Middle != 113 { // 5 and 221 hours
			t.Errorf("they waited %d hours, of %d cases", d.Middle, d.Of)
		}
		figuresOf(t, i, sofie, casework.NumbersFilter{For: figures.Team, Route: casefile.Integrity}).is("received", "", 0, 0)
		figuresOf(t, i, sofie, casework.NumbersFilter{For: figures.Team, Period: figures.YearOf(2027)}).is("flow", "carried", 2, 2)

		c = figuresOf(t, i, s.Manager, casework.NumbersFilter{For: figures.Team})
		c.is("received", "", 1, 1)
		c.is("acknowledged", "integrity", 1, 1)
		c.is("identity", "", 0, 1)

		// An auditor counts all, without what only a key opens.
		c = figuresOf(t, i, s.Auditor, casework.NumbersFilter{For: figures.Team})
		c.is("received", "", 5, 5)
		if !c.n.All || !c.n.Sealed {
			t.Error("it does not say that all are counted, without what is sealed")
		}
		// The file of somebody who helped is no complaint.
		helper := casework.Helper{First: "Bart", Last: "Wouters", Email: "bart@mail.example", Lang: "nl", Agreed: true, About: "Bart"}
		if _, err := i.Casework.AddHelper(t.Context(), s.Manager, strict, helper, i.Password(s.Manager)); err != nil {
			t.Fatal(err)
		}
		figuresOf(t, i, s.Manager, casework.NumbersFilter{For: figures.Team}).is("received", "", 1, 1)
		figuresOf(t, i, s.Auditor, casework.NumbersFilter{For: figures.Team}).is("received", "", 5, 5)
		// Who is left out of a case does not count it; for those who stay it is there.
		if err := i.Casework.StepAside(t.Context(), s.HR, strict, "My brother is the supplier"); err != nil {
			t.Fatal(err)
		}
		figuresOf(t, i, s.HR, casework.NumbersFilter{For: figures.Team}).is("received", "", 0, 0)
		figuresOf(t, i, s.Manager, casework.NumbersFilter{For: figures.Team}).is("received", "", 1, 1)
		nobody := s.Auditor
		nobody.Entry.Assignments = nil
		if _, err := i.Casework.Numbers(t.Context(), nobody, casework.NumbersFilter{Period: figures.YearOf(2026)}); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("somebody without a part in it counts: %v", err)
		}
	})
}

func TestAnEditionHasNoCaseThatGoesAroundSomebody(t *testing.T) {
	i, s := apptest.Staffed(t)
	var numbered []casefile.Number
	for range 6 {
		numbered = append(numbered, i.Complain("nl", apptest.StrictAnswers("corruption"), nil).Number)
	}
	if err := i.Casework.StepAside(t.Context(), s.HR, numbered[0], "I know the person"); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Casework.Numbers(t.Context(), s.Manager, casework.NumbersFilter{Period: figures.YearOf(2026), For: figures.Public}); !errors.Is(err, casework.ErrNotOver) {
		t.Errorf("an edition of a year that runs: %v", err)
	}
	i.Clock.Set(time.Date(2027, time.January, 4, 9, 0, 0, 0, time.UTC))
	for _, tc := range []struct {
		who  string
		by   access.Actor
		to   figures.Audience
		want int
	}{
		{"the public edition of who can read all", s.Manager, figures.Public, 5},
		{"the public edition of who stepped aside", s.HR, figures.Public, 5},
		{"the board's edition of who can read all", s.Manager, figures.Board, 5},
		{"the public edition of an auditor", s.Auditor, figures.Public, 5},
		{"the board's edition of an auditor", s.Auditor, figures.Board, 6},
		{"what the team sees, of who can read all", s.Manager, figures.Team, 6},
		{"what the team sees, of who stepped aside", s.HR, figures.Team, 5},
	} {
		if got := figuresOf(t, i, tc.by, casework.NumbersFilter{For: tc.to}).line("received", "").Now.N; got != tc.want {
			t.Errorf("%s counts %d, want %d", tc.who, got, tc.want)
		}
	}
	for who, want := range map[*access.Actor]int{&s.Manager: 5, &s.Auditor: 5} {
		ranges, err := i.Casework.Month(t.Context(), *who, figures.MonthOf(2026, time.March))
		if err != nil || len(ranges) != 4 || ranges[1].From != want {
			t.Errorf("the monthly page reads %v (%v)", ranges, err)
		}
	}
	if _, err := i.Casework.Month(t.Context(), s.Manager, figures.MonthOf(2027, time.January)); !errors.Is(err, casework.ErrNotOver) {
		t.Errorf("the page of a month that runs: %v", err)
	}
}

func TestErasedCasesStayCounted(t *testing.T) {
	i, s := apptest.Staffed(t)
	ctx, sofie, karim := t.Context(), s.Service[0], s.Service[1]
	both := i.Complain("nl", apptest.Answers("communication"), nil).Number
	around := i.Complain("nl", apptest.Answers("communication"), nil).Number
	i.DeliverMail()
	if err := i.Casework.StepAside(ctx, karim, around, "It is about me"); err != nil {
		t.Fatal(err)
	}
	for _, n := range []casefile.Number{both, around} {
		i.Move(sofie, n, casefile.StateTriage)
		i.Close(sofie, n, "We put it right.", "It was our mistake.")
	}
	i.Clock.Add(740 * 24 * time.Hour)
	for _, n := range []casefile.Number{both, around} {
		if err := i.Casework.Erase(ctx, sofie, n, i.Password(sofie)); err != nil {
			t.Fatal(err)
		}
	}
	julie := figuresOf(t, i, s.Service[2], casework.NumbersFilter{For: figures.Team})
	julie.is("received", "", 1, 1)
	julie.is("outcome", "upheld", 1, 1)
	figuresOf(t, i, karim, casework.NumbersFilter{For: figures.Team}).is("received", "", 1, 1)
	figuresOf(t, i, sofie, casework.NumbersFilter{For: figures.Team}).is("received", "", 2, 2)
	figuresOf(t, i, s.Manager, casework.NumbersFilter{For: figures.Team}).is("received", "", 0, 0)
	figuresOf(t, i, s.Auditor, casework.NumbersFilter{For: figures.Team}).is("received", "", 2, 2)
	late := figuresOf(t, i, sofie, casework.NumbersFilter{For: figures.Team, Period: figures.YearOf(2028)})
	late.is("erased", "", 2, 2)
	late.is("flow", "carried", 0, 0)
}

func TestASampleProvesThatWhatWasPromisedWasDone(t *testing.T) {
	i, s := apptest.Staffed(t)
	for range 22 {
		i.Complain("nl", apptest.Answers("communication"), nil)
	}
	strict := i.Complain("nl", apptest.StrictAnswers("corruption"), nil).Number
	i.DeliverMail()
	i.Clock.Add(40 * 24 * time.Hour) // first answers are late, the strict one was acknowledged
	i.Sequence()
	sample, err := i.Casework.Sample(t.Context(), s.Auditor, 2026)
	if err != nil {
		t.Fatal(err)
	}
	again, err := i.Casework.Sample(t.Context(), s.Auditor, 2026)
	if err != nil || sample.Of != 23 || len(sample.Cases) != casework.SampleSize || again.Cases[0].Number != sample.Cases[0].Number {
		t.Fatalf("of %d cases %d were drawn, and again %v (%v)", sample.Of, len(sample.Cases), again.Cases[0].Number, err)
	}
	for _, k := range sample.Cases {
		if k.Received.Position < 0 || !k.Received.Proven || len(k.Received.Hash) != 64 || len(k.Steps) != 2 {
			t.Errorf("the receipt of %s is not proven: %+v", k.Number, k)
		}
		first := k.Steps[0]
		switch {
		case k.Number == strict && (first.Judged != figures.InTime || !first.Done.Proven || first.Done.Position < 0):
			t.Errorf("that %s was acknowledged is not proven: %+v", k.Number, first)
		case k.Number != strict && (first.Judged != figures.Late || !first.Done.At.IsZero()):
			t.Errorf("%s reads as answered: %+v", k.Number, first)
		}
	}
	if none, err := i.Casework.Sample(t.Context(), s.Auditor, 2025); err != nil || none.Of != 0 {
		t.Errorf("2025 has %d cases (%v)", none.Of, err)
	}
	if _, err := i.Casework.Sample(t.Context(), s.Manager, 2026); !errors.Is(err, fault.ErrNotFound) && !says(err, "error.denied.what") {
		t.Errorf("who is no auditor draws a sample: %v", err)
	}
}
