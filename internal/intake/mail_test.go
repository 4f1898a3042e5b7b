package intake_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/store"
)

// complaints is the mailbox for what goes to Supporters Service, integrity the one for
// what only the Complaints team reads.
func complaints() intake.Mailbox {
	return intake.Mailbox{ID: "klachten@imap.example/INBOX", Name: "klachten@desk.example", Route: casefile.General, Lang: lang.NL, Server: "mx.desk.example"}
}

func integrity() intake.Mailbox {
	return intake.Mailbox{ID: "integriteit@imap.example/INBOX", Name: "integriteit@desk.example", Route: casefile.Integrity, Lang: lang.NL, Server: "mx.desk.example"}
}

func letterOf(id, fields, text string) string {
	return "Received: from mx by imap; " + id + "\r\nFrom: Jan Maes <jan.maes@example.org>\r\nTo: klachten@desk.example\r\nSubject: Brief kwijt\r\nDate: Mon, 2 Mar 2026 08:00:00 +0000\r\nMessage-ID: <" +
		id + "@example.org>\r\n" + fields + "\r\n" + text
}

type desk struct {
	*apptest.Instance
	team apptest.Staff
}

func (d *desk) take(box intake.Mailbox, raw string) intake.Taken {
	d.T.Helper()
	got, err := d.Intake.TakeMail(d.T.Context(), box, intake.Arrived{At: d.Clock.Now().Add(-time.Hour), Body: strings.NewReader(raw)})
	if err != nil {
		d.T.Fatal(err)
	}
	return got
}

func staffed(t *testing.T) *desk {
	i, team := apptest.Staffed(t)
	return &desk{i, team}
}

func TestMailOfAPersonBecomesAComplaintAtOnce(t *testing.T) {
	d := staffed(t)
	raw := letterOf("a", "Authentication-Results: mx.desk.example; dmarc=pass; spf=pass\r\nContent-Type: multipart/mixed; boundary=b\r\n",
		"--b\r\n\r\nIk wil graag een klacht indienen omdat ik nog geen antwoord heb.\r\n--b\r\nContent-Disposition: attachment; filename=\"../brief.txt\"\r\n\r\nde brief\r\n--b--")
	got := d.take(complaints(), raw)
	if got.Unsorted || got.Again || got.Number == "" {
		t.Fatalf("%+v", got.Unsorted)
	}
	c := d.Case(d.team.Service[0], got.Number)
	if c.State != casefile.StateReceived || c.Channel != casefile.ChannelEmail || !c.Received.Equal(d.Clock.Now().Add(-time.Hour)) {
		t.Errorf("state %s, channel %s, received %v", c.State, c.Channel, c.Received)
	}
	if len(c.Clocks) == 0 || c.Story == nil || len(c.Story.Files) != 1 || c.Story.Files[0].Name != "brief.txt" {
		t.Fatalf("clocks %d, files %+v", len(c.Clocks), c.Story)
	}
	if body := d.Download(d.team.Service[0], got.Number, c.Story.Files[0].ID); body != "de brief" {
		t.Errorf("attachment = %q", body)
	}
	facts := d.facts(c)
	if facts == nil || facts.Facts.DMARC != "pass" || facts.Facts.Sort != casefile.MailPersonal || len(facts.Files) != 1 {
		t.Fatalf("facts = %+v", facts)
	}
	if body := d.Download(d.team.Service[0], got.Number, facts.Files[0].ID); body != raw {
		t.Error("the mail itself is not kept byte by byte")
	}
	d.DeliverMail()
	mails := d.Box.Mails()
	if len(mails) != 1 || mails[0].To != "jan.maes@example.org" || mails[0].Lang != "nl" || !strings.Contains(mails[0].Text, string(got.Number)) {
		t.Fatalf("%d mails", len(mails))
	}
	if strings.Contains(mails[0].Text+mails[0].Subject, "Brief kwijt") || strings.Contains(mails[0].Text, "Maes") {
		t.Error("the confirmation holds what the person wrote")
	}
	if c := d.Case(d.team.Service[0], got.Number); c.State != casefile.StateAcknowledged {
		t.Errorf("state after the confirmation = %s", c.State)
	}
}

