package dialogue_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/deadline"
	"klankbord/internal/dialogue"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/store"
)

func TestATranslatorReadsOneTextAndNothingElse(t *testing.T) {
	i, s := apptest.Staffed(t)
	ctx, by := t.Context(), s.Manager
	r := i.Complain("nl", apptest.With(apptest.StrictAnswers("theft"), profile.FieldStory, "Er verdween geld uit de kas, en niemand zei iets."), nil)
	n := r.Number
	i.DeliverMail()
	i.Write(by, n, casework.DraftNote, "Een geheime notitie over de kas.")
	texts, err := i.Casework.Translatables(ctx, by, n)
	if err != nil || len(texts) < 2 {
		t.Fatalf("%d texts, %v", len(texts), err)
	}
	story := texts[len(texts)-1]
	if !strings.Contains(story.Text, "verdween geld") {
		t.Fatal("the last text is not the story")
	}
	give := casework.Translator{Entry: story.ID, Name: "Ioana Pop", To: "Roemeens", Lang: lang.FR, Until: deadline.Date{Year: 2026, Month: time.March, Day: 20}, About: "Tekst voor een vertaler"}
	wrong := give
	wrong.Name, wrong.Until = " ", deadline.Date{Year: 2026, Month: time.December, Day: 1}
	var unfit *casefile.Unfit
	if _, err := i.Casework.AddTranslator(ctx, by, n, wrong, i.Password(by)); !errors.As(err, &unfit) || len(unfit.Problems) != 2 {
		t.Errorf("no name and too long: %v", err)
	}
	file, err := i.Casework.AddTranslator(ctx, by, n, give, i.Password(by))
	if err != nil {
		t.Fatal(err)
	}
	visit := i.Enter(file.Code)
	got, err := i.Dialogue.Translating(ctx, visit)
	if err != nil || got.Text != story.Text || got.To != "Roemeens" {
		t.Fatalf("the translator reads %q, %v", got, err)
	}
	if strings.Contains(got.Text, "geheime") {
		t.Error("the translator reads a note")
	}
	if _, err := i.Dialogue.Mailbox(ctx, visit); !errors.Is(err, dialogue.ErrNoSession) {
		t.Errorf("a mailbox opens for a translator: %v", err)
	}
	if err := i.Dialogue.AskReview(ctx, visit, dialogue.Sending{Key: dialogue.NewKey(), Number: file.Number}, lang.FR, "why"); !errors.Is(err, dialogue.ErrNoSession) {
		t.Errorf("a translator asked for a review: %v", err)
	}
	if _, err := i.Dialogue.Translating(ctx, i.Enter(r.Code)); !errors.Is(err, dialogue.ErrNoTranslator) {
		t.Errorf("the complainant is taken for a translator: %v", err)
	}

	entries := leaves(t, i, audit.EntryAdded)
	send := dialogue.Sending{Key: dialogue.NewKey(), Number: file.Number}
	for range 2 { // the button pressed twice
		if err := i.Dialogue.HandIn(ctx, visit, send, lang.FR, "Au dispărut bani din casă."); err != nil {
			t.Fatal(err)
		}
	}
	if err := i.Dialogue.HandIn(ctx, visit, dialogue.Sending{Key: dialogue.NewKey(), Number: file.Number}, lang.FR, "Altceva."); err == nil {
		t.Error("another translation was taken")
	}
	if leaves(t, i, audit.EntryAdded) != entries+1 {
		t.Error("the log does not tell that it came into the case")
	}
	landed := 0
	for _, it := range i.Case(by, n).Timeline {
		if it.Kind == casefile.EntryTranslation {
			landed++
			if it.Text != "Au dispărut bani din casă." || it.Translation.By != "Ioana Pop" || string(it.Translation.Of) != story.ID || it.Translation.Number != file.Number {
				t.Errorf("in the case stands %+v", it.Translation)
			}
		}
	}
	if landed != 1 {
		t.Fatalf("%d translations stand in the case", landed)
	}
	if m, err := i.Dialogue.Mailbox(ctx, i.Enter(r.Code)); err != nil || len(m.Thread) != 0 {
		t.Errorf("the complainant sees %d turns, %v", len(m.Thread), err)
	}
	given := i.Case(s.HR, file.Number)
	if len(given.Timeline) < 2 || given.Next.Key != "translator" || len(given.Moves) > 1 {
		t.Errorf("the members do not see what was given: %d items, %q", len(given.Timeline), given.Next.Key)
	}
	_, err = i.Casework.SaveDraft(ctx, by, file.Number, casework.Writing{Kind: casework.DraftMessage, Was: casework.DraftMessage, Seen: given.Seen, Text: "Merci", Lang: lang.FR})
	wants(t, err, "error.nobody-reads", "a message that nobody would read")
	if got, err := i.Dialogue.Translating(ctx, visit); err != nil || got.Text != "" || got.Handed == "" {
		t.Errorf("after handing in the text still opens: %+v, %v", got, err)
	}
	if found, err := i.Casework.Search(ctx, by, "dispărut", 1); err != nil || len(found.Rows) == 0 {
		t.Errorf("searching for the translation finds %d, %v", len(found.Rows), err)
	}
}

