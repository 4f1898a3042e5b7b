package promises_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

var ctx = context.Background()

// Promise 1: receipt is confirmed immediately and the complaint is registered. The
// receipt is shown, and the mail queued, only after everything is durable.
func TestHeardAtOnce(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("fr", apptest.With(apptest.StrictAnswers("theft"), profile.FieldLanguage, "fr"), map[string]string{"preuve.txt": "la facture"})
	i.Reopen() // what was acknowledged is there after a restart
	c := i.Case(team.Manager, r.Number)
	if c.Story == nil || len(c.Story.Files) != 1 {
		t.Fatal("the acknowledged complaint is not whole after a restart")
	}
	i.DeliverMail()
	mails := i.Box.Mails()
	if len(mails) != 1 || mails[0].To != "ingrid.maes@mail.example" || mails[0].Lang != "fr" {
		t.Fatalf("%d mails, want one acknowledgement in French", len(mails))
	}
	if mails[0].FromName != "WWF-Belgique" {
		t.Errorf("the mail comes from %q", mails[0].FromName)
	}
	if !strings.Contains(mails[0].Subject+mails[0].Text, string(r.Number)) {
		t.Error("the mail does not hold the case number")
	}
	for what, text := range map[string]string{"code": r.Code, "content": "invoice", "name": "Maes", "topic": "Vol"} {
		if strings.Contains(mails[0].Subject+mails[0].Text, text) {
			t.Errorf("the mail holds the %s", what)
		}
	}
	if c = i.Case(team.Manager, r.Number); c.State != casefile.StateAcknowledged {
		t.Errorf("state = %s after the acknowledgement left", c.State)
	}
	struckWhileSending(t)
}

// Promise 2: the person leaves a name and a way to be reached; the record of who
// they are is sealed apart, opening it needs a purpose, is logged, and the
// complainant sees that it happened.
func TestNotAnonymousYetConfidential(t *testing.T) {
	i, team := apptest.Staffed(t)
	for _, missing := range []string{profile.FieldFirstName, profile.FieldLastName, profile.FieldEmail} {
		a := apptest.StrictAnswers("theft")
		delete(a, missing)
		if _, err := i.Intake.Submit(ctx, i.Draft("nl", a, nil), ""); err == nil {
			t.Errorf("a complaint without %s is taken in", missing)
		}
	}
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	c := i.Case(team.Manager, r.Number)
	if text := fmt.Sprintf("%#v", *c); strings.Contains(text, "Maes") {
		t.Error("the name stands in the case before the identity was opened")
	}
	if err := i.Casework.OpenIdentity(ctx, team.Manager, r.Number, ""); err == nil {
		t.Error("the identity opens without a purpose")
	}
	const purpose = "De klager terugbellen over de factuur"
	if err := i.Casework.OpenIdentity(ctx, team.Manager, r.Number, purpose); err != nil {
		t.Fatal(err)
	}
	if n := leaves(t, i, audit.IdentityOpened); n != 1 {
		t.Errorf("%d lines in the log, want 1", n)
	}
	m, err := i.Dialogue.Mailbox(ctx, i.Enter(r.Code))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(m.Openings, func(o dialogue.Opening) bool { return o.What == "identity" && o.Purpose == purpose }) {
		t.Error("the complainant does not see that the identity was opened, and why")
	}
}

func leaves(t *testing.T, i *apptest.Instance, kind audit.Kind) (n int) {
	t.Helper()
	err := i.Store.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow("SELECT count(*) FROM log_leaf WHERE kind = $1", string(kind)).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Promise 3: only members of the team that handles it read forms, files and mails.
// Canary words planted in every field are found nowhere in the data folder, the
// logs, the temporary folder or the mails.
func TestIndependent(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	i, team := apptest.Staffed(t)
	a, canaries := canaryAnswers(i, apptest.StrictAnswers("theft", "data-breach", "communication", "other-integrity"))
	file := canary(&canaries, "filename") + ".txt"
	r := i.Complain("nl", a, map[string]string{file: canary(&canaries, "content") + strings.Repeat(" text", 10_000)})
	i.DeliverMail()
	i.Write(team.Manager, r.Number, casework.DraftNote, canary(&canaries, "note"))
	i.Write(team.Manager, r.Number, casework.DraftMessage, canary(&canaries, "message"))
	if err := i.Casework.OpenIdentity(ctx, team.Manager, r.Number, canary(&canaries, "purpose")); err != nil {
		t.Fatal(err)
	}
	tok := i.Enter(r.Code)
	send := func() dialogue.Sending { return dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number} }
	if err := i.Dialogue.Reply(ctx, tok, send(), lang.NL, canary(&canaries, "reply"), nil); err != nil {
		t.Fatal(err)
	}
	if err := i.Dialogue.Withdraw(ctx, tok, send(), lang.NL, canary(&canaries, "withdrawal")); err != nil {
		t.Fatal(err)
	}
	i.DeliverMail()
	i.Sequence()
	canaries = append(canaries, r.Code, strings.ReplaceAll(r.Code, "-", ""))

	for _, dir := range []string{i.State, temp} {
		searchFolder(t, dir, canaries)
	}
	for _, m := range i.Box.Mails() {
		encoded, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		search(t, "a mail", append(encoded, m.Subject+m.Text...), canaries)
	}
	search(t, "the logs", []byte(i.Log.String()), canaries)
	onlyTheTeam(t, i, team, r)
}

