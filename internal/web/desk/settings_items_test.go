package desk_test

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"klankbord/internal/profile"
)

const itemsOfTopics = "/desk/settings/items/topics"

// ownTopic is a topic as a configurator types it.
func ownTopic(label string) url.Values {
	fill := url.Values{"topics.route": {"general"}, "act": {"add"}}
	for _, l := range profile.Languages() {
		fill.Set("topics.label."+l, label+" "+l)
		fill.Set("topics.explanation."+l, "Wat het is, "+l)
	}
	return fill
}

// everyItem is a new item of a list as a configurator types it.
func everyItem(p *profile.Profile, list string) url.Values {
	fill := url.Values{"act": {"add"}}
	for _, x := range p.Asked(list) {
		for _, input := range x.Inputs() {
			fill.Set(name(x, input), "Eigen "+x.Name+" "+input)
			if x.Kind == profile.PlaceChoice {
				fill.Set(name(x, input), x.Options[0])
			}
		}
	}
	return fill
}

func putBackAll(t *testing.T, h *house, c crew) {
	t.Helper()
	at := "/desk/settings/history/" + strconv.FormatInt(newest(t, h), 10)
	if p := c.nele.get(at).send(at, url.Values{"version": {"0"}}); !p.says("Teruggezet. Het geldt nu.") {
		t.Fatalf("putting back answers %d: %s", p.status, said(p))
	}
}

func settingsItemsComeAndGo(t *testing.T, h *house, c crew) {
	for _, list := range h.Current().Lists() {
		h.Clock.Add(time.Minute) // nothing happened to a case since
		there, _ := h.Current().Own(list.Name)
		at := "/desk/settings/items/" + list.Name
		p := c.nele.get(at).send(at, everyItem(h.Current(), list.Name))
		if !p.says("Toegevoegd. Het geldt nu.") {
			t.Fatalf("%s: adding answers %d: %s", list.Name, p.status, said(p))
		}
		items, _ := h.Current().Own(list.Name)
		if len(items) != len(there)+1 {
			t.Fatalf("%s: there are %d own items", list.Name, len(items))
		}
		version := "/desk/settings/history/" + strconv.FormatInt(newest(t, h), 10)
		if p := c.nele.get(version); !p.says("zelf toegevoegd") || !p.says("Eigen ") {
			t.Errorf("%s: the version does not tell what came: %s", list.Name, said(p))
		}
		if p = p.send(at, url.Values{"remove": {items[len(there)].Address}}); !p.says("Weggehaald. Het geldt nu.") {
			t.Errorf("%s: taking it away answers %d: %s", list.Name, p.status, said(p))
		}
		if again, _ := h.Current().Own(list.Name); len(again) != len(there) {
			t.Errorf("%s: it is still there", list.Name)
		}
		if p := c.nele.get(version).send(version, url.Values{"version": {strings.TrimPrefix(version, "/desk/settings/history/")}}); !p.says("Teruggezet.") {
			t.Errorf("%s: it cannot be put back: %d", list.Name, p.status)
		}
		if again, _ := h.Current().Own(list.Name); !slices.Equal(again, items) {
			t.Errorf("%s: put back it is %v", list.Name, again)
		}
		putBackAll(t, h, c)
	}
	before := newest(t, h)
	fill := ownTopic("Lawaai")
	fill.Del("topics.label.fr")
	maps.Copy(fill, url.Values{"topics.label.fr": {" "}, "why": {"de buren"}})
	p := c.nele.get(itemsOfTopics).send(itemsOfTopics, fill)
	if p.status != 422 || !p.says("Vul dit in") || !strings.Contains(p.body, `value="Lawaai nl"`) || !strings.Contains(p.body, `value="de buren"`) || newest(t, h) != before {
		t.Errorf("what misses a language answers %d: %s", p.status, said(p))
	}
	old := c.nele.get(itemsOfTopics)
	c.nele.get(itemsOfTopics).send(itemsOfTopics, ownTopic("Eerste"))
	if p := old.send(itemsOfTopics, ownTopic("Tweede")); p.status != 409 || !strings.Contains(p.body, `value="Tweede nl"`) {
		t.Errorf("of two who add at once the second is told %d", p.status)
	} else if p = p.send(itemsOfTopics, nil); !p.says("Toegevoegd.") {
		t.Errorf("adding again answers %d: %s", p.status, said(p))
	}
	for _, x := range []string{"teams", "form.concerns", "form.danger", "nothing"} {
		if p := c.nele.get("/desk/settings/items/" + x); p.status != 404 {
			t.Errorf("the list %s answers %d", x, p.status)
		}
	}
	if p := c.thomas.get(itemsOfTopics); p.status != 404 {
		t.Errorf("somebody who is no configurator sees %d", p.status)
	}
	if p := c.thomas.post(itemsOfTopics, ownTopic("Mijn")); p.status != 404 {
		t.Errorf("somebody who is no configurator adds: %d", p.status)
	}
}

// A case says for ever what it is about, also after its topic was taken away or a version
// was put back that did not have it.
func settingsAnOwnTopicStaysWithItsCase(t *testing.T, h *house, c crew) {
	h.Clock.Add(time.Minute)
	if p := c.nele.get(itemsOfTopics).send(itemsOfTopics, ownTopic("Lawaai")); !p.says("Toegevoegd.") {
		t.Fatalf("adding answers %d: %s", p.status, said(p))
	}
	items, _ := h.Current().Own(profile.ListTopics)
	own := items[len(items)-1]
	if body := h.begun().body; !strings.Contains(body, "Lawaai en") || !strings.Contains(body, "Wat het is, en") {
		t.Fatal("the form does not offer the topic")
	}
	if !strings.Contains(h.visit("/de/"), "Lawaai de") {
		t.Error("the public page does not name the topic")
	}
	about := complaint()
	about[profile.FieldTopics] = []string{own.ID}
	h.Clock.Add(time.Minute)
	built := h.Intake.Profile
	h.Intake.Profile = h.Current() // what the house holds was made before the topic was there
	number := h.Complain("en", about, nil).Number
	h.Intake.Profile = built
	if p := c.sofie.get("/desk/case/" + string(number)); !p.says("Lawaai") {
		t.Fatalf("the case does not show its topic: %s", said(p))
	}
	h.Clock.Add(time.Minute)
	if p := c.nele.get(itemsOfTopics).send(itemsOfTopics, url.Values{"remove": {own.Address}}); !p.says("daarom blijft de naam bestaan") || !p.says("staat uit") {
		t.Errorf("taking a used topic away answers %d: %s", p.status, said(p))
	}
	if strings.Contains(h.begun().body, "Lawaai en") || strings.Contains(h.visit("/en/"), "Lawaai en") {
		t.Error("the form still offers it")
	}
	h.Clock.Add(time.Minute)
	putBackAll(t, h, c)
	if p := c.sofie.get("/desk/case/" + string(number)); !p.says("Lawaai") {
		t.Errorf("the case does not show its topic any more: %s", said(p))
	}
	if topic, ok := h.Current().Topic(own.ID); !ok || topic.On {
		t.Errorf("the topic is %+v", topic)
	}
}
