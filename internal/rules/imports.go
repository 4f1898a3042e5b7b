package rules

import (
	"fmt"
	"slices"
	"strings"
)

// floor is one storey of the house; imports run downward only.
type floor struct {
	name     string
	packages []string // folders, with all below them
	apart    bool     // packages on this floor do not import one another
}

// floors lists the house from the ground up, as in the design.
func floors() []floor {
	return []floor{
		{name: "leaves", apart: true, packages: append(in("seal", "sqldb", "letter", "lang", "ident", "clock", "fault", "sheet", "paper", "rawmail", "prior", "openpgp", "clamd", "bare"), "doc/handbook")},
		{name: "domain", packages: in("casefile", "staff", "access", "deadline", "retention", "profile", "audit", "figures")},
		{name: "storage", packages: in("store", "blob", "heads", "bucket")},
		{name: "use cases", packages: in("intake", "casework", "dialogue", "custody", "signin", "setup", "backup", "move", "leaving", "configure")},
		{name: "edges", packages: in("web", "post", "sso", "work", "door", "metrics")},
		{name: "program", packages: append(in("app", "config", "cli", "demo"), "cmd/klankbord")},
	}
}

// in puts the packages in their folder.
func in(names ...string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = "internal/" + n
	}
	return out
}

// floorOf returns the number of the floor a folder stands on, or -1.
func floorOf(dir string) int {
	return slices.IndexFunc(floors(), func(f floor) bool {
		return slices.ContainsFunc(f.packages, func(p string) bool { return within(dir, p) })
	})
}

// importBan forbids imports to some folders, or to all but some.
type importBan struct {
	to      []string // folders it holds for; none means all
	except  []string // folders it does not hold for
	imports []string // packages, with all below those that end in /
	reason  string
}

func importBans() []importBan {
	domain := floors()[1].packages
	leaves := floors()[0].packages
	return []importBan{
		{to: domain, imports: []string{"os", "os/", "net", "net/http", "net/http/", "database/sql", "syscall", "klankbord/internal/clock"},
			reason: "the domain is pure values and rules: no I/O, no clock"},
		{to: in("web", "post", "sso", "work"), imports: []string{"klankbord/internal/store", "klankbord/internal/sqldb", "klankbord/internal/blob"},
			reason: "only use cases decide who may do what, so the edges never go around them to the data"},
		{except: in("sqldb", "store"), imports: []string{"database/sql"},
			reason: "all SQL stands in store, where every statement is tested on both databases"},
		{except: in("sqldb"), imports: []string{"modernc.org/sqlite", "modernc.org/sqlite/", "github.com/jackc/pgx/"},
			reason: "only sqldb knows which database it is"},
		{except: in("bucket"), imports: []string{"github.com/minio/minio-go/v7", "github.com/minio/minio-go/v7/"},
			reason: "how a bucket is written, and never over another object, is decided in one place"},
		{except: in("seal"), imports: []string{"crypto/hpke", "crypto/aes", "crypto/cipher", "crypto/ecdh", "crypto/mlkem", "golang.org/x/crypto/argon2", "filippo.io/age", "filippo.io/age/", "github.com/cloudflare/circl/"},
			reason: "keys and ciphers stand in seal, five constructions that one person can audit"},
		{except: in("openpgp"), imports: []string{"github.com/ProtonMail/go-crypto/"},
			reason: "which keys of members are good enough is decided in one place"},
		{except: in("web"), imports: []string{"html/template"},
			reason: "pages are made in web, where escaping and headers are decided"},
		{to: append(slices.Clone(leaves), in("store", "casefile")...), except: in("fault"), imports: []string{"net/http", "net/http/"},
			reason: "HTTP belongs to the edges"},
		{imports: []string{"math/rand", "math/rand/"},
			reason: "every random value here may become an identifier or a key; crypto/rand and ident draw them"},
		{imports: []string{"log", "expvar", "net/http/pprof", "unsafe", "plugin", "io/ioutil"},
			reason: "slog is the only log; the others reveal or bypass what the process holds"},
		{imports: append(testPackages(), "testing", "testing/", "net/http/httptest"),
			reason: "what exists for tests never reaches the program"},
		{to: in("web/public", "web/ui"), imports: []string{"klankbord/internal/web/desk", "klankbord/internal/web/desk/"},
			reason: "the two faces meet only in what both share"},
		{to: in("web/desk", "web/ui"), imports: []string{"klankbord/internal/web/public", "klankbord/internal/web/public/"},
			reason: "the two faces meet only in what both share"},
	}
}

func testPackages() []string {
	var out []string
	for _, dir := range testOnly() {
		out = append(out, "klankbord/"+dir, "klankbord/"+dir+"/")
	}
	return out
}

// bans reports whether the ban forbids a file in dir the import.
func (b importBan) bans(dir, imported string) bool {
	holds := func(d string) bool { return within(dir, d) }
	if len(b.to) > 0 && !slices.ContainsFunc(b.to, holds) || slices.ContainsFunc(b.except, holds) {
		return false
	}
	return slices.ContainsFunc(b.imports, func(i string) bool {
		return imported == i || strings.HasSuffix(i, "/") && strings.HasPrefix(imported, i)
	})
}

func importRules() []Rule {
	return []Rule{
		{
			Name:   "imports run downward",
			Reason: "a reader can understand a floor without those above it, and a secret cannot climb to an edge",
			Find:   findFloors,
		},
		{
			Name:   "banned imports",
			Reason: "each ban gives its own reason",
			Find:   findImportBans,
		},
	}
}

func findFloors(t *Tree) []string {
	var out []string
	for _, f := range t.sources() {
		mine := floorOf(f.Dir)
		if mine < 0 {
			out = append(out, fmt.Sprintf("%s: package %s stands on no floor; give it one in internal/rules/imports.go", f.Path, f.Dir))
			continue
		}
		for _, spec := range f.AST.Imports {
			dir, ours := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), t.Module+"/")
			if !ours || dir == f.Dir {
				continue
			}
			theirs := floorOf(dir)
			switch fl := floors()[mine]; {
			case theirs > mine:
				out = append(out, fmt.Sprintf("%s: %s (%s) imports %s from a floor above it", f.at(spec), f.Dir, fl.name, dir))
			case theirs == mine && fl.apart:
				out = append(out, fmt.Sprintf("%s: %s imports %s, but %s import nothing of ours", f.at(spec), f.Dir, dir, fl.name))
			}
		}
	}
	return out
}

func findImportBans(t *Tree) []string {
	var out []string
	for _, f := range t.sources() {
		for _, spec := range f.AST.Imports {
			imported := strings.Trim(spec.Path.Value, `"`)
			for _, ban := range importBans() {
				if ban.bans(f.Dir, imported) {
					out = append(out, fmt.Sprintf("%s: %s may not import %s: %s", f.at(spec), f.Dir, imported, ban.reason))
				}
			}
		}
	}
	return out
}
