package app_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/deadline"
	"klankbord/internal/intake"
	"klankbord/internal/letter"
	"klankbord/internal/post"
	"klankbord/internal/profile"
	"klankbord/internal/retention"
	"klankbord/internal/store"
)

const replyAddress = "klachten@desk.example"

// mailDesk is a desk with a mailbox for general mail, to which every reply goes, and one
// for what only the Complaints team reads.
type mailDesk struct {
	*apptest.Instance
	team               apptest.Staff
	general, integrity *post.Pickup
}

func newMailDesk(t *testing.T) *mailDesk {
	i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) {
		c.MailReply = replyAddress
		for _, route := range []string{"general", "integrity"} {
			c.Mailbox = append(c.Mailbox, "imap://"+route+"@127.0.0.1:1/INBOX?route="+route+"&trust=mx.desk.example&security=none&password-file=/nowhere")
		}
	})
	return &mailDesk{i, team, i.Pickups[0], i.Pickups[1]}
}

func (d *mailDesk) take(p *post.Pickup, fields, text string) intake.Taken {
	d.T.Helper()
	got, err := p.Take(d.T.Context(), p.Settings.Mailbox, intake.Arrived{Body: strings.NewReader(strings.ReplaceAll(fields+"\n\n"+text, "\n", "\r\n"))})
	if err != nil {
		d.T.Fatal(err)
	}
	return got
}

// newest is the last mail that went to an address.
func (d *mailDesk) newest(to string) letter.Mail {
	d.T.Helper()
	d.DeliverMail()
	for _, m := range d.Box.Mails() {
		if m.To == to {
			return m
		}
	}
	d.T.Fatalf("no mail went to %s", to)
	return letter.Mail{}
}

func (d *mailDesk) sent(to string) (n int) {
	d.DeliverMail()
	for _, m := range d.Box.Mails() {
		if m.To == to {
			n++
		}
	}
	return n
}

const jan = "jan.maes@example.org"

// mailed is a complaint by mail to a mailbox, and the confirmation that went out.
func (d *mailDesk) mailed(p *post.Pickup, subject string) (casefile.Number, letter.Mail) {
	d.T.Helper()
	got := d.take(p, "From: Jan Maes <"+jan+">\nSubject: "+subject+"\nMessage-ID: <"+strings.ReplaceAll(subject, " ", ".")+"@example.org>", "Ik wil een klacht indienen over uw dienst.")
	return got.Number, d.newest(jan)
}

// answers are the fields that a mail program writes into a reply. RFC 5322 3.6.4.
func answers(m letter.Mail) string {
	return "In-Reply-To: " + m.MessageID + "\nReferences: " + m.InReplyTo + "\n " + m.MessageID + "\nTo: " + m.ReplyTo + "\nSubject: Re: " + m.Subject
}

func from(address string) string { return "From: Jan Maes <" + address + ">\n" }

