package casework_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/store"
)

func hits(t *testing.T, i *apptest.Instance, actor access.Actor, typed string) []casefile.Number {
	t.Helper()
	h, err := i.Casework.Search(t.Context(), actor, typed, 1)
	if err != nil {
		t.Fatal(err)
	}
	var list []casefile.Number
	for _, r := range h.Rows {
		list = append(list, r.Number)
	}
	if len(list) != h.Total {
		t.Errorf("%q: %d of %d are shown", typed, len(list), h.Total)
	}
	return list
}

func telling(story, subject string, a profile.Answers) profile.Answers {
	a = apptest.With(a, profile.FieldStory, story+" En dat is wat er gebeurde, en niemand die iets zei.")
	return apptest.With(a, profile.FieldSummary, subject)
}

func TestSearchFindsWhatAMemberMayOpen(t *testing.T) {
	i, s := apptest.Staffed(t)
	theft := i.Complain("nl", telling("De brieven van de leverancier verdwenen.", "Facturen", apptest.StrictAnswers("theft")), nil)
	i.Clock.Add(time.Hour)
	late := i.Complain("nl", telling("Mijn brief bleef zonder antwoord.", "Attest", apptest.Answers("communication")), nil)
	i.Clock.Add(time.Hour)
	calls := i.Complain("fr", telling("J’ai reçu trois lettres, et un élève aussi.", "Brief", apptest.Answers("communication")), nil)
	handler := s.Service[0]
	want := func(actor access.Actor, typed string, numbers ...casefile.Number) {
		t.Helper()
		if got := hits(t, i, actor, typed); !slices.Equal(got, numbers) {
			t.Errorf("%q finds %v, want %v", typed, got, numbers)
		}
	}
	want(s.HR, "brief", theft.Number)
	want(handler, "brief", calls.Number, late.Number) // the subject first, then the newest
	want(handler, "brieven antwoorden", late.Number)
	want(handler, "ELEVES", calls.Number)
	want(handler, "leverancier")
	want(handler, strings.ToLower(string(late.Number)), late.Number)
	want(handler, "maes") // who complains is searched by nobody

	i.Write(handler, late.Number, casework.DraftMessage, "Uw attest ligt klaar bij het onthaal.")
	i.Write(handler, late.Number, casework.DraftNote, "Vraag de drukker nog eens.")
	want(handler, "onthaal", late.Number)
	want(s.Service[1], "drukkers", late.Number)

	if h, err := i.Casework.Search(t.Context(), s.Auditor, "brief", 1); err != nil || !h.NoCases || len(h.Rows) > 0 {
		t.Errorf("an auditor finds %v, %v", h, err)
	}
	for _, short := range []string{"", "a", "? !"} {
		_, err := i.Casework.Search(t.Context(), handler, short, 1)
		if f, ok := fault.As(err); !ok || f.Key != "error.search-short" {
			t.Errorf("%q: %v", short, err)
		}
	}
}

// Words of the complainant are found at once, whether somebody read them or not, and
// once only whoever reads them.
func TestSearchFindsWhatTheComplainantAdds(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	if got := hits(t, i, s.HR, "magazijnier"); len(got) > 0 {
		t.Fatal(got)
	}
	reply := func(text string) {
		t.Helper()
		if err := i.Dialogue.Reply(t.Context(), i.Enter(r.Code), dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}, lang.NL, text, nil); err != nil {
			t.Fatal(err)
		}
	}
	reply("De magazijnier zag het ook.")
	if got := hits(t, i, s.HR, "magazijnier"); len(got) != 1 {
		t.Error("what nobody read yet is not found")
	}
	i.Case(s.Manager, r.Number)
	i.Case(s.HR, r.Number)
	reply("En de chauffeur.")
	i.Write(s.Manager, r.Number, casework.DraftNote, "Bel de chauffeur terug.")
	for _, word := range []string{"magazijnier", "chauffeur", "terug"} {
		for _, actor := range []access.Actor{s.HR, s.Manager} {
			if got := hits(t, i, actor, word); len(got) != 1 {
				t.Errorf("%q is not found after it was read", word)
			}
		}
	}
}

// Whoever loses a case finds nothing of it any more, also when they had searched
// before.
func TestSearchForgetsWhatAMemberLost(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := i.Complain("nl", telling("De magazijnier zag het.", "Diefstal", apptest.StrictAnswers("theft")), nil)
	other := i.Complain("nl", telling("De magazijnier zag niets.", "Nog iets", apptest.StrictAnswers("theft")), nil)
	if got := hits(t, i, s.HR, "magazijnier"); len(got) != 2 {
		t.Fatal(got)
	}
	if err := i.Exclude(s.Manager, r.Number, s.HR.Member); err != nil {
		t.Fatal(err)
	}
	if got := hits(t, i, s.HR, "magazijnier"); !slices.Equal(got, []casefile.Number{other.Number}) {
		t.Errorf("whoever was left out finds %v", got)
	}
	if got := hits(t, i, s.HR, string(r.Number)); len(got) > 0 {
		t.Errorf("whoever was left out finds %v by its number", got)
	}
}

