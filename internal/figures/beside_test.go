package figures_test

import (
	"testing"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/figures"
)

func TestWhatCameInIsMeasuredByHowManyCouldComplain(t *testing.T) {
	b := figures.Besides{
		Now:    figures.Beside{People: 400, Supporters: 90_000, Trainings: 3, Seen: 120, Started: 30},
		Before: figures.Beside{People: -1, Supporters: -1, Trainings: -1},
	}
	r := figures.Count(append(many(12, general()), many(6, strict())...), b, figures.YearOf(2026), lists(), noon, time.UTC)
	integrity, all := figure(t, r, "rate-integrity"), figure(t, r, "rate-general")
	if v := integrity.Whole.Now; v.N != 6 || v.Of != 400 || integrity.Per != 100 || !integrity.Whole.Before.Unknown {
		t.Errorf("integrity: %+v", integrity)
	}
	if v := all.Whole.Now; v.N != 12 || v.Of != 90_000 || all.Per != 10_000 {
		t.Errorf("general: %+v", all)
	}
	if v := figure(t, r, "trainings").Whole; v.Now.N != 3 || !v.Before.Unknown {
		t.Errorf("trainings: %+v", v)
	}
	form := figure(t, r, "form")
	for key, want := range map[string]int{"seen": 120, "started": 30, "sent": 18} {
		if n := line(form, key).Now.N; n != want {
			t.Errorf("the form was %s %d times, want %d", key, n, want)
		}
	}
	for _, f := range r.Publish(figures.Board).Figures {
		if f.ID == "form" || f.ID == "trainings" {
			t.Errorf("%s leaves the team", f.ID)
		}
	}
}

func TestARateDoesNotGiveASmallNumberAway(t *testing.T) {
	b := figures.Besides{Now: figures.Beside{People: 400, Supporters: 90_000}}
	r := figures.Count(append(many(12, general()), many(3, strict())...), b, figures.YearOf(2026), lists(), noon, time.UTC).Publish(figures.Public)
	if v := figure(t, r, "rate-integrity").Whole.Now; v.Mark != figures.Few || v.N != 0 {
		t.Errorf("three of 400: %+v", v)
	}
	if v := figure(t, r, "rate-general").Whole.Now; v.Mark != figures.Held || v.N != 0 {
		t.Errorf("the others, from which the three follow: %+v", v)
	}
}

func TestAmountsAreAddedUpAndHiddenWithFewCases(t *testing.T) {
	paid, big := general(), strict()
	paid.Money = casefile.Money{Alleged: 100, Recovered: 40}
	big.Money = casefile.Money{Alleged: 50_000, Confirmed: 9_000}
	r := count(append(append(many(6, paid), many(2, big)...), many(9, general())...))
	if v := figure(t, r, "money-alleged").Whole.Now; v.Sum != 100_600 || v.N != 8 {
		t.Errorf("alleged: %+v", v)
	}
	r = r.Publish(figures.Public)
	if v := figure(t, r, "money-recovered").Whole.Now; v.Sum != 240 || v.Mark != figures.Shown {
		t.Errorf("recovered in six cases: %+v", v)
	}
	if v := figure(t, r, "money-confirmed").Whole.Now; v.Sum != 0 || v.Mark != figures.Few {
		t.Errorf("confirmed in two cases: %+v", v)
	}
}

func TestACaseOnSeveralLinesDoesNotTellWhoIsOnOneOnly(t *testing.T) {
	both, one := general(), general()
	both.Causes, one.Causes = []string{"rule", "human"}, []string{"rule"}
	f := figure(t, count(append(many(7, both), many(2, one)...)).Publish(figures.Public), "causes")
	if f.Whole.Now.N == 9 && line(f, "human").Now.Mark == figures.Shown {
		t.Error("nine cases, seven of them with a cause: two have only the other")
	}
}