func TestTheReplyOfAComplainantComesIntoTheCase(t *testing.T) {
	d := newMailDesk(t)
	sofie := d.team.Service[0]
	n, first := d.mailed(d.general, "Brief kwijt")
	if first.InReplyTo == "" || !strings.HasPrefix(first.ReplyTo, "klachten+t-") {
		t.Fatal("the confirmation carries no sign")
	}
	d.Move(sofie, n, casefile.StateTriage)
	d.Move(sofie, n, casefile.StateWaiting)
	before := d.Case(sofie, n)
	mails := d.sent(jan)
	text := "Hierbij de brief.\nGroeten\n\nOp ma 2 mrt 2026 om 09:00 schreef Klachten:\n> Wij hebben uw e-mail ontvangen.\n> http://127.0.0.1/nl/confirm/" + strings.Repeat("a", 43) + "\n"
	fields := from(jan) + answers(first) + "\nAuthentication-Results: mx.desk.example; dmarc=pass\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b"
	raw := "--b\n\n" + text + "--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=brief.txt\n\nde brief\n--b--\n"
	got := d.take(d.general, fields, raw)
	if !got.Reply || got.Number != n {
		t.Fatal("the reply did not come into its case")
	}
	c := d.Case(sofie, n)
	var said, found *casework.Item
	for i := range c.Timeline {
		switch it := &c.Timeline[i]; {
		case it.ByMail:
			said = it
		case it.Facts != nil && it.Facts.Thread != "":
			found = it
		}
	}
	if said == nil || said.Text != "Hierbij de brief.\nGroeten" || !said.New || said.From.Kind != "complainant" {
		t.Fatalf("the message is not there as it was written: %v", said != nil)
	}
	if !strings.Contains(said.Quoted, "Wij hebben uw e-mail ontvangen.") || strings.Contains(said.Quoted, "aaaa") {
		t.Error("what was quoted is not folded, or holds the secret of a link")
	}
	if len(said.Files) != 1 || said.Files[0].Name != "brief.txt" || d.Download(sofie, n, said.Files[0].ID) != "de brief" {
		t.Error("the attachment is not a file of the message")
	}
	if found == nil || found.Facts.Thread != casefile.ThreadReply || found.Facts.DMARC != "pass" || len(found.Files) != 1 {
		t.Fatal("the facts about the mail do not stand beside it")
	}
	if whole := d.Download(sofie, n, found.Files[0].ID); whole != strings.ReplaceAll(fields+"\n\n"+raw, "\n", "\r\n") {
		t.Error("the mail itself is not kept byte by byte")
	}
	if before.State != casefile.StateWaiting || c.State != casefile.StateTriage {
		t.Errorf("state %s: we wait no longer", c.State)
	}
	if d.sent(jan) != mails {
		t.Error("a reply was answered automatically")
	}
	if m := d.newest("sofie.peeters@desk.example"); !strings.Contains(m.Subject+m.Text, string(n)) || strings.Contains(m.Text, "brief") || m.ReplyTo != "" || m.InReplyTo != "" {
		t.Error("a member was not told of the message as of one in the mailbox")
	}
	if !c.Contact.Verified.IsZero() {
		t.Error("a reply confirmed the address")
	}
	if again := d.take(d.general, fields, raw); !again.Again {
		t.Error("the same mail came twice")
	}
}

func TestAReplyFindsItsCaseByAddressOrHeaderAlone(t *testing.T) {
	d := newMailDesk(t)
	n, first := d.mailed(d.general, "Brief kwijt")
	for name, fields := range map[string]string{
		"address alone":          "To: " + strings.ToUpper(first.ReplyTo),
		"copied to the address":  "To: somebody@desk.example\nCc: Klachten <" + first.ReplyTo + ">",
		"where it was delivered": "To: undisclosed:;\nDelivered-To: " + first.ReplyTo,
		"header alone":           "References: <x@example.org> " + first.InReplyTo + " <y@example.org>",
	} {
		if got := d.take(d.general, from(jan)+fields+"\nMessage-ID: <"+strings.ReplaceAll(name, " ", ".")+"@example.org>", "Dag, nog iets: "+name); !got.Reply || got.Number != n {
			t.Errorf("%s: the reply did not find its case", name)
		}
	}
	other := strings.Replace(first.InReplyTo, "@", "@not", 1)
	if got := d.take(d.general, from(jan)+"References: "+other, "Dag, nog iets"); got.Reply {
		t.Error("a sign of another domain counts")
	}
}

func TestWhatIsNotTheComplainantsReplyWaitsWithAMark(t *testing.T) {
	d := newMailDesk(t)
	sofie := d.team.Service[0]
	n, first := d.mailed(d.general, "Brief kwijt")
	entries := len(d.Case(sofie, n).Timeline)
	for name, x := range map[string]struct {
		fields string
		mark   casefile.ThreadMark
	}{
		"another address":         {from("somebody@example.org") + answers(first), casefile.ThreadOther},
		"two senders":             {"From: " + jan + ", x@example.org\n" + answers(first), casefile.ThreadOther},
		"no sender":               {answers(first), casefile.ThreadOther},
		"a forged sign":           {from(jan) + "To: klachten+t-" + strings.Repeat("0", 32) + "@desk.example", casefile.ThreadUnknown},
		"a forged sign in header": {from(jan) + "References: <t-" + strings.Repeat("0", 32) + first.InReplyTo[strings.Index(first.InReplyTo, "@"):], casefile.ThreadUnknown},
		"a false sender":          {from(jan) + answers(first) + "\nAuthentication-Results: mx.desk.example; dmarc=fail", casefile.ThreadFalse},
		"an automatic answer":     {from(jan) + answers(first) + "\nAuto-Submitted: auto-replied", casefile.ThreadAutomatic},
		"the id of our mail only": {from(jan) + "In-Reply-To: " + first.MessageID, casefile.ThreadUnproven},
	} {
		got := d.take(d.general, x.fields+"\nMessage-ID: <"+strings.ReplaceAll(name, " ", ".")+"@example.org>", "Dag, ik antwoord hierop.")
		if got.Reply || !got.Unsorted {
			t.Errorf("%s: merged into a case, or a complaint", name)
			continue
		}
		facts := waiting(d.Case(sofie, got.Number))
		if facts == nil || facts.Thread != x.mark || (facts.Of == n) != (x.mark != casefile.ThreadUnknown) {
			t.Errorf("%s: marked %v, want %s", name, facts, x.mark)
		}
		if !d.listed(sofie, got.Number, x.mark) {
			t.Errorf("%s: its mark does not stand in the list", name)
		}
	}
	if now := len(d.Case(sofie, n).Timeline); now != entries {
		t.Errorf("%d items in the case, want %d", now, entries)
	}
}

