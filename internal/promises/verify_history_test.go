package promises_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/dialogue"
	"klankbord/internal/lang"
	"klankbord/internal/retention"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// eventful is an instance in which something of everything happened, and what the
// people in it see.
type eventful struct {
	*matrix
	team     apptest.Staff
	windows  *scene
	provider *apptest.Provider
	watched  map[string]string // per table the rows that a window is about, where not all are
}

// examined holds everything against the log, with stamps and sealed files.
func examined(t testing.TB, i *apptest.Instance) *custody.Examined {
	t.Helper()
	var r *custody.Examined
	must(t, i.Store.Read(ctx, func(tx *store.Tx) (err error) {
		r, err = i.Work.Checker.Examination.Run(tx)
		return err
	}))
	return r
}

// wantSound checks that nothing is found in an honest history.
func wantSound(t testing.TB, i *apptest.Instance) {
	t.Helper()
	if r := examined(t, i); !r.Sound() {
		t.Fatalf("an honest history is not accepted: %v, log %+v", r.Findings, r.Log)
	}
}

func newEventful(t *testing.T, database string) *eventful {
	t.Helper()
	p := apptest.NewProvider(t, nil)
	m, team := newMatrix(t, func(c *config.Config, o *app.Options) {
		c.Database, c.Witness, c.WitnessEvery, c.WitnessLanguage = database, []string{"witness@outside.example"}, time.Hour, "fr"
		p.Configure(c)
		p.Clock = o.Clock
	})
	h := &eventful{m, team, &scene{Instance: m.Instance, team: team, before: map[string]sight{}}, p, map[string]string{}}
	if database == "" {
		h.restored()
	}
	h.recovered()
	h.erased()
	h.Sequence()
	_, err := h.Work.Witnesses.Step(ctx, "test")
	must(t, err)
	h.DeliverMail()
	_, err = h.Work.Checker.Step(ctx, "test")
	must(t, err)
	h.Clock.Add(2 * time.Hour)
	h.watch("submission", "mailbox_session")(h.handled)
	h.watch("session", "held", "directory_pin")(h.waysIn)
	h.windowsOf()
	h.watched["envelope"] = fmt.Sprintf("kind = 'passkey' OR member_id = '%s'", team.Manager.Member)
	h.wait()
	h.Sequence()
	_, err = h.Work.Witnesses.Step(ctx, "test")
	must(t, err)
	return h
}

// watch notes which rows of tables come of what a function does, the ones that somebody
// still looks at. On PostgreSQL nothing is changed, and there is nothing to note.
func (h *eventful) watch(tables ...string) func(func()) {
	return func(do func()) {
		if h.Config.Database != "" {
			do()
			return
		}
		before := map[string]int64{}
		for _, table := range tables {
			before[table] = h.newest(table)
		}
		do()
		for _, table := range tables {
			h.watched[table] = fmt.Sprintf("rowid > %d AND rowid <= %d", before[table], h.newest(table))
		}
	}
}

func (h *eventful) newest(table string) (row int64) {
	h.must(h.Store.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow("SELECT coalesce(max(rowid), 0) FROM " + table).Scan(&row)
	}))
	return row
}

func (h *eventful) must(err error) {
	h.T.Helper()
	must(h.T, err)
}

// restored puts an older database back, which an operator accepts.
func (h *eventful) restored() {
	var older string
	file := filepath.Join(h.State, "klankbord.db")
	h.Restart(func() { older = keepCopy(h.T.(*testing.T), file) })
	h.Complain("nl", apptest.StrictAnswers("theft"), nil)
	h.Sequence()
	h.Restart(func() { putBack(h.T.(*testing.T), file, older) })
	h.Clock.Add(time.Minute)
	h.must(h.Custody.Watch(ctx))
	h.must(h.Custody.Accept(ctx, "the disk broke"))
}

