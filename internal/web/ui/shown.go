package ui

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Shown renders what a page says, for another page that shows it below a heading of the
// second level: its headings come two levels lower, nothing in it has an address or can be
// led to, so that no id stands twice and no click leaves what is being typed. It fails when
// the page has a form.
func (rd *Renderer) Shown(name string, p Viewed) (Fragment, error) {
	v := rd.complete(p.view())
	main, err := rd.Part(name, "main", v.Lang, v)
	if err != nil {
		return Fragment{}, err
	}
	calm, err := inert(string(main.html))
	if err != nil {
		return Fragment{}, fmt.Errorf("show page %s: %w", name, err)
	}
	return Fragment{template.HTML(calm)}, nil //nolint:gosec // made by the template above, which escaped what it holds
}

func inert(main string) ([]byte, error) {
	var out bytes.Buffer
	for z := html.NewTokenizer(strings.NewReader(main)); ; {
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
