package public_test

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// form returns the form that posts to an address, with what it would send.
func (p *page) form(action string) (node *html.Node, values url.Values) {
	p.v.t.Helper()
	for _, f := range p.find("form") {
		if to, _, _ := strings.Cut(attribute(f, "action"), "#"); action == "" || to == action {
			return f, controls(f)
		}
	}
	p.v.t.Fatalf("%s has no form to %q:\n%s", p.path, action, p.body)
	return nil, nil
}

// controls is what a browser would send of a form before anything is changed.
func controls(f *html.Node) url.Values {
	values := url.Values{}
	for n := range f.Descendants() {
		if n.Type != html.ElementNode || attribute(n, "name") == "" {
			continue
		}
		name := attribute(n, "name")
		switch kind := attribute(n, "type"); {
		case n.Data == "textarea":
			values.Add(name, rawText(n))
		case n.Data == "select":
			values.Add(name, selected(n))
		case n.Data != "input", kind == "file":
		case kind == "checkbox", kind == "radio":
			if slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "checked" }) {
				values.Add(name, attribute(n, "value"))
			}
		default:
			values.Add(name, attribute(n, "value"))
		}
	}
	return values
}

func rawText(n *html.Node) string {
	if n.FirstChild == nil {
		return ""
	}
	return n.FirstChild.Data
}

func selected(n *html.Node) string {
	value := ""
	for o := range n.Descendants() {
		if o.Type == html.ElementNode && o.Data == "option" {
			marked := slices.ContainsFunc(o.Attr, func(a html.Attribute) bool { return a.Key == "selected" })
			if value == "" || marked {
				value = attribute(o, "value")
			}
		}
	}
	return value
}
