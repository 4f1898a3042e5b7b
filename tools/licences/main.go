// Command licences lists every module that the program and its tests link, and every
// package of the browser tests, with its licence. It takes a licence for allowed only
// where it recognises the text. It must never guess, nor reach further than the module
// cache. It ends with 1 and says what to do where a licence is none that it knows.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
)

const advice = `licences: %d without a licence that is known and allowed. For each: read its licence.
  Asks for no more than that its text comes along, or that changes to its own files stay
  open: add words of it to allowed in tools/licences/licence.go, with a test.
  Asks for more, or there is none: take another module.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	wrong, err := list(ctx, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to stop
	}
	if wrong > 0 {
		fmt.Fprintf(os.Stderr, advice, wrong)
		os.Exit(1)
	}
}

// list prints one line each and returns how many are wrong.
func list(ctx context.Context, w io.Writer) (wrong int, err error) {
	found, err := modules(ctx)
	if err != nil {
		return 0, err
	}
	locked, err := packages("e2e/package-lock.json")
	if err != nil {
		return 0, err
	}
	maps.Copy(found, locked)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		licence := found[name]
		if licence == "" {
			licence = "NOT KNOWN"
			wrong++
		}
		fmt.Fprintf(w, "%-14s %s\n", licence, name)
	}
	return wrong, nil
}

// modules returns what the program and its tests link, with the licence of each; empty
// where none is recognised.
func modules(ctx context.Context) (map[string]string, error) {
	const format = "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}"
	out, err := exec.CommandContext(ctx, "go", "list", "-deps", "-test", "-f", format, "./...").Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	found := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, dir, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if _, known := found[name]; known || !ok {
			continue
		}
		if found[name], err = licenceIn(dir); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// licenceIn is the licence of the files in a folder that hold one. Every one of them
// must be allowed, or the module is not: a second text may ask for more.
func licenceIn(dir string) (licence string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("read module: %w", err)
	}
	for _, e := range entries {
		if name := strings.ToUpper(e.Name()); e.IsDir() || !strings.HasPrefix(name, "LICEN") && !strings.HasPrefix(name, "COPYING") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name())) //nolint:gosec // in the module cache
		if err != nil {
			return "", fmt.Errorf("read licence: %w", err)
		}
		if asksMore(string(text)) {
			return "", nil
		}
		if licence == "" {
			licence = licenceOf(string(text))
		}
	}
	return licence, nil
}

// packages returns what the browser tests install, with the licence that each package
// gives itself, where it may be used for tests. Nothing of it is shipped.
func packages(lockFile string) (map[string]string, error) {
	text, err := os.ReadFile(lockFile) //nolint:gosec // a file of this tree
	if err != nil {
		return nil, fmt.Errorf("read lock file: %w", err)
	}
	var lock struct {
		Packages map[string]struct {
			Version   string `json:"version"`
			Licence   string `json:"license"`
			Integrity string `json:"integrity"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		return nil, fmt.Errorf("read lock file: %w", err)
	}
	found := map[string]string{}
	for path, p := range lock.Packages {
		if path == "" {
			continue // our own
		}
		licence := p.Licence
		if !slices.Contains(forTests(), licence) || p.Integrity == "" {
			licence = ""
		}
		found["npm "+strings.TrimPrefix(path, "node_modules/")+" "+p.Version] = licence
	}
	return found, nil
}
