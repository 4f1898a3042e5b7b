package promises_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/figures"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

func practiceStory() casework.PracticeStory {
	return casework.PracticeStory{Subject: "Oefening subject", Text: "Een vrijwilliger wist wat ik geef.", First: "An", Last: "Voorbeeld"}
}

// practise makes a complaint up and does everything with it that a real one asks.
func practise(t *testing.T, i *apptest.Instance, who access.Actor) casefile.Number {
	t.Helper()
	n, err := i.Casework.Practise(ctx, who, practiceStory())
	must(t, err)
	must(t, i.Casework.Assign(ctx, who, n, who.Member, i.Case(who, n).Revision))
	i.Move(who, n, casefile.StateAcknowledged)
	i.Move(who, n, casefile.StateTriage)
	i.Keep(who, n, casefile.SheetTriage, apptest.Triage("privacy-violation"))
	i.Write(who, n, casework.DraftNote, "Een notitie met het woord kraamverkoop")
	must(t, i.Casework.OpenIdentity(ctx, who, n, "De klager opbellen"))
	i.Write(who, n, casework.DraftMessage, "Dank u, wij zoeken het uit.")
	must(t, i.Casework.Tag(ctx, who, n, "oefenwoord"))
	must(t, i.Casework.Watch(ctx, who, n))
	return n
}

// practiseElsewhere makes up, answers and closes a complaint on each of the other routes,
// that of another team among them.
func practiseElsewhere(t *testing.T, i *apptest.Instance, who access.Actor) (list []casefile.Number) {
	t.Helper()
	for _, route := range []casefile.Route{casefile.General, casefile.Integrity} {
		story := practiceStory()
		story.Route = route
		n, err := i.Casework.Practise(ctx, who, story)
		must(t, err)
		if got := i.Case(who, n).Route; got != route {
			t.Errorf("one asked for on %s is on %s", route, got)
		}
		i.Write(who, n, casework.DraftMessage, "Dank u, wij zoeken het uit.")
		i.Close(who, n, "Wij hebben erover gesproken.", "Het was niet nodig.")
		list = append(list, n)
	}
	return list
}

// listings is everything that goes over cases, as each person sees it.
func listings(t *testing.T, i *apptest.Instance, s apptest.Staff) string {
	t.Helper()
	seen := map[string]any{}
	keep := func(name string, v any, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		seen[name] = v
	}
	year := figures.YearOf(apptest.Start.Year())
	for _, who := range []access.Actor{s.Manager, s.HR, s.Service[0], s.Alternative} {
		for _, view := range casework.Views() {
			in, err := i.Casework.Inbox(ctx, who, casework.Filter{View: view})
			keep(who.Name+" inbox "+string(view), in, err)
		}
		for _, word := range []string{"vrijwilliger", "kraamverkoop", "Oefening", "Voorbeeld", "oefenwoord"} {
			hits, err := i.Casework.Search(ctx, who, word, 1)
			keep(who.Name+" search "+word, hits, err)
		}
		all, err := i.Casework.Tasks(ctx, who, casework.TaskFilter{Everyone: true})
		keep(who.Name+" tasks", all, err)
		health, err := i.Casework.Health(ctx, who, 1)
		keep(who.Name+" health", health, err)
		waiting, err := i.Casework.Waiting(ctx, who)
		keep(who.Name+" asked", waiting, err)
		wanted, err := i.Casework.Wanted(ctx, who)
		keep(who.Name+" wanted", wanted, err)
		data, err := i.Casework.DataRequests(ctx, who)
		keep(who.Name+" data requests", data, err)
		lost, err := i.Casework.Lost(ctx, who)
		keep(who.Name+" lost", lost, err)
		held, err := i.Casework.HeldBy(ctx, who, s.Manager.Member)
		keep(who.Name+" hand over", held, err)
	}
	for _, who := range []access.Actor{s.Manager, s.Auditor} {
		numbers, err := i.Casework.Numbers(ctx, who, casework.NumbersFilter{Period: year, For: figures.Team})
		keep(who.Name+" numbers", numbers, err)
		register, err := i.Casework.Register(ctx, who, casework.RegisterTicket{Form: casework.RegisterCSV, Until: i.Clock.Now().Add(time.Hour)})
		keep(who.Name+" register", register, err)
	}
	sample, err := i.Casework.Sample(ctx, s.Auditor, apptest.Start.Year())
	keep("sample", sample, err)
	must(t, i.Store.Read(ctx, func(tx *store.Tx) error { return stored(tx, s, seen) }))
	out, err := json.MarshalIndent(seen, "", " ")
	must(t, err)
	return string(out)
}

