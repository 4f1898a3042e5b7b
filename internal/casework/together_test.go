package casework_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/deadline"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// mailsTo are the subjects of the mails that left for a member.
func mailsTo(i *apptest.Instance, a access.Actor) (list []string) {
	i.DeliverMail()
	for _, m := range i.Box.Mails() {
		if strings.HasPrefix(m.To, strings.ToLower(strings.ReplaceAll(a.Name, " ", "."))) {
			list = append(list, m.Subject)
		}
	}
	return list
}

func wantedOf(t *testing.T, i *apptest.Instance, a access.Actor) (kinds []casework.Want) {
	t.Helper()
	list, err := i.Casework.Wanted(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range list {
		kinds = append(kinds, k.Kind)
	}
	return kinds
}

func note(t *testing.T, i *apptest.Instance, a access.Actor, n casefile.Number, text string, to ...staff.ID) {
	t.Helper()
	c := i.Case(a, n)
	w := casework.Writing{Kind: casework.DraftNote, Was: casework.DraftNote, Seen: c.Seen, Text: text, Lang: lang.NL}
	for _, id := range to {
		w.Mention = append(w.Mention, string(id))
	}
	d, err := i.Casework.SaveDraft(t.Context(), a, n, w)
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Casework.Send(t.Context(), a, n, casework.Sending{Kind: d.Kind, ID: d.ID, Revision: d.Revision, Seen: c.Seen}); err != nil {
		t.Fatal(err)
	}
}

func TestWhoeverIsMentionedIsToldAndMarkedUntilTheyRead(t *testing.T) {
	i, s := apptest.Staffed(t)
	me, other, third := s.Service[0], s.Service[1], s.Service[2]
	n := i.Complain("nl", apptest.Answers("communication"), nil).Number
	was := len(mailsTo(i, other))
	note(t, i, me, n, "Wil jij de bank bellen?", other.Member, s.Manager.Member, me.Member)
	if got := mailsTo(i, other); len(got) != was+1 || !strings.Contains(got[was], string(n)) {
		t.Errorf("who is mentioned gets %v", got)
	}
	if got := wantedOf(t, i, other); !slices.Equal(got, []casework.Want{casework.WantMention}) {
		t.Errorf("their list has %v", got)
	}
	for name, a := range map[string]access.Actor{"the author": me, "a colleague": third, "somebody without access": s.Manager} {
		if got := wantedOf(t, i, a); len(got) != 0 {
			t.Errorf("%s is wanted for %v", name, got)
		}
	}
	if slices.ContainsFunc(mailsTo(i, s.Manager), func(m string) bool { return strings.Contains(m, string(n)) }) {
		t.Error("somebody without access is told of the case")
	}
	c := i.Case(other, n)
	if last := c.Timeline[len(c.Timeline)-1]; len(last.To) != 1 || last.To[0].Name != other.Name {
		t.Errorf("the note is for %v", last.To)
	}
	if got := wantedOf(t, i, other); len(got) != 0 {
		t.Errorf("after reading their list has %v", got)
	}
}

func TestWhoeverIsLeftOutLosesMarksWatchAndSnooze(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	if err := errors.Join(i.Casework.Watch(t.Context(), s.HR, r.Number), i.Casework.SnoozeUntil(t.Context(), s.HR, r.Number, deadline.Date{})); err != nil {
		t.Fatal(err)
	}
	note(t, i, s.Manager, r.Number, "Wil jij dit lezen?", s.HR.Member)
	was := len(mailsTo(i, s.HR))
	if err := i.Casework.Exclude(t.Context(), s.Manager, r.Number, s.HR.Member, "the case is about HR"); err != nil {
		t.Fatal(err)
	}
	i.Write(s.Manager, r.Number, casework.DraftNote, "HR leest dit niet.")
	if got := mailsTo(i, s.HR); len(got) != was {
		t.Errorf("whoever was left out is told: %v", got[was:])
	}
	if got := wantedOf(t, i, s.HR); len(got) != 0 {
		t.Errorf("whoever was left out is wanted for %v", got)
	}
	err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.BesideOf(r.Case, s.HR.Member)
		if len(rows) != 0 {
			t.Errorf("%d rows are left", len(rows))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"watching": i.Casework.Watch(t.Context(), s.HR, r.Number), "snoozing": i.Casework.EndSnooze(t.Context(), s.HR, r.Number),
		"having a text checked": i.Casework.AskReread(t.Context(), s.HR, r.Number, casework.DraftNote, "", ""),
	} {
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s gives %v", name, err)
		}
	}
}

