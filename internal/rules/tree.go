package rules

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Tree is what the rules look at: every text file below the folder of go.mod.
type Tree struct {
	Module string
	Go     []*GoFile
	Texts  map[string]string // every text file by its path, Go files included
	fset   *token.FileSet
}

// GoFile is one parsed Go file outside testdata.
type GoFile struct {
	Path    string
	Dir     string // folder below the module, "internal/seal"
	Test    bool   // ends in _test.go
	AST     *ast.File
	Lines   int
	imports map[string]string // local name → import path
	tree    *Tree
}

// skipped says which folders hold nothing of ours.
func skipped(name string) bool {
	return slices.Contains([]string{".git", "node_modules", "build", "cache"}, name)
}

// Load reads a tree. Binary files and files beyond 2 MiB are left out.
func Load(files fs.FS) (*Tree, error) {
	t := &Tree{Texts: map[string]string{}, fset: token.NewFileSet()}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && skipped(d.Name()):
			return fs.SkipDir
		case !d.Type().IsRegular(), name == ".git": // of a linked working tree
			return nil
		}
		return t.add(files, name)
	})
	if err != nil {
		return nil, fmt.Errorf("read tree: %w", err)
	}
	for _, line := range strings.Split(t.Texts["go.mod"], "\n") {
		if rest, ok := strings.CutPrefix(line, "module "); ok {
			t.Module = strings.TrimSpace(rest)
		}
	}
	return t, nil
}

func (t *Tree) add(files fs.FS, name string) error {
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	if len(raw) > 2<<20 || bytes.IndexByte(raw, 0) >= 0 {
		return nil
	}
	t.Texts[name] = string(raw)
	if !strings.HasSuffix(name, ".go") || inTestdata(name) {
		return nil
	}
	file, err := parser.ParseFile(t.fset, name, raw, parser.ParseComments)
	if err != nil {
		return err
	}
	t.Go = append(t.Go, &GoFile{
		Path: name, Dir: path.Dir(name), Test: strings.HasSuffix(name, "_test.go"),
		AST: file, Lines: bytes.Count(raw, []byte("\n")), imports: importNames(file), tree: t,
	})
	return nil
}

func inTestdata(name string) bool {
	return slices.Contains(strings.Split(name, "/"), "testdata")
}

// importNames maps the name that each import has in the file to its path. For an
// import without a name of its own it is the last element that is no version.
func importNames(file *ast.File) map[string]string {
	names := map[string]string{}
	for _, spec := range file.Imports {
		full, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser accepts only quoted paths
		}
		name := path.Base(full)
		if len(name) > 1 && name[0] == 'v' && strings.Trim(name[1:], "0123456789") == "" {
			name = path.Base(path.Dir(full))
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = full
	}
	return names
}

// at names a place in the file.
func (f *GoFile) at(n ast.Node) string {
	return f.Path + ":" + strconv.Itoa(f.tree.fset.Position(n.Pos()).Line)
}

// selected returns the import path and the name where n is a reference to
// something of an imported package, such as "time" and "Now".
func (f *GoFile) selected(n ast.Node) (pkg, name string, ok bool) {
	sel, isSel := n.(*ast.SelectorExpr)
	if !isSel {
		return "", "", false
	}
	id, isID := sel.X.(*ast.Ident)
	if !isID || id.Obj != nil { // a local variable of that name
		return "", "", false
	}
	pkg, ok = f.imports[id.Name]
	return pkg, sel.Sel.Name, ok
}

// below reports whether the file stands in one of the folders or further down.
func (f *GoFile) below(dirs ...string) bool {
	return slices.ContainsFunc(dirs, func(d string) bool { return within(f.Dir, d) })
}

func within(dir, root string) bool {
	return dir == root || strings.HasPrefix(dir, root+"/")
}

// testOnly names the packages that exist for tests and checks and never reach the program.
func testOnly() []string {
	return []string{"internal/storetest", "internal/apptest", "internal/fuzztest", "internal/promises", "internal/rules", "bench", "faults", "tools/licences", "tools/sbom"}
}

// forTests reports whether the file is part of a test and not of the program.
func (f *GoFile) forTests() bool { return f.Test || f.below(testOnly()...) }

// sources returns the Go files of the program, without those for tests.
func (t *Tree) sources() []*GoFile {
	return slices.DeleteFunc(slices.Clone(t.Go), (*GoFile).forTests)
}

// paths returns the paths of all texts that keep satisfies, in order.
func (t *Tree) paths(keep func(string) bool) []string {
	var out []string
	for name := range t.Texts {
		if keep(name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
