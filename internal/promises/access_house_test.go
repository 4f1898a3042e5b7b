package promises_test

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/configure"
	"klankbord/internal/dialogue"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// role is somebody who asks.
type role struct {
	name    string
	browser *visitor
	reads   string // the cases whose content they may see, as members: "A", "B"
	code    string // the case whose code they hold
	member  bool
	vouched bool
	tasks   []staff.Role
}

// matrix is the house in which every route is driven.
type matrix struct {
	*apptest.Instance
	roles []role
	cases map[string]*object
	links map[string]string // placeholders that name no case, and what stands for them
}

// object is what belongs to a case.
type object struct {
	number                      casefile.Number
	file, mail, request, record string
	sound                       string // a recording
	slip, interview             string
	words                       []string // found on pages of those who may see them only
}

func (m *matrix) role(name string, r role) {
	r.name = name
	m.roles = append(m.roles, r)
}

func handles(team casefile.Team, f staff.Function) staff.Assignment {
	return staff.Assignment{Role: staff.RoleHandler, Team: team, Function: f}
}

func newMatrix(t *testing.T, options ...apptest.Option) (*matrix, apptest.Staff) {
	t.Helper()
	i, team := apptest.Staffed(t, options...)
	_, _, both, err := i.Handlers()
	must(t, err)
	m := &matrix{Instance: i, cases: map[string]*object{}, links: map[string]string{
		"kind": "note", "clock": "D5", "step": "topics", "sheet": "measure", "$": "",
	}}
	accused := i.Enrol(team.Manager, "Accused Verbeke", handles(casefile.ComplaintsTeam, ""))
	onA := i.Enrol(team.Manager, "Ona Lambrecht", handles(casefile.ComplaintsTeam, ""))
	onB := i.Enrol(team.Manager, "Onb Mertens", handles(casefile.SupportersService, ""))
	lost := i.Enrol(team.Manager, "Lost Hermans", handles(casefile.ComplaintsTeam, ""))
	alternative := i.Enrol(team.Manager, "Alternative Wouters", handles(casefile.Alternative, ""))
	auditor := i.Enrol(team.Manager, "Auditing Jacobs", staff.Assignment{Role: staff.RoleAuditor})
	configurator := i.Enrol(team.Manager, "Configuring Michiels", staff.Assignment{Role: staff.RoleConfigurator})
	removed := i.Enrol(team.Manager, "Removed Goossens", handles(casefile.ComplaintsTeam, ""))

	codeA := m.complain(t, "A", apptest.With(apptest.StrictAnswers("theft"), profile.FieldStory, "It was Accused Verbeke who did it. "+word("Astory")), accused)
	codeB := m.complain(t, "B", apptest.With(apptest.Answers("response-time"), profile.FieldStory, "Nobody answered me for weeks on end. "+word("Bstory")), apptest.Enrolled{})
	m.worked(t, "A", onA, team.HR.Member, func() error { return i.StepAside(team.HR, m.cases["A"].number) })
	m.worked(t, "B", onB, team.Service[2].Member, func() error { return i.StepAside(team.Service[2], m.cases["B"].number) })
	m.newCode(t, onA)
	m.lose(t, team, lost)
	left := newVisitor(t, both).signIn(i, removed)
	must(t, i.Setup.Leave(ctx, team.Manager, setup.Leaving{Member: removed.Member, Password: i.Password(team.Manager)}))

	m.role("stranger", role{browser: newVisitor(t, both)})
	m.role("code of A", role{browser: newVisitor(t, both).enter(codeA), code: "A"})
	m.role("code of B", role{browser: newVisitor(t, both).enter(codeB), code: "B"})
	desk := func(e apptest.Enrolled, reads string, tasks ...staff.Role) role {
		return role{browser: newVisitor(t, both).signIn(i, e), reads: reads, member: true, vouched: true, tasks: tasks}
	}
	m.role("member on A", desk(onA, "A", staff.RoleHandler))
	m.role("member on B", desk(onB, "B", staff.RoleHandler))
	m.role("excluded from A", desk(accused, "", staff.RoleHandler))
	m.role("removed", role{browser: left})
	m.role("alternative", desk(alternative, "", staff.RoleHandler))
	unvouched := i.EnrolOnly(team.Manager, "Unvouched Person", handles(casefile.ComplaintsTeam, ""))
	m.role("not yet vouched for", role{browser: newVisitor(t, both).signIn(i, unvouched), member: true})
	m.role("configurator", desk(configurator, "", staff.RoleConfigurator))
	m.role("auditor", desk(auditor, "", staff.RoleAuditor))
	m.link(t, team)
	return m, team
}

