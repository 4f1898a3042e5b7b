package dialogue_test

import (
	"strings"
	"testing"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/deadline"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/figures"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/storetest"
)

// asksReview asks that somebody else looks again.
func asksReview(i *apptest.Instance, tok seal.Token, n casefile.Number, why string) error {
	return i.Dialogue.AskReview(ctx, tok, dialogue.Sending{Key: dialogue.NewKey(), Number: n}, lang.NL, why)
}

func wants(t *testing.T, err error, key, what string) {
	t.Helper()
	if f, ok := fault.As(err); !ok || f.Key != key {
		t.Errorf("%s: %v, want %s", what, err, key)
	}
}

// A review is asked for once, in time, and goes to a member who did not decide, with a
// deadline of its own.
func TestAReviewGoesToSomebodyElse(t *testing.T) {
	for name, database := range map[string]string{"SQLite": "", "PostgreSQL": storetest.PostgreSQL(t)} {
		t.Run(name, func(t *testing.T) { reviewed(t, database) })
	}
}

func reviewed(t *testing.T, database string) {
	i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) { c.Database = database })
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	n, m, hr := r.Number, team.Manager, team.HR
	i.DeliverMail()
	tok := i.Enter(r.Code)
	wants(t, asksReview(i, tok, n, "I do not agree."), "mailbox.review.over", "before closing")
	i.Move(m, n, casefile.StateTriage)
	i.Move(m, n, casefile.StateDecision)
	i.CloseWith(m, n, casefile.OutcomeNotProven, "We looked.", "There was nothing.")
	closed := mailbox(t, i, tok)
	if want := i.Casework.Calendar.After(i.Clock.Now(), deadline.Length{N: 30, Unit: deadline.Days}); !closed.Review.Until.Equal(want) {
		t.Errorf("a review can be asked for until %v, want %v", closed.Review.Until, want)
	}
	wants(t, asksReview(i, tok, n, "  "), "error.text-missing", "with no word")
	i.Clock.Set(closed.Review.Until)
	tok = i.Enter(r.Code)
	i.DeliverMail()
	mails := len(i.Box.Mails())
	must(t, asksReview(i, tok, n, "Nobody asked the accountant."))
	must(t, asksReview(i, tok, n, "Once more."))
	i.DeliverMail()
	if len(i.Box.Mails()) == mails {
		t.Error("no member is told by mail")
	}
	c := i.Case(hr, n)
	if c.State != casefile.StateReview || c.Charge.ID != hr.Member || !c.Closed.IsZero() || !c.Erasure.After.IsZero() || c.Next.Key != "review" {
		t.Errorf("state %s, in charge %s, closed %v, kept until %v, next %s", c.State, c.Charge.Name, c.Closed, c.Erasure.After, c.Next.Key)
	}
	if k := clockOf(c, deadline.KindReview); !k.Due.After(i.Clock.Now()) || !k.Told {
		t.Errorf("the review is due %v, told %v", k.Due, k.Told)
	}
	shown := mailbox(t, i, tok)
	if shown.Review.Open() || shown.Review.Asked.IsZero() || shown.Stage == casefile.StageClosed || shown.Thread[0].Text != "Nobody asked the accountant." {
		t.Errorf("open %v, asked %v, stage %s", shown.Review.Open(), shown.Review.Asked, shown.Stage)
	}
	for _, k := range shown.CheckIns {
		if !k.Over {
			t.Error("a check-in waits while the case is looked at again")
		}
	}

	// Whoever decided neither takes charge nor closes it.
	wants(t, i.Casework.Assign(ctx, m, n, m.Member, i.Case(m, n).Revision), "error.review-other", "whoever decided is put in charge")
	wants(t, i.TryClose(m, n, casefile.OutcomeNotProven, "Still nothing.", "We looked again."), "error.review-other", "whoever decided closes it")
	if hits, err := i.Casework.Search(ctx, hr, "accountant", 1); err != nil || len(hits.Rows) != 1 {
		t.Errorf("what the complainant wrote is not found: %v", err)
	}
	i.Clock.Add(time.Hour)
	i.CloseWith(hr, n, casefile.OutcomeUpheld, "The accountant knew.", "We asked.")
	c = i.Case(hr, n)
	if k := clockOf(c, deadline.KindReview); c.Outcome != casefile.OutcomeUpheld || k.Met == nil {
		t.Errorf("outcome %s, review met %v", c.Outcome, k.Met)
	}
	shown = mailbox(t, i, tok)
	if shown.Review.Open() || shown.Outcome == nil || !strings.Contains(shown.Outcome.Feedback, "accountant") {
		t.Errorf("a review can be asked for again: %v", shown.Review.Until)
	}
	i.Sequence()
	counted, err := i.Casework.Numbers(ctx, hr, casework.NumbersFilter{Period: figures.YearOf(2026), For: figures.Team})
	must(t, err)
	for _, f := range counted.Figures {
		if v := f.Whole; f.ID == "reviews" && (v.Now.N != 1 || v.Now.Of != 1) {
			t.Errorf("%d of %d reviews changed something", v.Now.N, v.Now.Of)
		}
	}
}

// With the time for it over, or two colleagues who could, nobody is put in charge by
// itself.
func TestAReviewIsAskedForInTime(t *testing.T) {
	i, team := apptest.Staffed(t)
	for name, late := range map[string]time.Duration{"in time": 0, "too late": time.Microsecond} {
		r := i.Complain("nl", apptest.Answers("response-time"), nil)
		i.DeliverMail()
		i.Close(team.Service[0], r.Number, "We looked.", "There was nothing.")
		tok := i.Enter(r.Code)
		i.Clock.Set(mailbox(t, i, tok).Review.Until.Add(late))
		err := asksReview(i, i.Enter(r.Code), r.Number, "I do not agree.")
		if (err == nil) != (late == 0) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func clockOf(c *casework.Case, kind deadline.Kind) casework.Clock {
	for _, k := range c.Clocks {
		if k.Kind == kind {
			return k
		}
	}
	return casework.Clock{}
}
