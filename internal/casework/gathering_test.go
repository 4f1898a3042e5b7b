package casework_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/figures"
)

// until asks again until what is gathered is there, as a browser does.
func until[T any](t *testing.T, ask func() (T, error)) T {
	t.Helper()
	for range 200 {
		found, err := ask()
		if !errors.Is(err, casework.ErrGathering) {
			must(t, err)
			return found
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("it is never ready")
	panic("unreachable")
}

// Where there are many cases nobody waits for all of them to be opened: they are told,
// and whoever asks again gets what whoever waits gets.
func TestNobodyWaitsForManyCases(t *testing.T) {
	i, s := apptest.Staffed(t)
	reader := s.Service[0]
	for n := range 6 {
		i.Clock.Add(time.Minute)
		i.Complain("nl", telling("De magazijnier zag het.", fmt.Sprint("Nummer ", n), apptest.Answers("communication")), nil)
	}
	year := figures.YearOf(figures.MonthIn(i.Clock.Now(), i.Casework.Calendar.Location).Year())
	find := func() (*casework.Hits, error) { return i.Casework.Search(t.Context(), reader, "magazijnier", 1) }
	count := func() (*casework.Numbers, error) {
		return i.Casework.Numbers(t.Context(), reader, casework.NumbersFilter{Period: year, For: figures.Team})
	}
	wantHits, err := find()
	must(t, err)
	wantNumbers, err := count()
	must(t, err)
	i.Casework.ForgetSearches(reader.Session)

	i.Casework.Patience = casework.Patience{Cases: 3}
	if _, err := find(); !errors.Is(err, casework.ErrGathering) {
		t.Errorf("a search waited: %v", err)
	}
	if _, err := count(); !errors.Is(err, casework.ErrGathering) {
		t.Errorf("figures waited: %v", err)
	}
	numbers := func(h *casework.Hits) (list []casefile.Number) {
		for _, r := range h.Rows {
			list = append(list, r.Number)
		}
		return list
	}
	if got := until(t, find); !slices.Equal(numbers(got), numbers(wantHits)) {
		t.Errorf("found %v, want %v", numbers(got), numbers(wantHits))
	}
	said := func(n *casework.Numbers) string {
		text, err := json.Marshal(n.Report) //nolint:musttag // to be compared
		must(t, err)
		return string(text)
	}
	if got, want := said(until(t, count)), said(wantNumbers); got != want || len(want) < 1000 {
		t.Errorf("figures %s, want %s", got, want)
	}

	i.Casework.Patience.Wait = time.Minute
	got, err := find()
	must(t, err)
	if got.Total != len(wantHits.Rows) {
		t.Errorf("whoever has time found %d", got.Total)
	}
}

// What was gathered is of the session that asked: another member finds their own, and
// it ends with the session and with the program.
func TestWhatIsGatheredIsOfOneSession(t *testing.T) {
	i, s := apptest.Staffed(t)
	for range 4 {
		i.Complain("nl", telling("De magazijnier zag het.", "Diefstal", apptest.StrictAnswers("theft")), nil)
	}
	i.Casework.Patience = casework.Patience{Cases: 2}
	find := func(n int) int {
		reader := s.Manager
		if n > 0 {
			reader = s.Service[0]
		}
		return until(t, func() (*casework.Hits, error) { return i.Casework.Search(t.Context(), reader, "magazijnier", 1) }).Total
	}
	if mine, other := find(0), find(1); mine != 4 || other != 0 {
		t.Errorf("the manager found %d, Supporters Service %d", mine, other)
	}
	if _, err := i.Casework.Search(t.Context(), s.Manager, "magazijnier", 1); !errors.Is(err, casework.ErrGathering) {
		t.Fatal(err)
	}
	i.Casework.ForgetSearches(s.Manager.Session)
	i.Casework.Stop()
	if h, err := i.Casework.Search(t.Context(), s.Manager, "magazijnier", 1); err != nil || h.Total != 4 {
		t.Errorf("after the end: %v, %v", h, err)
	}
}
