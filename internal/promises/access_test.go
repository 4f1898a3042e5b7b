package promises_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/staff"
	"klankbord/internal/web/desk"
	"klankbord/internal/web/public"
	"klankbord/internal/web/ui"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The access matrix. Every route of both faces is asked by everybody, about what
// belongs to case A, to case B and to no case; what is answered is compared with the
// policy that the route declares. A route that answers about something that exists
// exactly as about something that does not has given nothing away.

// asked drives one request as one role and says what was answered.
func (m *matrix) asked(r role, pattern, what string) answer {
	method, path := m.place(pattern, what)
	a := r.browser.copied().ask(method, path, m.form(pattern, r, what))
	if a.status == http.StatusTooManyRequests {
		m.Clock.Add(time.Minute)
		a = r.browser.copied().ask(method, path, m.form(pattern, r, what))
	}
	return a
}

// given reports whether an answer gave anything: it is no refusal, and it differs
// from the answer about something that does not exist.
func (m *matrix) given(r role, pattern, what string, a answer) bool {
	signIn := strings.HasPrefix(a.to, "/desk/signin") && !strings.Contains(pattern, " /desk/sign")
	if a.status == http.StatusUnauthorized || a.status == http.StatusForbidden || a.status == http.StatusNotFound || signIn {
		return false
	}
	if len(objects(pattern)) == 0 {
		return true
	}
	other := m.asked(r, pattern, "nothing")
	return a.status != other.status || m.blank(pattern, what, a) != m.blank(pattern, "nothing", other)
}

// blank is an answer without the names that its address holds.
func (m *matrix) blank(pattern, what string, a answer) string {
	_, path := m.place(pattern, what)
	text := a.to + "\n" + a.body
	for _, part := range strings.Split(path, "/") {
		if strings.HasPrefix(part, "KB-") || len(part) > 25 {
			text = strings.ReplaceAll(text, part, "")
		}
	}
	return text
}

// may is the policy: what a role may be given.
func (r role) may(who ui.Who, what string) bool {
	switch who {
	case ui.Everyone:
		return true
	case ui.HolderOfLink:
		return what == "it"
	case ui.Begun:
		return false // nobody here took the step before
	case ui.HolderOfCode:
		return r.code != "" && (what == "" || what == r.code)
	case ui.Members:
		return r.member
	case ui.Vouched:
		return r.vouched
	case ui.Configurators:
		return slices.Contains(r.tasks, staff.RoleConfigurator)
	case ui.Handlers:
		return slices.Contains(r.tasks, staff.RoleHandler)
	case ui.Leavers:
		return slices.Contains(r.tasks, staff.RoleConfigurator) || slices.Contains(r.tasks, staff.RoleHandler)
	case ui.Certified:
		return slices.Contains(r.tasks, staff.RoleHandler) || slices.Contains(r.tasks, staff.RoleAuditor)
	case ui.Restorers:
		return r.reads == "A" // which the one who lost access could read
	case ui.Auditors:
		return slices.Contains(r.tasks, staff.RoleAuditor)
	case ui.Readers:
		return len(what) == 1 && strings.Contains(r.reads, what)
	default:
		return false
	}
}

// TestAccessMatrix drives every route as everybody.
func TestAccessMatrix(t *testing.T) {
	m, _ := newMatrix(t)
	var doc strings.Builder
	doc.WriteString("# Who may ask for what\n\n" +
		"Written by `go test ./internal/promises -run TestAccessMatrix -update`, which drives every route\n" +
		"of both faces as everybody and compares what is given with the policy that the route declares.\n" +
		"A is a case of the Complaints team about one of its members, B one of Supporters Service.\n" +
		"*yes*: gives what the page is for. *A*, *B*: gives it for that case only. *–*: refuses, and where\n" +
		"the address names something, answers exactly as if that did not exist.\n")
	for _, face := range []struct {
		name     string
		policies map[string]ui.Who
	}{{"Public pages and mailbox", public.Policies()}, {"Desk", desk.Policies()}} {
		fmt.Fprintf(&doc, "\n## %s\n\n| Route | For |", face.name)
		for _, r := range m.roles {
			fmt.Fprintf(&doc, " %s |", r.name)
		}
		doc.WriteString("\n|---|---|" + strings.Repeat("---|", len(m.roles)) + "\n")
		cells := map[string]string{}
		for _, pattern := range leavingLast(sortedPatterns(face.policies)) {
			cells[pattern] = fmt.Sprintf("| `%s` | %s |", pattern, face.policies[pattern])
			for _, r := range m.roles {
				cells[pattern] += fmt.Sprintf(" %s |", m.cell(t, r, pattern, face.policies[pattern]))
			}
		}
		for _, pattern := range sortedPatterns(face.policies) {
			doc.WriteString(cells[pattern] + "\n")
		}
	}
	golden(t, filepath.Join("..", "..", "doc", "access.md"), doc.String())
}

