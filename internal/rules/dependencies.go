package rules

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

const (
	reasonsFile = "doc/dependencies.md"
	nodeFile    = "e2e/package.json"
)

func treeRules() []Rule {
	return []Rule{
		{
			Name:   "every dependency has its reason",
			Reason: "each direct dependency is code that we answer for; " + reasonsFile + " says why it is there",
			Find:   findUnreasoned,
		},
		{
			Name:   "nothing tells of the machine it was written on",
			Reason: "a path or registry of one machine works nowhere else, and names what is nobody's business",
			Find:   findTraces,
		},
	}
}

var required = regexp.MustCompile(`(?m)^\s*(?:require\s+)?([a-z0-9.-]+\.[a-z]+/\S+|[a-z0-9.-]+\.[a-z]+)\s+v\S+`)

// direct returns the modules of go.mod whose packages our files import. It looks at
// the imports, not at the comments of go.mod, which may lag behind.
func direct(t *Tree) []string {
	var modules []string
	for _, m := range required.FindAllStringSubmatch(t.Texts["go.mod"], -1) {
		modules = append(modules, m[1])
	}
	used := map[string]bool{}
	for _, f := range t.Go {
		for _, spec := range f.AST.Imports {
			if m := longest(modules, strings.Trim(spec.Path.Value, `"`)); m != "" {
				used[m] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(used))
}

// longest returns the module that a package belongs to, or "".
func longest(modules []string, imported string) string {
	best := ""
	for _, m := range modules {
		if within(imported, m) && len(m) > len(best) {
			best = m
		}
	}
	return best
}

func findUnreasoned(t *Tree) []string {
	names := direct(t)
	var node struct {
		Dependencies    map[string]string `json:"dependencies"`
		DevDependencies map[string]string `json:"devDependencies"`
	}
	if text, ok := t.Texts[nodeFile]; ok {
		if err := json.Unmarshal([]byte(text), &node); err != nil {
			return []string{fmt.Sprintf("%s: %v", nodeFile, err)}
		}
	}
	names = slices.Concat(names, slices.Sorted(maps.Keys(node.Dependencies)), slices.Sorted(maps.Keys(node.DevDependencies)))
	var out []string
	for _, name := range names {
		line := regexp.MustCompile(`(?m)^.*` + regexp.QuoteMeta("`"+name+"`") + `.*\pL{3}.*$`)
		if !line.MatchString(t.Texts[reasonsFile]) {
			out = append(out, fmt.Sprintf("%s: no line about `%s`", reasonsFile, name))
		}
	}
	for _, m := range regexp.MustCompile("(?m)^[|*-] *`([^`\\s]+)`").FindAllStringSubmatch(t.Texts[reasonsFile], -1) {
		if !slices.Contains(names, m[1]) {
			out = append(out, fmt.Sprintf("%s: `%s` is no direct dependency", reasonsFile, m[1]))
		}
	}
	return out
}
