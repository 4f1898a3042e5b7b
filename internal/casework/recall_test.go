package casework_test

import (
	"errors"
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
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/store"
)

// heldBack has messages wait for a minute, as an instance does that was not told otherwise.
func heldBack(c *config.Config, _ *app.Options) { c.Undo = time.Minute }

// lastOut is the newest message to the complainant as a member sees it.
func lastOut(t *testing.T, i *apptest.Instance, a access.Actor, n casefile.Number) casework.Item {
	t.Helper()
	c := i.Case(a, n)
	for k := len(c.Timeline) - 1; k >= 0; k-- {
		if c.Timeline[k].Kind == casefile.EntryMessageOut {
			return c.Timeline[k]
		}
	}
	t.Fatal("no message went out")
	return casework.Item{}
}

func mailbox(t *testing.T, i *apptest.Instance, code string) *dialogue.Mailbox {
	t.Helper()
	m, err := i.Dialogue.Mailbox(t.Context(), i.Enter(code))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func isFault(err error, key string) bool {
	f, ok := fault.As(err)
	return ok && f.Key == key
}

// kindOf is a clock of a case by its kind; the zero clock where none runs.
func kindOf(c *casework.Case, kind deadline.Kind) casework.Clock {
	for _, k := range c.Clocks {
		if k.Kind == kind {
			return k
		}
	}
	return casework.Clock{}
}

func TestAMessageGoesAfterAMinuteAndTheMailWithIt(t *testing.T) {
	i, s := apptest.Staffed(t, heldBack)
	r := i.Complain("nl", apptest.Answers("communication"), nil)
	i.DeliverMail()
	before := len(i.Box.Mails())
	i.Write(s.Service[0], r.Number, casework.DraftMessage, "Wij kijken het na.")
	i.DeliverMail()
	if got := mailbox(t, i, r.Code); len(got.Thread) != 0 || got.Unread != 0 {
		t.Errorf("the complainant is shown %d turns of what waits", len(got.Thread))
	}
	if got := len(i.Box.Mails()); got != before {
		t.Errorf("%d mails left before the message", got-before)
	}
	if it := lastOut(t, i, s.Service[0], r.Number); !it.Standing.Undo || it.Standing.Recall || it.Read {
		t.Errorf("to its author it stands as %+v", it.Standing)
	}
	if it := lastOut(t, i, s.Service[1], r.Number); it.Standing.Undo || !it.Standing.Waits {
		t.Errorf("to a colleague it stands as %+v", it.Standing)
	}
	i.Clock.Add(time.Minute)
	i.DeliverMail()
	if got := len(i.Box.Mails()); got != before+1 {
		t.Errorf("%d mails left with the message", got-before)
	}
	if it := lastOut(t, i, s.Service[0], r.Number); it.Read || !it.Standing.Recall {
		t.Errorf("what nobody read is told as %+v, read %v", it.Standing, it.Read)
	}
	if got := mailbox(t, i, r.Code); len(got.Thread) != 1 || got.Unread != 1 {
		t.Errorf("the complainant is shown %d turns", len(got.Thread))
	}
	if it := lastOut(t, i, s.Service[0], r.Number); !it.Read || it.Standing.Recall {
		t.Errorf("what was read is told as %+v, read %v", it.Standing, it.Read)
	}
}

func TestUndoingMakesADraftOfTheMessageAndTheComplainantNeverLearnsOfIt(t *testing.T) {
	i, s := apptest.Staffed(t, heldBack)
	me, other := s.Service[0], s.Service[1]
	r := i.Complain("nl", apptest.Answers("communication"), nil)
	i.DeliverMail()
	before := len(i.Box.Mails())
	i.Write(me, r.Number, casework.DraftMessage, "Dit had een notitie moeten zijn.")
	sent := lastOut(t, i, me, r.Number)
	if err := i.Casework.UndoMessage(t.Context(), other, r.Number, sent.ID); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a colleague undoes it: %v", err)
	}
	if err := i.Casework.WithdrawMessage(t.Context(), other, r.Number, sent.ID); !isFault(err, "error.withdraw-early") {
		t.Errorf("withdrawing what has not gone gives %v", err)
	}
	i.Clock.Add(59 * time.Second)
	for range 2 { // a button pressed twice
		if err := i.Casework.UndoMessage(t.Context(), me, r.Number, sent.ID); err != nil {
			t.Fatal(err)
		}
	}
	i.Clock.Add(time.Hour)
	i.DeliverMail()
	if got := len(i.Box.Mails()); got != before {
		t.Errorf("%d mails tell of a message that was undone", got-before)
	}
	if got := mailbox(t, i, r.Code); len(got.Thread) != 0 || got.Unread != 0 {
		t.Errorf("the complainant is shown %d turns of what was undone", len(got.Thread))
	}
	c := i.Case(me, r.Number)
	if len(c.Drafts) != 1 || c.Drafts[0].Kind != casework.DraftMessage || !strings.Contains(c.Drafts[0].Text, "een notitie") {
		t.Fatalf("%d drafts are left", len(c.Drafts))
	}
	if it := lastOut(t, i, other, r.Number); it.Standing.Taken.IsZero() || !it.Standing.Undone || it.Standing.By != me.Name {
		t.Errorf("the desk tells %+v", it.Standing)
	}
	d := c.Drafts[0]
	if err := i.Casework.Send(t.Context(), me, r.Number, casework.Sending{Kind: d.Kind, ID: d.ID, Revision: d.Revision, Seen: c.Seen}); err != nil {
		t.Fatalf("the draft cannot be sent again: %v", err)
	}
	i.Clock.Add(time.Minute)
	if got := mailbox(t, i, r.Code); len(got.Thread) != 1 {
		t.Errorf("after sending again the complainant is shown %d turns", len(got.Thread))
	}
}

