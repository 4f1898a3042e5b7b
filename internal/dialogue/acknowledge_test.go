package dialogue_test

import (
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/store"
)

func rowAndClocks(t *testing.T, i *apptest.Instance, id casefile.ID) (c store.Case, clocks map[deadline.Kind]deadline.Clock) {
	t.Helper()
	clocks = map[deadline.Kind]deadline.Clock{}
	must(t, i.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if c, err = tx.Case(id); err != nil {
			return err
		}
		list, err := tx.Clocks(id)
		for _, k := range list {
			clocks[k.Kind] = k
		}
		return err
	}))
	return c, clocks
}

// The receipt on the screen confirms receipt: three months from then is never later
// than Directive (EU) 2019/1937 art. 9(1)(f) allows, and the date that the receipt
// shows is the one that the mailbox shows, whenever the mail is taken.
func TestFeedbackIsDueOnTheDateThatTheReceiptShows(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("en", apptest.StrictAnswers("theft"), nil)
	_, before := rowAndClocks(t, i, r.Case)
	day := func(at time.Time) string { return at.In(lang.Brussels()).Format("2006-01-02") }
	if got := day(before[deadline.KindFeedback].Due); got != "2026-06-02" {
		t.Fatalf("feedback is due on %s", got)
	}
	i.Clock.Add(24 * time.Hour)
	accepted := i.Clock.Now()
	mail := store.Mail{ID: "m", Case: r.Case, Kind: string(letter.Acknowledgement)}
	must(t, i.Dialogue.MailAccepted(ctx, mail))
	c, after := rowAndClocks(t, i, r.Case)
	ack, feedback := after[deadline.KindAcknowledgement], after[deadline.KindFeedback]
	if c.State != casefile.StateAcknowledged || ack.Met == nil || !ack.Met.Equal(accepted) {
		t.Errorf("state %s, met %v", c.State, ack.Met)
	}
	if feedback.Due != before[deadline.KindFeedback].Due || feedback.Target.IsZero() {
		t.Errorf("feedback due %s from %v", day(feedback.Due), feedback.Start)
	}
	for _, shown := range r.Dates {
		if shown.Rule == feedback.ID && !shown.Due.Equal(feedback.Due) {
			t.Errorf("the receipt shows %s, the mailbox %s", day(shown.Due), day(feedback.Due))
		}
	}
	if want := after[deadline.KindTriage].Due; !c.NextDue.Equal(want) {
		t.Errorf("next due %v, want %v", c.NextDue, want)
	}
	i.Clock.Add(time.Hour)
	must(t, i.Dialogue.MailAccepted(ctx, mail))
	if again, _ := rowAndClocks(t, i, r.Case); again.Revision != c.Revision || leaves(t, i, audit.StateChanged) != 1 {
		t.Error("the second time changed something")
	}
}

func TestAnAcknowledgementAfterTheTermWinsNoTime(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("en", apptest.StrictAnswers("theft"), nil)
	_, before := rowAndClocks(t, i, r.Case)
	i.Clock.Add(20 * 24 * time.Hour)
	must(t, i.Dialogue.MailAccepted(ctx, store.Mail{ID: "m", Case: r.Case, Kind: string(letter.Acknowledgement)}))
	_, after := rowAndClocks(t, i, r.Case)
	if !after[deadline.KindFeedback].Due.Equal(before[deadline.KindFeedback].Due) {
		t.Errorf("feedback moved to %v", after[deadline.KindFeedback].Due)
	}
	if k := after[deadline.KindAcknowledgement]; k.State(i.Clock.Now()) != deadline.MetLate {
		t.Errorf("the acknowledgement is %s", k.State(i.Clock.Now()))
	}
}

func TestWithoutAServerThatTakesTheMailTheDeskMustAcknowledge(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("en", apptest.Answers("communication"), nil)
	mail := store.Mail{ID: "m", Case: r.Case, Kind: string(letter.Acknowledgement)}
	must(t, i.Dialogue.MailDead(ctx, mail))
	c, _ := rowAndClocks(t, i, r.Case)
	if !c.Unreached || c.State != casefile.StateReceived || leaves(t, i, audit.MailDead) != 1 {
		t.Errorf("unreached %v, state %s", c.Unreached, c.State)
	}
	must(t, i.Dialogue.MailAccepted(ctx, mail)) // a member had it sent again
	c, _ = rowAndClocks(t, i, r.Case)
	if c.Unreached || c.State != casefile.StateAcknowledged {
		t.Errorf("after all: unreached %v, state %s", c.Unreached, c.State)
	}
	must(t, i.Dialogue.MailDead(ctx, store.Mail{ID: "n", Case: r.Case, Kind: string(letter.News)}))
	if c, _ = rowAndClocks(t, i, r.Case); c.Unreached {
		t.Error("a later mail takes the acknowledgement back")
	}
}

func TestMailOfNoCaseOrOfAnErasedOneChangesNothing(t *testing.T) {
	i, _ := apptest.Staffed(t)
	for _, m := range []store.Mail{
		{ID: "a", Kind: string(letter.Invitation)}, {ID: "b", Case: "gone", Kind: string(letter.Acknowledgement)},
		{ID: "c", Case: "gone", Kind: string(letter.News)},
	} {
		must(t, i.Dialogue.MailAccepted(ctx, m))
		must(t, i.Dialogue.MailDead(ctx, m))
	}
	if n := leaves(t, i, audit.MailDead); n != 0 {
		t.Errorf("%d lines in the log", n)
	}
}