func TestWhoeverWatchesIsToldOnceUntilTheyLook(t *testing.T) {
	i, s := apptest.Staffed(t)
	me, other, third := s.Service[0], s.Service[1], s.Service[2]
	n := i.Complain("nl", apptest.Answers("communication"), nil).Number
	i.Case(other, n)
	if err := i.Casework.Watch(t.Context(), other, n); err != nil {
		t.Fatal(err)
	}
	was, aside := len(mailsTo(i, other)), len(mailsTo(i, third))
	i.Write(other, n, casework.DraftNote, "Mijn eigen notitie.")
	if got := len(mailsTo(i, other)); got != was {
		t.Errorf("whoever watches is told of what they did themselves")
	}
	for range 3 {
		i.Write(me, n, casework.DraftNote, "Gebeld.")
	}
	if got := len(mailsTo(i, other)); got != was+1 {
		t.Errorf("three notes make %d mails", got-was)
	}
	if !i.Case(other, n).Watch {
		t.Error("the page does not say that they watch")
	}
	i.Write(me, n, casework.DraftNote, "Nog eens gebeld.")
	if got := len(mailsTo(i, other)); got != was+2 {
		t.Errorf("after looking there are %d mails", got-was)
	}
	if got := len(mailsTo(i, third)); got != aside {
		t.Errorf("a colleague who does not watch gets %d mails", got-aside)
	}
	if err := i.Casework.EndWatch(t.Context(), other, n); err != nil {
		t.Fatal(err)
	}
	i.Case(other, n)
	i.Write(me, n, casework.DraftNote, "Klaar.")
	if got := len(mailsTo(i, other)); got != was+2 {
		t.Errorf("after the end there are %d mails", got-was)
	}
}

func numbersIn(t *testing.T, i *apptest.Instance, a access.Actor, v casework.View) (list []casefile.Number) {
	t.Helper()
	in, err := i.Casework.Inbox(t.Context(), a, casework.Filter{View: v})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range in.Rows {
		list = append(list, r.Number)
	}
	if in.Counts[v] != len(list) {
		t.Errorf("%s counts %d cases and lists %d", v, in.Counts[v], len(list))
	}
	return list
}

func TestASnoozedCaseLeavesOnesOwnListsAndMovesNoDeadline(t *testing.T) {
	i, s := apptest.Staffed(t)
	me, other := s.Service[0], s.Service[1]
	r := i.Complain("nl", apptest.Answers("communication"), nil)
	i.DeliverMail()
	before := i.Case(me, r.Number)
	if err := i.Casework.SnoozeUntil(t.Context(), me, r.Number, i.Casework.Calendar.Today(i.Clock.Now())); !isFault(err, "error.snooze-past") {
		t.Errorf("today gives %v", err)
	}
	day := i.Casework.Calendar.Today(i.Clock.Now()).AddDays(30)
	if err := i.Casework.SnoozeUntil(t.Context(), me, r.Number, day); err != nil {
		t.Fatal(err)
	}
	c := i.Case(me, r.Number)
	if !c.Snooze.On || c.Snooze.Passes.IsZero() || !c.Snooze.Passes.Before(c.Snooze.Until) {
		t.Errorf("the page tells %+v", c.Snooze)
	}
	for k := range c.Clocks {
		if c.Clocks[k].Due != before.Clocks[k].Due || c.Clocks[k].State != before.Clocks[k].State {
			t.Errorf("the clock %s moved", c.Clocks[k].ID)
		}
	}
	for _, v := range []casework.View{casework.ViewUnassigned, casework.ViewUnread, casework.ViewMine} {
		if got := numbersIn(t, i, me, v); len(got) != 0 {
			t.Errorf("%s lists %v", v, got)
		}
	}
	for _, v := range []casework.View{casework.ViewAll, casework.ViewSnoozed} {
		if got := numbersIn(t, i, me, v); len(got) != 1 {
			t.Errorf("%s lists %v", v, got)
		}
	}
	if got := numbersIn(t, i, other, casework.ViewUnassigned); len(got) != 1 {
		t.Errorf("a colleague's list has %v", got)
	}
	i.Clock.Set(c.Clocks[0].Due.Add(-time.Hour))
	if got := numbersIn(t, i, me, casework.ViewDue); len(got) != 1 {
		t.Errorf("a deadline that comes near is hidden: %v", got)
	}
	i.Clock.Set(i.Casework.Calendar.EndOf(day.AddDays(-1)).Add(time.Minute))
	if got := numbersIn(t, i, me, casework.ViewUnassigned); len(got) != 1 {
		t.Errorf("on the day itself the list has %v", got)
	}
}

func TestASnoozedCaseComesBackWhenTheComplainantWrites(t *testing.T) {
	i, s := apptest.Staffed(t)
	me := s.Service[0]
	r := i.Complain("nl", apptest.Answers("communication"), nil)
	if err := i.Casework.SnoozeUntil(t.Context(), me, r.Number, deadline.Date{}); err != nil {
		t.Fatal(err)
	}
	i.Write(s.Service[1], r.Number, casework.DraftNote, "Een collega schrijft.")
	if got := numbersIn(t, i, me, casework.ViewUnassigned); len(got) != 0 {
		t.Errorf("after a colleague's note the list has %v", got)
	}
	tok := i.Enter(r.Code)
	if err := i.Dialogue.Reply(t.Context(), tok, dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}, lang.NL, "Is er al nieuws?", nil); err != nil {
		t.Fatal(err)
	}
	if got := numbersIn(t, i, me, casework.ViewUnassigned); len(got) != 1 {
		t.Errorf("after the complainant wrote the list has %v", got)
	}
	if i.Case(me, r.Number).Snooze.On {
		t.Error("the page says that it is snoozed")
	}
}

