package dialogue_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/deadline"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
)

// confirmed makes a case whose complainant confirmed the address, and closes it.
func confirmed(t *testing.T, i *apptest.Instance, team apptest.Staff) *intake.Receipt {
	t.Helper()
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	must(t, i.Dialogue.ConfirmContact(ctx, mailed(t, i, address)))
	i.Close(team.Manager, r.Number, "Terugbetaald.", "Er was een fout.")
	i.DeliverMail()
	return r
}

// asked moves the clock to the next check-in of a case and carries out its work.
func asked(t *testing.T, i *apptest.Instance, tok seal.Token) dialogue.CheckIn {
	t.Helper()
	for _, x := range mailbox(t, i, tok).CheckIns {
		if x.Asked.After(i.Clock.Now()) {
			i.Clock.Add(x.Asked.Sub(i.Clock.Now()))
			i.DeliverMail()
			return x
		}
	}
	t.Fatal("no check-in is planned")
	return dialogue.CheckIn{}
}

// watched reports whether a member sees a case among those to look at, and what the
// case says is next.
func watched(t *testing.T, i *apptest.Instance, team apptest.Staff, n casefile.Number) (listed bool, next string) {
	t.Helper()
	in, err := i.Casework.Inbox(ctx, team.Manager, casework.Filter{View: casework.ViewWatch, Page: 1})
	must(t, err)
	return slices.ContainsFunc(in.Rows, func(r casework.Row) bool { return r.Number == n && r.Late }), i.Case(team.Manager, n).Next.Key
}

func answers(t *testing.T, i *apptest.Instance, r *intake.Receipt, treated dialogue.Treatment, wish string) {
	t.Helper()
	s := dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}
	_, err := i.Dialogue.AnswerCheckIn(ctx, i.Enter(r.Code), seal.NewToken(), s, dialogue.Answer{Lang: lang.NL, Treated: treated, Wish: wish})
	must(t, err)
	i.DeliverMail()
}

func mailsTo(i *apptest.Instance, to string) (n int) {
	for _, m := range i.Box.Mails() {
		if strings.HasPrefix(m.To, to) {
			n++
		}
	}
	return n
}

func TestCheckInsArePlannedAtClosingAndAskedByMail(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := confirmed(t, i, team)
	tok := i.Enter(r.Code)
	m := mailbox(t, i, tok)
	var months []string
	for _, x := range m.CheckIns {
		months = append(months, x.Asked.Format("2006-01-02 15:04"))
	}
	if got := strings.Join(months, ", "); got != "2026-04-02 07:00, 2026-06-02 07:00, 2026-09-02 07:00, 2027-03-02 08:00" {
		t.Errorf("asked on %s", got)
	}
	before := mailsTo(i, "ingrid")
	asked(t, i, tok)
	i.DeliverMail()
	if n := mailsTo(i, "ingrid"); n != before+1 {
		t.Fatalf("%d mails, want one", n-before)
	}
	mail := i.Box.Mails()[0]
	if !strings.Contains(mail.Subject, string(r.Number)) || strings.Contains(mail.Text, "behandel") || !strings.Contains(mail.Text, "16 april 2026") {
		t.Errorf("the mail says %q: %q", mail.Subject, mail.Text)
	}
	if listed, _ := watched(t, i, team, r.Number); listed {
		t.Error("members have to look before anybody could answer")
	}
	answers(t, i, r, dialogue.TreatedWell, "")
	if listed, next := watched(t, i, team, r.Number); listed || next != "none" {
		t.Errorf("after a good answer: listed %v, next %s", listed, next)
	}
	if m := mailbox(t, i, i.Enter(r.Code)); m.CheckIns[0].Answered.IsZero() || m.CheckIns[0].Now {
		t.Error("the mailbox does not show that it was answered")
	}
}

func TestAWishAsksForAMemberUntilOneSaysWhatWasDone(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := confirmed(t, i, team)
	asked(t, i, i.Enter(r.Code))
	before := mailsTo(i, "nele")
	answers(t, i, r, dialogue.TreatedWell, "Spreek met mijn chef.")
	if listed, next := watched(t, i, team, r.Number); !listed || next != "wish" {
		t.Errorf("listed %v, next %s", listed, next)
	}
	if mailsTo(i, "nele") != before+1 {
		t.Error("no mail told the manager")
	}
	c := i.Case(team.HR, r.Number)
	n := slices.IndexFunc(c.Timeline, func(it casework.Item) bool { return it.CheckIn != nil })
	if n < 0 || c.Timeline[n].Text != "Spreek met mijn chef." {
		t.Fatal("the answer does not stand in the case")
	}
	clock := c.Clocks[slices.IndexFunc(c.Clocks, func(k casework.Clock) bool { return k.ByHand && k.Kind == deadline.KindCheckIn })]
	must(t, i.Casework.StopClock(ctx, team.HR, r.Number, clock.ID, "Wij spraken met de chef.", c.Revision))
	if listed, next := watched(t, i, team, r.Number); listed || next != "none" {
		t.Errorf("after it was done: listed %v, next %s", listed, next)
	}
	if m := mailbox(t, i, i.Enter(r.Code)); m.CheckIns[1].Over {
		t.Error("the next question is not asked any more")
	}
}

