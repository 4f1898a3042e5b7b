package rawmail

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// quoteMarks is what mail programs put around the mail that is answered.
func quoteMarks() []string {
	return []string{"gmail_quote", "yahoo_quoted", "moz-cite-prefix", "divrplyfwdmsg", "olk_src_body_section", "appendonsend", "protonmail_quote"}
}

// htmlText reads the text of HTML, with quotes behind ">". It reads token by token, so
// that no nesting is too deep, and follows no address: pictures and styles are nothing.
func htmlText(r *reader, s string) string {
	w := &htmlWriter{}
	z := html.NewTokenizer(strings.NewReader(s))
	z.SetMaxBuf(1 << 20) // of one tag
	for n := 0; w.b.Len() <= maxText; n++ {
		if n%1000 == 0 && r.late() {
			break
		}
		switch z.Next() {
		case html.ErrorToken:
			return w.b.String()
		case html.TextToken:
			if w.skip == 0 {
				w.words(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			w.start(z)
		case html.EndTagToken:
			name, _ := z.TagName()
			w.end(atom.Lookup(name))
		case html.CommentToken, html.DoctypeToken:
		}
	}
	return w.b.String()
}

// htmlWriter writes the text of HTML line by line.
type htmlWriter struct {
	b      strings.Builder
	skip   atom.Atom // inside this element nothing is text
	quote  int       // blockquotes around
	divs   []bool    // open divisions, and which of them begin a quote
	breaks int       // line ends that come before the next word
	space  bool      // a space comes before the next word
	inLine bool
	link   string // address of the link that is open
	linked int    // where its words begin
}

func (w *htmlWriter) start(z *html.Tokenizer) {
	name, more := z.TagName()
	tag := atom.Lookup(name)
	if w.skip != 0 {
		return
	}
	var href, alt, marks string
	for n := 0; more && n < 50; n++ {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch string(k) {
		case "href":
			href = string(v)
		case "alt":
			alt = string(v)
		case "class", "id":
			marks += " " + strings.ToLower(string(v))
		}
	}
	switch tag {
	case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Noscript, atom.Svg, atom.Object:
		w.skip = tag
	case atom.Br:
		w.newline(w.breaks + 1)
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Table, atom.Hr, atom.Pre:
		w.newline(2)
	case atom.Tr, atom.Dt, atom.Dd, atom.Center:
		w.newline(1)
	case atom.Td, atom.Th:
		w.space = true
	case atom.Li:
		w.newline(1)
		w.words("- ")
	case atom.Div:
		w.newline(1)
		quotes := slices.ContainsFunc(quoteMarks(), func(m string) bool { return strings.Contains(marks, m) })
		if quotes {
			w.quoting(1)
		}
		if len(w.divs) < 10_000 {
			w.divs = append(w.divs, quotes)
		}
	case atom.Blockquote:
		w.quoting(1)
	case atom.Img:
		if alt = line(alt); alt != "" {
			w.words(" [" + alt + "] ")
		}
	case atom.A:
		w.link, w.linked = href, w.b.Len()
	default: // says nothing about lines
	}
}

func (w *htmlWriter) end(tag atom.Atom) {
	if w.skip != 0 {
		if tag == w.skip || tag == atom.Body && w.skip == atom.Head {
			w.skip = 0
		}
		return
	}
	switch tag {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Table, atom.Pre:
		w.newline(2)
	case atom.Tr, atom.Li:
		w.newline(1)
	case atom.Div:
		w.newline(1)
		if n := len(w.divs); n > 0 {
			if w.divs[n-1] {
				w.quoting(-1)
			}
			w.divs = w.divs[:n-1]
		}
	case atom.Blockquote:
		w.quoting(-1)
	case atom.A:
		w.endLink()
	default: // says nothing about lines
	}
}

// endLink writes where a link leads, where its words do not say it: nobody clicks here,
// and a link that pretends is seen through.
func (w *htmlWriter) endLink() {
	address := line(w.link)
	w.link = ""
	if !strings.HasPrefix(address, "http") || len(address) > 2000 {
		return
	}
	words := ""
	if w.linked < w.b.Len() {
		words = strings.TrimSpace(w.b.String()[w.linked:])
	}
	if words != address && strings.TrimSuffix(address, "/") != words {
		w.words(" <" + address + "> ")
	}
}

func (w *htmlWriter) quoting(by int) {
	w.newline(1)
	w.flush()
	w.quote = min(max(w.quote+by, 0), 50)
}

// newline asks for line ends before the next word.
func (w *htmlWriter) newline(n int) {
	if w.b.Len() > 0 {
		w.breaks = min(max(w.breaks, n), 3)
	}
	w.space = false
}

// flush ends the line, so that a quote begins in one of its own.
func (w *htmlWriter) flush() {
	for ; w.breaks > 0; w.breaks-- {
		w.b.WriteByte('\n')
		w.inLine = false
		if w.breaks > 1 && w.quote > 0 {
			w.b.WriteString(strings.Repeat(">", w.quote))
		}
	}
}

func (w *htmlWriter) words(s string) {
	for i, word := range strings.FieldsFunc(s, blank) {
		if i > 0 || blank(rune(s[0])) {
			w.space = true
		}
		w.flush()
		switch {
		case !w.inLine && w.quote > 0:
			w.b.WriteString(strings.Repeat(">", w.quote) + " ")
		case w.inLine && w.space:
			w.b.WriteByte(' ')
		}
		w.inLine, w.space = true, false
		w.b.WriteString(word)
	}
	if s != "" && blank(rune(s[len(s)-1])) {
		w.space = true
	}
}

func blank(r rune) bool {
	return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' || r == 0xa0
}
