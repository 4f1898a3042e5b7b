package rules

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// asvs is what doc/asvs.md is held to.
type asvs struct {
	levels map[string]string // of each requirement, by number
	tests  map[string]bool   // that the tree has
	tree   fs.FS
}

var (
	asvsRow   = regexp.MustCompile(`(?m)^\| ([0-9.]+) \| (.*?) \| (.*?) \| (.*?) \| (.*) \|$`)
	asvsToken = regexp.MustCompile("`([^`]+)`")
	testName  = regexp.MustCompile(`^(Test|Fuzz)[A-Z]\w*$`)
	fileName  = regexp.MustCompile(`^[\w.-]+(/[\w.@-]+)+(#\w+)?$|^[\w-]*\.(mod|sum|md|yml)$|^Makefile$`)
)

// wrong lists what does not hold in a text of doc/asvs.md.
func (a asvs) wrong(text string) (list []string) {
	seen := map[string]int{}
	for _, row := range asvsRow.FindAllStringSubmatch(text, -1) {
		number, level, about, status, why := row[1], row[2], row[3], row[4], row[5]
		seen[number]++
		if want, known := a.levels[number]; !known || want != level {
			list = append(list, fmt.Sprintf("%s: level %s, want %q", number, level, want))
		}
		if strings.TrimSpace(about) == "" {
			list = append(list, number+": says nothing")
		}
		for _, problem := range a.evidence(status, why) {
			list = append(list, number+": "+problem)
		}
	}
	for number := range a.levels {
		if seen[number] != 1 {
			list = append(list, fmt.Sprintf("%s: stands there %d times", number, seen[number]))
		}
	}
	if rows := strings.Count(text, "\n| "); rows-strings.Count(text, "\n| Number ") != len(asvsRow.FindAllString(text, -1)) {
		list = append(list, "a row of a table is none that can be read")
	}
	slices.Sort(list)
	return list
}

// evidence looks at what a row names, and whether it says enough.
func (a asvs) evidence(status, why string) (list []string) {
	shown := 0
	for _, token := range asvsToken.FindAllStringSubmatch(why, -1) {
		switch name := token[1]; {
		case testName.MatchString(name):
			shown++
			if !a.tests[name] {
				list = append(list, "no test "+name)
			}
		case fileName.MatchString(name):
			shown++
			if err := a.has(name); err != nil {
				list = append(list, err.Error())
			}
		}
	}
	words := len(strings.Fields(asvsToken.ReplaceAllString(why, "")))
	switch {
	case status == "holds" && shown == 0:
		list = append(list, "holds, but nothing shows it")
	case status == "does not apply" && words < 2, status == "deviates" && words < 3:
		list = append(list, status+" without a reason")
	case !slices.Contains([]string{"holds", "does not apply", "deviates"}, status):
		list = append(list, "status "+status)
	}
	return list
}

// has fails where a file, or what it is said to declare, is not in the tree.
func (a asvs) has(name string) error {
	file, symbol, _ := strings.Cut(name, "#")
	info, err := fs.Stat(a.tree, file)
	if err != nil {
		return fmt.Errorf("no file %s", file)
	}
	if symbol == "" || info.IsDir() {
		return nil
	}
	text, err := fs.ReadFile(a.tree, file)
	if err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	declared := regexp.MustCompile(`(?m)^(func (\([^)]*\) )?|type |var |const |\t)` + symbol + `\b`)
	if !declared.Match(text) {
		return fmt.Errorf("%s does not declare %s", file, symbol)
	}
	return nil
}

// newASVS reads the numbers and the names of the tests of this tree.
func newASVS(t *testing.T) asvs {
	t.Helper()
	a := asvs{levels: map[string]string{}, tests: map[string]bool{}, tree: os.DirFS(filepath.Join("..", ".."))}
	numbers, err := os.ReadFile(filepath.Join("testdata", "asvs-5.0.0.txt"))
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for line := range strings.Lines(string(numbers)) {
		number, level, _ := strings.Cut(strings.TrimSpace(line), " ")
		a.levels[number] = level
		count[level]++
	}
	if len(a.levels) != 345 || count["1"] != 70 || count["2"] != 183 || count["3"] != 92 {
		t.Fatalf("%d requirements, by level %v: not those of ASVS 5.0.0", len(a.levels), count)
	}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Z]\w*)\(`)
	err = fs.WalkDir(a.tree, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return errorOr(err, fs.SkipDir)
		}
		if d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := fs.ReadFile(a.tree, path)
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			a.tests[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func errorOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// Every requirement stands in doc/asvs.md once, with its level, a status, and what
// shows it: tests and code that are there. What deviates or does not apply says why.
func TestASVSIsComplete(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "doc", "asvs.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range newASVS(t).wrong(string(text)) {
		t.Error(w)
	}
}

// What is wrong in the table is found.
func TestASVSFindsWhatIsWrong(t *testing.T) {
	a := newASVS(t)
	a.levels = map[string]string{"1.1.1": "2"}
	const head = "| Number | Level | About | Status | Shown by, or why |\n|---|---|---|---|---|\n"
	for row, want := range map[string]string{
		"| 1.1.1 | 2 | decoded once | holds | `TestASVSIsComplete`, `go.mod`, `internal/rules/tree.go#Load` |": "",
		"| 1.1.1 | 2 | decoded once | does not apply | no input |":                                             "",
		"| 1.1.1 | 1 | decoded once | holds | `go.mod` |":                                                      `1.1.1: level 1, want "2"`,
		"| 1.1.1 | 2 | decoded once | holds | `TestNobodyWroteThis` |":                                         "1.1.1: no test TestNobodyWroteThis",
		"| 1.1.1 | 2 | decoded once | holds | `internal/rules/none.go` |":                                      "1.1.1: no file internal/rules/none.go",
		"| 1.1.1 | 2 | decoded once | holds | `internal/rules/tree.go#Nothing` |":                              "1.1.1: internal/rules/tree.go does not declare Nothing",
		"| 1.1.1 | 2 | decoded once | holds | as everybody knows |":                                            "1.1.1: holds, but nothing shows it",
		"| 1.1.1 | 2 | decoded once | deviates | `go.mod` |":                                                   "1.1.1: deviates without a reason",
		"| 1.1.1 | 2 | decoded once | does not apply | – |":                                                    "1.1.1: does not apply without a reason",
		"| 1.1.1 | 2 | decoded once | perhaps | `go.mod` |":                                                    "1.1.1: status perhaps",
		"| 1.1.1 | 2 |  | holds | `go.mod` |":                                                                  "1.1.1: says nothing",
		"":                                                                                                     "1.1.1: stands there 0 times",
		"| 1.1.1 | 2 | once | holds | `go.mod` |\n| 1.1.1 | 2 | again | holds | `go.mod` |":                    "1.1.1: stands there 2 times",
		"| 1.1.1 | 2 | once | holds | `go.mod` |\n| 1.1.2 | 2 | it | holds | `go.mod` |":                       `1.1.2: level 2, want ""`,
		"| 1.1.1 | 2 | once | holds | `go.mod` |\n| 1.1.2 | 2 | it |":                                          "a row of a table is none that can be read",
	} {
		if got := strings.Join(a.wrong(head+row+"\n"), "; "); got != want {
			t.Errorf("%s\ngives %q, want %q", row, got, want)
		}
	}
}
