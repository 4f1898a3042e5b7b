package public_test

import (
	"bytes"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"klankbord/internal/profile"
)

// visitor is a browser without scripts.
type visitor struct {
	t       testing.TB
	desk    *desk
	cookies map[string]string
	header  http.Header
	from    string // address of the connection
}

// page is what came back, after redirects.
type page struct {
	v        *visitor
	path     string
	status   int
	header   http.Header
	body     string
	document *html.Node
}

// upload is a file that is chosen in a form.
type upload struct{ name, content string }

func (d *desk) visitor() *visitor {
	return &visitor{t: d.t, desk: d, cookies: map[string]string{}, header: http.Header{}, from: "192.0.2.7:4711"}
}

// send makes one request, without following where it leads.
func (v *visitor) send(method, target, contentType string, body io.Reader) *http.Response {
	v.t.Helper()
	target, _, _ = strings.Cut(target, "#")
	r := httptest.NewRequest(method, target, body)
	maps.Copy(r.Header, v.header)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	r.RemoteAddr = v.from
	w := httptest.NewRecorder()
	v.desk.handler.ServeHTTP(w, r)
	answer := w.Result()
	for _, c := range answer.Cookies() {
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
			continue
		}
		v.cookies[c.Name] = c.Value
	}
	return answer
}

// open follows redirects until there is a page, and holds it to the rules for pages.
func (v *visitor) open(method, target, contentType string, body io.Reader) *page {
	v.t.Helper()
	for range 10 {
		answer := v.send(method, target, contentType, body)
		if answer.StatusCode != http.StatusSeeOther {
			return v.page(target, answer)
		}
		target, method, contentType, body = answer.Header.Get("Location"), "GET", "", nil
	}
	v.t.Fatalf("%s leads in a circle", target)
	return nil
}

func (v *visitor) page(target string, answer *http.Response) *page {
	v.t.Helper()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	p := &page{v: v, path: target, status: answer.StatusCode, header: answer.Header, body: string(raw)}
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		return p
	}
	if p.document, err = html.Parse(bytes.NewReader(raw)); err != nil {
		v.t.Fatal(err)
	}
	checkPage(v.t, p)
	return p
}

func (v *visitor) get(target string) *page {
	v.t.Helper()
	return v.open("GET", target, "", nil)
}

// find returns the elements with a name, in order.
func (p *page) find(name string, with ...string) []*html.Node {
	var out []*html.Node
	for n := range p.document.Descendants() {
		if n.Type == html.ElementNode && n.Data == name && has(n, with...) {
			out = append(out, n)
		}
	}
	return out
}

func has(n *html.Node, with ...string) bool {
	for i := 0; i+1 < len(with); i += 2 {
		if attribute(n, with[i]) != with[i+1] {
			return false
		}
	}
	return true
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for x := range n.Descendants() {
		if x.Type == html.TextNode {
			b.WriteString(x.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func (p *page) says(words string) bool { return strings.Contains(text(p.document), words) }

func (p *page) h1() string { return text(p.find("h1")[0]) }

// fill is the answers that a page's form has a control for.
func (p *page) fill(a profile.Answers) url.Values {
	p.v.t.Helper()
	f, values := p.form(p.formAction())
	for n := range f.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if name := attribute(n, "name"); name != "" && a[name] != nil {
			values[name] = slices.Clone(a[name])
		}
	}
	return values
}

func (p *page) formAction() string {
	at, _, _ := strings.Cut(p.path, "#")
	at, _, _ = strings.Cut(at, "?")
	return at
}

// press sends the page's own form with values, by the button act.
func (p *page) press(act string, values url.Values, files ...upload) *page {
	p.v.t.Helper()
	f, _ := p.form(p.formAction())
	values.Set("act", act)
	return p.post(f, values, files...)
}

// inLanguage fills in the page's form and presses the button of another language,
// which sends the form there.
func (p *page) inLanguage(l string, values url.Values) *page {
	p.v.t.Helper()
	f, _ := p.form(p.formAction())
	there := "/" + l + p.formAction()[3:]
	buttons := p.find("button", "formaction", there)
	if len(buttons) != 1 || attribute(buttons[0], "form") != attribute(f, "id") || attribute(buttons[0], "value") != "stay" {
		p.v.t.Fatalf("%s has no button for %s", p.path, l)
	}
	values.Set("act", "stay")
	for i := range f.Attr {
		if f.Attr[i].Key == "action" {
			f.Attr[i].Val = there
		}
	}
	return p.post(f, values)
}

func (p *page) post(f *html.Node, values url.Values, files ...upload) *page {
	p.v.t.Helper()
	action := attribute(f, "action")
	if attribute(f, "enctype") != "multipart/form-data" {
		return p.v.open("POST", action, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
	}
	var b bytes.Buffer
	kind := multipartForm(p.v.t, &b, values, files)
	return p.v.open("POST", action, kind, &b)
}

func multipartForm(t testing.TB, b *bytes.Buffer, values url.Values, files []upload) (contentType string) {
	t.Helper()
	m := multipart.NewWriter(b)
	for _, f := range files {
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", `form-data; name="files"; filename="`+strings.NewReplacer("\\", "\\\\", `"`, `\"`, "\n", "", "\r", "").Replace(f.name)+`"`)
		h.Set("Content-Type", "application/octet-stream")
		w, err := m.CreatePart(h)
		if err == nil {
			_, err = io.WriteString(w, f.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, list := range values {
		for _, value := range list {
			if err := m.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return m.FormDataContentType()
}

// answer goes through the form with answers, from the page where the visitor is up
// to the check page. Each step is handed to look.
func (p *page) answer(a profile.Answers, files []upload, look func(*page)) *page {
	p.v.t.Helper()
	for range 60 {
		if look != nil {
			look(p)
		}
		switch at := p.formAction(); {
		case strings.HasSuffix(at, "/complaint/check"):
			return p
		case strings.HasSuffix(at, "/short"):
			p = p.v.get(attribute(p.find("a", "class", "btn sec")[0], "href"))
		case strings.HasSuffix(at, "/files"):
			p = p.press("next", p.fill(a), files...)
		default:
			p = p.press("next", p.fill(a))
		}
		if p.status != http.StatusOK {
			p.v.t.Fatalf("%s: status %d: %s", p.path, p.status, text(p.document))
		}
	}
	p.v.t.Fatalf("the form has no end: %s", p.path)
	return nil
}

// start goes from the landing page to the first question.
func (v *visitor) start(l string) *page {
	v.t.Helper()
	landing := v.get("/" + l + "/")
	return v.get(attribute(landing.find("a", "class", "btn")[0], "href"))
}

// sendOff sends a complaint from the check page and returns the receipt.
func (p *page) sendOff() *page {
	p.v.t.Helper()
	f, values := p.form(p.formAction())
	return p.post(f, values)
}