// complain makes a case that is about somebody, and notes what belongs to it.
func (m *matrix) complain(t *testing.T, name string, a profile.Answers, about apptest.Enrolled) (code string) {
	t.Helper()
	tok := m.Draft("nl", a, map[string]string{word(name+"file") + ".txt": word(name + "content"), "memo.wav": "RIFF\x04\x00\x00\x00WAVEfmt "})
	if about.Member != "" {
		_, err := m.Intake.Name(ctx, tok, "nl", map[string]string{string(about.Member): "yes"})
		must(t, err)
	}
	r, err := m.Intake.Submit(ctx, tok, "")
	must(t, err)
	mailbox, err := m.Dialogue.Mailbox(ctx, m.Enter(r.Code))
	must(t, err)
	files := map[string]string{}
	for _, f := range mailbox.Story.Files {
		files[f.Name] = f.ID
	}
	o := &object{number: r.Number, file: files[word(name+"file")+".txt"], sound: files["memo.wav"], words: []string{
		string(r.Number), word(name + "story"), word(name + "file"), word(name + "content"), word(name + "note"), word(name + "draft"),
	}}
	m.cases[name] = o
	must(t, m.Store.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow("SELECT id FROM mail WHERE case_id = $1 AND kind LIKE 'acknowledgement%'", r.Case).Scan(&o.mail)
	}))
	m.DeliverMail()
	if secret := m.mailed(`/confirm/([\w-]+)`); secret != "" {
		m.links["secret of confirm"] = secret
	}
	return r.Code
}

// mailed finds what the newest mail holds, such as a link.
func (m *matrix) mailed(pattern string) string {
	mails := m.Box.Mails()
	for n := range mails {
		if found := regexp.MustCompile(pattern).FindStringSubmatch(mails[len(mails)-1-n].Text); found != nil {
			return found[1]
		}
	}
	return ""
}

// worked leaves a note, a draft, and a request that somebody be let back in.
func (m *matrix) worked(t *testing.T, name string, e apptest.Enrolled, who staff.ID, aside func() error) {
	t.Helper()
	o := m.cases[name]
	must(t, aside())
	m.Write(e.Actor, o.number, casework.DraftNote, word(name+"note"))
	_, err := m.Casework.SaveDraft(ctx, e.Actor, o.number, casework.Writing{
		Kind: casework.DraftNote, Was: casework.DraftNote, Seen: m.Case(e.Actor, o.number).Seen, Text: word(name + "draft"), Lang: lang.NL,
	})
	must(t, err)
	o.request, err = m.Casework.AskReturn(ctx, e.Actor, o.number, who, "it is about somebody else of that name")
	must(t, err)
	m.Keep(e.Actor, o.number, casefile.SheetMeasure, map[string][]string{"what": {"Pay it back"}, "kind": {"refund"}})
	m.Keep(e.Actor, o.number, casefile.SheetDecision, map[string][]string{"outcome": {"upheld"}, "why": {word(name + "note")}})
	o.record = string(m.Case(e.Actor, o.number).Work.Single(casefile.SheetMeasure).ID)
	m.Keep(e.Actor, o.number, casefile.SheetInterview, map[string][]string{"who": {"An"}, "on": {"2026-03-02"}, "way": {"phone"}, "minutes": {word(name + "story")}})
	o.interview, o.slip = string(m.Case(e.Actor, o.number).Work.Single(casefile.SheetInterview).ID), ident.New()
	must(t, m.Casework.PutBefore(ctx, e.Actor, o.number, casework.Putting{Kind: casefile.SlipMinutes, ID: o.slip, Record: o.interview, Version: o.interview, Lang: lang.NL}))
}