// facts is the item that tells of the mail.
func (d *desk) facts(c *casework.Case) *casework.Item {
	for n := range c.Timeline {
		if c.Timeline[n].Facts != nil {
			return &c.Timeline[n]
		}
	}
	return nil
}

func TestOnIntegrityTheMailItselfLiesWithTheIdentity(t *testing.T) {
	d := staffed(t)
	got := d.take(integrity(), letterOf("a", "", "Er verdwijnt geld uit de kas."))
	c := d.Case(d.team.Manager, got.Number)
	facts := d.facts(c)
	if facts == nil || len(facts.Files) != 0 {
		t.Fatalf("the sender is known before anybody opened it")
	}
	if _, err := d.Casework.Open(t.Context(), d.team.Manager, got.Number, string(facts.Facts.Raw), casework.Take{Original: true}); err == nil {
		t.Error("the mail opens although who sent it was not opened")
	}
	if _, err := d.Casework.Case(t.Context(), d.team.Service[0], got.Number); err == nil {
		t.Error("Supporters Service reads an integrity mail")
	}
}

func TestTheSameMailIsTakenOnce(t *testing.T) {
	d := staffed(t)
	first := letterOf("a", "", "een klacht")
	d.take(complaints(), first)
	for name, raw := range map[string]string{
		"the same bytes":                        first,
		"delivered again, with another trace":   strings.Replace(first, "Received: from mx by imap; a", "Received: from other by imap; later\r\nDelivered-To: x", 1),
		"delivered again, checked in other way": "Authentication-Results: mx.desk.example; dmarc=fail\r\n" + first,
	} {
		if got := d.take(complaints(), raw); !got.Again {
			t.Errorf("%s: taken twice", name)
		}
	}
	for name, c := range map[string]struct {
		box intake.Mailbox
		raw string
	}{
		"another text under the same Message-ID": {complaints(), strings.Replace(first, "een klacht", "een andere klacht", 1)},
		"sent again by the person":               {complaints(), letterOf("b", "", "een klacht")},
		"sent to two mailboxes":                  {integrity(), first},
		"resent":                                 {complaints(), "Resent-Message-ID: <r@x>\r\n" + first},
		"without an id":                          {complaints(), "From: a@b.example\r\n\r\neen klacht"},
	} {
		if got := d.take(c.box, c.raw); got.Again {
			t.Errorf("%s: suppressed", name)
		}
	}
	// However the person is called in the header, the id alone suppresses nothing.
	if got := d.take(complaints(), strings.Replace(first, "Jan Maes", "Iemand Anders", 1)); got.Again {
		t.Error("another sender with the same id is suppressed")
	}
}

func TestTheSameMailAtTheSameTimeIsTakenOnce(t *testing.T) {
	d := staffed(t)
	raw := letterOf("a", "", "een klacht")
	results := make(chan intake.Taken, 4)
	for range cap(results) {
		go func() {
			got, err := d.Intake.TakeMail(t.Context(), complaints(), intake.Arrived{Body: strings.NewReader(raw)})
			if err != nil {
				t.Error(err)
			}
			results <- got
		}()
	}
	made := 0
	for range cap(results) {
		if got := <-results; !got.Again {
			made++
		}
	}
	if made != 1 {
		t.Errorf("%d cases of one mail", made)
	}
}

