package dialogue_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/deadline"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/store"
)

func TestADoubleClickSendsOnce(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("en", apptest.StrictAnswers("theft"), nil)
	tok, s := i.Enter(r.Code), sendingFor(r)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := i.Dialogue.Reply(ctx, tok, s, lang.EN, "once", nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if m := mailbox(t, i, tok); len(m.Thread) != 1 {
		t.Errorf("%d messages, want 1", len(m.Thread))
	}
	if c := i.Case(team.Manager, r.Number); c.Damaged {
		t.Error("the case is damaged")
	}
	i.DeliverMail()
	told := 0
	for _, m := range i.Box.Mails() {
		if strings.HasSuffix(m.To, "@desk.example") && strings.Contains(m.Subject, string(r.Number)) {
			told++
		}
	}
	if told != 2 { // the two of the Complaints team
		t.Errorf("%d members were told, want 2", told)
	}
}

func TestManyWriteAtOnceAndNothingIsLost(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("en", apptest.StrictAnswers("theft"), nil)
	tok := i.Enter(r.Code)
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			text := strings.Repeat("x", n+1)
			for {
				err := i.Dialogue.Reply(ctx, tok, sendingFor(r), lang.EN, text, nil)
				if why, ok := fault.As(err); ok && why.Key == "error.changed-meanwhile" {
					continue // what a person does who is told so
				}
				if err != nil {
					t.Error(err)
				}
				return
			}
		})
	}
	all.Wait()
	if m := mailbox(t, i, tok); len(m.Thread) != 4 || m.Damaged {
		t.Errorf("%d messages, damaged %v", len(m.Thread), m.Damaged)
	}
	if c := i.Case(team.HR, r.Number); c.Damaged {
		t.Error("damaged for a member")
	}
}

func TestFilesTravelBothWays(t *testing.T) {
	i, team := apptest.Staffed(t)
	i.Dialogue.Limits.FileBytes, i.Dialogue.Limits.Files = 1<<20, 2
	r := i.Complain("en", apptest.StrictAnswers("theft"), nil)
	tok := i.Enter(r.Code)
	content := bytes.Repeat([]byte("0123456789abcdef"), 50_000)
	a, err := i.Dialogue.AddFile(ctx, tok, `C:\fake\a "quoted" <b>.txt`, bytes.NewReader(content))
	must(t, err)
	if strings.Contains(a.Ticket, "quoted") || a.Name != `a "quoted" <b>.txt` {
		t.Errorf("ticket or name: %q", a.Name)
	}
	s := sendingFor(r)
	must(t, i.Dialogue.Reply(ctx, tok, s, lang.EN, "", []string{a.Ticket}))
	must(t, i.Dialogue.Reply(ctx, tok, s, lang.EN, "", []string{a.Ticket}))
	m := mailbox(t, i, tok)
	if len(m.Thread) != 1 || len(m.Thread[0].Files) != 1 {
		t.Fatalf("%d messages", len(m.Thread))
	}
	id := m.Thread[0].Files[0].ID
	down, err := i.Dialogue.File(ctx, tok, id)
	must(t, err)
	got, err := io.ReadAll(down.Body)
	if err != nil || !bytes.Equal(got, content) || down.Size != int64(len(content)) {
		t.Errorf("%d bytes came back: %v", len(got), err)
	}
	if n := leaves(t, i, audit.FileRead); n != 1 {
		t.Errorf("%d downloads logged, want 1", n)
	}
	c := i.Case(team.Manager, r.Number)
	if !slices.ContainsFunc(c.Timeline, func(x casework.Item) bool { return len(x.Files) == 1 && x.Files[0].ID == id && !x.Files[0].Damaged }) {
		t.Error("the member does not see the file")
	}
	// The same file again in another message, or one that was swept, is refused.
	if err := i.Dialogue.Reply(ctx, tok, sendingFor(r), lang.EN, "again", []string{a.Ticket}); err == nil {
		t.Error("one file in two messages")
	}
}

func TestWhatIsWrongWithAMessageIsSaid(t *testing.T) {
	i, _ := apptest.Staffed(t)
	i.Dialogue.Limits.FileBytes, i.Dialogue.Limits.TextRunes = 1000, 50
	r := i.Complain("en", apptest.Answers("communication"), nil)
	tok := i.Enter(r.Code)
	want := func(key string, err error) {
		t.Helper()
		if why, ok := fault.As(err); !ok || why.Key != key {
			t.Errorf("got %v, want %s", err, key)
		}
	}
	want("error.text-missing", i.Dialogue.Reply(ctx, tok, sendingFor(r), lang.EN, " \n ", nil))
	want("error.text-too-long", i.Dialogue.Reply(ctx, tok, sendingFor(r), lang.EN, strings.Repeat("é", 51), nil))
	want("error.form", i.Dialogue.Reply(ctx, tok, dialogue.Sending{Key: "../x", Number: r.Number}, lang.EN, "x", nil))
	want("mailbox.file-gone", i.Dialogue.Reply(ctx, tok, sendingFor(r), lang.EN, "x", []string{"made.up"}))
	want("mailbox.way-missing", i.Dialogue.AskConversation(ctx, tok, sendingFor(r), lang.EN, "no", ""))
	_, err := i.Dialogue.AddFile(ctx, tok, "big.bin", strings.NewReader(strings.Repeat("x", 1001)))
	want("error.file-too-big", err)
	_, err = i.Dialogue.AddFile(ctx, tok, "empty.txt", strings.NewReader(""))
	want("error.file-empty", err)
	a, err := i.Dialogue.AddFile(ctx, tok, "a.txt", strings.NewReader("x"))
	must(t, err)
	must(t, i.Dialogue.RemoveFile(ctx, tok, a.Ticket))
	must(t, i.Dialogue.RemoveFile(ctx, tok, "made.up"))
	var refs int
	must(t, i.Store.Read(ctx, func(tx *store.Tx) error { return tx.QueryRow("SELECT count(*) FROM blob_ref").Scan(&refs) }))
	if refs != 0 {
		t.Errorf("%d blobs are kept for a file that was removed", refs)
	}
	if m := mailbox(t, i, tok); len(m.Thread) != 0 {
		t.Error("something was sent all the same")
	}
}

