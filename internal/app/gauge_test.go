package app_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/config"
)

// served runs an instance with figures on an address of their own, and tells how to ask
// for them and for pages.
func served(t *testing.T, options ...apptest.Option) (i *apptest.Instance, scrape func() string, page func(path string) int) {
	t.Helper()
	i, _ = apptest.Staffed(t, append(options, func(c *config.Config, _ *app.Options) { c.MetricsOn = "127.0.0.2:0" })...)
	ctx, stop := context.WithCancel(t.Context())
	ready, done := make(chan []string, 1), make(chan error, 1)
	go func() { done <- i.Serve(ctx, func(addresses []string) { ready <- addresses }) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	addresses := <-ready
	get := func(url string) (int, string) {
		t.Helper()
		r, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Body.Close() }()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return r.StatusCode, string(body)
	}
	slices.Sort(addresses) // pages on 127.0.0.1, figures on 127.0.0.2
	scrape = func() string {
		t.Helper()
		code, text := get(addresses[1] + "/metrics")
		if code != http.StatusOK {
			t.Fatalf("%d", code)
		}
		return text
	}
	return i, scrape, func(path string) int { code, _ := get(addresses[0] + path); return code }
}

var metricName = regexp.MustCompile(`klankbord_[a-z_]+`)

// A dashboard or a rule that names a figure which nobody gives is silent for ever.
func TestEveryFigureOfDashboardAndRulesIsGiven(t *testing.T) {
	_, scrape, _ := served(t)
	given := map[string]bool{}
	for _, line := range strings.Split(scrape(), "\n") {
		if name, ok := strings.CutPrefix(line, "# TYPE "); ok {
			given[strings.Fields(name)[0]] = true
		}
	}
	late := map[string]bool{"klankbord_requests_total": true, "klankbord_request_seconds": true, "klankbord_write_seconds": true} // after a day and an hour of visits
	page, err := os.ReadFile("../../doc/monitoring.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"../../deploy/dashboard.json", "../../deploy/alerts.yml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		names := metricName.FindAllString(string(text), -1)
		if len(names) < 12 {
			t.Errorf("%s names only %v", file, names)
		}
		for _, name := range names {
			if !given[name] && !late[name] {
				t.Errorf("%s asks for %s, which is not given", file, name)
			}
		}
	}
	for name := range given {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("doc/monitoring.md does not tell of %s", name)
		}
	}
	for _, name := range metricName.FindAllString(string(page), -1) {
		if !given[name] && !late[name] {
			t.Errorf("doc/monitoring.md tells of %s, which is not given", name)
		}
	}
}

func TestDashboardAndRulesAreWellFormed(t *testing.T) {
	raw, err := os.ReadFile("../../deploy/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			ID      int    `json:"id"`
			Title   string `json:"title"`
			Targets []struct {
				Expr string `json:"expr"`
			} `json:"targets"`
		} `json:"panels"`
	}
	if err := json.Unmarshal(raw, &dashboard); err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for _, p := range dashboard.Panels {
		if seen[p.ID] || p.Title == "" || len(p.Targets) == 0 || p.Targets[0].Expr == "" {
			t.Errorf("panel %+v", p)
		}
		seen[p.ID] = true
	}
	rules, err := os.ReadFile("../../deploy/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../doc/monitoring.md")
	if err != nil {
		t.Fatal(err)
	}
	alerts := regexp.MustCompile(`(?m)^      - alert: (\w+)\n        expr: (.+)\n(?:        for: \d+[mh]\n)?        labels: \{severity: (?:page|ticket)\}\n        annotations:\n          summary: .+\.$`).FindAllStringSubmatch(string(rules), -1)
	if n := strings.Count(string(rules), "- alert:"); n != len(alerts) || n < 10 {
		t.Errorf("%d of %d rules are whole", len(alerts), n)
	}
	for _, a := range alerts {
		if strings.Count(a[2], "(") != strings.Count(a[2], ")") || !metricName.MatchString(a[2]) {
			t.Errorf("%s: %s", a[1], a[2])
		}
		if !strings.Contains(string(page), "`"+a[1]+"`") {
			t.Errorf("doc/monitoring.md does not tell what to do for %s", a[1])
		}
	}
}

// A complaint, its mails and its reading change nothing that is told, at once or for
// hours, and no word of it is there.
func TestFiguresDoNotTellThatAComplaintCameIn(t *testing.T) {
	i, scrape, page := served(t)
	before := scrape()
	for range 100 { // what was logged while the instance was made gets its place
		if strings.Contains(before, "klankbord_log_waiting_seconds 0\n") {
			break
		}
		time.Sleep(20 * time.Millisecond)
		before = scrape()
	}
	for _, path := range []string{"/nl/", "/nl/complaint", "/nl/mailbox", "/desk/signin"} {
		if code := page(path); code != http.StatusOK && code != http.StatusSeeOther {
			t.Errorf("%s: %d", path, code)
		}
	}
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	for range 100 { // the confirmation leaves in the background
		if len(i.Box.Mails()) > 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if len(i.Box.Mails()) == 0 {
		t.Fatal("no mail left")
	}
	for _, d := range []time.Duration{0, time.Second, time.Minute, time.Hour, 8 * time.Hour} {
		i.Clock.Set(apptest.Start.Add(d))
		time.Sleep(300 * time.Millisecond) // the log takes its lines
		after := scrape()
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("after %v it shows:\n%s", d, diff)
		}
		for _, word := range []string{string(n), "theft", "Nele", "desk.example"} {
			if strings.Contains(after, word) {
				t.Errorf("%q is told", word)
			}
		}
	}
}

func TestPagesDoNotServeFigures(t *testing.T) {
	_, scrape, page := served(t)
	if code := page("/metrics"); code != http.StatusNotFound {
		t.Errorf("%d", code)
	}
	if text := scrape(); regexp.MustCompile(`(?m)^klankbord_ready 1$`).FindString(text) == "" {
		t.Errorf("%s", text)
	}
}
