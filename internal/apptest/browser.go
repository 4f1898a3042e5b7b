package apptest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// What a browser without scripts makes of the forms of a page: which controls belong
// to which form, what is sent, and what stands in them.

// OwnerOf is the form that an element belongs to: the one that it names, else the one
// around it; nil where it is outside of any (HTML 4.10.17.3).
func OwnerOf(n *html.Node) *html.Node {
	if id, named := Attr(n, "form"); named {
		root := n
		for root.Parent != nil {
			root = root.Parent
		}
		for x := range root.Descendants() {
			if own, _ := Attr(x, "id"); x.Type == html.ElementNode && x.Data == "form" && own == id {
				return x
			}
		}
		return nil
	}
	for n = n.Parent; n != nil; n = n.Parent {
		if n.Type == html.ElementNode && n.Data == "form" {
			return n
		}
	}
	return nil
}

// Attr is an attribute of an element, and whether it has it.
func Attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func setAttr(n *html.Node, key, val string) {
	unset(n, key)
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: val})
}

func unset(n *html.Node, key string) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

// controls are the elements of a page in which something is typed or chosen, in
// order. Hidden ones count only where all is set; what is switched off is never sent.
func controls(doc *html.Node, all bool) (list []*html.Node) {
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || off(n) {
			continue
		}
		kind, _ := Attr(n, "type")
		switch n.Data {
		case "textarea", "select":
			list = append(list, n)
		case "input":
			if all || kind != "hidden" {
				list = append(list, n)
			}
		}
	}
	return list
}

// off reports whether a control stands in a group that is switched off.
func off(n *html.Node) bool {
	for p := range n.Ancestors() {
		if _, disabled := Attr(p, "disabled"); disabled && p.Data == "fieldset" {
			return true
		}
	}
	return false
}

func ticked(n *html.Node) bool {
	kind, _ := Attr(n, "type")
	return kind == "radio" || kind == "checkbox"
}

// standing is what stands in a control; empty where it is not ticked.
func standing(n *html.Node) string {
	switch {
	case n.Data == "textarea":
		var b strings.Builder
		for x := range n.Descendants() {
			b.WriteString(x.Data)
		}
		return b.String()
	case n.Data == "select":
		chosen, seen := "", false
		for o := range n.Descendants() {
			if o.Type != html.ElementNode || o.Data != "option" {
				continue
			}
			if _, yes := Attr(o, "selected"); yes || !seen {
				chosen, _ = Attr(o, "value")
				seen = true
			}
		}
		return chosen
	case ticked(n):
		if _, yes := Attr(n, "checked"); !yes {
			return ""
		}
	}
	v, _ := Attr(n, "value")
	return v
}

// Values is what a browser sends of a form before a button adds its own.
func Values(doc, form *html.Node) url.Values {
	values := url.Values{}
	for _, n := range controls(doc, true) {
		name, _ := Attr(n, "name")
		kind, _ := Attr(n, "type")
		if name == "" || OwnerOf(n) != form {
			continue
		}
		_, checked := Attr(n, "checked")
		if kind == "file" || ticked(n) && !checked {
			continue
		}
		values.Add(name, standing(n))
	}
	return values
}

// press makes the request that a button sends (HTML 4.10.21.3).
func press(doc, button *html.Node) (method, target, contentType string, body io.Reader) {
	form := OwnerOf(button)
	if form == nil {
		return "GET", "/", "", nil // a button without a form does nothing
	}
	setting := func(own, ofForm string) string {
		if v, ok := Attr(button, own); ok {
			return v
		}
		v, _ := Attr(form, ofForm)
		return v
	}
	values := Values(doc, form)
	if name, ok := Attr(button, "name"); ok {
		v, _ := Attr(button, "value")
		values.Add(name, v)
	}
	target = setting("formaction", "action")
	if !strings.EqualFold(setting("formmethod", "method"), "post") {
		path, _, _ := strings.Cut(target, "?")
		return "GET", path + "?" + values.Encode(), "", nil
	}
	if setting("formenctype", "enctype") == "multipart/form-data" {
		return multipartBody(target, values)
	}
	return "POST", target, "application/x-www-form-urlencoded", strings.NewReader(values.Encode())
}

func multipartBody(target string, values url.Values) (method, to, contentType string, body io.Reader) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, list := range values {
		for _, v := range list {
			_ = m.WriteField(name, strings.ReplaceAll(v, "\n", "\r\n")) // a buffer takes all
		}
	}
	_ = m.Close()
	return "POST", target, m.FormDataContentType(), &b
}
