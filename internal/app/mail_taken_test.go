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
	bounce := func(id, action string) string {
		return "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nSubject: Undelivered\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
			"--b\r\n\r\nNo such user.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nAction: " + action + "\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: " + id + "\r\n--b--"
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
