package browser

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const page = `<!DOCTYPE html><html><head><link rel="stylesheet" href="/a.css"><link rel="icon" href="/i.svg"></head><body><h1>Ask</h1>
<a href="/other">x</a><p class="code">AB<wbr>CD</p>
<form action="/to#errors" method="post">
<input type="hidden" name="draft" value="d1"><input type="text" name="name" value="old"><textarea name="story">
two
lines</textarea>
<input type="radio" name="r" value="a" checked><input type="radio" name="r" value="b">
<input type="checkbox" name="c" value="1" checked><input type="checkbox" name="c" value="2"><input type="checkbox" name="c" value="3">
<select name="s"><option value="nl">N</option><option value="fr" selected>F</option></select>
<button name="act" value="next">Go</button><button name="act" value="keep">Keep</button>
</form>
<form action="/up" method="post" enctype="multipart/form-data"><input type="file" name="files"><input name="t" value="v"><button>Send</button></form></body></html>`

// site answers with the page and echoes what is sent to it.
func site(t *testing.T) (*Browser, *Page) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, page) })
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if int64(len(b)) != r.ContentLength {
			t.Errorf("said %d bytes, sent %d", r.ContentLength, len(b))
		}
		_, _ = io.WriteString(w, "<h1>"+string(b)+"</h1>")
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	b, err := New(NewNetwork(3), s.URL)
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.Open(t.Context(), "/")
	if err != nil {
		t.Fatal(err)
	}
	return b, p
}

func TestFormIsSentAsItStandsAndAsFilledIn(t *testing.T) {
	b, p := site(t)
	f, err := p.Form("story")
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"name": "Ingrid", "r": "b", "c": "3", "s": "nl"} {
		if err := f.Fill(name, value); err != nil {
			t.Error(err)
		}
	}
	got, err := b.Press(t.Context(), f, "act=next")
	if err != nil {
		t.Fatal(err)
	}
	want := "act=next&c=1&c=3&draft=d1&name=Ingrid&r=b&s=nl&story=two%0Alines"
	if got.Title != want {
		t.Errorf("sent %s, want %s", got.Title, want)
	}
}

func TestWhatAPageDoesNotAskCannotBeFilledIn(t *testing.T) {
	_, p := site(t)
	f, err := p.Form("/to")
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"missing": "x", "r": "c", "s": "de", "c": "9"} {
		if f.Fill(name, value) == nil {
			t.Errorf("took %s=%s", name, value)
		}
	}
	if _, _, err := f.values("act=delete"); err == nil {
		t.Error("pressed a button that is not there")
	}
}

func TestFileGoesWithItsForm(t *testing.T) {
	b, p := site(t)
	f, err := p.Form("files")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Attach(File{Name: "a.txt", Type: "text/plain", Size: 5, Body: strings.NewReader("hello")}); err != nil {
		t.Fatal(err)
	}
	got, err := b.Press(t.Context(), f, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"hello", `filename="a.txt"`, `name="t"`} {
		if !strings.Contains(got.Title, want) {
			t.Errorf("sent without %s: %s", want, got.Title)
		}
	}
}

func TestPageNamesWhatABrowserLoads(t *testing.T) {
	_, p := site(t)
	if len(p.Needed()) != 2 || p.Needed()[0].Path != "/a.css" || len(p.Codes) != 1 || p.Codes[0] != "ABCD" {
		t.Errorf("needs %v, codes %v", p.Needed(), p.Codes)
	}
	if _, err := p.Link("/other"); err != nil {
		t.Error(err)
	}
}
