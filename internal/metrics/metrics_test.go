package metrics_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"klankbord/internal/metrics"
)

var start = time.Date(2026, time.March, 2, 8, 30, 0, 0, time.UTC)

func text(t *testing.T, figures []metrics.Figure) string {
	t.Helper()
	var b strings.Builder
	if err := metrics.Write(&b, figures); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFiguresAreWrittenAsPrometheusReadsThem(t *testing.T) {
	got := text(t, []metrics.Figure{
		{Name: "b_total", Help: "Two\nlines \\.", Value: 3, Labels: map[string]string{"z": `a"b\c` + "\n", "a": "x"}},
		{Name: "a", Help: "One.", Value: 0.25}, {Name: "b_total", Help: "Two\nlines \\.", Value: 1e9},
	})
	want := "# HELP a One.\n# TYPE a gauge\na 0.25\n# HELP b_total Two\\nlines \\\\.\n# TYPE b_total counter\nb_total 1e+09\n" +
		`b_total{a="x",z="a\"b\\c\n"} 3` + "\n"
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestOnlyMetricsAreServed(t *testing.T) {
	h := metrics.Handler(func(context.Context) []metrics.Figure { return []metrics.Figure{{Name: "a", Help: "One.", Value: 1}} })
	for _, c := range []struct {
		method, path string
		code         int
	}{{"GET", "/metrics", 200}, {"POST", "/metrics", 405}, {"GET", "/", 404}, {"GET", "/debug/pprof/", 404}} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.code {
			t.Errorf("%s %s: %d", c.method, c.path, w.Code)
		}
	}
}

// Whoever reads the figures every few seconds must not see that, or when, somebody came.
func TestOneVisitChangesNoFigure(t *testing.T) {
	var q metrics.Requests
	at := start
	visit := func(n int) {
		for range n {
			for _, route := range []string{"GET /{lang}/complaint/{step}", "POST /{lang}/complaint/check", "GET /desk/case/{number}", ""} {
				q.Observe(at, route, 303, 7*time.Millisecond)
			}
		}
	}
	visit(5) // what there was before
	before := text(t, q.Figures(at))
	for hour := range 15 {
		at = start.Add(time.Duration(hour) * time.Hour)
		if hour == 3 {
			visit(1)
		}
		if got := text(t, q.Figures(at)); got != before {
			t.Fatalf("hour %d tells of a visit:\n%s\nbefore:\n%s", hour, got, before)
		}
	}
	at = start.Add(24 * time.Hour)
	if got := text(t, q.Figures(at)); got != before {
		t.Errorf("six of ten are told the next day:\n%s", got)
	}
	visit(4)
	at = start.Add(36 * time.Hour)
	if got := text(t, q.Figures(at)); got != before {
		t.Errorf("ten are told on their day:\n%s", got)
	}
	at = start.Add(48 * time.Hour)
	if got := text(t, q.Figures(at)); !strings.Contains(got, `klankbord_requests_total{class="3xx",face="desk",route="GET /desk/case/{number}"} 10`) {
		t.Errorf("ten are not told the day after:\n%s", got)
	}
}

func TestFailuresAreToldAtOnce(t *testing.T) {
	var q metrics.Requests
	if got := text(t, q.Figures(start)); !strings.Contains(got, `klankbord_request_failures_total{class="5xx",face="public",route="any"} 0`) {
		t.Errorf("nothing to compare with:\n%s", got)
	}
	q.Observe(start, "POST /{lang}/complaint/check", 503, time.Millisecond)
	got := text(t, q.Figures(start))
	if !strings.Contains(got, `klankbord_request_failures_total{class="5xx",face="public",route="POST /{lang}/complaint/check"} 1`) {
		t.Errorf("%s", got)
	}
}

func TestTimesAreOfTheHourBefore(t *testing.T) {
	var s metrics.Times
	fill := func(at time.Time, n int) {
		for i := range n {
			took := 3 * time.Millisecond
			if i%10 == 0 {
				took = 100 * time.Millisecond
			}
			s.Observe(at, took)
		}
	}
	shown := func(at time.Time) string { return text(t, s.Figures(at, "x_seconds", "X.")) }
	fill(start, 99)
	if got := shown(start.Add(time.Hour)); got != "" {
		t.Errorf("few are told: %s", got)
	}
	fill(start.Add(time.Hour), 200)
	if got := shown(start.Add(time.Hour)); got != "" {
		t.Errorf("an hour is told before it is over: %s", got)
	}
	got := shown(start.Add(2 * time.Hour))
	for share, want := range map[string]string{"0.5": "0.004", "0.95": "0.128", "0.99": "0.128"} {
		if !strings.Contains(got, fmt.Sprintf("x_seconds{quantile=%q} %s\n", share, want)) {
			t.Errorf("%s: want %s in\n%s", share, want, got)
		}
	}
	if got := shown(start.Add(4 * time.Hour)); got != "" {
		t.Errorf("an old hour is told: %s", got)
	}
	s.Observe(start.Add(9*time.Hour), 1000*time.Hour) // ends in the last of them
	s.Observe(start.Add(9*time.Hour), -time.Second)
}

func TestNoFigureIsNamedAfterAPerson(t *testing.T) {
	var q metrics.Requests
	q.Observe(start.Add(-24*time.Hour), "GET /desk/case/{number}", 200, 0)
	for _, f := range q.Figures(start) {
		for name := range f.Labels {
			if !regexp.MustCompile(`^(face|route|class|quantile)$`).MatchString(name) {
				t.Errorf("%s has a label %s", f.Name, name)
			}
		}
	}
}
