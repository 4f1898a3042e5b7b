package desk_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/profile"
	"klankbord/internal/store"
	"klankbord/internal/web/desk"
)

// Reads are logged before bytes leave: when the line of the log cannot be written, no
// page of the desk shows a word of what is sealed. Every route of the table is asked
// for, by a session that has read nothing yet.
func TestNothingSealedLeavesWhenTheLogIsFull(t *testing.T) {
	h, c := staffed(t)
	words := map[string]string{
		"story": "Kanariestory", "summary": "Kanariesummary", "file name": "kanariefile", "file": "Kanariecontent", "note": "Kanarienote",
		"message": "Kanariemessage", "draft": "Kanariedraft", "draft note": "Kanarielater", "name": "Ingrid", "address": "ingrid.maes@mail.example",
		"purpose": "Kanariepurpose",
	}
	a := apptest.With(integrity(), profile.FieldStory, words["story"]+" and enough words around it to be a story that somebody tells us.")
	a[profile.FieldSummary] = []string{words["summary"]}
	path := "/desk/case/" + string(h.Complain("en", a, map[string]string{words["file name"] + ".txt": words["file"]}).Number)
	c.nele.write(path, "note", words["note"])
	c.nele.write(path, "message", words["message"])
	c.nele.post(path+"/identity", url.Values{"reason": {"other"}, "purpose": {words["purpose"] + " and more"}})
	one, two := c.nele.get(path), c.nele.get(path) // in two tabs
	one.send("/compose", url.Values{"audience": {"message"}, "text": {words["draft"]}, "act": {"draft"}})
	two.send("/compose", url.Values{"audience": {"note"}, "text": {words["draft note"]}, "act": {"draft"}})
	fill := map[string][]string{
		"{number}": {strings.TrimPrefix(path, "/desk/case/")}, "{kind}": {"note", "message", "outcome"}, "{member}": {h.memberID("thomas@desk.example")},
		"{entry}":   {strings.TrimPrefix(c.nele.get(path).link(path+"/file/"), path+"/file/")},
		"{request}": {"none"}, "{change}": {"none"}, "{key}": {"none"}, "{token}": {"none"}, "{invitation}": {"none"}, "{$}": {""},
	}
	fresh := h.browser()
	fresh.secret = c.nele.secret
	fresh.enter("nele@desk.example")

	seen := map[string][]string{} // words, by route
	look := func(b *browser, report func(route, word string)) {
		for _, route := range slices.Sorted(maps.Keys(desk.Policies())) {
			method, pattern, _ := strings.Cut(route, " ")
			if method != http.MethodGet {
				continue
			}
			for _, at := range expand(pattern, fill) {
				p := b.get(at)
				for _, word := range words {
					if strings.Contains(p.body, word) || strings.Contains(strings.Join(slices.Concat(slices.Collect(maps.Values(p.header))...), " "), word) {
						report(route, word)
					}
				}
			}
		}
	}
	look(c.nele, func(route, word string) { seen[route] = append(seen[route], word) })
	for route, word := range map[string]string{
		"GET /desk": "summary", "GET /desk/case/{number}": "story", "GET /desk/case/{number}/check/{kind}": "draft", "GET /desk/case/{number}/file/{entry}": "file",
	} {
		if !slices.Contains(seen[route], words[word]) {
			t.Errorf("%s shows no %s as it is, so that this test would prove nothing", route, word)
		}
	}
	if !slices.Contains(seen["GET /desk/case/{number}/check/{kind}"], words["draft note"]) {
		t.Error("the second draft is not there")
	}
	if !slices.Contains(seen["GET /desk/case/{number}"], words["name"]) {
		t.Error("the opened identity is not shown as it is")
	}

	h.fullLog()
	look(fresh, func(route, word string) {
		t.Errorf("%s shows %q although the line of the log was not written", route, word)
	})
}

// enter signs in and reads nothing, not even the page that follows.
func (b *browser) enter(email string) {
	b.t.Helper()
	second := b.get("/desk/signin").send("/desk/signin", url.Values{"email": {email}, "password": {password}})
	to, values := second.form("/desk/signin/second")
	values.Set("code", b.digits())
	r := httptest.NewRequest(http.MethodPost, "https://desk.example"+strings.SplitN(to, "#", 2)[0], strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	for _, cookie := range w.Result().Cookies() {
		b.cookies[cookie.Name] = cookie.Value
	}
	if w.Code != http.StatusSeeOther {
		b.t.Fatalf("signing in answers %d", w.Code)
	}
}

// fullLog makes the database refuse every further line of the log.
func (h *house) fullLog() {
	h.t.Helper()
	err := h.Store.Write(h.t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec("CREATE TRIGGER log_is_full BEFORE INSERT ON log_leaf BEGIN SELECT RAISE(ABORT, 'the log is full'); END")
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) memberID(email string) string {
	h.t.Helper()
	var m store.Member
	err := h.Store.Read(h.t.Context(), func(tx *store.Tx) (err error) {
		m, err = tx.MemberByEmail(email)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return string(m.ID)
}

// expand fills every place of a pattern with each of its values.
func expand(pattern string, fill map[string][]string) []string {
	for place, values := range fill {
		if !strings.Contains(pattern, place) {
			continue
		}
		var list []string
		for _, v := range values {
			list = append(list, expand(strings.Replace(pattern, place, v, 1), fill)...)
		}
		return list
	}
	return []string{pattern}
}