func TestWhatIsNoComplaintWaitsForAMember(t *testing.T) {
	d := staffed(t)
	for name, fields := range map[string]string{
		"newsletter": "List-Unsubscribe: <https://x.example>\r\n", "out of office": "Auto-Submitted: auto-replied\r\n",
		"bounce": "Return-Path: <>\r\n", "spam": "X-Spam-Flag: YES\r\n",
	} {
		got := d.take(complaints(), letterOf(name[:3], fields, "wordt niet verwacht"))
		if !got.Unsorted {
			t.Errorf("%s became a complaint", name)
		}
		if c := d.Case(d.team.Service[0], got.Number); c.State != casefile.StateUnsorted || len(c.Clocks) != 0 {
			t.Errorf("%s: state %s, %d clocks", name, c.State, len(c.Clocks))
		}
	}
	d.DeliverMail()
	if n := len(d.Box.Mails()); n != 0 {
		t.Errorf("%d automatic answers to programs", n)
	}
	list, err := d.Casework.UnsortedMails(t.Context(), d.team.Service[0])
	if err != nil || len(list) != 4 || list[0].Subject != "Brief kwijt" {
		t.Errorf("%d wait: %v", len(list), err)
	}
	if list, err := d.Casework.UnsortedMails(t.Context(), d.team.Manager); err != nil || len(list) != 0 {
		t.Errorf("another team sees %d of them: %v", len(list), err)
	}
	in, err := d.Casework.Inbox(t.Context(), d.team.Service[0], casework.Filter{View: casework.ViewAll})
	if err != nil || len(in.Rows) != 0 {
		t.Errorf("%d stand among the cases: %v", len(in.Rows), err)
	}
}

func TestReleasedMailIsAComplaintFromWhenItCame(t *testing.T) {
	d := staffed(t)
	sofie := d.team.Service[0]
	got := d.take(complaints(), letterOf("a", "X-Spam-Flag: YES\r\n", "Ik wil graag een klacht indienen over de brief."))
	came := d.Clock.Now().Add(-time.Hour)
	d.Clock.Add(48 * time.Hour)
	if err := d.Casework.Release(t.Context(), sofie, got.Number); err != nil {
		t.Fatal(err)
	}
	c := d.Case(sofie, got.Number)
	if c.State != casefile.StateReceived || len(c.Clocks) == 0 {
		t.Fatalf("state %s, %d clocks", c.State, len(c.Clocks))
	}
	for _, k := range c.Clocks {
		if k.Start.After(came.Add(time.Minute)) {
			t.Errorf("clock %s starts at %v, the mail came at %v", k.ID, k.Start, came)
		}
	}
	d.DeliverMail()
	if n := len(d.Box.Mails()); n != 1 {
		t.Errorf("%d confirmations", n)
	}
	if err := d.Casework.Release(t.Context(), sofie, got.Number); err == nil {
		t.Error("released twice")
	}
	if err := d.Casework.Discard(t.Context(), sofie, got.Number); err == nil {
		t.Error("a complaint can be thrown away as mail")
	}
}

func TestDiscardedMailIsErased(t *testing.T) {
	d := staffed(t)
	raw := letterOf("a", "Precedence: bulk\r\n", "nieuwsbrief met kanarie-9f2")
	got := d.take(complaints(), raw)
	if err := d.Casework.Discard(t.Context(), d.team.Service[0], got.Number); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Casework.Case(t.Context(), d.team.Service[0], got.Number); err == nil {
		t.Error("it can still be read")
	}
	if again := d.take(complaints(), raw); !again.Again {
		t.Error("what was thrown away comes back with the next look into the mailbox")
	}
}

