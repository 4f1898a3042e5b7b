package profile_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"klankbord/internal/profile"
)

// files returns copies of the files of wwf-belgium that a test may spoil, in layers.
func files(t *testing.T) []fs.FS {
	t.Helper()
	var layers []fs.FS
	for _, folder := range []string{"shared/any", "shared/belgium", "profiles/wwf-belgium"} {
		dir := os.DirFS(folder)
		names, err := fs.Glob(dir, "*.json")
		if err != nil || len(names) == 0 {
			t.Fatal("no files", err)
		}
		m := fstest.MapFS{}
		for _, name := range names {
			data, err := fs.ReadFile(dir, name)
			if err != nil {
				t.Fatal(err)
			}
			m[name] = &fstest.MapFile{Data: data}
		}
		layers = append(layers, m)
	}
	return layers
}

// spoil replaces words in the first of the files of that name that holds them.
func spoil(t *testing.T, layers []fs.FS, file, old, with string) {
	t.Helper()
	for _, layer := range layers {
		m, _ := layer.(fstest.MapFS)
		if f := m[file]; f != nil && strings.Contains(string(f.Data), old) {
			m[file] = &fstest.MapFile{Data: []byte(strings.Replace(string(f.Data), old, with, 1))}
			return
		}
	}
	t.Fatalf("%s no longer holds %s", file, old)
}

func TestSlipsAreRefused(t *testing.T) {
	for _, tt := range []struct{ name, file, old, new, says string }{
		{"a field nobody knows", "settings.json", `"dpo_granted"`, `"dpo_grnated"`, "unknown field"},
		{"a name twice in one object", "settings.json", `"dpo_granted": false`, `"dpo_granted": false, "dpo_granted": true`, "stands twice in one object"},
		{"something behind the end", "settings.json", "\n}\n", "\n} {}\n", "behind the JSON value"},
		{"a language missing", "form.4.you.json", `"Voornaam", "fr": "Prénom", `, `"Voornaam", `, `the text in "fr" is missing`},
		{"a language too many", "form.4.you.json", `{"nl": "Voornaam",`, `{"it": "Nome", "nl": "Voornaam",`, `no language is called "it"`},
		{"a blank text", "form.4.you.json", `"Prénom"`, `" "`, `the text in "fr" is missing`},
		{"another placeholder", "texts.messages.json", `Name at most {max}`, `Name at most {most}`, "other placeholders"},
		{"a field twice", "form.4.you.json", `"id": "last_name"`, `"id": "first_name"`, `field "first_name" stands twice`},
		{"a topic twice", "topics.3.integrity.json", `"id": "theft"`, `"id": "corruption"`, `topic "corruption" stands twice`},
		{"an option twice", "form.1.about.json", `"id": "former-employee"`, `"id": "employee"`, `stands twice`},
		{"a condition on no topic", "form.2.happened.json", `{"ticked": "theft"}`, `{"ticked": "theff"}`, `no topic is called "theff"`},
		{"a condition on no option", "form.1.about.json", `"is": "group"`, `"is": "groups"`, `has no option "groups"`},
		{"a condition on a later page", "form.1.about.json", `"id": "vulnerable", "when": {"route_at_least": "privacy"}`, `"id": "vulnerable", "when": {"field": {"id": "fear"}}`, `no earlier step asks "fear"`},
		{"a condition that says two things", "form.1.about.json", `{"other_ticked": true}`, `{"other_ticked": true, "always": true}`, "says 2 things"},
		{"a route nobody knows", "form.2.happened.json", `{"route_ticked": "privacy"}`, `{"route_ticked": "private"}`, `no route is called "private"`},
		{"a kind nobody knows", "form.4.you.json", `"kind": "phone"`, `"kind": "fone"`, `no kind is called "fone"`},
		{"a name outside identity", "form.4.you.json", `"autocomplete": "given-name", "compartment": "identity"`, `"autocomplete": "given-name"`, `says who the complainant is`},
		{"a mandatory field without words", "form.1.about.json", `"id": "vulnerable", "kind": "choice",`, `"id": "vulnerable", "kind": "choice", "required": {"always": true},`, "must say what to do"},
		{"a route with two teams", "teams.json", `"routes": ["general"]`, `"routes": ["general", "privacy"]`, "exactly one team"},
		{"a clock without unit", "clocks.json", `"unit": "months"`, `"unit": "moons"`, `"moons"`},
		{"a placeholder without note", "teams.json", `"note": {`, `"mote": {`, "unknown field"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			layers := files(t)
			spoil(t, layers, tt.file, tt.old, tt.new)
			_, err := profile.Read("spoilt", layers...)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
}

// TestMissingPartsAreRefused takes each file away from what every profile is based on.
func TestMissingPartsAreRefused(t *testing.T) {
	base, _ := files(t)[0].(fstest.MapFS)
	for name := range base {
		layers := files(t)
		m, _ := layers[0].(fstest.MapFS)
		delete(m, name)
		if _, err := profile.Read("spoilt", layers...); err == nil && name != "terms.json" {
			t.Errorf("a profile without %s was accepted", name)
		}
	}
	if _, err := profile.Load("no-such-profile"); err == nil || !strings.Contains(err.Error(), "no such profile") {
		t.Errorf("a profile that does not exist: %v", err)
	}
	layers := append(files(t), fstest.MapFS{"extra.json": {Data: []byte("{}")}})
	if _, err := profile.Read("spoilt", layers...); err == nil || !strings.Contains(err.Error(), "no part of a profile") {
		t.Errorf("a file nobody reads was accepted: %v", err)
	}
}

func TestWhatIsLaidOverChangesOnlyWhatItSays(t *testing.T) {
	over := fstest.MapFS{
		"topics.json":   {Data: []byte(`[{"id": "theft", "severity": 4}, {"id": "noise", "code": "G90", "route": "general", "label": {"nl": "a", "fr": "b", "en": "c", "de": "d"}}]`)},
		"settings.json": {Data: []byte(`{"review_days": 14, "exit_target": null}`)},
		"teams.json":    {Data: []byte(`[{"id": "complaints", "functions": ["hr"]}]`)},
	}
	p, err := profile.Read("other", append(files(t), over)...)
	if err != nil {
		t.Fatal(err)
	}
	before := load(t)
	theft, _ := p.Topic("theft")
	old, _ := before.Topic("theft")
	if old.Severity == 4 || theft.Severity != 4 || theft.Label["nl"] != old.Label["nl"] || !theft.On {
		t.Errorf("theft became %+v", theft)
	}
	if last := p.Topics[len(p.Topics)-1].ID; last != "noise" || len(p.Topics) != len(before.Topics)+1 {
		t.Errorf("%d topics, the last is %s", len(p.Topics), last)
	}
	if p.Settings.ReviewDays != 14 || p.Settings.ExitTarget != "" || p.Settings.CodeDelayDays != before.Settings.CodeDelayDays {
		t.Errorf("settings became %+v", p.Settings)
	}
	if team, _ := p.Team("complaints"); len(team.Functions) != 1 || len(team.Contacts) != 2 {
		t.Errorf("the team became %+v", team)
	}
	twice := fstest.MapFS{"topics.json": {Data: []byte(`[{"id": "theft", "severity": 4}, {"id": "theft", "severity": 1}]`)}}
	if _, err := profile.Read("other", append(files(t), twice)...); err == nil || !strings.Contains(err.Error(), "stands twice") {
		t.Errorf("an entry that is laid over twice: %v", err)
	}
}
