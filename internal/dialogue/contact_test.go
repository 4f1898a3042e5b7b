package dialogue_test

import (
	"errors"
	"maps"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/dialogue"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// noticeOf is where news of a case would be sent, empty when nowhere.
func noticeOf(t *testing.T, i *apptest.Instance, r *intake.Receipt) letter.NoticeAddress {
	t.Helper()
	var box seal.Box
	err := i.Store.Read(ctx, func(tx *store.Tx) (err error) {
		n, err := tx.Notice(r.Case)
		box = n.Box
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return letter.NoticeAddress{}
	}
	must(t, err)
	opener, ok := i.Dialogue.Notices.(interface {
		Open(seal.Context, seal.Box) ([]byte, error)
	})
	if !ok {
		t.Fatal("the key of notices cannot open")
	}
	plain, err := opener.Open(custody.NoticeContext(i.Instance(), r.Case), box)
	must(t, err)
	a, err := letter.Unpack[letter.NoticeAddress](plain)
	must(t, err)
	return a
}

// onFile is the answers of the contact page as they stand.
func onFile(t *testing.T, i *apptest.Instance, tok seal.Token) profile.Answers {
	t.Helper()
	m := mailbox(t, i, tok)
	all, typed := i.Dialogue.ContactAnswers(m), profile.Answers{}
	for _, s := range i.Dialogue.ContactSteps(m) {
		for _, f := range s.Fields {
			if v, ok := all[f.ID]; ok {
				typed[f.ID] = v
			}
		}
	}
	return typed
}

func TestContactChangesAreKeptAndTheNoticeFollows(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("en", apptest.StrictAnswers("theft"), nil)
	tok := i.Enter(r.Code)
	typed := onFile(t, i, tok)
	if typed.One(profile.FieldEmail) != "ingrid.maes@mail.example" || typed.One(profile.FieldLanguage) != "nl" {
		t.Fatalf("on file: %d answers", len(typed))
	}
	typed[profile.FieldEmail] = []string{" Ingrid <new@mail.example> "}
	typed[profile.FieldPhone] = []string{"+32 470 12 34 56"}
	typed[profile.FieldLanguage] = []string{"fr"}
	typed["safe_contact"] = []string{"after six"}
	must(t, i.Dialogue.ChangeContact(ctx, tok, sendingFor(r), typed))
	m := mailbox(t, i, tok)
	id := m.Identity
	if id.Email != "new@mail.example" || id.Phone != "+32 470 12 34 56" || id.Lang != lang.FR || id.SafeTimes != "after six" || id.Last != "Maes" {
		t.Error("the record is not what was typed")
	}
	if id.Answers["relation"] == nil && i.Dialogue.ContactAnswers(m).One("relation") != "employee" {
		t.Error("what else was told about the person is lost")
	}
	if n := noticeOf(t, i, r); n.Email != "new@mail.example" || n.Lang != "fr" {
		t.Errorf("notices go to %q in %q", n.Email, n.Lang)
	}
	must(t, i.Casework.OpenIdentity(ctx, team.Manager, r.Number, "to call about the invoice"))
	c := i.Case(team.Manager, r.Number)
	if c.Identity.Email != "new@mail.example" || c.Language != "fr" {
		t.Errorf("the member sees %q, %q", c.Identity.Email, c.Language)
	}
	if n := leaves(t, i, audit.ContactChanged); n != 1 {
		t.Errorf("%d lines in the log", n)
	}
	must(t, i.Dialogue.ChangeContact(ctx, tok, sendingFor(r), onFile(t, i, tok)))
	if n := leaves(t, i, audit.ContactChanged); n != 1 {
		t.Errorf("saving the same again left a line in the log: %d", n)
	}
}

func TestNeitherNameNorEveryWayCanBeEmptied(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("en", apptest.StrictAnswers("theft"), nil)
	tok := i.Enter(r.Code)
	for name, change := range map[string]profile.Answers{
		profile.FieldLastName:  {profile.FieldLastName: {" "}},
		profile.FieldFirstName: {profile.FieldFirstName: nil},
		profile.FieldEmail:     {profile.FieldEmail: {""}},
		profile.FieldPhone:     {profile.FieldPhone: {"12"}},
		profile.FieldLanguage:  {profile.FieldLanguage: {"xx"}},
	} {
		typed := onFile(t, i, tok)
		maps.Copy(typed, change)
		var refused *dialogue.Refusal
		err := i.Dialogue.ChangeContact(ctx, tok, sendingFor(r), typed)
		if !errors.As(err, &refused) || refused.Errors[0].Field != name || refused.Errors[0].In("nl") == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if id := mailbox(t, i, tok).Identity; id.Email != "ingrid.maes@mail.example" || !id.Named() {
		t.Error("something changed all the same")
	}
	// A phone instead of the address is enough, and then no mail can be sent.
	typed := onFile(t, i, tok)
	typed[profile.FieldEmail], typed[profile.FieldPhone] = nil, []string{"02 123 45 67"}
	must(t, i.Dialogue.ChangeContact(ctx, tok, sendingFor(r), typed))
	if n := noticeOf(t, i, r); n.Email != "" {
		t.Error("the address that was taken back is kept for notices")
	}
	if err := i.Dialogue.AllowMail(ctx, tok, sendingFor(r)); err == nil {
		t.Error("mail is allowed without an address")
	}
}

func TestMailCanBeDeclinedAndAllowedAgain(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("en", apptest.Answers("communication"), nil)
	tok := i.Enter(r.Code)
	must(t, i.Dialogue.DeclineMail(ctx, tok, sendingFor(r)))
	if m := mailbox(t, i, tok); m.Mail || !m.Identity.NoMail || m.Identity.Email == "" {
		t.Error("declining did not hold")
	}
	if n := noticeOf(t, i, r); n.Email != "" {
		t.Error("the notice address is still there")
	}
	must(t, i.Dialogue.AllowMail(ctx, tok, sendingFor(r)))
	if m := mailbox(t, i, tok); !m.Mail || m.Identity.NoMail || noticeOf(t, i, r).Email != "ingrid.maes@mail.example" {
		t.Error("allowing did not hold")
	}
}

func TestTheLanguageOfTheAnswerCanBeChanged(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("en", apptest.Answers("communication"), nil)
	tok := i.Enter(r.Code)
	must(t, i.Dialogue.SetLanguage(ctx, tok, sendingFor(r), lang.DE))
	var c store.Case
	must(t, i.Store.Read(ctx, func(tx *store.Tx) (err error) {
		c, err = tx.Case(r.Case)
		return err
	}))
	if m := mailbox(t, i, tok); m.Language != lang.DE || c.Language != "de" || noticeOf(t, i, r).Lang != "de" {
		t.Errorf("record %s, case %s", m.Language, c.Language)
	}
	if err := i.Dialogue.SetLanguage(ctx, tok, sendingFor(r), "tlh"); err == nil {
		t.Error("any language is taken")
	}
	if c.State != casefile.StateReceived {
		t.Errorf("state %s", c.State)
	}
}