func waiting(c *casework.Case) *casefile.MailFacts {
	for _, it := range c.Timeline {
		if it.Facts != nil {
			return it.Facts
		}
	}
	return nil
}

func (d *mailDesk) listed(a access.Actor, n casefile.Number, mark casefile.ThreadMark) bool {
	list, err := d.Casework.UnsortedMails(d.T.Context(), a)
	return err == nil && slices.ContainsFunc(list, func(u casework.Unsorted) bool { return u.Number == n && u.Thread == mark })
}

func TestAReplyToAClosedCaseWaitsAndCanBePutIntoIt(t *testing.T) {
	d := newMailDesk(t)
	sofie := d.team.Service[0]
	n, first := d.mailed(d.general, "Brief kwijt")
	d.Close(sofie, n, "Wij zochten de brief.", "De brief is er.")
	got := d.take(d.general, from(jan)+answers(first), "De brief is er niet.\n\nOp ma 2 mrt 2026 schreef Klachten:\n> Gesloten.")
	if got.Reply || waiting(d.Case(sofie, got.Number)).Thread != casefile.ThreadClosed {
		t.Fatal("a reply came into a closed case by itself")
	}
	if err := d.Casework.Attach(t.Context(), sofie, got.Number, n); err != nil {
		t.Fatal(err)
	}
	c := d.Case(sofie, n)
	if c.State != casefile.StateClosed {
		t.Errorf("state %s", c.State)
	}
	k := slices.IndexFunc(c.Timeline, func(it casework.Item) bool { return it.Mail != nil })
	if k < 0 || c.Timeline[k].Text != "De brief is er niet." || !strings.Contains(c.Timeline[k].Quoted, "Gesloten.") {
		t.Error("the mail is not in the case, with its quotes folded")
	}
}

func TestAReplyToAnErasedCaseGoesToTheTeamThatHadIt(t *testing.T) {
	d := newMailDesk(t)
	n, first := d.mailed(d.general, "Brief kwijt")
	d.erase(n)
	got := d.take(d.integrity, from(jan)+answers(first), "Dag, ik antwoord hierop.")
	if got.Reply || !got.Unsorted {
		t.Fatal("a reply to an erased case is not held")
	}
	if facts := waiting(d.Case(d.team.Service[0], got.Number)); facts == nil || facts.Thread != casefile.ThreadErased || facts.Of != "" {
		t.Errorf("facts = %v", facts)
	}
	if _, err := d.Casework.Case(t.Context(), d.team.Manager, got.Number); err == nil {
		t.Error("another team reads a reply to a case that it never had")
	}
}

// erase erases a case for good once it was kept for long enough.
func (d *mailDesk) erase(n casefile.Number) {
	d.T.Helper()
	sofie := d.team.Service[0]
	d.Casework.Retention = retention.Rules{{Route: casefile.General, Keep: deadline.Length{N: 1, Unit: deadline.Hours}, Reason: retention.ReasonFollowUp}}
	d.Close(sofie, n, "Wij onderzochten het.", "Het klopte niet.")
	d.Clock.Add(48 * time.Hour)
	if err := d.Casework.Erase(d.T.Context(), sofie, n, d.Password(sofie)); err != nil {
		d.T.Fatal(err)
	}
	d.DeliverMail()
}

