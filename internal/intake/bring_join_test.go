package intake_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/intake"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

// kept is a mail of an old mailbox.
func kept(n int, from, to, refs, text string) string {
	at := time.Date(2021, 3, n, 8, 0, 0, 0, time.UTC)
	return fmt.Sprintf("Received: from a by b; %s\r\nFrom: %s\r\nTo: %s\r\nSubject: Brief kwijt\r\nDate: %s\r\nMessage-ID: <k%d@x>\r\n%s\r\n%s",
		at.Format(time.RFC1123Z), from, to, at.Format(time.RFC1123Z), n, refs, text)
}

const (
	jan     = "Jan Maes <jan.maes@example.org>"
	piet    = "Piet Buur <piet@example.org>"
	theDesk = "Klachten <klachten@desk.example>"
)

func answers(ids ...int) string {
	var refs []string
	for _, n := range ids {
		refs = append(refs, fmt.Sprintf("<k%d@x>", n))
	}
	return "References: " + strings.Join(refs, " ") + "\r\n"
}

// exchange is one correspondence as it lies in a mailbox, the newest mail first.
func exchange() []string {
	list := []string{
		kept(1, jan, theDesk, "", "Ik wil een klacht indienen: mijn brief is kwijt."),
		kept(2, theDesk, jan, answers(1), "Wij zoeken uw brief.\r\n\r\nMet vriendelijke groet,\r\nSofie Peeters"),
		kept(3, theDesk, "lieve@desk.example", answers(1), "Lieve, ken jij die brief?"),
		kept(4, jan, theDesk, answers(1, 2), "Nog altijd niets.\r\n\r\nOp ma 2 mrt 2021 om 09:00 schreef Klachten <klachten@desk.example>:\r\n> Wij zoeken uw brief."),
		kept(5, piet, theDesk, answers(1, 4), "Ik ben zijn buurman en zag de brief."),
		kept(6, jan, theDesk, "Authentication-Results: mx.desk.example; dmarc=fail\r\n"+answers(4), "Laat maar zitten."),
	}
	slices.Reverse(list)
	return list
}

// carry brings mails as the command does.
func (d *desk) carry(ctx context.Context, b *intake.Bringing, mails []string) (all []intake.Brought, err error) {
	return d.carryAs(ctx, b, mails, func(s string) io.Reader { return strings.NewReader(s) })
}

func (d *desk) carryAs(ctx context.Context, b *intake.Bringing, mails []string, body func(string) io.Reader) (all []intake.Brought, err error) {
	heads := make([]intake.OldHead, len(mails))
	for n, raw := range mails {
		if heads[n], err = d.Intake.ReadHead(ctx, brought(), intake.Arrived{Body: strings.NewReader(raw)}, b); err != nil {
			return nil, err
		}
	}
	for _, in := range intake.Correspond(heads) {
		for _, n := range in.Mails[1:] {
			in.Others = append(in.Others, func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(mails[n])), nil })
		}
		for _, n := range in.Mails {
			got, err := d.Intake.BringMail(ctx, brought(), intake.Arrived{Body: body(mails[n])}, in, b)
			if err != nil {
				return all, err
			}
			all = append(all, got)
		}
	}
	return all, nil
}

func ours() *intake.Bringing {
	b := doing()
	b.Own = []string{"klachten@desk.example"}
	return b
}

func (d *desk) carried(b *intake.Bringing, mails ...string) []intake.Brought {
	d.T.Helper()
	got, err := d.carry(d.T.Context(), b, mails)
	if err != nil {
		d.T.Fatal(err)
	}
	return got
}

// became is what mails became, each once, in order.
func became(list []intake.Brought) (said []string) {
	for _, got := range list {
		said = append(said, strings.TrimSpace(string(got.Fate)+" "+string(got.Reason)+string(got.As)))
	}
	return said
}

func TestACorrespondenceBecomesOneCaseWithATimeline(t *testing.T) {
	for name, database := range map[string]string{"SQLite": "", "PostgreSQL": storetest.PostgreSQL(t)} {
		t.Run(name, func(t *testing.T) {
			i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) { c.Database = database })
			d := &desk{i, team}
			before := d.casesThere()
			try := ours()
			try.Do = false
			would, did := became(d.carried(try, exchange()...)), became(d.carried(ours(), exchange()...))
			for n := range would {
				would[n] = strings.Replace(would[n], string(intake.BringWould), string(intake.BringTaken), 1)
			}
			if !slices.Equal(would, did) {
				t.Errorf("said %q,\ndid %q", would, did)
			}
			if want := []string{"taken complaint", "taken message of the organisation", "taken mail of somebody else", "taken message of the complainant", "taken mail of somebody else", "taken mail of somebody else"}; !slices.Equal(did, want) {
				t.Errorf("did %q", did)
			}
			if n := d.casesThere() - before; n != 1 {
				t.Fatalf("%d cases", n)
			}
			d.DeliverMail()
			if n := len(d.Box.Mails()); n != 0 {
				t.Errorf("%d mails left", n)
			}
			d.shown(d.onlyCase())
			d.sound()
		})
	}
}

