package casefile_test

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"klankbord/internal/casefile"
)

func routes() []casefile.Route {
	return []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity}
}

// settled is a case in which everything a guard asks for is true.
func settled() casefile.Facts {
	return casefile.Facts{
		AcknowledgementSent: true,
		FeedbackSent:        true,
		Outcome:             casefile.OutcomeUpheld,
		Triaged:             true,
		Declared:            true,
		Regime:              true,
		Replied:             true,
		Reported:            true,
		Allegations:         1,
		Agreed:              casefile.OutcomeUpheld,
		Planned:             true,
		Referred:            true,
		Confirmed:           true,
		Reminded:            true,
	}
}

// reach returns every state to which a case can come from a start.
func reach(r casefile.Route, start casefile.State, f casefile.Facts) map[casefile.State]bool {
	seen := map[casefile.State]bool{start: true}
	todo := []casefile.State{start}
	for len(todo) > 0 {
		s := todo[0]
		todo = todo[1:]
		for _, m := range casefile.Moves(r, s) {
			if !seen[m.To] && len(casefile.Check(m, f)) == 0 {
				seen[m.To] = true
				todo = append(todo, m.To)
			}
		}
	}
	return seen
}

func TestEveryStateIsReachableOnEveryRouteThatHasIt(t *testing.T) {
	for _, r := range routes() {
		got := reach(r, casefile.StateUnsorted, settled())
		for _, s := range casefile.States() {
			want := true
			if r == casefile.General && s == casefile.StateInvestigation ||
				r == casefile.Integrity && s == casefile.StateHandling {
				want = false
			}
			if got[s] != want {
				t.Errorf("%s: %s reachable is %v, want %v", r, s, got[s], want)
			}
		}
	}
}

func TestClosingIsAlwaysReachableFromAnOpenCase(t *testing.T) {
	for _, r := range routes() {
		for _, s := range casefile.States() {
			if !s.Open() {
				continue
			}
			if !reach(r, s, settled())[casefile.StateClosed] {
				t.Errorf("%s: a case in %s can never close", r, s)
			}
		}
	}
}

func TestNothingComesBackFromErasureAndOnlyErasureFollowsTheArchive(t *testing.T) {
	for _, r := range routes() {
		if m := casefile.Moves(r, casefile.StateErased); len(m) != 0 {
			t.Errorf("%s: out of erased leads %v", r, m)
		}
		m := casefile.Moves(r, casefile.StateArchived)
		if len(m) != 1 || m[0].To != casefile.StateErased {
			t.Errorf("%s: out of the archive leads %v", r, m)
		}
	}
}

func TestNoCaseClosesWithoutOutcomeAndFeedback(t *testing.T) {
	for _, r := range routes() {
		for _, s := range casefile.States() {
			if !s.Open() {
				continue
			}
			for _, f := range []casefile.Facts{
				{AcknowledgementSent: true},
				{AcknowledgementSent: true, FeedbackSent: true},
				{AcknowledgementSent: true, Outcome: casefile.OutcomeUnfounded},
				{AcknowledgementSent: true, FeedbackSent: true, Outcome: "made-up"},
			} {
				if reach(r, s, f)[casefile.StateClosed] {
					t.Errorf("%s: a case in %s closes with %+v", r, s, f)
				}
			}
		}
	}
}

