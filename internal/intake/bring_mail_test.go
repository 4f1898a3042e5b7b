package intake_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/deadline"
	"klankbord/internal/intake"
	"klankbord/internal/store"
)

// brought is a mailbox that lay elsewhere, of which complaints() is read as well.
func brought() intake.Mailbox {
	box := complaints()
	box.ID, box.Also = "import/general/supporters-service", []string{box.ID}
	return box
}

func oldLetter(n int, fields, text string) string {
	at := time.Date(2021, 3, 1, 8, n, 0, 0, time.UTC).Format(time.RFC1123Z)
	return fmt.Sprintf("Received: from a by b; %s\r\nFrom: Jan Maes <jan.maes@example.org>\r\nTo: klachten@desk.example\r\nSubject: Brief %d kwijt\r\n"+
		"Date: Fri, 1 Jan 2038 08:00:00 +0000\r\nMessage-ID: <old-%d@example.org>\r\n%s\r\n%s", at, n, n, fields, text)
}

func (d *desk) bring(ctx context.Context, b *intake.Bringing, raw string) (intake.Brought, error) {
	return d.Intake.BringMail(ctx, brought(), intake.Arrived{Body: strings.NewReader(raw)}, &intake.Correspondence{}, b)
}

func (d *desk) brings(b *intake.Bringing, raw string) intake.Brought {
	d.T.Helper()
	got, err := d.bring(d.T.Context(), b, raw)
	if err != nil {
		d.T.Fatal(err)
	}
	return got
}

func doing() *intake.Bringing { return &intake.Bringing{From: casefile.FromMbox, Do: true} }

