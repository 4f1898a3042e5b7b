package apptest

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Send makes one request and follows where it leads; it returns the page.
type Send func(method, target, contentType string, body io.Reader) (status int, page string)

// HoldsWhatIsTyped fills in everything on a page, presses another language as a
// browser without scripts does, and fails where the page that comes back lacks any of
// it or is not in that language. A password is never written into a page. It reports
// whether there was anything to type.
func HoldsWhatIsTyped(t testing.TB, name, page, to string, send Send) bool {
	t.Helper()
	doc := parse(t, page)
	want := fillIn(doc)
	if len(want) == 0 {
		return false
	}
	button := languageButton(doc, to)
	if button == nil {
		t.Errorf("%s: has something to type and no button for another language", name)
		return true
	}
	method, target, kind, body := press(doc, button)
	status, after := send(method, target, kind, body)
	got := parse(t, after)
	if l := languageOf(got); l != to || status >= 400 {
		t.Errorf("%s: the other language answers %d in %q", name, status, l)
		return true
	}
	there := map[string]string{}
	for key, n := range keyed(got) {
		there[key] = standing(n)
	}
	for key, typed := range want {
		if was, ok := there[key]; !ok || was != typed {
			t.Errorf("%s: %s held %q and holds %q in the other language (is it on the page: %v)", name, key, typed, was, ok)
		}
	}
	return true
}

func parse(t testing.TB, page string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func languageOf(doc *html.Node) string {
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "html" {
			l, _ := Attr(n, "lang")
			return l
		}
	}
	return ""
}

// languageButton is the button in the header for a language.
func languageButton(doc *html.Node, to string) *html.Node {
	for n := range doc.Descendants() {
		l, _ := Attr(n, "lang")
		if n.Type == html.ElementNode && n.Data == "button" && l == to {
			return n
		}
	}
	return nil
}

// keyed finds the controls in which something can be typed, by name and place; each
// box and each choice apart. Files and passwords are not among them.
func keyed(doc *html.Node) map[string]*html.Node {
	list, seen := map[string]*html.Node{}, map[string]int{}
	for _, n := range controls(doc, false) {
		name, _ := Attr(n, "name")
		kind, _ := Attr(n, "type")
		_, fixed := Attr(n, "readonly")
		if name == "" || fixed || kind == "password" || kind == "file" {
			continue
		}
		key := name
		if ticked(n) {
			v, _ := Attr(n, "value")
			key += "=" + v
		}
		seen[key]++
		list[fmt.Sprintf("%s #%d", key, seen[key])] = n
	}
	return list
}

// fillIn types into every control what shows whether it came through whole, chooses
// the last of several, ticks every box, and returns what stands where then.
func fillIn(doc *html.Node) map[string]string {
	last := map[string]*html.Node{} // radio by name
	fields := keyed(doc)
	for key, n := range fields {
		name, _ := Attr(n, "name")
		kind, _ := Attr(n, "type")
		switch {
		case n.Data == "textarea":
			for n.FirstChild != nil {
				n.RemoveChild(n.FirstChild)
			}
			n.AppendChild(&html.Node{Type: html.TextNode, Data: "\n  “" + key + "”\n\n<b>Ünï & \"zwei\"</b></textarea>\n"})
		case n.Data == "select":
			chooseLast(n)
		case kind == "checkbox":
			setAttr(n, "checked", "")
		case kind == "radio":
			unset(n, "checked")
			if was := last[name]; was == nil || after(doc, was, n) {
				last[name] = n
			}
		default:
			setAttr(n, "value", ` '`+key+`' "<i>&amp;é`)
		}
	}
	for _, n := range last {
		setAttr(n, "checked", "")
	}
	want := map[string]string{}
	for key, n := range fields {
		want[key] = standing(n)
	}
	return want
}

func chooseLast(n *html.Node) {
	var last *html.Node
	for o := range n.Descendants() {
		if o.Type == html.ElementNode && o.Data == "option" {
			unset(o, "selected")
			last = o
		}
	}
	if last != nil {
		setAttr(last, "selected", "")
	}
}

// after reports whether b stands behind a.
func after(doc, a, b *html.Node) bool {
	for n := range doc.Descendants() {
		if n == a {
			return true
		}
		if n == b {
			return false
		}
	}
	return false
}
