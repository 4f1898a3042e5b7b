package dialogue_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/dialogue"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// linkIn is the secret of the link in a mail, behind the name of its page.
func linkIn(t *testing.T, text, page string) string {
	t.Helper()
	_, after, ok := strings.Cut(text, "/"+page+"/")
	if !ok {
		t.Fatalf("no link to %s in the mail:\n%s", page, text)
	}
	secret, _, _ := strings.Cut(after, "\n")
	return strings.TrimSpace(secret)
}

const plainte = "From: Zoé <zoe@example.org>\r\nSubject: Plainte\r\n\r\nBonjour, je souhaite déposer une plainte au sujet de votre lettre."

// wrote is a complaint by mail whose sender confirmed the address, and the link to the code
// that came after.
func wrote(t *testing.T, i *apptest.Instance, route casefile.Route) (casefile.Number, string) {
	t.Helper()
	got, err := i.Intake.TakeMail(t.Context(), intake.Mailbox{ID: "b", Name: "b", Route: route, Lang: lang.NL}, intake.Arrived{Body: strings.NewReader(plainte)})
	if err != nil {
		t.Fatal(err)
	}
	i.DeliverMail()
	mails := i.Box.Mails()
	if len(mails) != 1 || mails[0].Lang != "fr" || strings.Contains(mails[0].Text, "/code/") {
		t.Fatalf("%d mails", len(mails))
	}
	confirm := linkIn(t, mails[0].Text, "confirm")
	for range 2 { // pressed twice
		if err := i.Dialogue.ConfirmContact(t.Context(), confirm); err != nil {
			t.Fatal(err)
		}
	}
	i.DeliverMail()
	if mails = i.Box.Mails(); len(mails) != 2 {
		t.Fatalf("%d mails after the address was confirmed", len(mails))
	}
	return got.Number, linkIn(t, mails[0].Text, "code") // the newest stands first
}