func TestAReplyTakesTheCaseBackToWhereItWas(t *testing.T) {
	for _, before := range []casefile.State{casefile.StateTriage, casefile.StateInvestigation, casefile.StateMediation} {
		t.Run(string(before), func(t *testing.T) {
			i, team := apptest.Staffed(t)
			r := i.Complain("en", apptest.StrictAnswers("theft"), nil)
			i.DeliverMail()
			i.Move(team.Manager, r.Number, casefile.StateTriage)
			if before != casefile.StateTriage {
				i.Move(team.Manager, r.Number, before)
			}
			i.Move(team.Manager, r.Number, casefile.StateWaiting)
			tok := i.Enter(r.Code)
			if m := mailbox(t, i, tok); m.Stage != casefile.StageYourTurn {
				t.Fatalf("stage %s", m.Stage)
			}
			i.Clock.Add(time.Hour)
			must(t, i.Dialogue.Reply(ctx, tok, sendingFor(r), lang.EN, "here is the answer", nil))
			if c := i.Case(team.Manager, r.Number); c.State != before {
				t.Errorf("state %s, want %s", c.State, before)
			}
		})
	}
}

func TestAClosedCaseCanStillBeWrittenTo(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("en", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	i.Move(team.Manager, r.Number, casefile.StateTriage)
	i.Close(team.Manager, r.Number, "We did it.", "Because.")
	i.DeliverMail()
	before := len(i.Box.Mails())
	must(t, i.Dialogue.Reply(ctx, i.Enter(r.Code), sendingFor(r), lang.EN, "thank you", nil))
	i.DeliverMail()
	if c := i.Case(team.Manager, r.Number); c.State != casefile.StateClosed {
		t.Errorf("state %s", c.State)
	}
	if n := len(i.Box.Mails()) - before; n != 2 {
		t.Errorf("%d members were told, want 2", n)
	}
}

func TestWithdrawingMovesNothingByItself(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("en", apptest.StrictAnswers("theft"), nil)
	tok := i.Enter(r.Code)
	must(t, i.Dialogue.Withdraw(ctx, tok, sendingFor(r), lang.EN, "I do not dare"))
	must(t, i.Dialogue.Withdraw(ctx, tok, sendingFor(r), lang.EN, "again"))
	m := mailbox(t, i, tok)
	if m.Withdrawn.IsZero() || len(m.Thread) != 1 || m.Thread[0].Text != "I do not dare" {
		t.Errorf("withdrawn %v, %d items", m.Withdrawn, len(m.Thread))
	}
	if c := i.Case(team.Manager, r.Number); c.State != casefile.StateReceived {
		t.Errorf("state %s", c.State)
	}
	if n := leaves(t, i, audit.Withdrawn); n != 1 {
		t.Errorf("%d lines in the log", n)
	}
}

func TestAskingToTalkStartsAClock(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("en", apptest.Answers("communication"), nil)
	tok := i.Enter(r.Code)
	must(t, i.Dialogue.AskConversation(ctx, tok, sendingFor(r), lang.EN, "phone", "after six"))
	first := mailbox(t, i, tok)
	i.Clock.Add(19 * time.Hour)
	must(t, i.Dialogue.AskConversation(ctx, tok, sendingFor(r), lang.EN, "video", ""))
	again := mailbox(t, i, tok)
	due := func(m *dialogue.Mailbox) (at time.Time) {
		for _, p := range m.Promises {
			if p.Clock.Kind == deadline.KindMeeting {
				at = p.Clock.Due
			}
		}
		return at
	}
	// Ten working days from Monday 2 March 2026 end on Monday 16 March.
	if got := due(first); got.IsZero() || got.In(lang.Brussels()).Format("2006-01-02") != "2026-03-16" {
		t.Errorf("due %v", got)
	}
	if !due(again).Equal(due(first)) {
		t.Error("asking again won us time")
	}
	if len(again.Thread) != 2 || again.Thread[0].Way != "video" || again.Thread[1].Text != "after six" {
		t.Errorf("%d items", len(again.Thread))
	}
}

func TestWithoutASessionNothingHappens(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("en", apptest.Answers("communication"), nil)
	tok := i.Enter(r.Code)
	must(t, i.Dialogue.SignOut(ctx, tok))
	s := sendingFor(r)
	_, fileErr := i.Dialogue.File(ctx, tok, "x")
	_, addErr := i.Dialogue.AddFile(ctx, tok, "x", strings.NewReader("x"))
	_, copyErr := i.Dialogue.Copy(ctx, tok)
	for name, err := range map[string]error{
		"reply": i.Dialogue.Reply(ctx, tok, s, lang.EN, "x", nil), "withdraw": i.Dialogue.Withdraw(ctx, tok, s, lang.EN, ""),
		"talk": i.Dialogue.AskConversation(ctx, tok, s, lang.EN, "phone", ""), "language": i.Dialogue.SetLanguage(ctx, tok, s, lang.FR),
		"decline": i.Dialogue.DeclineMail(ctx, tok, s), "contact": i.Dialogue.ChangeContact(ctx, tok, s, nil),
		"file": fileErr, "add file": addErr, "copy": copyErr, "remove": i.Dialogue.RemoveFile(ctx, tok, "x.y"),
	} {
		if !errors.Is(err, dialogue.ErrNoSession) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
