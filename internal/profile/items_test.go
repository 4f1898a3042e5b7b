package profile_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/casefile"
	"klankbord/internal/profile"
)

// typedItem types something good at every place of a new item.
func typedItem(p *profile.Profile, list string) func(address, input string) string {
	kinds := map[string]profile.Place{}
	for _, x := range p.Asked(list) {
		kinds[x.Address] = x
	}
	return func(address, input string) string {
		if x := kinds[address]; x.Kind == profile.PlaceChoice {
			return x.Options[len(x.Options)-1]
		}
		return "Own " + input
	}
}

// Every list takes an item, which then has places as any other, and every address of an
// item is a valid configuration by itself.
func TestAnItemIsAddedToEveryList(t *testing.T) {
	for _, name := range profile.Names() {
		built, err := profile.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(built.Lists()) < 8 {
			t.Fatalf("%s: only %d lists", name, len(built.Lists()))
		}
		all := profile.Changes{}
		for _, list := range built.Lists() {
			raw, problems := built.Item(list.Name, typedItem(built, list.Name))
			if len(problems) > 0 {
				t.Fatalf("%s: %v", list.Name, problems)
			}
			item := profile.NewItem(all, list.Name, 3)
			all[item.Address] = raw
			all[item.List+"."+item.ID+"."+labelOf(list.Name)] = json.RawMessage(`{"en":"Changed since"}`)
			p, err := profile.LoadChanged(name, all)
			if err != nil {
				t.Fatalf("%s: %v", list.Name, err)
			}
			items, labels := p.Own(list.Name)
			if len(items) != 1 || items[0] != item || labels[0]["en"] != "Changed since" || labels[0]["nl"] != "Own nl" {
				t.Errorf("%s: %v is called %v", list.Name, items, labels)
			}
			if unknown := p.Unknown(all); len(unknown) > 0 {
				t.Errorf("no place for %v", unknown)
			}
			if back := all.Without(item); len(back) != len(all)-2 {
				t.Errorf("%s: without it %d of %d changes stay", list.Name, len(back), len(all))
			}
		}
		data, err := all.Encode(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, again, err := profile.DecodeChanges(data); err != nil || !again.Same(all) {
			t.Errorf("written and read again it differs: %v", err)
		}
	}
}

func labelOf(list string) string {
	if list == profile.ListExternal || list == profile.ListEmergency {
		return "name"
	}
	return "label"
}

func TestAnOwnTopicGoesWhereItsSiblingsGo(t *testing.T) {
	built := load(t)
	raw, _ := built.Item(profile.ListTopics, typedItem(built, profile.ListTopics))
	p, err := profile.LoadChanged("wwf-belgium", profile.Changes{"topics+own-1": raw})
	if err != nil {
		t.Fatal(err)
	}
	got := p.Route(profile.Answers{profile.FieldTopics: {"own-1"}})
	want := p.Route(profile.Answers{profile.FieldTopics: {"theft"}})
	if got.Route != casefile.Integrity || got.Team != want.Team || got.Team == "" {
		t.Errorf("it goes to %q on %q, its siblings to %q", got.Team, got.Route, want.Team)
	}
	topic, _ := p.Topic("own-1")
	if !topic.On || topic.Severity != 1 || topic.Alternative || topic.Team != "" {
		t.Errorf("the topic is %+v", topic)
	}
	f, _ := p.Field(profile.FieldTopics)
	if !slices.ContainsFunc(f.Options, func(o profile.Option) bool { return o.ID == "own-1" && o.Label["nl"] == "Own nl" }) {
		t.Error("the form does not offer it")
	}
}

// What an item must not say is refused, whoever wrote it.
func TestAnItemSaysOnlyWhatIsAsked(t *testing.T) {
	text := `{"nl":"a","fr":"b","en":"c","de":"d"}`
	for name, x := range map[string]struct{ address, value string }{
		"a team of its own":            {"topics+own-1", `{"route":"general","label":` + text + `,"explanation":` + text + `,"team":"integrity"}`},
		"a severity":                   {"topics+own-1", `{"route":"general","label":` + text + `,"explanation":` + text + `,"severity":4}`},
		"the id of another":            {"topics+own-1", `{"id":"theft","route":"general","label":` + text + `,"explanation":` + text + `}`},
		"no route":                     {"topics+own-1", `{"label":` + text + `,"explanation":` + text + `}`},
		"a route nobody knows":         {"topics+own-1", `{"route":"secret","label":` + text + `,"explanation":` + text + `}`},
		"a language missing":           {"topics+own-1", `{"route":"general","label":{"nl":"a"},"explanation":` + text + `}`},
		"a language too many":          {"topics+own-1", `{"route":"general","label":{"nl":"a","fr":"b","en":"c","de":"d","it":"e"},"explanation":` + text + `}`},
		"a word nobody fills in":       {"templates+own-1", `{"label":` + text + `,"text":{"nl":"{name}","fr":"{name}","en":"{name}","de":"{name}"}}`},
		"an answer that acts":          {"form.repeated+own-1", `{"label":` + text + `,"alternative":true}`},
		"an answer that leaves out":    {"form.repeated+own-1", `{"label":` + text + `,"function":"director"}`},
		"a condition nobody asked for": {"form.repeated+own-1", `{"label":` + text + `,"when":{"ticked":"theft"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := profile.LoadChanged("wwf-belgium", profile.Changes{x.address: json.RawMessage(x.value)}); err == nil {
				t.Error("it is taken")
			}
		})
	}
	for _, list := range []string{"form.concerns", "form.topics", "form.danger", "form.relation", "form.nothing", "teams", "topics.theft"} {
		if x := load(t).Asked(list); x != nil {
			t.Errorf("something can be added to %s", list)
		}
	}
}

func TestAnItemThatCannotBeIsToldByItsPlace(t *testing.T) {
	p := load(t)
	good := typedItem(p, profile.ListTemplates)
	_, problems := p.Item(profile.ListTemplates, func(address, input string) string {
		if input == "fr" && strings.HasSuffix(address, ".label") {
			return " "
		}
		if strings.HasSuffix(address, ".text") {
			return "{nobody}"
		}
		return good(address, input)
	})
	if problems["templates.label"] != profile.ProblemMissing || problems["templates.text"] != profile.ProblemPlaceholders || len(problems) != 2 {
		t.Errorf("the problems are %v", problems)
	}
	if x := profile.NewItem(profile.Changes{"topics+own-4": nil, "external+own-5": nil}, "topics", 4); x.ID != "own-6" {
		t.Errorf("the new id is %s", x.ID)
	}
}
