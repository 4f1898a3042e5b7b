package metrics

import (
	"maps"
	"strconv"
	"strings"
	"sync"
	"time"
)

// countStep is in which steps requests are told, and a day how late: from one who reads the
// figures it stays hidden whether and when a single person came.
const countStep = 10

// Requests counts what was asked for and how it was answered. Safe for concurrent use.
type Requests struct {
	Public, Desk Times // how long answers took

	mu     sync.Mutex // guards what follows
	day    int64
	counts map[asked]uint64
	told   map[asked]uint64 // as of the last midnight, UTC
	failed map[asked]uint64
}

// asked is a route pattern and the class of the answer.
type asked struct{ face, route, class string }

// Observe counts a request at now: its route pattern, never its path.
func (q *Requests) Observe(now time.Time, route string, status int, took time.Duration) {
	a := asked{face: "public", route: route, class: "none"}
	if route == "" {
		a.route = "none"
	}
	if _, path, _ := strings.Cut(route, " "); path == "/desk" || strings.HasPrefix(path, "/desk/") {
		a.face = "desk"
	}
	if status >= 100 && status < 600 {
		a.class = strconv.Itoa(status/100) + "xx"
	}
	if a.face == "desk" {
		q.Desk.Observe(now, took)
	} else {
		q.Public.Observe(now, took)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.turn(now)
	if status >= 500 {
		q.failed[a]++
		return
	}
	q.counts[a]++
}

// turn makes known what was counted before the day began; mu is held.
func (q *Requests) turn(now time.Time) {
	if q.counts == nil {
		q.counts, q.told, q.failed = map[asked]uint64{}, map[asked]uint64{}, map[asked]uint64{}
	}
	day := now.Unix() / int64((24 * time.Hour).Seconds())
	if day > q.day {
		q.day, q.told = day, maps.Clone(q.counts)
	}
}

// Figures are what is told at now.
func (q *Requests) Figures(now time.Time) []Figure {
	q.mu.Lock()
	q.turn(now)
	list := []Figure{}
	for a, n := range q.told {
		if n -= n % countStep; n > 0 {
			list = append(list, a.figure("klankbord_requests_total", "Requests by route pattern and class of the answer; as of the last midnight (UTC), in steps of 10.", n))
		}
	}
	total := map[string]uint64{"public": 0, "desk": 0}
	for a, n := range q.failed {
		total[a.face] += n
		list = append(list, a.figure("klankbord_request_failures_total", failuresHelp, n))
	}
	q.mu.Unlock()
	for face, n := range total {
		if n == 0 { // so that there is something to compare with
			list = append(list, asked{face: face, route: "any", class: "5xx"}.figure("klankbord_request_failures_total", failuresHelp, 0))
		}
	}
	list = append(list, q.Public.figures(now, "klankbord_request_seconds", timesHelp, map[string]string{"face": "public"})...)
	return append(list, q.Desk.figures(now, "klankbord_request_seconds", timesHelp, map[string]string{"face": "desk"})...)
}

const (
	failuresHelp = "Requests that failed by our own fault, by route pattern; at once."
	timesHelp    = "How long answers took at most, for a share of them, over the last whole hour; only where there were many."
)

func (a asked) figure(name, help string, n uint64) Figure {
	return Figure{Name: name, Help: help, Labels: map[string]string{"face": a.face, "route": a.route, "class": a.class}, Value: float64(n)}
}
