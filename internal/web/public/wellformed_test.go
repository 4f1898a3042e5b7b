package public_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// voids need no end tag.
func voids() []string {
	return []string{"meta", "link", "input", "br", "wbr", "hr", "img", "path", "circle", "line", "rect", "use"}
}

var errorTitle = regexp.MustCompile(`^(Error:|Fout:|Erreur\x{a0}:|Erreur :|Fehler:) `)

// checkPage holds a page to the rules that every page keeps in every state.
func checkPage(t testing.TB, p *page) {
	t.Helper()
	for _, bad := range []string{"⟦", "ZgotmplZ", "<no value>", "%!"} {
		if strings.Contains(p.body, bad) {
			t.Errorf("%s holds %q", p.path, bad)
		}
	}
	nested(t, p)
	s := &seen{ids: map[string]int{}, labels: map[string]bool{}}
	for n := range p.document.Descendants() {
		if n.Type == html.ElementNode {
			s.element(n)
		}
	}
	for id, n := range s.ids {
		if n > 1 {
			t.Errorf("%s: id %q stands %d times", p.path, id, n)
		}
	}
	for _, ref := range s.refs {
		if s.ids[ref] == 0 {
			t.Errorf("%s: %q leads to no id", p.path, ref)
		}
	}
	for _, id := range s.controls {
		if !s.labels[id] {
			t.Errorf("%s: control %q has no label", p.path, id)
		}
	}
	for _, wrong := range s.wrong {
		t.Errorf("%s: %s", p.path, wrong)
	}
	if s.h1 != 1 {
		t.Errorf("%s: %d elements h1", p.path, s.h1)
	}
	if errorTitle.MatchString(s.title) != (s.ids["errors"] == 1) {
		t.Errorf("%s: title %q does not tell whether something is wrong", p.path, s.title)
	}
	if s.ids["errors"] == 1 && strings.Index(p.body, `id="errors"`) > strings.Index(p.body, "<h1") {
		t.Errorf("%s: the summary of errors stands behind the heading", p.path)
	}
}

// nested checks that every element ends where it should, which a browser forgives.
func nested(t testing.TB, p *page) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(p.body))
	var open []string
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("%s: never closed: %v", p.path, open)
			}
			return
		case html.StartTagToken:
			if name, _ := z.TagName(); !slices.Contains(voids(), string(name)) {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				t.Fatalf("%s: </%s> closes %v", p.path, name, open)
			}
			open = open[:len(open)-1]
		default:
		}
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

func (s *seen) element(n *html.Node) {
	for _, a := range n.Attr {
		s.attribute(n.Data, a.Key, a.Val)
	}
	switch n.Data {
	case "h1":
		s.h1++
	case "title":
		if s.title == "" && n.FirstChild != nil {
			s.title = n.FirstChild.Data
		}
	case "label":
		s.labels[attribute(n, "for")] = true
		s.refs = append(s.refs, attribute(n, "for"))
	case "input", "select", "textarea":
		if attribute(n, "type") != "hidden" {
			s.controls = append(s.controls, attribute(n, "id"))
		}
	case "button":
		if attribute(n, "type") == "" {
			s.wrong = append(s.wrong, "a button has no type")
		}
	case "script":
		if !ours(n) {
			s.wrong = append(s.wrong, "a script that is not ours")
		}
	case "style", "iframe", "img", "object", "embed":
		s.wrong = append(s.wrong, "element "+n.Data)
	}
}

func (s *seen) attribute(element, key, value string) {
	switch {
	case key == "id":
		s.ids[value]++
	case key == "aria-describedby", key == "aria-labelledby":
		s.refs = append(s.refs, strings.Fields(value)...)
	case key == "href", key == "src", key == "action":
		if strings.Contains(value, "//") {
			s.wrong = append(s.wrong, "address of another host: "+value)
		}
		if element == "a" && strings.HasPrefix(value, "#") && value != "#main" {
			s.refs = append(s.refs, value[1:])
		}
	case strings.HasPrefix(key, "on"), slices.Contains([]string{"style", "required", "maxlength", "accept", "capture", "autofocus"}, key):
		s.wrong = append(s.wrong, element+" has "+key)
	}
}

// ours reports whether a script is the one that sends files in pieces, and holds nothing
// by itself.
func ours(n *html.Node) bool {
	return strings.HasPrefix(attribute(n, "src"), "/assets/upload.") && n.FirstChild == nil
}