// shared asks for a check and returns the entry that the colleagues find.
func shared(t *testing.T, i *apptest.Instance, a access.Actor, n casefile.Number, to staff.ID, text string) string {
	t.Helper()
	c := i.Case(a, n)
	if _, err := i.Casework.SaveDraft(t.Context(), a, n, casework.Writing{Kind: casework.DraftMessage, Was: casework.DraftMessage, Seen: c.Seen, Text: text, Lang: lang.NL}); err != nil {
		t.Fatal(err)
	}
	if err := i.Casework.AskReread(t.Context(), a, n, casework.DraftMessage, to, "Is dit duidelijk?"); err != nil {
		t.Fatal(err)
	}
	c = i.Case(a, n)
	return c.Timeline[len(c.Timeline)-1].ID
}

func TestACheckedTextComesBackAndIsTakenOverWithoutLosingAnything(t *testing.T) {
	i, s := apptest.Staffed(t)
	me, other, third := s.Service[0], s.Service[1], s.Service[2]
	r := i.Complain("nl", apptest.Answers("communication"), nil)
	n := r.Number
	was := len(mailsTo(i, other))
	id := shared(t, i, me, n, other.Member, "Wij kijkt het na.")
	if got := mailsTo(i, other); len(got) != was+1 {
		t.Errorf("who is asked gets %d mails", len(got)-was)
	}
	if got := wantedOf(t, i, other); !slices.Equal(got, []casework.Want{casework.WantCheck}) {
		t.Errorf("their list has %v", got)
	}
	if _, err := i.Casework.Rereading(t.Context(), third, n, id); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a colleague who was not asked gets %v", err)
	}
	for _, it := range i.Case(third, n).Timeline {
		if it.ID == id {
			t.Error("a colleague who was not asked sees it on the timeline")
		}
	}
	if err := i.Casework.HandBack(t.Context(), third, n, id, casework.Checked{Text: "x"}); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a colleague who was not asked hands it back: %v", err)
	}
	v, err := i.Casework.Rereading(t.Context(), other, n, id)
	if err != nil || !v.May || v.Text != "Wij kijkt het na." || v.Words != "Is dit duidelijk?" || len(v.Readers) != 1 {
		t.Fatalf("who is asked sees %+v, %v", v, err)
	}
	if got := wantedOf(t, i, other); len(got) != 1 {
		t.Error("looking at it ends what was asked")
	}
	for range 2 {
		if err := i.Casework.HandBack(t.Context(), other, n, id, casework.Checked{Text: "Wij kijken het na.", Words: "Werkwoord."}); err != nil {
			t.Fatal(err)
		}
	}
	if got := wantedOf(t, i, other); len(got) != 0 {
		t.Errorf("after handing back their list has %v", got)
	}
	if got := wantedOf(t, i, me); !slices.Equal(got, []casework.Want{casework.WantTake}) {
		t.Errorf("the author's list has %v", got)
	}
	c := i.Case(me, n)
	back := c.Timeline[len(c.Timeline)-1]
	if !back.Take || back.Reread.Words != "Werkwoord." {
		t.Fatalf("the author finds %+v", back.Reread)
	}
	d := c.Drafts[0]
	if _, err := i.Casework.SaveDraft(t.Context(), me, n, casework.Writing{Kind: d.Kind, Was: d.Kind, Revision: d.Revision, Seen: c.Seen, Text: "Intussen schreef ik verder.", Lang: lang.NL}); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Casework.TakeReread(t.Context(), other, n, back.ID); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("somebody else takes it over: %v", err)
	}
	if kind, err := i.Casework.TakeReread(t.Context(), me, n, back.ID); err != nil || kind != casework.DraftMessage {
		t.Fatal(kind, err)
	}
	if got := i.Case(me, n).Drafts[0].Text; got != "Intussen schreef ik verder.\n\nWij kijken het na." {
		t.Errorf("the draft is %q", got)
	}
	if m := mailbox(t, i, r.Code); len(m.Thread) != 0 {
		t.Error("the complainant sees something of it")
	}
}

func TestATextIsSharedWithEverybodyOrWithNobodyWhoMayNotRead(t *testing.T) {
	i, s := apptest.Staffed(t)
	me := s.Service[0]
	n := i.Complain("nl", apptest.Answers("communication"), nil).Number
	id := shared(t, i, me, n, "", "Een tekst.")
	for _, a := range s.Service[1:] {
		if v, err := i.Casework.Rereading(t.Context(), a, n, id); err != nil || !v.May || len(v.Readers) != 2 {
			t.Errorf("a colleague sees %+v, %v", v, err)
		}
	}
	if err := i.Casework.AskReread(t.Context(), me, n, casework.DraftMessage, s.Manager.Member, ""); !isFault(err, "error.member-missing") {
		t.Errorf("sharing with somebody without access gives %v", err)
	}
	if err := i.Casework.AskReread(t.Context(), me, n, casework.DraftMessage, "", strings.Repeat("x", 5000)); !isFault(err, "error.text-too-long") {
		t.Errorf("a question without end gives %v", err)
	}
}
