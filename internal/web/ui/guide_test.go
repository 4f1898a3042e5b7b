package ui_test

import (
	"log/slog"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var assetURL = regexp.MustCompile(`/assets/[a-z]+\.[0-9a-f]+\.[a-z]+`)

// TestStyleGuide renders every part in every state and language, checks the
// markup, and leaves the pages in the artifact folder
// (go test -run StyleGuide -artifacts -outputdir=…) to be looked at.
func TestStyleGuide(t *testing.T) {
	rd, dir := renderer(t, slog.New(slog.DiscardHandler), false), t.ArtifactDir()
	for _, s := range states() {
		for _, l := range languages() {
			t.Run(s.name+"-"+l, func(t *testing.T) {
				v := s.view
				v.Lang = l
				page, err := rd.Bytes("style/"+s.page, v)
				if err != nil {
					t.Fatal(err)
				}
				checkPage(t, string(page), len(v.Errors) > 0)
				keep(t, dir, s.name+"-"+l+".html", string(page))
			})
		}
	}
}

// keep writes a page so that it can be opened from the folder, with its assets.
func keep(t *testing.T, dir, name, page string) {
	t.Helper()
	a := assets(t)
	for _, url := range assetURL.FindAllString(page, -1) {
		w := httptest.NewRecorder()
		a.ServeHTTP(w, httptest.NewRequest("GET", url, nil))
		if err := os.WriteFile(filepath.Join(dir, path.Base(url)), w.Body.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.ReplaceAll(page, `"/assets/`, `"`)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// checkPage holds a page to the rules that every page keeps.
func checkPage(t *testing.T, page string, wrong bool) {
	t.Helper()
	if strings.Contains(page, "⟦") || strings.Contains(page, "ZgotmplZ") {
		t.Errorf("a text is missing or an address was refused")
	}
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	p := &seen{ids: map[string]int{}, labels: map[string]bool{}}
	p.walk(doc)
	if p.h1 != 1 {
		t.Errorf("%d elements h1", p.h1)
	}
	for id, n := range p.ids {
		if n > 1 {
			t.Errorf("id %q stands %d times", id, n)
		}
	}
	for _, ref := range p.refs {
		if p.ids[ref] == 0 {
			t.Errorf("%q leads to no id", ref)
		}
	}
	for _, id := range p.controls {
		if !p.labels[id] {
			t.Errorf("control %q has no label", id)
		}
	}
	for _, e := range p.wrong {
		t.Error(e)
	}
	if prefixed := regexp.MustCompile(`^(Error|Fout|Erreur.|Fehler): `).MatchString(p.title); prefixed != wrong {
		t.Errorf("title %q, with errors: %v", p.title, wrong)
	}
}

// seen is what a walk over a page found.
type seen struct {
	h1             int
	title          string
	ids            map[string]int
	labels         map[string]bool
	refs, controls []string
	wrong          []string
}

func (p *seen) walk(n *html.Node) {
	if n.Type == html.ElementNode {
		p.element(n)
	}
	for c := range n.ChildNodes() {
		p.walk(c)
	}
}

func (p *seen) element(n *html.Node) {
	a := map[string]string{}
	for _, at := range n.Attr {
		a[at.Key] = at.Val
		p.attribute(n.Data, at.Key, at.Val)
	}
	switch n.Data {
	case "h1":
		p.h1++
	case "title":
		p.title = n.FirstChild.Data
	case "label":
		p.labels[a["for"]] = true
		p.refs = append(p.refs, a["for"])
	case "input", "select", "textarea":
		if a["aria-label"] == "" && a["type"] != "hidden" {
			p.controls = append(p.controls, a["id"])
		}
	case "button":
		if a["type"] == "" {
			p.wrong = append(p.wrong, "a button has no type")
		}
	case "style", "iframe":
		p.wrong = append(p.wrong, "element "+n.Data)
	}
}

func (p *seen) attribute(element, key, value string) {
	switch key {
	case "id":
		p.ids[value]++
	case "aria-describedby", "aria-labelledby":
		p.refs = append(p.refs, strings.Fields(value)...)
	case "href", "src", "action":
		if strings.Contains(value, "//") {
			p.wrong = append(p.wrong, "address of another host: "+value)
		}
		if element == "a" && strings.HasPrefix(value, "#") {
			p.refs = append(p.refs, value[1:])
		}
	case "style", "onclick", "required", "maxlength", "accept", "capture", "autofocus":
		p.wrong = append(p.wrong, element+" has "+key)
	}
}
