package dialogue_test

import (
	"errors"
	"strings"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/dialogue"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// badly answers the check-in that waits, as its page does.
func badly(story string) dialogue.Answer {
	return dialogue.Answer{Lang: lang.NL, Treated: dialogue.TreatedBadly, Wish: "Spreek met mijn chef.", Story: story}
}

func TestABadAnswerBecomesACaseThatOthersRead(t *testing.T) {
	i, team := apptest.Staffed(t)
	old := confirmed(t, i, team)
	asked(t, i, i.Enter(old.Code))
	tok, browser := i.Enter(old.Code), seal.NewToken()
	s := dialogue.Sending{Key: dialogue.NewKey(), Number: old.Number}
	for range 2 { // the button twice
		came, err := i.Dialogue.AnswerCheckIn(ctx, tok, browser, s, badly("Ik word slecht behandeld. Spreek met mijn chef."))
		must(t, err)
		if !came.Made || came.More != nil {
			t.Fatalf("came of it: %+v", came)
		}
	}
	r, err := i.Intake.Receipt(ctx, browser)
	must(t, err)
	for name, a := range map[string]access.Actor{"the manager": team.Manager, "the member of HR": team.HR} {
		if reads(i, a, r.Number) {
			t.Errorf("%s, who handled the earlier case, reads it", name)
		}
	}
	if !reads(i, team.Alternative, r.Number) {
		t.Error("nobody reads it")
	}
	if m := mailbox(t, i, tok); m.CheckIns[0].Answered.IsZero() {
		t.Error("the mailbox goes on asking")
	}
	for _, it := range i.Case(team.Manager, old.Number).Timeline {
		if it.CheckIn != nil && (it.CheckIn.Wish != "" || it.ID == s.Key) {
			t.Error("the earlier case shows what was answered, or how the two belong together")
		}
	}
	must(t, i.Intake.Confirm(ctx, browser, r.Draft))
	if _, err := i.Dialogue.AnswerCheckIn(ctx, tok, browser, s, badly("…")); !errors.Is(err, intake.ErrNoReceipt) {
		t.Errorf("sent once more after the code was kept: %v", err)
	}
	var n int64
	must(t, i.Store.Read(ctx, func(tx *store.Tx) error { return tx.QueryRow(`SELECT count(*) FROM case_file`).Scan(&n) }))
	if n != 2 {
		t.Errorf("%d cases, want the old one and one new", n)
	}
}

func TestWhatCannotBeDecidedForThePersonIsAskedFirst(t *testing.T) {
	i, team := apptest.Staffed(t)
	old := confirmed(t, i, team)
	asked(t, i, i.Enter(old.Code))
	tok, browser := i.Enter(old.Code), seal.NewToken()
	s := dialogue.Sending{Key: dialogue.NewKey(), Number: old.Number}
	came, err := i.Dialogue.AnswerCheckIn(ctx, tok, browser, s, badly("Sofie Van den Broeck, mijn chef "+strings.Repeat("x", 20_001)))
	must(t, err)
	if came.Made || came.More == nil {
		t.Fatal("a text that is too long was sent")
	}
	if !mailbox(t, i, tok).CheckIns[0].Now {
		t.Error("it counts as answered although nothing was sent")
	}
	came.More.Answers[profile.FieldStory] = []string{"Ik word slecht behandeld."}
	_, err = i.Dialogue.Retaliate(ctx, tok, browser, s, *came.More)
	must(t, err)
	if mailbox(t, i, tok).CheckIns[0].Answered.IsZero() {
		t.Error("completed, it does not answer the question")
	}
}
