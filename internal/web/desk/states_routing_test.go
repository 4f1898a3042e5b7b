package desk_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
)

// TestEveryStateOfTheRoutingIsWellFormed renders where complaints go, as a configurator, a
// colleague who signs and others see it.
func TestEveryStateOfTheRoutingIsWellFormed(t *testing.T) {
	h, c := staffed(t)
	s := &states{t: t, house: h, crew: c, dir: os.Getenv("KLANKBORD_PAGES")}
	s.routing()
}

// moved is what the form of where complaints go sends for one topic.
func moved(team string) url.Values {
	return url.Values{"topics.communication.team": {team}, "options.concerns.director.alternative": {"false"}}
}

// routing leaves a change on its way behind it.
func (s *states) routing() {
	nele, thomas, at, change := s.crew.nele, s.crew.thomas, "/desk/settings/routing", "/desk/settings/routing/change"
	s.each(func() {
		s.keep("routing", nele.get(s.in(at)))
		s.keep("routing_change", nele.get(s.in(change)))
		s.keep("routing_look", nele.get(change).sendIn(s.lang, change, moved("complaints")))
		s.keep("routing_change-same", nele.get(change).sendIn(s.lang, change, unmoved()))
		s.keep("routing_change-team", nele.get(change).sendIn(s.lang, change, url.Values{"topics.theft.team": {"complaints"}}))
		s.keep("routing_change-route", nele.get(change).sendIn(s.lang, change, url.Values{"topics.retaliation.route": {"general"}}))
		s.keep("routing_change-option", nele.get(change).sendIn(s.lang, change, url.Values{"options.concerns.hr.function": {"nobody"}}))
		s.keep("routing-denied", s.crew.sofie.get(s.in(at)))
		s.keep("routing_change-denied", thomas.get(s.in(change)))
	})
	if p := nele.get(change).send(change, moved("complaints")); p.status != http.StatusOK || !p.says("Nele Janssens") || !p.says("Sofie Peeters") {
		s.t.Errorf("what it means does not name who reads: %d", p.status)
	}
	look := nele.get(change).send(change, moved("complaints"))
	waiting := look.send(change, url.Values{"act": {"ask"}}).path
	if !strings.HasPrefix(waiting, "/desk/people/change/") {
		s.t.Fatalf("asking leads to %s", waiting)
	}
	s.each(func() {
		s.keep("change-routing", nele.get(s.in(waiting)))
		s.keep("change-routing-colleague", thomas.get(s.in(waiting)))
		s.keep("change-routing-newcomer", s.crew.sofie.get(s.in(waiting)))
		s.keep("routing-waiting", nele.get(s.in(at)))
		s.keep("settings-routing-waiting", nele.get(s.in("/desk/settings")))
		s.keep("routing_change-open", nele.get(change).sendIn(s.lang, change, url.Values{"topics.communication.team": {"complaints"}, "act": {"ask"}}))
	})
	nele.signs(waiting)
	thomas.signs(waiting)
	s.each(func() {
		s.keep("routing-coming", nele.get(s.in(at)))
		s.keep("routing_look-stop", nele.get(at).sendIn(s.lang, change, url.Values{"act": {"stop"}}))
		s.keep("routing_change-coming", nele.get(s.in(change)))
		s.keep("settings-routing-coming", nele.get(s.in("/desk/settings")))
		s.keep("people-routing-coming", nele.get(s.in("/desk/people")))
		s.keep("log-routing", s.crew.anke.get(s.in("/desk/log")))
	})
	s.Sequence()
	if p := s.crew.anke.get("/desk/log?lang=en"); !p.says("Where complaints go") {
		s.t.Errorf("the log does not say what was changed: %s", text(p.doc))
	}
}

// unmoved is what stands there already.
func unmoved() url.Values { return url.Values{"topics.communication.team": {""}} }
