package post_test

import (
	"context"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/ident"
	"klankbord/internal/intake"
	"klankbord/internal/post"
)

// Our mail goes round through real servers: a complaint comes in, its confirmation goes
// out, the person's reply comes into the case, and the case is closed.
func TestAComplaintGoesRoundByMailUntilItIsClosed(t *testing.T) {
	server, ca := needs(t, "KLANKBORD_TEST_IMAP"), needs(t, "KLANKBORD_TEST_SMTP_CA")
	transport, err := post.NewSMTP(post.SMTPSettings{Server: needs(t, "KLANKBORD_TEST_SMTP"), Security: "starttls", CAFile: ca, HelloName: "desk.example"})
	if err != nil {
		t.Fatal(err)
	}
	i, team := apptest.Staffed(t, func(_ *config.Config, o *app.Options) { o.Transport = transport })
	box, person := "box-"+ident.New()[:8]+"@example.test", "jan-"+ident.New()[:8]+"@example.test"
	r := answering(i, setting(t, "imap", box, server, "&ca-file="+url.QueryEscape(ca)))
	looking := func(what string, there func() bool) { // until what was handed to Postfix is there
		t.Helper()
		until(t, what, func() bool {
			if err := r.Look(t.Context()); err != nil {
				t.Fatal(err)
			}
			return there()
		})
		i.DeliverMail()
	}
	from := "From: Jan Maes <" + person + ">\r\nTo: " + box + "\r\n"
	deliver(t, box, from+"Subject: Brief kwijt\r\nMessage-ID: <"+ident.New()+"@example.test>\r\nDate: Mon, 2 Mar 2026 08:00:00 +0000\r\n\r\nIk wil een klacht indienen over uw dienst.\r\n")
	looking("the complaint", func() bool { return cases(t, i) == 1 })
	n, sofie := inbox(t, i), team.Service[0]
	if c := i.Case(sofie, n); c.State != casefile.StateAcknowledged {
		t.Fatalf("state %s after the confirmation went out", c.State)
	}
	got, err := mail.ReadMessage(strings.NewReader(arrived(t, person)))
	if err != nil {
		t.Fatal(err)
	}
	h := got.Header
	deliver(t, box, from+"Subject: Re: "+h.Get("Subject")+"\r\nIn-Reply-To: "+h.Get("Message-ID")+"\r\nReferences: "+h.Get("References")+" "+h.Get("Message-ID")+
		"\r\nMessage-ID: <"+ident.New()+"@example.test>\r\n\r\nHet was de brief van mei.\r\n\r\nOp ma 2 mrt 2026 om 09:00 schreef WWF:\r\n> Wij hebben uw e-mail ontvangen.\r\n")
	byMail := func(it casework.Item) bool { return it.ByMail }
	looking("the reply", func() bool { return slices.ContainsFunc(i.Case(sofie, n).Timeline, byMail) })
	c := i.Case(sofie, n)
	k := slices.IndexFunc(c.Timeline, byMail)
	if k < 0 || c.Timeline[k].Text != "Het was de brief van mei." || !strings.Contains(c.Timeline[k].Quoted, "ontvangen") {
		t.Fatal("the reply is not in the case")
	}
	if n := cases(t, i); n != 1 {
		t.Errorf("%d cases", n)
	}
	i.Close(sofie, n, "Wij zochten de brief.", "De brief is er.")
	if c := i.Case(sofie, n); c.State != casefile.StateClosed {
		t.Errorf("state %s", c.State)
	}
}

// answering reads a mailbox as the desk does: a reply comes into its case.
func answering(i *apptest.Instance, s post.IMAPSettings) *reader {
	r := reading(i, s)
	r.Take = func(ctx context.Context, m intake.Mailbox, a intake.Arrived) (intake.Taken, error) {
		a.Replied = i.Dialogue.TakeReply
		return i.Intake.TakeMail(ctx, m, a)
	}
	return r
}

// A reply to the address of its case finds it by that alone, whatever its header says: the
// servers keep for whom it came.
func TestAReplyToTheAddressOfItsCaseComesIntoItThroughRealServers(t *testing.T) {
	server, ca := needs(t, "KLANKBORD_TEST_IMAP"), needs(t, "KLANKBORD_TEST_SMTP_CA")
	transport, err := post.NewSMTP(post.SMTPSettings{Server: needs(t, "KLANKBORD_TEST_SMTP"), Security: "starttls", CAFile: ca, HelloName: "desk.example"})
	if err != nil {
		t.Fatal(err)
	}
	box, person := "box-"+ident.New()[:8]+"@example.test", "jan-"+ident.New()[:8]+"@example.test"
	i, team := apptest.Staffed(t, func(c *config.Config, o *app.Options) { o.Transport, c.MailReply = transport, box })
	r := answering(i, setting(t, "imap", box, server, "&ca-file="+url.QueryEscape(ca)))
	from := "From: Jan Maes <" + person + ">\r\n"
	deliver(t, box, from+"To: "+box+"\r\nSubject: Brief kwijt\r\n\r\nIk wil een klacht indienen over uw dienst.\r\n")
	until(t, "the complaint", func() bool {
		if err := r.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		return cases(t, i) == 1
	})
	i.DeliverMail()
	n := inbox(t, i)
	got, err := mail.ReadMessage(strings.NewReader(arrived(t, person)))
	if err != nil {
		t.Fatal(err)
	}
	reply, err := got.Header.AddressList("Reply-To")
	if err != nil || len(reply) != 1 || !strings.Contains(reply[0].Address, "+t-") {
		t.Fatalf("the confirmation asks for replies to %v: %v", reply, err)
	}
	hand(t, reply[0].Address, from+"To: undisclosed-recipients:;\r\nSubject: Nog iets\r\n\r\nHet was de brief van mei.\r\n")
	heard := func() bool {
		if err := r.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(i.Case(team.Service[0], n).Timeline, func(it casework.Item) bool { return it.ByMail && it.Text == "Het was de brief van mei." })
	}
	until(t, "the reply to come into the case", heard)
	if n := cases(t, i); n != 1 {
		t.Errorf("%d cases", n)
	}
}