// onlyCase is the case that was made last.
func (d *desk) onlyCase() *casework.Case {
	d.T.Helper()
	var number string
	if err := d.Store.Read(d.T.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(`SELECT number FROM case_file WHERE channel = 'email' ORDER BY id DESC LIMIT 1`).Scan(&number)
	}); err != nil {
		d.T.Fatal(err)
	}
	return d.Case(d.team.Service[1], casefile.Number(number))
}

// shown looks at the exchange as members and the complainant see it.
func (d *desk) shown(c *casework.Case) {
	d.T.Helper()
	if c.Damaged || c.Story == nil || !c.Received.Equal(time.Date(2021, 3, 1, 8, 0, 0, 0, time.UTC)) {
		d.T.Fatalf("damaged %t, received %v", c.Damaged, c.Received)
	}
	var said []string
	for n, it := range c.Timeline {
		if it.Old == nil && it.Mail == nil {
			continue
		}
		who := "complainant"
		switch {
		case it.Mail != nil:
			who = string(it.Mail.Facts.Thread) + " " + it.Mail.From
		case it.Old.Ours:
			who = "organisation"
		}
		said = append(said, fmt.Sprintf("%d %s: %.12s", it.At.Day(), who, it.Text))
		if want := time.Date(2021, 3, it.At.Day(), 8, 0, 0, 0, time.UTC); !it.At.Equal(want) {
			d.T.Errorf("item %d stands at %v", n, it.At)
		}
		if it.Mail != nil && !slices.ContainsFunc(it.Files, func(f casework.File) bool { return f.Name == "message.eml" }) {
			d.T.Error("the mail itself cannot be opened")
		}
	}
	if want := []string{
		"2 organisation: Wij zoeken u", "3 inside klachten@desk.example: Lieve, ken j", "4 complainant: Nog altijd n",
		"5 other piet@example.org: Ik ben zijn ", "6 false : Laat maar zi",
	}; !slices.Equal(said, want) {
		d.T.Errorf("members see %q", said)
	}
	by := d.team.Service[1]
	code, err := d.Casework.HandCode(d.T.Context(), by, c.Number, "Aan de balie", d.Password(by))
	if err != nil {
		d.T.Fatal(err)
	}
	m, err := d.Dialogue.Mailbox(d.T.Context(), d.Enter(code))
	if err != nil {
		d.T.Fatal(err)
	}
	said = nil
	for _, x := range m.Thread {
		said = append(said, fmt.Sprintf("%d %t %.8s|%.12s", x.At.Day(), x.Mine, x.Text, x.Quoted))
	}
	if want := []string{"4 true Nog alti|Op ma 2 mrt ", "2 false Wij zoek|"}; !slices.Equal(said, want) || m.Unread != 0 {
		d.T.Errorf("the complainant sees %q, %d unread", said, m.Unread)
	}
}

// sound holds everything against the log.
func (d *desk) sound() {
	d.T.Helper()
	d.Sequence()
	if err := d.Store.Read(d.T.Context(), func(tx *store.Tx) error {
		r, err := d.Work.Checker.Examination.Run(tx)
		if err == nil && !r.Sound() {
			d.T.Errorf("the log does not fit: %v", r.Findings)
		}
		return err
	}); err != nil {
		d.T.Fatal(err)
	}
}

func TestWhatIsMissingOfACorrespondenceIsAddedLater(t *testing.T) {
	d := staffed(t)
	all := exchange()
	slices.Reverse(all)
	before := d.casesThere()
	d.carried(ours(), all[0], all[3]) // the folder of what came in, for as far as it was kept
	sent := d.carried(ours(), all[1], all[2])
	if got := became(sent); !slices.Equal(got, []string{"taken message of the organisation", "taken mail of somebody else"}) {
		t.Errorf("the folder of what was sent: %q", got)
	}
	again := became(d.carried(ours(), exchange()...))
	if want := []string{"skipped taken before", "skipped taken before", "skipped taken before", "skipped taken before", "taken mail of somebody else", "taken mail of somebody else"}; !slices.Equal(again, want) {
		t.Errorf("the whole again: %q", again)
	}
	if n := d.casesThere() - before; n != 1 {
		t.Fatalf("%d cases", n)
	}
	d.shown(d.onlyCase())
}

func TestAnImportKilledWithinACorrespondenceAddsOnlyWhatIsMissing(t *testing.T) {
	d := staffed(t)
	before := d.casesThere()
	for left := 50; ; left += 300 {
		ctx, end := context.WithCancel(t.Context())
		e := &ending{left: left, end: end}
		_, failed := d.carryAs(ctx, ours(), exchange(), func(s string) io.Reader {
			e.r = strings.NewReader(s)
			return e
		})
		end()
		if failed == nil {
			break
		}
		if !errors.Is(failed, context.Canceled) {
			t.Fatal(failed)
		}
		if n := d.casesThere() - before; n > 1 {
			t.Fatalf("%d cases", n)
		}
	}
	d.shown(d.onlyCase())
	d.sound()
}