func TestFilesOfAMessageComeAlongWhenItIsUndoneAndAreNotOpenBefore(t *testing.T) {
	i, s := apptest.Staffed(t, heldBack)
	me := s.Service[0]
	r := i.Complain("nl", apptest.Answers("communication"), nil)
	in, err := i.Casework.Receive(t.Context(), me, r.Number, "brief.txt", strings.NewReader("the letter"))
	if err != nil {
		t.Fatal(err)
	}
	seen := i.Case(me, r.Number).Seen
	d, err := i.Casework.SaveDraft(t.Context(), me, r.Number, casework.Writing{Kind: casework.DraftMessage, Was: casework.DraftMessage, Seen: seen, Text: "Zie de brief.", Lang: lang.NL, Add: []*casework.Incoming{in}})
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Casework.Send(t.Context(), me, r.Number, casework.Sending{Kind: d.Kind, ID: d.ID, Revision: d.Revision, Seen: seen}); err != nil {
		t.Fatal(err)
	}
	sent := lastOut(t, i, me, r.Number)
	tok := i.Enter(r.Code)
	if _, err := i.Dialogue.File(t.Context(), tok, sent.Files[0].ID); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a file of a message that waits opens: %v", err)
	}
	if err := i.Casework.UndoMessage(t.Context(), me, r.Number, sent.ID); err != nil {
		t.Fatal(err)
	}
	c := i.Case(me, r.Number)
	if len(c.Drafts) != 1 || len(c.Drafts[0].Files) != 1 || c.Drafts[0].Files[0].ID == sent.Files[0].ID {
		t.Fatalf("the draft has %+v", c.Drafts)
	}
	if err := i.Casework.Send(t.Context(), me, r.Number, casework.Sending{Kind: c.Drafts[0].Kind, ID: c.Drafts[0].ID, Revision: c.Drafts[0].Revision, Seen: c.Seen}); err != nil {
		t.Fatal(err)
	}
	again := lastOut(t, i, me, r.Number)
	i.Clock.Add(time.Minute)
	if _, err := i.Dialogue.File(t.Context(), tok, again.Files[0].ID); err != nil {
		t.Errorf("the file of the message that went does not open: %v", err)
	}
	if _, err := i.Dialogue.File(t.Context(), tok, sent.Files[0].ID); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a file of what was undone opens: %v", err)
	}
}

