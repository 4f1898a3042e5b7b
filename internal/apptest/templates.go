package apptest

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// typing is how our templates make something that can be typed into.
var typing = regexp.MustCompile(`template "(field|topics|tick|group|names|mailbox-reply|compose|side)"|<textarea|<select|<input type="(text|email|tel|search|checkbox|radio)"`)

// Typed notes in which states of a face something could be typed, so that a page that
// no test has tried is noticed. A state is named after its template, with what makes
// it another state behind a dash. Safe for concurrent use.
type Typed struct {
	mu     sync.Mutex
	states []string // guarded by mu
}

// Tried notes that what was typed in a state came along into another language.
func (y *Typed) Tried(state string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.states = append(y.states, state)
}

// All fails for every template that asks for something and was not tried, but for
// those named, which are tried elsewhere or have nothing that can be carried.
func (y *Typed) All(t testing.TB, files fs.FS, pattern string, but ...string) {
	t.Helper()
	names, err := fs.Glob(files, pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		page := strings.TrimSuffix(name, ".html")
		of := func(state string) bool { return state == page || strings.HasPrefix(state, page+"-") }
		if typing.Match(text) && !slices.Contains(but, page) && !slices.ContainsFunc(y.states, of) {
			t.Errorf("%s has something to type, and no state of it was read in another language", page)
		}
	}
}
