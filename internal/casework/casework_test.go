package casework_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

func TestTheInboxHoldsOnlyWhatTheMemberHasAKeyTo(t *testing.T) {
	i, s := apptest.Staffed(t)
	general := i.Complain("nl", apptest.Answers("communication"), nil).Number
	strict := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	about := i.Complain("nl", apptest.With(apptest.StrictAnswers("corruption"), profile.FieldConcerns, "integrity-manager"), nil).Number
	for name, want := range map[*access.Actor][]casefile.Number{
		&s.Service[0]: {general}, &s.Manager: {strict}, &s.HR: {strict, about}, &s.Auditor: nil,
	} {
		in, err := i.Casework.Inbox(t.Context(), *name, casework.Filter{View: casework.ViewAll})
		if err != nil {
			t.Fatal(err)
		}
		var got []casefile.Number
		for _, r := range in.Rows {
			got = append(got, r.Number)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) || len(want) != in.Counts[casework.ViewAll] {
			t.Errorf("a list holds %d cases, want %d", len(got), len(want))
		}
	}
	if _, err := i.Casework.Case(t.Context(), s.Manager, about); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("whom the complaint is about gets %v", err)
	}
}

func TestATopicNarrowsTheListAndADamagedRowIsNeverHidden(t *testing.T) {
	i, s := apptest.Staffed(t)
	a := i.Complain("nl", apptest.Answers("communication"), nil)
	b := i.Complain("nl", apptest.Answers("response-time"), nil)
	list := func(topic string) map[casefile.Number]casework.Row {
		in, err := i.Casework.Inbox(t.Context(), s.Service[0], casework.Filter{View: casework.ViewAll, Topic: topic})
		if err != nil {
			t.Fatal(err)
		}
		rows := map[casefile.Number]casework.Row{}
		for _, r := range in.Rows {
			rows[r.Number] = r
		}
		return rows
	}
	if rows := list("response-time"); len(rows) != 1 || rows[b.Number].Subject == "" {
		t.Errorf("the topic leaves %d rows", len(rows))
	}
	if err := i.Store.Write(t.Context(), func(tx *store.Tx) error {
		sum, err := tx.Summary(a.Case)
		if err != nil {
			return err
		}
		sum.Box[len(sum.Box)-1] ^= 1
		return errors.Join(tx.PutSummary(sum), tx.InsertLeaf(custody.Leaf(tx.Now(), custody.Event{Kind: audit.EntryAdded, Case: a.Case})))
	}); err != nil {
		t.Fatal(err)
	}
	if rows := list("response-time"); len(rows) != 2 || !rows[a.Number].Damaged || rows[a.Number].Subject != "" {
		t.Error("a row that does not open is hidden or not told as damaged")
	}
}

func TestOnlyMembersWithAKeyCanBePutInCharge(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	c := i.Case(s.HR, n)
	for _, id := range []staff.ID{s.Service[0].Member, s.Auditor.Member, "nobody"} {
		err := i.Casework.Assign(t.Context(), s.HR, n, id, c.Revision)
		if f, ok := fault.As(err); !ok || f.Key != "error.member-missing" {
			t.Errorf("somebody without a key: %v", err)
		}
	}
	if err := i.Casework.Assign(t.Context(), s.HR, n, s.Manager.Member, c.Revision); err != nil {
		t.Fatal(err)
	}
	if got := i.Case(s.Manager, n); got.Charge.ID != s.Manager.Member || got.People[0].ID != s.Manager.Member {
		t.Error("the manager is not in charge")
	}
	err := i.Casework.Assign(t.Context(), s.HR, n, "", c.Revision)
	if f, ok := fault.As(err); !ok || f.Key != "error.changed-meanwhile" {
		t.Errorf("from an old page: %v", err)
	}
}

func TestAFirstMessageConfirmsReceiptAndStopsItsClocks(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("fr", apptest.StrictAnswers("theft"), nil).Number
	i.DeliverMail()
	mails := len(i.Box.Mails())
	i.Clock.Add(48 * time.Hour)
	i.Write(s.HR, n, casework.DraftMessage, "Wij bekijken dit.")
	c := i.Case(s.HR, n)
	if c.State != casefile.StateAcknowledged {
		t.Errorf("the case is %s", c.State)
	}
	for _, k := range c.Clocks {
		met := k.Kind == deadline.KindAcknowledgement
		if k.Open() == met {
			t.Errorf("clock %s is open: %v", k.ID, k.Open())
		}
	}
	i.DeliverMail()
	if got := len(i.Box.Mails()) - mails; got != 1 {
		t.Errorf("%d mails tell of the message, want 1", got)
	}
	if c.Next.Key != "declare" {
		t.Errorf("the next step is %q", c.Next.Key)
	}
}

