package profile_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"klankbord/internal/profile"
)

func TestNormaliseKeepsWhatIsShown(t *testing.T) {
	p := load(t)
	got := p.Normalise(profile.Answers{
		"topics": {"communication", "tax-certificate", "communication"}, "story": {" one\r\ntwo\x00 "}, "email": {"An <an@example.org>"},
		"danger": {"yes"}, "persons.4.name": {"Bob"}, "stray": {"x"}, "phone": {" "}, "when_words": {"in May"},
	})
	want := map[string][]string{"topics": {"communication"}, "story": {"one\ntwo"}, "email": {"an@example.org"}, "when_words": {"in May"}}
	if d := cmp.Diff(want, map[string][]string(got)); d != "" {
		t.Error(d)
	}
	got = p.Normalise(profile.Answers{"topics": {"theft"}, "persons.4.name": {"Bob"}, "persons.9.function": {"clerk"}, "amount.currency": {"EUR"}})
	want = map[string][]string{"topics": {"theft"}, "persons.0.name": {"Bob"}, "persons.1.function": {"clerk"}}
	if d := cmp.Diff(want, map[string][]string(got)); d != "" {
		t.Error(d)
	}
}

func TestNormaliseFollowsAChain(t *testing.T) {
	p := load(t)
	// The permission question hangs on for_whom, which a general complaint never sees.
	got := p.Normalise(profile.Answers{"topics": {"communication"}, "for_whom": {"group"}, "permission": {"no"}})
	if got.Given("for_whom") || got.Given("permission") {
		t.Error("an answer to a hidden question stayed")
	}
}

// anyAnswers draws a value, possible or not, for every key of the form.
func anyAnswers(p *profile.Profile) *rapid.Generator[profile.Answers] {
	return rapid.Custom(func(t *rapid.T) profile.Answers {
		a := profile.Answers{}
		for _, s := range p.Form.Steps {
			for _, f := range s.Fields {
				for _, key := range f.Keys() {
					values := []string{"", "yes", "An <an@example.org>", "2026", "\x00", "é\r\n"}
					for _, o := range f.Options {
						values = append(values, o.ID, o.ID)
					}
					if v := rapid.SliceOfN(rapid.SampledFrom(values), 0, 3).Draw(t, key); len(v) > 0 {
						a[key] = v
					}
				}
			}
		}
		a[profile.RowKey("persons", rapid.IntRange(0, 60).Draw(t, "row"), "name")] = []string{"x"}
		return a
	})
}

func TestNormaliseProperties(t *testing.T) {
	p := load(t)
	rapid.Check(t, func(t *rapid.T) {
		a := anyAnswers(p).Draw(t, "answers")
		once := p.Normalise(a)
		if d := cmp.Diff(map[string][]string(once), map[string][]string(p.Normalise(once))); d != "" {
			t.Fatalf("not stable: %s", d)
		}
		if d := cmp.Diff(p.Route(a), p.Route(once)); d != "" {
			t.Fatalf("normalising changed where it goes: %s", d)
		}
		if d := cmp.Diff(stepIDs(p, a), stepIDs(p, once)); d != "" {
			t.Fatalf("normalising changed the pages: %s", d)
		}
		identity, dialogue := p.Split(once)
		if len(identity)+len(dialogue) != len(once) {
			t.Fatalf("%d answers, %d sealed", len(once), len(identity)+len(dialogue))
		}
	})
}

// TestRoutingIsNeverLessStrict holds whatever else was answered.
func TestRoutingIsNeverLessStrict(t *testing.T) {
	p := load(t)
	rapid.Check(t, func(t *rapid.T) {
		a := anyAnswers(p).Draw(t, "answers")
		r := p.Route(a)
		for _, topic := range p.Ticked(a) {
			if r.Route.Stricter(topic.Route) != r.Route || !slices.Contains(r.Routes, topic.Route) {
				t.Fatalf("%s is stricter than %s", topic.ID, r.Route)
			}
		}
		if strictness(r.Route) > 0 && r.Team != "complaints" {
			t.Fatalf("%s went to %s", r.Route, r.Team)
		}
	})
}

func TestSummary(t *testing.T) {
	p := load(t)
	for _, tt := range []struct {
		name    string
		answers profile.Answers
		want    string
	}{
		{"own words", profile.Answers{"topics": {"theft"}, "summary": {"Box gone"}, "story": {"long"}}, "Diefstal of verduistering: Box gone"},
		{"first words", profile.Answers{"topics": {"theft", "communication"}, "story": {"The box with the money was on the table\nand after lunch it was not there any more, said Ann"}}, "Communicatie, Diefstal of verduistering: The box with the money was on the table and after lunch it was not there any…"},
		{"no story yet", profile.Answers{"topics": {"theft"}}, "Diefstal of verduistering"},
		{"nothing", profile.Answers{}, ""},
	} {
		if got := p.Summary(tt.answers, "nl"); got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}