// newCode starts a new code for case A, whose address was confirmed.
func (m *matrix) newCode(t *testing.T, by apptest.Enrolled) {
	t.Helper()
	must(t, m.Dialogue.ConfirmContact(ctx, m.links["secret of confirm"]))
	must(t, m.Casework.StartCode(ctx, by.Actor, m.cases["A"].number, "the code was lost with the telephone", apptest.Password))
	m.DeliverMail()
	if m.links["secret of code"] = m.mailed(`/code/([\w-]+)`); m.links["secret of code"] == "" {
		t.Fatal("no link to a new code was mailed")
	}
}

// lose takes a member through a reset, so that colleagues may give back case A.
func (m *matrix) lose(t *testing.T, team apptest.Staff, lost apptest.Enrolled) {
	t.Helper()
	m.StartReset(team.Manager, lost)
	m.Clock.Set(m.Confirm(lost.Member, team.Manager, team.HR).Add(time.Minute))
	m.DeliverMail()
	m.links["member of restore"] = string(lost.Member)
}

// link makes what else routes name.
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
	m.links["change"] = m.EnrolOnly(team.Manager, "Waiting Person", staff.Assignment{Role: staff.RoleAuditor}).Invitation
	dir, err := m.Custody.Directory(ctx)
	must(t, err)
	other := m.Enrol(team.Manager, "Someone Dejonghe", staff.Assignment{Role: staff.RoleConfigurator}).Member
	m.links["member"], m.links["key"] = string(other), dir.RecoveryKeys()[0].ID
	m.links["part"], m.links["group"], m.links["version"], m.links["list"] = "texts", "privacy", "1", "topics"
	must(t, m.Setup.Confirm(ctx, team.Manager, setup.StepTopics, ""))
	_, err = m.Settings.Save(ctx, team.Manager, configure.Set{Changes: profile.Changes{"organisation.website": json.RawMessage(`"example.org"`)}, Why: "it moved"})
	must(t, err)
	must(t, m.Setup.StartDrill(ctx, team.Manager))
	calendar, err := m.Casework.MakeCalendar(ctx, team.HR)
	must(t, err)
	m.links["secret of calendar"] = calendar.Cookie()
}

