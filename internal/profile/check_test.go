package profile_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"klankbord/internal/fault"
	"klankbord/internal/profile"
)

// complete returns answers that can be sent, for a topic.
func complete(p *profile.Profile, topic string) profile.Answers {
	a := p.Presets("nl")
	for key, value := range map[string]string{
		"topics": topic, "story": "The treasurer kept the content of the box for two weeks.",
		"first_name": "Ann", "last_name": "O'Neill-Ångström", "phone": "(02) 340-09.22", "privacy_read": "yes",
		"best_knowledge": "yes", "concerns": "none", "danger": "no", "relation": "volunteer",
		"how_known": "saw-it", "for_whom": "me",
	} {
		a[key] = []string{value}
	}
	return a
}

// TestACompleteComplaintHasNothingMissing tries every topic that each profile offers.
func TestACompleteComplaintHasNothingMissing(t *testing.T) {
	every(t, func(t *testing.T, p *profile.Profile) {
		for _, topic := range p.Topics {
			if !topic.On {
				continue
			}
			a := complete(p, topic.ID)
			a["other_topic"], a["about_supporters_service"] = []string{"x"}, []string{"no"}
			if m := p.Missing(a); len(m) > 0 {
				t.Errorf("%s: %s: %s", topic.ID, m[0].Field, m[0].In("en"))
			}
			r := p.Route(a)
			if _, ok := p.Team(r.Team); !ok || r.Route != topic.Route {
				t.Errorf("%s goes to %q on %q", topic.ID, r.Team, r.Route)
			}
		}
	})
}

// TestEachMandatoryAnswerIsAskedFor takes the answers away one by one.
func TestEachMandatoryAnswerIsAskedFor(t *testing.T) {
	every(t, func(t *testing.T, p *profile.Profile) {
		for topic, want := range map[string]int{"communication": 7, "data-breach": 10, "theft": 14} {
			n := 0
			for key := range complete(p, topic) {
				a := complete(p, topic)
				delete(a, key)
				if key == "topics" {
					if len(p.Check("topics", a)) == 1 {
						n++
					}
					continue
				}
				m := p.Missing(a)
				if len(m) == 0 {
					continue
				}
				n++
				for _, lang := range profile.Languages() {
					if len(m) != 1 || m[0].In(lang) == "" || !strings.HasSuffix(m[0].Fault.Key, ".missing") {
						t.Errorf("%s without %s: %v", topic, key, m)
					}
				}
			}
			if n != want {
				t.Errorf("%s: %d answers are asked for, want %d", topic, n, want)
			}
		}
	})
}

func TestProblems(t *testing.T) {
	p := load(t)
	for _, tt := range []struct {
		name, step, key string
		values          []string
		field, problem  string
	}{
		{"story empty", "story", "story", []string{" \n "}, "story", "missing"},
		{"story too long", "story", "story", []string{strings.Repeat("é", 20_001)}, "story", "long"},
		{"story as long as may be", "story", "story", []string{strings.Repeat("é", 20_000)}, "", ""},
		{"short text too long", "story", "summary", []string{strings.Repeat("a", 151)}, "summary", "long"},
		{"no such option", "danger", "danger", []string{"perhaps"}, "danger", "wrong"},
		{"two answers to one question", "danger", "danger", []string{"yes", "no"}, "danger", "wrong"},
		{"nobody and somebody", "concerns", "concerns", []string{"none", "hr"}, "concerns", "alone"},
		{"a name that is an address", "name", "first_name", []string{"ann@example.org"}, "first_name", "wrong"},
		{"an address without host", "reach", "email", []string{"ann@"}, "email", "wrong"},
		{"a phone without digits", "reach", "phone", []string{"call me"}, "phone", "wrong"},
		{"a day that does not exist", "when", "happened_on.day", []string{"31"}, "happened_on", "wrong"},
		{"a box that is neither", "declaration", "privacy_read", []string{"on"}, "privacy_read", "wrong"},
		{"an amount in words", "amount", "amount", []string{"a lot"}, "amount", "wrong"},
		{"a long name in a row", "persons", "persons.3.name", []string{strings.Repeat("a", 151)}, "persons.3.name", "long"},
		{"no such option in a row", "witnesses", "witnesses.0.may_contact", []string{"later"}, "witnesses.0.may_contact", "wrong"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := complete(p, "theft")
			if tt.step == "when" {
				a["happened_on.month"], a["happened_on.year"] = []string{"februari"}, []string{"2026"}
			}
			a[tt.key] = tt.values
			before := fmt.Sprint(map[string][]string(a))
			errs := p.Check(tt.step, a)
			if tt.problem == "" {
				if len(errs) != 0 {
					t.Fatalf("refused: %s", errs[0].In("en"))
				}
				return
			}
			if len(errs) != 1 || errs[0].Field != tt.field || errs[0].Step != tt.step || !strings.HasSuffix(errs[0].Fault.Key, "."+tt.problem) {
				t.Fatalf("got %+v", errs)
			}
			if errs[0].Fault.Kind != fault.Invalid {
				t.Errorf("kind %s", errs[0].Fault.Kind)
			}
			for _, lang := range profile.Languages() {
				if s := errs[0].In(lang); s == "" || strings.Contains(s, "{") {
					t.Errorf("%s: %q", lang, s)
				}
			}
			if fmt.Sprint(map[string][]string(a)) != before {
				t.Error("checking changed what was typed")
			}
		})
	}
}

