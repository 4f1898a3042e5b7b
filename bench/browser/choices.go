package browser

import "golang.org/x/net/html"

// Choices are the values that the controls of a name offer on the page, each with the
// words of its label.
func (p *Page) Choices(name string) map[string]string {
	values, words := map[string]string{}, map[string]string{}
	var look func(*html.Node)
	look = func(n *html.Node) {
		if n.Type == html.ElementNode {
			switch {
			case n.Data == "input" && attribute(n, "name") == name:
				values[attribute(n, "id")] = attribute(n, "value")
			case n.Data == "label" && has(n, "for"):
				words[attribute(n, "for")] = Text(n)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			look(c)
		}
	}
	look(p.root)
	offered := map[string]string{}
	for id, value := range values {
		offered[value] = words[id]
	}
	return offered
}
