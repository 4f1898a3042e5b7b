package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// use is one mention of a text: its key, with * for each part that is put together
// at run time, and where it stands.
type use struct{ pattern, at string }

var (
	keyShape   = regexp.MustCompile(`^[a-z][a-z0-9]*\.[a-z0-9_*.-]+$`)
	quoted     = regexp.MustCompile("\"([a-z][^\"\\s]*)\"|`([a-z][^`\\s]*)`|'([a-z][^'\\s]*)'")
	formatVerb = regexp.MustCompile(`%[a-z]`)
)

// fileEndings are what a name such as "mail.html" ends in, which is no key.
func fileEndings() []string {
	return []string{".html", ".tmpl", ".css", ".js", ".mjs", ".ts", ".svg", ".png", ".ico", ".json", ".txt", ".md", ".pdf", ".eml", ".go", ".sql", ".db", ".toml", ".yaml", ".log", ".pem"}
}

// uses finds every mention of a text in the program's Go files and in the
// templates, scripts and profiles beside them. A mention is a string that begins
// with an area of the catalogue and a dot.
func uses(t *Tree, areas map[string]bool) []use {
	var out []use
	add := func(text, at string) {
		pattern := formatVerb.ReplaceAllString(text, "*")
		if strings.HasSuffix(pattern, ".") || strings.HasSuffix(pattern, "-") {
			pattern += "*"
		}
		area, rest, _ := strings.Cut(pattern, ".")
		if !areas[area] || !keyShape.MatchString(pattern) || slices.Contains(fileEndings(), path.Ext(text)) {
			return
		}
		if strings.HasPrefix(rest, "*") { // says nothing about which text
			return
		}
		out = append(out, use{pattern, at})
	}
	for _, f := range t.sources() {
		ast.Inspect(f.AST, func(n ast.Node) bool { return visitStrings(f, n, add) })
	}
	for _, name := range t.paths(mentionsTexts) {
		for _, m := range quoted.FindAllStringSubmatch(t.Texts[name], -1) {
			add(m[1]+m[2]+m[3], name)
		}
	}
	return out
}

// mentionsTexts says which files beside the Go files may name a text.
func mentionsTexts(name string) bool {
	if !strings.HasPrefix(name, "internal/") || strings.HasPrefix(name, textRoot) || inTestdata(name) {
		return false
	}
	return slices.Contains([]string{".html", ".tmpl", ".gohtml", ".txt", ".js", ".ts", ".json"}, path.Ext(name))
}

// visitStrings hands every string of an expression to add; a sum of strings and
// other things as one, with * for the other things.
func visitStrings(f *GoFile, n ast.Node, add func(text, at string)) bool {
	switch x := n.(type) {
	case *ast.ImportSpec:
		return false
	case *ast.BinaryExpr:
		if text, ok := sum(x); ok {
			add(text, f.at(n))
			return false
		}
	case *ast.BasicLit:
		if text, err := strconv.Unquote(x.Value); x.Kind == token.STRING && err == nil {
			add(text, f.at(n))
		}
	}
	return true
}

// sum joins a concatenation that begins with a string; it reports false for any
// other expression.
func sum(x *ast.BinaryExpr) (string, bool) {
	if x.Op != token.ADD {
		return "", false
	}
	var parts []string
	var walk func(ast.Expr)
	walk = func(e ast.Expr) {
		switch y := e.(type) {
		case *ast.BinaryExpr:
			walk(y.X)
			walk(y.Y)
		case *ast.BasicLit:
			if text, err := strconv.Unquote(y.Value); err == nil {
				parts = append(parts, text)
			}
		default:
			parts = append(parts, "*")
		}
	}
	walk(x)
	joined := strings.Join(parts, "")
	return joined, !strings.HasPrefix(joined, "*")
}

// matches reports whether a key fits a pattern, in which * stands for anything.
func matches(pattern, key string) bool {
	if !strings.Contains(pattern, "*") {
		return pattern == key
	}
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(key, parts[0]) || !strings.HasSuffix(key, parts[len(parts)-1]) {
		return false
	}
	rest := key[len(parts[0]):]
	for _, part := range parts[1:] {
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return true
}

func areasOf(keys []string) map[string]bool {
	areas := map[string]bool{}
	for _, key := range keys {
		area, _, _ := strings.Cut(key, ".")
		areas[area] = true
	}
	return areas
}

func findMissingTexts(t *Tree) []string {
	c, _ := readCatalogue(t)
	keys := c.keys()
	areas := areasOf(keys)
	for _, name := range t.paths(func(p string) bool { return strings.HasPrefix(p, textRoot) }) {
		areas[strings.TrimSuffix(path.Base(name), ".json")] = true
	}
	missing := map[string]bool{}
	for _, u := range uses(t, areas) {
		fits := func(key string) bool { return matches(u.pattern, key) }
		if !slices.ContainsFunc(keys, fits) {
			missing[fmt.Sprintf("%s: no text %s", u.at, u.pattern)] = true
		}
	}
	return slices.Sorted(maps.Keys(missing))
}

func findUnusedTexts(t *Tree) []string {
	c, _ := readCatalogue(t)
	keys := c.keys()
	mentioned := uses(t, areasOf(keys))
	var out []string
	for _, key := range keys {
		if !slices.ContainsFunc(mentioned, func(u use) bool { return matches(u.pattern, key) }) {
			out = append(out, textRoot+": nothing shows "+key)
		}
	}
	return out
}