func canary(list *[]string, what string) string {
	word := "Kanarie" + what + "Zq7x"
	*list = append(*list, word)
	return word
}

// canaryAnswers plants a word in every field of text that is asked.
func canaryAnswers(i *apptest.Instance, a profile.Answers) (profile.Answers, []string) {
	var words []string
	a[profile.FieldConcerns], a["told_before"] = []string{"none"}, []string{"yes"}
	for _, step := range i.Profile.StepsFor(a) {
		for _, f := range step.Fields {
			switch f.Kind {
			case profile.Line, profile.Long, profile.Name, profile.Address:
				a[f.ID] = []string{canary(&words, strings.ReplaceAll(f.ID, "_", "")) + " and enough words around it to be a real answer"}
			case profile.Persons:
				for _, g := range f.Fields {
					if g.Kind == profile.Line || g.Kind == profile.Long {
						a[profile.RowKey(f.ID, 0, g.ID)] = []string{canary(&words, f.ID+g.ID)}
					}
				}
			default: // holds no words
			}
		}
	}
	a[profile.FieldEmail] = []string{strings.ToLower(canary(&words, "mail")) + "@mail.example"}
	words = append(words, a[profile.FieldEmail][0])
	return a, words
}

func searchFolder(t *testing.T, dir string, words []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		search(t, path, append(b, path...), words)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func search(t *testing.T, where string, b []byte, words []string) {
	t.Helper()
	low := bytes.ToLower(b)
	for _, w := range words {
		if bytes.Contains(low, bytes.ToLower([]byte(w))) {
			// The address of the person a mail goes to is in its own header only.
			if strings.Contains(w, "mail") && where == "a mail" {
				continue
			}
			t.Errorf("%q is found in %s", w, where)
		}
	}
}

func onlyTheTeam(t *testing.T, i *apptest.Instance, team apptest.Staff, r *intake.Receipt) {
	t.Helper()
	for name, actor := range map[string]access.Actor{"auditor": team.Auditor, "alternative": team.Alternative, "service": team.Service[0]} {
		if _, err := i.Casework.Case(ctx, actor, r.Number); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s opens the case: %v", name, err)
		}
	}
}

// Promise 4: a complaint about someone who handles complaints goes around that
// person; a case that is not theirs answers like one that does not exist. That holds
// whenever it becomes known: see also TestExcludedAndAbsentTakeTheSameTime.
func TestNeverTheOneItIsAbout(t *testing.T) {
	t.Run("known before it was sent", aboutSomebodyFromTheStart)
	t.Run("a colleague leaves them out later", func(t *testing.T) {
		neverAgain(t, func(i *apptest.Instance, s apptest.Staff, n casefile.Number) error {
			return i.Exclude(s.Manager, n, s.HR.Member)
		})
	})
	t.Run("they step aside themselves", func(t *testing.T) {
		neverAgain(t, func(i *apptest.Instance, s apptest.Staff, n casefile.Number) error { return i.StepAside(s.HR, n) })
	})
}

func aboutSomebodyFromTheStart(t *testing.T) {
	i, team := apptest.Staffed(t)
	i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	before := inbox(t, i, team.HR)
	r := i.Complain("nl", apptest.With(apptest.StrictAnswers("abuse-of-power"), profile.FieldConcerns, "hr"), nil)
	i.DeliverMail()
	_, mine := i.Casework.Case(ctx, team.HR, r.Number)
	_, none := i.Casework.Case(ctx, team.HR, "KB-0000-00")
	if mine == nil || none == nil || mine.Error() != none.Error() {
		t.Errorf("the case answers %v, one that does not exist %v", mine, none)
	}
	if after := inbox(t, i, team.HR); after != before {
		t.Errorf("the excluded member's list went from %q to %q", before, after)
	}
	for _, m := range i.Box.Mails() {
		if strings.Contains(m.To, "thomas") {
			t.Error("the excluded member got a mail")
		}
	}
	if err := i.Casework.Assign(ctx, team.Manager, r.Number, team.HR.Member, i.Case(team.Manager, r.Number).Revision); err == nil {
		t.Error("the case can be assigned to the excluded member")
	}
}