func TestWhatWasReadCannotBeWithdrawnAndWhatIsWithdrawnIsNotRead(t *testing.T) {
	i, s := apptest.Staffed(t, heldBack)
	me, other := s.Service[0], s.Service[1]
	r := i.Complain("nl", apptest.Answers("communication"), nil)
	i.Write(me, r.Number, casework.DraftMessage, "Het eerste bericht.")
	first := lastOut(t, i, me, r.Number)
	i.Clock.Add(2 * time.Minute)
	if err := i.Casework.UndoMessage(t.Context(), me, r.Number, first.ID); !isFault(err, "error.undo-late") {
		t.Errorf("undoing what has gone gives %v", err)
	}
	mailbox(t, i, r.Code)
	if err := i.Casework.WithdrawMessage(t.Context(), me, r.Number, first.ID); !isFault(err, "error.withdraw-read") {
		t.Errorf("withdrawing what was read gives %v", err)
	}
	i.Write(me, r.Number, casework.DraftMessage, "Een geheim dat niet klopt.")
	second := lastOut(t, i, me, r.Number)
	i.Clock.Add(2 * time.Minute)
	for range 2 {
		if err := i.Casework.WithdrawMessage(t.Context(), other, r.Number, second.ID); err != nil {
			t.Fatal(err)
		}
	}
	m := mailbox(t, i, r.Code)
	if len(m.Thread) != 2 || m.Thread[0].Kind != casefile.EntryRecall || m.Thread[0].Text != "" || m.Thread[0].Lang != "" {
		t.Fatalf("the complainant is shown %d turns", len(m.Thread))
	}
	if it := lastOut(t, i, me, r.Number); it.Standing.Undone || it.Standing.By != other.Name || it.Text == "" {
		t.Errorf("the desk keeps %+v", it.Standing)
	}
	if err := i.Casework.WithdrawMessage(t.Context(), s.Manager, r.Number, second.ID); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("somebody without a key gets %v", err)
	}
}

// Of two who come together one is first: what the mailbox showed stands, and what was
// withdrawn was not shown.
func TestReadingAndWithdrawingAtOnceNeverBothHappen(t *testing.T) {
	i, s := apptest.Staffed(t, heldBack)
	me := s.Service[0]
	for range 12 {
		r := i.Complain("nl", apptest.Answers("communication"), nil)
		i.Write(me, r.Number, casework.DraftMessage, "Een bericht.")
		sent := lastOut(t, i, me, r.Number)
		i.Clock.Add(time.Minute)
		tok := i.Enter(r.Code)
		shown := make(chan bool)
		go func() {
			m, err := i.Dialogue.Mailbox(t.Context(), tok)
			shown <- err == nil && len(m.Thread) == 1 && m.Thread[0].Kind == casefile.EntryMessageOut
		}()
		err := i.Casework.WithdrawMessage(t.Context(), me, r.Number, sent.ID)
		if read := <-shown; read == (err == nil) {
			t.Fatalf("read: %v, withdrawing gave %v", read, err)
		}
	}
}

func TestTakingBackWhatConfirmedReceiptLetsTheClocksRunAgain(t *testing.T) {
	i, s := apptest.Staffed(t, heldBack)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	was := i.Case(s.HR, r.Number)
	due := kindOf(was, deadline.KindAcknowledgement)
	if was.State != casefile.StateReceived || !due.Open() {
		t.Fatalf("the case is %s before any mail left", was.State)
	}
	i.Write(s.HR, r.Number, casework.DraftMessage, "Wij hebben uw klacht ontvangen.")
	if c := i.Case(s.HR, r.Number); c.State != casefile.StateAcknowledged || kindOf(c, deadline.KindAcknowledgement).Open() {
		t.Fatalf("after the message it is %s", c.State)
	}
	i.Clock.Add(time.Hour)
	if err := i.Casework.WithdrawMessage(t.Context(), s.HR, r.Number, lastOut(t, i, s.HR, r.Number).ID); err != nil {
		t.Fatal(err)
	}
	c := i.Case(s.HR, r.Number)
	again := kindOf(c, deadline.KindAcknowledgement)
	if c.State != casefile.StateReceived || !again.Open() || !again.Due.Equal(due.Due) {
		t.Errorf("afterwards it is %s and the clock %+v", c.State, again.Clock)
	}
	i.Write(s.HR, r.Number, casework.DraftMessage, "Wij hebben uw klacht goed ontvangen.")
	if c := i.Case(s.HR, r.Number); c.State != casefile.StateAcknowledged || kindOf(c, deadline.KindAcknowledgement).Open() {
		t.Errorf("after the second message it is %s", c.State)
	}
}

