package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

func docRules() []Rule {
	return []Rule{
		{
			Name:   "packages say what they are for",
			Reason: "the comment is what an auditor reads first: what it is for, what it must never do, how it can fail",
			Find:   findPackageComments,
		},
		{
			Name:   "exported names are explained",
			Reason: "the sentence states the contract, with units and the errors a caller may test",
			Find:   findUnexplained,
		},
	}
}

func findPackageComments(t *Tree) []string {
	type pkg struct {
		name, first string
		comments    []string
	}
	found := map[string]*pkg{}
	var order []string
	for _, f := range t.Go {
		if f.Test {
			continue
		}
		p := found[f.Dir]
		if p == nil {
			p = &pkg{name: f.AST.Name.Name, first: f.Path}
			found[f.Dir] = p
			order = append(order, f.Dir)
		}
		if f.AST.Doc != nil && f.AST.Doc.Text() != "" {
			p.comments = append(p.comments, f.AST.Doc.Text())
		}
	}
	var out []string
	for _, dir := range order {
		p := found[dir]
		switch want := "Package " + p.name + " "; {
		case len(p.comments) == 0:
			out = append(out, fmt.Sprintf("%s: package %s has no comment", p.first, p.name))
		case len(p.comments) > 1:
			out = append(out, fmt.Sprintf("%s: package %s has %d comments; keep one", p.first, p.name, len(p.comments)))
		case p.name != "main" && !strings.HasPrefix(p.comments[0], want):
			out = append(out, fmt.Sprintf("%s: the comment of package %s does not begin with %q", p.first, p.name, want))
		}
	}
	return out
}

func findUnexplained(t *Tree) []string {
	var out []string
	for _, f := range t.Go {
		if f.Test || f.AST.Name.Name == "main" {
			continue
		}
		for _, decl := range f.AST.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && exportedReceiver(d) && !explains(d.Doc, d.Name.Name) {
					out = append(out, fmt.Sprintf("%s: %s has no comment that begins with its name", f.at(d), d.Name.Name))
				}
			case *ast.GenDecl:
				out = append(out, unexplainedIn(f, d)...)
			}
		}
	}
	return out
}

// unexplainedIn looks at types, constants and variables. In a group, one comment
// above it or one beside each name is enough.
func unexplainedIn(f *GoFile, d *ast.GenDecl) []string {
	var out []string
	grouped := d.Lparen.IsValid()
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			doc := s.Doc
			if doc == nil && !grouped {
				doc = d.Doc
			}
			if s.Name.IsExported() && !explains(doc, s.Name.Name) {
				out = append(out, fmt.Sprintf("%s: type %s has no comment that begins with its name", f.at(s), s.Name.Name))
			}
		case *ast.ValueSpec:
			name, exported := exportedName(s)
			if !exported {
				continue
			}
			if grouped && (d.Doc != nil || s.Doc != nil || s.Comment != nil) || !grouped && explains(d.Doc, name) {
				continue
			}
			out = append(out, fmt.Sprintf("%s: %s has no comment that begins with its name", f.at(s), name))
		}
	}
	return out
}

func exportedName(s *ast.ValueSpec) (string, bool) {
	for _, n := range s.Names {
		if n.IsExported() {
			return n.Name, true
		}
	}
	return "", false
}

// explains reports whether a comment begins with the name, an article before it
// allowed.
func explains(doc *ast.CommentGroup, name string) bool {
	if doc == nil {
		return false
	}
	text := doc.Text()
	for _, article := range []string{"A ", "An ", "The "} {
		text = strings.TrimPrefix(text, article)
	}
	rest, ok := strings.CutPrefix(text, name)
	return ok && (rest == "" || !token.IsIdentifier(rest[:1]) && rest[0] != '_')
}

// exportedReceiver reports whether a function is no method, or one of an exported
// type.
func exportedReceiver(fn *ast.FuncDecl) bool {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return true
	}
	typ := fn.Recv.List[0].Type
	for {
		switch x := typ.(type) {
		case *ast.StarExpr:
			typ = x.X
		case *ast.IndexExpr:
			typ = x.X
		case *ast.IndexListExpr:
			typ = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return false
		}
	}
}