// handled takes a complaint from its receipt to its end, with files both ways, an
// opened identity and an answer, and leaves another open.
func (h *eventful) handled() {
	s, m := h.windows, h.team.Manager
	for _, name := range []string{"C", "D"} {
		r := s.complaint(name)
		seen := h.Case(m, r.Number).Seen
		in, err := h.Casework.Receive(ctx, m, r.Number, word(name+"third")+".txt", strings.NewReader(word(name+"inner")))
		h.must(err)
		_, err = h.Casework.SaveDraft(ctx, m, r.Number, casework.Writing{
			Kind: casework.DraftNote, Was: casework.DraftNote, Revision: h.revision(m, r.Number, casework.DraftNote), Seen: seen,
			Text: word(name + "draftnote"), Lang: lang.NL, Add: []*casework.Incoming{in},
		})
		h.must(err)
		h.must(h.Casework.Watch(ctx, m, r.Number))
		if name == "C" {
			h.Move(m, r.Number, casefile.StateDecision)
			h.Close(m, r.Number, "We zetten het recht.", "Het klopte niet.")
		}
		visit := h.Enter(r.Code)
		if name == "C" {
			h.must(h.Dialogue.SayHowItWent(ctx, visit, r.Number, dialogue.Said{Clear: "yes", Fair: "no"}))
		}
		_, err = h.Dialogue.AddFile(ctx, visit, "later.txt", strings.NewReader("later"))
		h.must(err)
		h.must(h.Dialogue.SignOut(ctx, visit))
	}
	s.watch()
}

func (h *eventful) revision(a access.Actor, n casefile.Number, kind casework.DraftKind) int64 {
	for _, d := range h.Case(a, n).Drafts {
		if d.Kind == kind {
			return d.Revision
		}
	}
	return 0
}

