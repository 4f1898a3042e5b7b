package ui

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"golang.org/x/net/html"
)

// pageForm is the id of the form of a page that a change of language takes along. Its
// controls may stand outside it and name it by their attribute form. The attribute
// data-enter says where Enter in a field sends it, where that is not its own address.
const pageForm = "page"

// formOf finds the form of a page; ok is false where the page has none.
func formOf(main []byte) (enter string, ok bool) {
	if !bytes.Contains(main, []byte(`<form id="`+pageForm+`"`)) {
		return "", false
	}
	z := html.NewTokenizer(bytes.NewReader(main))
	for z.Next() != html.ErrorToken {
		t := z.Token()
		if t.Type == html.StartTagToken && t.Data == "form" && value(t, "id") == pageForm {
			return value(t, "data-enter"), true
		}
	}
	return "", false
}

// refill writes what was typed into the form of a page and returns the names of
// files that were chosen there, which no page can hold.
func refill(main []byte, typed map[string][]string) (filled []byte, files []string, err error) {
	f := filler{z: html.NewTokenizer(bytes.NewReader(main)), typed: typed, used: map[string]int{}}
	for {
		kind := f.z.Next()
		if kind == html.ErrorToken {
			if errors.Is(f.z.Err(), io.EOF) {
				return f.out.Bytes(), f.files, nil
			}
			return nil, nil, f.z.Err()
		}
		raw := bytes.Clone(f.z.Raw())
		f.token(f.z.Token(), raw)
	}
}

// filler copies a page token by token and changes the controls of its form.
type filler struct {
	z      *html.Tokenizer
	out    bytes.Buffer
	typed  map[string][]string
	used   map[string]int // how many values of a name were given out
	inside bool           // the form
	choice string         // name of the select whose options come
	files  []string
}

func (f *filler) token(t html.Token, raw []byte) {
	start := t.Type == html.StartTagToken || t.Type == html.SelfClosingTagToken
	switch {
	case t.Data == "form" && start:
		f.inside = value(t, "id") == pageForm
	case t.Data == "form" && t.Type == html.EndTagToken:
		f.inside = false
	case t.Data == "select" && t.Type == html.EndTagToken:
		f.choice = ""
	case start && t.Data == "option" && f.choice != "":
		raw = written(with(t, "selected", f.has(f.choice, value(t, "value"))))
	case start && f.owns(t):
		f.control(t, raw)
		return
	}
	f.out.Write(raw)
}

// owns reports whether a tag begins a control of the form.
func (f *filler) owns(t html.Token) bool {
	if t.Data != "input" && t.Data != "textarea" && t.Data != "select" {
		return false
	}
	owner := value(t, "form")
	return owner == pageForm || owner == "" && f.inside
}

func (f *filler) control(t html.Token, raw []byte) {
	name := value(t, "name")
	switch kind := value(t, "type"); {
	case t.Data == "select":
		if _, sent := f.typed[name]; sent {
			f.choice = name
		}
	case t.Data == "textarea":
		f.out.Write(raw)
		f.area(name)
		return
	case kind == "file":
		for _, file := range f.typed[name] {
			if file != "" {
				f.files = append(f.files, file)
			}
		}
	case kind == "password":
	case kind == "checkbox", kind == "radio":
		raw = written(with(t, "checked", f.has(name, value(t, "value"))))
	default:
		if v, ok := f.take(name); ok {
			raw = written(setting(t, "value", v))
		}
	}
	f.out.Write(raw)
}

// area replaces the text of a text area, whose start is written. HTML drops the first
// line break after it.
func (f *filler) area(name string) {
	v, ok := f.take(name)
	for f.z.Next() != html.ErrorToken {
		raw := bytes.Clone(f.z.Raw())
		if t := f.z.Token(); t.Type == html.EndTagToken {
			if ok {
				f.out.WriteString("\n" + html.EscapeString(v))
			}
			f.out.Write(raw)
			return
		}
		if !ok {
			f.out.Write(raw)
		}
	}
}

// take gives out the values of a name one by one, in the order of the page.
func (f *filler) take(name string) (string, bool) {
	list, n := f.typed[name], f.used[name]
	if name == "" || n >= len(list) {
		return "", false
	}
	f.used[name]++
	return list[n], true
}

func (f *filler) has(name, v string) bool { return slices.Contains(f.typed[name], v) }

func value(t html.Token, key string) string {
	for _, a := range t.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// with puts an attribute without a value on a tag, or takes it off.
func with(t html.Token, key string, on bool) html.Token {
	t = without(t, key)
	if on {
		t.Attr = append(t.Attr, html.Attribute{Key: key})
	}
	return t
}

func setting(t html.Token, key, v string) html.Token {
	t = without(t, key)
	t.Attr = append(t.Attr, html.Attribute{Key: key, Val: v})
	return t
}

func without(t html.Token, key string) html.Token {
	t.Attr = slices.DeleteFunc(slices.Clone(t.Attr), func(a html.Attribute) bool { return a.Key == key })
	return t
}

// written is a start tag as our templates write it.
func written(t html.Token) []byte {
	b := []byte("<" + t.Data)
	for _, a := range t.Attr {
		b = append(b, " "+a.Key...)
		if a.Val != "" || a.Key == "value" {
			b = append(b, `="`+html.EscapeString(a.Val)+`"`...)
		}
	}
	return append(b, '>')
}
