package ui

import (
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// told are words of one language, all of them texts without placeholders.
type told map[string]string

func (w told) Text(_, key string, args map[string]string) string {
	return strings.ReplaceAll(w[key], "{name}", args["name"])
}
func (w told) Plural(_, key string, _ int, args map[string]string) string {
	return w.Text("", key, args)
}
func (w told) Has(key string) bool { _, ok := w[key]; return ok }

// What is put into a template beforehand reads as what is asked for each time, wherever it
// stands and whatever it holds.
func TestFoldedPagesAreTheSameBytes(t *testing.T) {
	assets, err := NewAssets(Look{})
	if err != nil {
		t.Fatal(err)
	}
	rd := &Renderer{assets: assets, words: told{
		"plain": "Send your complaint: today, or later…", "tag": "<b>bold</b> & more", "quote": `He said "no"`,
		"single": "It's 1+1", "tick": "`", "none": "", "who": "Hello {name}",
	}}
	for src, left := range map[string]int{ // how many words are still asked for
		`<p>{{t "plain"}}</p>`: 0,
		`<p>{{- t "plain" -}} </p><p>{{t "plain"}} {{t "none"}}</p>`:                                                                         0,
		`<title>{{t "plain"}} {{t "tag"}}</title>`:                                                                                           1,
		`<p>{{t "tag"}}{{t "quote"}}{{t "single"}}{{t "tick"}}</p>`:                                                                          4,
		`<a title="{{t "plain"}}" aria-label="{{t "quote"}}">x</a>`:                                                                          1,
		`<textarea>{{t "tag"}}</textarea>`:                                                                                                   1,
		`<p>{{t "who" "name" .Name}}</p>`:                                                                                                    1,
		`<p>{{t .Key}}{{t "plain" | upper}}{{printf "%s" (t "tag")}}{{len (t "plain")}}</p>`:                                                 2,
		`{{if .Name}}<p>{{t "plain"}}</p>{{else}}{{t "tag"}}{{end}}{{range .List}}{{t "plain"}}{{else}}{{t "plain"}}{{end}}`:                 1,
		`{{with t "plain"}}<p>{{.}}</p>{{end}}{{define "a"}}<i>{{.}}</i>{{t "plain"}}{{end}}{{template "a" (t "tag")}}`:                      1,
		`<a href="{{public "/privacy"}}">{{t "plain"}}</a><a href="{{public "/a?b=c#d"}}"></a><form action="/x?to={{public .Name}}"></form>`: 0,
		`<link href="{{asset "app.css"}}">{{$x := t "plain"}}{{$x}}`:                                                                         1,
	} {
		once, again := parsed(t, rd, src), parsed(t, rd, src)
		rd.fold(again, "en")
		n := 0
		for _, one := range again.Templates() {
			n += strings.Count(one.Tree.Root.String(), `t "`) + strings.Count(one.Tree.Root.String(), "t .Key")
		}
		if n != left {
			t.Errorf("%s: asks for words %d times, want %d: %s", src, n, left, again.Tree.Root)
		}
		if want, got := pageOf(t, once), pageOf(t, again); got != want {
			t.Errorf("%s:\n got %s\nwant %s", src, got, want)
		}
	}
}

// misplaced are words in an address, a script or a style, addresses in a query, and either
// without quotes: html/template writes them otherwise there than they are.
func misplaced() *regexp.Regexp {
	return regexp.MustCompile(`[\s"](?:data-)?(?:href|action|formaction|cite|poster|background|data|style|on[a-z]+|[a-z-]*(?:src|uri|url)[a-z-]*)="[^"]*\{\{-? *t "` +
		`|\?[^" ]*\{\{-? *(?:public|asset) "|=\{\{-? *(?:t|public|asset) "|<(?:script|style)[^>]*>[^<]*\{\{`)
}

func TestNothingIsFoldedWhereItWouldBeWrittenOtherwise(t *testing.T) {
	for _, wrong := range []string{
		`<a href="{{t "key"}}">`, `<a class="x" href="/x/{{t "key"}}">`, `<p data-url="{{t "key"}}">`, `<p onclick="{{t "key"}}">`,
		`<a href="/x?to={{public "/y"}}">`, `<p class={{t "key"}}>`, `<script>let a = {{t "key"}}</script>`,
	} {
		if !misplaced().MatchString(wrong) {
			t.Errorf("%s is not noticed", wrong)
		}
	}
	looked := 0
	for _, set := range []string{"", "public", "desk", "demo"} {
		err := fs.WalkDir(os.DirFS("../../.."), folderOf(set), func(at string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			looked++
			b, err := os.ReadFile(filepath.Join("../../..", at))
			if wrong := misplaced().Find(b); wrong != nil {
				t.Errorf("%s: %s", at, wrong)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	if looked < 50 {
		t.Errorf("only %d templates were looked at", looked)
	}
}

func parsed(t *testing.T, rd *Renderer, src string) *template.Template {
	t.Helper()
	p, err := template.New("page").Funcs(rd.funcs("en")).Parse(src)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func pageOf(t *testing.T, p *template.Template) string {
	t.Helper()
	var b strings.Builder
	if err := p.Execute(&b, map[string]any{"Name": "/an & co", "Key": "quote", "List": []int{1, 2}}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A page that is the same for everybody is compressed once, another is another, and what is
// kept does not grow without end.
func TestEachPageIsCompressedOnceAndFewAreKept(t *testing.T) {
	var s squeezed
	a, b := s.of([]byte("<p>one</p>")), s.of([]byte("<p>one</p>"))
	if &a[0] != &b[0] {
		t.Error("the same page is compressed again")
	}
	if string(s.of([]byte("<p>two</p>"))) == string(a) {
		t.Error("another page is answered")
	}
	for n := range 5 * mostSqueezed {
		s.of([]byte(strings.Repeat("x", n)))
		if len(s.kept) > mostSqueezed {
			t.Fatalf("%d are kept", len(s.kept))
		}
	}
	if string(s.of([]byte("<p>one</p>"))) != string(a) {
		t.Error("a page that went is another")
	}
}
