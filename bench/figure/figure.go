// Package figure holds what a run of the benchmarks measured, beside the targets of
// the design: it takes medians, says what was met, prints the table and writes
// results.json. It must never hold a value that was not measured in the run it
// belongs to, nor a name of the machine. It fails when a figure without a target's
// key is reported, or when the file cannot be written.
package figure

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"time"
)

// Figure is one measured value: the median of its runs.
type Figure struct {
	Value  float64   `json:"value"`
	Unit   string    `json:"unit"`
	Target string    `json:"target,omitempty"`
	Met    *bool     `json:"met,omitempty"`
	Limit  *Limit    `json:"limit,omitempty"`
	Runs   []float64 `json:"runs"`
	Note   string    `json:"note,omitempty"`
}

// Limit is what the machine itself can do, measured in the same run.
type Limit struct {
	Key   string  `json:"key"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// Machine describes the computer without naming it.
type Machine struct {
	Cores     int    `json:"cores"`
	MemoryMiB int    `json:"memory_mib"`
	Platform  string `json:"platform"`
	Go        string `json:"go"`
}

// Results are the figures of one run of the benchmarks.
type Results struct {
	Date    string            `json:"date"`
	Machine Machine           `json:"machine"`
	Figures map[string]Figure `json:"figures"`
	Limits  map[string]Figure `json:"limits"`
}

// New returns empty results of a run that begins at a time.
func New(m Machine, at time.Time) *Results {
	return &Results{Date: at.UTC().Format(time.DateOnly), Machine: m, Figures: map[string]Figure{}, Limits: map[string]Figure{}}
}

// errUnknown tells that a key has no target in the design.
var errUnknown = errors.New("no target under this key")

// Report adds a figure from its runs, of which there must be at least one.
func (r *Results) Report(key, note string, runs ...float64) error {
	t, ok := find(key)
	if !ok || len(runs) == 0 {
		return fmt.Errorf("report %s with %d runs: %w", key, len(runs), errUnknown)
	}
	value := Median(runs)
	if t.worst {
		value = slices.Max(runs)
	}
	r.Figures[key] = Figure{Value: round(value), Unit: t.unit, Target: t.text(), Runs: rounded(runs), Note: note}
	return nil
}

// ReportLimit adds what the machine can do.
func (r *Results) ReportLimit(key, unit, note string, runs ...float64) {
	r.Limits[key] = Figure{Value: round(Median(runs)), Unit: unit, Runs: rounded(runs), Note: note}
}

// Settle puts the limits beside the figures and says which targets are met.
func (r *Results) Settle() {
	for key, f := range r.Figures {
		t, _ := find(key)
		if l, ok := r.Limits[t.limit]; ok {
			f.Limit = &Limit{Key: t.limit, Value: l.Value, Unit: l.Unit}
		}
		if t.holds != nil {
			met := t.holds(f.Value, r)
			f.Met = &met
		}
		r.Figures[key] = f
	}
}

// Write writes the results to a file, replacing it whole.
func (r *Results) Write(path string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	if err := os.WriteFile(path+".new", append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	return nil
}

// Median is the middle of values, or the mean of the two in the middle.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(values))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// Percentile is the smallest value that p of 100 values do not exceed.
func Percentile(values []time.Duration, p int) time.Duration {
	s := slices.Sorted(slices.Values(values))
	return s[max(0, (len(s)*p+99)/100-1)]
}

// Milliseconds is a duration as a figure in ms.
func Milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func round(v float64) float64 {
	if math.Abs(v) >= 100 {
		return math.Round(v)
	}
	return math.Round(v*100) / 100
}

func rounded(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = round(v)
	}
	return out
}
