package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const catalogue = 32 // faults, F1 and on

// TestEveryFaultHasARowAndEveryTestOfARowExists reads doc/faults.md.
func TestEveryFaultHasARowAndEveryTestOfARowExists(t *testing.T) {
	text, err := os.ReadFile("../doc/faults.md")
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= catalogue; n++ {
		if c := strings.Count(string(text), fmt.Sprintf("\n| F%d |", n)); c != 1 {
			t.Errorf("F%d has %d rows", n, c)
		}
	}
	known := tests(t)
	for _, m := range regexp.MustCompile("`(Test[A-Za-z0-9_]+)`").FindAllStringSubmatch(string(text), -1) {
		if !known[m[1]] {
			t.Errorf("doc/faults.md names %s, which is no test", m[1])
		}
	}
}

// tests are the names of every test of the tree.
func tests(t *testing.T) map[string]bool {
	t.Helper()
	known, name := map[string]bool{}, regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "node_modules" || d.Name() == "build") {
			if err == nil {
				err = fs.SkipDir
			}
			return err
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		b, err := os.ReadFile(path)
		for _, m := range name.FindAllSubmatch(b, -1) {
			known[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return known
}
