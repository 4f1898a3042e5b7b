package rules

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestTree holds this source tree to every rule.
func TestTree(t *testing.T) {
	tree, err := Load(os.DirFS(filepath.Join("..", "..")))
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.Go) < 20 || tree.Module != "klankbord" {
		t.Fatalf("read %d Go files of module %q: not the tree", len(tree.Go), tree.Module)
	}
	for _, rule := range All() {
		t.Run(rule.Name, func(t *testing.T) {
			for _, broken := range rule.Find(tree) {
				t.Error(broken)
			}
			if t.Failed() {
				t.Log("why: " + rule.Reason)
			}
		})
	}
	for _, long := range Long(tree) {
		t.Log("look again: " + long)
	}
}

// TestRulesCanFail breaks every rule in a small tree of its own. The comment of
// testdata/RULE.txtar lists, a line each, the beginning of every finding that is
// wanted there, in any order, and there must be no others.
func TestRulesCanFail(t *testing.T) {
	broken := map[string]bool{}
	for _, rule := range All() {
		t.Run(rule.Name, func(t *testing.T) {
			name := strings.ReplaceAll(rule.Name, " ", "-")
			broken[name] = true
			archive, err := txtar.ParseFile(filepath.Join("testdata", name+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			compareFindings(t, archive, rule)
		})
	}
	for _, file := range fixtures(t) {
		if !broken[file] {
			t.Errorf("testdata/%s.txtar belongs to no rule", file)
		}
	}
}

func compareFindings(t *testing.T, archive *txtar.Archive, rule Rule) {
	t.Helper()
	files, err := txtar.FS(archive)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	got := rule.Find(tree)
	wanted := 0
	for _, want := range strings.Split(strings.TrimSpace(string(archive.Comment)), "\n") {
		if strings.HasPrefix(want, "#") {
			continue
		}
		wanted++
		at := slices.IndexFunc(got, func(g string) bool { return strings.HasPrefix(g, want) })
		if at < 0 {
			t.Errorf("did not find %q", want)
			continue
		}
		got = slices.Delete(got, at, at+1)
	}
	if wanted == 0 {
		t.Error("the fixture wants no finding, so it proves nothing")
	}
	for _, more := range got {
		t.Errorf("found as well: %s", more)
	}
}

func fixtures(t *testing.T) []string {
	t.Helper()
	paths, err := fs.Glob(os.DirFS("testdata"), "*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range paths {
		paths[i] = strings.TrimSuffix(p, ".txtar")
	}
	return paths
}
