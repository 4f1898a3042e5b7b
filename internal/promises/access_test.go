package promises_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/dialogue"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/store"
	"klankbord/internal/web/desk"
	"klankbord/internal/web/public"
	"klankbord/internal/web/ui"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The access matrix. Every route of both faces is asked by everybody, about what
// belongs to case A, to case B and to no case; what is answered is compared with the
// policy that the route declares. A route that answers about something that exists
// exactly as about something that does not has given nothing away.

// role is somebody who asks.
type role struct {
	name    string
	browser *visitor
	reads   string // the cases whose content they may see, as members: "A", "B", "AB"
	code    string // the case whose code they hold
	member  bool
	vouched bool
	tasks   []staff.Role
}

// matrix is the house in which it is driven.
type matrix struct {
	*apptest.Instance
	roles []role
	cases map[string]*object
	links map[string]string // placeholders that name no case, and what stands for them
}

// object is what belongs to a case.
type object struct {
	number casefile.Number
	file   string
	mail   string
	words  []string // found on pages of those who may see them only
}

// columns of doc/access.md, in this order.
func (m *matrix) role(name string, r role) { r.name = name; m.roles = append(m.roles, r) }

func newMatrix(t *testing.T) *matrix {
	t.Helper()
	i, team := apptest.Staffed(t)
	_, _, both, err := i.Handlers()
	must(t, err)
	m := &matrix{Instance: i, cases: map[string]*object{}, links: map[string]string{}}
	handles := func(team casefile.Team, f staff.Function) staff.Assignment {
		return staff.Assignment{Role: staff.RoleHandler, Team: team, Function: f}
	}
	accused := i.Enrol(team.Manager, "Accused Member", handles(casefile.ComplaintsTeam, "accused"))
	onA := i.Enrol(team.Manager, "Member OnA", handles(casefile.ComplaintsTeam, ""))
	onB := i.Enrol(team.Manager, "Member OnB", handles(casefile.SupportersService, ""))
	alternative := i.Enrol(team.Manager, "Alternative Member", handles(casefile.Alternative, ""))
	auditor := i.Enrol(team.Manager, "Auditing Member", staff.Assignment{Role: staff.RoleAuditor})
	configurator := i.Enrol(team.Manager, "Configuring Member", staff.Assignment{Role: staff.RoleConfigurator})

	codeA := m.complain(t, "A", apptest.With(apptest.StrictAnswers("theft"), profile.FieldStory, "It was Member, Accused Member, who did it. "+word("Astory")), accused)
	codeB := m.complain(t, "B", apptest.With(apptest.Answers("response-time"), profile.FieldStory, "Nobody answered me for weeks on end. "+word("Bstory")), apptest.Enrolled{})
	m.Write(team.Manager, m.cases["A"].number, casework.DraftNote, word("Anote"))
	m.Write(team.Service[0], m.cases["B"].number, casework.DraftNote, word("Bnote"))
	for name, e := range map[string]apptest.Enrolled{"A": onA, "B": onB} {
		_, err := m.Casework.SaveDraft(ctx, e.Actor, m.cases[name].number, casework.Writing{
			Kind: casework.DraftNote, Was: casework.DraftNote, Text: word(name + "draft"), Lang: lang.NL,
		})
		must(t, err)
	}
	m.link(t, team)

	stranger := newVisitor(t, both)
	m.role("stranger", role{browser: stranger})
	m.role("code of A", role{browser: newVisitor(t, both).enter(codeA), code: "A"})
	m.role("code of B", role{browser: newVisitor(t, both).enter(codeB), code: "B"})
	desk := func(e apptest.Enrolled, reads string, tasks ...staff.Role) role {
		return role{browser: newVisitor(t, both).signIn(i, e), reads: reads, member: true, vouched: true, tasks: tasks}
	}
	m.role("member on A", desk(onA, "A"))
	m.role("member on B", desk(onB, "B"))
	m.role("excluded from A", desk(accused, ""))
	m.role("alternative", desk(alternative, ""))
	unvouched := role{browser: newVisitor(t, both).signIn(i, i.EnrolOnly(team.Manager, "Unvouched Person", handles(casefile.ComplaintsTeam, ""))), member: true}
	m.role("not yet vouched for", unvouched)
	m.role("configurator", desk(configurator, "", staff.RoleConfigurator))
	m.role("auditor", desk(auditor, "", staff.RoleAuditor))
	return m
}

// complain makes a case that is about somebody, and notes what belongs to it.
func (m *matrix) complain(t *testing.T, name string, a profile.Answers, about apptest.Enrolled) (code string) {
	t.Helper()
	tok := m.Draft("nl", a, map[string]string{word(name+"file") + ".txt": word(name + "content")})
	if about.Member != "" {
		_, err := m.Intake.Name(ctx, tok, "nl", map[string]string{string(about.Member): "yes"})
		must(t, err)
	}
	r, err := m.Intake.Submit(ctx, tok, "")
	must(t, err)
	mailbox, err := m.Dialogue.Mailbox(ctx, m.Enter(r.Code))
	must(t, err)
	o := &object{number: r.Number, file: mailbox.Story.Files[0].ID, words: []string{
		string(r.Number), word(name + "story"), word(name + "file"), word(name + "content"), word(name + "note"), word(name + "draft"),
	}}
	m.cases[name] = o
	must(t, m.Store.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow("SELECT id FROM mail WHERE case_id = $1", r.Case).Scan(&o.mail)
	}))
	return r.Code
}