// recovered uses the organisation's recovery key for somebody who came late.
func (h *eventful) recovered() {
	late := h.Join("Lotte Claes", staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
	plan := recovery(h.T.(*testing.T), h.Instance, late)
	_, err := h.Casework.Recover(ctx, plan)
	h.must(err)
	h.must(h.Setup.OpenDrill(ctx, h.team.HR))
	h.must(h.Casework.SetAbsence(ctx, h.team.HR, casework.Leave{Deputy: h.team.Manager.Member}))
	h.mailed()
	h.must(h.Casework.SaveList(ctx, h.team.HR, casework.Saved{Name: "late", Filter: casework.Filter{View: casework.ViewDue}}))
	_, err = h.Casework.MakeCalendar(ctx, h.team.HR)
	h.must(err)
	h.must(h.Casework.EnterYear(ctx, h.team.HR, casework.Year{Year: h.Clock.Now().Year(), People: 240, Supporters: 85_000, Trainings: 2}))
	h.Intake.Seen()
	h.must(h.Intake.KeepVisits(ctx))
}

// erased erases a case of which a short time was kept.
func (h *eventful) erased() {
	h.Casework.Retention = retention.Rules{{Route: casefile.General, Keep: deadline.Length{N: 1, Unit: deadline.Hours}, Reason: retention.ReasonFollowUp}}
	defer func() { h.Casework.Retention = nil }()
	by := h.team.Service[0]
	n := h.Complain("nl", apptest.Answers("response-time"), nil).Number
	h.DeliverMail()
	h.must(h.Casework.SetHold(ctx, by, n, "somebody went to court", h.Clock.Now().Add(time.Hour)))
	h.Close(by, n, "Wij antwoordden.", "Het antwoord kwam te laat.")
	h.Clock.Add(2 * time.Hour)
	h.must(h.Casework.LiftHold(ctx, by, n, "the court has decided"))
	h.must(h.Casework.Erase(ctx, by, n, h.Password(by)))
	h.DeliverMail()
}

// waysIn gives a member a passkey and an account at the identity provider, and leaves
// behind what a browser finds again: a sign-in that waits, and text that was typed.
func (h *eventful) waysIn() {
	e, key := h.Enrol(h.team.Manager, "Person E", staff.Assignment{Role: staff.RoleAuditor}), apptest.NewPasskey(h.T)
	h.SetOpenPGP(e, apptest.NewOpenPGP(h.T, h.Clock.Now(), 0).Public())
	act := func(p signin.Purpose) seal.Token {
		tok, err := h.SignIn.OpenAct(ctx, e.Actor, p, signin.Anew{Password: apptest.Password, Code: h.Digits(e)})
		h.must(err)
		return tok
	}
	tok := act(signin.ForPasskey)
	q, err := h.SignIn.AskAdd(ctx, e.Actor, tok)
	h.must(err)
	_, err = h.SignIn.AddPasskey(ctx, e.Actor, tok, signin.NewPasskey{Name: "laptop", Cookie: q.Cookie, Created: key.Create(q.Options)})
	h.must(err)
	tok = act(signin.ForAccount)
	address, cookie, err := h.SignIn.AskAccount(ctx, e.Actor, tok)
	h.must(err)
	back := h.provider.Authorize(address, "someone@provider").Query()
	cookie, err = h.SignIn.Answered(ctx, cookie, signin.Answer{Code: back.Get("code"), State: back.Get("state"), Issuer: back.Get("iss")})
	h.must(err)
	h.must(h.SignIn.LinkAccount(ctx, e.Actor, tok, cookie))
	h.windows.see("directory as E saw it", []string{"directory_pin"}, func() (any, error) {
		_, err := h.Custody.Greet(ctx, e.Member, e.Keys)
		if len(h.Custody.Alarms()) > 0 {
			h.Custody.Settle(ctx, custody.AlarmPin)
			err = custody.ErrStopped
		}
		return "", err
	})
	h.windows.see("session of E", []string{"session"}, func() (any, error) {
		_, err := h.SignIn.Session(ctx, e.Session)
		return "", err
	})
	pending, err := h.SignIn.Password(ctx, signin.Browser{}, e.Email, apptest.Password)
	h.must(err)
	h.windows.see("sign-in of E", []string{"session"}, func() (any, error) { return h.SignIn.Second(ctx, pending) })
	kept, err := h.SignIn.Keep(ctx, "form", []byte(word("kept")), 14*time.Hour)
	h.must(err)
	h.windows.see("what is kept for E", []string{"held"}, func() (any, error) {
		text, err := h.SignIn.Kept(ctx, kept, "form")
		return string(text), err
	})
}

// windowsOf adds what else people look through.
func (h *eventful) windowsOf() {
	browser, err := h.Dialogue.DrawCode(ctx, h.links["secret of code"])
	h.must(err)
	h.windows.see("new code", []string{"code_change", "link"}, func() (any, error) {
		p, err := h.Dialogue.CodePage(ctx, h.links["secret of code"], &browser)
		if err == nil && p.State != dialogue.LinkUsed {
			err = dialogue.ErrLinkGone
		}
		return map[string]string{"ID": "code", "code": p.Code}, err
	})
	e := h.Enrol(h.team.Manager, "Person C", staff.Assignment{Role: staff.RoleAuditor})
	h.windows.see("password", []string{"envelope", "member"}, func() (any, error) {
		_, err := h.SignIn.Unlock(ctx, e.Actor, apptest.Password)
		return "", err
	})
	h.windows.see("drill", []string{"drill", "drill_grant"}, func() (any, error) {
		d, err := h.Setup.Drill(ctx, h.team.HR)
		return map[string]string{"ID": "drill", "word": d.Mine.Word}, err
	})
}

// translated has a text of a case translated by somebody outside, who brings it into the
// case without being able to open it.
func (h *eventful) translated(n casefile.Number) {
	m := h.team.Manager
	texts, err := h.Casework.Translatables(ctx, m, n)
	h.must(err)
	file, err := h.Casework.AddTranslator(ctx, m, n, casework.Translator{
		Entry: texts[0].ID, Name: "Ioana Pop", To: "Roemeens", Lang: lang.NL, Until: h.Casework.Calendar.Today(h.Clock.Now().AddDate(0, 0, 7)), About: "tekst",
	}, h.Password(m))
	h.must(err)
	h.must(h.Dialogue.HandIn(ctx, h.Enter(file.Code), dialogue.Sending{Key: dialogue.NewKey(), Number: file.Number}, lang.NL, "Au dispărut bani."))
}

// wait leaves behind what waits: lines, mail, jobs, somebody in the middle of enrolling,
// a limit that was used up in part.
func (h *eventful) wait() {
	h.translated(h.Complain("nl", apptest.StrictAnswers("theft"), nil).Number)
	path, err := h.Setup.Invite(ctx, h.team.Manager, setup.Person{
		Name: "Late Person", Email: "late@desk.example", Language: "nl", Assignments: []staff.Assignment{{Role: staff.RoleAuditor}},
	})
	h.must(err)
	tok, err := seal.ParseToken(strings.TrimPrefix(path, "/desk/enrol/"))
	h.must(err)
	_, err = h.SignIn.Enrol(ctx, tok, apptest.Password)
	h.must(err)
	_, err = h.SignIn.Password(ctx, signin.Browser{}, "nobody@desk.example", "not this one at all")
	if err == nil {
		h.T.Fatal("somebody signed in who is nobody")
	}
}