func TestTooManyPersons(t *testing.T) {
	p := load(t)
	a := complete(p, "theft")
	for i := range 21 {
		a[profile.RowKey("persons", i, "name")] = []string{"x"}
	}
	if errs := p.Check("persons", a); len(errs) != 1 || errs[0].In("en") != "Name at most 20 people. Mention others in your story" {
		t.Errorf("got %v", errs)
	}
}

func TestTheEndOfAPeriodComesAfterItsStart(t *testing.T) {
	p := load(t)
	for _, tt := range []struct {
		from, until [3]string
		bad         bool
	}{
		{[3]string{"3", "march", "2026"}, [3]string{"2", "3", "2026"}, true},
		{[3]string{"3", "march", "2026"}, [3]string{"3", "3", "2026"}, false},
		{[3]string{"3", "march", "2026"}, [3]string{"", "", "2026"}, false},
		{[3]string{"", "", "2026"}, [3]string{"", "dez", "2025"}, true},
		{[3]string{"", "", ""}, [3]string{"", "dez", "2025"}, false},
	} {
		a := complete(p, "theft")
		for field, d := range map[string][3]string{"happened_on": tt.from, "happened_until": tt.until} {
			a[field+".day"], a[field+".month"], a[field+".year"] = d[:1], d[1:2], d[2:]
		}
		if errs := p.Check("when", a); (len(errs) > 0) != tt.bad {
			t.Errorf("%v to %v: %v", tt.from, tt.until, errs)
		}
	}
}

func TestAShortStoryIsAskedAboutNeverRefused(t *testing.T) {
	p := load(t)
	for story, want := range map[string]bool{"": false, "stolen": true, strings.Repeat("é", 39): true, strings.Repeat("é", 40): false} {
		a := complete(p, "theft")
		a["story"] = []string{story}
		i, asked := p.Interrupt("story", a)
		if asked != want || (asked && i.Field != "story") {
			t.Errorf("%d bytes: asked %v", len(story), asked)
		}
		if story != "" && len(p.Check("story", a)) > 0 {
			t.Errorf("%q was refused", story)
		}
	}
	if _, asked := p.Interrupt("name", complete(p, "theft")); asked {
		t.Error("asked about another page")
	}
}

func TestRequiresFollowsTheRoute(t *testing.T) {
	p := load(t)
	f, _ := p.Field("concerns")
	for topic, want := range map[string]bool{"communication": false, "data-breach": true, "theft": true} {
		if p.Requires(f, profile.Answers{"topics": {topic}}) != want {
			t.Errorf("%s: want %v", topic, want)
		}
	}
}

func TestAnswersPrintNothing(t *testing.T) {
	a := profile.Answers{"first_name": {"canary"}}
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "answers", a)
	for _, s := range []string{b.String(), fmt.Sprint(a), fmt.Sprintf("%+v %#v %s", a, a, a)} {
		if strings.Contains(s, "canary") || !strings.Contains(s, "[sealed]") {
			t.Errorf("printed %q", s)
		}
	}
}