func TestANoteStopsNoClockAndMailsNobody(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.Answers("communication"), nil).Number
	i.DeliverMail()
	mails, before := len(i.Box.Mails()), i.Case(s.Service[0], n)
	i.Write(s.Service[0], n, casework.DraftNote, "Kanarie-nota")
	after := i.Case(s.Service[0], n)
	i.DeliverMail()
	if len(i.Box.Mails()) != mails || after.State != before.State || !after.Clocks[0].Open() {
		t.Error("a note was mailed, moved the case or stopped a clock")
	}
	if in := i.Case(s.Service[1], n); !in.Timeline[len(in.Timeline)-1].New {
		t.Error("the note is not new to a colleague")
	}
}

func TestSendingIsRefusedAfterNewsAndLosesNothing(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.Answers("communication"), nil).Number
	me := s.Service[0]
	w := casework.Writing{Kind: casework.DraftMessage, Was: casework.DraftMessage, Seen: i.Case(me, n).Seen, Text: "antwoord"}
	d, err := i.Casework.SaveDraft(t.Context(), me, n, w)
	if err != nil {
		t.Fatal(err)
	}
	sending := casework.Sending{Kind: d.Kind, ID: d.ID, Revision: d.Revision, Seen: d.Seen}
	i.Write(s.Service[1], n, casework.DraftNote, "wacht even")
	if f, ok := fault.As(i.Casework.Send(t.Context(), me, n, sending)); !ok || f.Key != "error.changed-meanwhile" {
		t.Fatal("a message was sent over news")
	}
	p, err := i.Casework.Check(t.Context(), me, n, casework.DraftMessage)
	if err != nil || p.Draft.Text != "antwoord" || !p.News {
		t.Fatalf("the draft is gone or the news not told: %v", err)
	}
	sending.Seen = p.Seen
	for range 2 {
		if err := i.Casework.Send(t.Context(), me, n, sending); err != nil {
			t.Fatal(err)
		}
	}
	if got := count(i.Case(me, n), casefile.EntryMessageOut); got != 1 {
		t.Errorf("%d messages", got)
	}
	if len(i.Case(me, n).Drafts) != 0 {
		t.Error("the draft stays after sending")
	}
}

func count(c *casework.Case, k casefile.EntryKind) (n int) {
	for _, it := range c.Timeline {
		if it.Kind == k {
			n++
		}
	}
	return n
}

func TestTwoDraftsOfOneKindLoseNeitherText(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.Answers("communication"), nil).Number
	save := func(w casework.Writing) (*casework.Draft, error) {
		return i.Casework.SaveDraft(t.Context(), s.Service[0], n, w)
	}
	first, err := save(casework.Writing{Kind: casework.DraftNote, Text: "one"})
	if err != nil {
		t.Fatal(err)
	}
	if d, err := save(casework.Writing{Kind: casework.DraftNote, Text: "two"}); err != nil || d.Text != "one\n\ntwo" {
		t.Errorf("a page that did not know the draft wrote over it: %v", err)
	}
	_, err = save(casework.Writing{Kind: casework.DraftNote, Was: casework.DraftNote, Revision: first.Revision, Text: "three"})
	if f, ok := fault.As(err); !ok || f.Key != "error.changed-meanwhile" {
		t.Errorf("an older window wrote over the draft: %v", err)
	}
	if c := i.Case(s.Service[1], n); len(c.Drafts) != 0 {
		t.Error("a colleague sees the draft")
	}
}

func TestConfirmationByHandCountsFromTheDayItWasGiven(t *testing.T) {
	i, s := apptest.Staffed(t)
	a := apptest.With(apptest.With(apptest.StrictAnswers("theft"), profile.FieldEmail), profile.FieldPhone, "0470 12 34 56")
	n := i.Complain("nl", a, nil).Number
	i.Clock.Add(5 * 24 * time.Hour)
	c := i.Case(s.HR, n)
	if c.Receipt.State != casework.ReceiptByHand || c.Next.Key != "by-hand" {
		t.Fatalf("receipt is %s, next step %s", c.Receipt.State, c.Next.Key)
	}
	mark := func(on time.Time, how string) error {
		return i.Casework.MarkAcknowledged(t.Context(), s.HR, n, casework.Acknowledgement{How: how, On: on, Words: "words", Revision: c.Revision})
	}
	for _, wrong := range []time.Time{apptest.Start.AddDate(0, 0, -1), i.Clock.Now().AddDate(0, 0, 1)} {
		if f, ok := fault.As(mark(wrong, "phone")); !ok || f.Key != "error.acknowledged-when" {
			t.Errorf("%v is accepted", wrong)
		}
	}
	on := apptest.Start.AddDate(0, 0, 2)
	if err := mark(on, "phone"); err != nil {
		t.Fatal(err)
	}
	c = i.Case(s.HR, n)
	for _, k := range c.Clocks {
		if k.Kind == deadline.KindAcknowledgement && (k.Met == nil || !k.Met.Equal(on)) {
			t.Errorf("the clock stopped at %v", k.Met)
		}
	}
	if c.State != casefile.StateAcknowledged || c.Receipt.State != casework.ReceiptDone {
		t.Errorf("the case is %s, receipt %s", c.State, c.Receipt.State)
	}
}