func TestTheTimeOfATranslatorEndsByItself(t *testing.T) {
	i, s := apptest.Staffed(t)
	ctx, by := t.Context(), s.Service[0]
	n := i.Complain("nl", apptest.Answers("response-time"), nil).Number
	i.DeliverMail()
	texts, err := i.Casework.Translatables(ctx, by, n)
	if err != nil {
		t.Fatal(err)
	}
	give := casework.Translator{Entry: texts[0].ID, Name: "Ioana Pop", To: "Roemeens", Lang: lang.NL, Until: deadline.Date{Year: 2026, Month: time.March, Day: 10}, About: "Tekst"}
	file, err := i.Casework.AddTranslator(ctx, by, n, give, i.Password(by))
	if err != nil {
		t.Fatal(err)
	}
	i.Clock.Set(time.Date(2026, time.March, 11, 0, 30, 0, 0, time.UTC))
	visit := i.Enter(file.Code)
	if got, err := i.Dialogue.Translating(ctx, visit); err != nil || !got.Over || got.Text != "" {
		t.Errorf("after the last day it reads %+v, %v", got, err)
	}
	if err := i.Dialogue.HandIn(ctx, visit, dialogue.Sending{Key: dialogue.NewKey(), Number: file.Number}, lang.NL, "Te laat."); err == nil {
		t.Error("a translation was taken after the last day")
	}
	i.Close(by, n, "Wij antwoordden.", "Het antwoord kwam te laat.")
	i.Clock.Set(time.Date(2029, time.March, 11, 0, 30, 0, 0, time.UTC))
	if err := i.Casework.Erase(ctx, by, n, i.Password(by)); err == nil {
		t.Error("the case was erased while its text lies in another file")
	}
	if err := i.Casework.Erase(ctx, by, file.Number, i.Password(by)); err != nil {
		t.Fatalf("erase the file of the translator: %v", err)
	}
	if err := i.Casework.Erase(ctx, by, n, i.Password(by)); err != nil {
		t.Errorf("erase the case: %v", err)
	}
}

func TestNobodyWhoIsKeptOutOfACaseTranslatesIt(t *testing.T) {
	i, s := apptest.Staffed(t)
	ctx, by := t.Context(), s.Manager
	r := i.Complain("nl", apptest.With(apptest.StrictAnswers("theft"), profile.FieldConcerns, "hr"), nil)
	i.DeliverMail()
	texts, err := i.Casework.Translatables(ctx, by, r.Number)
	if err != nil {
		t.Fatal(err)
	}
	var name string
	must(t, i.Store.Read(ctx, func(tx *store.Tx) error {
		m, err := tx.Member(s.HR.Member)
		name = m.Name
		return err
	}))
	give := casework.Translator{Entry: texts[0].ID, Name: strings.ToUpper(name), To: "Frans", Lang: lang.NL, Until: deadline.Date{Year: 2026, Month: time.March, Day: 10}, About: "Tekst"}
	if _, err := i.Casework.AddTranslator(ctx, by, r.Number, give, i.Password(by)); err == nil {
		t.Errorf("%s, who is kept out, got a text", name)
	}
}
