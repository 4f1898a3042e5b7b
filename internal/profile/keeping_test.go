package profile_test

import (
	"strings"
	"testing"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/profile"
	"klankbord/internal/retention"
)

func TestHowLongCasesOfWWFBelgiumAreKept(t *testing.T) {
	p, err := profile.Load("wwf-belgium")
	if err != nil {
		t.Fatal(err)
	}
	closed, c := time.Date(2026, time.December, 31, 15, 0, 0, 0, time.UTC), deadline.Belgium(time.UTC)
	last := c.EndOf(deadline.Date{Year: 2028, Month: 1, Day: 14}) // of the check-ins after a year
	for _, tc := range []struct {
		name            string
		route           casefile.Route
		outcome         casefile.Outcome
		asks            time.Time
		story, identity string
		reason, who     retention.Reason
		two             bool
	}{
		{"general", casefile.General, casefile.OutcomeUpheld, time.Time{}, "2028-12-31", "2028-12-31", retention.ReasonFollowUp, retention.ReasonFollowUp, false},
		{"a question", casefile.General, "", time.Time{}, "2028-12-31", "2028-12-31", retention.ReasonFollowUp, retention.ReasonFollowUp, false},
		{"privacy", casefile.Privacy, casefile.OutcomeUnfounded, last, "2031-12-31", "2028-12-31", retention.ReasonAccountability, retention.ReasonNameless, true},
		{"integrity, found true", casefile.Integrity, casefile.OutcomePartlyUpheld, last, "2031-12-31", "2031-12-31", retention.ReasonClaims, retention.ReasonClaims, true},
		{"integrity, not proven", casefile.Integrity, casefile.OutcomeNotProven, last, "2027-03-30", "2028-01-14", retention.ReasonNothingFound, retention.ReasonWatch, true},
		{"integrity, not proven, no check-ins wanted", casefile.Integrity, casefile.OutcomeNotProven, time.Time{}, "2027-03-30", "2027-03-30", retention.ReasonNothingFound, retention.ReasonNothingFound, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rule, ok := p.Keeping().For(tc.route, tc.outcome)
			d := rule.Dates(c, closed, tc.asks)
			if story, who := d.Story.Format(time.DateOnly), d.Identity.Format(time.DateOnly); !ok || story != tc.story || who != tc.identity {
				t.Errorf("story until %s, identity until %s", story, who)
			}
			if d.Reason != tc.reason || d.Who != tc.who || rule.Two != tc.two {
				t.Errorf("because %s and %s, two %v", d.Reason, d.Who, rule.Two)
			}
		})
	}
	for route, two := range map[casefile.Route]bool{casefile.General: false, casefile.Privacy: true, casefile.Integrity: true} {
		if rule, ok := p.Keeping().Spam(route); !ok || rule.Two != two || p.Keeping().Two(route) != two {
			t.Errorf("route %s: what is no complaint: %v, two %v", route, ok, rule.Two)
		}
	}
}

func TestRulesOfRetentionThatAreWrongAreRefused(t *testing.T) {
	whole, err := profile.Load("wwf-belgium")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, says string
		alter      func(*profile.Profile)
	}{
		{"a route without a rule", "one rule for every outcome", func(p *profile.Profile) { p.Retention = p.Retention[1:] }},
		{"two rules for one outcome", "two rules for", func(p *profile.Profile) { p.Retention = append(p.Retention, p.Retention[2]) }},
		{"kept for no time", "cannot keep for 0", func(p *profile.Profile) { p.Retention[0].Keep = 0 }},
		{"kept for hours", "cannot keep for", func(p *profile.Profile) { p.Retention[0].Unit = "hours" }},
		{"a reason without words", "no reason is called", func(p *profile.Profile) { p.Retention[0].Reason = "because" }},
		{"no source", "needs a route and a source", func(p *profile.Profile) { p.Retention[0].Source = "" }},
		{"an outcome that is none", "no outcome is called", func(p *profile.Profile) { p.Retention[2].Outcomes = []casefile.Outcome{"won"} }},
		{"an identity kept for no time", "cannot keep for 0", func(p *profile.Profile) {
			p.Retention[1].Identity = &profile.IdentityRule{Unit: "days", Reason: "claims"}
		}},
		{"one member alone on a strict route", "two decide what is no complaint", func(p *profile.Profile) { p.Retention[5].Two = false }},
		{"a time for what goes at once", "goes at once", func(p *profile.Profile) { p.Retention[4].Keep = 3 }},
		{"a review after two years", "review_days", func(p *profile.Profile) { p.Settings.ReviewDays = 730 }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := *whole
			p.Retention = append([]profile.RetentionRule(nil), whole.Retention...)
			tc.alter(&p)
			if err := p.Validate(); err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}
