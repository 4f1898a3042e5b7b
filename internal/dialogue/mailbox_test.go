package dialogue_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

func TestTheMailboxTellsHowItStands(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("fr", apptest.StrictAnswers("theft"), map[string]string{"photo.txt": "proof"})
	i.DeliverMail()
	tok := i.Enter(r.Code)
	m := mailbox(t, i, tok)
	if m.Number != r.Number || m.Stage != casefile.StageReceived || m.Route != casefile.Integrity || !m.Mail || m.Late || m.Language != lang.NL {
		t.Errorf("number %s, stage %s, route %s, mail %v, late %v, language %s", m.Number, m.Stage, m.Route, m.Mail, m.Late, m.Language)
	}
	if m.Story == nil || m.Story.Text == "" || len(m.Story.Files) != 1 || m.Story.Files[0].Name != "photo.txt" || m.Identity.Last != "Maes" {
		t.Error("what was sent is not there")
	}
	if len(m.Outside) == 0 {
		t.Error("nobody outside is named")
	}
	i.Clock.Add(time.Hour)
	i.Move(team.Manager, r.Number, casefile.StateTriage)
	i.Write(team.Manager, r.Number, casework.DraftMessage, "Wij bekijken uw klacht.")
	i.Write(team.Manager, r.Number, casework.DraftNote, "only among ourselves")
	m = mailbox(t, i, tok)
	if m.Stage != casefile.StageAssessed || m.Unread != 1 || len(m.Thread) != 1 || !m.Thread[0].Unread || m.Thread[0].Mine {
		t.Fatalf("stage %s, %d unread of %d", m.Stage, m.Unread, len(m.Thread))
	}
	if m = mailbox(t, i, tok); m.Unread != 0 || m.Thread[0].Unread {
		t.Error("what was read is still new")
	}
	i.Close(team.Manager, r.Number, "Wij betaalden het terug.", "De factuur was dubbel.")
	m = mailbox(t, i, tok)
	if m.Outcome == nil || m.Outcome.Feedback != "Wij betaalden het terug." || m.Outcome.Why != "De factuur was dubbel." || !m.Outcome.Unread || m.Stage != casefile.StageClosed {
		t.Errorf("outcome %v, stage %s", m.Outcome != nil, m.Stage)
	}
}

func TestReadingIsLoggedOncePerSession(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("en", apptest.Answers("communication"), nil)
	tok := i.Enter(r.Code)
	before := leaves(t, i, audit.CaseRead)
	for range 3 {
		mailbox(t, i, tok)
		i.Clock.Add(2 * time.Minute)
	}
	if n := leaves(t, i, audit.CaseRead) - before; n != 1 {
		t.Errorf("%d lines, want 1", n)
	}
	mailbox(t, i, i.Enter(r.Code))
	if n := leaves(t, i, audit.CaseRead) - before; n != 2 {
		t.Errorf("%d lines after a second session, want 2", n)
	}
	if n := leaves(t, i, audit.MailboxEntered); n != 2 {
		t.Errorf("%d entries, want 2", n)
	}
	if _, err := i.Dialogue.Copy(ctx, tok); err != nil || leaves(t, i, audit.Export) != 1 {
		t.Errorf("a copy: %v, %d lines", err, leaves(t, i, audit.Export))
	}
}

func TestBothSidesSeeWhatTheOtherHasRead(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("en", apptest.StrictAnswers("theft"), nil)
	tok := i.Enter(r.Code)
	i.Case(team.Manager, r.Number)
	i.Clock.Add(5 * time.Hour)
	must(t, i.Dialogue.Reply(ctx, tok, sendingFor(r), lang.EN, "one more thing", nil))
	if m := mailbox(t, i, tok); !m.Thread[0].ReadAt.IsZero() {
		t.Error("read before anybody opened it")
	}
	i.Clock.Add(5 * time.Hour)
	opened := i.Clock.Now()
	i.Case(team.Manager, r.Number)
	i.Clock.Add(5 * time.Hour)
	i.Case(team.HR, r.Number)
	if m := mailbox(t, i, tok); !m.Thread[0].ReadAt.Equal(opened) {
		t.Errorf("read at %v, want %v", m.Thread[0].ReadAt, opened)
	}
}

