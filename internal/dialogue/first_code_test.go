package dialogue_test

import (
	"strings"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
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

func TestSomebodyWhoWroteAnEmailGetsACodeOnceTheAddressIsConfirmed(t *testing.T) {
	i, team := apptest.Staffed(t)
	got, err := i.Intake.TakeMail(t.Context(), intake.Mailbox{ID: "b", Name: "b", Route: casefile.General, Lang: lang.NL},
		intake.Arrived{Body: strings.NewReader("From: Zoé <zoe@example.org>\r\nSubject: Plainte\r\n\r\nBonjour, je souhaite déposer une plainte au sujet de votre lettre.")})
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
	link := linkIn(t, mails[0].Text, "code") // the newest stands first
	browser, err := i.Dialogue.DrawCode(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	page, err := i.Dialogue.CodePage(t.Context(), link, &browser)
	if err != nil || page.Code == "" {
		t.Fatalf("no code: %v", err)
	}
	if _, err := i.Dialogue.DrawCode(t.Context(), link); err == nil {
		t.Error("the link can be used twice")
	}
	if err := i.Dialogue.KeepCode(t.Context(), link, &browser); err != nil {
		t.Fatal(err)
	}
	sofie := team.Service[0]
	if c := i.Case(sofie, got.Number); c.Code.State != casework.CodeReady {
		t.Fatalf("the code is %s", c.Code.State)
	}
	if err := i.Casework.CompleteCode(t.Context(), sofie, got.Number, i.Password(sofie)); err != nil {
		t.Fatal(err)
	}
	tok := i.Enter(page.Code)
	m, err := i.Dialogue.Mailbox(t.Context(), tok)
	if err != nil || m.Story == nil || !strings.Contains(m.Story.Text, "plainte") {
		t.Errorf("the mailbox does not show what was told: %v", err)
	}
	for _, mail := range i.Box.Mails() {
		if strings.Contains(mail.Text, page.Code[:9]) {
			t.Error("a mail holds the code")
		}
	}
}
