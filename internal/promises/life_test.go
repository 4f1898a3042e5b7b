package promises_test

import (
	"context"
	"flag"
	"os"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// life is the test of one random history: what it opens ends with it, and what
// fails in it fails the history, so that rapid can look for a shorter one.
type life struct {
	testing.TB
	rt       *rapid.T
	cleanups []func()
}

// drawAgain ends an act of a history that does not fit the moment, such as closing where
// every case is closed; rapid then draws another. It needs nothing of a machine and leaves
// nothing out: the acts that were done are counted, and one that never was fails the test.
func drawAgain(t *rapid.T, why string) {
	t.Helper()
	t.Skip(why)
}

// inHistory runs fn with a life of its own.
func inHistory(t *testing.T, rt *rapid.T, fn func(*life)) {
	l := &life{TB: t, rt: rt}
	defer l.end()
	fn(l)
}

func (l *life) end() {
	for _, f := range slices.Backward(l.cleanups) {
		f()
	}
}

func (l *life) Cleanup(f func())             { l.cleanups = append(l.cleanups, f) }
func (l *life) Context() context.Context     { return context.Background() }
func (l *life) Fatal(args ...any)            { l.rt.Fatal(args...) }
func (l *life) Fatalf(f string, args ...any) { l.rt.Fatalf(f, args...) }
func (l *life) Error(args ...any)            { l.rt.Error(args...) }
func (l *life) Errorf(f string, args ...any) { l.rt.Errorf(f, args...) }
func (l *life) Log(args ...any)              { l.rt.Log(args...) }
func (l *life) Logf(format string, a ...any) { l.rt.Logf(format, a...) }

// TempDir is a folder that goes with the history.
func (l *life) TempDir() string {
	dir, err := os.MkdirTemp("", "klankbord-history-")
	if err != nil {
		l.Fatal(err)
	}
	l.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			l.Error(err)
		}
	})
	return dir
}

// histories sets how many histories rapid plays, and of how many steps on average;
// KLANKBORD_FULL plays ten times as many. What the command line says goes before.
func histories(t *testing.T, checks, steps int) {
	t.Helper()
	if os.Getenv("KLANKBORD_FULL") != "" {
		checks *= 10
	}
	settings := map[string]string{
		"rapid.checks": strconv.Itoa(checks), "rapid.steps": strconv.Itoa(steps), "rapid.shrinktime": "20s", "rapid.nofailfile": "true",
	}
	for name, value := range settings {
		f := flag.Lookup(name)
		if f == nil {
			t.Fatalf("rapid has no setting %s", name)
		}
		if f.Value.String() != f.DefValue {
			continue
		}
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := flag.Set(name, f.DefValue); err != nil {
				t.Error(err)
			}
		})
	}
}
