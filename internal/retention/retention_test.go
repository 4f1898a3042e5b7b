package retention_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/retention"
)

func calendar() deadline.Calendar { return deadline.Belgium(time.UTC) }

func TestWhatIsProposed(t *testing.T) {
	closed := time.Date(2026, time.December, 31, 15, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name    string
		route   casefile.Route
		outcome casefile.Outcome
		until   deadline.Date
		reason  retention.Reason
	}{
		{"general", casefile.General, casefile.OutcomeUpheld, deadline.Date{Year: 2028, Month: 12, Day: 31}, retention.ReasonFollowUp},
		{"a question", casefile.General, "", deadline.Date{Year: 2028, Month: 12, Day: 31}, retention.ReasonFollowUp},
		{"privacy", casefile.Privacy, casefile.OutcomeUnfounded, deadline.Date{Year: 2031, Month: 12, Day: 31}, retention.ReasonAccountability},
		{"integrity, found true", casefile.Integrity, casefile.OutcomePartlyUpheld, deadline.Date{Year: 2031, Month: 12, Day: 31}, retention.ReasonClaims},
		{"integrity, not proven", casefile.Integrity, casefile.OutcomeNotProven, deadline.Date{Year: 2027, Month: 3, Day: 30}, retention.ReasonNothingFound},
		{"integrity, not admissible", casefile.Integrity, casefile.OutcomeNotAdmissible, deadline.Date{Year: 2027, Month: 3, Day: 30}, retention.ReasonNothingFound},
	} {
		t.Run(tc.name, func(t *testing.T) {
			until, reason, ok := retention.Proposed().Until(calendar(), tc.route, tc.outcome, closed)
			if !ok || until != calendar().EndOf(tc.until) || reason != tc.reason {
				t.Errorf("got %v, %s, %v", until, reason, ok)
			}
		})
	}
}

func TestWithoutARuleNothingMayBeErased(t *testing.T) {
	if _, _, ok := retention.Proposed().Until(calendar(), "other", "", time.Unix(0, 0)); ok {
		t.Error("an unknown route has a date of erasure")
	}
	if _, _, ok := (retention.Rules{}).Until(calendar(), casefile.General, "", time.Unix(0, 0)); ok {
		t.Error("no rules give a date of erasure")
	}
}

func TestTheRuleThatNamesAnOutcomeCountsWhereverItStands(t *testing.T) {
	rules := retention.Rules{
		{Route: casefile.General, Keep: deadline.Length{N: 1, Unit: deadline.Days}, Reason: "all"},
		{
			Route: casefile.General, Outcomes: []casefile.Outcome{casefile.OutcomeUpheld},
			Keep: deadline.Length{N: 2, Unit: deadline.Days}, Reason: "upheld",
		},
	}
	if _, reason, _ := rules.Until(calendar(), casefile.General, casefile.OutcomeUpheld, time.Unix(0, 0)); reason != "upheld" {
		t.Errorf("got %s", reason)
	}
}

func TestEveryClosedCaseIsKeptUntilAfterItsClosing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		route := rapid.SampledFrom([]casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity}).Draw(t, "route")
		outcome := rapid.SampledFrom(append(casefile.Outcomes(), "")).Draw(t, "outcome")
		closed := time.Unix(rapid.Int64Range(0, 4_000_000_000).Draw(t, "closed"), 0).UTC()
		until, reason, ok := retention.Proposed().Until(calendar(), route, outcome, closed)
		if !ok || reason == "" || until.Before(closed.AddDate(0, 0, 58)) {
			t.Fatalf("%s %s closed %v: until %v, %q, %v", route, outcome, closed, until, reason, ok)
		}
	})
}
