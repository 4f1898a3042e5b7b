package promises_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/dialogue"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// newCaseWithOthers holds everything that those who handled a complaint can see, and
// all that is kept of it, against what it was before its complainant told of
// retaliation.
func newCaseWithOthers(t *testing.T) {
	i, team := apptest.Staffed(t)
	old := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	i.Case(team.HR, old.Number)
	i.Close(team.Manager, old.Number, "Terugbetaald.", "Er was een fout.")
	i.DeliverMail()
	tok := i.Enter(old.Code)
	page, err := i.Dialogue.Retaliation(ctx, tok)
	must(t, err)
	handlers := map[string]access.Actor{"nele": team.Manager, "thomas": team.HR}
	before := map[string]string{}
	for name, a := range handlers {
		i.Case(a, old.Number) // what follows must not differ by what was read now
		before[name] = known(t, i, a) + seenIn(t, i, a, old.Number)
	}
	rows, sent := keptOf(t, i, old.Case), len(i.Box.Mails())

	r := told(t, i, tok, page)
	i.DeliverMail()
	for name, a := range handlers {
		if after := known(t, i, a) + seenIn(t, i, a, old.Number); after != before[name] {
			t.Errorf("what %s sees went from\n%s\nto\n%s", name, before[name], after)
		}
		_, mine := i.Casework.Case(ctx, a, r.Number)
		_, none := i.Casework.Case(ctx, a, "KB-0000-00")
		if mine == nil || mine.Error() != none.Error() {
			t.Errorf("to %s the case answers %v, one that does not exist %v", name, mine, none)
		}
		var grants int
		must(t, i.Store.Read(ctx, func(tx *store.Tx) error {
			return tx.QueryRow(`SELECT count(*) FROM case_grant WHERE case_id = $1 AND recipient_id = $2`, r.Case, a.Member).Scan(&grants)
		}))
		if grants != 0 {
			t.Errorf("a key of the new case was made for %s", name)
		}
	}
	if after := keptOf(t, i, old.Case); after != rows {
		t.Errorf("what is kept of the earlier case went from\n%s\nto\n%s", rows, after)
	}
	mails := i.Box.Mails() // newest first
	for _, m := range mails[:len(mails)-sent] {
		if strings.HasPrefix(m.To, "nele") || strings.HasPrefix(m.To, "thomas") || strings.Contains(m.Subject+m.Text, string(old.Number)) {
			t.Error("a mail tells of it")
		}
	}
	for _, q := range questions() { // in the same time, too
		var apartness float64
		for range repeats {
			if apartness, _ = timesAlike(t, i, team.HR, r.Number, q); max(apartness, -apartness) < apart {
				break
			}
		}
		if max(apartness, -apartness) >= apart {
			t.Errorf("%s of the new case takes another time than of none: %.2f", q.name, apartness)
		}
	}
	c := i.Case(team.Alternative, r.Number)
	if c.Route != casefile.Integrity || len(c.People) != 1 || c.People[0].ID != team.Alternative.Member {
		t.Errorf("the new case is on %s with %d members", c.Route, len(c.People))
	}
}

// told tells of retaliation as the page proposes, and returns the receipt.
func told(t *testing.T, i *apptest.Instance, tok seal.Token, page *dialogue.Retaliation) *intake.Receipt {
	t.Helper()
	x := dialogue.Told{Lang: "nl", Who: dialogue.WhoSame, Answers: profile.Answers{profile.FieldStory: {"Ik krijg geen diensten meer."}}}
	for _, role := range page.Roles {
		if role.Out {
			x.Leave = append(x.Leave, role.ID)
		}
	}
	browser := seal.NewToken()
	matches, err := i.Dialogue.Retaliate(ctx, tok, browser, dialogue.Sending{Key: dialogue.NewKey(), Number: page.Mailbox.Number}, x)
	must(t, err)
	if len(matches) > 0 {
		t.Fatal("asked about a name")
	}
	r, err := i.Intake.Receipt(ctx, browser)
	must(t, err)
	return r
}

// seenIn is everything that a member is shown of a case.
func seenIn(t *testing.T, i *apptest.Instance, a access.Actor, n casefile.Number) string {
	t.Helper()
	c := i.Case(a, n)
	var b strings.Builder
	fmt.Fprintf(&b, "; %s %s next %s, %d clocks, %d requests", c.State, c.Closed, c.Next.Key, len(c.Clocks), len(c.Requests))
	for _, it := range c.Timeline {
		fmt.Fprintf(&b, "; %s %s %s %s %v %v", it.Kind, it.Event, it.At, it.Text, it.New, it.ReadAt)
	}
	return b.String()
}

