package figure

import (
	"testing"
	"time"
)

func TestMedianIsTheMiddle(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{{[]float64{7}, 7}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := Median(c.values); got != c.want {
			t.Errorf("median of %v = %v, want %v", c.values, got, c.want)
		}
	}
}

func TestPercentileIsAValueThatWasMeasured(t *testing.T) {
	var values []time.Duration
	for i := 100; i > 0; i-- {
		values = append(values, time.Duration(i))
	}
	if got := Percentile(values, 95); got != 95 {
		t.Errorf("95th of 1..100 = %d", got)
	}
	if got := Percentile(values[:1], 95); got != 100 {
		t.Errorf("95th of one value = %d", got)
	}
}

func TestTargetsAreJudgedBesideTheMachine(t *testing.T) {
	for _, c := range []struct {
		name string
		key  string
		runs []float64
		disk float64
		want bool
	}{
		{"a rate at its target is met", "submit_per_s", []float64{400}, 0, true},
		{"a rate below it is missed", "submit_per_s", []float64{399, 500, 100}, 0, false},
		{"the median of times counts", "submit_p95_ms", []float64{10, 59, 600}, 0, true},
		{"one error in any run is too many", "submit_errors", []float64{0, 0, 1}, 0, false},
		{"no error is met", "submit_errors", []float64{0, 0}, 0, true},
		{"60 % of a slow disk is enough", "upload_mb_s", []float64{121}, 200, true},
		{"less is not", "upload_mb_s", []float64{119}, 200, false},
		{"a fast disk asks for 250", "upload_mb_s", []float64{200}, 300, false},
		{"and for 60 % of it", "upload_mb_s", []float64{300}, 600, false},
		{"without a disk nothing is met", "upload_mb_s", []float64{300}, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := New(Machine{}, time.Unix(0, 0))
			if c.disk > 0 {
				r.ReportLimit("disk_mb_s", "MB/s", "", c.disk)
			}
			if err := r.Report(c.key, "", c.runs...); err != nil {
				t.Fatal(err)
			}
			r.Settle()
			if f := r.Figures[c.key]; f.Met == nil || *f.Met != c.want {
				t.Errorf("met = %v, want %v", f.Met, c.want)
			}
		})
	}
}

func TestUnknownFiguresAndEmptyRunsAreRefused(t *testing.T) {
	r := New(Machine{}, time.Unix(0, 0))
	if r.Report("made_up", "", 1) == nil || r.Report("submit_per_s", "") == nil {
		t.Error("a figure without target or runs was taken")
	}
}
