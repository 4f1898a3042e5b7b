package metrics

import (
	"maps"
	"math"
	"math/bits"
	"sync"
	"time"
)

// fewTimes is below how many measurements an hour tells nothing: then a figure would show
// that somebody was there.
const fewTimes = 100

// Times collects how long something took, by the hour. The hour before is told, as a bound
// twice as large as the one before it, and only where there were many. Safe for
// concurrent use; its zero value is ready.
type Times struct {
	mu   sync.Mutex // guards what follows
	hour int64
	n    uint64
	by   [24]uint64 // how many took less than 2^i ms/8
	told [24]uint64
	many uint64 // how many told holds
}

// Observe notes that something took so long, at now.
func (s *Times) Observe(now time.Time, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turn(now)
	s.n++
	s.by[min(bits.Len64(uint64(max(took, 0)/(time.Millisecond/8))), len(s.by)-1)]++
}

func (s *Times) turn(now time.Time) {
	hour := now.Unix() / int64(time.Hour.Seconds())
	if hour == s.hour {
		return
	}
	s.told, s.many = s.by, s.n
	if hour != s.hour+1 {
		s.many = 0 // it was of another hour
	}
	s.hour, s.n, s.by = hour, 0, [24]uint64{}
}

// figures are the shares of the hour before now.
func (s *Times) figures(now time.Time, name, help string, with map[string]string) (list []Figure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turn(now)
	for _, share := range []struct {
		text string
		of   float64
	}{{"0.5", 0.5}, {"0.95", 0.95}, {"0.99", 0.99}} {
		labels := maps.Clone(with)
		if labels == nil {
			labels = map[string]string{}
		}
		labels["quantile"] = share.text
		list = append(list, Figure{Name: name, Help: help, Labels: labels, Value: s.bound(share.of)})
	}
	return list
}

// bound is within how many seconds a share of them ended; NaN is never shown.
func (s *Times) bound(share float64) float64 {
	if s.many < fewTimes {
		return math.NaN()
	}
	want, sum := uint64(math.Ceil(share*float64(s.many))), uint64(0)
	for i, n := range s.told {
		if sum += n; sum >= want {
			return float64(uint64(1)<<i) / 8000
		}
	}
	return math.NaN()
}

// Figures are the shares of the hour before now, under a name.
func (s *Times) Figures(now time.Time, name, help string) []Figure {
	return s.figures(now, name, help, nil)
}
