package dialogue_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

var ctx = context.Background()

func sendingFor(r *intake.Receipt) dialogue.Sending {
	return dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}
}

func leaves(t *testing.T, i *apptest.Instance, kind audit.Kind) (n int) {
	t.Helper()
	err := i.Store.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow("SELECT count(*) FROM log_leaf WHERE kind = $1", string(kind)).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mailbox(t *testing.T, i *apptest.Instance, tok seal.Token) *dialogue.Mailbox {
	t.Helper()
	m, err := i.Dialogue.Mailbox(ctx, tok)
	must(t, err)
	return m
}

func TestACodeIsForgivingAboutHowItIsTyped(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("en", apptest.Answers("communication"), nil)
	forgiving := strings.NewReplacer("0", "o", "1", "I")
	for _, typed := range []string{
		r.Code, strings.ToLower(r.Code), strings.ReplaceAll(r.Code, "-", " "), strings.ReplaceAll(r.Code, "-", ""),
		"  " + forgiving.Replace(strings.ToLower(r.Code)) + "\n", strings.ReplaceAll(r.Code, "-", " – "),
	} {
		tok, err := i.Dialogue.Enter(ctx, typed)
		if err != nil {
			t.Errorf("%d symbols: %v", len(typed), err)
			continue
		}
		if n, err := i.Dialogue.Number(ctx, tok); err != nil || n != r.Number {
			t.Errorf("opens %q: %v", n, err)
		}
	}
}

func TestATypingMistakeIsFoundWithoutALookUp(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("en", apptest.Answers("communication"), nil)
	blind := *i.Dialogue
	blind.Store, blind.Custody = nil, nil // a look-up would end the test
	last := r.Code[len(r.Code)-1:]
	wrong := r.Code[:len(r.Code)-1] + map[bool]string{true: "4", false: "5"}[last == "5"]
	for _, typed := range []string{wrong, r.Code[:20], "KB-7Q4M-9X", "<script>", strings.Repeat("A", 10_000), "’"} {
		if _, err := blind.Enter(ctx, typed); !errors.Is(err, dialogue.ErrCodeTypo) {
			t.Errorf("%.30q: %v", typed, err)
		}
	}
	for _, typed := range []string{"", " \n"} {
		if _, err := blind.Enter(ctx, typed); !errors.Is(err, dialogue.ErrCodeMissing) {
			t.Errorf("%q: %v", typed, err)
		}
	}
	if _, err := i.Dialogue.Enter(ctx, seal.NewCode().Text()); !errors.Is(err, dialogue.ErrCodeUnknown) {
		t.Errorf("a code of nothing: %v", err)
	}
}

func TestASessionLastsTwentyHoursAfterItsLastUse(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("en", apptest.Answers("communication"), nil)
	tok := i.Enter(r.Code)
	for range 3 {
		i.Clock.Add(19 * time.Hour)
		mailbox(t, i, tok)
	}
	i.Clock.Add(20*time.Hour + time.Second)
	if _, err := i.Dialogue.Mailbox(ctx, tok); !errors.Is(err, dialogue.ErrNoSession) {
		t.Errorf("after its time: %v", err)
	}
	again := i.Enter(r.Code)
	must(t, i.Dialogue.SignOut(ctx, again))
	if _, err := i.Dialogue.Mailbox(ctx, again); !errors.Is(err, dialogue.ErrNoSession) {
		t.Errorf("after signing out: %v", err)
	}
	must(t, i.Dialogue.SignOut(ctx, again))
}

// Attack: the receipt of one case on the mailbox of another, and a session row that
// is altered in the database.
func TestACodeOpensNoOtherCase(t *testing.T) {
	i, team := apptest.Staffed(t)
	mine := i.Complain("en", apptest.Answers("communication"), map[string]string{"mine.txt": "one"})
	other := i.Complain("en", apptest.StrictAnswers("theft"), map[string]string{"theirs.txt": "two"})
	tok, theirs := i.Enter(mine.Code), i.Enter(other.Code)
	file := mailbox(t, i, theirs).Story.Files[0]
	if _, err := i.Dialogue.File(ctx, tok, file.ID); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a file of another case: %v", err)
	}
	if err := i.Dialogue.Reply(ctx, tok, sendingFor(other), lang.EN, "for the other", nil); !errors.Is(err, dialogue.ErrNoSession) {
		t.Errorf("a message about another case: %v", err)
	}
	a, err := i.Dialogue.AddFile(ctx, theirs, "their.txt", strings.NewReader("x"))
	must(t, err)
	if err := i.Dialogue.Reply(ctx, tok, sendingFor(mine), lang.EN, "with their file", []string{a.Ticket}); err == nil {
		t.Error("a file that was added in another mailbox was taken")
	}
	if _, err := i.Dialogue.Mailbox(ctx, seal.NewToken()); !errors.Is(err, dialogue.ErrNoSession) {
		t.Errorf("a forged session: %v", err)
	}
	alter := func(set string, args ...any) {
		t.Helper()
		must(t, i.Store.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec("UPDATE mailbox_session SET "+set, args...)
			return err
		}))
	}
	alter("case_id = $1 WHERE id = $2", string(other.Case), tok.ID())
	if _, err := i.Dialogue.Mailbox(ctx, tok); !errors.Is(err, dialogue.ErrNoSession) {
		t.Errorf("a session moved to another case: %v", err)
	}
	alter("box = (SELECT s.box FROM mailbox_session s WHERE s.id = $1) WHERE id = $2", theirs.ID(), tok.ID())
	if _, err := i.Dialogue.Mailbox(ctx, tok); !errors.Is(err, dialogue.ErrNoSession) {
		t.Errorf("the code of another session: %v", err)
	}
	if c := i.Case(team.Manager, other.Number); len(c.Timeline) != 0 && c.Timeline[len(c.Timeline)-1].Text == "for the other" {
		t.Error("the message arrived in the other case")
	}
}

