package promises_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/fuzztest"
)

// PT11: no decoder of stored bytes panics, or takes much memory for little, whatever
// it is given. `make fuzz` looks for longer.
func TestPT11_DecodersAreBounded(t *testing.T) {
	for _, d := range decoders(t) {
		d.hold(t, 300)
	}
	for _, d := range storedDecoders(t) {
		d.hold(t, 40)
	}
}

// hold gives a decoder what is nearly honest. What is honest it must take, or it was
// never reached.
func (d decoder) hold(t *testing.T, inputs int) {
	t.Helper()
	taken := false
	for _, seed := range d.seeds {
		taken = taken || d.read(slices.Clone(seed)) == nil
		for _, input := range fuzztest.Mutated(seed, inputs) {
			fuzztest.Bounded(t, d.name, input, func(b []byte) { _ = d.read(b) })
		}
	}
	if !taken {
		t.Errorf("%s takes none of its honest inputs, so that nothing is proved", d.name)
	}
}

// FuzzDecodersOfStoredBytes gives the same input to all of them.
func FuzzDecodersOfStoredBytes(f *testing.F) {
	list := decoders(f)
	for _, d := range list {
		for _, seed := range d.seeds {
			f.Add(seed)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, d := range list {
			fuzztest.Bounded(t, d.name, b, func(b []byte) { _ = d.read(b) })
		}
	})
}

// fuzzedInside names the fuzz target of a decoder that only its own package reaches.
func fuzzedInside() map[string]string {
	return map[string]string{
		"seal.decodeKeys":          "internal/seal FuzzInnerEncodings",
		"seal.decodeMemberSecret":  "internal/seal FuzzInnerEncodings",
		"seal.caseKeysOf":          "internal/seal FuzzInnerEncodings",
		"seal.unpad":               "internal/seal FuzzInnerEncodings",
		"seal.Cost.parse":          "internal/seal FuzzInnerEncodings",
		"seal.splitAppended":       "internal/seal FuzzInnerEncodings",
		"seal.parseKeyFile":        "internal/seal FuzzInnerEncodings",
		"seal.unwrap":              "internal/seal FuzzEveryBoxReader",
		"seal.Envelope.open":       "internal/seal FuzzEveryBoxReader",
		"seal.opener.open":         "internal/seal FuzzEveryBoxReader",
		"seal.scanState.open":      "internal/seal FuzzEveryBoxReader",
		"casework.readDraft":       "internal/casework FuzzReadDraft",
		"custody.Custody.openPin":  "internal/custody FuzzWhatWasSeen",
		"custody.Custody.last":     "internal/custody FuzzWhatWasSeen",
		"custody.Custody.accepted": "internal/custody FuzzWhatWasSeen",
		"heads.Folder.load":        "internal/custody FuzzWhatWasSeen",
		"staff.strict":             "internal/promises FuzzDecodersOfStoredBytes", // under DecodeChange
		"casefile.strictJSON":      "internal/promises FuzzDecodersOfStoredBytes", // under DecodePayload
		"casefile.DecodeSummary":   "internal/promises FuzzDecodersOfStoredBytes",
		"casefile.SummaryWords":    "internal/promises FuzzDecodersOfStoredBytes",
	}
}

// notDecoders lists what looks like one and is none, with the reason.
func notDecoders() map[string]string {
	return map[string]string{
		"seal.fileReader.Read":         "gives plaintext; it reads through Manifest.Open",
		"seal.load":                    "reads a part for Manifest.Open, which is fuzzed",
		"seal.Key.open":                "Key.Open with one key, as it is fuzzed through that",
		"seal.decoder.uint32":          "a step of the decoders above",
		"seal.decoder.uint64":          "a step of the decoders above",
		"audit.decoder.length":         "a step of DecodeRecord",
		"casefile.ParseScan":           "a word out of a manifest that was opened; what is unknown counts as not looked through",
		"casefile.split":               "typed words, bounded by the form",
		"custody.Custody.OpenPractice": "takes names, not bytes",
		"blob.reader.Read":             "gives sealed bytes as they are",
		"custody.seeker.Read":          "gives plaintext; it reads through Manifest.OpenRange",
		"custody.deskKey.Open":         "opens through CompartmentKey.Open, with each key of the case",
		"custody.source.Read":          "gives what somebody sends as it comes",
		"casework.take":                "takes the name of a field",
		"staff.Verify":                 "reads through Directory.add and decodeChange",
		"signin.SignIn.Renewal":        "reads the same request as Entry",
		"blob.OpenFolder":              "takes the name of a folder",
		"custody.SummaryScan.Open":     "reads through seal.Scan.Open",
		"seal.ParseBackupRecipient":    "a setting of the operator, read by age",
		"web/desk.parseDay":            "a day that was typed",
		"casefile.ParseTerms":          "words that were typed",
		"web/desk.parsePeriod":         "a period in an address",
		"signin.Fingerprint":           "reads the same request as Entry",
		"casework.Casework.SavedLists": "JSON of our own in a box that is opened first, by a reader that is fuzzed",
		"signin.SignIn.act":            "JSON of our own in a box that is opened first, by a reader that is fuzzed",
		"signin.SignIn.factors":        "JSON of our own in a box that is opened first, by a reader that is fuzzed",
		"signin.SignIn.journey":        "JSON of our own in a box that is opened first, by a reader that is fuzzed",
		"signin.SignIn.openApp":        "JSON of our own in a box that is opened first, by a reader that is fuzzed",
		"signin.SignIn.passkeyRows":    "JSON of our own in a box that is opened first, by a reader that is fuzzed",
		"signin.SignIn.pending":        "JSON of our own in a box that is opened first, by a reader that is fuzzed",
		"signin.SignIn.question":       "JSON of our own in a box that is opened first, by a reader that is fuzzed",
		"seal.Envelope.OpenPasskey":    "opens through Envelope.open",
		"seal.Token.OpenSecret":        "opens through Key.Open and decodeMemberSecret",
		"signin.SignIn.readKnown":      "at most 4 KiB, opened under the pepper by a reader that is fuzzed, then JSON of our own",
		"web/desk.desk.found":          "JSON of strings that the same browser had sealed; signin opens the box, which is fuzzed",
	}
}

