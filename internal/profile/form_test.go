package profile_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"klankbord/internal/casefile"
	"klankbord/internal/profile"
)

func TestMandatoryPerRoute(t *testing.T) {
	every(t, func(t *testing.T, p *profile.Profile) {
		for route, want := range map[casefile.Route]int{casefile.General: 7, casefile.Privacy: 10, casefile.Integrity: 14} {
			if n := p.Mandatory(route); n != want {
				t.Errorf("%s: %d mandatory, want %d", route, n, want)
			}
		}
	})
}

func stepIDs(p *profile.Profile, a profile.Answers) []string {
	var out []string
	for _, s := range p.StepsFor(a) {
		out = append(out, s.ID)
	}
	return out
}

func TestPagesPerComplaint(t *testing.T) {
	every(t, func(t *testing.T, p *profile.Profile) {
		for _, tt := range []struct {
			name    string
			answers profile.Answers
			want    []string
		}{
			{"question", profile.Answers{"topics": {"question"}}, []string{"topics", "story", "files", "name", "reach", "help", "declaration"}},
			{"general", profile.Answers{"topics": {"response-time"}}, []string{"topics", "concerns", "story", "when", "files", "name", "reach", "help", "outcome", "declaration"}},
			{"privacy", profile.Answers{"topics": {"data-breach"}}, []string{"topics", "before", "concerns", "relation", "how-known", "for-whom", "vulnerable", "story", "when", "where", "project", "data", "consequences", "persons", "witnesses", "harmed", "files", "earlier", "authorities", "name", "reach", "help", "outcome", "name-sharing", "declaration"}},
			{"integrity for someone else, at work", profile.Answers{"topics": {"theft", "other-general"}, "relation": {"employee"}, "for_whom": {"someone-else"}}, []string{"topics", "other", "before", "danger", "concerns", "relation", "work", "how-known", "for-whom", "permission", "vulnerable", "story", "when", "where", "project", "amount", "consequences", "persons", "witnesses", "harmed", "files", "earlier", "authorities", "name", "reach", "help", "fear", "outcome", "name-sharing", "declaration"}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				if d := cmp.Diff(tt.want, stepIDs(p, tt.answers)); d != "" {
					t.Error(d)
				}
			})
		}
	})
}

func TestNextAndPrevWalkTheSamePages(t *testing.T) {
	every(t, func(t *testing.T, p *profile.Profile) {
		a := profile.Answers{"topics": {"corruption"}, "for_whom": {"group"}}
		ids := stepIDs(p, a)
		for i, id := range ids {
			next, more := p.Next(a, id)
			if more != (i < len(ids)-1) || (more && next.ID != ids[i+1]) {
				t.Errorf("after %s comes %q", id, next.ID)
			}
			prev, earlier := p.Prev(a, id)
			if earlier != (i > 0) || (earlier && prev.ID != ids[i-1]) {
				t.Errorf("before %s comes %q", id, prev.ID)
			}
			if part, n, of := p.Progress(a, id); n < 1 || n > of || part.ID == "" {
				t.Errorf("%s: part %q, %d of %d", id, part.ID, n, of)
			}
		}
		if last, ok := p.Prev(a, "check"); !ok || last.ID != ids[len(ids)-1] {
			t.Errorf("before the check page comes %q", last.ID)
		}
		// The danger page is not for a general complaint: whoever stands there goes on.
		if next, ok := p.Next(profile.Answers{"topics": {"communication"}}, "danger"); !ok || next.ID != "concerns" {
			t.Errorf("after a page that is gone comes %q", next.ID)
		}
	})
}

func TestAQuestionIsWordedAsAQuestion(t *testing.T) {
	every(t, func(t *testing.T, p *profile.Profile) {
		asked, _ := p.StepFor(profile.Answers{"topics": {"question"}}, "story")
		told, _ := p.StepFor(profile.Answers{"topics": {"question", "communication"}}, "story")
		for _, lang := range profile.Languages() {
			if asked.Title.In(lang) == told.Title.In(lang) || asked.Fields[0].Label.In(lang) == told.Fields[0].Label.In(lang) {
				t.Errorf("%s: a question is worded as a complaint", lang)
			}
		}
		raw, _ := p.Field("story")
		if raw.Label.In("en") != told.Fields[0].Label.In("en") {
			t.Error("wording one page changed the profile")
		}
	})
}

