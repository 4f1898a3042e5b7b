package rules

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

// callBan forbids the use of names, of a package or as methods, outside some folders.
type callBan struct {
	rule   string
	pkg    string   // import path; empty for methods of any type
	names  []string // functions, variables or types of pkg, or methods
	within []string // folders it holds for; none means all
	except []string // folders it does not hold for
	tests  bool     // holds for tests as well
	reason string
}

func callBans() []callBan {
	return []callBan{
		{rule: "multipart forms are streamed", names: []string{"FormValue", "FormFile", "PostFormValue", "ParseMultipartForm"},
			reason: "they spill plaintext to the temp folder; MultipartReader streams into sealing"},
		{rule: "time comes from clock", pkg: "time", names: []string{"Now", "Since", "Until", "Sleep", "After", "Tick"},
			except: in("clock", "ident"), reason: "deadlines are tested with a clock that stands still, and waiting has an owner"},
		{rule: "nothing is printed", pkg: "fmt", names: []string{"Print", "Printf", "Println"}, within: []string{"internal"},
			reason: "output goes to a writer that was handed in, so that no one prints what is sealed by accident"},
		{rule: "no HTTP defaults", pkg: "net/http",
			names:  []string{"DefaultClient", "DefaultServeMux", "DefaultTransport", "Get", "Head", "Post", "PostForm", "Handle", "HandleFunc", "ListenAndServe", "ListenAndServeTLS"},
			reason: "the defaults have no limits of time and are shared by the whole process"},
		{rule: "escaping is decided in one place", pkg: "html/template",
			names: []string{"HTML", "HTMLAttr", "JS", "JSStr", "CSS", "URL", "Srcset"}, except: in("web/ui"),
			reason: "a type that switches escaping off is a cross-site script waiting for its input"},
		{rule: "recipients are made by two", pkg: "klankbord/internal/seal", names: []string{"NewRecipient"},
			except: in("staff", "custody", "seal"), reason: "a key is wrapped only to the verified directory, a code or a stamped case key"},
		{rule: "storage sees no secret", pkg: "klankbord/internal/seal", within: in("store", "blob"),
			names: []string{"Secret", "NewSecret", "Key", "NewKey", "CompartmentKey", "CaseKeys", "NewCaseKeys", "Keys", "MemberSecret", "NewMemberSecret", "Signer",
				"Token", "NewToken", "ParseToken", "Code", "NewCode", "ParseCode", "DraftKey", "Stamper", "InstanceKey", "NewInstanceKey", "Append", "SealPassword"},
			reason: "store and blob hold boxes: what they never see they cannot write"},
		{rule: "passwords cost what they should", pkg: "klankbord/internal/seal", names: []string{"LeastCost"},
			reason: "what was sealed at less is guessed by whoever has the database"},
		{rule: "settings come from config", pkg: "os", names: []string{"Getenv", "LookupEnv", "Environ"}, within: []string{"internal"}, except: in("config", "cli", "demo"),
			reason: "every setting is a flag, a variable and a key of the file under one name, read in one place"},
		{rule: "plaintext stays off the disk", pkg: "os", names: []string{"CreateTemp", "MkdirTemp", "TempDir"}, within: []string{"internal"}, except: in("blob", "cli", "app", "demo"),
			reason: "temporary files are where plaintext is forgotten"},
		{rule: "only the program ends the process", pkg: "os", names: []string{"Exit"}, within: []string{"internal"},
			reason: "an exit skips what others have deferred: an unsynced file, a lease, a commit"},
		{rule: "tests are never short", pkg: "testing", names: []string{"Short"}, tests: true,
			reason: "a test that is left out on some days is not a test"},
	}
}

func (b callBan) holds(f *GoFile) bool {
	if f.forTests() && !b.tests || f.below(b.except...) {
		return false
	}
	return len(b.within) == 0 || f.below(b.within...)
}

// names reports the name of what is banned, where n uses it.
func (b callBan) match(f *GoFile, n ast.Node) (string, bool) {
	if b.pkg != "" {
		pkg, name, ok := f.selected(n)
		return pkg + "." + name, ok && pkg == b.pkg && slices.Contains(b.names, name)
	}
	sel, ok := n.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	return sel.Sel.Name, slices.Contains(b.names, sel.Sel.Name)
}

func (b callBan) find(t *Tree) []string {
	var out []string
	for _, f := range t.Go {
		if !b.holds(f) {
			continue
		}
		ast.Inspect(f.AST, func(n ast.Node) bool {
			if name, ok := b.match(f, n); ok {
				out = append(out, fmt.Sprintf("%s: uses %s", f.at(n), name))
			}
			return true
		})
	}
	return out
}

func callRules() []Rule {
	var rules []Rule
	for _, ban := range callBans() {
		rules = append(rules, Rule{Name: ban.rule, Reason: ban.reason, Find: ban.find})
	}
	return append(rules,
		Rule{
			Name:   "errors stay out of pages and mails",
			Reason: "an error's text names files, addresses and people; a person gets words by key, the log gets the rest",
			Find:   findErrorText,
		},
		Rule{
			Name:   "no test is skipped",
			Reason: "a skip hides a broken test; only a random history may draw another act where one does not fit",
			Find:   findSkips,
		},
		Rule{
			Name:   "log keys come from one list",
			Reason: "who reads the log knows every key, and no key for personal data exists",
			Find:   findLogKeys,
		})
}

// findErrorText looks for err.Error() in web and post outside the arguments of a
// call that logs or panics.
func findErrorText(t *Tree) []string {
	var out []string
	for _, f := range t.sources() {
		if !f.below(in("web", "post")...) {
			continue
		}
		ast.Inspect(f.AST, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if id, ok := call.Fun.(*ast.Ident); logs(f, call) || ok && id.Name == "panic" {
				return false
			}
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Error" && len(call.Args) == 0 {
				out = append(out, f.at(n)+": takes the text of an error")
			}
			return true
		})
	}
	return out
}

// findSkips looks for t.Skip and its kin outside the one place that has one: what a random
// history draws again.
func findSkips(t *Tree) []string {
	var out []string
	for _, f := range t.Go {
		if !f.forTests() || f.Path == "internal/promises/life_test.go" {
			continue
		}
		ast.Inspect(f.AST, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, sel.Sel.Name) {
				return true
			}
			if id, ok := sel.X.(*ast.Ident); ok && slices.Contains([]string{"t", "tb", "b", "f"}, id.Name) {
				out = append(out, fmt.Sprintf("%s: %s.%s", f.at(n), id.Name, sel.Sel.Name))
			}
			return true
		})
	}
	return append(out, findSkippedInNode(t)...)
}

// findSkippedInNode does the same for the browser tests.
func findSkippedInNode(t *Tree) []string {
	var out []string
	tests := t.paths(func(p string) bool { return strings.HasSuffix(p, ".test.mjs") })
	for _, name := range tests {
		for i, line := range strings.Split(t.Texts[name], "\n") {
			if nodeSkip.MatchString(line) {
				out = append(out, fmt.Sprintf("%s:%d: skips or narrows a test", name, i+1))
			}
		}
	}
	return out
}