func TestWhoOpenedTheFileStandsThereByFunctionNeverByName(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), map[string]string{"a.txt": "x"})
	for range 2 {
		i.Case(team.Manager, r.Number)
		i.Clock.Add(time.Hour)
	}
	i.Case(team.HR, r.Number)
	must(t, i.Casework.OpenIdentity(ctx, team.HR, r.Number, "Bellen over de factuur"))
	i.Clock.Add(24 * time.Hour)
	i.Case(team.Manager, r.Number)
	m := mailbox(t, i, i.Enter(r.Code))
	var got []string
	for _, o := range m.Openings {
		got = append(got, strings.Join([]string{o.At.Format("02"), o.What, string(o.Team), string(o.Function), o.Purpose}, "/"))
	}
	slices.Sort(got)
	want := []string{
		"02/case/complaints/hr/", "02/case/complaints/integrity-manager/",
		"02/identity/complaints/hr/Bellen over de factuur", "03/case/complaints/integrity-manager/",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if text := fmt.Sprintf("%#v", m.Openings); strings.Contains(text, "Janssens") || strings.Contains(text, string(team.HR.Member)) {
		t.Error("a member is named")
	}
}

func TestWhatTheMailboxHoldsPrintsAsSealed(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("en", apptest.Answers("communication"), nil)
	tok := i.Enter(r.Code)
	must(t, i.Dialogue.Reply(ctx, tok, sendingFor(r), lang.EN, "a secret reply", nil))
	m := mailbox(t, i, tok)
	if text := fmt.Sprint(m, m.Thread[0], *m.Story, dialogue.Kept{Text: "a secret reply"}); strings.Contains(text, "secret") || strings.Contains(text, "invoice") {
		t.Errorf("prints %q", text)
	}
}

func TestBeingLateIsSaidHonestly(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("en", apptest.StrictAnswers("theft"), nil)
	i.Clock.Add(15 * 24 * time.Hour) // past ten working days, and nothing was decided
	m := mailbox(t, i, i.Enter(r.Code))
	if !m.Late {
		t.Error("a date that was promised is past, and the mailbox does not say so")
	}
	overdue := slices.IndexFunc(m.Promises, func(p dialogue.Promise) bool { return p.Late() && p.Clock.Kind == deadline.KindTriage })
	if overdue < 0 {
		t.Error("the decision how to handle it is not told as late")
	}
}

func TestAnAlteredCaseIsToldAndNothingIsAdded(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("en", apptest.StrictAnswers("theft"), nil)
	i.Write(team.Manager, r.Number, casework.DraftMessage, "from us")
	tok := i.Enter(r.Code)
	must(t, i.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec("UPDATE entry SET author_id = 'somebody' WHERE kind = 'message-out'")
		return err
	}))
	m := mailbox(t, i, tok)
	if !m.Damaged || !m.Thread[0].Damaged || m.Thread[0].Text != "" {
		t.Errorf("damaged %v, message %v", m.Damaged, m.Thread[0].Damaged)
	}
	err := i.Dialogue.Reply(ctx, tok, sendingFor(r), lang.EN, "does this arrive?", nil)
	if why, ok := fault.As(err); !ok || why.Key != "mailbox.damaged" {
		t.Errorf("adding to it: %v", err)
	}
}

func TestWithoutAVerifiedDirectoryNoFunctionsButStillAMailbox(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("en", apptest.StrictAnswers("theft"), nil)
	i.Case(team.Manager, r.Number)
	tok := i.Enter(r.Code)
	must(t, i.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec("UPDATE directory_event SET body = $1 WHERE seq > 0", []byte("{}"))
		return err
	}))
	function := func() staff.Function {
		t.Helper()
		i.Reopen()
		m, err := i.Dialogue.Mailbox(ctx, tok)
		if err != nil || len(m.Openings) != 1 {
			t.Fatalf("the mailbox does not open: %v", err)
		}
		return m.Openings[0].Function
	}
	if f := function(); f != staff.IntegrityManager {
		t.Errorf("function %q; want that of the copy outside the database", f)
	}
	must(t, os.Remove(filepath.Join(i.State, "directory")))
	if f := function(); f != "" {
		t.Errorf("function %q, of a directory that does not verify", f)
	}
	if _, err := i.Custody.Directory(ctx); !errors.Is(err, custody.ErrUnknown) {
		t.Errorf("there is a directory: %v", err)
	}
}
