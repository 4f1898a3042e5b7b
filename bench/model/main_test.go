package main

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func measured() figures {
	return figures{
		"organisation_rss_mib": 4, "organisation_idle_ms_s": 1, "idle_rss_mib": 50, "submit_cpu_ms": 5, "journey_per_s": 50,
		"desk_ms_10k": 60, "signin_ms": 200, "case_kib": 64,
	}
}

func TestWhatManyOrganisationsTakeFollowsFromWhatWasMeasured(t *testing.T) {
	a := defaults()
	few, many := a.of(10, measured()), a.of(10_000, measured())
	if few.Machines != 2 || few.Bound != "that one may fail" {
		t.Errorf("10 organisations: %+v", few)
	}
	if many.Bound != "memory" || many.Machines < 20 || math.Abs(many.Memory-39.0625-float64(many.Machines)*50/1024) > 1e-9 {
		t.Errorf("10,000 organisations: %+v", many)
	}
	if want := 10_000 * 20 * 3 * (64*1.024e-6 + 6e-3); math.Abs(many.Disk-want) > 1e-6 {
		t.Errorf("disk %.1f, want %.1f", many.Disk, want)
	}
	if want := 10_000.0 * 20 * 12 / 365; math.Abs(many.MailsADay-want) > 1e-6 {
		t.Errorf("%.1f mails a day, want %.1f", many.MailsADay, want)
	}
	busy := measured()
	busy["organisation_idle_ms_s"] = 20
	if got := a.of(10_000, busy); got.Bound != "processor" || got.Machines != int(math.Ceil(got.Processor)) {
		t.Errorf("where each takes 2 %% of a core: %+v", got)
	}
}

func TestAFigureThatWasNotMeasuredIsNamed(t *testing.T) {
	_, err := read(strings.NewReader(`{"figures": {"submit_cpu_ms": {"value": 5}}}`))
	if !errors.Is(err, errMissing) || !strings.Contains(err.Error(), "case_kib") || strings.Contains(err.Error(), "submit_cpu_ms") {
		t.Errorf("%v", err)
	}
}