func TestWhatStandsInTheWayIsNamed(t *testing.T) {
	for _, tc := range []struct {
		name     string
		from, to casefile.State
		facts    casefile.Facts
		want     []casefile.Guard
	}{
		{"acknowledged without having written", casefile.StateReceived, casefile.StateAcknowledged,
			casefile.Facts{}, []casefile.Guard{casefile.GuardAcknowledgement}},
		{"acknowledged after having written", casefile.StateReceived, casefile.StateAcknowledged,
			casefile.Facts{AcknowledgementSent: true}, nil},
		{"a letter without a sender", casefile.StateReceived, casefile.StateAcknowledged,
			casefile.Facts{NobodyToTell: true}, nil},
		{"closing with nothing", casefile.StateTriage, casefile.StateClosed,
			casefile.Facts{}, []casefile.Guard{casefile.GuardTriage, casefile.GuardOutcome, casefile.GuardFeedback, casefile.GuardMeasures}},
		{"closing a withdrawn complaint still needs feedback", casefile.StateTriage, casefile.StateClosed,
			casefile.Facts{Outcome: casefile.OutcomeWithdrawn, Triaged: true, Planned: true}, []casefile.Guard{casefile.GuardFeedback}},
		{"closing a question needs an answer and no outcome", casefile.StateTriage, casefile.StateClosed,
			casefile.Facts{Question: true, FeedbackSent: true, Planned: true}, nil},
		{"skipping to closed", casefile.StateReceived, casefile.StateClosed,
			settled(), []casefile.Guard{casefile.GuardNoSuchMove}},
		{"erasing under a legal hold", casefile.StateArchived, casefile.StateErased,
			casefile.Facts{LegalHold: true}, []casefile.Guard{casefile.GuardLegalHold}},
		{"erasing spam", casefile.StateReceived, casefile.StateErased, casefile.Facts{Spam: true}, nil},
		{"erasing a complaint as spam", casefile.StateTriage, casefile.StateErased, casefile.Facts{}, []casefile.Guard{casefile.GuardSpam}},
		{"erasing spam that is handled", casefile.StateHandling, casefile.StateErased,
			casefile.Facts{Spam: true}, []casefile.Guard{casefile.GuardNoSuchMove}},
		{"back from the dead", casefile.StateErased, casefile.StateReceived,
			settled(), []casefile.Guard{casefile.GuardNoSuchMove}},
		{"an unknown state", "nowhere", casefile.StateClosed,
			settled(), []casefile.Guard{casefile.GuardNoSuchMove}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := casefile.Permit(casefile.General, tc.from, tc.to, tc.facts)
			if tc.want == nil {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			var refusal *casefile.Refusal
			if !errors.As(err, &refusal) {
				t.Fatalf("got %v, want a refusal", err)
			}
			if !slices.Equal(refusal.Guards, tc.want) {
				t.Errorf("got %v, want %v", refusal.Guards, tc.want)
			}
			if refusal.From != tc.from || refusal.To != tc.to {
				t.Errorf("refusal is about %s to %s", refusal.From, refusal.To)
			}
		})
	}
}

func TestAnUnknownRouteHasNoMoves(t *testing.T) {
	for _, s := range casefile.States() {
		if m := casefile.Moves("other", s); m != nil {
			t.Errorf("%s leads to %v", s, m)
		}
	}
}

func TestNoMoveIsListedTwiceOrLeadsNowhere(t *testing.T) {
	for _, r := range routes() {
		for _, s := range casefile.States() {
			seen := map[casefile.State]bool{}
			for _, m := range casefile.Moves(r, s) {
				if m.From != s || m.To == s || !m.To.Known() || seen[m.To] {
					t.Errorf("%s: move %s to %s", r, m.From, m.To)
				}
				seen[m.To] = true
			}
		}
	}
}

// Whatever a desk does, in whatever order, the table's promises hold along the way.
func TestNoWalkBreaksAPromise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(routes()).Draw(t, "route")
		f := casefile.Facts{
			AcknowledgementSent: rapid.Bool().Draw(t, "acknowledged"),
			FeedbackSent:        rapid.Bool().Draw(t, "feedback"),
			Outcome:             rapid.SampledFrom(append(casefile.Outcomes(), "")).Draw(t, "outcome"),
			LegalHold:           rapid.Bool().Draw(t, "hold"),
		}
		s := casefile.StateUnsorted
		for range 30 {
			to := rapid.SampledFrom(casefile.States()).Draw(t, "to")
			if casefile.Permit(r, s, to, f) != nil {
				continue
			}
			if s == casefile.StateErased {
				t.Fatalf("came back from erased to %s", to)
			}
			s = to
			if s == casefile.StateClosed && (f.Outcome == "" || !f.FeedbackSent) {
				t.Fatal("closed without outcome and feedback")
			}
			if s == casefile.StateErased && f.LegalHold {
				t.Fatal("erased under a legal hold")
			}
		}
	})
}

func TestTheComplainantSeesSixStages(t *testing.T) {
	seen := map[casefile.Stage]bool{}
	for _, s := range casefile.States() {
		stage := casefile.StageOf(s)
		if !slices.Contains(casefile.Stages(), stage) {
			t.Errorf("%s shows as %q", s, stage)
		}
		if (stage == casefile.StageClosed) == s.Open() {
			t.Errorf("%s is open: %v, and shows as %s", s, s.Open(), stage)
		}
		seen[stage] = true
	}
	if len(seen) != 6 {
		t.Errorf("%d stages are used", len(seen))
	}
	if got := casefile.StageOf("nowhere"); got != casefile.StageReceived {
		t.Errorf("an unknown state shows as %s", got)
	}
}

// What the complainant's code opens must be what the complainant is shown.
func TestNothingInternalLiesWhereTheCodeOpensIt(t *testing.T) {
	for _, k := range casefile.EntryKinds() {
		switch k.Compartment() {
		case "investigation":
			if k.Seen() {
				t.Errorf("%s is shown but lies in the investigation", k)
			}
		case "dialogue":
			if !k.Seen() {
				t.Errorf("%s is hidden but lies in the dialogue", k)
			}
		case "identity":
		default:
			t.Errorf("%s lies in %q", k, k.Compartment())
		}
	}
	if k := casefile.EntryKind("made-up"); k.Seen() || k.Compartment() != "investigation" {
		t.Error("an unknown kind is shown or lies where the code opens it")
	}
}

