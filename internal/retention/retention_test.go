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

func days(n int) deadline.Length { return deadline.Length{N: n, Unit: deadline.Days} }

func TestWithoutARuleNothingMayBeErased(t *testing.T) {
	rules := retention.Rules{{Route: casefile.Privacy, Keep: days(1)}, {Route: casefile.General, Spam: true}}
	for _, route := range []casefile.Route{casefile.General, casefile.Integrity, "other"} {
		if _, ok := rules.For(route, ""); ok {
			t.Errorf("a closed case on route %q has a rule", route)
		}
	}
	if _, ok := rules.Spam(casefile.Privacy); ok {
		t.Error("without a rule what is no complaint can be erased before it was closed")
	}
}

func TestTheRuleThatNamesAnOutcomeCountsWhereverItStands(t *testing.T) {
	rules := retention.Rules{
		{Route: casefile.General, Keep: days(1), Reason: "all"},
		{Route: casefile.General, Outcomes: []casefile.Outcome{casefile.OutcomeUpheld}, Keep: days(2), Reason: "upheld"},
	}
	if rule, _ := rules.For(casefile.General, casefile.OutcomeUpheld); rule.Reason != "upheld" {
		t.Errorf("got %s", rule.Reason)
	}
	if rule, _ := rules.For(casefile.General, casefile.OutcomeStopped); rule.Reason != "all" {
		t.Errorf("got %s", rule.Reason)
	}
}

func TestThePartsGoOnTheirOwnDays(t *testing.T) {
	closed := time.Date(2026, time.March, 2, 15, 0, 0, 0, time.UTC)
	c := calendar()
	end := func(y int, m time.Month, d int) time.Time { return c.EndOf(deadline.Date{Year: y, Month: m, Day: d}) }
	for _, tc := range []struct {
		name            string
		rule            retention.Rule
		asks            time.Time
		story, identity time.Time
		first           casefile.Scope
		who             retention.Reason
	}{
		{"together", retention.Rule{Keep: days(10), Reason: "r"}, time.Time{}, end(2026, 3, 12), end(2026, 3, 12), "", "r"},
		{
			"the identity first", retention.Rule{Keep: days(10), Reason: "r", Identity: days(5), Who: "w"}, time.Time{},
			end(2026, 3, 12), end(2026, 3, 7), casefile.ScopeIdentity, "w",
		},
		{
			"with the time for a review", retention.Rule{Keep: days(10), Reason: "r", Identity: days(20), Who: "w", Review: days(30)}, time.Time{},
			end(2026, 4, 11), end(2026, 4, 21), casefile.ScopeStory, "w",
		},
		{
			"as long as somebody is asked how they are treated", retention.Rule{Keep: days(10), Reason: "r"}, end(2027, 3, 16),
			end(2026, 3, 12), end(2027, 3, 16), casefile.ScopeStory, retention.ReasonWatch,
		},
		{
			"asked for a shorter time", retention.Rule{Keep: days(10), Reason: "r"}, end(2026, 3, 5),
			end(2026, 3, 12), end(2026, 3, 12), "", "r",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := tc.rule.Dates(c, closed, tc.asks)
			first, _, _ := d.First()
			if !d.Story.Equal(tc.story) || !d.Identity.Equal(tc.identity) || first != tc.first || d.Who != tc.who {
				t.Errorf("story until %v, identity until %v because %s, first %q", d.Story, d.Identity, d.Who, first)
			}
		})
	}
}

// Whatever a rule says and whenever it was changed, nothing goes before the closing, nor
// sooner than what was written down then.
func TestNothingGoesSoonerThanWhatThePersonWasTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 100)
		rule := retention.Rule{Keep: days(n.Draw(t, "keep")), Identity: days(rapid.IntRange(0, 100).Draw(t, "identity"))}
		closed := time.Unix(rapid.Int64Range(0, 4_000_000_000).Draw(t, "closed"), 0).UTC()
		ahead := func(label string) time.Time { return closed.AddDate(0, 0, rapid.IntRange(0, 200).Draw(t, label)) }
		first, whole := ahead("first"), ahead("whole")
		d := rule.Dates(calendar(), closed, ahead("asks")).NotBefore(whole, first)
		until, _ := d.Whole()
		if until.Before(whole) || until.Before(d.Story) || until.Before(d.Identity) {
			t.Fatalf("all of it goes after %v, and %v was written down", until, whole)
		}
		for _, p := range []casefile.Scope{casefile.ScopeStory, casefile.ScopeIdentity, casefile.ScopeWhole} {
			if at, _ := d.Of(p); !at.After(closed) || at.Before(first) {
				t.Fatalf("the %s goes after %v, the case was closed %v", p, at, closed)
			}
		}
	})
}
