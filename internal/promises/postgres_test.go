package promises_test

import (
	"testing"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/dialogue"
	"klankbord/internal/lang"
	"klankbord/internal/storetest"
)

// The whole main job on PostgreSQL, behind the same store.
func TestMainJobOnPostgreSQL(t *testing.T) {
	dsn := storetest.PostgreSQL(t)
	i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) { c.Database = dsn })
	r := i.Complain("de", apptest.StrictAnswers("theft", "communication"), map[string]string{"beleg.txt": "Beleg"})
	i.DeliverMail()
	i.Move(team.Manager, r.Number, casefile.StateTriage)
	i.Write(team.Manager, r.Number, casework.DraftMessage, "Wir prüfen Ihre Beschwerde.")
	tok := i.Enter(r.Code)
	err := i.Dialogue.Reply(ctx, tok, dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}, lang.DE, "Danke.", nil)
	if err != nil {
		t.Fatal(err)
	}
	i.Move(team.HR, r.Number, casefile.StateDecision)
	i.Close(team.HR, r.Number, "Wir zahlten es zurück.", "Der Betrag war falsch.")
	m, err := i.Dialogue.Mailbox(ctx, i.Enter(r.Code))
	if err != nil || m.Stage != casefile.StageClosed || m.Damaged {
		t.Fatalf("mailbox at the end: %v", err)
	}
	i.Sequence()
	l, err := app.OpenLog(ctx, i.Config, "")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	signed, err := l.Latest(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if report, err := l.Verify(ctx, signed); err != nil || !report.OK() {
		t.Errorf("the log does not verify: %+v, %v", report, err)
	}
}