// stored is what no page shows by itself, but jobs and commands go over.
func stored(tx *store.Tx, s apptest.Staff, seen map[string]any) error {
	span := store.Span{Till: apptest.Start.AddDate(5, 0, 0)}
	var errs []error
	keep := func(name string, v any, err error) { seen[name], errs = v, append(errs, err) }
	ringing, err := tx.Ringing(1000)
	keep("reminders", ringing, err)
	cases, err := tx.CasesAmong(span)
	keep("cases", cases, err)
	clocks, err := tx.ClocksAmong(span)
	keep("clocks", clocks, err)
	dealings, err := tx.DealingsAmong(span)
	keep("dealings", dealings, err)
	readers, err := tx.ReadersAmong(span)
	keep("readers", readers, err)
	erased, err := tx.ErasedCases("", math.MaxInt32)
	keep("erased", erased, err)
	mine, err := tx.SharedCases(s.Manager.Member, s.Manager.Member)
	keep("shared", mine, err)
	marks, err := tx.SearchMarks(s.Manager.Member)
	keep("search marks", marks, err)
	undelivered, err := tx.Undelivered(s.Manager.Member, 100)
	keep("undelivered", undelivered, err)
	mails, err := tx.MailCounts()
	keep("mails", mails, err)
	return errors.Join(errs...)
}

// A member who signs in four times a year can try everything out: whatever they do, it is
// in no list, no number, no paper and no search, and nobody is mailed because of it.
func TestAPracticeComplaintIsInNoListNumberOrPaper(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { practiceShowsNowhere(t) })
	t.Run("PostgreSQL", func(t *testing.T) {
		dsn := storetest.PostgreSQL(t)
		practiceShowsNowhere(t, func(c *config.Config, _ *app.Options) { c.Database = dsn })
	})
}

func practiceShowsNowhere(t *testing.T, options ...apptest.Option) {
	t.Helper()
	i, s := apptest.Staffed(t, options...)
	i.Complain("nl", apptest.StrictAnswers("privacy-violation"), nil)
	i.DeliverMail()
	i.Sequence()
	before, mails := listings(t, i, s), len(i.Box.Mails())
	kept := map[string]int{}
	for _, table := range []string{"case_file", "entry", "case_grant"} {
		kept[table] = rows(t, i, table)
	}
	n := practise(t, i, s.Manager)
	others := practiseElsewhere(t, i, s.Manager)
	i.DeliverMail()
	i.Sequence()
	if diff := cmp.Diff(before, listings(t, i, s)); diff != "" {
		t.Errorf("somewhere it shows (-before +after):\n%s", diff)
	}
	i.Close(s.Manager, n, "Wij hebben gesproken met wie het zei.", "Niemand hoefde het te weten.")
	p, err := i.Casework.Practices(ctx, s.Manager)
	must(t, err)
	if len(p) != 3 {
		t.Fatalf("%d complaints are there to practise on, not one on each route", len(p))
	}
	for _, step := range p[slices.IndexFunc(p, func(p casework.Practice) bool { return p.Number == n })].Steps {
		if !step.Done {
			t.Errorf("%s was done and is not known as done", step.Key)
		}
	}
	i.DeliverMail()
	i.Sequence()
	if diff := cmp.Diff(before, listings(t, i, s)); diff != "" {
		t.Errorf("once it is closed it shows (-before +after):\n%s", diff)
	}
	if got := len(i.Box.Mails()) - mails; got != 0 {
		t.Errorf("%d mails left because of it", got)
	}
	wantSound(t, i)
	must(t, i.Casework.EndPractice(ctx, s.Manager, casefile.General))
	if _, err := i.Casework.Case(ctx, s.Manager, others[0]); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("the one that was thrown away: %v", err)
	}
	i.Case(s.Manager, n) // and no other
	must(t, i.Casework.EndPractice(ctx, s.Manager, ""))
	for _, table := range []string{"case_file", "entry", "case_grant"} {
		if got := rows(t, i, table); got != kept[table] {
			t.Errorf("%s has %d rows, had %d before anybody practised", table, got, kept[table])
		}
	}
	i.DeliverMail()
	i.Sequence()
	wantSound(t, i)
}

