package app_test

import (
	"strings"
	"testing"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/intake"
)

func TestAConfirmationThatComesBackAsksForAnotherWay(t *testing.T) {
	i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) {
		c.Mailbox = []string{"imap://box@127.0.0.1:1/INBOX?route=general&security=none&password-file=/nowhere"}
	})
	box := i.Pickups[0]
	take := func(raw string) intake.Taken {
		got, err := box.Take(t.Context(), box.Settings.Mailbox, intake.Arrived{Body: strings.NewReader(raw)})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	got := take("From: Jan Maes <jan@example.org>\r\nSubject: Klacht\r\n\r\nIk wil een klacht indienen over uw dienst.")
	i.DeliverMail()
	sofie := team.Service[0]
	if c := i.Case(sofie, got.Number); c.State != casefile.StateAcknowledged {
		t.Fatalf("state %s", c.State)
	}
	id := i.Box.Mails()[0].MessageID
	i.Clock.Add(time.Hour)
	for name, raw := range map[string]string{
		"a delay": bounce(id, "delayed"), "another's mail": bounce("<x@other.example>", "failed"), "one that nobody sent": bounce("<0000@desk.example>", "failed"),
	} {
		take(raw)
		if c := i.Case(sofie, got.Number); c.State != casefile.StateAcknowledged {
			t.Errorf("%s is taken for a failure", name)
		}
	}
	if n := take(bounce(id, "failed")); !n.Unsorted {
		t.Error("a bounce became a complaint")
	}
	take(bounce(id, "failed") + "\r\n") // once more, in another form
	c := i.Case(sofie, got.Number)
	if c.State != casefile.StateReceived || c.Receipt.State != casework.ReceiptByHand || c.Next.Key != "by-hand" {
		t.Errorf("state %s, receipt %s, next %s", c.State, c.Receipt.State, c.Next.Key)
	}
	i.DeliverMail()
	if n := len(i.Box.Mails()); n != 1 {
		t.Errorf("%d mails: a bounce was answered", n)
	}
}

func bounce(id, action string) string {
	return "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nSubject: Undelivered\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
		"--b\r\n\r\nNo such user.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nAction: " + action + "\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: " + id + "\r\n--b--"
}

func TestANewsMailThatComesBackIsShownInItsCaseUntilThePersonWasReached(t *testing.T) {
	i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) {
		c.Mailbox = []string{"imap://box@127.0.0.1:1/INBOX?route=general&security=none&password-file=/nowhere"}
	})
	sofie, box := team.Service[0], i.Pickups[0]
	r, other := i.Complain("nl", apptest.Answers("communication"), nil), i.Complain("nl", apptest.Answers("communication"), nil)
	i.DeliverMail()
	take := func(raw string) {
		t.Helper()
		if _, err := box.Take(t.Context(), box.Settings.Mailbox, intake.Arrived{Body: strings.NewReader(raw)}); err != nil {
			t.Fatal(err)
		}
	}
	i.Write(sofie, r.Number, casework.DraftMessage, "Wij kijken ernaar.")
	i.Clock.Add(2 * time.Minute)
	i.DeliverMail()
	var id string
	for _, m := range i.Box.Mails() {
		if strings.Contains(m.Text, string(r.Number)) && strings.Contains(m.Text, "nieuw bericht") {
			id = strings.Trim(m.MessageID, "<>")
		}
	}
	if id == "" {
		t.Fatal("no mail about the message left")
	}
	name, domain, _ := strings.Cut(id, "@")
	before := i.Case(sofie, r.Number)
	for _, forged := range []string{bounce("<"+name+"@evil.example>", "failed"), bounce("<"+string(r.Number)+"@"+domain+">", "failed"), bounce("<"+id+">", "delayed")} {
		take(forged)
	}
	if c := i.Case(sofie, r.Number); !c.Receipt.Lost.IsZero() || c.Next.Key != before.Next.Key {
		t.Fatalf("a made-up report or a delay is taken for a failure: %s", c.Next.Key)
	}
	// RFC 3464 2.2.1: some servers return no header, but the id under which the mail was handed over.
	take("Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nNo.\r\n" +
		"--b\r\nContent-Type: message/delivery-status\r\n\r\nOriginal-Envelope-Id: " + id + "\r\n\r\nAction: failed\r\n\r\n--b--")
	at := i.Clock.Now()
	take(bounce("<"+id+">", "failed") + "\r\n")
	c := i.Case(sofie, r.Number)
	if !c.Receipt.Lost.Equal(at) || c.State != before.State {
		t.Errorf("next %s, lost since %v, state %s", c.Next.Key, c.Receipt.Lost, c.State)
	}
	if n := events(c, casework.EventMailBack); n != 1 {
		t.Errorf("the timeline tells of it %d times", n)
	}
	if c := i.Case(sofie, other.Number); !c.Receipt.Lost.IsZero() || events(c, casework.EventMailBack) != 0 {
		t.Error("another case shows it as well")
	}
	if err := i.Casework.Assign(t.Context(), sofie, r.Number, sofie.Member, c.Revision); err != nil {
		t.Fatal(err)
	}
	if c := i.Case(sofie, r.Number); c.Next.Key != "lost" {
		t.Errorf("with somebody in charge the next step is %s", c.Next.Key)
	}
	i.Clock.Add(time.Minute)
	i.Write(sofie, r.Number, casework.DraftNote, "Gebeld, hij leest het.")
	if c := i.Case(sofie, r.Number); c.Next.Key == "lost" {
		t.Error("after a note that says how the person was reached it is still asked")
	}
}

func events(c *casework.Case, e casework.Event) (n int) {
	for _, it := range c.Timeline {
		if it.Event == e {
			n++
		}
	}
	return n
}
