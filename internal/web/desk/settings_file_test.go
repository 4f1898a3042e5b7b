package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// What is otherwise goes out as a file and comes in again as a version of its own; what
// cannot be is named and changes nothing.
func settingsAFileGoesOutAndComesIn(t *testing.T, h *house, c crew) {
	const at = "/desk/settings/file"
	title := "/desk/settings/texts/privacy"
	c.nele.get(title).send(title, url.Values{"texts.privacy.title.en": {"What we keep"}})
	file := c.nele.get(at + ".json").body
	if !strings.Contains(file, `"texts.privacy.title"`) || !strings.Contains(file, `"What we keep"`) {
		t.Fatalf("the file says %s", file)
	}
	back := "/desk/settings/history/1"
	c.nele.get(back).send(back, url.Values{"version": {"0"}})
	if pageTitle(h.Current()) == "What we keep" {
		t.Fatal("it was not put back")
	}
	taken := c.nele.sendsFile(at, "file", "settings.json", []byte(file), url.Values{"why": {"From the trial"}})
	if taken.status != 200 || !taken.says("From the trial") || !taken.says("What we keep") || pageTitle(h.Current()) != "What we keep" {
		t.Errorf("the file is taken with %d: %s", taken.status, said(taken))
	}
	n := newest(t, h)
	for name, bad := range map[string]struct{ file, says string }{
		"no settings":     {"GIF89a", "Kies het bestand"},
		"nothing":         {"", "Kies het bestand"},
		"another profile": {strings.Replace(file, "wwf-belgium", "generic", 1), "Kies het bestand"},
		"longer than law": {strings.Replace(file, `"texts.privacy.title": {`, `"clocks.D3.length": 99, "texts.privacy.title": {`, 1), "Termijnen"},
		"no place":        {strings.Replace(file, "texts.privacy.title", "texts.privacy.titel", 1), "texts.privacy.titel"},
	} {
		p := c.nele.sendsFile(at, "file", "settings.json", []byte(bad.file), url.Values{"why": {"A reason that stays"}})
		if p.status != http.StatusUnprocessableEntity || !p.says(bad.says) || !strings.Contains(p.body, "A reason that stays") {
			t.Errorf("%s answers %d: %s", name, p.status, said(p))
		}
	}
	if newest(t, h) != n {
		t.Error("something was changed by a file that cannot be")
	}
	for _, path := range []string{at, at + ".json"} {
		if p := c.thomas.get(path); p.status != 404 {
			t.Errorf("somebody who is no configurator gets %d at %s", p.status, path)
		}
	}
}