func TestAnOldMailBecomesALateCaseOfWhichNobodyIsMailed(t *testing.T) {
	d := staffed(t)
	got := d.brings(doing(), oldLetter(1, "", "Ik wil graag een klacht indienen omdat ik nog geen antwoord heb."))
	if got.Fate != intake.BringTaken || got.Number == "" || got.ID == "" {
		t.Fatalf("%s %s", got.Fate, got.Reason)
	}
	c := d.Case(d.team.Service[0], got.Number)
	received := time.Date(2021, 3, 1, 8, 1, 0, 0, time.UTC)
	if !c.Received.Equal(received) || c.Channel != casefile.ChannelEmail || c.State != casefile.StateReceived || c.Code.Has {
		t.Errorf("received %v, %s, %s", c.Received, c.Channel, c.State)
	}
	late := 0
	for _, k := range c.Clocks {
		if k.State == deadline.Passed {
			late++
		}
	}
	if late == 0 {
		t.Error("no deadline shows as late")
	}
	n := slices.IndexFunc(c.Timeline, func(i casework.Item) bool { return i.Brought != nil })
	if n < 0 || c.Timeline[n].Brought.From != casefile.FromMbox || !c.Timeline[n].Brought.Received.Equal(received) || !c.Timeline[n].At.Equal(d.Clock.Now()) {
		t.Fatal("the history does not say that it was brought, and when")
	}
	if facts := d.facts(c); facts == nil || len(facts.Files) != 1 {
		t.Error("the mail itself is not there")
	}
	for range 3 { // whatever time goes by
		d.Clock.Add(30 * 24 * time.Hour)
		if _, err := d.Casework.Remind(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.DeliverMail()
	}
	if n := len(d.Box.Mails()); n != 0 {
		t.Errorf("%d mails left because of it", n)
	}
	if said := d.submitted(); said != "operator mbox email" {
		t.Errorf("the log says %q", said)
	}
}

// submitted is what the log tells of the newest case.
func (d *desk) submitted() (said string) {
	d.T.Helper()
	err := d.Store.Read(d.T.Context(), func(tx *store.Tx) error {
		lines, err := tx.WaitingLeaves(10_000)
		for _, l := range lines {
			if r, err := audit.DecodeRecord(l.Record); err == nil && r.Kind == audit.Submission {
				said = string(r.Actor.Kind) + " " + r.Detail["brought"] + " " + r.Detail["channel"]
			}
		}
		return err
	})
	if err != nil {
		d.T.Fatal(err)
	}
	return said
}

func TestAMailIsBroughtOnceAlsoWhereItCameInBefore(t *testing.T) {
	d := staffed(t)
	raw := oldLetter(1, "", "een klacht\r\nFrom hier\r\n")
	d.take(complaints(), raw)
	for name, again := range map[string]string{
		"the same bytes":               raw,
		"as a mailbox file had it":     strings.Replace(raw, "\r\nFrom hier", "\r\n>From hier", 1) + "\r\n\r\n",
		"with lines of a mailbox file": strings.ReplaceAll(raw, "\r\n", "\n"),
	} {
		if got := d.brings(doing(), again); got.Fate != intake.BringSkipped || got.Reason != intake.BringBefore {
			t.Errorf("%s: %s %s", name, got.Fate, got.Reason)
		}
	}
	second := oldLetter(2, "", "nog een klacht")
	if got := d.brings(doing(), second); got.Fate != intake.BringTaken {
		t.Fatal(got.Fate)
	}
	if got := d.take(complaints(), second); !got.Again {
		t.Error("what was brought was taken in once more")
	}
	other := brought()
	other.ID, other.Also, other.Route = "import/integrity/complaints", nil, casefile.Integrity
	got, err := d.Intake.BringMail(t.Context(), other, intake.Arrived{Body: strings.NewReader(second)}, &intake.Correspondence{}, doing())
	if err != nil || got.Fate != intake.BringTaken {
		t.Errorf("what was sent to two teams is kept from one of them: %s %v", got.Reason, err)
	}
}

func TestWhatIsLeftWhereItIsIsTold(t *testing.T) {
	d := staffed(t)
	b := doing()
	b.Own = []string{"Klachten@desk.example"}
	for name, c := range map[string]struct {
		raw  string
		want intake.BringReason
	}{
		"a newsletter":            {oldLetter(1, "List-Id: <x>\r\n", "nieuws"), "list"},
		"out of office":           {oldLetter(2, "Auto-Submitted: auto-replied\r\n", "weg"), "automatic"},
		"a bounce":                {oldLetter(3, "Return-Path: <>\r\n", "niet bezorgd"), "bounce"},
		"spam":                    {oldLetter(4, "X-Spam-Flag: YES\r\n", "koop"), "spam"},
		"an answer to the person": {strings.Replace(oldLetter(5, "", "ons antwoord"), "jan.maes@example.org", "klachten@desk.example", 1), intake.BringOwn},
		"an answer to the desk":   {oldLetter(6, "In-Reply-To: <01jd0000000000000000000000@desk.example>\r\n", "dank"), intake.BringReply},
	} {
		if got := d.brings(b, c.raw); got.Fate != intake.BringSkipped || got.Reason != c.want {
			t.Errorf("%s: %s %q", name, got.Fate, got.Reason)
		}
	}
	b.Also = []casefile.MailSort{casefile.MailSpam}
	got := d.brings(b, oldLetter(4, "X-Spam-Flag: YES\r\n", "toch een klacht"))
	if got.Fate != intake.BringTaken {
		t.Fatalf("%s %s", got.Fate, got.Reason)
	}
	if c := d.Case(d.team.Service[0], got.Number); c.State != casefile.StateReceived {
		t.Errorf("state %s", c.State)
	}
}

func TestARunThatWritesNothingSaysTheSameAsOneThatDoes(t *testing.T) {
	d := staffed(t)
	mails := []string{oldLetter(1, "", "een"), oldLetter(2, "List-Id: <x>\r\n", "nieuws"), oldLetter(1, "", "een"), oldLetter(3, "", "drie")}
	before := d.casesThere()
	try, do := &intake.Bringing{From: casefile.FromMbox}, doing()
	var would, did []string
	for _, raw := range mails {
		got := d.brings(try, raw)
		would = append(would, strings.Replace(string(got.Fate), string(intake.BringWould), string(intake.BringTaken), 1)+string(got.Reason))
	}
	if n := d.casesThere(); n != before {
		t.Fatalf("%d cases came of it", n-before)
	}
	for _, raw := range mails {
		got := d.brings(do, raw)
		did = append(did, string(got.Fate)+string(got.Reason))
	}
	if !slices.Equal(would, did) || d.casesThere() != before+2 {
		t.Errorf("said %v, did %v", would, did)
	}
}

func (d *desk) casesThere() (n int) {
	d.T.Helper()
	if err := d.Store.Read(d.T.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM case_file`).Scan(&n)
	}); err != nil {
		d.T.Fatal(err)
	}
	return n
}

// ending ends a run after so many bytes of a mail were read.
type ending struct {
	r    io.Reader
	left int
	end  func()
}

func (e *ending) Read(p []byte) (int, error) {
	n, err := e.r.Read(p[:min(len(p), 64)])
	if e.left -= n; e.left <= 0 {
		e.end()
	}
	return n, err
}

func TestAnImportThatIsKilledGoesOnWhereItWas(t *testing.T) {
	d := staffed(t)
	var mails []string
	for n := range 6 {
		mails = append(mails, oldLetter(n, "", strings.Repeat("klacht ", 100)))
	}
	before := d.casesThere()
	for left := 100; ; left += 900 { // killed again and again, each time a little later
		ctx, end := context.WithCancel(t.Context())
		e, done := &ending{left: left, end: end}, 0
		var failed error
		for _, raw := range mails {
			e.r = strings.NewReader(raw)
			if _, failed = d.Intake.BringMail(ctx, brought(), intake.Arrived{Body: e}, &intake.Correspondence{}, doing()); failed != nil {
				break
			}
			done++
		}
		end()
		if failed != nil && !errors.Is(failed, context.Canceled) {
			t.Fatal(failed)
		}
		if n := d.casesThere() - before; n < done || n > len(mails) {
			t.Fatalf("%d cases of %d mails that were done", n, done)
		}
		if failed == nil {
			break
		}
	}
	if n := d.casesThere() - before; n != len(mails) {
		t.Errorf("%d cases of %d mails", n, len(mails))
	}
}

func TestATransactionThatFailsLeavesTheMailToBeBroughtAgain(t *testing.T) {
	d := staffed(t)
	raw := oldLetter(1, "", "een klacht")
	if err := d.Store.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(`CREATE TRIGGER broken BEFORE INSERT ON case_file BEGIN SELECT RAISE(ABORT, 'disk'); END`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if got := d.brings(doing(), raw); got.Fate != intake.BringFailed || got.Err == nil {
		t.Fatalf("%s %s", got.Fate, got.Reason)
	}
	if err := d.Store.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(`DROP TRIGGER broken`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if got := d.brings(doing(), raw); got.Fate != intake.BringTaken {
		t.Errorf("%s %s", got.Fate, got.Reason)
	}
}

// TestNoMailOfThePublicSetsIsLostInAnImport brings the sets of mails that stand beside the
// repository, where they do, and otherwise only mails of our own.
func TestNoMailOfThePublicSetsIsLostInAnImport(t *testing.T) {
	d := staffed(t)
	mails := publicMails(t)
	try := &intake.Bringing{From: casefile.FromMbox, Also: casefile.MailSorts()}
	kept := doing()
	kept.Also = casefile.MailSorts()
	fates := map[intake.BringFate]int{}
	for n, name := range slices.Sorted(maps.Keys(mails)) {
		b := try
		if n%8 == 0 {
			b = kept
		}
		var got intake.Brought
		within(t, name, func() { got = d.brings(b, mails[name]) })
		if fates[got.Fate]++; got.Fate == intake.BringFailed || got.Fate == intake.BringSkipped && got.Reason != intake.BringBefore {
			t.Errorf("%s: %s %s %v", name, got.Fate, got.Reason, got.Err)
		}
	}
	t.Logf("%d mails: %v", len(mails), fates)
}
