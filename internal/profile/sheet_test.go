package profile_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"klankbord/internal/fuzztest"
	"klankbord/internal/profile"
)

func exported(t testing.TB, p *profile.Profile) []byte {
	t.Helper()
	data, err := profile.Export(p)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestWhatIsExportedComesBackAsItWas(t *testing.T) {
	every(t, func(t *testing.T, p *profile.Profile) {
		data := exported(t, p)
		back, err := profile.Import(data)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(p, back); d != "" {
			t.Error(d)
		}
		if !bytes.Equal(data, exported(t, back)) {
			t.Error("the second export differs from the first")
		}
		if changes, err := profile.Diff(p, back); err != nil || len(changes) > 0 {
			t.Errorf("differences %v, %v", changes, err)
		}
	})
}

func TestAnImportNamesWhatIsWrongByItsPath(t *testing.T) {
	whole := string(exported(t, load(t)))
	for _, tt := range []struct{ name, old, new, says string }{
		{"an unknown field", `"review_days"`, `"review_dais"`, "settings.review_dais: unknown field"},
		{"a number that is a text", `"review_days": 30`, `"review_days": "30"`, "settings.review_days: want a whole number"},
		{"a part of a day", `"review_days": 30`, `"review_days": 30.5`, "settings.review_days: want a whole number"},
		{"a text that is a number", `"id": "response-time"`, `"id": 7`, "topics[1].id: want a text"},
		{"a language of a field", `"nl": "Voornaam"`, `"nl": 3`, "form.you.steps.name.fields.first_name.label.nl: want a text"},
		{"a missing language", `"nl": "Voornaam"`, `"nl": ""`, `[first_name].Label: the text in "nl" is missing`},
		{"nothing where a list belongs", `"exit_routes": [`, `"exit_routes": null, "teams": [`, "settings.exit_routes: want a list"},
		{"a name twice", `"code_delay_days": 3,`, `"code_delay_days": 3, "code_delay_days": 4,`, "stands twice in one object"},
		{"a profile without name", `"profile": "wwf-belgium"`, `"profile": "../x"`, "is not well formed"},
		{"a way out that is no address", "https://www.meteo.be/", "javascript:alert(1)", "must begin with https://"},
		{"the end cut off", "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(whole, tt.old, tt.new, 1)
			if tt.old == "" {
				text = whole[:len(whole)/2]
			} else if text == whole {
				t.Fatalf("the export no longer holds %s", tt.old)
			}
			p, err := profile.Import([]byte(text))
			if err == nil || p != nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := profile.Import(bytes.Repeat([]byte(" "), 3<<20)); err == nil {
		t.Error("a file of three million blanks was accepted")
	}
}

func TestDifferencesAreNamedByTheirPath(t *testing.T) {
	a, b := load(t), load(t)
	b.Settings.ReviewDays = 14
	b.Topics[0].Label = profile.Text{"nl": "Wachttijd", "fr": a.Topics[0].Label["fr"], "en": a.Topics[0].Label["en"], "de": a.Topics[0].Label["de"]}
	b.Topics[1], b.Topics[2] = b.Topics[2], b.Topics[1]
	b.Emergency = b.Emergency[:len(b.Emergency)-1]
	b.Retention = append([]profile.RetentionRule(nil), b.Retention...)
	b.Retention[0].Keep = 12
	b.Settings.ExitRoutes = nil
	got, err := profile.Diff(a, b)
	if err != nil {
		t.Fatal(err)
	}
	want := []profile.Change{
		{Path: "settings.exit_routes", Was: `["privacy","integrity"]`},
		{Path: "settings.review_days", Was: "30", Is: "14"},
		{Path: "topics.response-time.label.nl", Was: "Responstijd", Is: "Wachttijd"},
	}
	if d := cmp.Diff(want, got[:len(want)]); d != "" {
		t.Error(d)
	}
	if len(got) != 6 {
		t.Fatalf("%d changes: %v", len(got), got)
	}
	if c := got[3]; c.Path != "topics (order)" || !strings.HasPrefix(c.Is, "response-time, communication, representative-conduct") {
		t.Errorf("order: %+v", c)
	}
	if d := cmp.Diff(profile.Change{Path: "emergency.young-fr", Was: "Écoute-Enfants"}, got[4]); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(profile.Change{Path: "retention[1].keep", Was: "24", Is: "12"}, got[5]); d != "" {
		t.Error(d)
	}
}

// FuzzImport: whatever is read, it is refused or comes back the same when it is written
// and read again, and it never takes much memory for little.
func FuzzImport(f *testing.F) {
	for _, name := range profile.Names() {
		p, err := profile.Load(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(exported(f, p))
	}
	f.Add([]byte(`{"profile": "x", "topics": [{"id": "a"}], "form": [{"part": {"id": "p"}, "steps": []}]}`))
	f.Add([]byte(strings.Repeat("[", 5000)))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzztest.Bounded(t, "profile.Import", data, func(b []byte) { reads(t, b) })
	})
}

func reads(t testing.TB, data []byte) {
	t.Helper()
	p, err := profile.Import(data)
	if err != nil {
		return
	}
	again, err := profile.Import(exported(t, p))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(p, again); d != "" {
		t.Error(d)
	}
}

func TestNearlyHonestImportsAreHeld(t *testing.T) {
	small, err := os.ReadFile("shared/any/settings.json")
	if err != nil {
		t.Fatal(err)
	}
	whole := exported(t, load(t))
	for _, seed := range [][]byte{append([]byte(`{"profile": "x", "settings": `), append(small, '}')...), whole} {
		for _, input := range fuzztest.Mutated(seed, 20) {
			reads(t, input)
		}
	}
}
