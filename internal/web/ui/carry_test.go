package ui_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"klankbord/internal/clock"
	"klankbord/internal/web/ui"
)

// carrying is a face with one page of every kind of control, one without a form, and
// one that counts what it was asked.
func carrying(t testing.TB, log io.Writer) http.Handler {
	t.Helper()
	files := fstest.MapFS{
		"all.html": {Data: []byte(`{{define "main"}}<h1>{{.Title}}</h1>
<form id="page" action="/fr/send#errors" method="post" data-enter="/fr/other" novalidate>
<input type="hidden" name="key" value="drawn"><input type="hidden" name="two" value="1"><input type="hidden" name="two" value="2">
{{template "field" (text "name" "Name" | value "before")}}
{{template "field" (password "secret" "Secret")}}
{{template "field" (area "story" "Story" | value "before")}}
{{template "field" (select "pick" "Pick" | choice (opt "a" "A") | choice (opt "b" "B"))}}
{{template "field" (radios "way" "Way" | choice (opt "post" "Post") | choice (opt "phone" "Phone") | value "post")}}
{{template "field" (checks "box" "Box" | choice (opt "x" "X") | choice (opt "y" "Y") | value "x")}}
{{template "field" (files "file" "Files")}}
<button type="submit">Send</button></form>
<form action="/fr/filter"><input type="text" name="name" value="of another form" aria-label="x"></form>
{{template "field" (area "beside" "Beside" | within "page")}}{{end}}`)},
		"none.html": {Data: []byte(`{{define "main"}}<h1>{{.Title}}</h1><form id="other" method="post"><input name="name" value="" aria-label="x"></form>{{end}}`)},
	}
	rd := rendererOf(t, slog.New(slog.NewTextHandler(log, nil)), false, ui.Set{Name: "carry", Files: files})
	mux := http.NewServeMux()
	for _, name := range []string{"all", "none"} {
		mux.Handle("GET /{lang}/"+name, rd.Handle(func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Cache-Control", "public, max-age=300")
			return rd.Render(w, r, 200, "carry/"+name, ui.Page[struct{}]{Title: name, Path: "/" + name, Compress: true})
		}))
	}
	mux.Handle("POST /{lang}/all", rd.Handle(func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusTeapot)
		return nil
	}))
	mux.Handle("/", rd.NotFound())
	return rd.Wrap(clock.NewFixed(time.Unix(0, 0)), rd.Carry(ui.Limits{Fields: 50, TextBytes: 1 << 16}, mux))
}

func carry(h http.Handler, path string, values url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// stands is what stands in the controls of the form with id "page".
func stands(t testing.TB, page string) url.Values {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	values := url.Values{}
	for n := range doc.Descendants() {
		at := func(key string) string {
			for _, a := range n.Attr {
				if a.Key == key {
					return a.Val
				}
			}
			return ""
		}
		has := func(key string) bool {
			for _, a := range n.Attr {
				if a.Key == key {
					return true
				}
			}
			return false
		}
		in := at("form") == "page"
		for p := n.Parent; p != nil; p = p.Parent {
			for _, a := range p.Attr {
				in = in || p.Data == "form" && a.Key == "id" && a.Val == "page"
			}
		}
		switch {
		case !in || n.Type != html.ElementNode:
		case n.Data == "textarea":
			text := ""
			if n.FirstChild != nil {
				text = n.FirstChild.Data
			}
			values.Add(at("name"), text)
		case n.Data == "option" && has("selected"):
			values.Add("pick", at("value"))
		case n.Data == "input" && (at("type") == "radio" || at("type") == "checkbox"):
			if has("checked") {
				values.Add(at("name"), at("value"))
			}
		case n.Data == "input":
			values.Add(at("name"), at("value"))
		}
	}
	return values
}

func TestAnotherLanguageTakesAlongWhateverIsTyped(t *testing.T) {
	h := carrying(t, io.Discard)
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("aé ß\n\t<>&\"'\u2028€{}/-")), 0, 40, -1)
		typed := url.Values{
			"key": {"kept"}, "two": {"3", "4"}, "name": {strings.ReplaceAll(text.Draw(rt, "name"), "\n", "")}, "secret": {"hush"},
			"story": {text.Draw(rt, "story")}, "beside": {text.Draw(rt, "beside")}, "pick": {rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "pick")},
			"way": {rapid.SampledFrom([]string{"post", "phone"}).Draw(rt, "way")},
		}
		if boxes := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"x", "y"}), rapid.ID[string]).Draw(rt, "box"); len(boxes) > 0 {
			typed["box"] = boxes
		}
		w := carry(h, "/fr/all?carry=1", typed)
		got := stands(t, w.Body.String())
		for name, want := range typed {
			switch name {
			case "secret":
				want = []string{""}
			case "box":
				if len(want) == 2 {
					want = []string{"x", "y"}
				}
			}
			if strings.Join(got[name], "|") != strings.Join(want, "|") {
				rt.Fatalf("%s: %q became %q", name, want, got[name])
			}
		}
		if typed["box"] == nil && got["box"] != nil {
			rt.Fatalf("a box that was cleared is ticked")
		}
	})
}