func TestEveryLabelInEveryLanguage(t *testing.T) {
	every(t, func(t *testing.T, p *profile.Profile) {
		n := 0
		var field func(f profile.Field)
		field = func(f profile.Field) {
			for _, lang := range profile.Languages() {
				n++
				if f.Label[lang] == "" {
					t.Errorf("field %s has no label in %s", f.ID, lang)
				}
				for _, o := range f.Options {
					if o.Label[lang] == "" {
						t.Errorf("field %s: option %s has no label in %s", f.ID, o.ID, lang)
					}
				}
			}
			for _, sub := range f.Fields {
				field(sub)
			}
		}
		for _, s := range p.Form.Steps {
			for _, lang := range profile.Languages() {
				if s.Title[lang] == "" {
					t.Errorf("step %s has no title in %s", s.ID, lang)
				}
			}
			for _, f := range s.Fields {
				field(f)
			}
		}
		if n < 4*50 {
			t.Errorf("only %d labels were seen", n)
		}
	})
}

// TestEveryFieldCanBeReached fails when a condition hides a question from everyone.
func TestEveryFieldCanBeReached(t *testing.T) {
	every(t, func(t *testing.T, p *profile.Profile) {
		seen := map[string]bool{}
		for _, a := range []profile.Answers{
			{"topics": {"representative-conduct", "other-general"}},
			{"topics": {"data-breach"}},
			{"topics": {"theft"}, "relation": {"supplier"}, "for_whom": {"group"}},
		} {
			for _, s := range p.StepsFor(a) {
				seen["step "+s.ID] = true
				for _, f := range s.Fields {
					seen[f.ID] = true
				}
			}
		}
		for _, s := range p.Form.Steps {
			if !seen["step "+s.ID] {
				t.Errorf("nobody sees step %s", s.ID)
			}
			for _, f := range s.Fields {
				if !seen[f.ID] {
					t.Errorf("nobody sees field %s", f.ID)
				}
			}
		}
	})
}

func TestOnlyWhoTheyAreIsSealedAsIdentity(t *testing.T) {
	every(t, func(t *testing.T, p *profile.Profile) {
		var got []string
		for _, s := range p.Form.Steps {
			for _, f := range s.Fields {
				if f.Compartment == profile.Identity {
					got = append(got, f.ID)
				}
			}
		}
		want := []string{"first_name", "last_name", "email", "no_mail", "phone", "address", "safe_contact", "supporter_number"}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		identity, dialogue := p.Split(profile.Answers{"email": {"a@b.be"}, "story": {"x"}, "persons.0.name": {"y"}, "happened_on.year": {"2026"}, "stray": {"z"}})
		if len(identity) != 1 || !identity.Has("email", "a@b.be") {
			t.Error("identity holds the wrong answers")
		}
		if len(dialogue) != 3 || !dialogue.Has("persons.0.name", "y") || dialogue.Given("stray") {
			t.Error("dialogue holds the wrong answers")
		}
	})
}

func TestPresets(t *testing.T) {
	a := load(t).Presets("fr")
	if d := cmp.Diff(map[string][]string{"language": {"fr"}, "name_sharing": {"team"}}, map[string][]string(a)); d != "" {
		t.Error(d)
	}
}

func TestPlaceholdersAreMarked(t *testing.T) {
	p := load(t)
	n := 0
	for _, team := range p.Teams {
		for _, c := range team.Contacts {
			example := c.Kind == "email"
			if example {
				n++
			}
			if c.Placeholder != example {
				t.Errorf("%s %s: placeholder is %v", team.ID, c.ID, c.Placeholder)
			}
		}
	}
	if n != 3 {
		t.Errorf("%d addresses to be filled in, want 3", n)
	}
	phone := slices.ContainsFunc(p.Teams[0].Contacts, func(c profile.Contact) bool { return c.Value == "+32 2 340 09 22" })
	if !phone {
		t.Error("the phone number of Supporters Service is missing")
	}
}
