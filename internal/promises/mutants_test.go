package promises_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mutant is a patch that takes one guard away. Its head says which, and which test
// must then fail; `make mutate` tries it.
type mutant struct {
	name, guard, pkg, test string
}

var (
	headLine = regexp.MustCompile(`(?m)^# (Guard|Package|Test): (.+)$`)
	proofID  = regexp.MustCompile(`^(AT|PT)(\d+)-`)
)

func mutants(t *testing.T) (list []mutant) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("mutants", "*.patch"))
	must(t, err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		must(t, err)
		head, _, found := strings.Cut(string(text), "\ndiff --git ")
		m := mutant{name: strings.TrimSuffix(filepath.Base(path), ".patch")}
		for _, line := range headLine.FindAllStringSubmatch(head, -1) {
			*map[string]*string{"Guard": &m.guard, "Package": &m.pkg, "Test": &m.test}[line[1]] = line[2]
		}
		if !found || m.guard == "" || m.pkg == "" || m.test == "" || proofID.FindString(m.name) == "" {
			t.Errorf("%s does not say which guard, package and test it is about, or has no number", path)
			continue
		}
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b mutant) int { return strings.Compare(order(a.name), order(b.name)) })
	return list
}

// order sorts AT9 before AT10.
func order(name string) string {
	id := proofID.FindStringSubmatch(name)
	return fmt.Sprintf("%s%02s%s", id[1], id[2], name)
}

// Every patch still applies, and names a test that is there. That the test fails
// without the guard is shown by `make mutate`.
func TestMutantsApplyAndNameTheirTest(t *testing.T) {
	list := mutants(t)
	for _, m := range list {
		check := exec.Command("git", "apply", "--check", filepath.Join("internal", "promises", "mutants", m.name+".patch"))
		check.Dir = filepath.Join("..", "..")
		if out, err := check.CombinedOutput(); err != nil {
			t.Errorf("%s: the code under it changed; make the patch anew: %s", m.name, strings.TrimSpace(string(out)))
		}
		if !hasTest(t, m) {
			t.Errorf("%s: %s has no %s", m.name, m.pkg, m.test)
		}
	}
	has := map[string]bool{}
	for _, m := range list {
		id := proofID.FindStringSubmatch(m.name)
		has[id[1]+id[2]] = true
	}
	for _, id := range proofIDs() {
		if !has[id] {
			t.Errorf("no patch takes a guard of %s away", id)
		}
	}
}

// proofIDs are the attacks and properties of the threat model.
func proofIDs() (list []string) {
	for n := range 20 {
		list = append(list, fmt.Sprint("AT", n+1))
	}
	for n := range 11 {
		list = append(list, fmt.Sprint("PT", n+1))
	}
	return list
}

func hasTest(t *testing.T, m mutant) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", m.pkg, "*_test.go"))
	must(t, err)
	for _, path := range files {
		text, err := os.ReadFile(path)
		must(t, err)
		if strings.Contains(string(text), "\nfunc "+m.test+"(") {
			return true
		}
	}
	return false
}

// The threat model shows every guard, the patch that takes it away and the test that
// then fails. -update writes the table.
func TestMutantsStandInTheThreatModel(t *testing.T) {
	const begin, end = "<!-- mutants -->\n", "<!-- end of mutants -->\n"
	path := filepath.Join("..", "..", "doc", "threat-model.md")
	text, err := os.ReadFile(path)
	must(t, err)
	before, rest, ok1 := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("%s has no place for the table: %q and %q", path, begin, end)
	}
	var table strings.Builder
	table.WriteString("| | Guard | Test that fails without it |\n|---|---|---|\n")
	for _, m := range mutants(t) {
		id := proofID.FindStringSubmatch(m.name)
		fmt.Fprintf(&table, "| %s%s | %s (`%s`) | `%s` |\n", id[1], id[2], m.guard, m.name, m.test)
	}
	golden(t, path, before+begin+"\n"+table.String()+"\n"+end+after)
}