func TestAPageWithWhatWasTypedIsKeptByNobody(t *testing.T) {
	var log strings.Builder
	w := carry(carrying(t, &log), "/fr/all?carry=1", url.Values{"name": {"canary"}, "secret": {"hush"}})
	if w.Code != 200 || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Content-Encoding") != "" {
		t.Errorf("answers %d with %v", w.Code, w.Header())
	}
	if body := w.Body.String(); !strings.Contains(body, `value="canary"`) || strings.Contains(body, "hush") || !strings.Contains(body, `value="of another form"`) {
		t.Errorf("the page is %s", body)
	}
	if s := log.String(); strings.Contains(s, "canary") || !strings.Contains(s, `method=POST route="GET /{lang}/all" status=200`) {
		t.Errorf("the log says %s", s)
	}
}

func TestAFileThatWasChosenIsNamed(t *testing.T) {
	body := carry(carrying(t, io.Discard), "/en/all?carry=1", url.Values{"file": {"letter <1>.pdf", ""}}).Body.String()
	if !strings.Contains(body, "letter &lt;1&gt;.pdf") || !strings.Contains(body, "Choose it again") {
		t.Errorf("the page does not say that the file must be chosen again: %s", body)
	}
	if body := carry(carrying(t, io.Discard), "/en/all?carry=1", url.Values{"file": {""}}).Body.String(); strings.Contains(body, "Choose it again") {
		t.Error("the page asks to choose a file that nobody chose")
	}
}

func TestOnlyAFormThatAsksForItIsCarried(t *testing.T) {
	h := carrying(t, io.Discard)
	if w := carry(h, "/fr/all", url.Values{"name": {"x"}}); w.Code != http.StatusTeapot {
		t.Errorf("a form that is sent answers %d", w.Code)
	}
	if w := get(h, "/fr/all?carry=1"); w.Code != 200 || !strings.Contains(w.Body.String(), `value="before"`) {
		t.Errorf("a link answers %d", w.Code)
	}
	if w := carry(h, "/fr/none?carry=1", url.Values{"name": {"canary"}}); w.Code != 200 || strings.Contains(w.Body.String(), "canary") {
		t.Errorf("a page without the form answers %d", w.Code)
	}
	if w := carry(h, "/fr/nowhere?carry=1", url.Values{"name": {"x"}}); w.Code != 404 {
		t.Errorf("a page that does not exist answers %d", w.Code)
	}
	if w := carry(h, "/fr/all?carry=1", url.Values{"name": {strings.Repeat("x", 1<<17)}}); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("more than a page can hold answers %d", w.Code)
	}
	r := httptest.NewRequest("POST", "/fr/all?carry=1", strings.NewReader("name=x"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("another site can have a page filled in: %d", w.Code)
	}
}

func TestEnterDoesWhatItDidBesideTheLanguages(t *testing.T) {
	body := get(carrying(t, io.Discard), "/fr/all").Body.String()
	if !strings.Contains(body, `form="page" formaction="/fr/other"`) {
		t.Error("the first button of the form does not go where Enter should")
	}
	if !strings.Contains(body, `formaction="/nl/all?carry=1" lang="nl"`) || strings.Contains(body, `href="/nl/all"`) {
		t.Errorf("the languages of a page with a form: %s", body)
	}
	if body := get(carrying(t, io.Discard), "/fr/none").Body.String(); !strings.Contains(body, `href="/nl/none"`) {
		t.Error("the languages of a page without one are no links")
	}
}