func TestMailThatNobodyLookedAtIsErasedAfterThirtyDays(t *testing.T) {
	d := staffed(t)
	d.take(complaints(), letterOf("a", "Precedence: bulk\r\n", "nieuwsbrief"))
	kept := d.take(complaints(), letterOf("b", "", "Ik wil graag een klacht indienen."))
	d.Clock.Add(29 * 24 * time.Hour)
	if n, err := d.Casework.ForgetUnsorted(t.Context()); n != 0 || err != nil {
		t.Fatalf("%d erased too soon: %v", n, err)
	}
	d.Clock.Add(24 * time.Hour)
	if n, err := d.Casework.ForgetUnsorted(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d erased: %v", n, err)
	}
	var left int
	err := d.Store.Read(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM case_file`).Scan(&left)
	})
	if err != nil || left != 1 {
		t.Errorf("%d cases left, want the complaint: %v", left, err)
	}
	if c := d.Case(d.team.Service[0], kept.Number); c.State == casefile.StateErased {
		t.Error("the complaint went as well")
	}
}

func TestAttachedMailStandsInTheCaseAndNowhereElse(t *testing.T) {
	d := staffed(t)
	sofie := d.team.Service[0]
	r := d.Complain("nl", apptest.Answers("communication"), nil)
	raw := letterOf("a", "Auto-Submitted: auto-replied\r\nContent-Type: multipart/mixed; boundary=b\r\n",
		"--b\r\n\r\nhier is het bewijs\r\n--b\r\nContent-Disposition: attachment; filename=bewijs.txt\r\n\r\nzwart op wit\r\n--b--")
	got := d.take(complaints(), raw)
	if err := d.Casework.Attach(t.Context(), sofie, got.Number, got.Number); err == nil {
		t.Error("attached to itself")
	}
	if err := d.Casework.Attach(t.Context(), sofie, got.Number, r.Number); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Casework.Case(t.Context(), sofie, got.Number); err == nil {
		t.Error("the mail still waits")
	}
	var item *casework.Item
	c := d.Case(sofie, r.Number)
	for n := range c.Timeline {
		if c.Timeline[n].Mail != nil {
			item = &c.Timeline[n]
		}
	}
	if item == nil || item.Text != "hier is het bewijs" || item.Mail.From != "jan.maes@example.org" || len(item.Files) != 2 {
		t.Fatalf("%+v", item)
	}
	bodies := ""
	for _, f := range item.Files {
		bodies += d.Download(sofie, r.Number, f.ID)
	}
	if !strings.Contains(bodies, "zwart op wit") || !strings.Contains(bodies, raw) {
		t.Error("a file or the mail itself is lost")
	}
	if err := d.Work.Sweeper.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestSomebodyNamedInAMailDoesNotGetIt(t *testing.T) {
	d := staffed(t)
	got := d.take(complaints(), letterOf("a", "", "Ik klaag over mevrouw Sofie Peeters, die onbeleefd was."))
	if _, err := d.Casework.Case(t.Context(), d.team.Service[0], got.Number); err == nil {
		t.Error("Sofie reads a mail about her")
	}
	c := d.Case(d.team.Service[1], got.Number)
	if f := d.facts(c); f == nil || !f.Facts.LeftOut {
		t.Error("the others are not told that somebody was left out")
	}
	all := d.take(complaints(), letterOf("b", "", "Beste Sofie Peeters, Karim Benali, Julie Lambert en Marc Verstraete, help mij."))
	if c := d.Case(d.team.Service[0], all.Number); c.Damaged {
		t.Error("a mail that greets everybody is read by nobody")
	}
	quoted := d.take(complaints(), letterOf("c", "", "Dat klopt niet.\r\n\r\nOp ma 2 mrt 2026 om 09:00 schreef Sofie Peeters <s@desk.example>:\r\n> Beste,\r\n> Sofie Peeters"))
	if c := d.Case(d.team.Service[0], quoted.Number); c.Damaged {
		t.Error("a quoted signature leaves somebody out")
	}
}

func TestOneAutomaticMailToAnAddressADay(t *testing.T) {
	d := staffed(t)
	first := d.take(complaints(), letterOf("a", "", "Ik wil een klacht indienen over uw dienst."))
	second := d.take(complaints(), letterOf("b", "", "Ik wil een klacht indienen over uw dienst."))
	d.DeliverMail()
	if n := len(d.Box.Mails()); n != 1 {
		t.Fatalf("%d automatic mails on one day", n)
	}
	if c := d.Case(d.team.Service[0], first.Number); c.Receipt.State == casework.ReceiptByHand {
		t.Error("the first asks for a confirmation by hand")
	}
	if c := d.Case(d.team.Service[0], second.Number); c.Receipt.State != casework.ReceiptByHand {
		t.Errorf("the second does not ask for a confirmation by hand: %v", c.Receipt.State)
	}
	d.Clock.Add(25 * time.Hour)
	d.take(complaints(), letterOf("c", "", "Ik wil een klacht indienen over uw dienst."))
	d.DeliverMail()
	if n := len(d.Box.Mails()); n != 2 {
		t.Errorf("%d automatic mails after a day", n)
	}
}

func TestForgedSenderIsNotAnswered(t *testing.T) {
	d := staffed(t)
	got := d.take(complaints(), letterOf("a", "Authentication-Results: mx.desk.example; dmarc=fail\r\n", "Ik wil een klacht indienen."))
	d.DeliverMail()
	if n := len(d.Box.Mails()); n != 0 || got.Unsorted {
		t.Errorf("%d mails to whom somebody pretended to be", n)
	}
}

// half breaks off like a connection does.
type half struct{ r io.Reader }

func (h half) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func TestHalfAMailIsNoMail(t *testing.T) {
	d := staffed(t)
	raw := letterOf("a", "", strings.Repeat("klacht ", 100))
	if _, err := d.Intake.TakeMail(t.Context(), complaints(), intake.Arrived{Body: half{strings.NewReader(raw[:200])}}); err == nil {
		t.Fatal("half a mail was taken in")
	}
	if got := d.take(complaints(), raw); got.Again || got.Unsorted {
		t.Error("the whole mail was not taken in after half of it")
	}
}

func TestVeryLargeMailIsKeptWhole(t *testing.T) {
	d := staffed(t)
	d.Intake.Limits.FileBytes = 64 << 20
	body := letterOf("a", "Content-Type: application/octet-stream\r\n", "") + strings.Repeat("0123456789abcdef", 40<<20/16)
	got := d.take(complaints(), body)
	c := d.Case(d.team.Service[0], got.Number)
	facts := d.facts(c)
	if facts == nil || len(facts.Files) != 1 || facts.Files[0].Size != int64(len(body)) {
		t.Fatalf("%+v", facts)
	}
	if !bytes.Equal([]byte(d.Download(d.team.Service[0], got.Number, facts.Files[0].ID)), []byte(body)) {
		t.Error("not the same bytes")
	}
	if got := d.take(complaints(), body); !got.Again {
		t.Error("taken twice")
	}
}

func TestAMailAsItCameCanBeRemovedForGood(t *testing.T) {
	d := staffed(t)
	sofie := d.team.Service[0]
	got := d.take(complaints(), letterOf("a", "", "Ik wil een klacht indienen over uw dienst."))
	raw := d.facts(d.Case(sofie, got.Number)).Files[0].ID
	what := casework.Removing{File: raw, Reason: casefile.RedactReasons()[0]}
	v, err := d.Casework.LookForRemoval(t.Context(), sofie, got.Number, what)
	if err != nil {
		t.Fatal(err)
	}
	what.Shown = v.Shown
	if err := d.Casework.Remove(t.Context(), sofie, got.Number, what, d.Password(sofie)); err != nil {
		t.Fatal(err)
	}
	d.DeliverMail()
	c := d.Case(sofie, got.Number)
	if facts := d.facts(c); c.Damaged || len(facts.Files) != 1 || !facts.Files[0].Removed {
		t.Fatalf("damaged %t, files %+v", c.Damaged, d.facts(c).Files)
	}
	if c.Story == nil || len(c.Story.Groups) == 0 || !c.Story.Redacted.IsZero() {
		t.Error("what was told went with it")
	}
	if _, err := d.Casework.Open(t.Context(), sofie, got.Number, raw, casework.Take{Original: true}); err == nil {
		t.Error("the mail opens still")
	}
	var blobs int
	if err := d.Store.Read(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM blob_ref WHERE object_id = $1 OR owner_kind = 'erased'`, raw).Scan(&blobs)
	}); err != nil || blobs > 0 {
		t.Errorf("%d parts of it are left: %v", blobs, err)
	}
}