// link makes what routes name that belongs to no case.
func (m *matrix) link(t *testing.T, team apptest.Staff) {
	t.Helper()
	path, err := m.Setup.Invite(ctx, team.Manager, setup.Person{
		Name: "Invited Person", Email: "invited@desk.example", Language: "nl", Assignments: []staff.Assignment{{Role: staff.RoleAuditor}},
	})
	must(t, err)
	m.links["token"] = strings.TrimPrefix(path, "/desk/enrol/")
	tok, err := seal.ParseToken(m.links["token"])
	must(t, err)
	_, err = m.SignIn.Enrol(ctx, tok, apptest.Password)
	must(t, err)
	m.links["invitation"] = m.EnrolOnly(team.Manager, "Waiting Person", staff.Assignment{Role: staff.RoleAuditor}).Invitation
	m.links["kind"], m.links["step"], m.links["$"] = "note", "topics", ""
}

// place puts one object of every kind into a pattern. what is "A", "B", "nothing", or
// "A with B": the case of one with what belongs to the other.
func (m *matrix) place(pattern, what string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	if !strings.HasPrefix(path, "/desk") && path != "/leave" && path != "/{$}" {
		path = "/nl" + path
	}
	nothing := object{number: "KB-0000-00", file: "00000000000000000000000000"}
	what, other, crossed := strings.Cut(what, " with ")
	o, inside := &nothing, &nothing
	if known := m.cases[what]; known != nil {
		o, inside = known, known
	}
	if crossed {
		inside = m.cases[other]
	}
	values := maps.Clone(m.links)
	if what == "nothing" {
		values["token"], values["invitation"] = seal.NewToken().Cookie(), nothing.file
	}
	values["number"], values["entry"], values["id"] = string(o.number), inside.file, inside.file
	for name, value := range values {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	return method, path
}

// objects says whether a pattern names a case, something else, or nothing.
func objects(pattern string) []string {
	switch {
	case strings.Contains(pattern, "{number}") && strings.Contains(pattern, "{entry}"):
		return []string{"A", "B", "A with B", "B with A"}
	case strings.Contains(pattern, "{number}"), strings.Contains(pattern, "{id}"):
		return []string{"A", "B"}
	case strings.Contains(pattern, "{token}"), strings.Contains(pattern, "{invitation}"):
		return []string{"it"}
	default:
		return nil
	}
}

// form is what a form has to hold for a request to get as far as the decision. An
// empty one does mostly.
func (m *matrix) form(pattern string, r role, what string) url.Values {
	switch pattern {
	case "POST /desk/people/vouch/{invitation}":
		return url.Values{"compared": {"yes"}, "password": {"not this one at all"}}
	case "POST /desk/case/{number}/acknowledged":
		return url.Values{"on.day": {"2"}, "on.month": {"3"}, "on.year": {"2026"}, "way": {"phone"}, "revision": {"-1"}}
	case "POST /desk/case/{number}/mail":
		if o := m.cases[what]; o != nil {
			behind(m.T, m.Store, "UPDATE mail SET state = 'dead' WHERE id = $1", o.mail)
			return url.Values{"mail": {o.mail}}
		}
	case "POST /mailbox/reply", "POST /mailbox/withdraw", "POST /mailbox/conversation", "POST /mailbox/contact", "POST /mailbox/mail", "POST /mailbox/language":
		if o := m.cases[r.code]; o != nil {
			return url.Values{"key": {dialogue.NewKey()}, "number": {string(o.number)}}
		}
	}
	return url.Values{}
}

// asked drives one request as one role and says what was answered.
func (m *matrix) asked(r role, pattern, what string) answer {
	method, path := m.place(pattern, what)
	return r.browser.copied().ask(method, path, m.form(pattern, r, what))
}

// given reports whether an answer gave anything: it is no refusal, and it differs
// from the answer about something that does not exist.
func (m *matrix) given(r role, pattern, what string) bool {
	a := m.asked(r, pattern, what)
	if a.status == 403 || a.status == 404 || strings.HasPrefix(a.to, "/desk/signin") && !strings.HasPrefix(pattern[strings.Index(pattern, " ")+1:], "/desk/sign") {
		return false
	}
	if len(objects(pattern)) == 0 {
		return true
	}
	_, path := m.place(pattern, what)
	_, none := m.place(pattern, "nothing")
	other := m.asked(r, pattern, "nothing")
	return a.status != other.status || strings.ReplaceAll(a.to, path, none) != other.to || strings.ReplaceAll(a.body, path, none) != other.body
}

// may is the policy: what a role may be given.
func (r role) may(who ui.Who, what string) bool {
	switch who {
	case ui.Everyone:
		return true
	case ui.HolderOfLink:
		return what == "it"
	case ui.HolderOfCode:
		return r.code != "" && (what == "" || what == r.code)
	case ui.Members:
		return r.member
	case ui.Vouched:
		return r.vouched
	case ui.Configurators:
		return slices.Contains(r.tasks, staff.RoleConfigurator)
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
	m := newMatrix(t)
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
	before := m.state(t)
	may, given := r.may(who, what), m.given(r, pattern, what)
	if may != given {
		a := m.asked(r, pattern, what)
		t.Errorf("%s as %s about %q: given %v, the policy %q says %v (status %d, to %q)", pattern, r.name, what, given, who, may, a.status, a.to)
	}
	m.unread(t, r, pattern, m.asked(r, pattern, what))
	if !may && !bytes.Equal(before, m.state(t)) {
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
	for _, table := range []string{"case_file", "case_key", "case_grant", "entry", "case_clock", "desk_draft", "member", "envelope", "directory_event", "notice_address", "invitation"} {
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