func inbox(t *testing.T, i *apptest.Instance, actor access.Actor) string {
	t.Helper()
	var b strings.Builder
	for _, view := range casework.Views() {
		list, err := i.Casework.Inbox(ctx, actor, casework.Filter{View: view, Page: 1})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(&b, view, " ", list.Total, " ", len(list.Rows), " ", list.Counts[view], "; ")
	}
	return b.String()
}

// Promise 5: general complaints go to Supporters Service, privacy and integrity to
// the Complaints team, mixed ones to the stricter, and whatever is about
// Supporters Service itself to the Complaints team.
func TestTheRightDesk(t *testing.T) {
	p, err := profile.Load("wwf-belgium")
	if err != nil {
		t.Fatal(err)
	}
	var on []profile.Topic
	for _, route := range []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity} {
		on = append(on, p.TopicsOn(route)...)
	}
	if len(on) != 12+5 {
		t.Fatalf("%d topics are on, want the twelve of the page and five more", len(on))
	}
	for combination := 1; combination < 1<<len(on); combination++ {
		a, want := profile.Answers{}, casefile.General
		for n, topic := range on {
			if combination>>n&1 == 1 {
				a[profile.FieldTopics] = append(a[profile.FieldTopics], topic.ID)
				want = want.Stricter(topic.Route)
			}
		}
		team := casefile.ComplaintsTeam
		if want == casefile.General {
			team = casefile.SupportersService
		}
		if r := p.Route(a); r.Route != want || r.Team != team {
			t.Fatalf("%v goes to %s on route %s, want %s on %s", a[profile.FieldTopics], r.Team, r.Route, team, want)
		}
	}
	about := profile.Answers{profile.FieldTopics: {"representative-conduct"}, "about_supporters_service": {"yes"}}
	if r := p.Route(about); r.Team != casefile.ComplaintsTeam {
		t.Errorf("a complaint about Supporters Service goes to %s", r.Team)
	}
}

// Promise 6: what follows, which actions are possible, and when. A case cannot
// close without feedback to the complainant.
func TestKeptInformed(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("misuse-of-resources"), nil)
	if len(r.Dates) == 0 || len(i.Profile.ActionsOn(r.Route)) == 0 || len(i.Profile.ExternalOn(r.Route)) == 0 {
		t.Error("the receipt has no dates, actions or external bodies")
	}
	i.DeliverMail()
	i.Move(team.Manager, r.Number, casefile.StateTriage)
	i.Write(team.Manager, r.Number, casework.DraftMessage, "Wij bekijken uw klacht.")
	i.Move(team.Manager, r.Number, casefile.StateDecision)
	for name, c := range map[string]struct{ feedback, why string }{"neither": {"", ""}, "no reason": {"We did", ""}, "no feedback": {"", "because"}} {
		if err := i.TryClose(team.Manager, r.Number, casefile.OutcomeUpheld, c.feedback, c.why); err == nil {
			t.Errorf("a case closes with %s", name)
		}
	}
	if err := i.TryClose(team.Manager, r.Number, "", "We did", "because"); err == nil {
		t.Error("a case closes without an outcome")
	}
	i.Close(team.Manager, r.Number, "Wij betaalden het terug.", "De factuur was fout.")
	m, err := i.Dialogue.Mailbox(ctx, i.Enter(r.Code))
	if err != nil {
		t.Fatal(err)
	}
	if m.Stage != casefile.StageClosed || m.Outcome == nil || m.Outcome.Why != "De factuur was fout." {
		t.Errorf("stage %s, outcome %v", m.Stage, m.Outcome != nil)
	}
	if !slices.ContainsFunc(m.Thread, func(x dialogue.Item) bool { return x.Text == "Wij bekijken uw klacht." }) {
		t.Error("the message is not in the mailbox")
	}
	if len(m.Promises) == 0 {
		t.Error("no dates in the mailbox")
	}
	i.DeliverMail()
	if n := len(i.Box.Mails()); n < 2 {
		t.Errorf("%d mails, want the acknowledgement and the news", n)
	}
}

// Promise 7: no retaliation against anyone who reports or helps in good faith.
func TestNoRetaliation(t *testing.T) {
	p, err := profile.Load("wwf-belgium")
	if err != nil {
		t.Fatal(err)
	}
	page, ok := p.Page("public")
	if !ok {
		t.Fatal("no public page")
	}
	if _, ok := page.Block("no-retaliation"); !ok {
		t.Error("the public page does not make the promise")
	}
	t.Run("the button opens a new case of which the old one shows nothing", newCaseWithOthers)
	t.Run("a bad answer opens one as well, and the old one looks as after a good answer", badAnswer)
	t.Run("whoever helped is asked as well, tells it to others, and sees nothing of the case", helpersToo)
	t.Run("somebody looks when the person asks for it or is silent", lookedAfter)
}

