package browser

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Page is what a person sees.
type Page struct {
	URL    *url.URL
	Status int
	Title  string // its first heading
	Forms  []*Form
	Links  []*url.URL
	Codes  []string      // texts in elements of class "code"
	Again  bool          // it is not ready, and leads to where it will be
	Took   time.Duration // from asking to the last byte, redirects with it
	root   *html.Node
}

func parse(at *url.URL, status int, body []byte) (*Page, error) {
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("read page: %w", err)
	}
	p := &Page{URL: at, Status: status, root: root}
	p.walk(root, nil)
	return p, nil
}

func (p *Page) walk(n *html.Node, in *Form) {
	if n.Type == html.ElementNode {
		switch n.Data {
		case "form":
			in = newForm(p.URL, n)
			p.Forms = append(p.Forms, in)
		case "a":
			if u, err := p.URL.Parse(attribute(n, "href")); err == nil && has(n, "href") {
				p.Links = append(p.Links, u)
			}
			p.Again = p.Again || has(n, "data-again")
		case "h1":
			if p.Title == "" {
				p.Title = Text(n)
			}
		default:
			if in != nil {
				in.take(n)
			}
		}
		if strings.Contains(" "+attribute(n, "class")+" ", " code ") {
			p.Codes = append(p.Codes, Text(n))
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.walk(c, in)
	}
}

// Expect fails unless the page was answered well and its path has the ending.
func (p *Page) Expect(ending string) error {
	if p.Status == http.StatusOK && strings.HasSuffix(strings.TrimSuffix(p.URL.Path, "/"), ending) {
		return nil
	}
	return fmt.Errorf("%s answers %d (%s), wanted …%s: %w", p.URL.Path, p.Status, p.Title, ending, ErrUnexpected)
}

// Link finds the first link whose path contains a text.
func (p *Page) Link(part string) (*url.URL, error) {
	for _, u := range p.Links {
		if u.Host == p.URL.Host && strings.Contains(u.Path, part) {
			return u, nil
		}
	}
	return nil, fmt.Errorf("%s has no link to …%s…: %w", p.URL.Path, part, ErrUnexpected)
}

// Form finds the first form that asks for a field, or whose address has the ending.
func (p *Page) Form(fieldOrEnding string) (*Form, error) {
	for _, f := range p.Forms {
		if f.Asks(fieldOrEnding) || strings.HasPrefix(fieldOrEnding, "/") && strings.HasSuffix(f.Action.Path, fieldOrEnding) {
			return f, nil
		}
	}
	return nil, fmt.Errorf("%s (%d, %s) has no form %s: %w", p.URL.Path, p.Status, p.Title, fieldOrEnding, ErrUnexpected)
}

// Needed lists the addresses that a browser loads to show the page: style sheets,
// icons, scripts and pictures.
func (p *Page) Needed() []*url.URL {
	var out []*url.URL
	seen := map[string]bool{}
	var look func(*html.Node)
	look = func(n *html.Node) {
		name := ""
		if n.Type == html.ElementNode {
			switch n.Data {
			case "link":
				if rel := attribute(n, "rel"); rel == "stylesheet" || rel == "icon" || rel == "preload" {
					name = "href"
				}
			case "script", "img", "iframe", "source", "video", "audio", "embed":
				name = "src"
			}
		}
		if u, err := p.URL.Parse(attribute(n, name)); name != "" && err == nil && has(n, name) && !seen[u.String()] {
			seen[u.String()] = true
			out = append(out, u)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			look(c)
		}
	}
	look(p.root)
	return out
}

// Text is all text of the page, without tags.
func (p *Page) Text() string { return Text(p.root) }

// Text is the text inside an element, with single spaces.
func Text(n *html.Node) string {
	var b strings.Builder
	var add func(*html.Node)
	add = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			add(c)
		}
	}
	add(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}
