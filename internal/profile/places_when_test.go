package profile_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"klankbord/internal/profile"
)

func asks(p *profile.Profile, a profile.Answers, id string) bool {
	return slices.ContainsFunc(p.StepsFor(a), func(s profile.Step) bool {
		return slices.ContainsFunc(s.Fields, func(f profile.Field) bool { return f.ID == id })
	})
}

func TestAQuestionIsAskedUponAnEarlierAnswer(t *testing.T) {
	theft, data := profile.Answers{profile.FieldTopics: {"theft"}}, profile.Answers{profile.FieldTopics: {"data-breach"}}
	if built := load(t); !asks(built, theft, "told_before") || !asks(built, data, "told_before") {
		t.Fatal("the question is not asked as it is built in")
	}
	for value, upon := range map[string][2]bool{"topic.theft": {true, false}, "route.privacy": {false, true}, "always": {true, true}, "danger.yes": {false, false}} {
		c := profile.Changes{"form.told_before.when": json.RawMessage(strconv.Quote(value))}
		p, err := profile.LoadChanged("wwf-belgium", c)
		if err != nil {
			t.Fatalf("%s: %v", value, err)
		}
		if got := [2]bool{asks(p, theft, "told_before"), asks(p, data, "told_before")}; got != upon {
			t.Errorf("%s: asked %v, want %v", value, got, upon)
		}
		c["form.told_before.hidden"] = json.RawMessage("true")
		if p, err = profile.LoadChanged("wwf-belgium", c); err != nil || asks(p, theft, "told_before") || asks(p, data, "told_before") {
			t.Errorf("%s: left out it is still asked: %v", value, err)
		}
	}
	danger := profile.Answers{profile.FieldTopics: {"theft"}, profile.FieldDanger: {"yes"}}
	p, err := profile.LoadChanged("wwf-belgium", profile.Changes{"form.told_before.when": json.RawMessage(`"danger.yes"`)})
	if err != nil || !asks(p, danger, "told_before") {
		t.Errorf("it is not asked upon an answer: %v", err)
	}
}

// A question that the desk cannot do without is asked as it is built in, and none upon what
// comes later.
func TestConditionsAreOfferedOnlyWhereTheyHold(t *testing.T) {
	for _, value := range []string{`"topic.nothing"`, `"survey.yes"`, `"authorities.yes"`, `"route.secret"`, `{"always":true}`} {
		if _, err := profile.LoadChanged("wwf-belgium", profile.Changes{"form.told_before.when": json.RawMessage(value)}); err == nil {
			t.Errorf("%s is taken", value)
		}
	}
	n := 0
	for _, x := range load(t).Places() {
		if x.Name != "when" {
			continue
		}
		n++
		for _, id := range []string{"topics", "concerns", "danger", "story", "email", "privacy_read", "language", "name_sharing"} {
			if strings.HasPrefix(x.Address, "form."+id+".") {
				t.Errorf("%s has a condition", x.Address)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d questions can have a condition", n)
	}
}