// Promise 8: every touch through the system leaves a trace that nobody can remove
// unnoticed, once a witness holds a later checkpoint.
func TestEveryTouchLeavesATrace(t *testing.T) {
	w := newWatched(t)
	i, team := w.Instance, w.team
	r := i.Complain("nl", apptest.StrictAnswers("corruption"), map[string]string{"a.txt": "a"})
	before := leaves(t, i, audit.CaseRead)
	i.Case(team.Manager, r.Number)
	i.Write(team.Manager, r.Number, casework.DraftNote, "note")
	i.Enter(r.Code)
	for kind, want := range map[audit.Kind]int{
		audit.Submission: 1, audit.CaseRead: before + 1, audit.MailboxEntered: 1,
	} {
		if n := leaves(t, i, kind); n < want {
			t.Errorf("%d lines of %s in the log, want at least %d", n, kind, want)
		}
	}
	i.Sequence()
	l, err := app.OpenLog(ctx, i.Config, "")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	witnessed, err := audit.FindCheckpoint(w.sends()[firstWitness()])
	if err != nil {
		t.Fatalf("the witness got no checkpoint: %v", err)
	}
	verify := func() bool {
		report, err := l.Verify(ctx, witnessed)
		return err == nil && report.OK()
	}
	if !verify() {
		t.Fatal("the log does not verify as it is")
	}
	for name, sql := range map[string]string{
		"a line removed":   "DELETE FROM log_leaf WHERE position = 3",
		"a record altered": "UPDATE log_leaf SET record = $1 WHERE position = 2",
		"a leaf replaced":  "UPDATE log_leaf SET hash = $1, record = NULL, salt = NULL WHERE position = 1",
		"lines swapped":    "UPDATE log_leaf SET position = CASE position WHEN 1 THEN -1 ELSE 1 END WHERE position IN (1)",
	} {
		t.Run(name, func(t *testing.T) {
			errUndo := errors.New("undo")
			err := i.Store.Write(ctx, func(tx *store.Tx) error {
				args := []any{}
				if strings.Contains(sql, "$1") {
					args = append(args, bytes.Repeat([]byte{7}, 32))
				}
				if _, err := tx.Exec(sql, args...); err != nil {
					return err
				}
				rows, err := tx.Leaves(-10, 10_000)
				if err != nil {
					return err
				}
				report, err := audit.Verify(app.Entries(rows), witnessed, l.Verifier)
				if err == nil && report.OK() {
					t.Error("the log verifies")
				}
				return errUndo
			})
			if !errors.Is(err, errUndo) {
				t.Fatal(err)
			}
		})
	}
	if !verify() {
		t.Error("the log does not verify after everything was put back")
	}
}

// Promise 9: forgotten on time. Retention erases; a certificate says what and when.
func TestForgottenOnTime(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.Answers("response-time"), nil)
	i.DeliverMail()
	i.Close(team.Service[0], r.Number, "Wij antwoordden.", "Het antwoord kwam te laat.")
	if c := i.Case(team.Service[0], r.Number); c.EraseAfter.IsZero() || !c.EraseAfter.After(i.Clock.Now()) {
		t.Errorf("a closed case is erased after %v", c.EraseAfter)
	}
	tok := i.Draft("nl", apptest.Answers("communication"), nil)
	i.Clock.Add(i.Intake.Limits.DraftLife)
	if _, err := i.Intake.Draft(ctx, tok); !errors.Is(err, intake.ErrNoDraft) {
		t.Errorf("a draft outlives what its page said: %v", err)
	}
	passes(t)
	e := newErased(t)
	e.leavesNothing()
	e.isCertified()
}

// Promise 10: for everyone. Every text is there in four languages; what a browser
// shows is proved by the journeys and validators.
func TestForEveryone(t *testing.T) {
	c := lang.New()
	for _, missing := range c.Incomplete() {
		t.Errorf("text %s is not complete in every language", missing)
	}
	p, err := profile.Load("wwf-belgium")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Validate(); err != nil {
		t.Error(err)
	}
	i, team := apptest.Staffed(t)
	for _, l := range lang.All() {
		a := apptest.With(apptest.StrictAnswers("theft"), profile.FieldLanguage, string(l))
		r := i.Complain(string(l), a, nil)
		if c := i.Case(team.Manager, r.Number); c.Language != string(l) {
			t.Errorf("case in %s, want %s", c.Language, l)
		}
	}
	if _, err := seal.ParseCode(strings.ToLower(strings.ReplaceAll(seal.NewCode().Text(), "-", " "))); err != nil {
		t.Errorf("a code typed on a phone: %v", err)
	}
}
