package profile_test

import (
	"slices"
	"testing"

	"klankbord/internal/casefile"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
)

// promised is where the public page sends each topic, written out by hand so that
// a slip in the profile's files cannot move the expectation along.
func promised() map[string]casefile.Route {
	return map[string]casefile.Route{
		"response-time": casefile.General, "representative-conduct": casefile.General,
		"communication": casefile.General, "other-general": casefile.General, "question": casefile.General,
		"data-breach": casefile.Privacy, "unauthorised-access": casefile.Privacy,
		"privacy-violation": casefile.Privacy, "other-privacy": casefile.Privacy,
		"abuse-of-power": casefile.Integrity, "breaking-the-law": casefile.Integrity,
		"misuse-of-resources": casefile.Integrity, "procurement-fraud": casefile.Integrity,
		"theft": casefile.Integrity, "corruption": casefile.Integrity,
		"other-integrity": casefile.Integrity, "not-sure": casefile.Integrity,
	}
}

func strictness(r casefile.Route) int {
	return slices.Index([]casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity}, r)
}

func TestTheFormOffersThePromisedTopics(t *testing.T) {
	p := load(t)
	on := map[string]casefile.Route{}
	for _, x := range p.Topics {
		if x.On {
			on[x.ID] = x.Route
		}
	}
	for id, route := range promised() {
		if on[id] != route {
			t.Errorf("topic %s: route %q, promised %q", id, on[id], route)
		}
	}
	if len(on) != len(promised()) {
		t.Errorf("%d topics are on, %d promised", len(on), len(promised()))
	}
	for route, want := range map[casefile.Route]int{casefile.General: 3, casefile.Privacy: 3, casefile.Integrity: 6} {
		n := 0
		for _, x := range p.TopicsOn(route) {
			if !x.Example.Empty() {
				n++
			}
		}
		if n != want {
			t.Errorf("route %s: %d topics of the page, want %d, each with an example", route, n, want)
		}
	}
}

// TestEveryCombinationOfTopics proves promise 5 over all 131,071 combinations.
func TestEveryCombinationOfTopics(t *testing.T) {
	p := load(t)
	var ids []string
	for id := range promised() {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for set := 1; set < 1<<len(ids); set++ {
		var ticked []string
		want := 0
		for i, id := range ids {
			if set&(1<<i) != 0 {
				ticked = append(ticked, id)
				want = max(want, strictness(promised()[id]))
			}
		}
		r := p.Route(profile.Answers{"topics": ticked})
		team := casefile.ComplaintsTeam
		if want == 0 {
			team = casefile.SupportersService
		}
		if strictness(r.Route) != want || r.Team != team {
			t.Fatalf("%v: route %s, team %s", ticked, r.Route, r.Team)
		}
		if r.Question != (len(ticked) == 1 && ticked[0] == "question") {
			t.Fatalf("%v: question %v", ticked, r.Question)
		}
	}
}

func TestAboutSupportersServiceGoesToTheComplaintsTeam(t *testing.T) {
	p := load(t)
	for _, tt := range []struct {
		name     string
		answers  profile.Answers
		team     casefile.Team
		excluded []staff.Function
	}{
		{"representative, yes", profile.Answers{"topics": {"representative-conduct"}, "about_supporters_service": {"yes"}}, casefile.ComplaintsTeam, []staff.Function{staff.SupportersService}},
		{"representative, not known", profile.Answers{"topics": {"representative-conduct"}, "about_supporters_service": {"unknown"}}, casefile.ComplaintsTeam, nil},
		{"representative, no", profile.Answers{"topics": {"representative-conduct"}, "about_supporters_service": {"no"}}, casefile.SupportersService, nil},
		{"other general topic names them", profile.Answers{"topics": {"communication"}, "concerns": {"supporters-service"}}, casefile.ComplaintsTeam, []staff.Function{staff.SupportersService}},
		{"stale answer to a question no longer shown", profile.Answers{"topics": {"communication"}, "about_supporters_service": {"yes"}}, casefile.SupportersService, nil},
		{"strict route names them", profile.Answers{"topics": {"theft"}, "concerns": {"supporters-service"}}, casefile.ComplaintsTeam, []staff.Function{staff.SupportersService}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := p.Route(tt.answers)
			if r.Team != tt.team || !slices.Equal(r.Excluded, tt.excluded) {
				t.Errorf("team %s excluded %v, want %s %v", r.Team, r.Excluded, tt.team, tt.excluded)
			}
		})
	}
}

func TestWhoIsNamedIsLeftOut(t *testing.T) {
	p := load(t)
	for function, alternative := range map[staff.Function]bool{
		staff.IntegrityManager: false, staff.HumanResources: false, staff.SupportersService: false,
		staff.Director: true, staff.Board: true,
	} {
		r := p.Route(profile.Answers{"topics": {"theft"}, "concerns": {string(function)}})
		if !slices.Equal(r.Excluded, []staff.Function{function}) || r.NeedsAlternative != alternative {
			t.Errorf("%s: excluded %v, alternative %v", function, r.Excluded, r.NeedsAlternative)
		}
	}
	for _, nobody := range []string{"none", "unknown"} {
		if r := p.Route(profile.Answers{"topics": {"theft"}, "concerns": {nobody}}); len(r.Excluded) > 0 || r.NeedsAlternative {
			t.Errorf("%s: excluded %v", nobody, r.Excluded)
		}
	}
	if n := len(p.Functions()); n != 5 {
		t.Errorf("the form names %d functions, want 5", n)
	}
}

func TestNothingTickedGoesToNobody(t *testing.T) {
	p := load(t)
	for _, a := range []profile.Answers{{}, {"topics": {"no-such-topic"}}, {"topics": {"tax-certificate"}}} {
		if r := p.Route(a); r.Route != "" || r.Team != "" {
			t.Errorf("route %q, team %q", r.Route, r.Team)
		}
	}
}

func TestAMixedComplaintRunsTheClocksOfEveryRoute(t *testing.T) {
	p := load(t)
	r := p.Route(profile.Answers{"topics": {"communication", "data-breach", "theft"}})
	if !slices.Equal(r.Routes, []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity}) {
		t.Fatalf("routes %v", r.Routes)
	}
	var got []string
	for _, c := range p.Clocks.For(r.Routes, r.Topics) {
		got = append(got, c.ID)
	}
	for _, id := range []string{"D1", "D2", "D3", "D5", "D7", "D8", "D11"} {
		if !slices.Contains(got, id) {
			t.Errorf("clock %s does not run", id)
		}
	}
	for _, c := range p.Clocks.For([]casefile.Route{casefile.Privacy}, []string{"privacy-violation"}) {
		if c.ID == "D11" || c.ID == "D7" {
			t.Errorf("clock %s runs on a complaint it is not for", c.ID)
		}
	}
}
