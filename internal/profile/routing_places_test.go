package profile_test

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"klankbord/internal/casefile"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
)

func routedBy(t *testing.T, p *profile.Profile, places map[string]string) *profile.Profile {
	t.Helper()
	next, err := p.Routed(places)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func TestRoutingPlacesDecideWhereAComplaintGoes(t *testing.T) {
	p := load(t)
	about := func(topic string, concerns ...string) profile.Answers {
		return profile.Answers{profile.FieldTopics: {topic}, profile.FieldConcerns: concerns}
	}
	for name, c := range map[string]struct {
		places map[string]string
		a      profile.Answers
		want   func(profile.Routing) bool
	}{
		"a topic to another team": {
			map[string]string{"topics.communication.team": "complaints"}, about("communication"),
			func(r profile.Routing) bool { return r.Team == casefile.ComplaintsTeam && r.Route == casefile.General },
		},
		"a topic to another route": {
			map[string]string{"topics.theft.route": "privacy"}, about("theft"),
			func(r profile.Routing) bool { return r.Team == casefile.ComplaintsTeam && r.Route == casefile.Privacy },
		},
		"the alternative recipient called in": {
			map[string]string{"topics.theft.alternative": "true"}, about("theft"), func(r profile.Routing) bool { return r.NeedsAlternative },
		},
		"the alternative recipient not called in": {
			map[string]string{"options.concerns.director.alternative": "false"}, about("theft", "director"),
			func(r profile.Routing) bool {
				return !r.NeedsAlternative && slices.Equal(r.Excluded, []staff.Function{staff.Director})
			},
		},
		"another function left out": {
			map[string]string{"options.concerns.board.function": "hr"}, about("theft", "board"),
			func(r profile.Routing) bool { return slices.Equal(r.Excluded, []staff.Function{staff.HumanResources}) },
		},
		"nobody left out": {
			map[string]string{"options.concerns.hr.function": ""}, about("theft", "hr"), func(r profile.Routing) bool { return len(r.Excluded) == 0 },
		},
	} {
		t.Run(name, func(t *testing.T) {
			if c.want(p.Route(c.a)) {
				t.Fatal("it is so in the profile")
			}
			if got := routedBy(t, p, c.places).Route(c.a); !c.want(got) {
				t.Errorf("goes %+v", got)
			}
			if c.want(p.Route(c.a)) {
				t.Error("the profile itself was changed")
			}
			if changes := p.RoutingChanges(c.places); !maps.Equal(changes, c.places) {
				t.Errorf("changes are %v", changes)
			}
		})
	}
}

func TestAProfileWithoutRoutingChangesStaysAsItIs(t *testing.T) {
	for _, name := range profile.Names() {
		p, err := profile.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		typed := map[string]string{}
		for _, x := range p.RoutingPlaces() {
			typed[x.Address] = x.Typed("")
			if ways := p.Goes(x.Thing()); len(ways) == 0 || ways[0].Team == "" {
				t.Errorf("%s: %s goes nowhere", name, x.Address)
			}
		}
		diff, err := profile.Diff(p, routedBy(t, p, typed))
		if err != nil || len(diff) > 0 {
			t.Errorf("%s differs in %v, %v", name, diff, err)
		}
		if changes := p.RoutingChanges(typed); len(changes) > 0 {
			t.Errorf("%s: %v", name, changes)
		}
		if unknown := p.Unknown(profile.Changes{"topics.theft.team": nil}); len(unknown) != 1 {
			t.Errorf("%s: a routing place is one of the configuration", name)
		}
	}
}

// Goes says of a thing what the form would do with a complaint about it.
func TestWhereThingsGoIsWhereTheirComplaintsGo(t *testing.T) {
	p := routedBy(t, load(t), map[string]string{"topics.communication.team": "complaints", "options.concerns.hr.alternative": "true"})
	for _, topic := range p.Topics {
		if !topic.On {
			continue
		}
		got, want := p.Goes("topics."+topic.ID), p.Route(profile.Answers{profile.FieldTopics: {topic.ID}})
		if len(got) != 1 || got[0].Team != want.Team || got[0].NeedsAlternative != want.NeedsAlternative {
			t.Errorf("%s goes %+v, and its complaints go %+v", topic.ID, got, want)
		}
	}
	ways := p.Goes("options.concerns.hr")
	want := p.Route(profile.Answers{profile.FieldTopics: {"theft"}, profile.FieldConcerns: {"hr"}})
	at := slices.IndexFunc(ways, func(r profile.Routing) bool { return r.Team == want.Team })
	if at < 0 || !ways[at].NeedsAlternative || !want.NeedsAlternative || !slices.Equal(ways[at].Excluded, want.Excluded) {
		t.Errorf("an answer goes %+v, and its complaints go %+v", ways, want)
	}
}

func TestRoutingThatCannotHoldNamesItsPlace(t *testing.T) {
	p := load(t)
	fine := map[string]string{"topics.communication.team": "complaints"}
	for name, c := range map[string]struct{ address, value string }{
		"a team that there is not":         {"topics.theft.team", "elsewhere"},
		"the alternative recipient alone":  {"topics.theft.team", "alternative"},
		"a team off the general route":     {"topics.theft.team", "complaints"},
		"no route":                         {"topics.theft.route", ""},
		"a flag that is neither yes or no": {"topics.theft.alternative", "1"},
		"a topic that must stay":           {"topics.retaliation.route", "general"},
		"a place of the configuration":     {"topics.theft.on", "false"},
		"a place that there is not":        {"topics.nothing.team", "complaints"},
		"an answer that moves nothing":     {"options.concerns.none.team", "complaints"},
	} {
		t.Run(name, func(t *testing.T) {
			places := maps.Clone(fine)
			places[c.address] = c.value
			_, err := p.Routed(places)
			var no *profile.RoutingRefused
			if !errors.As(err, &no) || no.Address != c.address || !errors.Is(err, profile.ErrRouting) {
				t.Errorf("refused with %v, want the place %s", err, c.address)
			}
		})
	}
	all := map[string]string{}
	for _, x := range p.TopicsOn(casefile.Privacy) {
		all["topics."+x.ID+".route"] = "integrity"
	}
	if _, err := p.Routed(all); !errors.Is(err, profile.ErrRouting) {
		t.Errorf("a route without a topic: %v", err)
	}
}