func TestAReplyStaysWithThoseWhoReadTheCase(t *testing.T) {
	d := newMailDesk(t)
	n, first := d.mailed(d.integrity, "Geld verdwenen")
	if err := d.StepAside(d.team.Manager, n); err != nil {
		t.Fatal(err)
	}
	// Every reply goes to the one mailbox that the mails name, of which another team reads
	// the mail.
	got := d.take(d.general, from(jan)+answers(first), "Het was ook in april.")
	if !got.Reply {
		t.Fatal("the reply did not come into its case")
	}
	held := d.take(d.general, from("other@example.org")+answers(first), "Het was ook in mei.")
	for _, x := range []casefile.Number{n, held.Number} {
		for name, a := range map[string]access.Actor{"Supporters Service": d.team.Service[0], "who stepped aside": d.team.Manager} {
			if _, err := d.Casework.Case(t.Context(), a, x); err == nil {
				t.Errorf("%s reads %s", name, x)
			}
		}
		if _, err := d.Casework.Case(t.Context(), d.team.HR, x); err != nil {
			t.Errorf("who reads the case does not read %s: %v", x, err)
		}
	}
	c := d.Case(d.team.HR, n)
	k := slices.IndexFunc(c.Timeline, func(it casework.Item) bool { return it.Facts != nil && it.Facts.Thread != "" })
	if k < 0 || len(c.Timeline[k].Files) != 0 {
		t.Error("the mail itself is open to whoever has not opened who sent it")
	}
}

func TestAnAddressThatNobodyConfirmedDoesNotAnswerForAComplainant(t *testing.T) {
	d := newMailDesk(t)
	sofie := d.team.Service[0]
	r := d.Complain("nl", apptest.With(apptest.Answers("response-time"), profile.FieldEmail, jan), nil)
	first := d.newest(jan)
	got := d.take(d.general, from(jan)+answers(first), "Ik ken u niet.")
	if got.Reply || waiting(d.Case(sofie, got.Number)).Thread != casefile.ThreadUnconfirmed {
		t.Fatal("whoever reads at an address with a typing error answers for the complainant")
	}
	if err := d.Dialogue.ConfirmContact(t.Context(), d.secret(first)); err != nil {
		t.Fatal(err)
	}
	if got := d.take(d.general, from(jan)+answers(first), "Nu wel."); !got.Reply || got.Number != r.Number {
		t.Error("the reply from a confirmed address did not come into the case")
	}
}

func (d *mailDesk) secret(m letter.Mail) string {
	_, rest, ok := strings.Cut(m.Text, "/confirm/")
	if !ok {
		for _, x := range d.Box.Mails() {
			if _, rest, ok = strings.Cut(x.Text, "/confirm/"); ok {
				break
			}
		}
	}
	return strings.Fields(rest)[0]
}