// keptOf is what the database holds about a case, lines of the log included, without
// how long a browser stays in its mailbox.
func keptOf(t *testing.T, i *apptest.Instance, id casefile.ID) string {
	t.Helper()
	var b strings.Builder
	must(t, i.Store.Read(ctx, func(tx *store.Tx) error {
		number, state, err := tx.CaseState(id)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "turn %d %x", number, state)
		leaves, err := tx.LeavesOf(id)
		for _, l := range leaves {
			fmt.Fprintf(&b, " %s@%s", l.Kind, l.At)
		}
		if err != nil {
			return err
		}
		for _, table := range []string{"entry", "read_mark", "opening", "mail", "link", "keyring", "desk_draft"} {
			var n int
			if err := tx.QueryRow(`SELECT count(*) FROM ` + table + ` WHERE case_id = '` + string(id) + `'`).Scan(&n); err != nil {
				return err
			}
			fmt.Fprintf(&b, " %s %d", table, n)
		}
		return nil
	}))
	return b.String()
}

// badAnswer holds two cases side by side that differ in one thing: how their complainants
// answer that they are treated.
func badAnswer(t *testing.T) {
	i, team := apptest.Staffed(t)
	var twins [2]*intake.Receipt
	for n := range twins {
		twins[n] = i.Complain("nl", apptest.StrictAnswers("theft"), nil)
		i.DeliverMail()
		i.Close(team.Manager, twins[n].Number, "Terugbetaald.", "Er was een fout.")
	}
	i.Clock.Add(35 * 24 * time.Hour)
	i.DeliverMail()
	sent := len(i.Box.Mails())
	browser := seal.NewToken()
	for n, how := range []dialogue.Treatment{dialogue.TreatedWell, dialogue.TreatedBadly} {
		s := dialogue.Sending{Key: dialogue.NewKey(), Number: twins[n].Number}
		answer := dialogue.Answer{Lang: lang.NL, Treated: how, Story: "Ik krijg geen diensten meer."}
		_, err := i.Dialogue.AnswerCheckIn(ctx, i.Enter(twins[n].Code), browser, s, answer)
		must(t, err)
	}
	r, err := i.Intake.Receipt(ctx, browser)
	must(t, err)
	if !slices.ContainsFunc(i.Case(team.Alternative, r.Number).People, func(p casework.Person) bool { return p.ID == team.Alternative.Member }) {
		t.Error("nobody reads what was answered badly")
	}
	i.DeliverMail()
	mails := i.Box.Mails()
	for _, m := range mails[:len(mails)-sent] {
		if strings.HasPrefix(m.To, "nele") || strings.HasPrefix(m.To, "thomas") {
			t.Error("a mail tells those who handled it")
		}
	}
	for name, a := range map[string]access.Actor{"nele": team.Manager, "thomas": team.HR} {
		good, bad := seenIn(t, i, a, twins[0].Number), seenIn(t, i, a, twins[1].Number)
		if good != bad {
			t.Errorf("%s sees after a good answer\n%s\nand after a bad one\n%s", name, good, bad)
		}
		if reads, err := i.Casework.Case(ctx, a, r.Number); err == nil {
			t.Errorf("%s reads the new case %s", name, reads.Number)
		}
	}
	for _, twin := range twins {
		if kinds := linesOf(t, i, twin.Case); kinds != linesOf(t, i, twins[0].Case) {
			t.Errorf("the log tells them apart: %s", kinds)
		}
	}
}

// linesOf are the kinds of the lines that the log has of a case.
func linesOf(t *testing.T, i *apptest.Instance, id casefile.ID) string {
	t.Helper()
	var kinds []string
	must(t, i.Store.Read(ctx, func(tx *store.Tx) error {
		leaves, err := tx.LeavesOf(id)
		for _, l := range leaves {
			kinds = append(kinds, l.Kind)
		}
		return err
	}))
	slices.Sort(kinds)
	return strings.Join(kinds, " ")
}

