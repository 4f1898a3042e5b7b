package dialogue_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

var confirmLink = regexp.MustCompile(`https://desk\.example/nl/confirm/([A-Za-z0-9_-]{43})`)

// mailed delivers what waits and returns the secret of the link in the newest mail
// to an address.
func mailed(t *testing.T, i *apptest.Instance, to string) string {
	t.Helper()
	i.DeliverMail()
	for _, m := range i.Box.Mails() {
		if m.To == to {
			found := confirmLink.FindStringSubmatch(m.Text)
			if found == nil {
				t.Fatalf("the newest mail (%s) has no link", m.Subject)
			}
			return found[1]
		}
	}
	t.Fatalf("no mail to %s", to)
	return ""
}

const address = "ingrid.maes@mail.example"

func verified(t *testing.T, i *apptest.Instance, r *intake.Receipt) bool {
	t.Helper()
	return !mailbox(t, i, i.Enter(r.Code)).Verified.IsZero()
}

func TestTheLinkInTheAcknowledgementConfirmsTheAddress(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	link := mailed(t, i, address)
	if strings.Contains(i.Box.Mails()[0].Text, r.Code) {
		t.Error("the mail holds the code")
	}
	for range 3 { // programs that follow links in mail
		if state, err := i.Dialogue.Confirming(ctx, link); err != nil || state != dialogue.LinkOpen {
			t.Errorf("the page of the link: %s, %v", state, err)
		}
	}
	if verified(t, i, r) || !i.Case(team.Manager, r.Number).Contact.Verified.IsZero() {
		t.Fatal("confirmed before the button was pressed")
	}
	i.Clock.Add(time.Hour)
	for range 2 {
		must(t, i.Dialogue.ConfirmContact(ctx, link))
	}
	if c := i.Case(team.HR, r.Number).Contact; !c.Mail || !c.Verified.Equal(i.Clock.Now()) || !verified(t, i, r) {
		t.Errorf("members see %v", c)
	}
	if n := leaves(t, i, audit.AddressProven); n != 1 {
		t.Errorf("%d lines in the log", n)
	}
	if state, _ := i.Dialogue.Confirming(ctx, link); state != dialogue.LinkUsed {
		t.Errorf("afterwards the link is %s", state)
	}
}

func TestALinkIsForOnePurposeOneAddressAndThreeDays(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	link := mailed(t, i, address)
	gone := func(when, link string) {
		t.Helper()
		if state, err := i.Dialogue.Confirming(ctx, link); err != nil || state != dialogue.LinkGone {
			t.Errorf("%s: the link is %s, %v", when, state, err)
		}
		if err := i.Dialogue.ConfirmContact(ctx, link); !errors.Is(err, dialogue.ErrLinkGone) {
			t.Errorf("%s: pressing the button: %v", when, err)
		}
	}
	gone("not a link", "x")
	gone("another secret", seal.NewToken().Cookie())
	tok, err := seal.ParseToken(link)
	must(t, err)
	err = i.Store.Read(ctx, func(tx *store.Tx) error {
		for _, lookup := range []string{tok.ID(), tok.LookupID(custody.LinkCode)} {
			for _, purpose := range []string{custody.LinkConfirm, custody.LinkCode} {
				if _, err := tx.Link(lookup, purpose); !errors.Is(err, store.ErrNone) {
					t.Errorf("the link is found for another purpose: %v", err)
				}
			}
		}
		var stored int
		return tx.QueryRow("SELECT count(*) FROM link WHERE lookup = $1 OR lookup = $2", link, tok.ID()).Scan(&stored)
	})
	must(t, err)
	i.Clock.Add(custody.LinkLife)
	gone("after three days", link)
	i.Clock.Add(-time.Minute)
	if state, _ := i.Dialogue.Confirming(ctx, link); state != dialogue.LinkOpen {
		t.Errorf("a minute before: %s", state)
	}
	box := i.Enter(r.Code)
	m := mailbox(t, i, box)
	must(t, i.Dialogue.ChangeContact(ctx, box, sendingFor(r), apptest.With(i.Dialogue.ContactAnswers(m), profile.FieldEmail, "new@mail.example")))
	gone("for an address that was changed", link)
	if verified(t, i, r) {
		t.Error("the new address counts as confirmed")
	}
	must(t, i.Dialogue.ConfirmContact(ctx, mailed(t, i, "new@mail.example")))
	if !verified(t, i, r) {
		t.Error("the new address cannot be confirmed")
	}
}