func TestSilenceAsksForAMember(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := confirmed(t, i, team)
	x := asked(t, i, i.Enter(r.Code))
	before := mailsTo(i, "nele")
	i.Clock.Add(x.Until.Sub(i.Clock.Now()) + time.Minute)
	for range 2 { // once, however often it is looked at
		_, err := i.Casework.Remind(ctx)
		must(t, err)
		i.DeliverMail()
	}
	if listed, next := watched(t, i, team, r.Number); !listed || next != "silent" || mailsTo(i, "nele") != before+1 {
		t.Errorf("listed %v, next %s, %d mails", listed, next, mailsTo(i, "nele")-before)
	}
	answers(t, i, r, dialogue.TreatedWell, "")
	if listed, _ := watched(t, i, team, r.Number); listed {
		t.Error("a late good answer does not end it")
	}
}

func TestWhoDeclinesIsNotAskedAndNobodyIsTroubled(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := confirmed(t, i, team)
	tok := i.Enter(r.Code)
	for range 2 {
		must(t, i.Dialogue.DeclineCheckIns(ctx, tok, dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}))
	}
	if m := mailbox(t, i, tok); !m.Declined || slices.ContainsFunc(m.CheckIns, func(x dialogue.CheckIn) bool { return !x.Over }) {
		t.Error("questions are still planned")
	}
	before := len(i.Box.Mails())
	i.Clock.Add(400 * 24 * time.Hour)
	i.DeliverMail()
	if listed, _ := watched(t, i, team, r.Number); listed || len(i.Box.Mails()) != before {
		t.Error("somebody was mailed or has to look")
	}
}

func TestWithoutAConfirmedAddressNoMailAsks(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	i.Close(team.Manager, r.Number, "Terugbetaald.", "Er was een fout.")
	i.DeliverMail()
	before := mailsTo(i, "ingrid")
	tok := i.Enter(r.Code)
	asked(t, i, tok)
	if mailsTo(i, "ingrid") != before || !mailbox(t, i, i.Enter(r.Code)).CheckIns[0].Now {
		t.Error("a mail went to an address that nobody confirmed, or the mailbox does not ask")
	}
}

func TestNobodyIsAskedWhereNothingIsAsked(t *testing.T) {
	i, team := apptest.Staffed(t)
	general := i.Complain("nl", apptest.Answers("communication"), nil)
	i.DeliverMail()
	i.Close(team.Service[0], general.Number, "Uitgelegd.", "Er was een vergissing.")
	if m := mailbox(t, i, i.Enter(general.Code)); len(m.CheckIns) != 0 {
		t.Error("a general complaint has check-ins")
	}
	r := confirmed(t, i, team)
	s := dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}
	for treated, fails := range map[dialogue.Treatment]string{"well": "watch.not-asked", "badly": "watch.not-asked", "": "watch.treated-missing"} {
		answer := dialogue.Answer{Lang: lang.NL, Treated: treated, Story: "Slecht."}
		_, err := i.Dialogue.AnswerCheckIn(ctx, i.Enter(r.Code), seal.NewToken(), s, answer)
		if told, ok := fault.As(err); !ok || told.Key != fails {
			t.Errorf("%q before it was asked: %v", treated, err)
		}
	}
	i.Move(team.Manager, r.Number, casefile.StateReview)
	if c := i.Case(team.Manager, r.Number); c.Next.Key == "silent" || slices.ContainsFunc(c.Clocks, func(k casework.Clock) bool { return k.CheckIn() && k.Open() }) {
		t.Error("a case that was opened again still asks")
	}
	i.Close(team.Manager, r.Number, "Toch terugbetaald.", "Bij nader inzien.")
	if m := mailbox(t, i, i.Enter(r.Code)); len(m.CheckIns) != 4 || m.CheckIns[0].Over {
		t.Error("closing again plans nothing")
	}
}