func TestAPracticeComplaintIsOnlyTheirsWhoMadeItUp(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := practise(t, i, s.Manager)
	for _, who := range []access.Actor{s.HR, s.Alternative, s.Service[0], s.Auditor} {
		if _, err := i.Casework.Case(ctx, who, n); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s opens it: %v", who.Name, err)
		}
		if err := i.Casework.EndPractice(ctx, who, ""); err != nil && who.Handler() || err == nil && !who.Handler() {
			t.Errorf("%s: %v", who.Name, err)
		}
	}
	i.Case(s.Manager, n) // is still there
	if again, err := i.Casework.Practise(ctx, s.Manager, practiceStory()); err != nil || again != n {
		t.Errorf("a second one was made up: %s, %v", again, err)
	}
	alone := func(what string, err error) {
		t.Helper()
		if f, ok := fault.As(err); !ok || f.Key != "error.practice-alone" {
			t.Errorf("%s: %v", what, err)
		}
	}
	alone("stepping aside", i.Casework.StepAside(ctx, s.Manager, n, "ik ken haar"))
	alone("leaving out a colleague", i.Casework.Exclude(ctx, s.Manager, n, s.HR.Member, "het gaat over hem"))
	alone("bringing one in", i.AddReader(s.Manager, n, s.Service[0].Member))
	real := i.Complain("nl", apptest.StrictAnswers("privacy-violation"), nil).Number
	alone("a link with a real case", i.Casework.LinkCases(ctx, s.Manager, real, n, casefile.LinkKinds()[0]))
	if _, err := i.Casework.AddHelper(ctx, s.Manager, n, casework.Helper{
		First: "Jan", Last: "Maes", Email: "jan@mail.example", Lang: "nl", Agreed: true, About: "Hulp",
	}, i.Password(s.Manager)); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("somebody who helped got a file of their own: %v", err)
	}
}

// What was made up ends by itself, leaves no key and nothing in the register, and the
// check of the log finds nothing amiss.
func TestAPracticeComplaintEndsByItselfAndLeavesNoKey(t *testing.T) {
	i, s := apptest.Staffed(t)
	tables := []string{"case_file", "case_key", "case_grant", "keyring", "entry", "summary", "case_clock", "opening", "code", "desk_draft", "read_mark", "beside", "job", "erased_case", "blob_ref", "mail"}
	count := func() map[string]int {
		left := map[string]int{}
		for _, table := range tables {
			left[table] = rows(t, i, table)
		}
		return left
	}
	i.DeliverMail()
	before := count()
	for _, end := range []struct {
		name string
		do   func(n casefile.Number) error
	}{
		{"thrown away", func(casefile.Number) error { return i.Casework.EndPractice(ctx, s.Manager, "") }},
		{"erased as no complaint", func(n casefile.Number) error { return i.Casework.EraseSpam(ctx, s.Manager, n, i.Password(s.Manager)) }},
		{"its time is over", func(casefile.Number) error { i.Clock.Add(casework.PracticeDays * 24 * time.Hour); return nil }},
	} {
		n, err := i.Casework.Practise(ctx, s.Manager, practiceStory())
		must(t, err)
		if end.name != "erased as no complaint" { // which is for what nobody has begun to handle
			must(t, i.Casework.EndPractice(ctx, s.Manager, ""))
			n = practise(t, i, s.Manager)
		}
		must(t, end.do(n))
		i.DeliverMail()
		i.Sequence()
		if diff := cmp.Diff(before, count()); diff != "" {
			t.Errorf("%s leaves something (-before +after):\n%s", end.name, diff)
		}
		if _, err := i.Casework.Case(ctx, s.Manager, n); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s, and it opens: %v", end.name, err)
		}
		wantSound(t, i)
	}
}

// Whoever holds the database cannot have a real complaint end as one that was made up.
func TestARealComplaintNeverEndsAsPractice(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("privacy-violation"), nil)
	behind(t, i.Store, "UPDATE case_file SET channel = 'practice' WHERE id = $1", string(r.Case))
	behind(t, i.Store, "INSERT INTO job (id, kind, ref, state, run_at) VALUES ('forged', 'practice', $1, 'waiting', 1)", string(r.Case))
	i.DeliverMail()
	if err := i.Casework.EndPractice(ctx, s.Manager, ""); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a member throws it away: %v", err)
	}
	if rows(t, i, "case_file") != 1 || rows(t, i, "case_grant") == 0 {
		t.Fatal("a real complaint is gone")
	}
	i.Sequence()
	found := examined(t, i).Findings
	if !slices.ContainsFunc(found, func(f custody.Finding) bool { return strings.Contains(f.About, string(r.Number)) }) {
		t.Errorf("the check does not say that it was altered: %v", found)
	}
}