func TestAfterTriageAMessageTakenBackLeavesTheStepAndTheClockRuns(t *testing.T) {
	i, s := apptest.Staffed(t, heldBack)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.Write(s.HR, r.Number, casework.DraftMessage, "Ontvangen.")
	i.Move(s.HR, r.Number, casefile.StateTriage)
	i.Clock.Add(time.Hour)
	if err := i.Casework.WithdrawMessage(t.Context(), s.HR, r.Number, lastOut(t, i, s.HR, r.Number).ID); err != nil {
		t.Fatal(err)
	}
	if c := i.Case(s.HR, r.Number); c.State != casefile.StateTriage || !kindOf(c, deadline.KindAcknowledgement).Open() {
		t.Fatalf("it is %s, the clock %+v", c.State, kindOf(c, deadline.KindAcknowledgement).Clock)
	}
	i.Write(s.HR, r.Number, casework.DraftMessage, "Wij hebben uw klacht ontvangen.")
	if c := i.Case(s.HR, r.Number); kindOf(c, deadline.KindAcknowledgement).Open() {
		t.Error("a second message does not confirm receipt")
	}
}

func TestOfTwoMessagesTheOneThatStandsStillAnswers(t *testing.T) {
	i, s := apptest.Staffed(t, heldBack)
	me := s.Service[0]
	r := i.Complain("nl", apptest.Answers("communication"), nil)
	i.DeliverMail()
	i.Write(me, r.Number, casework.DraftMessage, "Het eerste.")
	first := lastOut(t, i, me, r.Number)
	i.Clock.Add(time.Hour)
	i.Write(me, r.Number, casework.DraftMessage, "Het tweede.")
	second := i.Clock.Now()
	i.Clock.Add(time.Hour)
	if err := i.Casework.WithdrawMessage(t.Context(), me, r.Number, first.ID); err != nil {
		t.Fatal(err)
	}
	k := kindOf(i.Case(me, r.Number), deadline.KindFirstAnswer)
	if k.Met == nil || !k.Met.Equal(second) {
		t.Errorf("the first answer counts from %v, want %v", k.Met, second)
	}
	if err := i.Casework.WithdrawMessage(t.Context(), me, r.Number, lastOut(t, i, me, r.Number).ID); err != nil {
		t.Fatal(err)
	}
	if c := i.Case(me, r.Number); !kindOf(c, deadline.KindFirstAnswer).Open() {
		t.Error("with both taken back the first answer is still met")
	}
}

func TestAnUpdateThatIsTakenBackIsOwedAgain(t *testing.T) {
	i, s := apptest.Staffed(t, heldBack)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.DeliverMail()
	i.Move(s.HR, n, casefile.StateTriage)
	i.Move(s.HR, n, casefile.StateInvestigation)
	first := clocksOf(i.Case(s.HR, n), "D10")[0]
	i.Clock.Add(5 * 24 * time.Hour)
	i.Write(s.HR, n, casework.DraftMessage, "Wij wachten op de bank.")
	i.Clock.Add(time.Hour)
	if err := i.Casework.WithdrawMessage(t.Context(), s.HR, n, lastOut(t, i, s.HR, n).ID); err != nil {
		t.Fatal(err)
	}
	now := clocksOf(i.Case(s.HR, n), "D10")
	if len(now) != 1 || now[0].ID != first.ID || !now[0].Open() || !now[0].Due.Equal(first.Due) {
		t.Errorf("the update is owed as %+v", now)
	}
}

