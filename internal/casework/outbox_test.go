package casework_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/store"
)

func outbox(t *testing.T, i *apptest.Instance, actor access.Actor) []casework.Outgoing {
	t.Helper()
	list, err := i.Casework.Outbox(t.Context(), actor)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func mailsAbout(list []casework.Outgoing, n casefile.Number) (found []casework.Outgoing) {
	for _, m := range list {
		if m.Number == n {
			found = append(found, m)
		}
	}
	return found
}

func bury(t *testing.T, i *apptest.Instance, id casefile.ID) {
	t.Helper()
	err := i.Store.Write(t.Context(), func(tx *store.Tx) error {
		mails, err := tx.MailsOf(id)
		if err != nil || len(mails) == 0 {
			return errors.Join(err, tx.BuryMail("none", ""))
		}
		return tx.BuryMail(mails[0].ID, "refused-550")
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheOutboxShowsTheMailsOfOnesOwnCases(t *testing.T) {
	i, team := apptest.Staffed(t)
	general := i.Complain("nl", apptest.Answers("communication"), nil)
	strict := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	bury(t, i, general.Case)
	bury(t, i, strict.Case)
	sofie, manager := team.Service[0], team.Manager
	mine := mailsAbout(outbox(t, i, sofie), general.Number)
	if len(mine) == 0 || mine[0].Fate != casework.FateDead || !mine[0].Again || mine[0].Reason != casework.ReasonReceipt || !mine[0].Person {
		t.Fatalf("the member's own: %+v", mine)
	}
	if got := mailsAbout(outbox(t, i, sofie), strict.Number); len(got) != 0 {
		t.Errorf("a case of another team shows %d mails", len(got))
	}
	if n, err := i.Casework.DeadMails(t.Context(), sofie); err != nil || n != 1 {
		t.Errorf("she is told of %d dead mails: %v", n, err)
	}
	others := mailsAbout(outbox(t, i, manager), strict.Number)
	if len(others) == 0 {
		t.Fatal("its own team does not see it")
	}
	err := i.Casework.ResendMails(t.Context(), sofie, []string{mine[0].ID, others[0].ID})
	gone := i.Casework.ResendMails(t.Context(), sofie, []string{"no-such-mail"})
	a, ok1 := fault.As(err)
	b, ok2 := fault.As(gone)
	if !ok1 || !ok2 || a.Kind != b.Kind || a.Key != b.Key {
		t.Errorf("another's mail answers %v, one that is not there %v", err, gone)
	}
	if got := mailsAbout(outbox(t, i, sofie), general.Number); got[0].Fate != casework.FateDead {
		t.Error("a mail was sent although the wish as a whole was refused")
	}
}

func TestADeadMailIsSentAgainAndTheLogSaysWhoDidIt(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.Answers("communication"), nil)
	bury(t, i, r.Case)
	sofie := team.Service[0]
	dead := mailsAbout(outbox(t, i, sofie), r.Number)
	for range 2 { // the second time it waits already
		if err := i.Casework.ResendMails(t.Context(), sofie, []string{dead[0].ID}); err != nil {
			t.Fatal(err)
		}
	}
	if got := mailsAbout(outbox(t, i, sofie), r.Number); !slices.ContainsFunc(got, func(m casework.Outgoing) bool { return m.ID == dead[0].ID && m.Fate == casework.FateWaiting }) {
		t.Errorf("after that: %+v", got)
	}
	i.DeliverMail()
	if got := mailsAbout(outbox(t, i, sofie), r.Number); got[0].Fate != casework.FateSent {
		t.Errorf("in the end: %+v", got[0])
	}
	i.Clock.Add(8 * 24 * time.Hour)
	if got := mailsAbout(outbox(t, i, sofie), r.Number); len(got) != 0 {
		t.Errorf("a week later it is still listed: %+v", got)
	}
	again := 0
	err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		list, err := tx.LeavesOf(r.Case)
		for _, l := range list {
			if rec, err := audit.DecodeRecord(l.Record); err == nil && rec.Detail["what"] == "mail sent again" && rec.Actor.ID == string(sofie.Member) {
				again++
			}
		}
		return err
	})
	if err != nil || again != 1 {
		t.Errorf("%d lines about it: %v", again, err)
	}
}

func TestWhoIsExcludedSeesNoMailOfTheCase(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	bury(t, i, r.Case)
	out := team.HR
	if len(mailsAbout(outbox(t, i, out), r.Number)) == 0 {
		t.Fatal("before, the member sees nothing")
	}
	if err := i.Exclude(team.Manager, r.Number, out.Member); err != nil {
		t.Fatal(err)
	}
	n, err := i.Casework.DeadMails(t.Context(), out)
	if got := outbox(t, i, out); len(mailsAbout(got, r.Number)) != 0 || n != 0 || err != nil {
		t.Errorf("after, %d mails and a count of %d: %v", len(got), n, err)
	}
}
