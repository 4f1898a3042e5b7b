package promises_test

import (
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
	"klankbord/internal/dialogue"
	"klankbord/internal/lang"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// eventful is an instance in which something of everything happened, and what the
// people in it see.
type eventful struct {
	*matrix
	team    apptest.Staff
	windows *scene
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
	m, team := newMatrix(t, func(c *config.Config, _ *app.Options) {
		c.Database, c.Witness, c.WitnessEvery, c.WitnessLanguage = database, []string{"witness@outside.example"}, time.Hour, "fr"
	})
	h := &eventful{m, team, &scene{Instance: m.Instance, team: team, before: map[string]sight{}}}
	if database == "" {
		h.restored()
	}
	h.recovered()
	h.Sequence()
	_, err := h.Work.Witnesses.Step(ctx, "test")
	must(t, err)
	h.DeliverMail()
	_, err = h.Work.Checker.Step(ctx, "test")
	must(t, err)
	h.Clock.Add(2 * time.Hour)
	h.handled()
	h.windowsOf()
	h.wait()
	h.Sequence()
	_, err = h.Work.Witnesses.Step(ctx, "test")
	must(t, err)
	return h
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
		if name == "C" {
			h.Move(m, r.Number, casefile.StateDecision)
			h.Close(m, r.Number, "We zetten het recht.", "Het klopte niet.")
		}
		pending, err := h.Dialogue.AddFile(ctx, h.Enter(r.Code), "later.txt", strings.NewReader("later"))
		h.must(err)
		_ = pending
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
}

// windows are what people look through.
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

// wait leaves behind what waits: lines, mail, jobs.
func (h *eventful) wait() {
	h.Complain("nl", apptest.StrictAnswers("theft"), nil)
}
