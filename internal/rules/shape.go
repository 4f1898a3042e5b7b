package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
)

const (
	longLines = 300 // look again
	mostLines = 500 // split before
)

func shapeRules() []Rule {
	return []Rule{
		{
			Name:   "files stay short",
			Reason: fmt.Sprintf("a file of more than %d lines holds more than one idea", mostLines),
			Find:   findLongFiles,
		},
		{
			Name:   "packages are named after the domain",
			Reason: "a package named after nothing collects everything; one named like the standard library or a keyword shadows it",
			Find:   findPackageNames,
		},
		{
			Name:   "no boolean parameters in exported functions",
			Reason: "a call with a bare true does not say what is true",
			Find:   findBoolParameters,
		},
		{
			Name:   "no init functions",
			Reason: "what runs before main cannot be ordered, tested or left out",
			Find:   findInits,
		},
		{
			Name:   "no variables of the package",
			Reason: "only sentinels, compiled patterns, embedded files, values loaded once and interface checks may be global: everything else has an owner",
			Find:   findGlobals,
		},
	}
}

// counted says which files have a length to judge.
func counted(name string) bool {
	return slices.Contains([]string{".go", ".mjs", ".js", ".ts", ".css", ".sh", ".html", ".tmpl"}, path.Ext(name)) && !inTestdata(name)
}

func findLongFiles(t *Tree) []string {
	return filesBeyond(t, mostLines)
}

// Long returns the files of more than 300 lines, to look at again.
func Long(t *Tree) []string { return filesBeyond(t, longLines) }

func filesBeyond(t *Tree, most int) []string {
	var out []string
	for _, name := range t.paths(counted) {
		if n := strings.Count(t.Texts[name], "\n"); n > most {
			out = append(out, fmt.Sprintf("%s: %d lines, at most %d", name, n, most))
		}
	}
	return out
}

func vagueNames() []string {
	return []string{"util", "utils", "common", "helper", "helpers", "model", "models", "types", "service", "services",
		"manager", "managers", "handler", "handlers", "pkg", "lib", "misc", "base", "core", "shared", "api"}
}

// standardNames are the last elements of the standard library's packages.
func standardNames() []string {
	return []string{"ast", "atomic", "base32", "base64", "bits", "bufio", "build", "builtin", "bytes", "cgo", "cipher", "cmp", "color", "context", "cookiejar",
		"crypto", "csv", "debug", "doc", "draw", "ecdh", "ecdsa", "ed25519", "elf", "embed", "encoding", "errors", "exec", "expvar", "filepath", "flag", "fmt",
		"format", "fs", "fstest", "gif", "gob", "gzip", "hash", "heap", "hex", "hkdf", "hmac", "html", "http", "httptest", "httptrace", "httputil", "image",
		"importer", "io", "iter", "ioutil", "jpeg", "json", "jsonrpc", "list", "log", "mail", "maps", "math", "md5", "mime", "multipart", "net", "netip", "os",
		"palette", "parse", "parser", "path", "pem", "pkix", "plugin", "png", "pprof", "printer", "quick", "rand", "reflect", "regexp", "ring", "rpc", "rsa",
		"runtime", "scanner", "sha1", "sha256", "sha3", "sha512", "signal", "slices", "slog", "smtp", "sort", "sql", "strconv", "strings", "structs",
		"suffixarray", "sync", "synctest", "syntax", "syscall", "syslog", "tabwriter", "tar", "template", "testing", "textproto", "time", "tls", "token", "trace",
		"types", "unicode", "unique", "unsafe", "url", "user", "utf16", "utf8", "version", "weak", "x509", "xml", "zip", "zlib"}
}

func findPackageNames(t *Tree) []string {
	var out []string
	seen := map[string]bool{}
	for _, f := range t.Go {
		name := strings.TrimSuffix(f.AST.Name.Name, "_test")
		if seen[f.Dir+" "+name] {
			continue
		}
		seen[f.Dir+" "+name] = true
		switch {
		case slices.Contains(vagueNames(), name):
			out = append(out, fmt.Sprintf("%s: package %s says nothing", f.Path, name))
		case slices.Contains(standardNames(), name), token.IsKeyword(name):
			out = append(out, fmt.Sprintf("%s: package %s has the name of a keyword or of the standard library", f.Path, name))
		case name != "main" && f.Dir != "." && name != path.Base(f.Dir):
			out = append(out, fmt.Sprintf("%s: package %s in a folder named %s", f.Path, name, path.Base(f.Dir)))
		}
	}
	return out
}

// findBoolParameters looks at exported functions, and at exported methods of
// exported types.
func findBoolParameters(t *Tree) []string {
	var out []string
	for _, f := range t.sources() {
		for _, decl := range f.AST.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || !fn.Name.IsExported() || !exportedReceiver(fn) {
				continue
			}
			for _, field := range fn.Type.Params.List {
				if id, ok := field.Type.(*ast.Ident); ok && id.Name == "bool" {
					out = append(out, fmt.Sprintf("%s: %s takes a bool", f.at(fn), fn.Name.Name))
				}
			}
		}
	}
	return out
}

func findInits(t *Tree) []string {
	var out []string
	for _, f := range t.Go {
		for _, decl := range f.AST.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				out = append(out, f.at(fn)+": has an init function")
			}
		}
	}
	return out
}

// mayBeProcessWide lists the variables that belong to the process itself.
func mayBeProcessWide() []string {
	return []string{
		"internal/profile proven",   // what is embedded in the program, decoded once
		"internal/seal argonFrugal", // is a trait of the process, as the collector is
		"internal/seal argonTurn",   // counts out the memory of the machine, of which there is one
	}
}

func findGlobals(t *Tree) []string {
	var out []string
	for _, f := range t.sources() {
		for _, decl := range f.AST.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.VAR {
				continue
			}
			for _, spec := range gen.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok && !mayBeGlobal(f, gen, v) {
					out = append(out, fmt.Sprintf("%s: variable %s of the package", f.at(v), v.Names[0].Name))
				}
			}
		}
	}
	return out
}

// mayBeGlobal knows a sentinel by its name, an embedded file by its directive, a
// pattern, a replacer and a value loaded once by the call that makes it, an
// interface check by its blank name.
func mayBeGlobal(f *GoFile, gen *ast.GenDecl, v *ast.ValueSpec) bool {
	name := v.Names[0].Name
	if slices.Contains(mayBeProcessWide(), f.Dir+" "+name) {
		return true
	}
	if name == "_" || strings.HasPrefix(name, "Err") || strings.HasPrefix(name, "err") || embeds(gen.Doc) || embeds(v.Doc) {
		return true
	}
	if len(v.Values) == 0 {
		return false
	}
	for _, value := range v.Values {
		call, ok := value.(*ast.CallExpr)
		if !ok {
			return false
		}
		pkg, made, _ := f.selected(call.Fun)
		if !slices.Contains([]string{"regexp.MustCompile", "regexp.MustCompilePOSIX", "strings.NewReplacer", "errors.New", "sync.OnceValue", "sync.OnceValues"}, pkg+"."+made) {
			return false
		}
	}
	return true
}

func embeds(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed") })
}