func TestEachRouteAsksForWhatTheStepNeeds(t *testing.T) {
	for _, tc := range []struct {
		name     string
		route    casefile.Route
		from, to casefile.State
		undo     func(*casefile.Facts)
		want     []casefile.Guard
	}{
		{"an investigation needs its law", casefile.Privacy, casefile.StateTriage, casefile.StateInvestigation,
			func(f *casefile.Facts) { f.Regime = false }, []casefile.Guard{casefile.GuardRegime}},
		{"whoever it is about can reply, and there is a report", casefile.Integrity, casefile.StateInvestigation, casefile.StateDecision,
			func(f *casefile.Facts) { f.Replied, f.Reported = false, false }, []casefile.Guard{casefile.GuardReply, casefile.GuardReport}},
		{"a privacy investigation needs no report", casefile.Privacy, casefile.StateInvestigation, casefile.StateDecision,
			func(f *casefile.Facts) { f.Reported = false }, nil},
		{"each allegation has its finding", casefile.Integrity, casefile.StateDecision, casefile.StateMeasures,
			func(f *casefile.Facts) { f.Unfound = 1 }, []casefile.Guard{casefile.GuardFindings}},
		{"one member does not decide alone", casefile.Integrity, casefile.StateDecision, casefile.StateMeasures,
			func(f *casefile.Facts) { f.Agreed = "" }, []casefile.Guard{casefile.GuardAgreed}},
		{"nor close without deciding", casefile.Integrity, casefile.StateTriage, casefile.StateClosed,
			func(f *casefile.Facts) { f.Agreed = "" }, []casefile.Guard{casefile.GuardAgreed}},
		{"nor with another outcome than was agreed to", casefile.Integrity, casefile.StateMeasures, casefile.StateClosed,
			func(f *casefile.Facts) { f.Outcome = casefile.OutcomeUnfounded }, []casefile.Guard{casefile.GuardAgreed}},
		{"unless there is nobody else", casefile.Integrity, casefile.StateMeasures, casefile.StateClosed,
			func(f *casefile.Facts) { f.Agreed, f.Alone = "", true }, nil},
		{"a general case closes by one", casefile.General, casefile.StateHandling, casefile.StateClosed,
			func(f *casefile.Facts) { f.Agreed = "" }, nil},
		{"but not as knowingly false", casefile.General, casefile.StateHandling, casefile.StateClosed,
			func(f *casefile.Facts) { f.Agreed, f.Outcome = "", casefile.OutcomeKnowinglyFalse }, []casefile.Guard{casefile.GuardAgreedFalse}},
		{"nor where one allegation was", casefile.Privacy, casefile.StateHandling, casefile.StateClosed,
			func(f *casefile.Facts) { f.Agreed, f.FalselyTold = "", true }, []casefile.Guard{casefile.GuardAgreedFalse}},
		{"a measure that nobody has in hand", casefile.General, casefile.StateMeasures, casefile.StateClosed,
			func(f *casefile.Facts) { f.Planned = false }, []casefile.Guard{casefile.GuardMeasures}},
		{"a breach nobody decided about", casefile.Privacy, casefile.StateDecision, casefile.StateClosed,
			func(f *casefile.Facts) { f.BreachOpen = true }, []casefile.Guard{casefile.GuardBreach}},
		{"a referral to nobody", casefile.General, casefile.StateHandling, casefile.StateReferred,
			func(f *casefile.Facts) { f.Referred = false }, []casefile.Guard{casefile.GuardReferral}},
		{"a referral that did not arrive", casefile.General, casefile.StateReferred, casefile.StateClosed,
			func(f *casefile.Facts) { f.Confirmed = false }, []casefile.Guard{casefile.GuardConfirmed}},
		{"silence without reminders", casefile.General, casefile.StateWaiting, casefile.StateClosed,
			func(f *casefile.Facts) { f.Outcome, f.Reminded = casefile.OutcomeStopped, false }, []casefile.Guard{casefile.GuardReminded}},
	} {
		f := settled()
		tc.undo(&f)
		err := casefile.Permit(tc.route, tc.from, tc.to, f)
		var no *casefile.Refusal
		switch {
		case tc.want == nil && err != nil:
			t.Errorf("%s: %v", tc.name, err)
		case tc.want != nil && (!errors.As(err, &no) || !slices.Equal(no.Guards, tc.want)):
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
}
