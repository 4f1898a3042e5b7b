package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
)

// logKeys lists every key that may stand in the log. None of them holds personal
// data: no address, name, path value, case number or text.
func logKeys() []string {
	return []string{
		"address",      // our own listener
		"attempt",      // how often a job was tried
		"bytes",        // size
		"count",        // how many
		"error",        // the error, which holds no personal data
		"job",          // kind of background job
		"kind",         // sort of thing
		"method",       // HTTP method
		"ms",           // time taken, milliseconds
		"note",         // what an operator should do
		"organisation", // name of a folder that the operator chose
		"position",     // in the log of changes
		"profile",      // name of the organisation's profile
		"reference",    // what a person was shown with an error
		"route",        // pattern of the route, never its values
		"setting",      // name of a setting, never its value
		"signal",       // what ended the process
		"stack",        // of a panic
		"status",       // HTTP status
		"version",      // of the program or the schema
		"worker",       // which of our loops
	}
}

// logs reports whether a call writes to the log, or makes an attribute for it.
func logs(f *GoFile, call *ast.CallExpr) bool {
	_, _, ok := logKeyArguments(f, call)
	return ok
}

// logKeyArguments returns which arguments of a call to slog or to a logger are keys:
// every second one from first on.
func logKeyArguments(f *GoFile, call *ast.CallExpr) (first, step int, ok bool) {
	sel, isSel := call.Fun.(*ast.SelectorExpr)
	if !isSel {
		return 0, 0, false
	}
	name := sel.Sel.Name
	pkg, _, imported := f.selected(call.Fun)
	if imported && pkg != "log/slog" {
		return 0, 0, false
	}
	switch {
	case !imported && len(call.Args) < 1:
		return 0, 0, false
	case slices.Contains([]string{"Debug", "Info", "Warn", "Error"}, name):
		return 1, 2, true
	case slices.Contains([]string{"DebugContext", "InfoContext", "WarnContext", "ErrorContext"}, name):
		return 2, 2, true
	case name == "Log":
		return 3, 2, imported || len(call.Args) >= 3
	case name == "LogAttrs":
		return len(call.Args), 2, true // its attributes are calls of their own
	case imported && slices.Contains([]string{"String", "Int", "Int64", "Uint64", "Float64", "Bool", "Time", "Duration", "Any", "Group"}, name):
		return 0, len(call.Args) + 1, true
	}
	return 0, 0, false
}

// findLogKeys checks every key that is written as such: after a message, or first
// in an attribute. A key must be a literal, so that it can be checked at all.
func findLogKeys(t *Tree) []string {
	var out []string
	for _, f := range t.sources() {
		if !usesSlog(f) {
			continue
		}
		ast.Inspect(f.AST, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			first, step, ok := logKeyArguments(f, call)
			for i := first; ok && i < len(call.Args); i += step {
				if complaint := logKeyWrong(f, call.Args[i]); complaint != "" {
					out = append(out, complaint)
				}
			}
			return true
		})
	}
	return out
}

func usesSlog(f *GoFile) bool {
	for _, imported := range f.imports {
		if imported == "log/slog" {
			return true
		}
	}
	return false
}

func logKeyWrong(f *GoFile, arg ast.Expr) string {
	switch a := arg.(type) {
	case *ast.BasicLit:
		if key, err := strconv.Unquote(a.Value); a.Kind == token.STRING && err == nil {
			if slices.Contains(logKeys(), key) {
				return ""
			}
			return fmt.Sprintf("%s: log key %q is not in the list of internal/rules/logkeys.go", f.at(arg), key)
		}
	case *ast.CallExpr: // an attribute, judged by itself
		if pkg, _, ok := f.selected(a.Fun); ok && pkg == "log/slog" {
			return ""
		}
	}
	return f.at(arg) + ": a log key must be a literal"
}