// place puts one object of every kind into a pattern. what is "A", "B", "nothing", or
// "A with B": the case of one with what belongs to the other.
func (m *matrix) place(pattern, what string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	if !strings.HasPrefix(path, "/desk") && path != "/leave" && path != "/{$}" {
		path = "/nl" + path
	}
	const none = "00000000000000000000000000"
	nothing := object{number: "KB-0000-00", file: none, request: none, record: none, slip: none, interview: none}
	what, other, crossed := strings.Cut(what, " with ")
	o, inside := &nothing, &nothing
	if known := m.cases[what]; known != nil {
		o, inside = known, known
	}
	if crossed {
		inside = m.cases[other]
	}
	values := map[string]string{}
	for name, value := range m.links {
		name, of, only := strings.Cut(name, " of ")
		if only && !strings.Contains(path, "/"+of+"/{") {
			continue
		}
		if _, chosen := values[name]; chosen && !only {
			continue
		}
		values[name] = value
		if what == "nothing" && !strings.Contains("kind step sheet $", name) {
			values[name] = none
			if name == "token" || name == "secret" {
				values[name] = seal.NewToken().Cookie()
			}
		}
	}
	if what == "B" {
		values["clock"] = "D7" // as it came in on the general route
	}
	values["number"], values["entry"], values["id"], values["request"] = string(o.number), inside.file, inside.file, inside.request
	values["record"], values["slip"] = inside.record, inside.slip
	if strings.Contains(path, "/sound/") {
		values["entry"] = inside.sound
	}
	if strings.Contains(path, "/mailbox/slip/") {
		values["id"] = inside.slip
	}
	if strings.Contains(path, "/slip/new/") {
		values["kind"] = "minutes"
		path += "?record=" + inside.interview
	}
	for name, value := range values {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	if strings.HasSuffix(path, "/people/leave") && method == "GET" {
		path += "?member=" + m.links["member"]
	}
	return method, path
}

// objects says whether a pattern names a case, something else, or nothing.
func objects(pattern string) []string {
	has := func(name string) bool { return strings.Contains(pattern, "{"+name+"}") }
	switch {
	case strings.HasSuffix(pattern, "/code/given"): // forgets what the browser held, and leads back
		return nil
	case has("number") && (has("entry") || has("request") || has("record") || has("slip")):
		return []string{"A", "B", "A with B", "B with A"}
	case has("number"), has("id"):
		return []string{"A", "B"}
	case strings.Contains(strings.NewReplacer("{step}", "", "{topic}", "", "{$}", "").Replace(pattern), "{"):
		return []string{"it"}
	default:
		return nil
	}
}

// form is what a form has to hold for a request to get as far as the decision. An
// empty one does mostly.
func (m *matrix) form(pattern string, r role, what string) url.Values {
	switch pattern {
	case "POST /desk/settings/history/{version}":
		return url.Values{"version": {"0"}, "base": {"0"}} // another came in between
	case "POST /desk/people/change/{change}":
		return url.Values{"compared": {"yes"}, "digest": {"x"}, "password": {"not this one at all"}}
	case "POST /desk/people/member/{member}":
		return url.Values{"task": {"configurator//"}} // as it is
	case "POST /desk/people/recovery-key/{key}":
		return url.Values{"keeper": {m.links["member"]}}
	case "POST /desk/setup/confirm":
		return url.Values{"confirm": {"topics"}}
	case "POST /desk/people/leave":
		return url.Values{"member": {m.links["member"]}, "password": {"not this one at all"}}
	case "POST /desk/people/member/{member}/reset":
		return url.Values{"password": {apptest.Password}}
	case "POST /desk/case/{number}/acknowledged":
		return url.Values{"on.day": {"2"}, "on.month": {"3"}, "on.year": {"2026"}, "way": {"phone"}, "revision": {"-1"}}
	case "POST /desk/case/{number}/records/{sheet}", "POST /desk/case/{number}/records/{sheet}/{record}":
		values := url.Values{"what": {"Pay it back"}, "kind": {"refund"}, "id": {ident.New()}}
		if o := m.cases[what]; o != nil && strings.HasSuffix(pattern, "{record}") {
			values.Set("version", o.record)
		}
		return values
	case "POST /desk/case/{number}/records/decision/agree":
		return url.Values{"version": {"older"}, "reason": {"please read what we decided"}}
	case "POST /desk/case/{number}/slip/new/{kind}":
		if o := m.cases[what]; o != nil {
			return url.Values{"id": {ident.New()}, "record": {o.interview}, "version": {"older"}, "lang": {"nl"}}
		}
	case "POST /desk/case/{number}/mail":
		if o := m.cases[what]; o != nil {
			behind(m.T, m.Store, "UPDATE mail SET state = 'dead' WHERE id = $1", o.mail)
			return url.Values{"mail": {o.mail}}
		}
	case "POST /mailbox/reply", "POST /mailbox/withdraw", "POST /mailbox/conversation", "POST /mailbox/contact", "POST /mailbox/mail", "POST /mailbox/language", "POST /mailbox/slip/{id}":
		if o := m.cases[r.code]; o != nil {
			return url.Values{"key": {dialogue.NewKey()}, "number": {string(o.number)}}
		}
	}
	return url.Values{}
}
