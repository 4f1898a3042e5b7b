package ui_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

func TestEveryKindOfErrorHasItsStatusAndAPage(t *testing.T) {
	var log bytes.Buffer
	h, dir := site(t, &log, false), t.ArtifactDir()
	for path, c := range map[string]struct {
		status int
		says   string
	}{
		"/en/invalid":         {422, "Write a date"},
		"/nl/hidden/9":        {404, "Deze pagina bestaat niet"},
		"/fr/nothing":         {404, "<html lang=\"fr\""},
		"/de/conflict":        {409, "<html lang=\"de\""},
		"/en/limit":           {429, ""},
		"/nl/unavailable":     {503, "Veel mensen melden z"},
		"/nl/denied":          {403, "Dit kan nu niet"},
		"/nl/failed":          {500, "lag aan ons"},
		"/nl/panic":           {500, "lag aan ons"},
		"/nl/cut":             {408, "Uw verbinding viel weg"},
		"/desk/cases?lang=nl": {403, "Ga naar de dossiers"},
	} {
		t.Run(path, func(t *testing.T) {
			w := get(h, path)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
				t.Errorf("status %d, want %d with %q in %s", w.Code, c.status, c.says, w.Body)
			}
			if strings.Contains(w.Body.String(), "canary") {
				t.Error("the page shows an internal error")
			}
			checkPage(t, w.Body.String(), false)
			keep(t, dir, "error-"+path[1:3]+strings.NewReplacer("/", "-", "?", "-").Replace(path[3:])+".html", w.Body.String())
		})
	}
}

func TestOurOwnFailureIsFoundInTheLogByItsReference(t *testing.T) {
	var log bytes.Buffer
	body := get(site(t, &log, false), "/en/failed").Body.String()
	_, rest, ok := strings.Cut(body, `<strong translate="no">`)
	if !ok {
		t.Fatalf("no reference in %s", body)
	}
	if ref := rest[:9]; !strings.Contains(log.String(), "reference="+ref) || !strings.Contains(log.String(), "canary of the database") {
		t.Errorf("reference %s not in %s", ref, log.String())
	}
}

func TestNotYoursLooksLikeNotThere(t *testing.T) {
	h := site(t, io.Discard, false)
	hidden, absent := get(h, "/en/hidden/9"), get(h, "/en/nothing")
	if hidden.Body.String() != absent.Body.String() || hidden.Code != absent.Code {
		t.Error("a hidden case answers differently from one that does not exist")
	}
}