func TestSearchShowsWhereTheWordsStand(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := i.Complain("nl", telling("In maart zag de Magazijnier twee dozen.", "Diefstal", apptest.StrictAnswers("theft")), nil)
	h, err := i.Casework.Search(t.Context(), s.HR, "magazijniers", 1)
	if err != nil || len(h.Rows) != 1 {
		t.Fatal(h, err)
	}
	if x := h.Rows[0]; x.Number != r.Number || x.Word != "Magazijnier" || !strings.HasSuffix(x.Before, "zag de ") || !strings.HasPrefix(x.After, " twee dozen") {
		t.Errorf("%s: %q %q %q", x.Number, x.Before, x.Word, x.After)
	}
}

// A search stands in the log once per session and hour, never with its words; without
// that line nothing is found.
func TestSearchIsLoggedWithoutItsWords(t *testing.T) {
	i, s := apptest.Staffed(t)
	i.Complain("nl", telling("De magazijnier zag het.", "Diefstal", apptest.StrictAnswers("theft")), nil)
	s.HR.Session = "one"
	for range 3 {
		hits(t, i, s.HR, "magazijnier")
	}
	i.Sequence()
	lines := logOf(t, i, s.Auditor, casework.LogFilter{Kind: audit.InboxRead}).Lines
	if len(lines) != 1 {
		t.Errorf("%d lines: %v", len(lines), lines)
	}
	err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		leaves, err := tx.Leaves(0, 1000)
		for _, l := range leaves {
			if strings.Contains(strings.ToLower(string(l.Record)), "magazijnier") {
				t.Errorf("a line of kind %s holds the words", l.Kind)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = i.Store.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec("CREATE TRIGGER full BEFORE INSERT ON log_leaf BEGIN SELECT RAISE(ABORT, 'the log is full'); END")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.HR.Session = "two"
	if h, err := i.Casework.Search(t.Context(), s.HR, "magazijnier", 1); err == nil {
		t.Errorf("found without a line in the log: %d", h.Total)
	}
}

func TestSearchSaysWhatItCouldNotOpen(t *testing.T) {
	i, s := apptest.Staffed(t)
	i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	err := i.Store.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec("UPDATE summary SET stamp = x'00'")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h, err := i.Casework.Search(t.Context(), s.HR, "iets", 1)
	if err != nil || h.Damaged != 1 || h.Total != 0 {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestSearchIsPaged(t *testing.T) {
	i, s := apptest.Staffed(t)
	for n := range casework.HitsPage + 3 {
		i.Clock.Add(time.Minute)
		i.Complain("nl", telling("De magazijnier zag het.", fmt.Sprint("Nummer ", n), apptest.Answers("communication")), nil)
	}
	seen := map[casefile.Number]bool{}
	for page, want := range map[int]int{1: casework.HitsPage, 2: 3, 7: 3} {
		h, err := i.Casework.Search(t.Context(), s.Service[0], "magazijnier", page)
		if err != nil || len(h.Rows) != want || h.Total != casework.HitsPage+3 {
			t.Fatalf("page %d: %d of %d, %v", page, len(h.Rows), h.Total, err)
		}
		for _, r := range h.Rows {
			seen[r.Number] = true
		}
	}
	if len(seen) != casework.HitsPage+3 {
		t.Errorf("%d cases on the pages", len(seen))
	}
}

// Whether rows are read one by one or all in a row makes no difference.
func TestSearchFindsTheSameHoweverItReads(t *testing.T) {
	for _, general := range []int{5, 15} { // two of five cases without a keyring row, and one in seven
		t.Run(fmt.Sprint(general), func(t *testing.T) { sameHoweverRead(t, general) })
	}
}

func sameHoweverRead(t *testing.T, general int) {
	i, s := apptest.Staffed(t)
	for n := range general {
		i.Clock.Add(time.Minute)
		i.Complain("nl", telling("De magazijnier zag het.", fmt.Sprint("Nummer ", n), apptest.Answers("communication")), nil)
	}
	const strict = 2
	for range strict {
		i.Complain("nl", telling("De magazijnier zag het ook.", "Diefstal", apptest.StrictAnswers("theft")), nil)
	}
	reader := s.Service[0]
	want := hits(t, i, reader, "magazijnier") // makes the keyring rows
	i.Clock.Add(time.Minute)
	reset := i.Complain("nl", telling("De magazijnier belde.", "Zonder sleutelrij", apptest.Answers("communication")), nil)
	want = append([]casefile.Number{reset.Number}, want...)
	i.Casework.ForgetSearches(reader.Session)
	i.Store.ReadSingly(0)
	for range 2 {
		if got := hits(t, i, reader, "magazijnier"); !slices.Equal(got, want) {
			t.Errorf("found %v, want %v", got, want)
		}
		i.Casework.ForgetSearches(reader.Session)
	}
	if got := hits(t, i, s.Manager, "magazijnier"); len(got) != strict {
		t.Errorf("the manager finds %v", got)
	}
}