// lookedAfter plays the four check-ins of a closed case: answered well, answered with a
// wish, not at all, and declined.
func lookedAfter(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.DeliverMail()
	i.Close(team.Manager, r.Number, "Terugbetaald.", "Er was een fout.")
	if got := plannedMonths(t, i, r); got != "1 3 6 12 " {
		t.Fatalf("check-ins after %q months", got)
	}
	look := func(want string) {
		t.Helper()
		i.DeliverMail()
		in, err := i.Casework.Inbox(ctx, team.HR, casework.Filter{View: casework.ViewWatch, Page: 1})
		must(t, err)
		if next := i.Case(team.HR, r.Number).Next.Key; next != want || (in.Total > 0) != (want != "none") {
			t.Errorf("next is %s with %d cases to look at, want %s", next, in.Total, want)
		}
	}
	answer := func(wish string) {
		t.Helper()
		s := dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}
		_, err := i.Dialogue.AnswerCheckIn(ctx, i.Enter(r.Code), seal.NewToken(), s, dialogue.Answer{Lang: lang.NL, Treated: dialogue.TreatedWell, Wish: wish})
		must(t, err)
	}
	done := func() {
		t.Helper()
		c := i.Case(team.HR, r.Number)
		for _, k := range c.Clocks {
			if k.CheckIn() && k.ByHand {
				must(t, i.Casework.StopClock(ctx, team.HR, r.Number, k.ID, "Wij spraken met de chef.", c.Revision))
			}
		}
	}
	const day = 24 * time.Hour
	i.Clock.Add(35 * day)
	look("none")
	answer("")
	look("none")
	i.Clock.Add(60 * day)
	answer("Spreek met mijn chef.")
	look("wish")
	i.Clock.Add(20 * day)
	look("wish") // until somebody says what was done
	done()
	look("none")
	i.Clock.Add(90 * day)
	look("silent")
	done()
	look("none")
	must(t, i.Dialogue.DeclineCheckIns(ctx, i.Enter(r.Code), dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}))
	i.Clock.Add(400 * day)
	look("none")
}

func plannedMonths(t *testing.T, i *apptest.Instance, r *intake.Receipt) (months string) {
	t.Helper()
	m, err := i.Dialogue.Mailbox(ctx, i.Enter(r.Code))
	must(t, err)
	for _, x := range m.CheckIns {
		months += strings.TrimPrefix(x.Clock, "D19-") + " "
	}
	return months
}

// helpersToo gives a witness a code of their own: it opens nothing of the case, asks them,
// and what they answer badly is read by nobody who handled it.
func helpersToo(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.With(apptest.StrictAnswers("theft"), profile.FieldStory, "KANARIE in het verhaal van de klager, die geld zag verdwijnen."), nil)
	i.DeliverMail()
	f, err := i.Casework.AddHelper(ctx, team.Manager, r.Number, casework.Helper{
		First: "Bart", Last: "Wouters", Phone: "0470 12 34 56", Lang: lang.NL, Agreed: true, About: "Iemand die hielp",
	}, i.Password(team.Manager))
	must(t, err)
	code, err := seal.ParseCode(f.Code)
	must(t, err)
	o, err := i.Custody.OpenCode(ctx, code)
	must(t, err)
	if o.Case.Number == r.Number {
		t.Fatal("the code opens the case")
	}
	for _, e := range o.Entries {
		if strings.Contains(string(e.Payload), "KANARIE") || strings.Contains(string(e.Payload), "Maes") {
			t.Error("the file holds something of the case")
		}
	}
	var grants int
	must(t, i.Store.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM case_grant WHERE case_id = $1 AND recipient_id = $2`, r.Case, code.LookupID(i.Instance(), "mailbox")).Scan(&grants)
	}))
	if grants != 0 {
		t.Error("a key of the case was wrapped to who helped")
	}
	i.Clock.Add(35 * 24 * time.Hour)
	browser, s := seal.NewToken(), dialogue.Sending{Key: dialogue.NewKey(), Number: f.Number}
	came, err := i.Dialogue.AnswerCheckIn(ctx, i.Enter(f.Code), browser, s, dialogue.Answer{Lang: lang.NL, Treated: dialogue.TreatedWorse, Story: "Ik word gemeden."})
	must(t, err)
	if !came.Made {
		t.Fatalf("what was answered made nothing: %+v", came)
	}
	again, err := i.Intake.Receipt(ctx, browser)
	must(t, err)
	for name, a := range map[string]access.Actor{"nele": team.Manager, "thomas": team.HR} {
		if c, err := i.Casework.Case(ctx, a, again.Number); err == nil {
			t.Errorf("%s reads %s", name, c.Number)
		}
	}
	if c := i.Case(team.Alternative, again.Number); c.Route != casefile.Integrity {
		t.Errorf("it is on %s", c.Route)
	}
}
