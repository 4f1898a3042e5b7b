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
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/storetest"
)

func asksData(i *apptest.Instance, tok seal.Token, n casefile.Number, right casefile.DataRight, text string) error {
	return i.Dialogue.AskData(ctx, tok, dialogue.Sending{Key: dialogue.NewKey(), Number: n}, lang.NL, right, text)
}

// A request about personal data has a month of its own, also after closing; the complainant
// reads the answer, and nothing of what others ask.
func TestARequestAboutDataIsAnsweredInAMonth(t *testing.T) {
	for name, database := range map[string]string{"SQLite": "", "PostgreSQL": storetest.PostgreSQL(t)} {
		t.Run(name, func(t *testing.T) { aboutData(t, database) })
	}
}

func aboutData(t *testing.T, database string) {
	i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) { c.Database = database })
	r := i.Complain("nl", apptest.Answers("response-time"), nil)
	n, by := r.Number, team.Service[0]
	i.DeliverMail()
	i.Close(by, n, "We looked.", "It was late.")
	tok := i.Enter(r.Code)
	wants(t, asksData(i, tok, n, "all", ""), "mailbox.way-missing", "nothing chosen")
	wants(t, asksData(i, tok, n, casefile.RightCorrection, " "), "error.text-missing", "a correction without words")
	must(t, asksData(i, tok, n, casefile.RightAccess, "Everything, please."))
	wants(t, asksData(i, tok, n, casefile.RightErasure, ""), "mailbox.data.open", "a second one while the first waits")
	due := i.Casework.Calendar.After(i.Clock.Now(), deadline.Length{N: 1, Unit: deadline.Months})
	if k := clockOf(i.Case(by, n), deadline.KindDataRequest); !k.Due.Equal(due) || !k.Law || k.ByHand || k.Most.IsZero() {
		t.Errorf("due %v, want %v; by law %v, by hand %v, the law gives until %v", k.Due, due, k.Law, k.ByHand, k.Most)
	}
	// Somebody else asks in the same case.
	wants(t, i.Casework.NoteData(ctx, by, n, casefile.RightAccess, " ", ""), "error.data-who", "nobody asks")
	must(t, i.Casework.NoteData(ctx, by, n, casefile.RightErasure, "Joris Peeters", "He was named."))
	must(t, i.Casework.NoteData(ctx, by, n, casefile.RightAccess, "An Claes", ""))
	shown := mailbox(t, i, tok)
	promised := 0
	for _, p := range shown.Promises {
		if p.Clock.Kind == deadline.KindDataRequest {
			promised++
		}
	}
	if promised != 1 || len(shown.Thread) != 1 || strings.Contains(shown.Thread[0].Text, "Peeters") {
		t.Errorf("the complainant sees %d dates and %d turns of it", promised, len(shown.Thread))
	}
	register, err := i.Casework.DataRequests(ctx, by)
	if err != nil || len(register) != 3 {
		t.Fatalf("%d requests in the register, %v", len(register), err)
	}
	if others, err := i.Casework.DataRequests(ctx, team.HR); err != nil || len(others) != 0 {
		t.Errorf("a member of another team sees %d requests", len(others))
	}
	tasks, err := i.Casework.Tasks(ctx, by, casework.TaskFilter{Everyone: true, Page: 1})
	if err != nil || len(tasks.Ahead) != 3 {
		t.Errorf("%d of them are to be done, %v", len(tasks.Ahead), err)
	}
	c := i.Case(by, n)
	if len(c.Data) != 3 || !c.Data[0].Waits() || c.Data[0].Other || !c.Data[1].Other || c.Data[1].Who != "Joris Peeters" {
		t.Fatalf("%d requests in the case", len(c.Data))
	}
	// Nothing is erased while one waits.
	i.Clock.Set(c.Erasure.After.Add(time.Minute))
	wants(t, i.Casework.Erase(ctx, by, n, i.Password(by)), "error.erase-data", "erased while a request waits")
	for _, q := range c.Data {
		wants(t, i.Casework.AnswerData(ctx, by, n, casefile.DataAnswer{Clock: q.Clock, Result: casefile.DataPart}), "error.data-why", "no reasons")
		must(t, i.Casework.AnswerData(ctx, by, n, casefile.DataAnswer{Clock: q.Clock, Result: casefile.DataPart, Why: "All but the names of others: " + q.Clock}))
		wants(t, i.Casework.AnswerData(ctx, by, n, casefile.DataAnswer{Clock: q.Clock, Result: casefile.DataGiven, Why: "again"}), "error.changed-meanwhile", "answered twice")
	}
	shown = mailbox(t, i, i.Enter(r.Code))
	if len(shown.Thread) != 2 || !strings.Contains(shown.Thread[0].Text, "All but the names") || shown.Thread[0].Mine {
		t.Errorf("%d turns after the answers", len(shown.Thread))
	}
	must(t, i.Casework.Erase(ctx, by, n, i.Password(by)))
	i.DeliverMail()
	i.Sequence()
}
