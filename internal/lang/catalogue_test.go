package lang_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/lang"
)

func load(t *testing.T) *lang.Catalogue {
	t.Helper()
	return lang.New()
}

func TestEveryTextExistsInEveryLanguageWithTheSamePlaceholders(t *testing.T) {
	c := load(t)
	if len(c.Keys()) < 300 {
		t.Fatalf("only %d keys; the catalogue was not read", len(c.Keys()))
	}
	for _, s := range c.Incomplete() {
		t.Error(s)
	}
}

// Sorted keys, one to a line, keep two people's changes apart in a merge.
func TestEveryFileIsSortedWithOneKeyToALine(t *testing.T) {
	files, err := filepath.Glob("text/*/*.json")
	dutch, _ := filepath.Glob("text/nl/*.json")
	if err != nil || len(dutch) < 9 || len(files) != 4*len(dutch) {
		t.Fatalf("found %d files, %v; want each of %d areas in 4 languages", len(files), err, len(dutch))
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, line := range strings.Split(string(b), "\n") {
			if strings.HasPrefix(line, `  "`) {
				keys = append(keys, line[3:strings.Index(line, `":`)])
			}
		}
		var all map[string]json.RawMessage
		if err := json.Unmarshal(b, &all); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(keys) != len(all) {
			t.Errorf("%s: %d keys on lines of their own, %d in all", name, len(keys), len(all))
		}
		for i := 1; i < len(keys); i++ {
			if keys[i-1] >= keys[i] {
				t.Errorf("%s: %q stands before %q", name, keys[i-1], keys[i])
			}
		}
	}
}

// The words that the house does not use on pages, and promises it cannot keep.
func TestNoTextUsesAWordThatTheHouseAvoids(t *testing.T) {
	c := load(t)
	avoided := map[lang.Lang][]string{
		lang.NL: {"melding", "melder", "anoniem indienen", "sorry", "oeps"},
		lang.FR: {"signalement", "désolé", "oups"},
		lang.EN: {"sorry", "oops", "invalid", "zero knowledge", "end-to-end"},
		lang.DE: {"meldende", "leider", "hoppla"},
	}
	for _, l := range lang.All() {
		for _, k := range c.Keys() {
			if !strings.HasPrefix(k, "common.") && !strings.HasPrefix(k, "error.") && !strings.HasPrefix(k, "mail.") {
				continue // the owners of the other areas write about the integrity route too
			}
			text := strings.ToLower(c.Text(l, k, nil))
			for _, w := range avoided[l] {
				if strings.Contains(text, w) {
					t.Errorf("%s in %s says %q: %s", k, l, w, text)
				}
			}
		}
	}
}

func TestText(t *testing.T) {
	c := load(t)
	if got := c.Text(lang.NL, "common.continue", nil); got != "Verder" {
		t.Errorf("got %q", got)
	}
	if got := c.Text(lang.FR, "common.no-such-text", nil); got != "⟦common.no-such-text⟧" {
		t.Errorf("a missing text shows as %q", got)
	}
	if got := c.Text(lang.EN, "common.due.by", nil); got != "by ⟦date⟧" {
		t.Errorf("an open placeholder shows as %q", got)
	}
	got := c.Text(lang.EN, "error.file-too-big", map[string]string{"name": "{max}", "max": "<b>"})
	if !strings.HasPrefix(got, "{max} is too big. Files can be up to <b>.") {
		t.Errorf("an argument was taken for a text: %q", got)
	}
	if got := c.Text("xx", "common.continue", nil); got != "Continue" {
		t.Errorf("an unknown language falls back to %q", got)
	}
}

func TestPlural(t *testing.T) {
	c := load(t)
	for _, tc := range []struct {
		l    lang.Lang
		n    int
		want string
	}{
		{lang.NL, 0, "0 dossiers"},
		{lang.NL, 1, "1 dossier"},
		{lang.NL, 2, "2 dossiers"},
		{lang.FR, 0, "0 dossier"},
		{lang.FR, 1, "1 dossier"},
		{lang.FR, 2, "2 dossiers"},
		{lang.DE, 0, "0 Fälle"},
		{lang.DE, 1, "1 Fall"},
		{lang.EN, 1, "1 case"},
		{lang.EN, 1234, "1,234 cases"},
	} {
		if got := c.Plural(tc.l, "desk.inbox.count", tc.n, nil); got != tc.want {
			t.Errorf("%s %d: got %q, want %q", tc.l, tc.n, got, tc.want)
		}
	}
	if got := c.Plural(lang.DE, "common.due.by", 3, map[string]string{"date": "X"}); got != "bis X" {
		t.Errorf("a text that does not count gives %q", got)
	}
}

func TestCheckTellsATestWhatIsWrong(t *testing.T) {
	c := load(t)
	if err := c.Check(lang.NL, "common.due.by", map[string]string{"date": ""}); err != nil {
		t.Error(err)
	}
	if err := c.Check(lang.NL, "desk.inbox.count", nil); err != nil {
		t.Error(err)
	}
	if err := c.Check(lang.NL, "common.nothing", nil); !errors.Is(err, lang.ErrNoText) {
		t.Errorf("got %v", err)
	}
	for _, args := range []map[string]string{nil, {"dat": ""}, {"date": "", "more": ""}} {
		if err := c.Check(lang.NL, "common.due.by", args); !errors.Is(err, lang.ErrOpenPlaceholder) {
			t.Errorf("%v: got %v", args, err)
		}
	}
}

func TestHasAndKeysAgree(t *testing.T) {
	c := load(t)
	if !slices.Contains(c.Keys(), "common.continue") || !c.Has("common.continue") {
		t.Error("a text that exists is not there")
	}
	if c.Has("common.nothing") {
		t.Error("a text that does not exist is there")
	}
}

// A mail passes through other people's servers: it may name the number, dates, the
// organisation and where to read on, and nothing else can be put into it.
func TestAMailLeavesRoomForNothingThatTellsOfTheCase(t *testing.T) {
	c := load(t)
	allowed := []string{"number", "received", "answer_by", "address", "organisation", "until", "date", "confirm"}
	checked := 0
	for _, k := range c.Keys() {
		if !strings.HasPrefix(k, "mail.") {
			continue
		}
		may := allowed
		if strings.HasPrefix(k, "mail.witness") { // about the whole log, to somebody outside
			may = append(slices.Clone(allowed), "lines", "before", "file", "key")
		}
		if strings.HasPrefix(k, "mail.setup-test") { // about no case: to whoever tries whether mail leaves
			may = append(slices.Clone(allowed), "digits")
		}
		for _, l := range lang.All() {
			for _, open := range opened(c.Text(l, k, nil)) {
				checked++
				if !slices.Contains(may, open) {
					t.Errorf("%s in %s leaves room for %q", k, l, open)
				}
			}
		}
	}
	if checked < 5*4*4 { // five mails, four parts, four languages
		t.Errorf("only %d placeholders were looked at", checked)
	}
}

// opened returns the names that a text without arguments shows in its brackets.
func opened(text string) (names []string) {
	for {
		_, after, found := strings.Cut(text, "⟦")
		if !found {
			return names
		}
		name, rest, _ := strings.Cut(after, "⟧")
		names, text = append(names, name), rest
	}
}
