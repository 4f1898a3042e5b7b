package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"klankbord/internal/audit"
)

// An auditor narrows the log, and takes it along after the password once more.
func TestAuditorChecksTheLogAndTakesItAlong(t *testing.T) {
	h, c := staffed(t)
	r := h.Complain("en", complaint(), nil)
	c.sofie.get("/desk/case/" + string(r.Number))
	h.Sequence()
	p := c.anke.get("/desk/log")
	if !p.says("Every line on this page stands in the log as it was signed") || !p.says(string(r.Number)) || !p.says("Nobody outside holds a checkpoint") {
		t.Errorf("the log says: %s", text(p.doc))
	}
	p = c.anke.get("/desk/log?kind=case-read&number=" + strings.ToLower(strings.ReplaceAll(string(r.Number), "-", "")))
	if rows := all(p.doc, func(n *html.Node) bool { s, _ := attr(n, "scope"); return n.Data == "th" && s == "row" }); len(rows) != 1 || text(rows[0]) != "Case opened" {
		t.Errorf("narrowed, the log says: %s", text(p.doc))
	}
	if p = c.anke.get("/desk/log?since=2026-13-01"); !p.says("Write a date that exists") || !p.says("Case opened") {
		t.Errorf("a date that cannot be: %d", p.status)
	}
	if p = c.anke.get("/desk/log/export.txt"); p.status != http.StatusNotFound {
		t.Errorf("the file without the password: %d", p.status)
	}
	if p = c.anke.post("/desk/log/export", url.Values{"scope": {"leaves"}, "password": {"not it"}}); p.status != http.StatusUnprocessableEntity {
		t.Errorf("with a wrong password: %d", p.status)
	}
	if p = c.anke.post("/desk/log/export", url.Values{"scope": {"all"}, "password": {password}}); p.status != http.StatusUnprocessableEntity {
		t.Errorf("with a scope that there is not: %d", p.status)
	}
	file := c.anke.get("/desk/log/export").send("/desk/log/export", url.Values{"scope": {"records"}, "password": {password}})
	if !strings.HasPrefix(file.body, "klankbord-log@v1\n") || !strings.Contains(file.header.Get("Content-Disposition"), "klankbord-log-2026") {
		t.Fatalf("the file is %.80q, %v", file.body, file.header)
	}
	_, entries, err := audit.ReadExport(strings.NewReader(file.body))
	if err != nil {
		t.Fatal(err)
	}
	records := ""
	for e, err := range entries {
		if err != nil {
			t.Fatal(err)
		}
		records += string(e.Record)
	}
	if !strings.Contains(records, string(r.Number)) {
		t.Error("the records did not come along")
	}
	other := c.sofie
	other.cookies["kb-kept"] = c.anke.cookies["kb-kept"]
	if p := other.get("/desk/log/export.txt"); p.status == http.StatusOK {
		t.Errorf("another member fetches the file with the auditor's ticket: %d", p.status)
	}
}

func TestMemberSeesWhoAndWhen(t *testing.T) {
	h, c := staffed(t)
	r := h.Complain("en", complaint(), nil)
	path := "/desk/case/" + string(r.Number)
	c.sofie.get(path)
	p := c.sofie.get(path + "/log")
	for _, want := range []string{"Case opened", "Sofie Peeters", "Complaint received", "The complainant", "Access given: ", "Recovery key", "Not signed yet"} {
		if !p.says(want) {
			t.Errorf("the page does not say %q: %s", want, text(p.doc))
		}
	}
	if !strings.Contains(c.sofie.get(path).body, `href="`+path+`/log"`) {
		t.Error("the case does not lead to it")
	}
	missing := c.thomas.get("/desk/case/KB-0000-00/log")
	if p := c.thomas.get(path + "/log"); p.status != http.StatusNotFound || p.status != missing.status || text(p.doc) != text(missing.doc) {
		t.Errorf("to a member of another team it answers %d, one that does not exist %d", p.status, missing.status)
	}
}