func TestAChangedAddressIsToldToTheOneBefore(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	tok := i.Enter(r.Code)
	m := mailbox(t, i, tok)
	must(t, i.Dialogue.ChangeContact(ctx, tok, sendingFor(r), apptest.With(i.Dialogue.ContactAnswers(m), profile.FieldEmail, "new@mail.example")))
	i.DeliverMail()
	old := 0
	for _, mail := range i.Box.Mails() {
		if mail.To == address && strings.Contains(mail.Subject, "gewijzigd") {
			old++
			if strings.Contains(mail.Text, "new@mail.example") || strings.Contains(mail.Text, "confirm/") {
				t.Error("the mail tells the new address, or holds a link that confirms")
			}
		}
	}
	if old != 1 {
		t.Errorf("%d mails to the address before, want 1", old)
	}
}

func TestAChangeThatLeavesTheAddressAsksForNothing(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	must(t, i.Dialogue.ConfirmContact(ctx, mailed(t, i, address)))
	tok := i.Enter(r.Code)
	m := mailbox(t, i, tok)
	before := len(i.Box.Mails())
	must(t, i.Dialogue.ChangeContact(ctx, tok, sendingFor(r), apptest.With(i.Dialogue.ContactAnswers(m), profile.FieldPhone, "0470 12 34 56")))
	must(t, i.Dialogue.SetLanguage(ctx, tok, sendingFor(r), "fr"))
	i.DeliverMail()
	for _, mail := range i.Box.Mails()[:len(i.Box.Mails())-before] {
		if mail.To == address {
			t.Errorf("the complainant gets %q", mail.Subject)
		}
	}
	if !verified(t, i, r) {
		t.Error("a confirmed address has to be confirmed again")
	}
	must(t, i.Dialogue.DeclineMail(ctx, tok, sendingFor(r)))
	must(t, i.Dialogue.AllowMail(ctx, tok, sendingFor(r)))
	if verified(t, i, r) {
		t.Error("an address that was forgotten is still confirmed")
	}
}

func TestTheConfirmationIsSentAgainButNotAtOnce(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	first := mailed(t, i, address)
	tok := i.Enter(r.Code)
	if why, ok := fault.As(i.Dialogue.SendConfirmation(ctx, tok)); !ok || why.Key != "mailbox.confirm-wait" {
		t.Errorf("at once: %v", why)
	}
	i.Clock.Add(time.Hour)
	must(t, i.Dialogue.SendConfirmation(ctx, tok))
	second := mailed(t, i, address)
	if state, _ := i.Dialogue.Confirming(ctx, first); state != dialogue.LinkGone || first == second {
		t.Errorf("the first link is %s", state)
	}
	must(t, i.Dialogue.ConfirmContact(ctx, second))
	i.Clock.Add(time.Hour)
	before := len(i.Box.Mails())
	must(t, i.Dialogue.SendConfirmation(ctx, tok))
	if i.DeliverMail(); len(i.Box.Mails()) != before {
		t.Error("a confirmed address is asked again")
	}
	quiet := i.Complain("nl", apptest.With(apptest.With(apptest.StrictAnswers("theft"), profile.FieldEmail), profile.FieldPhone, "0470 12 34 56"), nil)
	if err := i.Dialogue.SendConfirmation(ctx, i.Enter(quiet.Code)); err == nil {
		t.Error("sent to nobody")
	}
}

// Rows that somebody put into the database confirm nothing.
func TestNoRowOfTheDatabaseAloneConfirmsAnAddress(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	mine := seal.NewToken()
	must(t, i.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec("UPDATE notice_address SET verified = $1", i.Clock.Now().UnixMicro()); err != nil {
			return err
		}
		_, err := tx.Exec("INSERT INTO link SELECT $1, case_id, purpose, mark, created, expires, used, box, stamp FROM link", mine.LookupID(custody.LinkConfirm))
		return err
	}))
	if verified(t, i, r) || !i.Case(team.Manager, r.Number).Contact.Verified.IsZero() {
		t.Error("an edited row counts as confirmed")
	}
	must(t, i.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec("UPDATE notice_address SET verified = 0")
		return err
	}))
	if state, _ := i.Dialogue.Confirming(ctx, mine.Cookie()); state != dialogue.LinkGone {
		t.Errorf("a planted link is %s", state)
	}
}
