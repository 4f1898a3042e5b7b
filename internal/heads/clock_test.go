package heads

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestAClockThatJumpsIsNotBelievedForADay(t *testing.T) {
	f := In(t.TempDir())
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	runs := func(hours int) bool {
		t.Helper()
		var c Clock
		for range hours {
			now = now.Add(time.Hour)
			var err error
			if c, err = f.Tick(now); err != nil {
				t.Fatal(err)
			}
		}
		return c.Steady()
	}
	if runs(24) {
		t.Error("a clock that nobody saw before is believed within a day")
	}
	if !runs(1) {
		t.Error("after a day it is not believed")
	}
	now = now.Add(30 * time.Hour) // the machine was off
	if !runs(1) {
		t.Error("a machine that was off for a night and a day is not believed")
	}
	for _, jump := range []time.Duration{40 * 24 * time.Hour, -40 * 24 * time.Hour, -3 * time.Hour, 10 * 365 * 24 * time.Hour} {
		now = now.Add(jump)
		if runs(24) {
			t.Errorf("after a jump of %v it is believed within a day", jump)
		}
		c, err := f.Clock()
		if err != nil || c.Jumped != jump+time.Hour {
			t.Errorf("a jump of %v is told as %v, %v", jump, c.Jumped, err)
		}
		if !runs(1) {
			t.Errorf("a day after a jump of %v it is not believed", jump)
		}
	}
	now = now.Add(40 * 24 * time.Hour)
	runs(3)
	now = now.Add(-40 * 24 * time.Hour)
	if runs(20) {
		t.Error("a clock that was set right is believed at once")
	}
	runs(5)
	if err := os.WriteFile(filepath.Join(f.dir, clockFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if runs(1) {
		t.Error("nobody knows how it went, and it is believed")
	}
}
