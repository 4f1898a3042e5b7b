package ui

import (
	"html/template"
	"regexp"
	"strconv"
	"strings"
	"text/template/parse"
)

// fold puts into the templates of a page what it says whatever it is about: words, {{t "key"}}
// and nothing more, and addresses of our own, {{public "/privacy"}}, which are half of all
// that a page calls. t has parsed them for one language and has not run yet. What it makes
// is the same byte for byte: a text in which a character means something to HTML stays an
// action, which escapes it for where it stands. Words stand in no address and no script, and
// addresses of ours in no query, where they would be written otherwise; a test looks.
func (rd *Renderer) fold(t *template.Template, code string) {
	f := folder{
		"t":      func(key string) (string, bool) { return rd.words.Text(code, key, nil), true },
		"public": func(path string) (string, bool) { return publicPath(code, path), plainPath.MatchString(path) },
		"asset":  func(name string) (string, bool) { url, ok := rd.assets.urls[name]; return url, ok },
	}
	for _, one := range t.Templates() {
		if one.Tree != nil {
			f.list(one.Tree.Root)
		}
	}
}

// folder is what the functions that are folded say of their one word, by name; false: they
// say it later.
type folder map[string]func(string) (string, bool)

func (f folder) list(l *parse.ListNode) {
	if l == nil {
		return
	}
	for i, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			if text, ok := f.said(n.Pipe); ok && plain(text) {
				l.Nodes[i] = &parse.TextNode{NodeType: parse.NodeText, Pos: n.Pos, Text: []byte(text)}
				continue
			}
			f.pipe(n.Pipe)
		case *parse.TemplateNode:
			f.pipe(n.Pipe)
		case *parse.IfNode:
			f.branch(&n.BranchNode)
		case *parse.RangeNode:
			f.branch(&n.BranchNode)
		case *parse.WithNode:
			f.branch(&n.BranchNode)
		}
	}
}

func (f folder) branch(b *parse.BranchNode) {
	f.pipe(b.Pipe)
	f.list(b.List)
	f.list(b.ElseList)
}

// pipe gives the words that are handed to something else as a string.
func (f folder) pipe(p *parse.PipeNode) {
	if p == nil {
		return
	}
	for _, c := range p.Cmds {
		for i, a := range c.Args {
			inner, ok := a.(*parse.PipeNode)
			if !ok {
				continue
			}
			if text, ok := f.said(inner); ok {
				c.Args[i] = &parse.StringNode{NodeType: parse.NodeString, Pos: inner.Pos, Quoted: strconv.Quote(text), Text: text}
				continue
			}
			f.pipe(inner)
		}
	}
}

// said is what a function says of one word, where p is that and nothing else.
func (f folder) said(p *parse.PipeNode) (string, bool) {
	if p == nil || len(p.Decl) > 0 || len(p.Cmds) != 1 || len(p.Cmds[0].Args) != 2 {
		return "", false
	}
	name, isName := p.Cmds[0].Args[0].(*parse.IdentifierNode)
	word, isWord := p.Cmds[0].Args[1].(*parse.StringNode)
	if !isName || !isWord || f[name.Ident] == nil {
		return "", false
	}
	return f[name.Ident](word.Text)
}

// plainPath is a path that every escaper of an address leaves as it is.
var plainPath = regexp.MustCompile(`^[a-z0-9/._-]*$`)

// plain tells that html/template writes a text as it is, in the text of a page and in an
// attribute that is quoted, as all of ours are.
func plain(text string) bool { return !strings.ContainsAny(text, "\x00&<>\"'`+") }
