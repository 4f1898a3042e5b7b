package browser

import (
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Form is a form as it stands on a page, with what is filled in so far.
type Form struct {
	Action    *url.URL
	method    string
	multipart bool
	fields    []field
	buttons   []field
	file      *File
}

// File is a file that a person chose. Body is read once.
type File struct {
	Name, Type string
	Size       int64 // in bytes
	Body       io.Reader
}

type field struct {
	name, kind string
	value      string
	on         bool     // it goes with the form as it is now
	offered    []string // of a select
}

func newForm(page *url.URL, n *html.Node) *Form {
	f := &Form{Action: page, method: strings.ToUpper(attribute(n, "method")), multipart: attribute(n, "enctype") == "multipart/form-data"}
	if u, err := page.Parse(attribute(n, "action")); err == nil {
		f.Action = u
	}
	return f
}

// take adds a control of the form, with what it is preset to.
func (f *Form) take(n *html.Node) {
	x := field{name: attribute(n, "name"), kind: attribute(n, "type"), value: attribute(n, "value"), on: true}
	switch n.Data {
	case "input":
		if x.kind == "radio" || x.kind == "checkbox" {
			x.on = has(n, "checked")
		}
	case "textarea":
		x.kind, x.value = n.Data, strings.TrimPrefix(rawText(n), "\n")
	case "select":
		x.kind = n.Data
		x.choose(n)
	case "button":
		if x.kind == "" || x.kind == "submit" {
			f.buttons = append(f.buttons, x)
		}
		return
	default:
		return
	}
	if x.name != "" && !has(n, "disabled") {
		f.fields = append(f.fields, x)
	}
}

func (x *field) choose(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && c.Data == "option" {
			if len(x.offered) == 0 || has(c, "selected") {
				x.value = attribute(c, "value")
			}
			x.offered = append(x.offered, attribute(c, "value"))
		}
	}
}

func rawText(n *html.Node) string {
	if n.FirstChild != nil {
		return n.FirstChild.Data
	}
	return ""
}

// Asks reports whether the form has a control of that name.
func (f *Form) Asks(name string) bool {
	return slices.ContainsFunc(f.fields, func(x field) bool { return x.name == name })
}

// Fill types a value, or ticks it where the form offers choices. It fails when the
// form does not ask for it or does not offer it.
func (f *Form) Fill(name, value string) error {
	for i := range f.fields {
		x := &f.fields[i]
		if x.name != name {
			continue
		}
		switch {
		case x.kind == "radio" || x.kind == "checkbox":
			if x.value != value {
				if x.kind == "radio" {
					x.on = false
				}
				continue
			}
			x.on = true
			f.untick(x)
			return nil
		case x.kind == "select" && !slices.Contains(x.offered, value):
			continue
		default:
			x.value = value
			return nil
		}
	}
	return fmt.Errorf("form %s does not take %q for %s: %w", f.Action.Path, value, name, ErrUnexpected)
}

// untick takes back what a radio button excludes.
func (f *Form) untick(on *field) {
	for i := range f.fields {
		if x := &f.fields[i]; x != on && x.kind == "radio" && on.kind == "radio" && x.name == on.name {
			x.on = false
		}
	}
}

// Attach chooses a file in the form's file control.
func (f *Form) Attach(x File) error {
	if !f.multipart || !slices.ContainsFunc(f.fields, func(x field) bool { return x.kind == "file" }) {
		return fmt.Errorf("form %s takes no file: %w", f.Action.Path, ErrUnexpected)
	}
	f.file = &x
	return nil
}

// values is what goes with the form when a button, "name=value" or "", is pressed.
func (f *Form) values(button string) (names, values []string, err error) {
	for _, x := range f.fields {
		if x.on && x.kind != "file" && x.kind != "submit" && x.kind != "image" && x.kind != "button" {
			names, values = append(names, x.name), append(values, x.value)
		}
	}
	if button == "" {
		return names, values, nil
	}
	for _, x := range f.buttons {
		if x.name+"="+x.value == button {
			return append(names, x.name), append(values, x.value), nil
		}
	}
	return nil, nil, fmt.Errorf("form %s has no button %s: %w", f.Action.Path, button, ErrUnexpected)
}

func (f *Form) request(ctx context.Context, button string) (*http.Request, error) {
	names, values, err := f.values(button)
	if err != nil {
		return nil, err
	}
	to := *f.Action
	to.Fragment = ""
	var body io.Reader
	var kind string
	var size int64
	switch {
	case f.multipart:
		body, size, kind = f.parts(names, values)
	default:
		q := url.Values{}
		for i, name := range names {
			q.Add(name, values[i])
		}
		body, size, kind = strings.NewReader(q.Encode()), int64(len(q.Encode())), "application/x-www-form-urlencoded"
		if f.method != http.MethodPost {
			to.RawQuery = q.Encode()
			return http.NewRequestWithContext(ctx, http.MethodGet, to.String(), http.NoBody)
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), body)
	if err != nil {
		return nil, fmt.Errorf("send form: %w", err)
	}
	req.ContentLength = size
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return req, nil
}

// parts writes a multipart body around the file without holding the file.
func (f *Form) parts(names, values []string) (body io.Reader, size int64, kind string) {
	var head strings.Builder
	w := multipart.NewWriter(&head)
	for i, name := range names {
		_ = w.WriteField(name, values[i]) // a builder takes all
	}
	file := f.file
	if file == nil {
		file = &File{Type: "application/octet-stream", Body: strings.NewReader("")}
	}
	for _, x := range f.fields {
		if x.kind == "file" {
			h := textproto.MIMEHeader{"Content-Type": {file.Type}}
			h.Set("Content-Disposition", fmt.Sprintf("form-data; name=%q; filename=%q", x.name, file.Name))
			_, _ = w.CreatePart(h) // a builder takes all
			break
		}
	}
	front := head.Len()
	kind = w.FormDataContentType()
	_ = w.Close()
	all := head.String()
	return io.MultiReader(strings.NewReader(all[:front]), file.Body, strings.NewReader(all[front:])), int64(len(all)) + file.Size, kind
}