// drew draws the code on the page of a link.
func drew(t *testing.T, i *apptest.Instance, link string) (seal.Token, string) {
	t.Helper()
	browser, err := i.Dialogue.DrawCode(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	page, err := i.Dialogue.CodePage(t.Context(), link, &browser)
	if err != nil || page.Code == "" || !page.First || page.Works {
		t.Fatalf("no code: %v", err)
	}
	return browser, page.Code
}

func TestSomebodyWhoWroteAnEmailGetsACodeWithoutAMember(t *testing.T) {
	for _, route := range []casefile.Route{casefile.General, casefile.Integrity} {
		i, team := apptest.Staffed(t)
		n, link := wrote(t, i, route)
		browser, code := drew(t, i, link)
		if _, err := i.Dialogue.Enter(t.Context(), code); !errors.Is(err, dialogue.ErrCodeUnknown) {
			t.Errorf("%s: a code that nobody kept opens the mailbox: %v", route, err)
		}
		if _, err := i.Dialogue.DrawCode(t.Context(), link); err == nil {
			t.Error("the link can be used twice")
		}
		other := seal.NewToken()
		if err := i.Dialogue.KeepCode(t.Context(), link, &other); !errors.Is(err, dialogue.ErrLinkGone) {
			t.Errorf("another browser keeps the code: %v", err)
		}
		for range 2 {
			if err := i.Dialogue.KeepCode(t.Context(), link, &browser); err != nil {
				t.Fatal(err)
			}
		}
		if page, err := i.Dialogue.CodePage(t.Context(), link, &browser); err != nil || !page.Works || page.Code != "" {
			t.Errorf("the page does not say that the code works: %v", err)
		}
		m, err := i.Dialogue.Mailbox(t.Context(), i.Enter(code))
		if err != nil || m.Story == nil || !strings.Contains(m.Story.Text, "plainte") {
			t.Errorf("%s: the mailbox does not show what was told: %v", route, err)
		}
		who := team.Service[0]
		if route == casefile.Integrity {
			who = team.Manager
		}
		if c := i.Case(who, n); c.Damaged || !c.Code.Has || c.Code.State != casework.CodeNone {
			t.Errorf("%s: members see the code as %+v", route, c.Code)
		}
		for _, mail := range i.Box.Mails() {
			if strings.Contains(mail.Text, code[:9]) {
				t.Error("a mail holds the code")
			}
		}
		nothingEnclosed(t, i)
	}
}

func nothingEnclosed(t *testing.T, i *apptest.Instance) {
	t.Helper()
	var left int
	if err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM link WHERE length(box) > 0`).Scan(&left)
	}); err != nil || left > 0 {
		t.Errorf("%d links hold keys: %v", left, err)
	}
}

func TestALinkIsNoCodeAndHoldsNothingAfterItsTime(t *testing.T) {
	i, _ := apptest.Staffed(t)
	_, link := wrote(t, i, casefile.General)
	tok, err := seal.ParseToken(link)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.Dialogue.Enter(t.Context(), tok.Code(custody.LinkCode).Text()); !errors.Is(err, dialogue.ErrCodeUnknown) {
		t.Errorf("what the link carries opens the mailbox: %v", err)
	}
	i.Clock.Add(custody.LinkLife + time.Minute)
	if _, err := i.Dialogue.DrawCode(t.Context(), link); !errors.Is(err, dialogue.ErrLinkGone) {
		t.Errorf("a link past its time draws a code: %v", err)
	}
	if err := (&custody.Sweeper{Store: i.Store, Blobs: i.Blobs, Custody: i.Custody}).Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	nothingEnclosed(t, i)
}

func TestAMemberCompletesAFirstCodeWhereTheKeysOfTheCaseHaveChanged(t *testing.T) {
	i, team := apptest.Staffed(t)
	n, link := wrote(t, i, casefile.General)
	sofie := team.Service[0]
	if err := i.StepAside(team.Service[1], n); err != nil {
		t.Fatal(err)
	}
	i.Write(sofie, n, casework.DraftNote, "Nota.") // whoever writes first draws the fresh keys
	browser, code := drew(t, i, link)
	if err := i.Dialogue.KeepCode(t.Context(), link, &browser); err != nil {
		t.Fatal(err)
	}
	if c := i.Case(sofie, n); c.Code.State != casework.CodeReady {
		t.Fatalf("the code is %s", c.Code.State)
	}
	if err := i.Casework.CompleteCode(t.Context(), sofie, n, i.Password(sofie)); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Dialogue.Mailbox(t.Context(), i.Enter(code)); err != nil {
		t.Error(err)
	}
}

func TestWhoseMailAMemberReleasedGetsACodeWithoutAnother(t *testing.T) {
	i, team := apptest.Staffed(t)
	got, err := i.Intake.TakeMail(t.Context(), intake.Mailbox{ID: "b", Name: "b", Route: casefile.Privacy, Lang: lang.NL},
		intake.Arrived{Body: strings.NewReader("X-Spam-Flag: YES\r\n" + plainte)})
	if err != nil || !got.Unsorted {
		t.Fatal(err)
	}
	if err := i.Casework.Release(t.Context(), team.Manager, got.Number); err != nil {
		t.Fatal(err)
	}
	i.DeliverMail()
	if err := i.Dialogue.ConfirmContact(t.Context(), linkIn(t, i.Box.Mails()[0].Text, "confirm")); err != nil {
		t.Fatal(err)
	}
	i.DeliverMail()
	link := linkIn(t, i.Box.Mails()[0].Text, "code")
	browser, code := drew(t, i, link)
	if err := i.Dialogue.KeepCode(t.Context(), link, &browser); err != nil {
		t.Fatal(err)
	}
	if m, err := i.Dialogue.Mailbox(t.Context(), i.Enter(code)); err != nil || m.Story == nil {
		t.Error(err)
	}
}

// Whoever writes to the database moves what a link holds to another, or gives it a longer
// life: then it is no link any more.
func TestTheKeysOfALinkOpenNothingElsewhere(t *testing.T) {
	for name, sql := range map[string]string{
		"another's keys": "UPDATE link SET box = (SELECT box FROM link l WHERE length(l.box) > 0 AND l.lookup <> link.lookup LIMIT 1) WHERE purpose = 'code'",
		"no keys":        "UPDATE link SET box = x''",
		"a longer life":  "UPDATE link SET expires = expires * 2",
		"another case":   "UPDATE link SET case_id = (SELECT id FROM case_file c WHERE c.id <> link.case_id LIMIT 1)",
	} {
		i, _ := apptest.Staffed(t)
		_, link := wrote(t, i, casefile.General)
		_, err := i.Intake.TakeMail(t.Context(), intake.Mailbox{ID: "b", Name: "b", Route: casefile.General, Lang: lang.NL},
			intake.Arrived{Body: strings.NewReader(strings.ReplaceAll(plainte, "zoe@", "other@"))})
		must(t, err)
		must(t, i.Store.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(sql)
			return err
		}))
		if _, err := i.Dialogue.DrawCode(t.Context(), link); !errors.Is(err, dialogue.ErrLinkGone) {
			t.Errorf("%s: the link draws a code: %v", name, err)
		}
	}
}
