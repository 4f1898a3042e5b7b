package ui

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"slices"

	"golang.org/x/net/html"
)

// Shown renders what a page says, for another page that shows it below a heading of the
// second level: its headings come two levels lower, nothing in it has an address or can be
// led to, so that no id stands twice and no click leaves what is being typed. It fails when
// the page has a form.
func (rd *Renderer) Shown(name string, p Viewed) (Fragment, error) {
	v := rd.complete(p.view())
	t, err := rd.page(name, v.Lang)
	if err != nil {
		return Fragment{}, err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "main", v); err != nil {
		return Fragment{}, fmt.Errorf("render page %s to show it: %w", name, err)
	}
	calm, err := inert(b.Bytes())
	if err != nil {
		return Fragment{}, fmt.Errorf("show page %s: %w", name, err)
	}
	return Fragment{template.HTML(calm)}, nil //nolint:gosec // made by the template above, which escaped what it holds
}

func inert(main []byte) ([]byte, error) {
	var out bytes.Buffer
	for z := html.NewTokenizer(bytes.NewReader(main)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			if errors.Is(z.Err(), io.EOF) {
				return out.Bytes(), nil
			}
			return nil, z.Err()
		}
		raw := bytes.Clone(z.Raw())
		if kind != html.StartTagToken && kind != html.EndTagToken {
			out.Write(raw)
			continue
		}
		t := z.Token()
		if t.Data == "form" {
			return nil, errors.New("it has a form")
		}
		if len(t.Data) == 2 && t.Data[0] == 'h' && t.Data[1] >= '1' && t.Data[1] <= '6' {
			t.Data = "h" + string(min(t.Data[1]+2, '6'))
		}
		t.Attr = slices.DeleteFunc(t.Attr, leads)
		out.WriteString(t.String())
	}
}

// leads reports whether an attribute leads to a place, is one, or makes a landmark.
func leads(a html.Attribute) bool {
	return slices.Contains([]string{"id", "href", "for", "aria-label", "aria-labelledby", "aria-describedby"}, a.Key)
}
