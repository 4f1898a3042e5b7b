package demo_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
)

func everyKind(t *testing.T, f *founded, see map[string]map[string]casework.Row) {
	all := map[casefile.Number]casework.Row{}
	for _, rows := range see {
		for _, r := range rows {
			all[r.Number] = r
		}
	}
	if len(all) < 24 {
		t.Errorf("only %d cases", len(all))
	}
	states, topics, languages, routes := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	late, asks := 0, 0
	for _, r := range all {
		states[string(r.State)]++
		languages[r.Language]++
		routes[string(r.Route)]++
		for _, topic := range r.Topics {
			topics[topic.ID]++
		}
		switch {
		case r.Late && r.State.Open():
			late++
		case r.Late:
			asks++
		}
	}
	for _, s := range casefile.States() {
		// Unsorted comes by mail; what is erased is gone.
		if s != casefile.StateUnsorted && s != casefile.StateErased && states[string(s)] == 0 {
			t.Errorf("no case is %s", s)
		}
	}
	for _, topic := range f.Profile.Topics {
		if topic.On && topics[topic.ID] == 0 {
			t.Errorf("no case has the topic %s", topic.ID)
		}
	}
	for _, l := range []string{"fr", "en", "de"} {
		if languages[l] < 3 || languages[l] >= languages["nl"] {
			t.Errorf("cases by language: %v", languages)
		}
	}
	for _, r := range []string{"general", "privacy", "integrity"} {
		if routes[r] < 5 {
			t.Errorf("cases by route: %v", routes)
		}
	}
	if late == 0 || late > 2 {
		t.Errorf("%d cases are late; one shows how that looks", late)
	}
	if asks != 1 {
		t.Errorf("after closing, %d cases ask for a member; one shows how that looks", asks)
	}
}

func onlyTheirs(t *testing.T, see map[string]map[string]casework.Row) {
	for subject, r := range see["sofie"] {
		if r.Route != casefile.General || subject == aboutService {
			t.Errorf("Supporters Service sees %q", subject)
		}
	}
	for _, key := range []string{"nele", "thomas"} {
		for subject, r := range see[key] {
			if r.Route == casefile.General && subject != aboutService {
				t.Errorf("%s sees %q", key, subject)
			}
		}
	}
	for subject, who := range map[string]string{aboutHR: "nele marc", aboutManager: "thomas marc", aboutService: "nele thomas", aboutDirect: "nele thomas marc", steppedAside: "nele marc"} {
		for key, rows := range see {
			if _, ok := rows[subject]; ok != slices.Contains(strings.Fields(who), key) {
				t.Errorf("%s sees %q: %v", key, subject, ok)
			}
		}
	}
	if len(see["marc"]) != 4 {
		t.Errorf("the alternative recipient sees %d cases", len(see["marc"]))
	}
}

func logHolds(t *testing.T, f *founded) {
	ctx := t.Context()
	if err := f.Work.Sequencer.Step(ctx, "test"); err != nil { // what this test read and signed in
		t.Fatal(err)
	}
	l, err := app.OpenLog(ctx, f.config, "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	signed, err := l.Latest(ctx)
	if err != nil {
		t.Fatal(err)
	}
	r, err := l.Verify(ctx, signed)
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK() || r.Newer != 0 || r.Hidden != 0 || r.Checkpoint.Size < 500 {
		t.Errorf("the log does not hold: %+v", r)
	}
}

func mailsAreEmpty(t *testing.T, f *founded, see map[string]map[string]casework.Row) {
	mails := f.box.Mails()
	if len(mails) < 100 {
		t.Fatalf("only %d mails were caught", len(mails))
	}
	var secrets []string
	for _, s := range f.guide.Samples {
		secrets = append(secrets, s.Code, strings.ReplaceAll(s.Code, "-", ""))
	}
	for _, rows := range see {
		for subject, r := range rows {
			secrets = append(secrets, subject)
			for _, topic := range r.Topics {
				for _, l := range []string{"nl", "fr", "en", "de"} {
					secrets = append(secrets, topic.Label.In(l))
				}
			}
		}
	}
	secrets = append(secrets, "Annelies", "Groenhof", "Verbeeck", "Yasmina")
	kinds := map[string]bool{}
	for _, m := range mails {
		kinds[m.Lang] = true
		for _, s := range secrets {
			if strings.Contains(m.Subject+"\n"+m.Text, s) {
				t.Errorf("a mail holds %q:\n%s\n%s", s, m.Subject, m.Text)
			}
		}
	}
	if len(kinds) != 4 {
		t.Errorf("mails in %d languages", len(kinds))
	}
}

func samplesOpen(t *testing.T, f *founded) {
	ctx := t.Context()
	if len(f.guide.Samples) < 4 {
		t.Fatalf("only %d samples", len(f.guide.Samples))
	}
	opened := 0
	for _, s := range f.guide.Samples {
		tok, err := f.Dialogue.Enter(ctx, s.Code)
		if err != nil {
			t.Fatal(err)
		}
		m, err := f.Dialogue.Mailbox(ctx, tok)
		if err != nil {
			t.Fatal(err)
		}
		if string(m.Number) != s.Number || m.Damaged || len(m.Thread) < 2 {
			t.Errorf("%s: number %s, damaged %v, %d messages", s.Number, m.Number, m.Damaged, len(m.Thread))
		}
		for _, o := range m.Openings {
			if o.What == "identity" && o.Purpose != "" {
				opened++
			}
		}
	}
	if opened == 0 {
		t.Error("no sample shows that an identity was opened, and why")
	}
}

func casesAreWhole(t *testing.T, f *founded, actor access.Actor, rows map[string]casework.Row) {
	longest, unread, files := 0, 0, map[string]bool{}
	for subject, r := range rows {
		if r.Unread {
			unread++
		}
		c, err := f.Casework.Case(t.Context(), actor, r.Number)
		if err != nil {
			t.Fatal(err)
		}
		if c.Damaged || c.Story == nil {
			t.Errorf("%q is damaged or tells nothing", subject)
			continue
		}
		n := 0
		for _, item := range c.Timeline {
			if item.Kind == casefile.EntryMessageIn || item.Kind == casefile.EntryMessageOut {
				n++
			}
			if item.At.After(f.clock.Now()) || item.At.Before(c.Received) {
				t.Errorf("%q: an item of %v", subject, item.At)
			}
		}
		longest = max(longest, n)
		for _, file := range c.Story.Files {
			files[file.Type] = true
		}
	}
	if longest < 15 {
		t.Errorf("the longest thread has %d messages", longest)
	}
	if unread == 0 || unread > len(rows)/2 {
		t.Errorf("%d of %d cases hold something new", unread, len(rows))
	}
	for _, kind := range []string{"application/pdf", "image/png", "image/jpeg", "text/plain"} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(files)), func(k string) bool { return strings.HasPrefix(k, kind) }) {
			t.Errorf("no file is %s: %v", kind, files)
		}
	}
}