func TestTwoBrowsersAreInTheSameMailbox(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("en", apptest.Answers("communication"), nil)
	one, two := i.Enter(r.Code), i.Enter(r.Code)
	must(t, i.Dialogue.Reply(ctx, one, sendingFor(r), lang.EN, "from the first", nil))
	must(t, i.Dialogue.Reply(ctx, two, sendingFor(r), lang.EN, "from the second", nil))
	must(t, i.Dialogue.SignOut(ctx, one))
	m := mailbox(t, i, two)
	if len(m.Thread) != 2 || m.Thread[0].Text != "from the second" || m.Thread[1].Text != "from the first" {
		t.Errorf("%d messages", len(m.Thread))
	}
}

func TestAnErasedCaseAnswersLikeOneThatNeverWas(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("en", apptest.Answers("communication"), nil)
	tok := i.Enter(r.Code)
	must(t, i.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec("DELETE FROM case_file WHERE id = $1", string(r.Case))
		return err
	}))
	if _, err := i.Dialogue.Mailbox(ctx, tok); !errors.Is(err, dialogue.ErrNoSession) {
		t.Errorf("session: %v", err)
	}
	if _, err := i.Dialogue.Enter(ctx, r.Code); !errors.Is(err, dialogue.ErrCodeUnknown) {
		t.Errorf("code: %v", err)
	}
}

func TestWhatWasTypedOpensInItsOwnBrowserOnly(t *testing.T) {
	i, _ := apptest.Staffed(t)
	tok := seal.NewToken()
	kept, err := i.Dialogue.Keep(tok, dialogue.Kept{Form: "reply", Number: "KB-7Q4M-9X", Text: "a long text"})
	must(t, err)
	if strings.Contains(kept, "long") {
		t.Error("what was typed stands in the page in clear")
	}
	if k, ok := i.Dialogue.Restore(tok, kept); !ok || k.Text != "a long text" {
		t.Error("its own browser cannot open it")
	}
	if _, ok := i.Dialogue.Restore(seal.NewToken(), kept); ok {
		t.Error("another browser opens it")
	}
	for _, broken := range []string{"", "%", kept[:len(kept)-4]} {
		if _, ok := i.Dialogue.Restore(tok, broken); ok {
			t.Errorf("%.10q opens", broken)
		}
	}
}
