package post_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/configure"
	"klankbord/internal/letter"
	"klankbord/internal/profile"
)

// A text that a configurator changed is in the next mail that leaves, and the built-in one
// again once it is put back.
func TestAChangedTextIsInTheMailThatLeavesUntilItIsPutBack(t *testing.T) {
	i, team := apptest.Staffed(t)
	mailed := func() letter.Mail {
		t.Helper()
		i.Clock.Add(time.Minute)
		r := i.Complain("en", apptest.With(apptest.Answers("communication"), profile.FieldLanguage, "en"), nil)
		i.DeliverMail()
		for _, m := range i.Box.Mails() {
			if strings.Contains(m.Subject+m.Text, string(r.Number)) && m.To == "ingrid.maes@mail.example" {
				return m
			}
		}
		for _, m := range i.Box.Mails() {
			t.Logf("%s %q", m.To, m.Subject)
		}
		t.Fatalf("no mail about %s left", r.Number)
		return letter.Mail{}
	}
	built := mailed()
	changes := profile.Changes{}
	for _, key := range []string{"mail.acknowledgement.subject", "mail.acknowledgement.text"} {
		was, ok := i.Words.Plain("en", key)
		if !ok || strings.Contains(built.Subject+built.Text, "Changed by us") {
			t.Fatalf("%s is not there, or changed already", key)
		}
		raw, err := json.Marshal(map[string]string{"en": "Changed by us. " + was})
		if err != nil {
			t.Fatal(err)
		}
		changes["words."+key] = raw
	}
	if _, err := i.Settings.Save(t.Context(), team.Manager, configure.Set{Changes: changes}); err != nil {
		t.Fatal(err)
	}
	if got := mailed(); !strings.HasPrefix(got.Subject, "Changed by us. ") || strings.Count(got.Text, "Changed by us. ") != 1 {
		t.Errorf("the mail that left says %q: %s", got.Subject, got.Text)
	}
	if _, err := i.Settings.PutBack(t.Context(), team.Manager, 1, 0); err != nil {
		t.Fatal(err)
	}
	got := mailed()
	if strings.Contains(got.Subject+got.Text, "Changed by us") || wordsOf(got.Subject) != wordsOf(built.Subject) {
		t.Errorf("once it is put back the mail says %q, was %q: %s", got.Subject, built.Subject, got.Text)
	}
}

// wordsOf is a subject without the number of its case.
func wordsOf(subject string) string {
	return regexp.MustCompile(`KB-[A-Z0-9-]+`).ReplaceAllString(subject, "")
}
