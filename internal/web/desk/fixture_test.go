package desk_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"golang.org/x/net/html"

	"klankbord/internal/apptest"
)

// house is an instance with its desk, and the members who signed in.
type house struct {
	*apptest.Instance
	t testing.TB
	h http.Handler
}

func newHouse(t testing.TB, options ...apptest.Option) *house {
	t.Helper()
	i := apptest.New(t, options...)
	_, _, both, err := i.Handlers()
	if err != nil {
		t.Fatal(err)
	}
	return &house{i, t, both}
}

// browser is one browser on the desk.
type browser struct {
	*house
	cookies map[string]string
	secret  string // of the authenticator app
}

func (h *house) browser() *browser { return &browser{house: h, cookies: map[string]string{}} }

// page is what a browser shows after following redirects.
type page struct {
	b      *browser
	path   string
	status int
	body   string
	header http.Header
	doc    *html.Node
}

func (b *browser) get(path string) *page { return b.do(http.MethodGet, path, "", "") }

func (b *browser) post(path string, values url.Values) *page {
	return b.do(http.MethodPost, path, "application/x-www-form-urlencoded", values.Encode())
}

func (b *browser) do(method, path, kind, body string) *page {
	b.t.Helper()
	for range 5 {
		r := httptest.NewRequest(method, "https://desk.example"+strings.SplitN(path, "#", 2)[0], strings.NewReader(body))
		if kind != "" {
			r.Header.Set("Content-Type", kind)
		}
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		for name, value := range b.cookies {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		w := httptest.NewRecorder()
		b.h.ServeHTTP(w, r)
		for _, c := range w.Result().Cookies() {
			b.cookies[c.Name] = c.Value
			if c.MaxAge < 0 {
				delete(b.cookies, c.Name)
			}
		}
		if w.Code == http.StatusOK || w.Code >= http.StatusBadRequest {
			doc, err := html.Parse(strings.NewReader(w.Body.String()))
			if err != nil {
				b.t.Fatal(err)
			}
			return &page{b, path, w.Code, w.Body.String(), w.Header(), doc}
		}
		method, path, kind, body = http.MethodGet, w.Header().Get("Location"), "", ""
	}
	b.t.Fatalf("%s leads round in circles", path)
	return nil
}

// all returns the elements that pass a test.
func all(n *html.Node, pass func(*html.Node) bool) (list []*html.Node) {
	if n.Type == html.ElementNode && pass(n) {
		list = append(list, n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		list = append(list, all(c, pass)...)
	}
	return list
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(text(c))
	}
	return b.String()
}

// says reports whether the text of the page holds s.
func (p *page) says(s string) bool {
	return strings.Contains(strings.Join(strings.Fields(text(p.doc)), " "), s)
}

func (p *page) title() string {
	h := all(p.doc, func(n *html.Node) bool { return n.Data == "h1" })
	if len(h) == 0 {
		return ""
	}
	return strings.TrimSpace(text(h[0]))
}

// codes are what the page shows to be copied, without the words before them that only
// a screen reader says.
func (p *page) codes() (list []string) {
	class := func(name string) func(*html.Node) bool {
		return func(n *html.Node) bool { c, _ := attr(n, "class"); return c == name }
	}
	for _, n := range all(p.doc, class("code")) {
		shown := text(n)
		for _, spoken := range all(n, class("vh")) {
			shown = strings.TrimPrefix(shown, text(spoken))
		}
		list = append(list, strings.TrimSpace(shown))
	}
	return list
}

// send fills in the form whose address ends in action and sends it; what is not
// named keeps the value that the page gave it.
func (p *page) send(action string, fill url.Values) *page {
	p.b.t.Helper()
	to, values := p.form(action)
	maps.Copy(values, fill)
	return p.b.post(to, values)
}

// form is where a form is sent, and what a browser would send of it. One of several
// buttons of a form may send it elsewhere than the form says.
func (p *page) form(action string) (string, url.Values) {
	p.b.t.Helper()
	at := func(n *html.Node, key string) bool {
		a, _ := attr(n, key)
		return strings.HasSuffix(strings.SplitN(strings.SplitN(a, "#", 2)[0], "?", 2)[0], action)
	}
	forms := all(p.doc, func(n *html.Node) bool { return n.Data == "form" && at(n, "action") })
	if len(forms) == 0 {
		forms = all(p.doc, func(n *html.Node) bool { return n.Data == "button" && at(n, "formaction") })
	}
	if len(forms) == 0 {
		p.b.t.Fatalf("%s (%d) %q has no form for %s: %s", p.path, p.status, p.title(), action, text(p.doc))
	}
	to, sends := attr(forms[0], "formaction")
	if !sends {
		to, _ = attr(forms[0], "action")
	}
	owner := apptest.OwnerOf(forms[0])
	if owner == nil {
		owner = forms[0]
	}
	return to, apptest.Values(p.doc, owner)
}

const password = "five words make a sentence"

// digits are what the authenticator app shows; each is good once, so time moves on.
func (b *browser) digits() string {
	b.Clock.Add(31 * time.Second)
	code, err := totp.GenerateCode(b.secret, b.Clock.Now())
	if err != nil {
		b.t.Fatal(err)
	}
	return code
}

// enrol uses an invitation up to the recovery code.
func (b *browser) enrol(path string) *page {
	b.t.Helper()
	factor := b.get(path).send(path, url.Values{"password": {password}})
	if len(factor.codes()) != 1 {
		b.t.Fatalf("enrolment shows %q: %s", factor.title(), text(factor.doc))
	}
	b.secret = strings.ReplaceAll(factor.codes()[0], " ", "")
	recovery := factor.send("/confirm", url.Values{"code": {b.digits()}})
	if len(recovery.codes()) != 1 {
		b.t.Fatalf("after enrolment comes %q: %s", recovery.title(), text(recovery.doc))
	}
	return recovery.send("/desk/recovery", url.Values{"kept": {"yes"}})
}

func (b *browser) signIn(email string) *page {
	b.t.Helper()
	second := b.get("/desk/signin").send("/desk/signin", url.Values{"email": {email}, "password": {password}})
	return second.send("/desk/signin/second", url.Values{"code": {b.digits()}})
}

// crew are the members of a house.
type crew struct{ nele, thomas, sofie, anke *browser }

// staffed enrols four members through the pages: the integrity manager, who invites
// and vouches for one of HR, one of Supporters Service and an auditor.
func staffed(t testing.TB, options ...apptest.Option) (*house, crew) {
	t.Helper()
	h := newHouse(t, options...)
	var c crew
	c.nele = h.browser()
	c.nele.enrol("/desk/enrol/" + h.Founded.Enrol.Cookie())
	c.thomas = c.nele.invite("Thomas Dubois", "thomas@desk.example", "handler/complaints/hr")
	c.sofie = c.nele.invite("Sofie Peeters", "sofie@desk.example", "handler/supporters-service/")
	c.anke = c.nele.invite("Anke Schmitz", "anke@desk.example", "auditor//")
	return h, c
}

func (b *browser) invite(name, email string, tasks ...string) *browser {
	b.t.Helper()
	shown := b.get("/desk/people").send("/desk/people", url.Values{"name": {name}, "email": {email}, "lang": {"en"}, "task": tasks})
	invited := b.house.browser()
	invited.enrol(shown.invitation())
	vouch := b.get("/desk/people").changeOf(name)
	b.get(vouch).send(vouch, url.Values{"compared": {"yes"}, "password": {password}})
	return invited
}

// invitation is the path of the link that the page shows.
func (p *page) invitation() string {
	p.b.t.Helper()
	shown := all(p.doc, func(n *html.Node) bool { id, _ := attr(n, "id"); return id == "link" })
	if len(shown) != 1 {
		p.b.t.Fatalf("after an invitation comes %q: %s", p.title(), text(p.doc))
	}
	link := text(shown[0])
	return link[strings.Index(link, "/desk/"):]
}

// link is the first address on the page that begins so.
func (p *page) link(prefix string) string {
	p.b.t.Helper()
	for _, a := range all(p.doc, func(n *html.Node) bool { return n.Data == "a" }) {
		if href, _ := attr(a, "href"); strings.HasPrefix(href, prefix) {
			return href
		}
	}
	p.b.t.Fatalf("%s has no link to %s", p.path, prefix)
	return ""
}