// reading is a name that says so.
var reading = regexp.MustCompile(`^(?i:decode|parse|open|unpack|unwrap|split|restore|unmarshal|load|read|take|verify)([A-Z]|$)`)

// TestPT11_EveryDecoderIsFuzzed finds the functions that read stored bytes by their
// name and parameters, and by what they call, and fails where one is in no table.
func TestPT11_EveryDecoderIsFuzzed(t *testing.T) {
	known := map[string]bool{}
	for _, d := range append(decoders(t), storedDecoders(t)...) {
		known[d.name] = true
	}
	targets := fuzzTargets(t)
	for name, target := range fuzzedInside() {
		known[name] = true
		if !targets[target] {
			t.Errorf("%s: there is no %s", name, target)
		}
	}
	other := notDecoders()
	found := decodersInSource(t)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if !known[name] && other[name] == "" {
			t.Errorf("%s (%s) reads stored bytes and is in no table: fuzz it, or say why not", name, found[name])
		}
	}
	for name := range other {
		if found[name] == "" {
			t.Errorf("%s is listed as no decoder, and is not there", name)
		}
	}
	if len(found) < 40 {
		t.Errorf("%d decoders found: not the tree", len(found))
	}
}

// readsStored lists the packages that read what was stored or what comes back from
// a browser sealed. What the program embeds, settings and forms are not in it.
func readsStored() []string {
	return []string{"seal", "letter", "ident", "casefile", "staff", "access", "audit", "blob", "intake", "casework", "dialogue", "custody", "heads", "signin", "setup", "web/desk"}
}

func decodersInSource(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pkg := range readsStored() {
		files, err := filepath.Glob(filepath.Join("..", pkg, "*.go"))
		must(t, err)
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, nil, 0)
			must(t, err)
			for _, decl := range file.Decls {
				if fn, ok := decl.(*ast.FuncDecl); ok && decodes(fn) {
					found[pkg+"."+receiver(fn)+fn.Name.Name] = fmt.Sprint(set.Position(fn.Pos()))
				}
			}
		}
	}
	return found
}

func decodes(fn *ast.FuncDecl) bool {
	return reading.MatchString(fn.Name.Name) && takesBytes(fn) || callsDecoder(fn)
}

// takesBytes reports whether a function takes bytes, a box or an envelope. A use case,
// which takes a context first, is given names as strings.
func takesBytes(fn *ast.FuncDecl) bool {
	asked := len(fn.Type.Params.List) > 0 && isContext(fn.Type.Params.List[0].Type)
	bytesLike := func(e ast.Expr) bool {
		switch x := e.(type) {
		case *ast.ArrayType:
			id, ok := x.Elt.(*ast.Ident)
			return ok && x.Len == nil && id.Name == "byte"
		case *ast.Ident:
			return x.Name == "Box" || x.Name == "Envelope" || x.Name == "string" && !asked
		case *ast.SelectorExpr:
			return slices.Contains([]string{"Box", "Envelope"}, x.Sel.Name)
		default:
			return false
		}
	}
	if fn.Recv != nil && bytesLike(fn.Recv.List[0].Type) {
		return true
	}
	return slices.ContainsFunc(fn.Type.Params.List, func(f *ast.Field) bool { return bytesLike(f.Type) })
}

func isContext(e ast.Expr) bool {
	sel, ok := e.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Context"
}

// callsDecoder reports whether a function hands bytes to a decoder of others.
func callsDecoder(fn *ast.FuncDecl) (yes bool) {
	if fn.Body == nil {
		return false
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		switch sel.Sel.Name {
		case "Unmarshal", "NewDecoder", "DecodeString", "Uint16", "Uint32", "Uint64":
			yes = true
		case "Open":
			id, ok := sel.X.(*ast.Ident)
			yes = yes || ok && id.Name == "note"
		}
		return true
	})
	return yes
}

func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return ""
	}
	e := fn.Recv.List[0].Type
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	if index, ok := e.(*ast.IndexExpr); ok {
		e = index.X
	}
	if id, ok := e.(*ast.Ident); ok {
		return id.Name + "."
	}
	return ""
}

// fuzzTargets lists every fuzz target of the tree as "folder name".
func fuzzTargets(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	must(t, filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`).FindAllStringSubmatch(string(text), -1) {
			found["internal/"+filepath.ToSlash(strings.TrimPrefix(filepath.Dir(path), ".."+string(filepath.Separator)))+" "+m[1]] = true
		}
		return err
	}))
	return found
}
