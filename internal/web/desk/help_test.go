package desk_test

import (
	"net/http"
	"net/http/httptest"
	"strings"

	"golang.org/x/net/html"

	"klankbord/internal/web/desk"
)

// helped wants a page to explain itself: what it is for, what can be done on it and what
// happens then, behind "How this page works". It notes of which route that is known.
func (s *states) helped(name string, p *page) {
	s.t.Helper()
	if p.status >= 400 && p.status != http.StatusUnprocessableEntity {
		return // a page of an error says itself what to do now
	}
	explained := len(all(p.doc, func(n *html.Node) bool {
		class, _ := attr(n, "class")
		return n.Data == "details" && class == "help"
	})) > 0
	if !explained {
		s.t.Errorf("%s %s: does not say how the page works", s.lang, name)
		return
	}
	if s.help == nil {
		s.help = map[string]bool{}
	}
	at, _, _ := strings.Cut(p.path, "?")
	at, _, _ = strings.Cut(at, "#")
	mux := http.NewServeMux()
	for pattern := range desk.Policies() {
		if strings.HasPrefix(pattern, "GET ") {
			mux.Handle(pattern, http.NotFoundHandler())
		}
	}
	_, pattern := mux.Handler(httptest.NewRequest(http.MethodGet, at, nil))
	s.help[pattern] = true
}

// noPages are the routes that answer with something else than a page of the desk.
func noPages() map[string]string {
	return map[string]string{
		"GET /desk/{$}":                           "the list, as /desk",
		"GET /desk/profile/openpgp/remove":        "asks for password and code on the page of every change to signing in",
		"GET /desk/calendar/{secret}":             "a calendar",
		"GET /desk/case/{number}/code/handed.pdf": "a letter",
		"GET /desk/case/{number}/export.zip":      "a file",
		"GET /desk/case/{number}/file/{entry}":    "a file",
		"GET /desk/case/{number}/minutes/{slip}":  "a letter",
		"GET /desk/case/{number}/sound/{entry}":   "a recording",
		"GET /desk/log/export.txt":                "a file",
		"GET /desk/log/sample.pdf":                "a sheet",
		"GET /desk/numbers/month.pdf":             "a sheet",
		"GET /desk/numbers/register/file":         "a file",
		"GET /desk/numbers/report.csv":            "a file",
		"GET /desk/numbers/report.pdf":            "a sheet",
		"GET /desk/settings/file.json":            "a file",
		"GET /desk/posters/cards.pdf":             "a sheet",
		"GET /desk/posters/poster.pdf":            "a sheet",
	}
}

// everyPageHelps looks over all routes: one that no state shows with an explanation is
// found here, also a route that comes later.
func (s *states) everyPageHelps() {
	s.t.Helper()
	other := noPages()
	for pattern := range desk.Policies() {
		if !strings.HasPrefix(pattern, "GET ") {
			continue
		}
		if other[pattern] == "" && !s.help[pattern] {
			s.t.Errorf("%s: no state of it explains how the page works", pattern)
		}
		if other[pattern] != "" && s.help[pattern] {
			s.t.Errorf("%s is a page after all", pattern)
		}
	}
}