// sortedPatterns puts the routes of one address together.
func sortedPatterns(policies map[string]ui.Who) []string {
	return slices.SortedFunc(maps.Keys(policies), func(a, b string) int {
		am, ap, _ := strings.Cut(a, " ")
		bm, bp, _ := strings.Cut(b, " ")
		return strings.Compare(ap+" "+am, bp+" "+bm)
	})
}

// leavingLast drives the routes that end a session after all others.
func leavingLast(patterns []string) []string {
	leaves := func(p string) bool { return strings.Contains(p, "signout") || strings.Contains(p, "leave") }
	return append(slices.DeleteFunc(slices.Clone(patterns), leaves), slices.DeleteFunc(slices.Clone(patterns), func(p string) bool { return !leaves(p) })...)
}

// cell drives one route as one role about everything.
func (m *matrix) cell(t *testing.T, r role, pattern string, who ui.Who) string {
	t.Helper()
	list := objects(pattern)
	if list == nil {
		m.expect(t, r, pattern, who, "")
		if r.may(who, "") {
			return "yes"
		}
		return "–"
	}
	shown := ""
	for _, what := range list {
		m.expect(t, r, pattern, who, what)
		if r.may(who, what) {
			shown += " " + what
		}
	}
	switch shown = strings.TrimSpace(shown); shown {
	case "":
		return "–"
	case "it":
		return "yes"
	default:
		return shown
	}
}

func (m *matrix) expect(t *testing.T, r role, pattern string, who ui.Who, what string) {
	t.Helper()
	may := r.may(who, what)
	watched := !may && strings.HasPrefix(pattern, "POST")
	var before []byte
	if watched {
		before = m.state(t)
	}
	a := m.asked(r, pattern, what)
	if given := m.given(r, pattern, what, a); may != given {
		t.Errorf("%s as %s about %q: given %v, the policy %q says %v (status %d, to %q)", pattern, r.name, what, given, who, may, a.status, a.to)
	}
	m.unread(t, r, pattern, a)
	if watched && !bytes.Equal(before, m.state(t)) {
		t.Errorf("%s as %s about %q changed something", pattern, r.name, what)
	}
}

// unread makes sure that no page holds words of a case that is not the role's.
func (m *matrix) unread(t *testing.T, r role, pattern string, a answer) {
	t.Helper()
	for name, o := range m.cases {
		if strings.Contains(r.reads, name) || r.code == name {
			continue
		}
		for _, w := range o.words {
			if strings.Contains(a.body, w) || strings.Contains(a.to, w) && w != string(o.number) {
				t.Errorf("%s as %s: the page holds %s of case %s", pattern, r.name, w, name)
			}
		}
	}
}

// state is what nobody without permission may change.
func (m *matrix) state(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, table := range []string{"case_file", "case_key", "case_grant", "entry", "case_clock", "desk_draft", "upload", "member", "envelope", "directory_event", "notice_address", "invitation"} {
		for _, row := range rowsOf(t, m.Instance, table) {
			b.WriteString(row + "\n")
		}
	}
	return b.Bytes()
}

// golden compares a whole file, or writes it with -update.
func golden(t *testing.T, path, want string) {
	t.Helper()
	if *update && !t.Failed() {
		must(t, os.WriteFile(path, []byte(want), 0o644))
	}
	got, err := os.ReadFile(path)
	must(t, err)
	if string(got) != want {
		t.Errorf("%s is not what the code says; run the test with -update and read the difference", path)
	}
}