func TestMailsAfterOneThatFailedBeginNoCaseOfTheirOwn(t *testing.T) {
	d := staffed(t)
	before := d.casesThere()
	change := func(sql string) {
		if err := d.Store.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(sql)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	change(`CREATE TRIGGER broken BEFORE INSERT ON case_file BEGIN SELECT RAISE(ABORT, 'disk'); END`)
	first := &intake.Correspondence{}
	mails := exchange()
	slices.Reverse(mails)
	for n, raw := range mails {
		if n == 1 {
			change(`DROP TRIGGER broken`)
		}
		got, err := d.Intake.BringMail(t.Context(), brought(), intake.Arrived{Body: strings.NewReader(raw)}, first, ours())
		if err != nil || got.Fate != intake.BringFailed {
			t.Errorf("mail %d: %s %s %v", n, got.Fate, got.Reason, err)
		}
	}
	d.carried(ours(), exchange()...)
	if n := d.casesThere() - before; n != 1 {
		t.Fatalf("%d cases", n)
	}
	d.shown(d.onlyCase())
}

func TestRepliesToACircularAreEachACaseOfTheirOwn(t *testing.T) {
	d := staffed(t)
	circular := kept(1, theDesk, "vrienden@desk.example", "", "Onze nieuwsbrief.")
	got := became(d.carried(ours(), circular,
		kept(2, jan, theDesk, answers(1), "Ik heb een klacht."), kept(3, piet, theDesk, answers(1), "Ik ook."),
		kept(4, jan, theDesk, answers(1), "Hoort u mij?"), kept(5, theDesk, piet, answers(3), "Wij kijken het na.")))
	want := []string{"skipped sent by the organisation", "taken complaint", "taken message of the complainant", "taken complaint", "taken message of the organisation"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestAMemberNamedLaterInACorrespondenceDoesNotGetIt(t *testing.T) {
	d := staffed(t)
	got := d.carried(ours(), kept(1, jan, theDesk, "", "Mijn brief is kwijt."), kept(2, theDesk, jan, answers(1), "Wij zoeken. Karim Benali"),
		kept(3, jan, theDesk, answers(2), "Mevrouw Sofie Peeters gooide hem weg."))
	if _, err := d.Casework.Case(t.Context(), d.team.Service[0], got[0].Number); err == nil {
		t.Error("Sofie reads what was written about her")
	}
	d.Case(d.team.Service[1], got[0].Number) // Karim only signed
}

func TestNothingIsAddedToACaseThatIsClosedOrErased(t *testing.T) {
	d := staffed(t)
	got := d.carried(ours(), exchange()[5])
	by := d.team.Service[1]
	c := d.Case(by, got[0].Number)
	if err := d.Casework.MarkAcknowledged(t.Context(), by, c.Number, casework.Acknowledgement{How: "phone", On: d.Clock.Now(), Words: "gebeld", Revision: c.Revision}); err != nil {
		t.Fatal(err)
	}
	d.Complete(by, c.Number, casefile.StateDecision)
	d.Close(by, got[0].Number, "We zetten het recht.", "Het klopte niet.")
	rest := became(d.carried(ours(), exchange()[:5]...))
	for _, said := range rest {
		if said != "skipped its case is closed" {
			t.Errorf("%q", rest)
		}
	}
	spam := d.carried(ours(), kept(7, piet, theDesk, "", "Koop nu."))
	if err := d.Casework.EraseSpam(t.Context(), by, spam[0].Number, d.Password(by)); err != nil {
		t.Fatal(err)
	}
	if got := became(d.carried(ours(), kept(8, piet, theDesk, answers(7), "Koop nu toch."))); !slices.Equal(got, []string{"skipped its case was erased"}) {
		t.Errorf("%q", got)
	}
}

func TestEveryKeptMailBelongsToOneCorrespondence(t *testing.T) {
	d := staffed(t)
	people := []string{jan, piet, theDesk, "=?x", "lieve@desk.example"}
	rapid.Check(t, func(t *rapid.T) {
		var heads []intake.OldHead
		size := rapid.IntRange(1, 12).Draw(t, "mails")
		for n := range size {
			from, to := rapid.SampledFrom(people).Draw(t, "from"), rapid.SampledFrom(people).Draw(t, "to")
			refs := rapid.SliceOfN(rapid.IntRange(0, size), 0, 4).Draw(t, "refs") // of what is not there and of itself as well
			h, err := d.Intake.ReadHead(d.T.Context(), brought(), intake.Arrived{Body: strings.NewReader(kept(n+1, from, to, answers(refs...), "x"))}, ours())
			if err != nil {
				t.Fatal(err)
			}
			heads = append(heads, h)
		}
		var seen []int
		for _, c := range intake.Correspond(heads) {
			seen = append(seen, c.Mails...)
		}
		slices.Sort(seen)
		for n := range size {
			if len(seen) != size || seen[n] != n {
				t.Fatalf("%d mails, sorted %v", size, seen)
			}
		}
	})
}