func TestASignIsGoodForOneAddressAndForItsTime(t *testing.T) {
	d := newMailDesk(t)
	_, first := d.mailed(d.general, "Brief kwijt")
	d.Clock.Add(100 * 24 * time.Hour)
	n, later := d.mailed(d.general, "Nog een brief")
	if first.InReplyTo == later.InReplyTo {
		t.Fatal("two cases have one sign")
	}
	if got := d.take(d.general, from(jan)+answers(later)+"\nMessage-ID: <in.time@example.org>", "Dag."); got.Number != n {
		t.Error("a sign in its time does not count")
	}
	d.Clock.Add(500 * 24 * time.Hour)
	if got := d.take(d.general, from(jan)+"To: "+first.ReplyTo+"\nMessage-ID: <too.late@example.org>", "Dag."); got.Reply {
		t.Error("a sign past its time counts")
	}
	if err := d.Store.Read(t.Context(), func(tx *store.Tx) error {
		var left int
		for _, table := range []string{"mail_thread", "mail", "link"} {
			sign := strings.Trim(first.InReplyTo[:strings.Index(first.InReplyTo, "@")], "<")
			if err := tx.QueryRow("SELECT count(*) FROM "+table+" WHERE CAST("+map[string]string{"mail_thread": "lookup", "mail": "id", "link": "lookup"}[table]+" AS TEXT) LIKE $1", "%"+sign[2:]+"%").Scan(&left); err != nil || left > 0 {
				return errors.Join(err, errors.New("the database holds a sign"))
			}
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func TestTwoProgramsThatAnswerDoNotAnswerEachOtherForEver(t *testing.T) {
	for name, keep := range map[string]bool{"it answers with our sign": true, "it forgets our sign": false} {
		d := newMailDesk(t)
		d.mailed(d.general, "Brief kwijt")
		answered := map[string]bool{}
		for round := range 40 {
			d.DeliverMail()
			for _, m := range d.Box.Mails() {
				if m.To != jan || answered[m.MessageID] {
					continue
				}
				answered[m.MessageID] = true
				fields := "To: klachten@desk.example\nSubject: Wij hebben uw bericht ontvangen"
				if keep {
					fields = answers(m)
				}
				d.take(d.general, from(jan)+fields+"\nMessage-ID: <round."+string(rune('a'+round))+m.MessageID[1:9]+"@example.org>\nDate: "+d.Clock.Now().Format(time.RFC1123Z), "Dank u voor uw bericht. Wij antwoorden zo snel mogelijk.")
			}
			d.Clock.Add(10 * time.Minute)
		}
		if n := d.sent(jan); n > 2 {
			t.Errorf("%s: %d mails went out in seven hours", name, n)
		}
	}
}

func TestACrashBeforeAReplyIsWrittenLosesAndDoublesNothing(t *testing.T) {
	d := newMailDesk(t)
	n, first := d.mailed(d.general, "Brief kwijt")
	broken := errors.New("broken off")
	raw := from(jan) + answers(first) + "\r\n\r\nDag."
	arrived := intake.Arrived{Body: strings.NewReader(raw), Replied: func(context.Context, intake.Reply) error { return broken }}
	if _, err := d.Intake.TakeMail(t.Context(), d.general.Settings.Mailbox, arrived); !errors.Is(err, broken) {
		t.Fatalf("err = %v", err)
	}
	for range 2 {
		if _, err := d.general.Take(t.Context(), d.general.Settings.Mailbox, intake.Arrived{Body: strings.NewReader(raw)}); err != nil {
			t.Fatal(err)
		}
	}
	count := 0
	for _, it := range d.Case(d.team.Service[0], n).Timeline {
		if it.ByMail {
			count++
		}
	}
	if count != 1 {
		t.Errorf("%d messages, want 1", count)
	}
}

// Whoever writes to the database points a sign to another case, to another address, or
// lets it live on: it is none of ours then, and the mail waits.
func TestASignInTheDatabaseIsNotOneThatWasWrittenThere(t *testing.T) {
	for name, x := range map[string]struct {
		sql  string
		mark casefile.ThreadMark
	}{
		"another case":      {"UPDATE mail_thread SET case_id = (SELECT id FROM case_file c WHERE c.id <> mail_thread.case_id LIMIT 1)", casefile.ThreadUnproven},
		"a longer life":     {"UPDATE mail_thread SET until = until + 1", casefile.ThreadUnproven},
		"another stretch":   {"UPDATE mail_thread SET period = period + 1", casefile.ThreadUnproven},
		"another address":   {"UPDATE mail_thread SET mark = x'00'", casefile.ThreadUnproven},
		"another's address": {"UPDATE notice_address SET mark = (SELECT mark FROM notice_address n WHERE n.case_id <> notice_address.case_id LIMIT 1)", casefile.ThreadOther},
	} {
		d := newMailDesk(t)
		_, first := d.mailed(d.general, "Brief kwijt")
		d.take(d.general, from("els@example.org")+"Subject: Klacht\nMessage-ID: <els@example.org>", "Ik wil ook een klacht indienen.")
		d.DeliverMail()
		if err := d.Store.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(x.sql)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		got := d.take(d.general, from(jan)+answers(first), "Dag, ik antwoord hierop.")
		if got.Reply || !got.Unsorted || waiting(d.Case(d.team.Service[0], got.Number)).Thread != x.mark {
			t.Errorf("%s: merged, or not marked as %s", name, x.mark)
		}
	}
}

func TestTheDoctorSaysWhatToDoAboutAMailbox(t *testing.T) {
	d := newMailDesk(t)
	list := d.ExamineMailboxes(t.Context())
	if len(list) != 2 {
		t.Fatalf("%d findings for two mailboxes", len(list))
	}
	for _, f := range list {
		if !f.Bad || !strings.Contains(f.What, "does not answer") || !strings.Contains(f.Do, "127.0.0.1:1") {
			t.Errorf("%q: %q", f.What, f.Do)
		}
	}
	d.Pickups = nil
	if list := d.ExamineMailboxes(t.Context()); len(list) != 1 || !list[0].Bad {
		t.Errorf("replies to a mailbox that nobody reads: %v", list)
	}
}
