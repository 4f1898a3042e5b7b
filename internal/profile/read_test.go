package profile_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"klankbord/internal/profile"
)

// files returns a copy of the profile's files that a test may spoil.
func files(t *testing.T) fstest.MapFS {
	t.Helper()
	dir := os.DirFS("profiles/wwf-belgium")
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
	return m
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
			m := files(t)
			text := string(m[tt.file].Data)
			if !strings.Contains(text, tt.old) {
				t.Fatalf("%s no longer holds %s", tt.file, tt.old)
			}
			m[tt.file] = &fstest.MapFile{Data: []byte(strings.Replace(text, tt.old, tt.new, 1))}
			_, err := profile.Read("spoilt", m)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
}

func TestMissingPartsAreRefused(t *testing.T) {
	for name := range files(t) {
		m := files(t)
		delete(m, name)
		if _, err := profile.Read("spoilt", m); err == nil {
			t.Errorf("a profile without %s was accepted", name)
		}
	}
	if _, err := profile.Load("no-such-profile"); err == nil {
		t.Error("a profile that does not exist was accepted")
	}
	m := files(t)
	m["extra.json"] = &fstest.MapFile{Data: []byte("{}")}
	if _, err := profile.Read("spoilt", m); err == nil || !strings.Contains(err.Error(), "no part of a profile") {
		t.Errorf("a file nobody reads was accepted: %v", err)
	}
}
