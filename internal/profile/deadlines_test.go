package profile

import (
	"testing"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
)

func TestEveryDeadlineOfTheProfileHasAMeaning(t *testing.T) {
	p, err := Load("wwf-belgium")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range p.Clocks.Rules {
		if _, ok := meanings(r.ID); !ok && r.Length > 0 && r.ID[max(0, len(r.ID)-len(targetSuffix)):] != targetSuffix {
			t.Errorf("clock rule %s has a length and no meaning", r.ID)
		}
	}
}

func TestDeadlinesPerRoute(t *testing.T) {
	p, err := Load("wwf-belgium")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		routes []casefile.Route
		kinds  []deadline.Kind
	}{
		"general":              {[]casefile.Route{casefile.General}, []deadline.Kind{deadline.KindFirstAnswer, deadline.KindFullAnswer}},
		"integrity":            {[]casefile.Route{casefile.Integrity}, []deadline.Kind{deadline.KindAcknowledgement, deadline.KindFeedback, deadline.KindTriage}},
		"both: clocks of both": {[]casefile.Route{casefile.General, casefile.Integrity}, []deadline.Kind{deadline.KindFirstAnswer, deadline.KindFullAnswer, deadline.KindFeedback}},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[deadline.Kind]deadline.Rule{}
			for _, r := range p.Clocks.Deadlines(want.routes, nil) {
				got[r.Kind] = r
			}
			for _, k := range want.kinds {
				if got[k].Due.None() {
					t.Errorf("no %s deadline", k)
				}
			}
			if f, ok := got[deadline.KindFeedback]; ok && (f.Target.None() || !f.Hard) {
				t.Errorf("feedback deadline = %+v, want a target and a hard limit", f)
			}
		})
	}
}