func TestAClosingIsNotHeldBackNorWithdrawn(t *testing.T) {
	i, s := apptest.Staffed(t, heldBack)
	me := s.Service[0]
	r := i.Complain("nl", apptest.Answers("question"), nil)
	i.DeliverMail()
	seen := i.Case(me, r.Number).Seen
	d, err := i.Casework.SaveDraft(t.Context(), me, r.Number, casework.Writing{Kind: casework.DraftOutcome, Was: casework.DraftOutcome, Seen: seen, Lang: lang.NL, Feedback: "Dat staat op bladzijde 3."})
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Casework.Close(t.Context(), me, r.Number, casework.Sending{ID: d.ID, Revision: d.Revision, Seen: seen}); err != nil {
		t.Fatal(err)
	}
	if err := i.Casework.WithdrawMessage(t.Context(), me, r.Number, lastOut(t, i, me, r.Number).ID); !isFault(err, "error.withdraw-final") {
		t.Errorf("withdrawing what a closing told gives %v", err)
	}
	if m := mailbox(t, i, r.Code); len(m.Thread) != 1 {
		t.Errorf("the complainant is shown %d turns", len(m.Thread))
	}
}

func TestReadingIsProvenByTheLogEvenWhenTheMarkIsPutBack(t *testing.T) {
	i, s := apptest.Staffed(t, heldBack)
	me := s.Service[0]
	r := i.Complain("nl", apptest.Answers("communication"), nil)
	i.Write(me, r.Number, casework.DraftMessage, "Een bericht.")
	i.Clock.Add(time.Minute)
	tok := i.Enter(r.Code)
	for range 2 {
		if _, err := i.Dialogue.Mailbox(t.Context(), tok); err != nil {
			t.Fatal(err)
		}
	}
	if err := i.Store.Write(t.Context(), forgetMark(r.Case)); err != nil {
		t.Fatal(err)
	}
	if err := i.Casework.WithdrawMessage(t.Context(), me, r.Number, lastOut(t, i, me, r.Number).ID); !isFault(err, "error.withdraw-read") {
		t.Errorf("withdrawing what the log says was read gives %v", err)
	}
	var told int
	for _, l := range leavesOf(t, i, r.Case) {
		if custody.ReadTo(l) > 0 {
			told++
		}
	}
	if told != 1 {
		t.Errorf("%d lines tell of one reading", told)
	}
}

func forgetMark(id casefile.ID) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := tx.Exec("DELETE FROM read_mark WHERE case_id = $1 AND member_id = ''", id)
		return err
	}
}

func leavesOf(t *testing.T, i *apptest.Instance, id casefile.ID) (list []store.Leaf) {
	t.Helper()
	err := i.Store.Read(t.Context(), func(tx *store.Tx) (err error) {
		list, err = tx.LeavesOf(id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestReceiptStaysConfirmedWhereAMailDidItAsWell(t *testing.T) {
	i, s := apptest.Staffed(t, heldBack)
	before := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail() // at the very moment at which the message is sent
	i.Write(s.HR, before.Number, casework.DraftMessage, "Wij kijken het na.")
	after := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.Write(s.HR, after.Number, casework.DraftMessage, "Ontvangen.")
	i.Clock.Add(time.Hour)
	i.DeliverMail()
	for name, r := range map[string]casefile.Number{"before the message": before.Number, "after it": after.Number} {
		if err := i.Casework.WithdrawMessage(t.Context(), s.HR, r, lastOut(t, i, s.HR, r).ID); err != nil {
			t.Fatal(err)
		}
		if c := i.Case(s.HR, r); c.State != casefile.StateAcknowledged || kindOf(c, deadline.KindAcknowledgement).Open() {
			t.Errorf("with a mail %s the case is %s, the clock %+v", name, c.State, kindOf(c, deadline.KindAcknowledgement).Clock)
		}
	}
}
