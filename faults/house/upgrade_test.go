package house_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"klankbord/bench/fixture"
	"klankbord/faults/house"
)

// laterVersion builds the program with one more step of the schema.
func laterVersion(t *testing.T) (bin string) {
	t.Helper()
	folder := t.TempDir()
	step, overlay := filepath.Join(folder, "step.sql"), filepath.Join(folder, "overlay.json")
	there, err := filepath.Glob("../../internal/store/migration/*.sql")
	if err != nil || len(there) == 0 {
		t.Fatal("no steps of the schema: ", err)
	}
	at, err := filepath.Abs("../../internal/store/migration/0002_later.sql")
	if err != nil || len(there) != 1 {
		t.Fatalf("%d steps, and this adds the second: %v", len(there), err)
	}
	with, err := json.Marshal(map[string]map[string]string{"Replace": {at: step}})
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{step: "CREATE TABLE later (id {text} PRIMARY KEY) {strict};\n", overlay: string(with)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return build(t, "later", "-overlay", overlay)
}

// A later version takes over beside an earlier one that still serves (F12): from the moment
// it has changed the schema, the earlier one writes and shows nothing, says that it is not
// ready, so that the proxy leaves it alone, and why. Nothing that was acknowledged is lost.
func TestALaterVersionTakesOverFromAnEarlierOne(t *testing.T) {
	s := newSeveral(t, 2)
	desk, err := s.SignedIn(t.Context(), fixture.Reader)
	if err != nil {
		t.Fatal(err)
	}
	people := gather(t, s, 3, true)
	time.Sleep(max(500*time.Millisecond, *long))
	if err := s.StopOne(1); err != nil {
		t.Error(err)
	}
	s.Bin = laterVersion(t)
	if err := s.StartOne(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	within(t, 20*time.Second, "the earlier version is not ready any more", func() bool { return !s.Proxy.Ready(0) })
	all := people.end()
	s.Proxy.Counts()

	later := gather(t, s, 3, false) // whom only the later one serves
	time.Sleep(max(500*time.Millisecond, *long))
	maps.Copy(all, later.end())
	statuses, served := s.Proxy.Counts()
	if served[0] > 0 || served[1] < 10 || statuses[http.StatusServiceUnavailable] > 0 {
		t.Errorf("requests by process %v, answers %v: want all by the second, none refused", served, statuses)
	}
	if err := s.StopOne(0); err == nil || !strings.Contains(err.Error(), "start the version of klankbord that last ran on it") {
		t.Errorf("the earlier version said %v", err)
	}
	if err := s.StartOne(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if len(all) < 6 {
		t.Errorf("too little happened: %d complaints", len(all))
	}
	whole(t, desk, all)
	if err := s.Verify(t.Context(), 0); err != nil {
		t.Error(err)
	}
}

// whole fails the test unless each complaint is one case, with its story and its file.
func whole(t *testing.T, desk *house.Member, all map[string]string) {
	t.Helper()
	for word := range all {
		list, err := desk.Cases(t.Context(), word)
		if err != nil || len(list) != 1 {
			t.Errorf("%s is %d cases: %v", word, len(list), err)
			continue
		}
		page, err := desk.Case(t.Context(), list[0])
		if err != nil || !strings.Contains(page.Text(), "end-"+word) || !strings.Contains(page.Text(), house.FileName) {
			t.Errorf("%s is not whole: %v", word, err)
		}
	}
}