func TestClosingNeedsFeedbackAndPlansErasing(t *testing.T) {
	i, s := apptest.Staffed(t)
	me := s.Service[0]
	n := i.Complain("nl", apptest.Answers("communication"), nil).Number
	i.DeliverMail()
	for _, test := range []struct {
		outcome       casefile.Outcome
		feedback, why string
		want          []casefile.Guard
	}{
		{"", "", "", []casefile.Guard{casefile.GuardOutcome, casefile.GuardFeedback}},
		{casefile.OutcomeUpheld, "we stop", "", []casefile.Guard{casefile.GuardFeedback}},
		{casefile.OutcomeUpheld, " ", "because", []casefile.Guard{casefile.GuardFeedback}},
		{"", "we stop", "because", []casefile.Guard{casefile.GuardOutcome}},
	} {
		var no *casefile.Refusal
		if err := i.TryClose(me, n, test.outcome, test.feedback, test.why); !errors.As(err, &no) || !slices.Equal(no.Guards, test.want) {
			t.Errorf("%q %q %q: %v", test.outcome, test.feedback, test.why, err)
		}
	}
	i.Close(me, n, "we stop", "because")
	c := i.Case(me, n)
	if c.State != casefile.StateClosed || c.Closed.IsZero() || c.EraseAfter.Before(c.Closed.AddDate(1, 11, 0)) || c.Outcome != casefile.OutcomeUpheld {
		t.Errorf("closed %v, erased after %v", c.Closed, c.EraseAfter)
	}
	for _, k := range c.Clocks {
		if k.Open() {
			t.Errorf("clock %s still runs", k.ID)
		}
	}
	i.Move(me, n, casefile.StateReview)
	if c := i.Case(me, n); !c.Closed.IsZero() || !c.EraseAfter.IsZero() {
		t.Error("a case that was opened again keeps its date of erasing")
	}
}

func TestAQuestionClosesWithAnAnswerAndNoOutcome(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.Answers("question"), nil).Number
	i.DeliverMail()
	var no *casefile.Refusal
	if err := i.TryClose(s.Service[0], n, "", "", ""); !errors.As(err, &no) {
		t.Errorf("a question without an answer: %v", err)
	}
	if err := i.TryClose(s.Service[0], n, "", "On Tuesdays.", ""); err != nil {
		t.Fatal(err)
	}
	if c := i.Case(s.Service[0], n); c.State != casefile.StateClosed || count(c, casefile.EntryMessageOut) != 1 {
		t.Errorf("the question is %s", c.State)
	}
}

func TestAnAuditorReadsTheLogAndNoContent(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.Write(s.HR, n, casework.DraftNote, "Kanarie-nota")
	i.Sequence()
	page, err := i.Casework.Log(t.Context(), s.Auditor, casework.LogFilter{})
	if err != nil || len(page.Lines) == 0 {
		t.Fatalf("%d lines, %v", len(page.Lines), err)
	}
	if told := fmt.Sprintf("%+v", page); strings.Contains(told, "Kanarie") || strings.Contains(told, "Ingrid") {
		t.Error("the log holds content")
	}
	if _, err := i.Casework.Log(t.Context(), s.HR, casework.LogFilter{}); err == nil {
		t.Error("a member who is no auditor reads the log")
	}
	both := i.Join("Both Ways", staff.Assignment{Role: staff.RoleAuditor}, staff.Assignment{Role: staff.RoleHandler, Team: casefile.SupportersService})
	page, err = i.Casework.Log(t.Context(), both, casework.LogFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range page.Lines {
		if l.Number != "" {
			t.Error("a handler who audits is told of a case that is not theirs")
		}
	}
}

func TestViewsNeverPrintWhatTheyHold(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.Answers("communication"), nil).Number
	i.Write(s.Service[0], n, casework.DraftMessage, "kanarie")
	c := i.Case(s.Service[0], n)
	in, err := i.Casework.Inbox(t.Context(), s.Service[0], casework.Filter{View: casework.ViewAll})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{c, c.Identity, c.Timeline[0], in, in.Rows[0]} {
		for _, verb := range []string{"%v", "%s"} {
			if got := fmt.Sprintf(verb, v); got != "[sealed]" {
				t.Errorf("%T prints as %q", v, got)
			}
		}
	}
	if strings.Contains(i.Log.String(), "kanarie") || strings.Contains(i.Log.String(), string(n)) {
		t.Error("the log of the process holds content or a number")
	}
}
